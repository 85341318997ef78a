"""Verdicts on gradients of anybody's code: each with planted faults, and right twins that must not alarm."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from proofs import verify

Function = Callable[..., Any]


def logistic(X: Any, w: Any, y: Any) -> Any:
    z = X @ w
    return np.mean(np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z))))


def logistic_gradient(X: Any, w: Any, y: Any) -> Any:
    z = X @ w
    e = np.exp(-np.abs(z))
    return X.T @ (np.where(z >= 0, 1.0, e) / (1 + e) - y) / len(y)


def one_entry_off(X: Any, w: Any, y: Any) -> Any:
    g = logistic_gradient(X, w, y)
    g[-1] *= 1.01
    return g


def wrong_sign(x: Any) -> Any:
    g = 2 * x
    g[0] = -g[0]
    return g


def beyond_three(x: Any) -> Any:
    return np.where(x > 3, 2.1 * x, 2 * x)


def naive_sigmoid_slope(x: Any) -> Any:
    e = np.exp(-x)
    return e / (1 + e) ** 2


def sigmoid_total(x: Any) -> Any:
    return np.sum(1 / (1 + np.exp(-x)))


def tail(x: Any) -> Any:
    e = np.exp(-np.abs(x))
    return e / (1 + e) ** 2


def squares(x: Any) -> Any:
    return np.sum(x * x)


def tiny_slope(x: Any) -> Any:
    return 1e-6 * np.sum(x)


def ramp(x: Any) -> Any:
    return np.sum(np.maximum(x, 0))


def far(x: Any) -> Any:
    return 1e8 + np.sum(np.sin(x))


SPEC = {"X": "n d", "w": "d", "y": "n in {0, 1}"}
# The table of the issue: what common checkers miss or cry out at.
ROWS: dict[str, tuple[Function, Function, dict[str, str], str]] = {
    "A one of many entries off": (logistic, one_entry_off, SPEC, "wrong"),
    "B one small entry of the wrong sign": (squares, wrong_sign, {"x": "n in [-1e-7, 1e-7]"}, "wrong"),
    "C true 1e-6, returns 0": (tiny_slope, np.zeros_like, {"x": "n"}, "wrong"),
    "D missing 1/N": (logistic, lambda X, w, y: logistic_gradient(X, w, y) * len(y), SPEC, "wrong"),
    "E wrong beyond 3": (squares, beyond_three, {"x": "n"}, "wrong"),
    "F off by 1e-4": (squares, lambda x: 2.0002 * x, {"x": "n"}, "wrong"),
    "G nan": (squares, lambda x: np.where(x > 2.5, np.nan, 2 * x), {"x": "n"}, "non-finite"),
    "H nan below -709": (sigmoid_total, naive_sigmoid_slope, {"x": "n in (-inf, inf)"}, "non-finite"),
    "I relu at 0": (ramp, lambda x: 1.0 * (x > 0), {"x": "n"}, "kink"),
    "I relu at 0, one": (ramp, lambda x: 1.0 * (x >= 0), {"x": "n"}, "kink"),
    "I relu at 0, minus one": (ramp, lambda x: np.where(x == 0, -1.0, x > 0), {"x": "n"}, "wrong"),
    "K an offset of 1e8": (far, np.cos, {"x": "n"}, "agree"),
    "right": (logistic, logistic_gradient, SPEC, "agree"),
    "right tail": (sigmoid_total, tail, {"x": "n"}, "agree"),
}


@pytest.mark.parametrize("name", ROWS)
def test_the_table(name: str) -> None:
    forward, gradient, inputs, expected = ROWS[name]
    wrt = ["w"] if "w" in inputs else None
    report = verify(forward, gradient, inputs=inputs, wrt=wrt)
    assert report.verdict == expected, report.reasons


def third(x: Any) -> Any:
    """A constant that is rounded to 53 bits, where the terms cancel."""
    return np.where(x <= -3, 0.0, np.where(x >= 3, 1.0, x * (1.0 / 3.0) + 0.5))


def hard_swish(x: Any) -> Any:
    return np.sum(x * np.minimum(np.maximum(x + 3.0, 0.0), 6.0) / 6.0)


@pytest.mark.parametrize("x", [-1.5, -3.0, 3.0, 0.0])
def test_a_rounded_constant_is_no_fault(x: float) -> None:
    report = verify(hard_swish, third, inputs={"x": lambda stream, sizes: np.array([x + 0.5 * stream.integers(2)])})
    assert report.verdict in ("agree", "kink"), report.reasons


def test_a_function_draws_what_no_specification_says() -> None:
    seen = []

    def draw(stream: np.random.Generator, sizes: Any) -> Any:
        seen.append(sizes["n"])
        return np.linspace(1.0, 2.0, sizes["n"])

    report = verify(squares, lambda x: 2 * x, inputs={"x": draw}, dims={"n": (2, 5)})
    assert report.verdict == "agree"
    assert set(seen) <= {2, 3, 4, 5}


def sinc(x: Any) -> Any:
    safe = np.where(x == 0, 1.0, x)
    return np.sum(np.where(x == 0, 1.0, np.sin(safe) / safe))


def sinc_by_the_quotient_rule(x: Any) -> Any:
    safe = np.where(x == 0, 1.0, x)
    return np.where(x == 0, 0.0, np.cos(safe) / safe - np.sin(safe) / safe / safe)


def sinc_with_a_series(x: Any) -> Any:
    w = x * x
    series = -(x / 3) * (1 - w / 10 * (1 - w / 28 * (1 - w / 54 * (1 - w / 88 * (1 - w / 130)))))
    return np.where(np.abs(x) < 0.3, series, sinc_by_the_quotient_rule(x))


def cross_entropy(z: Any, y: Any) -> Any:
    return np.sum(np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z))))


def probability_less_label(z: Any, y: Any) -> Any:
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, e) / (1 + e) - y


def length(x: Any, y: Any) -> Any:
    m = np.maximum(np.abs(x), np.abs(y))
    return np.sum(m * np.sqrt((x / m) ** 2 + (y / m) ** 2))


def squared_length_overflows(x: Any, y: Any) -> Any:
    r = np.sqrt(x * x + y * y)
    return x / r, y / r


LOGITS = {"z": "n in [-700, 700]", "y": "n in {0, 1}"}
HUGE = {"x": "n in [-1e300, 1e300]", "y": "n in [1, 1e300]"}
DIGITS: dict[str, tuple[Function, Function, dict[str, str], str]] = {
    "a cancellation near 0": (sinc, sinc_by_the_quotient_rule, {"x": "n in [1e-12, 30]"}, "wrong"),
    "its cure": (sinc, sinc_with_a_series, {"x": "n in [-30, 30]"}, "agree"),
    "a saturated p - y": (
        cross_entropy,
        probability_less_label,
        {"z": "n in [-700, 700]", "y": "n in {0, 1}"},
        "agree",
    ),
    "an overflow": (length, squared_length_overflows, HUGE, "wrong"),
}


@pytest.mark.parametrize("name", DIGITS)
def test_lost_digits_are_told_from_rounding(name: str) -> None:
    forward, gradient, inputs, expected = DIGITS[name]
    report = verify(forward, gradient, inputs=inputs)
    assert report.verdict == expected, (report.reasons, report.test)
    assert expected == "agree" or "digits are lost" in report.reasons[0]


def test_the_pasted_test_fails_where_the_report_says() -> None:
    report = verify(squares, beyond_three, inputs={"x": "n"})
    assert report.test.startswith("def test_beyond_three():\n    x = np.array([")
    assert report.counterexample is not None
    assert np.any(report.counterexample["x"] > 3)
    assert "np.testing.assert_allclose(gradient[" in report.test


def test_the_same_seed_finds_the_same() -> None:
    one, two = (verify(squares, beyond_three, inputs={"x": "n"}, random_seed=3) for _ in range(2))
    assert one.examples == two.examples
    assert one.reasons == two.reasons


def test_a_tie_that_is_counted_twice_is_wrong() -> None:
    """Each entry alone lies between the slopes on its sides; moved together a maximum has the slope of one."""

    def all_that_tie(x: Any) -> Any:
        return np.where(x == x.max(), 1.0, 0.0)

    def first_that_ties(x: Any) -> Any:
        return (np.arange(x.size) == np.argmax(x)).astype(float)

    report = verify(lambda x: x.max(), all_that_tie, inputs={"x": "n"}, seconds=3)
    assert report.verdict == "wrong"
    assert "together" in report.reasons[0]
    assert "tie" in (report.diagnosis or "")
    assert verify(lambda x: x.max(), first_that_ties, inputs={"x": "n"}, seconds=1).verdict == "kink"
