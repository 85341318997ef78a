"""What speed.py measures, once the number of threads is set."""

from __future__ import annotations

import contextlib
import os
import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch
from speed_workloads import HESSIANS, LOSSES, MIXTURES, SMALL, WIDE, Workload

import derive
import numeric
from numeric.context import NotLowered

THREADS = os.environ["OMP_NUM_THREADS"]
jax.config.update("jax_enable_x64", True)
torch.set_num_threads(int(THREADS))
Call = Callable[[], Any]
BUDGET, FEWEST = 1.5, 7


class Torch:
    """What the losses call, in torch."""

    sigmoid, sqrt, exp, einsum = torch.sigmoid, torch.sqrt, torch.exp, torch.einsum
    maximum_zero, logsumexp = torch.relu, torch.logsumexp
    softmax, log_softmax, conv2d = torch.softmax, torch.log_softmax, torch.nn.functional.conv2d

    @staticmethod
    def bce_with_logits(z: Any, y: Any) -> Any:
        return torch.nn.functional.binary_cross_entropy_with_logits(z, y, reduction="sum")


class Jax:
    """What the losses call, in JAX."""

    sigmoid, sqrt, exp, einsum = jax.nn.sigmoid, jnp.sqrt, jnp.exp, jnp.einsum
    maximum_zero, logsumexp = jax.nn.relu, jax.nn.logsumexp
    softmax, log_softmax = jax.nn.softmax, jax.nn.log_softmax

    @staticmethod
    def conv2d(x: Any, k: Any) -> Any:
        return jax.lax.conv_general_dilated(x, k, (1, 1), "VALID")

    @staticmethod
    def bce_with_logits(z: Any, y: Any) -> Any:
        return (jnp.logaddexp(0, z) - y * z).sum()


# ---------------------------------------------------------------- the competitors


def torch_gradient(work: Workload, arrays: Mapping[str, Any], value: bool) -> Call:
    """Eager, as a training loop calls it."""
    made = {n: torch.tensor(a, requires_grad=n in work.wrt) for n, a in arrays.items()}
    wanted = [made[n] for n in work.wrt]
    return lambda: torch.autograd.grad(work.run(Torch, **made), wanted)


def jax_gradient(work: Workload, arrays: Mapping[str, Any], value: bool) -> Call:
    """`jax.jit` of the gradient, compiled before it is timed."""
    rest = {n: jnp.asarray(a) for n, a in arrays.items() if n not in work.wrt}
    wanted = {n: jnp.asarray(arrays[n]) for n in work.wrt}

    def loss(w: Any, r: Any) -> Any:
        return work.run(Jax, **w, **r)

    made = jax.jit(jax.value_and_grad(loss) if value else jax.grad(loss))

    def call() -> Any:
        found = jax.block_until_ready(made(wanted, rest))
        return [(found[1] if value else found)[n] for n in work.wrt]

    return call


def our_gradient(work: Workload, arrays: Mapping[str, Any], value: bool, target: str = "numpy") -> Call:
    """The compiled function, unchecked as the others are."""
    proof = (derive.value_and_grad if value else derive.grad)(work.program(), list(work.wrt))
    made = numeric.build(proof, target=target)
    given = [arrays[n] for n in made.arguments]
    return lambda: made.raw(*given)[-len(work.wrt) :]


def numba_gradient(work: Workload, arrays: Mapping[str, Any], value: bool) -> Call:
    """The same plan, compiled by Numba; NotLowered where it has no form for it."""
    return our_gradient(work, arrays, value, "numba")


def torch_hessian(work: Workload, arrays: Mapping[str, Any], value: bool) -> Call:
    made = {n: torch.tensor(a) for n, a in arrays.items()}
    (by,) = work.wrt
    second = torch.func.hessian(lambda w: work.run(Torch, **{**made, by: w}))
    return lambda: [second(made[by])]


def jax_hessian(work: Workload, arrays: Mapping[str, Any], value: bool) -> Call:
    made = {n: jnp.asarray(a) for n, a in arrays.items()}
    (by,) = work.wrt
    second = jax.jit(lambda w, rest: jax.hessian(lambda u: work.run(Jax, **{**rest, by: u}))(w))
    rest = {n: a for n, a in made.items() if n != by}
    return lambda: [jax.block_until_ready(second(made[by], rest))]


def our_hessian(work: Workload, arrays: Mapping[str, Any], value: bool, target: str = "numpy") -> Call:
    made = numeric.build(derive.hessian(work.program(), list(work.wrt)), target=target)
    given = [arrays[n] for n in made.arguments]
    return lambda: made.raw(*given)


def numba_hessian(work: Workload, arrays: Mapping[str, Any], value: bool) -> Call:
    return our_hessian(work, arrays, value, "numba")


GRADIENTS = {"gradproof": our_gradient, "numba": numba_gradient, "torch": torch_gradient, "jax": jax_gradient}
SECOND = {"gradproof": our_hessian, "numba": numba_hessian, "torch": torch_hessian, "jax": jax_hessian}


# ---------------------------------------------------------------- measuring


def agree(calls: Mapping[str, Call], dtype: str) -> None:
    """SystemExit unless all competitors give the same numbers."""
    close = 1e-9 if dtype == "float64" else 1e-3
    right = [np.asarray(a) for a in calls["jax"]()]
    for name, call in calls.items():
        for mine, other in zip(call(), right, strict=True):
            if np.max(np.abs(np.asarray(mine) - other)) > close * (1 + np.max(np.abs(other))):
                raise SystemExit(f"{name} disagrees")


def medians(calls: Mapping[str, Call]) -> dict[str, float]:
    """Seconds a call, in turn, until the budget is spent."""
    once = {name: _rounds(call) for name, call in calls.items()}
    taken: dict[str, list[float]] = {name: [] for name in calls}
    end = time.perf_counter() + BUDGET * len(calls)
    while time.perf_counter() < end or len(taken["gradproof"]) < FEWEST:
        for name, call in calls.items():
            start = time.perf_counter()
            for _ in range(once[name]):
                call()
            taken[name].append((time.perf_counter() - start) / once[name])
    return {name: statistics.median(times) for name, times in taken.items()}


def _rounds(call: Call) -> int:
    """Calls that together take about two milliseconds."""
    call()
    start = time.perf_counter()
    call()
    return max(1, int(0.002 / (time.perf_counter() - start)))


def measured(
    work: Workload, makers: Mapping[str, Any], dtype: str = "float64", value: bool = False
) -> dict[str, float]:
    arrays = {n: a.astype(dtype) for n, a in work.arrays().items()}
    calls: dict[str, Call] = {}
    for name, maker in makers.items():
        with contextlib.suppress(NotLowered):
            calls[name] = maker(work, arrays, value)
    agree(calls, dtype)
    if work.floor is not None:
        calls["floor"] = work.floor
    return medians(calls)


def row(name: str, found: Mapping[str, float], targets: Iterable[tuple[str, float]]) -> str:
    """NumPy and Numba, each against torch and JAX and against the targets; a dash where Numba has no form."""
    targets = list(targets)
    cells = [cell for ours in ("gradproof", "numba") for cell in _judged(found, ours, targets)]
    line = f"| {name} | {' | '.join(cells)} |"
    print(line, flush=True)
    return line


def _judged(found: Mapping[str, float], ours: str, targets: Iterable[tuple[str, float]]) -> tuple[str, str, str]:
    if ours not in found:
        return "-", "-", "-"
    peers = {**found, "better": min(found["torch"], found["jax"])}
    ratios = [(peer, found[ours] / peers[peer], most) for peer, most in targets]
    cells = [f"{peer} {ratio:.3g} ({'' if ratio <= most else 'over '}{most:g})" for peer, ratio, most in ratios]
    return f"{found[ours] / found['torch']:.3g}", f"{found[ours] / found['jax']:.3g}", ", ".join(cells)


TORCH_TARGETS = (0.2, 0.25, 0.35)
SECOND_TARGETS = (1 / 50, 1 / 40, 1.0, 1.0)


def table() -> Iterable[str]:
    for work, most in zip(SMALL, TORCH_TARGETS, strict=True):
        for dtype in ("float64", "float32"):
            yield row(f"{work.name}, {dtype}", measured(work, GRADIENTS, dtype), (("torch", most), ("jax", 0.5)))
    for work in WIDE:
        floor = 1.1 if THREADS == "1" else 1.25
        yield row(work.name, measured(work, GRADIENTS), (("floor", floor), ("better", 1.0)))
    for work in LOSSES:
        yield row(work.name, measured(work, GRADIENTS, value=True), (("better", 1.0),))
    for work in MIXTURES:
        yield row(work.name, measured(work, GRADIENTS), (("better", 0.5),))
    for work, most in zip(HESSIANS, SECOND_TARGETS, strict=True):
        yield row(work.name, measured(work, SECOND), (("better", most),))


WHY = """
What is missed, and why (time of each line of the compiled functions):

- 2-3-1 against JAX: twelve NumPy calls of 0.6 to 1.4 microseconds each; Numba does without them.
- Wide networks against the bare products: the exponentials and additions of two layers of sigmoids, and the sums over
  examples, each a pass over memory.
- Losses, mixtures: NumPy passes over memory once for each operation, XLA once for many, Numba's loops once for all.
- Mixture of 25 with d = 10, Numba: twenty loops over ten numbers for each example and component, of 17 to 21 cycles
  each, which is little for a processor to gain by adding four numbers at once.
- float32, Numba: arguments are converted to float64 and back.
- Numba's products are SciPy's BLAS, on as many threads as NumPy's: of 2000 x 2000, each of two takes half the time.
- CNN, NumPy: windows are copied into columns, and what lands on one place is added slice by slice; the adjoints of A
  and M take half and a quarter of the time. Numba does the same image by image, in memory that is near.
- Hessian of a quadratic form: A.T is read across the rows of A. Of cross-entropy: two passes over the matrix.
"""


def main() -> None:
    """Run, and write the table."""
    head = (
        f"# Compiled gradients against autodiff, {THREADS} thread{'s' if THREADS != '1' else ''}\n\n"
        f"`python benchmarks/speed.py {THREADS}`: ratios of medians, called in turn in one process.\n"
        f"torch {torch.__version__} eager, jax {jax.__version__} jit, NumPy {np.__version__}.\n"
        "The target stands in brackets, with `over` where it is missed.\n\n"
        "First the NumPy target, then the Numba target, whose compilation is not counted, as that of JAX is not.\n\n"
        "| | NumPy of torch | of JAX | against targets | Numba of torch | of JAX | against targets |\n"
        "|---|---|---|---|---|---|---|\n"
    )
    where = Path(__file__).with_name(f"speed_{THREADS}.md")
    where.write_text(head + "\n".join(table()) + "\n" + WHY, encoding="utf-8")
