"""Imports, the first gradient and the first --help, each in new processes, against `import sympy`: to start_up.md.

    python benchmarks/start_up.py
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
from pathlib import Path

REPEATS = 9
FIRST = "import derive; derive.grad(derive.program('L = sum[i](sigmoid(x[i]))'))"
CASES = {
    "Python alone": "pass",
    "`import sympy`": "import sympy",
    "`import derive`": "import derive",
    "`import derive` and a first gradient": FIRST,
    "`import numeric`": "import numeric",
    "`gradproof --help`": "from gradproof.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass",
}


def seconds(code: str) -> float:
    """Processor time of a new process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Run in turn, and write the table."""
    found: dict[str, list[float]] = {name: [] for name in CASES}
    for _ in range(REPEATS):
        for name, code in CASES.items():
            found[name].append(seconds(code))
    medians = {name: statistics.median(times) for name, times in found.items()}
    base = medians["`import sympy`"]
    rows = [f"| {name} | {median / base:.2f} |" for name, median in medians.items()]
    how = f"Medians of {REPEATS} processes each, in turn; `python benchmarks/start_up.py`.\n"
    lazy = "A module of `derive` is loaded when one of its names is first asked for.\n\n"
    head = "# Start-up, in terms of `import sympy`\n\n" + how + lazy + "| | processor time |\n|---|---|\n"
    table = head + "\n".join(rows)
    Path(__file__).with_suffix(".md").write_text(table + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
