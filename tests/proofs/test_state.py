"""Calls that change arguments, remember, raise, print or do not end."""

from __future__ import annotations

import gc
import signal
from typing import Any

import numpy as np
import pytest

from proofs import verify
from proofs.arguments.specifications import SpecificationError
from proofs.calls import User, limit

CACHE: dict[str, Any] = {}
TOTAL: dict[int, Any] = {}
STREAM = np.random.default_rng(1)


def squares(x: Any) -> Any:
    CACHE["x"] = np.array(x)
    return np.sum(x * x)


def writes(x: Any) -> Any:
    x *= 2
    return x


def stale(x: Any) -> Any:
    return 2 * CACHE["x"]


def adds_up(x: Any) -> Any:
    TOTAL[len(x)] = TOTAL.get(len(x), 0) + 2 * x
    return TOTAL[len(x)]


def random(x: Any) -> Any:
    return 2 * x + 1e-3 * STREAM.normal(size=x.shape)


def raises(x: Any) -> Any:
    if np.any(x < 0):
        raise ValueError("negative")
    return 2 * x


def column(x: Any) -> Any:
    return 2 * x[:, None]


ROWS = {
    "mutates x": (writes, "writes into its argument"),
    "after the forward was called": (stale, "stale cache"),
    "adds the same again": (adds_up, "not set to 0"),
    "another gradient": (random, "draws at random"),
    "ValueError: negative\n": (raises, None),
    "has shape": (column, None),
}


@pytest.mark.parametrize("reason", ROWS)
def test_what_calls_leave_behind(reason: str) -> None:
    gradient, said = ROWS[reason]
    report = verify(squares, gradient, inputs={"x": "n"})
    assert report.verdict == "wrong"
    assert reason in report.reasons[0]
    assert said is None or said in (report.diagnosis or "")


def test_an_error_is_shown_with_the_line() -> None:
    report = verify(squares, raises, inputs={"x": "n"})
    assert 'raise ValueError("negative")' in report.reasons[0]


def test_a_loop_without_end_is_stopped() -> None:
    def endless(x: Any) -> Any:
        while True:
            x = x + 0

    user = User(endless, ("x",), seconds=0.2)
    with pytest.raises(Exception, match="did not return within"):
        user.call({"x": np.ones(1)})


def test_no_alarm_is_left_when_the_collector_goes_on() -> None:
    """Its pass over all objects may be longer than the call, and Python swallows what is raised in it."""
    left: list[float] = []

    def watch(*event: Any) -> None:
        left.append(signal.getitimer(signal.ITIMER_REAL)[0])

    gc.callbacks.append(watch)
    try:
        with limit(60):
            cells = [[number] for number in range(10 * gc.get_threshold()[0])]
        kept = [cells[0], [[number] for number in range(10 * gc.get_threshold()[0])]]
    finally:
        gc.callbacks.remove(watch)
    assert kept
    assert left
    assert set(left) == {0.0}


def test_prints_are_told() -> None:
    def talks(x: Any) -> Any:
        print("step")
        return 2 * x

    report = verify(squares, talks, inputs={"x": "n"})
    assert report.verdict == "agree"
    assert any("prints: step" in r for r in report.reasons)


def test_a_forward_that_draws_at_random_has_no_gradient() -> None:
    report = verify(lambda x: np.sum(x) + STREAM.normal(), lambda x: np.ones_like(x), inputs={"x": "n"})
    assert report.verdict == "wrong"
    assert "another value" in report.reasons[0]


def test_the_users_module_is_left_as_it_was() -> None:
    before = squares.__globals__["np"]
    verify(squares, lambda x: 2 * x, inputs={"x": "n"})
    assert squares.__globals__["np"] is before
    assert CACHE["x"].dtype == np.float64


@pytest.mark.parametrize(
    ("gradient", "options", "message"),
    [
        (lambda a, b: a, {}, "does not take the arguments"),
        (lambda x: 2 * x, {"wrt": ["y"]}, "wrt names y"),
        (lambda x: 2 * x, {"dims": {"m": 3}}, "no specification names"),
        (lambda x: 2 * x, {"of": "laplacian"}, "none of"),
        (lambda x: 2 * x, {"inputs": {"x": "n in 3"}}, "no set such as"),
        (lambda x: 2 * x, {"inputs": {"z": "n"}}, "has no argument z"),
        (lambda x: 2 * x, {"inputs": {"x": "n!"}}, "no extent such as"),
    ],
)
def test_bad_input_is_told(gradient: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecificationError, match=message):
        verify(squares, gradient, **{"inputs": {"x": "n"}, **options})


def test_a_forward_that_returns_an_array_is_told() -> None:
    with pytest.raises(SpecificationError, match="a gradient is of one number"):
        verify(lambda x: x * x, lambda x: 2 * x, inputs={"x": "n"}, dims={"n": 3})
