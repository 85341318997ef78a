"""Training on a data set that lies on disk: how much memory does it take beside the pages that the system maps?

Writes X.npy (float32, 784 columns) of the size asked for and Y.npy, trains 784-30-10 on them for one epoch with
mini-batches of 256 that are drawn at random from all of the file, and reports the largest RssAnon of the process above
what it was before the data were opened. Mapped pages do not count: the system takes them back when it needs them.

    python benchmarks/memory.py 2000
"""

from __future__ import annotations

import re
import sys
import tempfile
import threading
from pathlib import Path

import numpy as np

import numeric
from derive import models
from numeric.data import Standardization, npy

BLOCK = 4096


def write(folder: Path, megabytes: int) -> int:
    """The files, and how many rows they have."""
    rows = max(BLOCK, megabytes * 10**6 // (784 * 4))
    stream = np.random.default_rng(0)
    block, classes = stream.random((BLOCK, 784), dtype=np.float32), stream.integers(0, 10, rows)
    X = np.lib.format.open_memmap(folder / "X.npy", "w+", np.float32, (rows, 784))
    for start in range(0, rows, BLOCK):
        X[start : start + BLOCK] = block[: rows - start]
    X.flush()
    np.save(folder / "Y.npy", classes)
    return rows


def anonymous() -> int:
    """Kilobytes of anonymous memory of this process."""
    found = re.search(r"RssAnon:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1])


def train(folder: Path) -> float:
    """Megabytes above the base at the worst moment."""
    base = worst = anonymous()
    done = threading.Event()

    def watch() -> None:
        nonlocal worst
        while not done.wait(0.01):
            worst = max(worst, anonymous())

    watcher = threading.Thread(target=watch)
    watcher.start()
    data = npy(folder)
    scaled = Standardization.of(data)(data)
    program = models.mlp([784, 30, 10], loss="bce")
    found = numeric.fit(program, scaled.arrays(), epochs=1, batch_size=256)
    done.set()
    watcher.join()
    assert np.isfinite(found.history[0].loss)
    return (worst - base) / 1000


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        count = write(Path(temporary), int(sys.argv[1]))
        size = (Path(temporary) / "X.npy").stat().st_size / 1e6
        print(f"{count} rows, {size:.0f} MB on disk, {train(Path(temporary)):.0f} MB of memory above the base")
