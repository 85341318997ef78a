"""How much is tried, and what failed before: which profile holds, and that kept arguments come first and go again."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis.database import InMemoryExampleDatabase

import derive
from proofs import verify
from proofs.arguments.failures import Failures, packed, unpacked
from proofs.arguments.specifications import SpecificationError
from proofs.assertions import assert_gradient
from proofs.groups import LARGE
from proofs.profiles import PROFILES, VARIABLE, in_tests, profile_of


def squares(x: Any) -> Any:
    return np.sum(x * x)


class Slope:
    """2x, or what is not; it counts its calls."""

    def __init__(self, factor: float = 2.0) -> None:
        self.factor, self.seen = factor, list[Any]()

    def __call__(self, x: Any) -> Any:
        self.seen.append(np.array(x))
        return self.factor * x


def test_the_argument_then_the_runner_then_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert profile_of() is PROFILES["default"]
    monkeypatch.setenv(VARIABLE, "deep")
    assert profile_of() is PROFILES["deep"]
    token = in_tests.set("quick")
    assert profile_of() is PROFILES["quick"]
    assert profile_of("default") is PROFILES["default"]
    in_tests.reset(token)
    with pytest.raises(SpecificationError, match="the profile 'slow' is none of quick, default, deep"):
        verify(squares, Slope(), {"x": "n"}, profile="slow")


def test_profiles_grow() -> None:
    sizes = [(p.examples, p.seconds, p.derived) for p in (PROFILES[n] for n in ("quick", "default", "deep"))]
    assert all(a < b for one, two in pairwise(sizes) for a, b in zip(one, two, strict=True))


def test_a_profile_says_how_much_is_tried() -> None:
    assert verify(squares, Slope(), {"x": "n"}, profile="quick", seconds=20).examples == PROFILES["quick"].examples
    derivation = derive.grad(derive.program("L = sum[i](x[i]**2)"), "x")
    found = verify(derivation, profile="quick").examples
    assert PROFILES["quick"].derived <= found <= 2 * PROFILES["quick"].derived
    assert verify(derivation, profile="deep", examples=2).examples <= 4


@pytest.mark.parametrize("kind", ["folder", "memory"])
def test_what_failed_is_tried_first_until_it_passes(kind: str, tmp_path: Path) -> None:
    database: Any = tmp_path / "failures" if kind == "folder" else InMemoryExampleDatabase()
    wrong, options = Slope(3.0), {"inputs": {"x": "n in [1, 2]"}, "database": database}
    first = verify(squares, wrong, seconds=1, **options)
    assert first.counterexample is not None
    again = Slope(3.0)
    report = verify(squares, again, seconds=1, random_seed=5, **options)
    assert report.examples == 1
    assert any(np.array_equal(again.seen[k], first.counterexample["x"]) for k in (1, 2))  # the first call is a peek
    right = verify(squares, Slope(), examples=3, **options)
    assert (right.verdict, right.examples) == ("agree", 3)
    assert verify(squares, Slope(), examples=3, **options).verdict == "agree"
    if kind == "folder":
        assert [p for p in database.rglob("*") if p.is_file() and p.stat().st_size > 100] == []


def test_what_is_no_longer_of_the_specification_is_left_out() -> None:
    database = InMemoryExampleDatabase()
    told = ("squares", "Slope", "gradient", "x: n int")
    Failures(database, "squares", "Slope", "gradient", "x: n in [1, 2]").keep({"x": np.array([7.0])}, {"n": 1})
    Failures(database, "squares", "Slope", "gradient", "x: n in [1, 2]").keep({"x": np.array([1.5])}, {"n": 2})
    assert list(Failures(database, *told).replay()) == []
    gradient = Slope()
    assert verify(squares, gradient, {"x": "n in [1, 2]"}, database=database, examples=2).verdict == "agree"
    assert not any(7.0 in x for x in gradient.seen)
    assert list(Failures(database, "squares", "Slope", "gradient", "x: n in [1, 2]").replay()) == []


def test_a_derivation_keeps_what_refuted_its_rival(tmp_path: Path) -> None:
    derivation = derive.grad(derive.program("L = sum[i](x[i]**3)"), "x")

    def rival(x: Any) -> Any:
        return {"x": 3 * x**2 + (x > 1)}

    first = verify(derivation, rival, database=str(tmp_path), examples=10)
    assert first.verdict == "wrong"
    assert verify(derivation, rival, database=str(tmp_path), examples=10, shrink=False).examples == 1


def test_layouts_and_numbers_come_back() -> None:
    strided = np.arange(12.0).reshape(2, 6)[..., ::2]
    given = {"a": strided, "F": np.asfortranarray(np.ones((2, 3))), "k": 3, "s": np.float32(0.5), "b": True}
    value = packed(given, {"n": 2})
    assert value is not None
    made, sizes = unpacked(value) or ({}, {})
    assert sizes == {"n": 2}
    assert [type(made[n]) for n in ("k", "s", "b")] == [int, np.float32, bool]
    np.testing.assert_array_equal(made["a"], strided)
    assert not made["a"].flags.c_contiguous
    assert made["F"].flags.f_contiguous
    assert packed(given, {"n": 2}) == value


def test_what_is_not_kept() -> None:
    database = InMemoryExampleDatabase()
    failures = Failures(database, "f")
    failures.keep({"x": np.zeros(LARGE + 1)})
    failures.keep({"x": np.array(["a"])})
    database.save(failures.key, b"somebody else's")
    assert list(failures.replay()) == []
    assert not list(database.fetch(failures.key))


def test_an_assertion_keeps_where_hypothesis_does(monkeypatch: pytest.MonkeyPatch) -> None:
    from hypothesis import settings

    database = InMemoryExampleDatabase()
    with monkeypatch.context() as patched:
        patched.setattr("proofs.assertions.settings", lambda: settings(database=database))
        with pytest.raises(AssertionError):
            assert_gradient(squares, Slope(3.0), {"x": "n"}, seconds=0.5)
    assert sum(len(values) for values in database.data.values()) == 1
