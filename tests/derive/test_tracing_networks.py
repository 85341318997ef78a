"""Forward functions of networks as people write them: traced without a change, their gradients against differences."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import derive
import numeric
from derive.equation import Program

SIZES = {"n": 3, "d": 4, "m": 3, "h": 2, "p": 3, "k": 2, "u": 4, "v": 5}
HIGHEST = 2  # integer inputs are below this


def _load() -> ModuleType:
    path = Path(__file__).parents[2] / "examples" / "forward.py"
    found = importlib.util.spec_from_file_location("forward", path)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


FORWARD = _load()
FUNCTIONS: Mapping[str, Callable[..., Any]] = {f.__name__: f for f in FORWARD.SPECIFICATIONS}


def traced(name: str) -> Program:
    return derive.trace(FUNCTIONS[name], **FORWARD.SPECIFICATIONS[FUNCTIONS[name]])


def drawn(program: Program) -> dict[str, Any]:
    stream = np.random.default_rng(7)
    arrays: dict[str, Any] = {}
    for name in program.inputs:
        shape = [int(e.subs({s: SIZES[s.name] for s in e.free_symbols})) for e in program.extents(name)]
        whole = program.tensors[name].integer
        arrays[name] = stream.integers(0, HIGHEST, shape) if whole else stream.uniform(0.05, 0.95, shape)
    return arrays


def arguments(name: str, arrays: dict[str, Any]) -> dict[str, Any]:
    """The arrays of a program as the arguments of the function it was traced from, containers and all."""
    ahead = iter(arrays.values())

    def filled(specification: Any) -> Any:
        if isinstance(specification, str):
            return np.array(next(ahead))
        if isinstance(specification, dict):
            return {k: filled(v) for k, v in specification.items()}
        return type(specification)(filled(v) for v in specification)

    return {k: filled(v) for k, v in FORWARD.SPECIFICATIONS[FUNCTIONS[name]].items()}


def value_of(name: str, arrays: dict[str, Any]) -> float:
    return float(FUNCTIONS[name](**arguments(name, arrays)))


def differences(name: str, arrays: dict[str, Any], tensor: str, step: float) -> Any:
    """Central differences of the user's own function, without the program."""
    made = np.zeros(arrays[tensor].shape)
    for at in np.ndindex(made.shape):
        ends = []
        for sign in (1, -1):
            moved = {**arrays, tensor: np.array(arrays[tensor])}
            moved[tensor][at] += sign * step
            ends.append(value_of(name, moved))
        made[at] = (ends[0] - ends[1]) / (2 * step)
    return made


def gap(name: str, arrays: dict[str, Any], tensor: str, gradient: Any) -> tuple[float, float]:
    """How far the gradient is from the differences, and how far these are from their own value at a double step."""
    fine, coarse = (differences(name, arrays, tensor, step) for step in (1e-4, 2e-4))
    best = fine + (fine - coarse) / 3
    rounding = 1e-15 * max(1.0, abs(value_of(name, arrays))) / 1e-4
    return float(np.abs(best - gradient).max()), float(np.abs(fine - coarse).max()) + 8 * rounding


@pytest.mark.parametrize("name", FUNCTIONS)
def test_value(name: str) -> None:
    program = traced(name)
    arrays = drawn(program)
    found = numeric.build(program)(**arrays)[program.output.name]
    np.testing.assert_allclose(found, value_of(name, arrays), rtol=1e-12)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_gradient(name: str) -> None:
    program = traced(name)
    derivation = derive.grad(program)
    derivation.check()
    arrays = drawn(program)
    for tensor, gradient in numeric.build(derivation)(**arrays).items():
        far, bound = gap(name, arrays, tensor, gradient)
        assert far <= bound, (tensor, far, bound)


def test_a_wrong_gradient_is_noticed() -> None:
    program = traced("logistic_regression")
    arrays = drawn(program)
    gradient = numeric.build(derive.grad(program))(**arrays)["w"]
    far, bound = gap("logistic_regression", arrays, "w", gradient * (1 + 1e-5))
    assert far > bound


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_text_is_the_same_program(name: str) -> None:
    text = derive.to_text(traced(name))
    assert derive.to_text(derive.program(text)) == text


def test_equations_are_those_of_the_statements() -> None:
    assert derive.to_text(traced("logistic_regression")) == "\n".join(
        (
            "input X[n,d], w[d], b, y[n]",
            "z[i] = b + sum[j](w[j]*X[i,j])",
            "a[i] = 1/(1 + exp(-z[i]))",
            "L = -mean[i]((1 - y[i])*log(1 - a[i]) + y[i]*log(a[i]))",
        )
    )


def test_layers_of_a_list_have_the_names_of_the_loop() -> None:
    assert traced("mlp").inputs == ("X", "W1", "b1", "W2", "b2", "W3", "b3", "Y")


def test_an_ordinary_loss_is_traced_in_50_ms() -> None:
    """The least of several, so that what else the machine does is not measured."""
    traced("mlp")
    times = []
    for _ in range(7):
        start = time.process_time()
        traced("mlp")
        times.append(time.process_time() - start)
    assert min(times) < 0.05, times
