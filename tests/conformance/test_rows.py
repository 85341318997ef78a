"""Every row of every registry: compiled, typed by hand and exact differences agree; no row lacks a typed gradient."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from sympy import Rational

import derive
from derive import models
from derive.equation import Equation, Program
from derive.functions import ROWS
from derive.index import Reduce, tensors
from derive.layers import LAYERS
from derive.losses import LOSSES
from derive.objectives import OBJECTIVES
from numeric import analytic, interpreter, slopes
from numeric.compiler import build
from numeric.differences import central
from numeric.typed_models import NETWORKS
from proofs.arguments.strategies import cases
from proofs.rounding import Evaluator
from proofs.verdicts import verify
from proofs.witnesses import Differences, Undefined

# What a hand-typed formula, whose operations are in another order, may differ by: a few times the running bound.
ORDERS = 16


def typed_agrees(derivation: derive.Derivation, arrays: Mapping[str, Any], typed: Mapping[str, Any]) -> None:
    for name in derivation.wrt:
        for at, bounded in Evaluator(derivation.program, arrays, 2.0**-53).tensor(f"{name}_bar").items():
            allowed = ORDERS * (float(bounded.error) + 2.0**-53 * abs(float(bounded.value)) + 1e-300)
            assert abs(float(np.asarray(typed[name])[at]) - float(bounded.value)) <= allowed, name


def test_every_row_is_typed_by_hand() -> None:
    assert set(ROWS) == {*analytic.SLOPES, *analytic.PARTIALS, *slopes.TYPED}
    assert set(LOSSES) == set(analytic.LOSSES)
    assert set(LAYERS) == set(analytic.LAYERS)
    assert set(OBJECTIVES) == set(analytic.OBJECTIVES)
    assert set(models.MODELS) == set(analytic.MODELS) | set(NETWORKS)


@cache
def of_row(name: str) -> derive.Derivation:
    return derive.grad(derive.program(f"L = sum[i]({ROWS[name].text('i')})"))


def places(name: str, count: int = 40) -> dict[str, np.ndarray[Any, Any]]:
    """Points of the domain, no two of the arguments in step; ties and kinks are among those that `verify` draws."""
    row, rng = ROWS[name], np.random.default_rng(1)
    made = {}
    for argument, domain in zip(row.names, row.domains[row.fixed :], strict=True):
        low, high = (float(np.clip(float(end), -4, 4)) for end in (domain.inf, domain.sup))
        made[argument] = rng.uniform(low + 0.05, high - 0.05, count)
    return made


@pytest.mark.parametrize("name", ROWS)
def test_scalar_function(name: str) -> None:
    derivation = of_row(name)
    assert verify(derivation, examples=15).verdict in ("agree", "kink")
    arrays = places(name)
    typed = dict(zip(ROWS[name].names, slopes.partials(name)(*arrays.values()), strict=True))
    typed_agrees(derivation, arrays, typed)
    typed_agrees(derivation, arrays, build(derivation)(**arrays))


@pytest.mark.parametrize("name", ROWS)
def test_a_slope_that_is_off_is_seen(name: str) -> None:
    derivation, arrays = of_row(name), places(name)
    typed = slopes.partials(name)(*arrays.values())
    wrong = {k: v + 1e-9 * (1 + np.abs(v)) for k, v in zip(ROWS[name].names, typed, strict=True)}
    with pytest.raises(AssertionError):
        typed_agrees(derivation, arrays, wrong)


def second_order(derivation: derive.Derivation, argument: str) -> derive.Derivation | None:
    """The gradient of sum f + sum df/dx, so that f still says its domain; None where the slope is a number."""
    first, forward = derivation.adjoint(argument), derivation.forward
    total = Reduce("sum", first.rhs, first.indices, forward.extents(argument)) + forward["L"].rhs
    return derive.grad(Program((Equation("L", (), total),), forward.tensors)) if tensors(first.rhs) else None


@pytest.mark.parametrize(("name", "argument"), [(name, a) for name, row in ROWS.items() for a in row.names])
def test_second_derivatives(name: str, argument: str) -> None:
    derivation = second_order(of_row(name), argument)
    if derivation is not None:
        assert verify(derivation, examples=8).verdict in ("agree", "kink")


@pytest.mark.parametrize("name", ROWS)
def test_the_slope_jumps_at_the_kinks_and_nowhere_else(name: str) -> None:
    row = ROWS[name]
    others = [Rational(3, 4), Rational(5, 4)][: row.arity - 1]
    if row.fixed or row.steps:
        pytest.skip("the argument is an order, or the function itself jumps at its kinks")
    kinks = row.kinks(*others)
    program = derive.program(f"L = {row.text()}")
    places = [Rational(k, 4) for k in range(-28, 29)]
    for x in (p for p in places if p in row.domains[0]):
        arrays = dict(zip(row.names, [np.array(float(v)) for v in (x, *others)], strict=True))
        used = {k: v for k, v in arrays.items() if k in program.inputs}
        with suppress(Undefined):
            assert Differences(program, used).slope("x", ()).kink == bool(x in kinks), x


@pytest.mark.parametrize("name", ROWS)
def test_compiled_values_and_the_interpreter_agree(name: str) -> None:
    program, arrays = of_row(name).forward, places(name)
    bounded = Evaluator(program, arrays, 2.0**-53).tensor("L")[()]
    exact = interpreter.evaluate(program, arrays)["L"][()]
    assert abs(exact - bounded.value) <= 1e-30 * (1 + abs(bounded.value))
    assert abs(float(build(program)(**arrays)["L"]) - bounded.value) <= bounded.error


@pytest.mark.parametrize("name", ROWS)
def test_float32_stays_float32(name: str) -> None:
    arrays = {k: v.astype(np.float32) for k, v in places(name).items()}
    for made in (build(of_row(name))(**arrays), build(of_row(name).forward)(**arrays)):
        assert {v.dtype for v in made.values()} == {np.dtype(np.float32)}


@pytest.mark.parametrize("loss", list(LOSSES))
def test_loss(loss: str) -> None:
    derivation = derive.grad(derive.program(LOSSES[loss].text()), "A")
    assert verify(derivation, examples=15).verdict in ("agree", "kink")

    @given(cases(derivation.forward))
    @settings(max_examples=10)
    def against_typed(case: Any) -> None:
        typed_agrees(derivation, case.arrays, {"A": analytic.loss_gradient(loss)(case.arrays["A"], case.arrays["Y"])})

    against_typed()


MODEL_CASES = [
    (name, loss)
    for name in analytic.MODELS
    for loss in LOSSES
    if not (LOSSES[loss].assumes and name in ("perceptron", "neuron_chain"))
]


@pytest.mark.parametrize(("name", "loss"), MODEL_CASES)
def test_model(name: str, loss: str) -> None:
    derivation = derive.grad(models.make(name, loss=loss, **({"sizes": [2, 3, 2]} if name == "mlp" else {})))
    derivation.check()
    gradient = build(derivation)

    @given(cases(derivation.forward))
    @settings(max_examples=6)
    def against_typed(case: Any) -> None:
        typed = analytic.model_gradient(name)(case.arrays, loss=loss)
        found = gradient(**case.arrays)
        for parameter in derivation.wrt:
            np.testing.assert_allclose(found[parameter], typed[parameter], rtol=1e-10, atol=1e-13)

    against_typed()


@pytest.mark.parametrize("seed", range(8))
def test_networks_of_random_depth_and_widths(seed: int) -> None:
    rng = np.random.default_rng(seed)
    sizes = [int(n) for n in rng.integers(1, 4, size=rng.integers(2, 5))]
    activation = str(rng.choice(["sigmoid", "tanh", "softplus", "sin", "relu"]))
    loss = str(rng.choice(["half_mse", "bce", "softmax_cross_entropy"]))
    report = verify(derive.grad(models.mlp(sizes, activation=activation, loss=loss)), examples=2, random_seed=seed)
    assert report.verdict in ("agree", "kink"), report.to_json()


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "softplus", "sin", "exp", "cos"])
def test_float_differences_agree_with_their_own_error(name: str) -> None:
    program = derive.program(f"L = sum[i]({name}(x[i]))")
    forward, gradient = build(program), build(derive.grad(program))
    x = np.array([-1.3, 0.2, 0.9])
    estimate = central(lambda v: forward(x=v)["L"], x)
    rounding = 4 * 2.0**-53 * np.abs(estimate.value)
    assert (np.abs(gradient(x=x)["x"] - estimate.value) <= estimate.bound + rounding).all()
