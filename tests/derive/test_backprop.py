"""Closed forms come out as a textbook has them."""

from __future__ import annotations

import time
import unicodedata

import pytest

import derive
from derive import models
from derive.derivation import Derivation
from derive.equation import ProgramError
from derive.pages.latex import TEXT, render_equation
from derive.pages.notation import matrix_equation

DENSE = "Z[i,k] = sum[j](X[i,j] * W[j,k]) + b[k]\n"


def shown(derivation: Derivation, name: str) -> str:
    return unicodedata.normalize("NFC", render_equation(derivation.adjoint(name), TEXT))


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def test_sigmoid_and_bce_cancel() -> None:
    derivation = derive.grad(models.mlp([784, 30, 10], loss="bce"))
    assert shown(derivation, "Z2") == nfc("Z̄2[i,k] = (A2[i,k] - Y[i,k])/n")
    assert nfc(str(matrix_equation(derivation.adjoint("W2"), TEXT))) == nfc("W̄2 = A1ᵀ Z̄2")
    assert "= A1ᵀ (A2 - Y)/n" in derivation.text()


def test_softmax_and_cross_entropy_cancel_under_the_assumption() -> None:
    text = DENSE + "A[i,k] = softmax[k](Z[i,k])\nL = -sum[i,k](Y[i,k]*log(A[i,k]))/size[i]\nparameter W, b\n"
    with_sum = derive.grad(derive.program(text + "assume sum[k](Y[i,k]) == 1"))
    assert shown(with_sum, "Z") == nfc("Z̄[i,k] = (A[i,k] - Y[i,k])/n")
    assert "= Xᵀ (A - Y)/n" in with_sum.text()
    without = derive.grad(derive.program(text))
    assert "Σ" in shown(without, "Z")


def test_a_part_of_a_tensor_stands_for_it_only_where_it_is_read() -> None:
    """i[n,k] = sigmoid(z[n,k]) for the first k only: elsewhere z_bar must not read i, which is 0 there."""
    text = "input z[b,q], h[b,c]\ni[n,k: size[h,1]] = sigmoid(z[n,k])\nf[n,k: size[h,1]] = sigmoid(z[n,k+size[h,1]])\n"
    derivation = derive.grad(derive.program(text + "L = sum[n,k](i[n,k]*f[n,k]*h[n,k])"), "z")
    assert derivation.adjoint("z").reads & {"i", "f"} == set()
    derivation.check()


@pytest.mark.parametrize(
    ("activation", "expected"),
    [
        ("sigmoid", "Z̄[i,k] = A[i,k] Ā[i,k] (1 - A[i,k])"),
        ("tanh", "Z̄[i,k] = Ā[i,k] (1 - A[i,k]²)"),
        ("exp", "Z̄[i,k] = A[i,k] Ā[i,k]"),
        ("sqrt", "Z̄[i,k] = Ā[i,k]/(2 A[i,k])"),
        ("softplus", "Z̄[i,k] = Ā[i,k] σ(Z[i,k])"),
        ("relu", "Z̄[i,k] = {Ā[i,k] if Z[i,k] > 0, else 0}"),
        ("abs", "Z̄[i,k] = Ā[i,k] sign(Z[i,k])"),
        ("sin", "Z̄[i,k] = Ā[i,k] cos(Z[i,k])"),
    ],
)
def test_closed_form_of_an_activation(activation: str, expected: str) -> None:
    assert shown(derive.grad(models.multi_output_perceptron(activation=activation)), "Z") == nfc(expected)


def test_scalar_expression() -> None:
    derivation = derive.grad(derive.program("x**2*sin(y)"), "x,y")
    assert shown(derivation, "x") == nfc("x̄ = 2 x sin(y)")
    assert shown(derivation, "y") == nfc("ȳ = x² cos(y)")


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("L = sum[i](x[i]**2)", "x", "x̄[i] = 2 x[i]"),
        ("L = sum[i,j](x[i]*A[i,j]*x[j])", "A", "Ā[i,j] = x[i] x[j]"),
        ("L = mean[i](x[i])", "x", "x̄[i] = 1/n"),
        ("L = prod[i](x[i])", "x", "x̄[i] = Π_i' {1 if δ(i,i'), else x[i']}"),
        ("L = logsumexp[i](x[i])", "x", "x̄[i] = softmax_{i}(x[i])"),
        ("L = sum[t,k](E[w[t],k]*G[t,k])", "E", None),
        ("Z[h: size[X,0]-size[K,0]+1] = sum[r](X[h+r]*K[r])\nL = sum[h](Z[h]**2)", "K", None),
        ("Z[h: size[X,0]-size[K,0]+1] = sum[r](X[h+r]*K[r])\nL = sum[h](Z[h]**2)", "X", None),
    ],
)
def test_gradient_of_a_text(text: str, name: str, expected: str | None) -> None:
    derivation = derive.grad(derive.program(text), name)
    derivation.check()
    if expected is not None:
        assert shown(derivation, name) == nfc(expected)


def test_a_tensor_without_influence_has_an_exact_zero_gradient() -> None:
    derivation = derive.grad(derive.program("U = sum[i](y[i])\nL = sum[i](x[i])\n"), "y")
    assert derivation.adjoint("y").rhs == 0
    assert "does not influence" in derivation.text()


def test_wrt_is_the_parameters_or_else_every_floating_input() -> None:
    assert derive.grad(models.perceptron()).wrt == ("W", "b")
    assert derive.grad(derive.program("integer t\nL = sum[i](x[i]*E[t])")).wrt == ("x", "E")


@pytest.mark.parametrize(
    ("text", "wrt", "message"),
    [
        ("Z[i] = x[i]", None, r"output Z has extents \(n\), but a gradient needs a scalar"),
        ("L = sum[i](x[i])", "w", "wrt names 'w', which is no tensor of the program; it has x, L"),
        ("integer t\nL = E[t]", "t", "wrt names 't', which holds integers"),
    ],
)
def test_bad_requests(text: str, wrt: str | None, message: str) -> None:
    with pytest.raises(ProgramError, match=message):
        derive.grad(derive.program(text), wrt)


def test_layers_of_one_form_are_derived_once() -> None:
    shallow = derive.grad(models.mlp([5] * 4, loss="bce"))
    deep = derive.grad(models.mlp([5] * 24, loss="bce"))
    assert sum(s.origin is None for s in deep.sections) == sum(s.origin is None for s in shallow.sections)
    deep.check()


def test_widths_do_not_change_the_steps() -> None:
    narrow, wide = (derive.grad(models.mlp([w, 30, 10], loss="bce")) for w in (784, 7840))
    assert [len(s.steps) for s in narrow.sections] == [len(s.steps) for s in wide.sections]


@pytest.mark.slow
def test_a_hundred_layers_cost_at_most_twelve_times_ten() -> None:
    def seconds(depth: int) -> float:
        program = models.mlp([20] * (depth + 1), loss="bce")
        start = time.process_time()
        derive.grad(program).check()
        return time.process_time() - start

    seconds(2)
    ten = min(seconds(10) for _ in range(3))
    assert seconds(100) < 12 * ten


VARIANCE = """
    mu[i] = mean[j]({of}[i,j])
    v[i] = mean[j]((X[i,j] - mu[i])**2)
    L = {loss} + sum[i](c[i]*mu[i])
    parameter X
"""
SHORT, LONG = "sum[i](log(1 + v[i]))", "sum[i,k]((T[i,k]/sqrt(1 + v[i]) + b[k])**2)"


@pytest.mark.parametrize("loss", [SHORT, LONG])
def test_deviations_from_a_mean_sum_to_0(loss: str) -> None:
    derivation = derive.grad(derive.program(VARIANCE.format(of="X", loss=loss)))
    assert shown(derivation, "mu") == nfc("μ̄[i] = c[i]")
    assert derivation.check().proof is derivation


def test_deviations_from_the_mean_of_another_tensor_do_not() -> None:
    derivation = derive.grad(derive.program(VARIANCE.format(of="T", loss=SHORT)), ["X", "T"])
    assert {"X", "mu", "v"} <= derivation.adjoint("mu").reads
