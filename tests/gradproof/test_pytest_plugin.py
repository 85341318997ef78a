"""Gradients in other people's test suites: what passes, what fails, and what the failure says."""

from __future__ import annotations

import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from hypothesis.database import DirectoryBasedExampleDatabase

from proofs import assert_gradient, gradient_case
from proofs.assertions import seconds_each
from proofs.profiles import in_tests

pytest_plugins = ["pytester"]
PLUGIN = "gradproof.pytest_plugin"
# A plugin that is installed is loaded by pytest itself, and a second time would be an error.
INSTALLED = any(point.value == PLUGIN for point in entry_points(group="pytest11"))
LOADED = ("-p", "no:cacheprovider", *(() if INSTALLED else ("-p", PLUGIN)))
SUITE = """
import numpy as np
from proofs import assert_gradient, gradient_case
from proofs.assertions import seconds_each

def mean_square(x):
    return (x ** 2).mean()

def without_mean(x):
    return 2 * x

def test_right():
    assert_gradient(np.sum, lambda a: np.ones_like(a), inputs={"a": "n"})

def test_wrong():
    assert_gradient(mean_square, without_mean, inputs={"x": "n"}, dims={"n": (2, 5)})

@gradient_case(inputs={"x": "n"})
def cube():
    return lambda x: (x ** 3).sum(), lambda x: 3 * x ** 2

@gradient_case(inputs={"x": "n"})
def square_as_cube():
    return lambda x: (x ** 2).sum(), lambda x: 3 * x ** 2

def test_time():
    assert seconds_each.get() == 1.5
"""


def test_a_suite(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(SUITE)
    result = pytester.runpytest_inprocess(*LOADED, "--gradproof-seconds=1.5", "-v")
    result.assert_outcomes(passed=3, failed=2)
    result.stdout.fnmatch_lines(["*::cube PASSED*", "*::square_as_cube FAILED*"])
    result.stdout.fnmatch_lines(
        ["*the gradient is wrong (x: wrong)*", "*without the factor 1/n*", "*def test_without_mean():*"]
    )
    assert seconds_each.get() is None


KEPT = """
import numpy as np
from proofs import assert_gradient
from proofs.profiles import profile_of

def wrong(x):
    return 3 * x

def test_wrong():
    assert_gradient(lambda x: (x ** 2).sum(), wrong, inputs={"x": "n"}, examples=20)

def test_profile():
    assert profile_of().examples == 60
"""


def test_a_profile_and_what_failed_before(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second run tries what failed in the first; both keep it in the folder of Hypothesis, under the suite."""
    database = DirectoryBasedExampleDatabase(pytester.path / "examples")
    monkeypatch.setattr("proofs.assertions.settings", lambda: settings(database=database))
    pytester.makepyfile(KEPT)
    for _ in range(2):
        result = pytester.runpytest_inprocess(*LOADED, "--gradproof-profile=quick")
        result.assert_outcomes(passed=1, failed=1)
        files = [p for p in (pytester.path / "examples").rglob("*") if p.is_file()]
        assert any(p.read_bytes().startswith(b"PK") for p in files)
    assert in_tests.get() is None


def test_a_profile_that_is_none(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_one():\n    pass\n")
    result = pytester.runpytest_inprocess(*LOADED, "--gradproof-profile=long")
    result.stderr.fnmatch_lines(["*--gradproof-profile takes quick, default, deep; found long*"])
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_other_suites_are_left_alone(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def helper():\n    raise ValueError\n\ndef test_one():\n    pass\n")
    pytester.runpytest_inprocess(*LOADED).assert_outcomes(passed=1)


def test_inconclusive_fails_too() -> None:
    with pytest.raises(AssertionError, match="the gradient is inconclusive"):
        assert_gradient(lambda x: np.log(-(x**2) - 1).sum(), lambda x: x, inputs={"x": "n"}, seconds=0.5)


def test_a_case_is_a_plain_function_too() -> None:
    @gradient_case(inputs={"x": "n"}, seconds=0.5)
    def doubled():  # type: ignore[no-untyped-def]
        return lambda x: (x**2).sum(), lambda x: 4 * x

    with pytest.raises(AssertionError, match=r"x\[0\]: the gradient says"):
        doubled()


def test_the_entry_point() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["entry-points"]["pytest11"] == {"gradproof": PLUGIN}
