"""Errors of every scalar function and its slopes as compiled in float64: found by search, and bounded by theorems.

    python benchmarks/bounds.py            # all rows on two cores: writes bounds.md, and the table that ships
    python benchmarks/bounds.py sigmoid    # one row, prints its lines

A bound is a theorem about the emitted source, under the assumptions that are named; see docs/bounds.md. It needs the
extras balls and parallel.
"""

from __future__ import annotations

import math
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from derive.functions import ROWS
from numeric.files import write
from numeric.jobs import side_by_side
from proofs.bounds import Line, error_bounds, markdown, written
from proofs.bounds.record import TABLE


def main(names: Sequence[str]) -> None:
    """The lines of these rows, printed; of all, written."""
    start = time.perf_counter()
    found = side_by_side(error_bounds, ((name,) for name in names or ROWS), jobs=2)
    lines = [line for part in found for line in part]
    if names:
        print(markdown(lines))
        return
    write(TABLE, written(lines))
    said = f"{time.perf_counter() - start:.0f} s on two cores"
    write(Path(__file__).with_suffix(".md"), page(lines, said))


def page(lines: Sequence[Line], said: str) -> str:
    """The table below what it sums up to."""
    proved = [line for line in lines if line.bound.found]
    exact = [line for line in proved if line.bound.ulps == 0]
    own = [line for line in proved if line.bound.ulps and _by_one_assumption(line)]
    rest = [line for line in proved if line.bound.ulps and not _by_one_assumption(line)]
    count = f"{len(proved)} of {len(lines)}"
    ratios = sorted(line.bound.ulps / line.found.ulps for line in rest if line.found.ulps)
    return (
        "# Errors of compiled functions: found, and bounded\n\n"
        f"`python benchmarks/bounds.py`; {said}. Float64, in units in the last place of the true value.\n"
        "`found` is the largest error of a search and no bound; `bound` holds for every float of the box.\n\n"
        f"{count} functions and slopes have a bound: {len(exact)} are exact; of {len(own)} it is\n"
        "what is assumed of the one function that they call, or that of one operation.\n"
        f"The other {len(rest)} are computed by several operations. There the bound is\n"
        f"{statistics.median(ratios):.2g} times the largest error found in the median,\n"
        f"{ratios[len(ratios) * 9 // 10]:.2g} at the ninth tenth and {ratios[-1]:.3g} at most.\n\n"
        f"{markdown(lines)}"
    )


def _by_one_assumption(line: Line) -> bool:
    assumed = list(line.bound.assumptions.values())
    return len(assumed) < 2 and math.isclose(line.bound.ulps, max([0.5, *assumed]))


if __name__ == "__main__":
    main(sys.argv[1:])
