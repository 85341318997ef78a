"""Every row of every registry: compiled, typed by hand and exact differences agree; no row lacks a typed gradient."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

import derive
from derive import models
from derive.functions import ROWS
from derive.index import Entry
from derive.latex import LATEX, TEXT, render
from derive.layers import LAYERS
from derive.losses import LOSSES
from derive.objectives import OBJECTIVES
from numeric import analytic
from numeric.compiler import build
from numeric.differences import central
from numeric.typed_models import NETWORKS
from proofs.rounding import Evaluator
from proofs.strategies import cases
from proofs.verdicts import verify

UNARY = [name for name, row in ROWS.items() if row.arity == 1]
BINARY = [name for name, row in ROWS.items() if row.arity == 2]
# What a hand-typed formula, whose operations are in another order, may differ by: a few times the running bound.
ORDERS = 16


def typed_agrees(derivation: derive.Derivation, arrays: Mapping[str, Any], typed: Mapping[str, Any]) -> None:
    for name in derivation.wrt:
        for at, bounded in Evaluator(derivation.program, arrays, 2.0**-53).tensor(f"{name}_bar").items():
            allowed = ORDERS * (float(bounded.error) + 2.0**-53 * abs(float(bounded.value)) + 1e-300)
            assert abs(float(np.asarray(typed[name])[at]) - float(bounded.value)) <= allowed, name


def test_every_row_is_typed_by_hand() -> None:
    assert set(UNARY) <= set(analytic.SLOPES)
    assert set(BINARY) <= set(analytic.PARTIALS)
    assert set(LOSSES) == set(analytic.LOSSES)
    assert set(LAYERS) == set(analytic.LAYERS)
    assert set(OBJECTIVES) == set(analytic.OBJECTIVES)
    assert set(models.MODELS) == set(analytic.MODELS) | set(NETWORKS)


@pytest.mark.parametrize("name", UNARY)
def test_scalar_function(name: str) -> None:
    derivation = derive.grad(derive.program(f"L = sum[i]({name}(x[i]))"))
    assert verify(derivation, examples=15).verdict in ("agree", "kink")
    low = 0.1 if name in ("log", "sqrt") else -3.0
    x = np.linspace(low, 3.0, 12)
    typed_agrees(derivation, {"x": x}, {"x": analytic.slope(name)(x)})


@pytest.mark.parametrize("name", BINARY)
def test_binary_function(name: str) -> None:
    derivation = derive.grad(derive.program(f"L = sum[i]({name}(x[i], y[i]))"))
    assert verify(derivation, examples=15).verdict in ("agree", "kink")
    x, y = np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, -3.0])
    found = build(derivation)(x=x, y=y)
    for got, expected in zip((found["x"], found["y"]), analytic.partials(name)(x, y), strict=True):
        np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("name", UNARY)
def test_float32_stays_float32(name: str) -> None:
    found = build(derive.grad(derive.program(f"L = sum[i]({name}(x[i]))")))(x=np.array([0.5, 1.5], dtype=np.float32))
    assert found["x"].dtype == np.float32


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

    @given(cases(derivation.forward))
    @settings(max_examples=6)
    def against_typed(case: Any) -> None:
        typed = analytic.model_gradient(name)(case.arrays, loss=loss)
        found = build(derivation)(**case.arrays)
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


def test_distinct_functions_print_distinctly() -> None:
    for style in (LATEX, TEXT):
        shown = [
            render(row.head(*(Entry(n) for n in "xy"[: row.arity])), style)
            for name, row in ROWS.items()
            if name != "identity"
        ]
        assert len(set(shown)) == len(shown)
