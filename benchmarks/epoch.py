"""One epoch of a 784-30-10 sigmoid network, mini-batches of 10: the trainer against hand-written NumPy.

Both run the same arithmetic on the same shuffled batches, interleaved in one process; medians and their ratio are
written to epoch.md.

    python benchmarks/epoch.py
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import numpy as np
from scipy import special

from derive import models
from numeric.initializers import initialize
from numeric.trainer import fit

SIZES = [784, 30, 10]
EXAMPLES, BATCH, RATE, REPEATS = 8000, 10, 0.5, 9


def hand_written(X: np.ndarray, Y: np.ndarray, p: dict[str, np.ndarray], seed: int) -> None:
    """Forward, BP1 to BP4 and the step, for every mini-batch of one epoch."""
    order = np.random.default_rng(seed).permutation(len(X))
    X, Y = X[order], Y[order]
    W1, b1, W2, b2 = p["W1"], p["b1"], p["W2"], p["b2"]
    for start in range(0, len(X), BATCH):
        x, y = X[start : start + BATCH], Y[start : start + BATCH]
        a1 = special.expit(x @ W1 + b1)
        a2 = special.expit(a1 @ W2 + b2)
        d2 = (a2 - y) / len(x)
        d1 = d2 @ W2.T * a1 * (1 - a1)
        W2 -= RATE * (a1.T @ d2)
        b2 -= RATE * d2.sum(axis=0)
        W1 -= RATE * (x.T @ d1)
        b1 -= RATE * d1.sum(axis=0)


def evaluate(X: np.ndarray, Y: np.ndarray, p: dict[str, np.ndarray]) -> tuple[float, float]:
    """Loss and accuracy over all examples, as the trainer records them after an epoch."""
    a2 = special.expit(special.expit(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"])
    with np.errstate(all="ignore"):
        loss = -(Y * np.log(a2) + (1 - Y) * np.log(1 - a2)).sum() / len(X)
    return float(loss), float(np.mean(a2.argmax(axis=1) == Y.argmax(axis=1)))


def main() -> None:
    """Run, and write the table."""
    rng = np.random.default_rng(0)
    X, Y = rng.random((EXAMPLES, SIZES[0])), np.eye(10)[rng.integers(0, 10, EXAMPLES)]
    program = models.mlp(SIZES, loss="bce")
    shapes = {n: tuple(int(e) for e in program.extents(n)) for n in program.parameters}
    start = initialize(shapes)
    ours, theirs, bare = [], [], []
    for repeat in range(REPEATS):
        copy = {n: a.copy() for n, a in start.items()}
        begin = time.perf_counter()
        hand_written(X, Y, copy, repeat)
        bare.append(time.perf_counter() - begin)
        evaluate(X, Y, copy)
        theirs.append(time.perf_counter() - begin)
        marks: list[float] = []
        fit(
            program,
            {"X": X, "Y": Y},
            init=start,
            epochs=3,
            batch_size=BATCH,
            learning_rate=RATE,
            seed=repeat,
            progress=lambda row, marks=marks: marks.append(time.perf_counter()),
        )
        ours.append(marks[2] - marks[1])
    ratio = statistics.median(ours) / statistics.median(theirs)
    without = statistics.median(bare) / statistics.median(theirs)
    table = (
        "# One epoch, 784-30-10, mini-batches of 10, 8,000 examples, float64\n\n"
        f"Medians of {REPEATS} interleaved repeats in one process; `python benchmarks/epoch.py`.\n"
        "The epoch ends with the loss and the accuracy over all examples, as the trainer records them.\n\n"
        "| | relative time |\n|---|---|\n| hand-written NumPy, the same arithmetic | 1.00 |\n"
        f"| hand-written NumPy, nothing measured after the epoch | {without:.2f} |\n"
        f"| `numeric.fit` | {ratio:.2f} |\n"
    )
    Path(__file__).with_suffix(".md").write_text(table, encoding="utf-8")


if __name__ == "__main__":
    main()
