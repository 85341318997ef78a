"""A wrong sign, a missing 1/n, a transposed factor or a missing σ' in a gradient is refuted: none can pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

import derive
from derive import models
from numeric import analytic
from numeric.compiler import build
from proofs.verdicts import verify

Arrays = Mapping[str, Any]
Source = Callable[..., dict[str, Any]]
DERIVATION = derive.grad(models.mlp([2, 2, 2], loss="bce"))
COMPILED = build(DERIVATION)


def hand_typed(**arrays: Any) -> dict[str, Any]:
    return analytic.model_gradient("mlp")(arrays, loss="bce")


def negated(arrays: Arrays, found: dict[str, Any]) -> dict[str, Any]:
    return found | {"W1": -found["W1"]}


def without_mean(arrays: Arrays, found: dict[str, Any]) -> dict[str, Any]:
    return {name: value * len(arrays["X"]) for name, value in found.items()}


def transposed(arrays: Arrays, found: dict[str, Any]) -> dict[str, Any]:
    return found | {"W2": found["W2"].T}


def without_slope(arrays: Arrays, found: dict[str, Any]) -> dict[str, Any]:
    hidden = 1 / (1 + np.exp(-(arrays["X"] @ arrays["W1"] + arrays["b1"])))
    output = 1 / (1 + np.exp(-(hidden @ arrays["W2"] + arrays["b2"])))
    delta = ((output - arrays["Y"]) / len(output)) @ arrays["W2"].T
    return found | {"W1": arrays["X"].T @ delta, "b1": delta.sum(axis=0)}


def slightly_off(arrays: Arrays, found: dict[str, Any]) -> dict[str, Any]:
    return found | {"b2": found["b2"] * (1 + 1e-11)}


FAULTS = [negated, without_mean, transposed, without_slope, slightly_off]


@pytest.mark.parametrize("source", [COMPILED, hand_typed], ids=["compiled", "typed"])
def test_the_right_gradient_agrees(source: Source) -> None:
    assert verify(DERIVATION, source, examples=8).verdict == "agree"


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("source", [COMPILED, hand_typed], ids=["compiled", "typed"])
def test_a_planted_fault_is_refuted(source: Source, fault: Source) -> None:
    report = verify(DERIVATION, lambda **arrays: fault(arrays, source(**arrays)), examples=20)
    assert report.verdict == "wrong"
    assert report.counterexample is not None


def test_nan_is_reported_as_such() -> None:
    report = verify(DERIVATION, lambda **a: {k: v * np.nan for k, v in COMPILED(**a).items()}, examples=5)
    assert report.verdict == "non-finite"
    assert report.exit_status == 1


def test_a_counterexample_is_shrunk() -> None:
    report = verify(DERIVATION, lambda **a: {k: -v for k, v in COMPILED(**a).items()}, examples=20)
    assert report.counterexample is not None
    assert len(report.counterexample["X"]) == 1
    assert sum(np.count_nonzero(v) for v in report.counterexample.values()) <= 3


def test_a_wrong_shape_is_wrong() -> None:
    report = verify(DERIVATION, lambda **a: {k: np.ravel(v) for k, v in COMPILED(**a).items()}, examples=5)
    assert report.tensors["W1"].verdict == "wrong"
