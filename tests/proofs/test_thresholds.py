"""Where a gradient goes wrong, to the figures that are printed: thresholds inside code, of one entry or of |x|."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from proofs import verify
from proofs.arguments.drawing import Case
from proofs.diagnosis.samples import Sample
from proofs.diagnosis.thresholds import between, by_threshold, short


def squares(x: Any) -> Any:
    return np.sum(x * x)


def sigmoids(x: Any) -> Any:
    return np.sum(1 / (1 + np.exp(-x)))


def naive(x: Any) -> Any:
    """0 below -354.9, where the square overflows, and nan below -709.78."""
    e = np.exp(-x)
    return e / (1 + e) ** 2


def wrong_where(holds: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda x: np.where(holds(x), 2.1 * x + 1, 2 * x)


END = {"x": "n in (-inf, inf)"}
ROWS: dict[str, tuple[Any, Any, dict[str, str], str]] = {
    "an overflow": (sigmoids, naive, END, "is not finite where x < -709.78"),
    "the other side": (sigmoids, lambda x: naive(-x), END, "is not finite where x > 709.78"),
    "a number": (squares, wrong_where(lambda x: x > math.e), {"x": "n"}, "is wrong only where x > 2.7183"),
    "a magnitude": (squares, wrong_where(lambda x: abs(x) > 1 / 3), {"x": "n"}, "is wrong only where |x| > 0.33333"),
    "far out": (squares, wrong_where(lambda x: abs(x) > 55.5), {"x": "n"}, "is wrong only where |x| > 55.5"),
    "near 0": (squares, wrong_where(lambda x: x < -0.02), {"x": "n"}, "is wrong only where x < -0.02"),
    "0 itself": (squares, wrong_where(lambda x: x > 0), {"x": "n"}, "is wrong only where x > 0"),
    "small": (squares, wrong_where(lambda x: abs(x) < 0.015), {"x": "n in [-1, 1]"}, "wrong only where |x| < 0.015"),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_threshold_is_found_to_its_figures(name: str) -> None:
    forward, gradient, inputs, expected = ROWS[name]
    report = verify(forward, gradient, inputs, seconds=2)
    assert report.diagnosis is not None
    assert report.diagnosis.endswith(expected)


def sample(x: float, found: float) -> Sample:
    return Sample("x", Case({"x": np.array([x])}), np.array([found]), np.array([1.0]))


def judged(wrong: Callable[[float], float]) -> Callable[[Case], Sample]:
    return lambda case: sample(float(case.arguments["x"][0]), wrong(float(case.arguments["x"][0])))


def test_digits_that_are_lost_little_by_little_have_no_threshold() -> None:
    """Off by 1e-12 x²: where that begins to count depends on what is counted."""
    loses = judged(lambda x: 1 + 1e-12 * x * x)
    samples = [loses(Case({"x": np.array([x])})) for x in (1.0, 2.0, 200.0, 3000.0)]
    assert by_threshold(samples, loses) == "where x > about 32"


def test_one_wrong_sample_is_told_only_if_it_goes_on() -> None:
    right = [sample(1.0, 1.0), sample(-4.0, 1.0)]
    island = judged(lambda x: 2.0 if x == 5 else 1.0)
    assert by_threshold([*right, sample(5.0, 2.0)], island, one=True) is None
    beyond = judged(lambda x: 2.0 if x > 4.5 else 1.0)
    assert by_threshold([*right, sample(5.0, 2.0)], beyond, one=True) == "where x > 4.5"
    sides = judged(lambda x: 2.0 if abs(x) > 4.5 else 1.0)
    assert by_threshold([*right, sample(5.0, 2.0)], sides, one=True) == "where |x| > 4.5"


def test_whole_numbers_have_nothing_between() -> None:
    def of(k: int, found: float) -> Sample:
        return Sample("x", Case({"x": np.array([1.0]), "k": k}), np.array([found]), np.array([1.0]))

    def never(case: Case) -> Sample:
        raise AssertionError

    assert by_threshold([of(4, 2.0), of(3, 2.0), of(2, 1.0), of(0, 1.0)], never) == "where k > 2"
    assert by_threshold([of(0, 2.0), of(1, 2.0), of(2, 1.0)], never) == "where k < 2"


def test_one_number_alone_is_no_threshold() -> None:
    zero = judged(lambda x: 2.0 if x == 0 else 1.0)
    assert by_threshold([sample(1.0, 1.0), sample(-4.0, 1.0), sample(0.0, 2.0)], zero, one=True) is None


@pytest.mark.parametrize(("low", "high"), [(0.0, 1e300), (1e-300, 1e300), (-3.0, 5.0), (-7.0, -6.0), (2.0, 2.5)])
def test_halving_ends(low: float, high: float) -> None:
    for count in range(120):
        middle = between(low, high)
        assert low < middle < high
        if high - low <= 1e-9 * max(abs(low), abs(high)):
            break
        low, high = (low, middle) if count % 3 else (middle, high)
    assert high - low <= 1e-8 * max(abs(low), abs(high), 1.0)


def test_figures() -> None:
    pairs = (2.9999999, 3.0), (55.4999, 55.5), (709.7827, 709.7828)
    assert [short(*pair) for pair in pairs] == ["3", "55.5", "709.78"]
    assert short(1.0, 1.5) is None
