"""Every layer, objective and network, for every floating input: compiled, typed by hand and exact differences agree."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings

import derive
from derive import models
from derive.layers import LAYERS
from derive.objectives import OBJECTIVES
from numeric import analytic
from numeric.compiler import build
from numeric.typed_models import NETWORKS
from proofs.arguments.strategies import cases
from proofs.library import of_layer
from proofs.verdicts import verify

# What a row leaves open, at other values than its own; those that a row lacks are left out.
OTHERWISE = {"stride": 2, "padding": 1, "dilation": 2, "window": 3, "p": 0.25, "margin": 0.25, "temperature": 0.25}
OTHERWISE |= {"strength": 0.125, "ratio": 0.75}
# Where the function itself is not finite, nothing is compared.
TOLERANCE = {"rtol": 1e-9, "atol": 1e-12}


def variants(rows: Mapping[str, Any]) -> list[Any]:
    changed = {name: {k: v for k, v in OTHERWISE.items() if k in row.options} for name, row in rows.items()}
    made = [(name, dict[str, Any]()) for name in rows] + [(name, o) for name, o in changed.items() if o]
    return [pytest.param(name, o, id=f"{name} {o or ''}".strip()) for name, o in made]


def layer_derivation(name: str, options: Mapping[str, Any]) -> derive.Derivation:
    """The gradient of sum Z*G by every floating input but G."""
    return _derived(name, tuple(options.items()))


@cache
def _derived(name: str, options: tuple[tuple[str, Any], ...]) -> derive.Derivation:
    return of_layer(name, **dict(options))


def agrees(
    derivation: derive.Derivation,
    typed: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    phases: Collection[Phase] = tuple(Phase),
) -> None:
    gradient = build(derivation)

    @given(cases(derivation.forward))
    @settings(max_examples=12, phases=phases, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
    def against_typed(case: Any) -> None:
        with np.errstate(all="ignore"):
            found, expected = gradient(**case.arrays), typed(case.arrays)
        assert set(found) == set(expected) & set(derivation.wrt) == set(derivation.wrt)
        for name in derivation.wrt:
            finite = np.isfinite(expected[name])
            assert found[name].shape == np.shape(expected[name]), name
            np.testing.assert_allclose(found[name][finite], expected[name][finite], **TOLERANCE)

    against_typed()


@pytest.mark.parametrize(("name", "options"), variants(LAYERS))
def test_layer_typed(name: str, options: dict[str, Any]) -> None:
    def typed(arrays: Mapping[str, Any]) -> Mapping[str, Any]:
        rest = {k: v for k, v in arrays.items() if k != "G"}
        return analytic.layer_gradient(name)(**rest, Z_bar=arrays["G"], **options)

    agrees(layer_derivation(name, options), typed)


@pytest.mark.parametrize(("name", "options"), variants(LAYERS))
def test_layer_by_differences(name: str, options: dict[str, Any]) -> None:
    assert verify(layer_derivation(name, options), examples=4).verdict in ("agree", "kink")


@pytest.mark.parametrize(("name", "options"), variants(OBJECTIVES))
def test_objective(name: str, options: dict[str, Any]) -> None:
    derivation = derive.grad(derive.program(OBJECTIVES[name].text(**options)))
    assert verify(derivation, examples=6).verdict in ("agree", "kink")
    agrees(derivation, lambda arrays: analytic.objective_gradient(name)(**arrays, **options))


SMALL: dict[str, dict[str, Any]] = {
    "rnn": {"steps": 2},
    "lstm": {"steps": 2},
    "gru": {"steps": 2},
    "cnn": {"channels": (1, 2)},
    "transformer": {"blocks": 1},
}


@pytest.mark.parametrize("name", list(NETWORKS))
def test_network(name: str) -> None:
    derivation = derive.grad(models.make(name, **SMALL.get(name, {})))
    derivation.check()
    agrees(derivation, NETWORKS[name].gradient)


@pytest.mark.parametrize("name", [n for n in NETWORKS if n in SMALL])
def test_network_ends_as_its_loss_asks(name: str) -> None:
    derivation = derive.grad(models.make(name, loss="bce", **SMALL[name]))
    agrees(derivation, lambda arrays: NETWORKS[name].gradient(arrays, loss="bce", probabilities=True))


@pytest.mark.parametrize("name", ["linear_regression", "logistic_regression", "softmax_regression", "two_layer", "rnn"])
def test_network_by_differences(name: str) -> None:
    assert verify(derive.grad(models.make(name, **SMALL.get(name, {}))), examples=2).verdict == "agree"


def test_a_causal_transformer() -> None:
    derivation = derive.grad(models.transformer(2, 4, 2, 3, 2, causal=True))
    agrees(derivation, lambda arrays: NETWORKS["transformer"].gradient(arrays, causal=True))


@pytest.mark.parametrize("fault", ["sign", "scale", "tap"])
def test_a_planted_fault_is_seen(fault: str) -> None:
    derivation = layer_derivation("conv2d", {})

    def wrong(arrays: Mapping[str, Any]) -> Mapping[str, Any]:
        rest = {k: v for k, v in arrays.items() if k != "G"}
        right = analytic.layer_gradient("conv2d")(**rest, Z_bar=arrays["G"])
        changed = {"sign": -right["W"], "scale": right["W"] * (1 + 1e-6), "tap": right["W"][:, :, ::-1] + 1e-6}
        return {**right, "W": changed[fault]}

    # To make the example small may take five minutes, and nobody reads it.
    with pytest.raises(AssertionError):
        agrees(derivation, wrong, phases=[Phase.generate])
