"""Every layer, objective and network for the other targets, every function for Numba: as near as rounding allows."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings

import derive
from derive import models
from derive.functions import ROWS as FUNCTIONS
from derive.layers import LAYERS
from derive.objectives import OBJECTIVES
from numeric.compiler import build
from numeric.context import NotLowered
from numeric.targets.table import TARGETS
from numeric.typed_models import NETWORKS
from proofs.arguments.strategies import cases
from proofs.rounding import Evaluator, Undefined

SMALL: dict[str, dict[str, Any]] = {
    "rnn": {"steps": 2},
    "lstm": {"steps": 2},
    "gru": {"steps": 2},
    "cnn": {"channels": (1, 1)},
    "transformer": {"blocks": 1},
}
UNIT = 2.0**-53


def _layer(name: str) -> derive.Derivation:
    text = LAYERS[name].text()
    indices = ",".join(i.name for i in derive.program(text).equations[-1].indices)
    program = derive.program(f"{text}\nL = sum[{indices}](Z[{indices}]*G[{indices}])")
    return derive.grad(program, [n for n in program.inputs if n != "G" and not program.tensors[n].integer])


def _objective(name: str) -> derive.Derivation:
    return derive.grad(derive.program(OBJECTIVES[name].text()))


def _network(name: str) -> derive.Derivation:
    return derive.grad(models.make(name, **SMALL.get(name, {})))


def _function(name: str) -> derive.Derivation:
    text = FUNCTIONS[name].text("i")
    return derive.grad(derive.program(f"L = sum[i]({text}*G[i])"), list(FUNCTIONS[name].names))


ROWS = [
    pytest.param(make, name, id=name)
    for make, names in ((_layer, LAYERS), (_objective, OBJECTIVES), (_network, NETWORKS))
    for name in names
]


def farthest(gradient: Any, arrays: Any) -> float:
    """The largest error over what rounding allows; subnormal results may be flushed to 0."""
    found = gradient(**arrays, check=False)
    exact = Evaluator(gradient.derivation.program, arrays, UNIT)
    return max(
        abs(float(np.asarray(found[name])[at]) - float(bounded.value)) / (float(bounded.error) + 1e-300)
        for name in gradient.derivation.wrt
        for at, bounded in exact.tensor(f"{name}_bar").items()
    )


@pytest.mark.slow
@pytest.mark.parametrize(("make", "name"), ROWS)
@pytest.mark.parametrize("target", [name for name in TARGETS if name != "numpy"])
def test_row(target: str, make: Callable[[str], derive.Derivation], name: str) -> None:
    if importlib.util.find_spec(TARGETS[target].library) is None:
        pytest.skip(f"{TARGETS[target].library} is not installed")
    if target == "jax":
        importlib.import_module("jax").config.update("jax_enable_x64", True)
    near_the_exact_one(make(name), target)


@pytest.mark.slow
@pytest.mark.parametrize("name", FUNCTIONS)
def test_function_for_numba(name: str) -> None:
    pytest.importorskip("numba")
    near_the_exact_one(_function(name), "numba")


def near_the_exact_one(derivation: derive.Derivation, target: str) -> None:
    """Skips what the target refuses by name."""
    try:
        gradient, right = build(derivation, target=target), build(derivation)
    except NotLowered as refused:
        if not str(refused).startswith(f"the {target} target has no form for "):
            raise
        pytest.skip(str(refused))

    @given(cases(derivation.forward))
    @settings(max_examples=4, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    def near(case: Any) -> None:
        try:
            with np.errstate(all="ignore"):
                allowed = max(1.0, farthest(right, case.arrays))
            assert farthest(gradient, case.arrays) <= allowed
        except Undefined:
            return

    near()


def test_a_planted_fault_is_far() -> None:
    gradient = build(_layer("dense"))
    rng = np.random.default_rng(0)
    arrays = {n: rng.normal(size=tuple(3 for _ in gradient.derivation.forward.extents(n))) for n in gradient.arguments}
    assert farthest(gradient, arrays) <= 1

    class Spoiled:
        derivation = gradient.derivation

        def __call__(self, **given: Any) -> Any:
            return {name: slope * (1 + 1e-9) for name, slope in gradient(**given).items()}

    assert farthest(Spoiled(), arrays) > 1
