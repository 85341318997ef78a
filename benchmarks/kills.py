"""Training runs that are killed at random moments and resumed: are the weights those of the run that nobody killed?

Each run is a process of its own that writes its checkpoint after every step or every epoch; SIGKILL comes after a
random time, and comes again to the resumed run. Prints how many kills there were, how many came while a file was being
written, and how many runs ended in other bits.

    python benchmarks/kills.py 50
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import numeric
from derive import models
from numeric.data import moons
from numeric.history import Fit

NETWORK, DATA = models.mlp([2, 6, 2], loss="bce"), moons(60).arrays()


def train(path: Path | None, minutes: float | None = None) -> Fit:
    """The run, from the checkpoint if there is one."""
    kept = numeric.Checkpoint(path, minutes) if path is not None else None
    return numeric.fit(
        NETWORK, DATA, epochs=60, batch_size=8, algorithm="adam", dropout={"A1": 0.25}, checkpoint=kept, patience=50
    )


def train_and_kill(path: Path, minutes: float | None, seconds: float) -> bool:
    """Whether the process was killed before it had ended."""
    child = os.fork()
    if child == 0:
        train(path, minutes)
        os._exit(0)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def equal(one: Fit, other: Fit) -> bool:
    """To the bit, with the history."""
    weights = all((one.parameters[n] == other.parameters[n]).all() for n in NETWORK.parameters)
    return weights and repr(one.history) == repr(other.history)


def run(kills: int, seed: int = 0) -> tuple[int, int, int]:
    """Kills, how many of them came while a file was being written, and resumed runs that differ."""
    stream, whole = np.random.default_rng(seed), train(None)
    killed = writing = wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        while killed < kills:
            path, minutes = Path(folder) / f"{killed}.npz", 0 if stream.integers(2) else None
            for _ in range(2):
                killed += train_and_kill(path, minutes, float(stream.uniform(0.01, 0.3)))
                writing += path.with_name(f".{path.name}.partial").exists()
            wrong += not equal(whole, train(path))
            path.unlink()
    return killed, writing, wrong


if __name__ == "__main__":
    print("{} kills, {} while a file was being written, {} runs that differ".format(*run(int(sys.argv[1]))))
