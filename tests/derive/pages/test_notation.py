"""Matrix forms mean what the index forms mean: both are evaluated on rectangular arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import special

import derive
from derive import models
from derive.pages.latex import TEXT
from derive.pages.notation import matrix_equation
from numeric.interpreter import evaluate

# The printed text is read back by hand-made rules: an independent reader, so that no wrong form can be printed.
DENSE = "Z[i,k] = sum[j](X[i,j]*W[j,k]) + b[k]"
CASES = [
    (DENSE, "Z = X W + 𝟏 bᵀ", lambda a: a["X"] @ a["W"] + a["b"]),
    ("Z[i,k] = sum[j](X[j,i]*W[j,k])", "Z = Xᵀ W", lambda a: a["X"].T @ a["W"]),
    ("Z[i,k] = sum[j](X[i,j]*W[k,j])", "Z = X Wᵀ", lambda a: a["X"] @ a["W"].T),
    ("Z[i,k] = sum[j](X[j,i]*W[k,j])", "Z = Xᵀ Wᵀ", lambda a: a["X"].T @ a["W"].T),
    ("z[i] = sum[j](X[i,j]*w[j]) + c", "z = X w + c 𝟏", lambda a: a["X"] @ a["w"] + a["c"]),
    ("z[j] = sum[i](X[i,j]*w[i])", "z = Xᵀ w", lambda a: a["X"].T @ a["w"]),
    ("z[j] = sum[i](X[i,j])", "z = Xᵀ 𝟏", lambda a: a["X"].sum(axis=0)),
    ("z[i] = sum[j](X[i,j])", "z = X 𝟏", lambda a: a["X"].sum(axis=1)),
    ("s = sum[i](x[i]*y[i])", "s = xᵀ y", lambda a: a["x"] @ a["y"]),
    ("s = sum[i](x[i]**2)", "s = ‖x‖²", lambda a: (a["x"] ** 2).sum()),
    ("s = sum[i,k]((A[i,k]-Y[i,k])**2)", "s = ‖A - Y‖²", lambda a: ((a["A"] - a["Y"]) ** 2).sum()),
    ("Z[i,k] = A[i,k]*B[i,k]*(1-A[i,k])", "Z = A ⊙ B ⊙ (1 - A)", lambda a: a["A"] * a["B"] * (1 - a["A"])),
    ("Z[i,k] = sigmoid(A[i,k])", "Z = σ(A)", lambda a: special.expit(a["A"])),
    ("Z[i,k] = where(A[i,k] > 0, B[i,k], 0)", "Z = B ⊙ [A > 0]", lambda a: a["B"] * (a["A"] > 0)),
    ("Z[i,k] = (A[i,k]-Y[i,k])/size[i]", "Z = (A - Y)/n", lambda a: (a["A"] - a["Y"]) / len(a["A"])),
    ("Z[k,i] = A[i,k]", "Z = Aᵀ", lambda a: a["A"].T),
]


def arrays_for(program: derive.Program, seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    sizes = {s: n for n, s in enumerate(program.axis_of, start=2)}
    return {n: rng.normal(size=tuple(sizes[e] for e in program.extents(n))) for n in program.inputs}


@pytest.mark.parametrize(("text", "form", "meaning"), CASES)
def test_matrix_form(text: str, form: str, meaning: Any) -> None:
    program = derive.program(text)
    assert matrix_equation(program.equations[-1], TEXT) == form
    arrays = arrays_for(program, 0)
    expected = evaluate(program, arrays)[program.output.name].astype(float)
    np.testing.assert_allclose(meaning(arrays), expected, rtol=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        "Z[i,k] = sum[j](X[i,j]*W[j,k]*V[i,k])",
        "Z[i,j,k] = X[i,j]*W[j,k]",
        "s = prod[i](x[i])",
        "Z[i] = X[i,i]",
        "Z[i] = x[i+1]",
        "Z[i,k] = where(A[i,k] > 0, B[i,k], A[i,k])",
        "Z[i,k] = x[i]*y[k]*sum[j](V[i,j,k])",
    ],
)
def test_what_matrices_cannot_say_is_left_in_index_form(text: str) -> None:
    assert matrix_equation(derive.program(text).equations[-1], TEXT) is None


def test_library_gradients_have_matrix_forms() -> None:
    derivation = derive.grad(models.mlp([3, 4, 2], loss="bce"))
    assert all(matrix_equation(s.equation, TEXT) for s in derivation.sections)
