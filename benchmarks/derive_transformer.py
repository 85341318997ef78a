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
from derive import models, to_text

REPEATS = 3
DEPTHS = (1, 12)
STAGES: dict[str, Callable[[Any], Any]] = {
    "read": derive.program,
    "derive": derive.grad,
    "check": lambda derivation: (derivation.check(), derivation)[1],
    "print": lambda derivation: (derivation.text(), derivation)[1],
    "build": lambda derivation: (numeric.build(derivation), derivation)[1],
    "print as a program": lambda derivation: to_text(derivation.program),
}


def timed(blocks: int) -> dict[str, float]:
    """Seconds of processor time that each stage takes, in a process that has derived nothing before."""
    value: Any = to_text(models.transformer(blocks))
    seconds: dict[str, float] = {}
    for name, stage in STAGES.items():
        gc.collect()
        start = time.process_time()
        value = stage(value)
        seconds[name] = time.process_time() - start
    return seconds


def main() -> None:
    """Run interleaved, and write the table."""
    found: dict[tuple[int, str], list[float]] = {}
    depths = list(DEPTHS) * REPEATS
    with get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        for blocks, times in zip(depths, pool.imap(timed, depths, chunksize=1), strict=True):
            for stage, seconds in times.items():
                found.setdefault((blocks, stage), []).append(seconds)
    head = "# Time to derive the gradient of a transformer encoder\n\n"
    how = (
        f"`derive.models.transformer`; medians of {REPEATS} interleaved repeats, each in a new process; seconds of"
        " processor time on one core; `python benchmarks/derive_transformer.py`.\nThe target of 10 s for 12 blocks is"
        " absolute; the ratio to one block is what another machine can compare.\n\n"
    )
    table = "| | 1 block, s | 12 blocks, s | ratio |\n|---|---|---|---|\n" + "\n".join(_row(s, found) for s in STAGES)
    Path(__file__).with_suffix(".md").write_text(head + how + table + "\n", encoding="utf-8")


def _row(stage: str, found: dict[tuple[int, str], list[float]]) -> str:
    one, many = (statistics.median(found[blocks, stage]) for blocks in DEPTHS)
    return f"| {stage} | {one:.2f} | {many:.2f} | {many / one:.1f} |"


if __name__ == "__main__":
    main()
