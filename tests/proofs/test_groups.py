"""A million entries at once: one bad entry is found and named, right gradients agree, and what is not seen is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from proofs import Report, verify
from proofs.approximate import spread_of
from proofs.calls import User
from proofs.groups import Group, Lines

MILLION, PLANTED = 10**6, 137_731
FEW = np.random.default_rng(0).normal(size=(4, 400))


def off(gradient: Callable[..., Any], relative: float = 0.01) -> Callable[..., Any]:
    """The gradient with one entry off."""

    def planted(x: Any) -> Any:
        made = gradient(x).copy()
        made.flat[PLANTED % made.size] *= 1 + relative
        return made

    return planted


def judged(forward: Callable[..., Any], gradient: Callable[..., Any], text: str = "n", **dims: int) -> Report:
    return verify(forward, gradient, inputs={"x": text}, dims=dims or {"n": MILLION}, seconds=0.1)


def network(x: Any) -> Any:
    return np.maximum(FEW @ x, 0).sum() / 4


def network_gradient(x: Any) -> Any:
    return FEW.T @ (FEW @ x > 0).astype(float) / 4


def test_one_of_a_million_is_named() -> None:
    report = judged(lambda x: (x * x).mean(), off(lambda x: 2 * x / x.size))
    assert report.verdict == "wrong"
    assert report.reasons[0].startswith(f"x[{PLANTED}]: ")


def test_a_right_million_agrees() -> None:
    report = judged(lambda x: (x * x).mean(), lambda x: 2 * x / x.size)
    assert report.verdict == "agree"
    assert report.tensors["x"].entries == MILLION
    assert "smallest fault of one entry" in report.reasons[-1]


ROWS: dict[str, tuple[Callable[..., Any], Callable[..., Any], str, dict[str, int]]] = {
    "kinks": (network, network_gradient, "400 m", {"m": 100}),
    "float64 only": (lambda x: np.sum(np.sin(np.asarray(x, dtype=float))), np.cos, "n", {"n": 30_000}),
    "coupled": (lambda x: np.log(np.exp(x).sum()), lambda x: np.exp(x) / np.exp(x).sum(), "n", {"n": 30_000}),
    "symmetric": (lambda x: (x * x).sum(), lambda x: 2 * x, "n n symmetric", {"n": 160}),
    "positive": (lambda x: np.log(x).sum(), lambda x: 1 / x, "n in (0, inf)", {"n": 30_000}),
}


@pytest.mark.parametrize("name", ROWS)
def test_right_and_off(name: str) -> None:
    forward, gradient, text, dims = ROWS[name]
    assert judged(forward, gradient, text, **dims).verdict == "agree"
    assert judged(forward, off(gradient), text, **dims).verdict == "wrong"


def test_not_finite() -> None:
    report = judged(lambda x: (x * x).sum(), off(lambda x: 2 * x, np.nan), n=30_000)
    assert report.verdict == "non-finite"


def test_noise_is_inconclusive_and_says_what_it_hides() -> None:
    forward = lambda x: 1e8 + 1e-6 * np.asarray(x, dtype=float).sum()  # noqa: E731
    report = judged(forward, lambda x: np.full(x.shape, 1e-6), n=30_000)
    assert report.verdict == "inconclusive"
    assert "no fault below" in report.reasons[0]


def test_float_code_of_a_few_hundred_entries() -> None:
    """Code that takes floats alone used to have 40 entries looked at."""
    forward = lambda x: float(np.sum(np.sin(np.asarray(x, dtype=float))))  # noqa: E731
    report = judged(forward, off(lambda x: np.cos(np.asarray(x, dtype=float))), n=900)
    assert report.verdict == "wrong"
    assert report.reasons[0].startswith(f"x[{PLANTED % 900}]: ")


@pytest.mark.parametrize(("forward", "gradient"), [(lambda x: (x**3).sum(), lambda x: 3 * x**2), (network, None)])
def test_sees_what_it_says(forward: Callable[..., Any], gradient: Callable[..., Any] | None) -> None:
    """A fault twice the smallest that is said to be seen is seen."""
    gradient = gradient or network_gradient
    stream = np.random.default_rng(1)
    x = stream.normal(size=(400, 60))

    floats = np.asarray(gradient(x), dtype=float)
    spread = spread_of(User(gradient, ("x",), keywords=False), {"x": x}, ["x"], "x", floats, stream)
    lines = Lines(User(forward, ("x",), keywords=False), {"x": x}, "x")
    right, sees = Group(lines, floats, spread, SIGNS).verdict()
    assert right.verdict == "agree"
    floats[17, 3] += 2 * sees
    assert Group(lines, floats, spread, SIGNS).verdict()[0].verdict != "agree"


SIGNS = np.random.default_rng(2).choice([-1.0, 1.0], 24_000)


def test_a_large_counterexample_has_the_smallest_size_that_fails() -> None:
    def gradient(x: Any) -> Any:
        return 2 * x * (1 + (len(x) > 22_030))

    report = verify(lambda x: np.sum(x * x), gradient, {"x": "n"}, dims={"n": (22_000, 22_064)}, seconds=30)
    assert report.counterexample is not None
    assert report.counterexample["x"].shape == (22_031,)
    assert report.diagnosis == "is wrong only where n >= 22031"
    assert report.test == ""


def test_a_fault_of_large_arrays_is_named_on_small_ones() -> None:
    report = verify(lambda x: np.sum(x * x), lambda x: 4 * x, {"x": "n"}, dims={"n": (25_000, 40_000)}, seconds=10)
    assert report.diagnosis == "x: equals the right gradient without the factor 1/2, or with an extra factor 2"


def test_a_large_counterexample_becomes_a_small_one() -> None:
    report = verify(lambda x: np.sum(x * x), lambda x: 4 * x, {"x": "n"}, dims={"n": (1, 10**6)}, seconds=10)
    assert report.counterexample is not None
    assert report.counterexample["x"].tolist() == [1.0]
    assert "def test_" in report.test
