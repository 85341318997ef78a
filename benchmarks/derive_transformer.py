"""Derive, check and build a transformer encoder's gradient, by the number of blocks; written to derive_transformer.md.

python benchmarks/derive_transformer.py
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import derive
import numeric
from derive.program_text import to_text

REPEATS = 3
DEPTHS = (1, 12)
ACTIVATIONS = {
    "relu": "relu(H{k}[n,s,f])",
    "gelu_tanh": "H{k}[n,s,f]*(1 + tanh(sqrt(2/pi)*(H{k}[n,s,f] + 0.044715*H{k}[n,s,f]**3)))/2",
}
NORM = """
M{k}[n,s] = mean[d]({x}[n,s,d])
U{k}[n,s] = mean[d](({x}[n,s,d] - M{k}[n,s])**2)
{out}[n,s,d] = gamma{k}[d]*({x}[n,s,d] - M{k}[n,s])/sqrt(U{k}[n,s] + 1/100000) + beta{k}[d]
"""
ATTENTION = """
Q{k}[n,s,h,e] = sum[d]({x}[n,s,d]*WQ{k}[d,h,e]) + bQ{k}[h,e]
K{k}[n,s,h,e] = sum[d]({x}[n,s,d]*WK{k}[d,h,e]) + bK{k}[h,e]
V{k}[n,s,h,e] = sum[d]({x}[n,s,d]*WV{k}[d,h,e]) + bV{k}[h,e]
S{k}[n,h,s,t] = sum[e](Q{k}[n,s,h,e]*K{k}[n,t,h,e])/sqrt(size[K{k},3])
P{k}[n,h,s,t] = softmax[t](S{k}[n,h,s,t])
C{k}[n,s,h,e] = sum[t](P{k}[n,h,s,t]*V{k}[n,t,h,e])
R{k}[n,s,d] = {x}[n,s,d] + sum[h,e](C{k}[n,s,h,e]*WO{k}[h,e,d]) + bO{k}[d]
"""
FEED_FORWARD = """
H{k}[n,s,f] = sum[d](N{k}[n,s,d]*V1_{k}[d,f]) + c1_{k}[f]
A{k}[n,s,f] = {activation}
F{k}[n,s,d] = N{k}[n,s,d] + sum[f](A{k}[n,s,f]*V2_{k}[f,d]) + c2_{k}[d]
"""
STAGES: dict[str, Callable[[Any], Any]] = {
    "read": derive.program,
    "derive": derive.grad,
    "check": lambda derivation: (derivation.check(), derivation)[1],
    "print": lambda derivation: (derivation.text(), derivation)[1],
    "build": lambda derivation: (numeric.build(derivation), derivation)[1],
    "print as a program": lambda derivation: to_text(derivation.program),
}


def encoder(blocks: int, activation: str) -> str:
    """Blocks of multi-head attention and feed-forward, each with its residual and layer norm, and a squared error."""
    lines: list[str] = []
    for k in range(1, blocks + 1):
        parts = (
            ATTENTION,
            NORM.replace("{k}", f"{k}1").replace("{x}", f"R{k}").replace("{out}", f"N{k}"),
            FEED_FORWARD.replace("{activation}", ACTIVATIONS[activation]),
            NORM.replace("{k}", f"{k}2").replace("{x}", f"F{k}").replace("{out}", f"Y{k}"),
        )
        lines += [part.replace("{x}", f"Y{k - 1}").replace("{k}", str(k)) for part in parts]
    return "\n".join([*lines, f"L = mean[n,s,d]((Y{blocks}[n,s,d] - T[n,s,d])**2)"])


def timed(case: tuple[str, int]) -> dict[str, float]:
    """Seconds of processor time that each stage takes, in a process that has derived nothing before."""
    value: Any = encoder(*reversed(case))
    seconds: dict[str, float] = {}
    for name, stage in STAGES.items():
        gc.collect()
        start = time.process_time()
        value = stage(value)
        seconds[name] = time.process_time() - start
    return seconds


def main() -> None:
    """Run interleaved, and write the table."""
    found: dict[tuple[str, int, str], list[float]] = {}
    cases = [(activation, blocks) for activation in ACTIVATIONS for blocks in DEPTHS] * REPEATS
    with get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        for case, times in zip(cases, pool.imap(timed, cases, chunksize=1), strict=True):
            for stage, seconds in times.items():
                found.setdefault((*case, stage), []).append(seconds)
    rows = [_row(activation, stage, found) for activation in ACTIVATIONS for stage in STAGES]
    head = "# Time to derive the gradient of a transformer encoder\n\n"
    how = (
        f"Medians of {REPEATS} interleaved repeats, each in a new process; seconds of processor time on one core;"
        " `python benchmarks/derive_transformer.py`.\nThe target of 10 s for 12 blocks is absolute;"
        " the ratio to one block is what another machine can compare.\n\n"
    )
    table = "| | | 1 block, s | 12 blocks, s | ratio |\n|---|---|---|---|---|\n" + "\n".join(rows) + "\n"
    Path(__file__).with_suffix(".md").write_text(head + how + table, encoding="utf-8")


def _row(activation: str, stage: str, found: dict[tuple[str, int, str], list[float]]) -> str:
    one, many = (statistics.median(found[activation, blocks, stage]) for blocks in DEPTHS)
    return f"| {activation} | {stage} | {one:.2f} | {many:.2f} | {many / one:.1f} |"


if __name__ == "__main__":
    main()
