"""The networks of examples/forward.py under an independent system: HIPS autograd runs the same functions, unchanged.

Only the globals of the module are bound anew, to autograd's NumPy. What both gradients may differ by follows from the
running bound of `proofs.rounding`: it is what floating point makes of our operations, in any order a few times that.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

import derive
import numeric
from derive.equation import Program
from proofs.rounding import Evaluator

autograd = pytest.importorskip("autograd", reason="pip install gradproof[test] brings autograd")

ORDERS = 16  # as in tests/conformance: operations in another order, a few times the running bound
SIZES = {"n": 2, "d": 3, "m": 2, "h": 2, "p": 2, "k": 2, "u": 3, "v": 3}
PLACES = 2  # integer inputs are below this


class Fresh(np.ndarray):
    """An array of zeros that a function made: `out += box` is `out = out + box`, as autograd needs it."""

    def __iadd__(self, other: Any) -> Any:  # type: ignore[misc]
        return self + other


def zeros(shape: Any) -> Any:
    return np.zeros(shape).view(Fresh)


@lru_cache(maxsize=2)
def forward(rebound: bool) -> ModuleType:
    """The module of the functions; `rebound` binds NumPy and SciPy to autograd's."""
    path = Path(__file__).parents[2] / "examples" / "forward.py"
    found = importlib.util.spec_from_file_location("forward", path)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    if rebound:
        numpy = importlib.import_module("autograd.numpy")
        special = importlib.import_module("autograd.scipy.special")
        numpy.numpy_boxes.ArrayBox.register(Fresh)
        numpy.numpy_boxes.ArrayBox.dot = numpy.dot  # the one method of arrays in these functions that its boxes lack
        numpy.numpy_vspaces.ArrayVSpace.register(Fresh)
        vars(module)["np"] = SimpleNamespace(**{**vars(numpy), "zeros": zeros})
        vars(module).update({name: getattr(special, name) for name in ("expit", "gammaln", "logsumexp")})
    return module


NAMES = [function.__name__ for function in forward(False).SPECIFICATIONS]


@cache
def derived(name: str) -> derive.Derivation:
    module = forward(False)
    function = getattr(module, name)
    return derive.grad(derive.trace(function, **module.SPECIFICATIONS[function]))


def drawn(program: Program) -> dict[str, Any]:
    stream = np.random.default_rng(11)
    arrays: dict[str, Any] = {}
    for name in program.inputs:
        shape = [int(e.subs({s: SIZES[s.name] for s in e.free_symbols})) for e in program.extents(name)]
        whole = program.tensors[name].integer
        arrays[name] = stream.integers(0, PLACES, shape) if whole else stream.uniform(0.05, 0.95, shape)
    return arrays


def independent(name: str, arrays: Mapping[str, Any], wrt: tuple[str, ...]) -> dict[str, Any]:
    """The gradient that autograd finds of the user's own function."""
    module = forward(True)
    function = getattr(module, name)

    def filled(specification: Any, ahead: Any) -> Any:
        if isinstance(specification, str):
            return next(ahead)
        if isinstance(specification, dict):
            return {k: filled(v, ahead) for k, v in specification.items()}
        return type(specification)(filled(v, ahead) for v in specification)

    def value(moving: Mapping[str, Any]) -> Any:
        ahead = iter([moving.get(n, array) for n, array in arrays.items()])
        return function(**{k: filled(v, ahead) for k, v in module.SPECIFICATIONS[function].items()})

    return autograd.grad(value)({n: arrays[n] for n in wrt})


def gap(derivation: derive.Derivation, found: Mapping[str, Any], arrays: Mapping[str, Any]) -> float:
    """The largest distance of an entry from its exact value, in units of what rounding allows."""
    run = Evaluator(derivation.program, arrays, 2.0**-53)
    bounded = [(found[n][at], b) for n in derivation.wrt for at, b in run.tensor(f"{n}_bar").items()]
    return max(
        abs(float(there - float(b.value))) / (ORDERS * (float(b.error) + 2.0**-53 * abs(float(b.value)) + 1e-300))
        for there, b in bounded
    )


@pytest.mark.parametrize("name", NAMES)
def test_gradient(name: str) -> None:
    derivation = derived(name)
    arrays = drawn(derivation.forward)
    theirs = independent(name, arrays, derivation.wrt)
    assert {n: np.shape(g) for n, g in theirs.items()} == {n: np.shape(arrays[n]) for n in derivation.wrt}
    assert gap(derivation, theirs, arrays) <= 1
    assert gap(derivation, numeric.build(derivation)(**arrays), arrays) <= 1


@pytest.mark.parametrize("name", ["logistic_regression", "mlp"])
def test_a_gradient_that_is_off_is_noticed(name: str) -> None:
    derivation = derived(name)
    arrays = drawn(derivation.forward)
    theirs = {n: g * (1 + 1e-9) for n, g in independent(name, arrays, derivation.wrt).items()}
    assert gap(derivation, theirs, arrays) > 1
