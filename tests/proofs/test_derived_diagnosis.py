"""What is wrong with a gradient of one's own that is held against a derivation, in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import derive
from proofs import verify
from proofs.derived import Verifier

DERIVATION = derive.grad(
    derive.program("""
    z[i] = sum[j](X[i,j] * w[j])
    L = sum[i]((z[i] - y[i])**2) / size[X,0]
    """),
    ["w"],
)


def slopes(X: Any, w: Any, y: Any, target: float = 1.0, power: int = 1, factor: float = 1.0) -> dict[str, Any]:
    return {"w": factor * 2 * X.T @ (X @ w - target * y) ** power / len(X)}


def mutates(X: Any, w: Any, y: Any) -> dict[str, Any]:
    g = slopes(X, w, y)
    X *= 2
    return g


ROWS: dict[str, tuple[Callable[..., Any], str]] = {
    "a factor": (lambda **g: slopes(**g, factor=2.0), "without the factor 1/2, or with an extra factor 2"),
    "a size": (lambda **g: slopes(**g, factor=len(g["X"])), "without the factor 1/n, or with an extra factor n"),
    "a term": (lambda **g: slopes(**g, target=0.0), "equals the right gradient without the term"),
    "twice": (lambda **g: slopes(**g, power=2), "equals the right gradient with the factor"),
    "an argument": (mutates, "writes into its argument: mutates X"),
}


@pytest.mark.parametrize("name", ROWS)
def test_the_fault_is_named(name: str) -> None:
    gradient, expected = ROWS[name]
    report = verify(DERIVATION, gradient, examples=10)
    assert report.verdict == "wrong"
    assert report.diagnosis is not None
    assert report.diagnosis.startswith("w: ")
    assert expected in report.diagnosis


def test_a_threshold_of_a_rival() -> None:
    cube = derive.grad(derive.program("L = sum[i](x[i]**3)"), "x")
    report = verify(cube, lambda x: {"x": np.where(x > 0.3, 2.0, 3.0) * x**2}, examples=20)
    assert report.diagnosis == "x: is wrong only where x > 0.3"


def test_a_right_one_has_no_diagnosis_and_many_are_not_diagnosed() -> None:
    assert verify(DERIVATION, slopes, examples=6).diagnosis is None
    report = Verifier(DERIVATION, examples=6).verdict(ROWS["a factor"][0])
    assert (report.verdict, report.diagnosis) == ("wrong", None)


def test_messages_are_in_the_text_language() -> None:
    def steps(x: Any) -> Any:
        return np.sum(np.where(x > 1, x * np.sum(x), x**2))

    def without(x: Any) -> Any:
        return np.where(x > 1, np.sum(x), 2 * x)

    report = verify(steps, without, {"x": "n in [0, 2]"}, dims={"n": (2, 4)}, seconds=2)
    assert report.verdict == "wrong"
    assert report.diagnosis is not None
    assert report.diagnosis.startswith("x: equals the right gradient without the term sum[")
    assert "Reduce" not in report.diagnosis
    assert "Compare" not in report.diagnosis
