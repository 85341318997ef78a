"""The catalogue: each planted fault is found and named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from proofs import verify
from proofs.arguments.drawing import Case
from proofs.diagnosis.faults import FAULTS, catalogue, fault
from proofs.diagnosis.samples import Sample

Function = Callable[..., Any]


def regression(X: Any, W: Any, Y: Any, lam: Any) -> Any:
    return np.sum((X @ W - Y) ** 2) / (2 * len(X)) + lam * np.sum(W * W) / 2


def regression_gradient(X: Any, W: Any, Y: Any, lam: Any) -> Any:
    return X.T @ (X @ W - Y) / len(X) + lam * W


def softmax(z: Any) -> Any:
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def weighted_softmax(z: Any, g: Any) -> Any:
    return np.sum(g * softmax(z))


def total_tanh(x: Any, g: Any) -> Any:
    return np.sum(g * np.tanh(x))


def by_rows(b: Any, X: Any) -> Any:
    return np.sum((X + b) ** 2) / 2


def tied(W: Any, X: Any) -> Any:
    r = np.tanh(X @ W) @ W.T - X
    return np.sum(r * r) / 2


def overwritten(W: Any, X: Any) -> Any:
    h = np.tanh(X @ W)
    r = h @ W.T - X
    return X.T @ ((r @ W) * (1 - h * h))


def bilinear(A: Any, x: Any, y: Any) -> Any:
    return x @ A @ y


def powers(x: Any) -> Any:
    return np.sum((1 + x * x) ** 1.5)


R = {"X": "n d", "W": "d m", "Y": "n m", "lam": "in [0, 5]"}
Z, T, A = {"z": "n k", "g": "n k"}, {"x": "n", "g": "n"}, {"A": "d d", "x": "d", "y": "d"}
ROWS: dict[str, tuple[Function, Function, dict[str, str], list[str], str]] = {
    "twice": (regression, lambda X, W, Y, lam: 2 * regression_gradient(X, W, Y, lam), R, ["W"], "factor 2"),
    "sign": (regression, lambda X, W, Y, lam: -regression_gradient(X, W, Y, lam), R, ["W"], "wrong sign"),
    "1/n": (by_rows, lambda b, X: np.mean(X + b, axis=0), {"b": "d", "X": "n d"}, ["b"], "1/n"),
    "L2 dropped": (regression, lambda X, W, Y, lam: X.T @ (X @ W - Y) / len(X), R, ["W"], "misses the term lam*W"),
    "L2 doubled": (
        regression,
        lambda X, W, Y, lam: regression_gradient(X, W, Y, lam) + lam * W,
        R,
        ["W"],
        "extra term lam*W",
    ),
    "softmax": (weighted_softmax, lambda z, g: g * softmax(z) * (1 - softmax(z)), Z, ["z"], "elementwise"),
    "slope missing": (total_tanh, lambda x, g: 1.0 * g, T, ["x"], "tanh'"),
    "slope twice": (total_tanh, lambda x, g: g * (1 - np.tanh(x) ** 2) ** 2, T, ["x"], "tanh' twice"),
    "slope elsewhere": (total_tanh, lambda x, g: g * (1 - np.tanh(np.tanh(x)) ** 2), T, ["x"], "at the activation"),
    "transposed": (bilinear, lambda A, x, y: np.outer(y, x), A, ["A"], "transpose"),
    "not summed": (by_rows, lambda b, X: X + b, {"b": "d", "X": "n d"}, ["b"], "not summed"),
    "shifted": (total_tanh, lambda x, g: np.roll(g * (1 - np.tanh(x) ** 2), 1), T, ["x"], "shifted by 1"),
    "zero": (total_tanh, lambda x, g: np.zeros_like(x), T, ["x"], "is 0"),
    "one use lost": (tied, overwritten, {"W": "d h", "X": "n d"}, ["W"], "without the term"),
    "exponent": (powers, lambda x: 3 * x * (1 + x * x) ** 1.5, {"x": "n"}, ["x"], "the exponent 3/2 for 1/2"),
    "beyond a bound": (total_tanh, lambda x, g: np.where(x > 1.5, 0, g * (1 - np.tanh(x) ** 2)), T, ["x"], "x > 1.5"),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_planted_fault_is_named(name: str) -> None:
    forward, gradient, inputs, wrt, said = ROWS[name]
    report = verify(forward, gradient, inputs=inputs, wrt=wrt)
    assert report.verdict == "wrong", report.reasons
    assert said in (report.diagnosis or ""), report.diagnosis


def test_what_no_row_explains_is_said_to_be_so() -> None:
    report = verify(total_tanh, lambda x, g: g * np.cos(3 * x + g), inputs=T, wrt=["x"])
    assert report.verdict == "wrong"
    assert report.diagnosis is None


def test_the_catalogue_says_what_each_row_does() -> None:
    assert all(catalogue().values())
    with pytest.raises(ValueError, match="already"):
        fault(next(iter(FAULTS)))(lambda samples: None)


def of_shapes(found: tuple[int, ...], right: tuple[int, ...]) -> list[Sample]:
    """Two gradients, of which one has another shape than its argument."""
    draw = np.random.default_rng(0).normal
    arguments = [{"X": draw(size=right), "c": draw()} for _ in range(2)]
    return [Sample("X", Case(a, {"n": 2}), np.array(draw(size=found)), np.array(draw(size=right))) for a in arguments]


@pytest.mark.parametrize("found", [(4,), (2,), (1, 2), (2, 1), (2, 2, 2), (1, 3), ()])
@pytest.mark.parametrize("right", [(2, 2), (1, 2), (3,), ()])
@pytest.mark.parametrize("name", sorted(FAULTS))
def test_no_row_stumbles_over_another_shape(name: str, found: tuple[int, ...], right: tuple[int, ...]) -> None:
    FAULTS[name](of_shapes(found, right))
