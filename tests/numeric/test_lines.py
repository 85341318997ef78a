"""What shares its work is computed together, and what is read no more is let go: nothing else changes."""

import re

import numpy as np
import pytest
from sympy import Symbol, Tuple

from derive.backprop import value_and_grad
from derive.parse import parse
from derive.second_order import hessian
from numeric import runtime
from numeric.arrays import Apply, Copy, Helper
from numeric.compiler import build
from numeric.lines import fused, let_go, replaced

X, Y, Z = map(Symbol, "XYZ")


def lines(text: str) -> list[str]:
    source = build(value_and_grad(parse(text))).source
    return re.findall(r"^    (?!#)(.*)", source.partition("def value_and_grad")[2].partition("\n\n\n")[0], re.MULTILINE)


def test_what_is_met_again_is_computed_once():
    made = lines("u[j] = sum[i](T[i,j]*X[i,j]*s[i])\nv[i] = sum[j](T[i,j]*X[i,j]*g[j])\nL = sum[j](u[j]*sum[i](v[i]))")
    assert sum("T*X" in line for line in made) == 1


def test_a_sum_of_all_products_makes_no_array_of_them():
    assert "L = np.vdot(T, X)" in lines("L = sum[i,j](X[i,j]*T[i,j])")
    assert "L = np.vdot(T, X.T)" in lines("L = sum[i,j](X[i,j]*T[j,i])")


def test_a_number_goes_to_the_factor_of_fewer_axes():
    made = lines("A[i,j] = (2*a[i]*X[i,j] + b[i])/size[X,1]\nL = sum[i,j](exp(A[i,j]))\nparameter X")
    assert "A = b[:, None]/d + 2/d*a[:, None]*X" in made
    assert "A = (X + Y)/d" in lines("A[i,j] = (X[i,j] + Y[i,j])/size[X,1]\nL = sum[i,j](exp(A[i,j]))\nparameter X")


def test_a_product_of_many_axes_comes_in_the_order_of_its_letters():
    text = "B[n,m,h] = sum[o](Z[n,o]*W[m,h,o])\nL = sum[n,m,h](exp(B[n,m,h]))\nparameter W"
    assert "B = np.tensordot(Z, W, ((1,), (2,)))" in lines(text)
    assert "W_bar = np.tensordot(B_bar, Z, ((0,), (0,)))" in lines(text)


def test_a_value_that_is_written_into_is_copied_first():
    off = Apply("exp", X)
    assert replaced(Helper("with_diagonal", off, 0, 1, Y), {off: Z}).args[1] == Copy(Z)


def test_a_hessian_keeps_what_it_reads_beside_what_it_writes_into():
    program = parse("P[k] = softmax[k](z[k])\nL = -sum[k](y[k]*log(P[k]))\nassume sum[k](y[k]) == 1")
    z, y = np.array([0.3, -1.0, 2.0]), np.array([0.0, 1.0, 0.0])
    p = np.exp(z) / np.exp(z).sum()
    made = build(hessian(program, "z"))(z=z, y=y)["z", "z"]
    np.testing.assert_allclose(made, np.diag(p) - np.outer(p, p), atol=1e-15)


def test_both_sigmoids_come_from_one_power():
    (both, last) = fused([(X, Apply("sigmoid", Z)), (Y, X * Apply("sigmoid", -Z))])
    assert both == (Tuple(X, Symbol("t1")), Helper("sigmoids", Z))
    assert last == (Y, X * Symbol("t1"))


def test_the_negative_of_a_sum_is_recognised():
    (both, *_) = fused([(X, Apply("log_sigmoid", Y + Z)), (Symbol("L"), X * Apply("log_sigmoid", -Y - Z))])
    assert both[1] == Helper("log_sigmoids", Y + Z)


def test_what_stands_alone_stays():
    statements = [(X, Apply("sigmoid", Z)), (Y, Apply("log_sigmoid", -X))]
    assert fused(statements) == statements


def test_an_array_is_let_go_after_its_last_use_and_no_result_is():
    made = let_go([(X, Apply("exp", Z)), (Y, X * X), (Symbol("L"), Y + 1)], {"Z", "L", "Y"}, {"X": 2, "Y": 2})
    assert made == [(X, Apply("exp", Z)), (Y, X * X), (Tuple(X), None), (Symbol("L"), Y + 1)]


def test_vectors_are_not_worth_a_line():
    assert not any(line.startswith("del") for line in lines("a[i] = exp(x[i])\nL = sum[i](a[i]**2)"))


@pytest.mark.parametrize("size", [5, 3000])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("together", ["sigmoids", "log_sigmoids"])
def test_what_comes_of_one_power_is_what_each_function_gives(size: int, dtype: type, together: str):
    edge = np.array([0, -0.0, 1e-30, 700, -700, 745, -745, 90, -90, np.inf, -np.inf, np.nan], dtype)
    x = np.concatenate([edge, np.linspace(-40, 40, size, dtype=dtype)])
    alone = {"sigmoids": runtime.sigmoid, "log_sigmoids": runtime.special.log_expit}[together]
    for part in (x, x[x < 700], x[x > -80], x[:0]):
        for made, one in zip(getattr(runtime, together)(part), (alone(part), alone(-part)), strict=True):
            assert made.dtype == dtype
            last = np.finfo(dtype)
            np.testing.assert_allclose(made, one, rtol=4 * last.eps, atol=2 * last.smallest_subnormal)


@pytest.mark.parametrize("axis", [0, 1, (0, 1)])
def test_softmax_and_its_logarithm_come_of_one_shift(axis):
    x = np.array([[1e4, 3.0, -np.inf], [-1e4, 0.0, 2.0]])
    alone = runtime.softmax(x, axis), runtime.log_softmax(x, axis)
    for made, one in zip(runtime.softmaxes(x, axis), alone, strict=True):
        np.testing.assert_array_equal(made, one)
