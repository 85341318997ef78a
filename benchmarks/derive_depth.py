"""Time to read, write, derive, check, print and build by depth, width and steps; ratios are written to derive_depth.md.

python benchmarks/derive_depth.py
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import derive
from derive import models
from derive.equation import Program
from derive.program_text import to_text
from numeric import build

REPEATS = 3
CASES: dict[str, Callable[[], Program]] = {
    "10 layers": lambda: models.mlp([20] * 11, loss="bce"),
    "100 layers": lambda: models.mlp([20] * 101, loss="bce"),
    "1000 layers": lambda: models.mlp([20] * 1001, loss="bce"),
    "784-30-10": lambda: models.mlp([784, 30, 10], loss="bce"),
    "7840-30-10": lambda: models.mlp([7840, 30, 10], loss="bce"),
    "RNN, 20 steps": lambda: models.rnn(20),
    "RNN, 60 steps": lambda: models.rnn(60),
    "LSTM, 20 steps": lambda: models.lstm(20),
    "LSTM, 60 steps": lambda: models.lstm(60),
}
PAIRS = (
    ("100 layers", "10 layers"),
    ("1000 layers", "100 layers"),
    ("7840-30-10", "784-30-10"),
    ("RNN, 60 steps", "RNN, 20 steps"),
    ("LSTM, 60 steps", "LSTM, 20 steps"),
)
Row = dict[str, float]


def timed(program: Program) -> Row:
    """Seconds for each piece of work on one program."""
    row: Row = {}

    def clock(name: str, work: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        result = work()
        row[name] = time.perf_counter() - start
        return result

    text = clock("write", lambda: to_text(program))
    clock("read", lambda: derive.program(text))
    derivation = clock("derive", lambda: derive.grad(program))
    clock("check", derivation.check)
    clock("build", lambda: build(derivation))
    clock("print a page", derivation.text)
    clock("print as a program", lambda: to_text(derivation.program))
    return {**row, "derive, check and build": row["derive"] + row["check"] + row["build"]}


def table(medians: dict[str, Row]) -> Iterator[str]:
    """One row a piece of work, one column a pair of sizes."""
    yield "| | " + " | ".join(f"{large} : {small}" for large, small in PAIRS) + " |"
    yield "|---" * (len(PAIRS) + 1) + "|"
    for work in medians["10 layers"]:
        ratios = (medians[large][work] / medians[small][work] for large, small in PAIRS)
        yield f"| {work} | " + " | ".join(f"{ratio:.1f}" for ratio in ratios) + " |"


def main() -> None:
    """Run interleaved, and write the table."""
    timed(models.mlp([2, 2, 2]))
    found: dict[str, list[Row]] = {name: [] for name in CASES}
    for _ in range(REPEATS):
        for name, make in CASES.items():
            found[name].append(timed(make()))
    medians = {
        name: {work: statistics.median(row[work] for row in rows) for work in rows[0]} for name, rows in found.items()
    }
    head = "# Time by depth, width and steps\n\n"
    how = f"Ratios of medians of {REPEATS} interleaved repeats in one process; `python benchmarks/derive_depth.py`.\n"
    targets = "Targets: at most 12 for ten times the layers, at most 3.5 for three times the steps.\n\n"
    text = head + how + targets + "\n".join(table(medians)) + "\n"
    Path(__file__).with_suffix(".md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
