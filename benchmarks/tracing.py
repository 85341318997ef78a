"""What tracing the functions of examples/forward.py costs on top of import, written to tracing.md.

python benchmarks/tracing.py
"""

from __future__ import annotations

import importlib.util
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import derive

REPEATS = 21
FORWARD = Path(__file__).parents[1] / "examples" / "forward.py"


def nothing(x: Any) -> Any:
    """The baseline: tracing that has next to nothing to trace."""
    return 2 * x


def functions() -> dict[Callable[..., Any], Mapping[str, Any]]:
    """The functions of the example with their specifications, the baseline first."""
    found = importlib.util.spec_from_file_location("forward", FORWARD)
    if found is None or found.loader is None:
        raise FileNotFoundError(FORWARD)
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return {nothing: {"x": ""}, **module.SPECIFICATIONS}


def seconds(function: Callable[..., Any], specifications: Mapping[str, Any]) -> float:
    """Processor time of one trace, of this process alone: what else the machine does is not measured."""
    trace = derive.trace
    start = time.process_time()
    trace(function, **specifications)
    return time.process_time() - start


def first(name: str) -> float:
    """The first trace of a process of its own, when nothing is in SymPy's cache yet."""
    done = subprocess.run([sys.executable, __file__, name], capture_output=True, text=True, check=True)
    return float(done.stdout)


def main() -> None:
    """Run interleaved, and write the table."""
    cases = functions()
    alone = {function.__name__: statistics.median(first(function.__name__) for _ in range(3)) for function in cases}
    for function, specifications in cases.items():
        seconds(function, specifications)
    times: dict[str, list[float]] = {function.__name__: [] for function in cases}
    for _ in range(REPEATS):
        for function, specifications in cases.items():
            times[function.__name__].append(seconds(function, specifications))
    rows = [
        f"| {name} | {1000 * alone[name]:.0f} | {1000 * statistics.median(t):.1f} | {1000 * min(t):.1f} |"
        for name, t in times.items()
    ]
    how = (
        f"# What tracing costs\n\nProcessor time of `derive.trace` in ms, on top of import: as the first trace of a "
        f"process (median of 3), then\nmedian and least of {REPEATS} repeats, interleaved. `nothing` is the baseline "
        f"`lambda x: 2 * x`. `python benchmarks/tracing.py`.\n\n"
    )
    table = how + "| function | first | again | least |\n|---|---|---|---|\n" + "\n".join(rows) + "\n"
    Path(__file__).with_suffix(".md").write_text(table, encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(next(seconds(f, s) for f, s in functions().items() if f.__name__ == sys.argv[1]))
    else:
        main()
