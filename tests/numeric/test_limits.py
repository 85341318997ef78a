"""NaN in, NaN out; at infinity the limit where there is one."""

from __future__ import annotations

import importlib.util
import warnings

import numpy as np
import pytest

import derive
import numeric
from derive import models
from derive.functions import ROWS
from numeric.targets.table import TARGETS

# Slopes whose formula does not read the argument: 1, 0, and log(y) for x log(y).
PLAIN = {"x": 0.3, "y": 0.6, "z": 0.4}
STEPS = {(name, "x") for name, row in ROWS.items() if row.steps}
WITHOUT = {("identity", "x"), ("xlogy", "x"), ("sign", "x"), ("threshold", "y")} | STEPS
# What only one of the cases reads: NaN in it is none of the others' business.
BESIDE = {("leaky_relu", "y"), ("elu", "y"), ("threshold", "z")}
UNARY = [name for name, row in ROWS.items() if row.arity == 1]


def at(name: str, x: float) -> tuple[float, float]:
    made = numeric.build(derive.value_and_grad(derive.program(f"L = sum[i]({name}(x[i]))"), "x"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value, slopes = made(x=np.array([x]))
    return float(value), float(slopes["x"][0])


@pytest.mark.parametrize("name", ROWS)
def test_nan_in_nan_out(name: str) -> None:
    row = ROWS[name]
    made = numeric.build(derive.value_and_grad(derive.program(f"L = sum[i]({row.text('i')})")))
    for argument in row.names:
        arrays = {n: np.array([np.nan if n == argument else PLAIN[n]]) for n in row.names}
        with np.errstate(all="ignore"):
            value, slopes = made(**arrays)
        assert np.isnan(value) or (name, argument) in BESIDE
        if (name, argument) not in WITHOUT | BESIDE:
            assert np.isnan(slopes[argument][0])


CASES = {
    "of numbers": "L = sum[i](where(x[i] > 0, 1, 2))",
    "of numbers, the other way round": "L = sum[i](where(x[i] <= 0, 1, 2))",
    "unequal": "L = sum[i](where(x[i] != 0, 1, 2*x[i]))",
    "equal": "L = sum[i](where(x[i] == 0, x[i], 2))",
    "a mask": "L = sum[i]((x[i] > 0)*(1 + y[i]))",
    "a mask less one": "L = sum[i](where(1 - (x[i] > 0), y[i], 2))",
    "two masks": "L = sum[i](where((x[i] > 0)*(y[i] < x[i]), 1, 0))",
    "bars and a sign": "L = sum[i](where(abs(x[i]) < 1, y[i], -y[i]) + where(-x[i] < 2*y[i], 1, 0))",
    "a case in a case": "L = sum[i](where(y[i] > 0, where(x[i] > 0, 1, 2), where(x[i] > 1, 3, 4)))",
    "a sum": "L = sum[i](where(sum[j](x[j]) > y[i], y[i], 1))",
    "a maximum": "L = max[i](x[i])",
    "beside a gather": "integer w\nL = sum[i](where(x[w[i]] > 0, 1, 0))",
    "under a sum": "L = sum[i,j](where(x[i] > y[j], y[j], 0))",
}


@pytest.mark.parametrize("text", CASES.values(), ids=list(CASES))
def test_cases_decided_by_nan_are_nan(text: str) -> None:
    program = derive.program(text)
    given = {"x": np.array([0.5, np.nan]), "y": np.array([1.0, 2.0]), "w": np.array([0, 1])}
    with np.errstate(all="ignore"):
        value = numeric.build(program)(**{n: given[n] for n in program.inputs})["L"]
    assert np.isnan(value)
    given["x"] = np.array([0.5, 0.25])
    assert np.isfinite(numeric.build(program)(**{n: given[n] for n in program.inputs})["L"])


def test_only_the_entry_that_is_nan_is_lost() -> None:
    made = numeric.build(derive.grad(derive.program("L = sum[i](relu(x[i])*y[i] + hard_sigmoid(x[i]))")))
    found = made(x=np.array([0.5, np.nan, -0.5]), y=np.array([np.nan, 1.0, np.nan]))
    assert np.isnan(found["x"]).tolist() == [True, True, False]


def test_what_is_looked_at_is_what_the_branch_does_not_read() -> None:
    """A look costs a pass: where the branch is NaN by itself there is none."""
    for text, looks in (("relu(x[i])", 1), ("abs(x[i])", 0), ("huber(x[i], 1)", 0), ("leaky_relu(x[i], 0.1)", 1)):
        source = numeric.build(derive.grad(derive.program(f"L = sum[i]({text})"))).source
        assert source.partition("def gradient")[2].count("decided(") == looks, text


LIMITS = [
    *(("sigmoid", 1, 0, 0, 0), ("tanh", 1, 0, -1, 0), ("softplus", np.inf, 1, 0, 0), ("exp", np.inf, np.inf, 0, 0)),
    *(("silu", np.inf, 1, 0, 0), ("gaussian", 0, 0, 0, 0), ("normal_pdf", 0, 0, 0, 0), ("erf", 1, 0, -1, 0)),
    *(("normal_cdf", 1, 0, 0, 0), ("log_sigmoid", 0, 0, -np.inf, 1), ("relu", np.inf, 1, 0, 0), ("relu6", 6, 0, 0, 0)),
    *(("softsign", 1, 0, -1, 0), ("mish", np.inf, 1, 0, 0), ("inverse_mills", 0, 0, np.inf, -1)),
    *(("gelu", np.inf, 1, 0, 0), ("gelu_tanh", np.inf, 1, 0, 0), ("log_normal_cdf", 0, 0, -np.inf, np.inf)),
]


@pytest.mark.parametrize(("name", "right", "slope_right", "left", "slope_left"), LIMITS)
def test_limits(name: str, right: float, slope_right: float, left: float, slope_left: float) -> None:
    assert at(name, np.inf) == (right, slope_right)
    assert at(name, -np.inf) == (left, slope_left)


@pytest.mark.parametrize(("name", "slopes"), [("softsign", (0, 0)), ("mish", (1, 0)), ("inverse_mills", (0, -1))])
@pytest.mark.parametrize("target", TARGETS)
def test_limits_of_every_target(target: str, name: str, slopes: tuple[float, float]) -> None:
    """At the ends of the range, too, where 4 x overflows."""
    if importlib.util.find_spec(TARGETS[target].library) is None:
        pytest.skip(f"{TARGETS[target].library} is not installed")
    if (target, name) == ("numba", "inverse_mills"):
        pytest.skip("Numba has no form for this slope")
    made = numeric.build(derive.grad(derive.program(f"L = sum[i]({name}(x[i]))")), target=target)
    for x in (np.array([np.inf, -np.inf]), np.array([3e38, -3e38], np.float32)):
        with np.errstate(all="ignore"):
            assert np.asarray(made(x=x)["x"]).tolist() == list(slopes)


# What is multiplied, entry by entry, by a logarithm.
ZEROS = {
    "y log(a)": "L = sum[i](y[i]*log(a[i]))",
    "cross-entropy": "L = -sum[i](y[i]*log(a[i]) + (1 - y[i])*log(1 - a[i]))/size[i]",
    "a number and two factors": "L = mean[i](2*y[i]*b[i]*log(a[i]))",
    "a quotient": "L = sum[i](y[i]*log(a[i]/b[i]))",
    "not summed": "Z[i] = y[i]*log(a[i])\nL = sum[i](Z[i])",
    "a scalar": "L = y*log(a)",
}


@pytest.mark.parametrize("text", ZEROS.values(), ids=list(ZEROS))
def test_zero_times_the_logarithm_of_zero_is_zero(text: str) -> None:
    program = derive.program(text)
    rank = len(program.extents("y"))
    made = numeric.build(program)

    def at(y: float, a: float) -> float:
        given = {"y": y, "a": a, "b": 1.0}
        with np.errstate(all="ignore"):
            return float(made(**{n: np.full((1,) * rank, given[n]) for n in program.inputs})["L"])

    assert at(0, 0) == 0
    assert abs(at(1, 0.5)) == abs(np.log(0.5)) * (2 if "2*" in text else 1)
    assert abs(at(1, 0)) == np.inf
    assert np.isnan(at(0, np.nan))


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


@pytest.mark.parametrize("target", TARGETS)
def test_nan_decides_no_case_of_any_target(target: str) -> None:
    if importlib.util.find_spec(TARGETS[target].library) is None:
        pytest.skip(f"{TARGETS[target].library} is not installed")
    program = derive.program("L = sum[i](relu(x[i]) + where(x[i] > 0, 1, 2))")
    value, slopes = numeric.build(derive.value_and_grad(program), target=target)(x=np.array([-1.0, np.nan, 1.0]))
    assert np.isnan(float(value))
    assert np.asarray(slopes["x"]).tolist()[::2] == [0, 1]
    assert np.isnan(np.asarray(slopes["x"])[1])


def test_a_stored_index_outside_is_nan_in_a_gradient_alone() -> None:
    """Nothing is read by it there: the slope of E lands where the index says."""
    jax = pytest.importorskip("jax")
    made = numeric.build(derive.grad(derive.program("integer w\nL = sum[t](2*E[w[t]])"), "E"), target="jax")
    for outside, found in ((3, [np.nan] * 3), (-1, [np.nan] * 3), (2, [2, 0, 2])):
        slope = jax.jit(lambda w: made(E=np.ones(3), w=w)["E"])(np.array([0, outside]))
        np.testing.assert_array_equal(np.asarray(slope), found)
