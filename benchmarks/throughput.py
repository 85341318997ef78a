"""A million parameters, one entry of the gradient off by 1 %: who finds it in the same time; to throughput.md.

`proofs.verify` runs first. torch's fast gradcheck then gets as many random points as fit in the time that it took.

    pip install ".[bench]" && python benchmarks/throughput.py
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

import proofs

Array = np.ndarray[Any, Any]
SIDE = 1000
PLANTED = 137_731
RELATIVE = 0.01
DATA = np.random.default_rng(0).normal(size=(8, SIDE))


@dataclass(frozen=True)
class Row:
    """A function of a thousand by a thousand numbers, and its gradient."""

    name: str
    forward: Callable[[Any], Any]
    gradient: Callable[[Any], Any]


def _network(w: Any) -> Any:
    return (np.maximum(DATA @ w, 0) ** 2).sum() / 8


def _network_gradient(w: Any) -> Any:
    return DATA.T @ (2 * np.maximum(DATA @ w, 0)) / 8


ROWS = (
    Row("mean of squares", lambda w: (w * w).mean(), lambda w: 2 * w / w.size),
    Row("sum of cubes", lambda w: (w**3).sum(), lambda w: 3 * w**2),
    Row("log-sum-exp", lambda w: np.log(np.exp(w).sum()), lambda w: np.exp(w) / np.exp(w).sum()),
    Row("sum of relu", lambda w: np.maximum(w, 0).sum(), lambda w: (w > 0).astype(float)),
    Row("layer of squared relu, 8 samples", _network, _network_gradient),
)


def planted(gradient: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The gradient with one entry off."""

    def off(w: Any) -> Any:
        made = gradient(w).copy()
        made.flat[PLANTED] *= 1 + RELATIVE
        return made

    return off


def ours(forward: Callable[[Any], Any], gradient: Callable[[Any], Any]) -> tuple[str, str, float]:
    """The verdict, the first reason, and the seconds."""
    start = time.perf_counter()
    report = proofs.verify(forward, gradient, inputs={"w": "n m"}, dims={"n": SIDE, "m": SIDE}, seconds=0.1)
    return report.verdict, report.reasons[0] if report.reasons else "", time.perf_counter() - start


def torch_alarms(forward: Callable[[Any], Any], gradient: Callable[[Any], Any], budget: float) -> tuple[int, int]:
    """How many of the random points that fit in the budget raise the alarm; at least one is tried."""
    end, alarms, points = time.perf_counter() + budget, 0, 0
    for seed in _until(end):
        torch.manual_seed(seed)
        alarms, points = alarms + (not _passes(forward, gradient)), points + 1
    return alarms, points


def _until(end: float) -> Iterator[int]:
    seed = 0
    while seed == 0 or time.perf_counter() < end:
        yield seed
        seed += 1


def _passes(forward: Callable[[Any], Any], gradient: Callable[[Any], Any]) -> bool:
    class Function(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, w: Any) -> Any:
            ctx.save_for_backward(w)
            return torch.tensor(float(forward(w.detach().numpy())), dtype=torch.float64)

        @staticmethod
        def backward(ctx: Any, bar: Any) -> Any:
            (w,) = ctx.saved_tensors
            return bar * torch.tensor(gradient(w.detach().numpy()))

    w = torch.randn(SIDE, SIDE, dtype=torch.float64, requires_grad=True)
    return bool(torch.autograd.gradcheck(Function.apply, (w,), fast_mode=True, raise_exception=False))


def measured(row: Row) -> Iterator[str]:
    """Two lines of the table: the right gradient, and the planted entry."""
    for what, gradient in (("right", row.gradient), ("off", planted(row.gradient))):
        verdict, said, seconds = ours(row.forward, gradient)
        alarms, points = torch_alarms(row.forward, gradient, seconds)
        place = said.split(":")[0] if verdict == "wrong" else said.rpartition(" ")[2]
        rate = f"{SIDE * SIDE / seconds:,.0f}"
        yield f"| {row.name} | {what} | {verdict} | {place} | {seconds:.1f} | {rate} | {alarms} of {points} |"


def head() -> str:
    """What was run, and the titles."""
    return (
        "# A million parameters\n\n`python benchmarks/throughput.py`. One entry, "
        f"w[{PLANTED // SIDE}, {PLANTED % SIDE}], is off by {RELATIVE:.0%}. "
        f"torch {torch.__version__} in fast mode at its defaults gets\n"
        "the same seconds, a new random point each time; an alarm on a right gradient is a false one.\n"
        f"{os.cpu_count()} cores, which other work shared.\n\n"
        "| function | gradient | verdict | entry, or the smallest fault seen | s | parameters/s | torch alarms |\n"
        "|---|---|---|---|---|---|---|\n"
    )


def main() -> None:
    """Run, and write the table."""
    lines = []
    for row in ROWS:
        for line in measured(row):
            print(line, flush=True)
            lines.append(line)
    Path(__file__).with_suffix(".md").write_text(head() + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
