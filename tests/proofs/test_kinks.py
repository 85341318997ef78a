"""Arguments on the branches of a forward: the quick profile finds a value at a kink that is no slope, at any seed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from proofs import verify
from proofs.arguments.drawing import Case
from proofs.arguments.kinks import onto_branch
from proofs.arguments.specifications import arguments_of
from proofs.calls import User

SEEDS = range(2)  # docs/verification.md has the 50 of each


def at(z: Any, value: float) -> Any:
    """The step of relu, but for its value at 0."""
    return np.where(z == 0, value, z > 0)


def hinge(w: Any, X: Any, y: Any) -> Any:
    return np.maximum(0, 1 - y * (X @ w)).mean()


def deep(x: Any, W: Any, V: Any) -> Any:
    return np.maximum(np.maximum(x @ W, 0) @ V - 1, 0).sum()


def deep_gradient(x: Any, W: Any, V: Any, value: float = 2.0) -> Any:
    h = np.maximum(x @ W, 0)
    return np.outer(h, at(h @ V - 1, value))


KINKS: dict[str, tuple[Callable[..., Any], Callable[..., Any], dict[str, str], str]] = {
    "hinge": (
        hinge,
        lambda w, X, y: -X.T @ (y * at(1 - y * (X @ w), 2.0)) / len(y),
        {"w": "d", "X": "n d", "y": "n in {-1, 1}"},
        "w",
    ),
    "layer": (
        lambda X, W, b: np.maximum(X @ W + b, 0).sum(),
        lambda X, W, b: X.T @ at(X @ W + b, -1.0),
        {"X": "n d", "W": "d m", "b": "m"},
        "W",
    ),
    "two layers": (deep, deep_gradient, {"x": "d", "W": "d h", "V": "h m"}, "V"),
    "shrinkage": (
        lambda x: np.maximum(np.abs(x) - 0.37, 0).sum(),
        lambda x: at(np.abs(x) - 0.37, 2.0) * np.sign(x),
        {"x": "n"},
        "x",
    ),
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", KINKS)
def test_a_value_beyond_the_slopes_at_a_kink(name: str, seed: int) -> None:
    forward, gradient, inputs, wrt = KINKS[name]
    options = {"inputs": inputs, "wrt": [wrt], "profile": "quick", "seconds": 20}
    assert verify(forward, gradient, random_seed=seed, shrink=False, **options).verdict == "wrong"


def test_a_slope_at_a_kink_is_right() -> None:
    inputs = KINKS["two layers"][2]
    report = verify(deep, lambda x, W, V: deep_gradient(x, W, V, 0.0), inputs, wrt="V", examples=60, seconds=30)
    assert report.verdict == "kink"


def moved(forward: Callable[..., Any], specification: str, values: Any) -> Any:
    case = Case({"x": np.array(values)}, {"n": len(values)})
    specifications = arguments_of(forward, {"x": specification}).specifications
    made = onto_branch(User(forward, ("x",)), case, specifications, np.random.default_rng(0))
    return None if made is None else made.arguments["x"]


def test_one_number_is_moved_onto_a_branch() -> None:
    assert float(moved(lambda x: np.maximum(x[0] * x[1] - 3, 0), "n", [0.9, 2.2]).prod()) == 3
    assert 0.7 in np.abs(moved(lambda x: np.sum(np.clip(x, -0.7, 0.7)), "n", [0.9, 2.2]))


def test_where_none_can_be_moved_so_they_are_as_they_were() -> None:
    """exp x = 3 for no float."""
    assert moved(lambda x: np.sum(np.maximum(np.exp(x) - 3, 0)), "n", [0.9, 2.2]).tolist() == [1, 2]


def test_none_is_moved_out_of_its_domain_or_without_a_branch() -> None:
    assert moved(lambda x: np.sum(x * x), "n", [0.9, 2.2]) is None
    assert moved(lambda x: np.sum(np.maximum(x + 1, 0)), "n in [0, 4]", [0.9, 2.2]).tolist() == [1, 2]
