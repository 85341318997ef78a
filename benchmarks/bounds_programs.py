"""Errors of every compiled loss, objective, layer and model in float64: the largest found, and some bounds.

    python benchmarks/bounds_programs.py            # all rows on two cores: writes bounds_programs.md, and the table
    python benchmarks/bounds_programs.py mse gru    # some rows, prints their lines

What is found is a fact about the points that were tried, and no bound; see docs/bounds.md. It needs the extras balls
and parallel.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from numeric.files import write
from numeric.jobs import side_by_side
from proofs.bounds.programs import ProgramLine, found, programs_markdown, written_programs
from proofs.bounds.programs.arguments import REACHES
from proofs.bounds.programs.record import TABLE
from proofs.library import rows

KINDS = "loss", "objective", "layer", "model"
FEW = 16


def main(names: Sequence[str]) -> None:
    """The lines of these rows, printed; of all, written."""
    start = time.perf_counter()
    asked = [row for row in rows(*KINDS) if not names or row[1] in names]
    lines = list(side_by_side(found, asked, jobs=1 if names else 2))
    if names:
        print(programs_markdown(lines))
        return
    write(TABLE, written_programs(lines))
    write(Path(__file__).with_suffix(".md"), page(lines, f"{time.perf_counter() - start:.0f} s on two cores"))


def page(lines: Sequence[ProgramLine], said: str) -> str:
    """The table below what it sums up to."""
    reaches = "\n".join(f"- {reach.name}: numbers {reach.words}. {within(lines, reach.name)}" for reach in REACHES)
    bounds = sum(bool(line.bounds) for line in lines)
    return (
        "# Errors of compiled losses, layers and models: found\n\n"
        f"`python benchmarks/bounds_programs.py`; {said}. Float64; each open extent is 3, or 2 where that makes more\n"
        "than 40 numbers of arguments, or the least that leaves no axis empty. The largest errors of a search, and no\n"
        "bounds. An error of N roundings is what N roundings of every argument and of the result would do, to first\n"
        "order; beside it stands the error in units in the last place of the entry itself, which a sum that cancels\n"
        "makes large however it is computed. From 2^53 on no digit is right. A bound is a theorem: of each entry of a\n"
        "gradient for all shapes, and of the value of arrays with one entry.\n\n"
        f"{reaches}\n\n{bounds} of {len(lines)} rows have a bound.\n\n{programs_markdown(lines)}"
    )


def within(lines: Sequence[ProgramLine], reach: str) -> str:
    """How many tensors were never further off than a few roundings."""
    errors = [error for line in lines for error in line.errors[reach].values()]
    good = sum(error.roundings <= FEW and not error.lost for error in errors)
    return f"{good} of {len(errors)} values and gradients were never off by more than {FEW} roundings."


if __name__ == "__main__":
    main(sys.argv[1:])
