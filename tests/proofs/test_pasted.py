"""Whatever is found, the test that is pasted fails as the gradient is and passes once it is right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from proofs import verify


def half(x: Any) -> Any:
    return (x**2).sum() / 2


def slope(x: Any) -> Any:
    return 1.0 * x


def hinge(x: Any) -> Any:
    return np.maximum(x, 0).sum()


def halving(x: Any) -> Any:
    made = 1.0 * x
    x /= 2
    return made


def counted() -> Callable[..., Any]:
    """Adds to what it gave before."""
    kept: dict[int, Any] = {}

    def gradient(x: Any) -> Any:
        kept[len(x)] = kept.get(len(x), 0) + x
        return kept[len(x)]

    return gradient


KEPT: dict[str, Any] = {}


def keeping(x: Any) -> Any:
    """Keeps its argument, of which `stale` makes the gradient."""
    KEPT["x"] = 1.0 * x
    return half(x)


def stale(x: Any) -> Any:
    return KEPT["x"]


def hinge_slope(x: Any) -> Any:
    return 1.0 * (x > 0)


ROWS: dict[str, tuple[Callable[..., Any], Callable[[], Callable[..., Any]], Callable[..., Any], str]] = {
    "a number": (half, lambda: lambda x: 2.0 * x, slope, "assert_allclose"),
    "at a kink": (hinge, lambda: lambda x: np.where(x == 0, 2.0, x > 0), hinge_slope, "<= gradient["),
    "a shape": (half, lambda: lambda x: x[:, None] * 1.0, slope, "np.shape(gradient)"),
    "an argument": (half, lambda: halving, slope, "assert_array_equal(x, before)"),
    "a buffer": (half, counted, slope, "first)"),
    "a stale cache": (keeping, lambda: lambda x: stale(x), slope, "first)"),
}


@pytest.mark.parametrize("name", ROWS)
def test_it_fails_now_and_passes_when_right(name: str) -> None:
    forward, made, right, said = ROWS[name]
    candidate = made()
    candidate.__name__ = candidate.__qualname__ = "gradient_of"
    report = verify(forward, candidate, inputs={"x": "n"}, profile="quick", seconds=20)
    assert report.verdict == "wrong"
    assert said in report.test, report.test
    run(report.test, right)
    with pytest.raises(AssertionError):
        run(report.test, made())


def run(text: str, gradient: Callable[..., Any]) -> None:
    space: dict[str, Any] = {"np": np, "gradient_of": gradient, "keeping": keeping}
    exec(text, space)
    space["test_gradient_of"]()
