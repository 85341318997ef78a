"""A built gradient keeps nothing between calls: threads may share it, and what it returned is not written again."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from sympy import Expr

import derive
import numeric
from derive import models
from derive.equation import Program

Arrays = Mapping[str, Any]
Call = Callable[..., Arrays]
PROGRAMS: dict[str, Program] = {
    "mlp": models.mlp([3, 4, 2], loss="bce"),
    "relu": models.mlp([3, 4, 2], activation="relu", loss="softmax_cross_entropy"),
    "convolution": models.make("cnn", channels=(1, 1)),
    "gru": models.make("gru", steps=2),
    "gather and scatter": derive.program("integer w\nL = sum[t,k](tanh(E[w[t],k])*G[t,k])\nparameter E, G"),
    "tails": derive.program("L = sum[i](y[i]*log(normal_cdf(x[i])) + exp(x[i])*normal_pdf(x[i]) + gammaln(3*y[i]**2))"),
    "norms and means": derive.program("L = sqrt(sum[i](x[i]**2)) + mean[i](x[i]**2) - mean[i](x[i])**2 + max[i](x[i])"),
    "a gradient that is an input": derive.program("L = sum[i](x[i]*y[i])"),
}
EXTENTS = {"h": 5, "w": 4, "m": 4, "d": 3}


def drawn(program: Program, seed: int) -> dict[str, Any]:
    """Arrays for the program, of a size that depends on the seed; Y has rows that sum to 1."""
    rng = np.random.default_rng(seed)
    sizes = {**EXTENTS, "n": 2 + seed % 5}
    made: dict[str, Any] = {}
    for name in program.inputs:
        shape = tuple(_extent(e, sizes) for e in program.extents(name))
        made[name] = rng.integers(0, 2, shape) if program.tensors[name].integer else rng.normal(size=shape)
        if name == "Y":
            made[name] = np.eye(shape[-1])[rng.integers(0, shape[-1], shape[0])]
    return made


def _extent(size: Expr, sizes: Mapping[str, int]) -> int:
    return int(size.xreplace({s: sizes.get(s.name, 3) for s in size.free_symbols}))


def copied(arrays: Arrays) -> dict[str, Any]:
    return {name: np.array(array) for name, array in arrays.items()}


def differing(call: Call, inputs: Sequence[Arrays], threads: int = 8, rounds: int = 8) -> Iterator[str]:
    """Results of concurrent calls that are not those of calls one by one; each is looked at after all of them."""
    alone = [copied(call(**given)) for given in inputs]
    jobs = np.random.default_rng(0).permutation(np.repeat(np.arange(len(inputs)), rounds)).tolist()
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(threads) as pool:
            found = list(pool.map(lambda job: call(**inputs[job]), jobs))
    finally:
        sys.setswitchinterval(interval)
    for job, result in zip(jobs, found, strict=True):
        yield from (f"{v} of {job}" for v, array in result.items() if not np.array_equal(array, alone[job][v]))


def sharing(call: Call, first: Arrays, second: Arrays) -> Iterator[str]:
    """Arrays of one call that share memory with its arguments, or with what the next call returns."""
    early, late = call(**first), call(**second)
    for name, array in early.items():
        yield from (f"{name} and the argument {n}" for n, given in first.items() if np.shares_memory(array, given))
        yield from (f"{name} and the next call's {n}" for n, other in late.items() if np.shares_memory(array, other))


@pytest.mark.parametrize("name", PROGRAMS)
def test_threads_may_share_a_gradient(name: str) -> None:
    gradient = numeric.build(derive.grad(PROGRAMS[name]))
    inputs = [drawn(PROGRAMS[name], seed) for seed in range(6)]
    assert not list(differing(gradient, inputs))
    assert not list(sharing(gradient, inputs[0], inputs[5]))


def keeps_a_buffer() -> Call:
    """A gradient of sum(x**2) that writes all its results to one array."""
    kept = np.zeros(8)

    def call(x: Any) -> Arrays:
        made = kept[: len(x)]
        np.multiply(x, 2, out=made)
        return {"x": made}

    return call


def test_a_buffer_that_is_kept_is_noticed() -> None:
    inputs = [{"x": np.arange(k, k + 4.0)} for k in range(6)]
    assert list(differing(keeps_a_buffer(), inputs))
    assert list(sharing(keeps_a_buffer(), inputs[0], inputs[1]))
    assert list(sharing(lambda x: {"x": x}, inputs[0], inputs[1]))
