"""Certificates of every row of the library: what is certified, and how long it takes.

    python benchmarks/certificates.py [JOBS]
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import Counter

from proofs.certificates.certify import Certified, certify_all
from proofs.certificates.claims import FAMILIES


def measure_rows(jobs: int) -> None:
    """Every family: counts, seconds a lemma, and the time of the whole from nothing."""
    for name in FAMILIES:
        started = time.perf_counter()
        found = certify_all(jobs=jobs, fresh=True, only=(name,))
        print(f"{name}: {_counts(found)}; {time.perf_counter() - started:.0f} s in all")
        for line in (line for line in found.lines if line.status != "accepted"):
            print(f"  {line.status}: {line.name}: {line.message[:120]}")


def _counts(found: Certified) -> str:
    counts = Counter(line.status for line in found.lines)
    times = [line.seconds for line in found.lines if line.status == "accepted"]
    said = ", ".join(f"{n} {status}" for status, n in counts.most_common())
    return f"{said}; a lemma takes {statistics.median(times):.2f} s, at most {max(times):.2f} s" if times else said


if __name__ == "__main__":
    measure_rows(int((sys.argv[1:] or ["1"])[0]))
