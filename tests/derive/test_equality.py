"""Expressions that say the same are found equal, and their near misses are not."""

from __future__ import annotations

import pytest
from sympy import Expr

import derive
from derive.equality import equal, unfolded

# Each row: one expression, another that says the same, and near misses.
ROWS = [
    ("sum[i](x[i])*sum[j](x[j])", "sum[i,j](x[i]*x[j])", ["sum[i](x[i]*x[i])", "sum[i](x[i])"]),
    ("sum[i](x[i])**2", "sum[j,k](x[k]*x[j])", ["sum[i](x[i]**2)", "2*sum[i](x[i])"]),
    (
        "sum[i,j](A[i,j]*(x[i] + y[j]))",
        "sum[j,i](A[j,i]*y[i]) + sum[i](x[i]*sum[j](A[i,j]))",
        ["sum[i,j](A[i,j]*x[i])"],
    ),
    ("sum[i](x[i] + c)", "sum[i](x[i]) + size[x,0]*c", ["sum[i](x[i]) + c", "sum[i](x[i]) + size[A,1]*c"]),
    ("mean[i](x[i])", "sum[i](x[i])/size[x,0]", ["sum[i](x[i])", "mean[i](x[i]**2)"]),
    ("sum[i,k](delta(i,k)*x[i]*u[k])", "sum[k](x[k]*u[k])", ["sum[i,k](x[i]*u[k])"]),
    ("sum[i]((x[i] - c)/(c*(1 - c))*c*(1 - c))", "sum[i](x[i] - c)", ["sum[i](c - x[i])"]),
    (
        "sum[i](sigmoid(x[i])*(1 - sigmoid(x[i])))",
        "sum[i](sigmoid(x[i]) - sigmoid(x[i])**2)",
        ["sum[i](sigmoid(x[i]))"],
    ),
    ("x[0]/(c + 1) + x[0]*c/(c + 1)", "x[0]", ["x[1]", "x[0]*c"]),
    (
        "sum[i](u[i]*sin(sum[j](S[i,j]*x[j])))",
        "sum[j](u[j]*sin(sum[i](S[j,i]*x[i])))",
        ["sum[i](u[i]*sin(sum[j](S[j,i]*x[j])))"],
    ),
    ("sum[i](x[i]/sum[j](y[j]))*sum[j](y[j])", "sum[i](x[i])", ["sum[i](x[i])*sum[j](y[j])"]),
]
INPUTS = "input x[n], u[n], y[m], A[n,m], S[n,n], c\n"


def expression(text: str) -> Expr:
    return derive.program(f"{INPUTS}f = {text}")["f"].rhs


@pytest.mark.parametrize(("left", "right", "others"), ROWS, ids=[row[0] for row in ROWS])
def test_equal(left: str, right: str, others: list[str]) -> None:
    assert equal(expression(left), expression(right))
    assert equal(expression(right), expression(left))
    for other in others:
        assert not equal(expression(left), expression(other)), other


def test_definitions_are_put_in_all_the_way_down() -> None:
    program = derive.program("z[i] = w*x[i] + b\na[i] = sigmoid(z[i])\nL = sum[i](a[i]**2)")
    expected = derive.program("L = sum[i](sigmoid(w*x[i] + b)**2)")["L"].rhs
    assert equal(unfolded(program["L"].rhs, program.defined), expected)
    assert not equal(program["L"].rhs, expected)
