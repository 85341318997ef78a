"""Derive and check networks of growing depth and width; relative times are written to derive_depth.md.

python benchmarks/derive_depth.py
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import derive
from derive import models

REPEATS = 5
CASES = {
    "10 layers": [20] * 11,
    "100 layers": [20] * 101,
    "1000 layers": [20] * 1001,
    "784-30-10": [784, 30, 10],
    "7840-30-10": [7840, 30, 10],
}


def seconds(sizes: list[int]) -> float:
    """Derive the gradient and replay it."""
    program = models.mlp(sizes, loss="bce")
    start = time.perf_counter()
    derive.grad(program).check()
    return time.perf_counter() - start


def main() -> None:
    """Run interleaved, and write the table."""
    seconds([2, 2, 2])
    found: dict[str, list[float]] = {name: [] for name in CASES}
    for _ in range(REPEATS):
        for name, sizes in CASES.items():
            found[name].append(seconds(sizes))
    medians = {name: statistics.median(times) for name, times in found.items()}
    rows = [
        f"| 1000 layers against 100 layers | {medians['1000 layers'] / medians['100 layers']:.2f} |",
        f"| 100 layers against 10 layers | {medians['100 layers'] / medians['10 layers']:.2f} |",
        f"| 7840-30-10 against 784-30-10 | {medians['7840-30-10'] / medians['784-30-10']:.2f} |",
    ]
    head = "# Time to derive and check, by depth and width\n\n"
    how = f"Medians of {REPEATS} interleaved repeats in one process; `python benchmarks/derive_depth.py`.\n\n"
    table = head + how + "| | ratio |\n|---|---|\n" + "\n".join(rows) + "\n"
    Path(__file__).with_suffix(".md").write_text(table, encoding="utf-8")


if __name__ == "__main__":
    main()
