"""Losses of the library and of text, with weights, at the far ends: finite and within what rounding allows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

import derive
from derive import models
from derive.equation import Program
from numeric import interpreter
from numeric.compiler import build
from proofs.rounding import Evaluator

Arrays = Mapping[str, Any]
LAYER_NORM = """
    mu[i] = mean[j](X[i,j])
    v[i] = mean[j]((X[i,j] - mu[i])**2)
    L = sum[i,j](T[i,j]*(g[j]*(X[i,j] - mu[i])/sqrt(v[i] + 1/100000) + b[j]))
    parameter X, g, b
"""
ONE_PASS = LAYER_NORM.replace("mean[j]((X[i,j] - mu[i])**2)", "mean[j](X[i,j]**2) - mu[i]**2")
ATTENTION = """
    S[i,j] = sum[c](Q[i,c]*K[j,c])
    E[i,j] = exp(S[i,j])
    P[i,j] = E[i,j]/sum[l](E[i,l])
    L = sum[i,c](sum[j](P[i,j]*V[j,c])**2)/2
    parameter Q, K, V
"""
LOGSUMEXP = "Z[i,k] = sum[j](X[i,j]*W[j,k])\nL = mean[i](log(sum[k](exp(Z[i,k]))) - Z[i,y[i]])\ninteger y\nparameter W"
NORMS = "D[i,k] = X[i,k] - C[k]\nL = sum[i](sqrt(sum[k](D[i,k]**2)))\nparameter C"
BCE = "A[i] = 1/(1 + exp(-sum[j](X[i,j]*w[j])))\nL = -mean[i](y[i]*log(A[i]) + (1 - y[i])*log(1 - A[i]))\nparameter w"
GIVEN = "L = -mean[i](y[i]*log(A[i]) + (1 - y[i])*log(1 - A[i]))\nparameter A"
EYE, FAR = np.eye(2), np.array([[1e4, -1e4], [-9999.0, 1e4]])
NEAR = np.array([[690.7, -690.7], [36.9, -745.0]])
OFFSET = np.array([[1e8, 1e8 + 1, 1e8 - 3], [1e8 + 0.5, 1e8, 1e8 + 2]])
T = np.array([[0.5, -1.0, 2.0], [1.0, 0.25, -0.5]])
CASES: dict[str, tuple[Program, Arrays]] = {
    **{
        f"{name} {place}": (derive.program(text), arrays)
        for place, Z in {"at 1e4": FAR, "within 1e-300 of 0 and 1": NEAR}.items()
        for name, (text, arrays) in {
            "bce": (BCE, {"X": Z, "w": np.array([1.0, 0.5]), "y": np.array([0.0, 1.0])}),
            "logsumexp": (LOGSUMEXP, {"X": EYE, "W": Z, "y": np.array([1, 0])}),
            "attention": (ATTENTION, {"Q": EYE, "K": Z, "V": np.array([[1.0, 2.0], [-0.5, 0.25]])}),
        }.items()
    },
    "softmax regression at 1e4": (
        models.make("softmax_regression"),
        {"X": EYE, "W": FAR, "b": np.zeros(2), "Y": EYE[::-1]},
    ),
    "mlp at 1e4": (
        models.mlp([2, 2, 2], loss="bce"),
        {"X": EYE, "W1": FAR, "b1": np.zeros(2), "W2": FAR, "b2": np.zeros(2), "Y": EYE[::-1]},
    ),
    "layer norm at 1e8": (derive.program(LAYER_NORM), {"X": OFFSET, "T": T, "g": T[0], "b": T[1]}),
    "layer norm of one pass at 1e8": (derive.program(ONE_PASS), {"X": OFFSET, "T": T, "g": T[0], "b": T[1]}),
    "norms at 1e8": (derive.program(NORMS), {"X": OFFSET, "C": np.array([1e8, 1e8 + 4, 1e8 - 1])}),
    "norms at 1e-200": (derive.program(NORMS), {"X": 1e-200 * T, "C": np.zeros(3)}),
    "norms at 1e200": (derive.program(NORMS), {"X": 1e200 * T, "C": np.zeros(3)}),
}


def off(name: str, **options: bool) -> float:
    """The largest error of a slope, in units of what rounding may make of the formulas that are compiled."""
    program, arrays = CASES[name]
    # exp(-1e4) is 10**-4343, and 1 - sigmoid(1e4) has to differ from 0.
    digits = 4500 if name.endswith("1e4") else 800
    derivation = derive.grad(program)
    gradient = build(derivation, **options)
    with np.errstate(all="ignore"):
        found = gradient(**arrays)
    exact = interpreter.evaluate(derivation.program, arrays, digits)
    bounds = Evaluator(build(derivation).derivation.program, arrays, 2.0**-53, digits)
    return max(
        _error(found[v][at], float(exact[f"{v}_bar"][at]), float(bound.error))
        for v in derivation.wrt
        for at, bound in bounds.tensor(f"{v}_bar").items()
    )


def _error(found: Any, exact: float, bound: float) -> float:
    return abs(float(found) - exact) / (4 * bound + 1e-300) if np.isfinite(found) else np.inf


@pytest.mark.parametrize("name", CASES)
def test_gradients_are_finite_and_right(name: str) -> None:
    assert off(name) <= 1


@pytest.mark.parametrize("name", ["bce at 1e4", "attention at 1e4", "layer norm of one pass at 1e8"])
def test_as_typed_they_are_not(name: str) -> None:
    assert off(name, safe=False) > 1


def test_probabilities_at_the_ends() -> None:
    """1 - 1e-300 is 1 as a float: where the label agrees the slope is -1/A or 1/(1 - A), without 0/0."""
    A = np.array([1e-300, 5e-324, 0.0, 2.0**-53, 1 - 2.0**-53, 1.0, 1e-300, 1 - 2.0**-53])
    y = np.array([0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0])
    found = build(derive.grad(derive.program(GIVEN)))(A=A, y=y)["A"]
    right = np.where(y == 1, -1 / np.where(y == 1, A, 1), 1 / np.where(y == 1, 1, 1 - A)) / len(A)
    assert found.tolist() == pytest.approx(right.tolist(), rel=4 * 2.0**-53)
