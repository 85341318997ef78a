"""PyTorch and JAX on a CUDA device: arrays stay there, and values are those of the processor within rounding.

Skipped where there is no such device.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest
from test_targets import PROGRAMS, UNITS, Library, derived, given, within


def device() -> Any:
    torch = pytest.importorskip("torch")
    if not torch.cuda.is_available():
        pytest.skip("there is no CUDA device")
    return torch


def on_cuda(torch: Any, name: str, dtype: str) -> dict[str, Any]:
    return {k: torch.as_tensor(v, device="cuda") for k, v in given(PROGRAMS[name], dtype).items()}


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("dtype", UNITS)
def test_torch_stays_on_the_device_and_within_rounding(name: str, dtype: str) -> None:
    torch = device()
    gradient, arrays = Library("torch").built(name), on_cuda(torch, name, dtype)
    value, slopes = gradient(**arrays)
    assert {a.device.type for a in (value, *slopes.values())} == {"cuda"}
    found = {v: a.cpu() for v, a in slopes.items()}
    assert within(found, gradient.derivation, given(PROGRAMS[name], dtype), UNITS[dtype])


@pytest.mark.parametrize("name", PROGRAMS)
def test_torch_s_gradcheck_and_gradgradcheck_on_the_device(name: str) -> None:
    torch = device()
    loss, arrays, wrt = Library("torch").built(name).loss, on_cuda(torch, name, "float64"), derived(name).wrt
    rest = {k: v for k, v in arrays.items() if k not in wrt}
    tensors = [arrays[v].requires_grad_(True) for v in wrt]

    def of(*given: Any) -> Any:
        return loss(**rest, **dict(zip(wrt, given, strict=True)))

    assert torch.autograd.gradcheck(of, tensors)
    assert torch.autograd.gradgradcheck(of, tensors)


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("dtype", UNITS)
def test_jax_on_the_device_is_within_rounding(name: str, dtype: str) -> None:
    device()
    jax = pytest.importorskip("jax")
    gradient, arrays = Library("jax").built(name), given(PROGRAMS[name], dtype)
    try:
        there = jax.devices("cuda")[0]
    except RuntimeError:
        pytest.skip("JAX has no CUDA device")
    importlib.import_module("jax").config.update("jax_default_matmul_precision", "highest")
    _, slopes = gradient(**{k: jax.device_put(v, there) for k, v in arrays.items()})
    assert {d.platform for a in slopes.values() for d in a.devices()} <= {"gpu", "cuda"}
    found = {v: np.asarray(a) for v, a in slopes.items()}
    assert within(found, gradient.derivation, arrays, UNITS[dtype])
