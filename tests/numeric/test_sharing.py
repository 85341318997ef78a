"""Terms that stand in several places are computed once, and only where that changes nothing."""

from __future__ import annotations

import numpy as np
import pytest

import derive
import numeric
from numeric.sharing import shared


def names(text: str) -> list[str]:
    program = derive.program(text)
    return [e.name for e in shared(program, program.equations)[1]]


def counts(text: str, part: str) -> int:
    return numeric.build(derive.program(text)).source.count(part)


def test_letters_do_not_matter() -> None:
    text = """
        A[n,k] = sum[i]((X[n,i] - M[k,i])**2)
        B[i,k] = sum[n]((X[n,i] - M[k,i])**3)
        L = sum[n,k](A[n,k]) + sum[i,k](B[i,k])
    """
    assert names(text) == ["t1", "A", "B", "L"]
    assert counts(text, "- M") == 1


def test_axes_are_read_in_the_order_of_the_first_place() -> None:
    text = "A[i,j] = exp(x[i]*y[j])\nB[j,i] = exp(x[i]*y[j])**2\nL = sum[i,j](A[i,j]*B[j,i])"
    assert names(text) == ["A", "B", "L"]
    x, y = np.array([0.5, 1.0, 2.0]), np.array([-1.0, 3.0])
    found = numeric.build(derive.program(text))(x=x, y=y)["L"]
    assert float(found) == pytest.approx(float((np.exp(np.outer(x, y)) ** 3).sum()), rel=1e-14)


def test_a_transposed_term_is_another_one() -> None:
    text = "A[i,j] = exp(S[i,j] + 1)\nL = sum[i,j](A[i,j]*exp(S[j,i] + 1))"
    S = np.array([[0.1, 0.2], [0.3, 0.4]])
    assert names(text) == ["A", "L"]
    found = numeric.build(derive.program(text))(S=S)["L"]
    assert float(found) == pytest.approx(float((np.exp(S + 1) * np.exp(S + 1).T).sum()), rel=1e-14)


@pytest.mark.parametrize(
    "text",
    [
        "L = sum[i](exp(x[i]))",
        "L = sum[i]((1 - y[i])*a[i]) + sum[i]((1 - y[i])*b[i])",
        "L = sum[i](x[i+1]*y[i]) + sum[i](x[i+1]*z[i])",
        "L = sum[i](where(x[i] > 0, log(x[i]*y[i]), 0)) + sum[i](where(x[i] > 1, log(x[i]*y[i]), 0))",
        "L = sum[i](where(x[i] > 0, log(x[i])**2 + y[i], 0)) + sum[i](where(x[i] > 1, log(x[i])**2 + y[i], 0))",
        "L = sum[i,j](X[i,j]*Y[j,i]) + sum[i](x[i])",
    ],
)
def test_what_gets_no_name(text: str) -> None:
    """Met once; a pass over one tensor; an index; guarded by a case."""
    assert names(text) == ["L"]


def test_extents_are_part_of_a_term() -> None:
    text = "input x[5]\nA[i: 2] = sum[j: 3](exp(x[i+j]))\nB[i: 2] = sum[j: 4](exp(x[i+j]))\nL = sum[i](A[i]*B[i])"
    x = np.arange(5.0)
    e = np.exp(x)
    right = sum(e[i : i + 3].sum() * e[i : i + 4].sum() for i in range(2))
    assert float(numeric.build(derive.program(text))(x=x)["L"]) == pytest.approx(float(right), rel=1e-14)


def test_a_convolution_and_a_relu_share_and_contract() -> None:
    text = """
        A[n,h: size[X,1]-size[K,0]+1] = relu(sum[r](X[n,h+r]*K[r]))
        L = sum[n,h](A[n,h]**2)
        parameter K
    """
    source = numeric.build(derive.grad(derive.program(text), ["X", "K"])).source
    function = source[source.index("def gradient") :]
    assert function.count("@") + function.count("einsum") <= 3  # forward, K_bar and X_bar
    assert "overlap(" in function
