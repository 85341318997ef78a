"""Compiled gradients and Hessians against torch, JAX and the bare matrix products: ratios of medians, to speed_N.md.

Every competitor gets the same arrays and the same number of threads, all are called in turn in one process, and must
agree before they are timed. The libraries read the number of threads when they are imported.

    pip install ".[bench]" && python benchmarks/speed.py 1
"""

from __future__ import annotations

import importlib
import os
import sys


def main(threads: str) -> None:
    """Set the number of threads, then measure."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = threads
    # XLA has threads of its own that no variable of these holds back, so that the cores are counted out.
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(threads)])
    if threads == "1":
        os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    importlib.import_module("speed_measure").main()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "1")
