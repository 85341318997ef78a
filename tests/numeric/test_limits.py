"""NaN in, NaN out; at infinity the limit where there is one."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import derive
import numeric
from derive import models
from derive.functions import ROWS

# Slopes that are a number on each side of a kink say nothing of NaN, and hard_sigmoid ends in a case of numbers.
CONSTANT = {"identity", "floor", "ceil", "round", "sign", "relu", "relu6", "hard_tanh", "hard_sigmoid", "hard_swish"}
UNARY = [name for name, row in ROWS.items() if row.arity == 1]


def at(name: str, x: float) -> tuple[float, float]:
    made = numeric.build(derive.value_and_grad(derive.program(f"L = sum[i]({name}(x[i]))"), "x"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value, slopes = made(x=np.array([x]))
    return float(value), float(slopes["x"][0])


@pytest.mark.parametrize("name", UNARY)
def test_nan_in_nan_out(name: str) -> None:
    value, slope = at(name, np.nan)
    assert np.isnan(value) or name == "hard_sigmoid"
    assert np.isnan(slope) or name in CONSTANT


LIMITS = [
    *(("sigmoid", 1, 0, 0, 0), ("tanh", 1, 0, -1, 0), ("softplus", np.inf, 1, 0, 0), ("exp", np.inf, np.inf, 0, 0)),
    *(("silu", np.inf, 1, 0, 0), ("gaussian", 0, 0, 0, 0), ("normal_pdf", 0, 0, 0, 0), ("erf", 1, 0, -1, 0)),
    *(("normal_cdf", 1, 0, 0, 0), ("log_sigmoid", 0, 0, -np.inf, 1), ("relu", np.inf, 1, 0, 0), ("relu6", 6, 0, 0, 0)),
]


@pytest.mark.parametrize(("name", "right", "slope_right", "left", "slope_left"), LIMITS)
def test_limits(name: str, right: float, slope_right: float, left: float, slope_left: float) -> None:
    assert at(name, np.inf) == (right, slope_right)
    assert at(name, -np.inf) == (left, slope_left)


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "silu"])
def test_nan_in_the_data_reaches_every_weight(activation: str) -> None:
    program = models.mlp([2, 3, 2], activation=activation, loss="softmax_cross_entropy")
    rng = np.random.default_rng(0)
    shapes = {n: tuple(int(e) for e in program.extents(n)) for n in program.parameters}
    given = {n: rng.standard_normal(s) for n, s in shapes.items()} | {"Y": np.eye(2)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        slopes = numeric.build(derive.grad(program))(X=np.array([[1.0, np.nan], [0.5, 2.0]]), **given)
    assert all(np.isnan(slope).all() for slope in slopes.values())
