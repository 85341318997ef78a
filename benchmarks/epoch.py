"""One epoch on the MNIST test set (8,000 examples): the trainer, PyTorch, scikit-learn, and the book's loop.

784-30-10 with sigmoids and mini-batches of 10, as introductory books train it, and 784-128-64-10 with relu and batches
of 128; float64, plain gradient descent and Adam. The contestants take turns in one process, on one thread each; medians
of the CPU time of an epoch are written to epoch.md as ratios, with the accuracies after ten epochs from equal weights
(PyTorch's batches are ours, scikit-learn draws its own). The loop of the books goes example by example (Nielsen 2015,
chapter 1) and measures nothing, nor does the trainer beside it; the others measure the loss of each batch, and so does
the trainer beside them.

    OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 taskset -c 1 python benchmarks/epoch.py ../shared/data/mnist-t10k
"""

from __future__ import annotations

import statistics
import sys
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.neural_network import MLPClassifier

from derive import models
from derive.equation import Program
from numeric.data import mnist
from numeric.initializers import initialize
from numeric.trainer import fit

OURS, BARE, BOOK = "numeric.fit", "numeric.fit, nothing measured", "the books' loop"
REPEATS, EXAMPLES, EPOCHS = 7, 8000, 10
Weights = Mapping[str, np.ndarray]


class Case:
    """A network and how it is trained."""

    def __init__(self, sizes: list[int], activation: str, loss: str, batch: int, algorithm: str, rate: float) -> None:
        self.sizes, self.activation, self.loss, self.batch = sizes, activation, loss, batch
        self.algorithm, self.rate = algorithm, rate
        self.program: Program = models.mlp(sizes, activation, loss)
        shapes = {n: tuple(int(e) for e in self.program.extents(n)) for n in self.program.parameters}
        self.start = initialize(shapes)

    def __str__(self) -> str:
        return f"{'-'.join(map(str, self.sizes))}, batch {self.batch}, {self.algorithm.replace('_', ' ')}"


CASES = (
    Case([784, 30, 10], "sigmoid", "bce", 10, "gradient_descent", 0.5),
    Case([784, 128, 64, 10], "relu", "softmax_cross_entropy", 128, "gradient_descent", 0.1),
    Case([784, 128, 64, 10], "relu", "softmax_cross_entropy", 128, "adam", 0.001),
)


def timed(work: Callable[[], object]) -> float:
    """CPU seconds: other processes' do not count."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def trainer(case: Case, X: np.ndarray, Y: np.ndarray, epochs: int, measure: str = "batches") -> tuple[Weights, float]:
    """The weights of `numeric.fit`, and the CPU time of its last epoch."""
    seen = [time.process_time()]
    found = fit(
        case.program,
        {"X": X, "Y": Y},
        init=case.start,
        epochs=epochs,
        batch_size=case.batch,
        algorithm=case.algorithm,
        learning_rate=case.rate,
        measure=measure,
        progress=lambda row: seen.append(time.process_time()),
    )
    return found.parameters, seen[-1] - seen[-2]


class Torch:
    """The same network in PyTorch, with the weights to start from and the batches of the trainer."""

    def __init__(self, case: Case, X: np.ndarray, Y: np.ndarray) -> None:
        self.case, self.X, self.Y = case, torch.tensor(X), torch.tensor(Y)
        layers: list[Any] = []
        for k, (a, b) in enumerate(zip(case.sizes, case.sizes[1:], strict=False), start=1):
            layer = torch.nn.Linear(a, b, dtype=torch.float64)
            with torch.no_grad():
                layer.weight.copy_(torch.tensor(case.start[f"W{k}"].T))
                layer.bias.copy_(torch.tensor(case.start[f"b{k}"]))
            layers += [layer, torch.nn.Sigmoid() if case.activation == "sigmoid" else torch.nn.ReLU()]
        self.network = torch.nn.Sequential(*layers[:-1])
        kind = torch.optim.Adam if case.algorithm == "adam" else torch.optim.SGD
        self.optimizer = kind(self.network.parameters(), lr=case.rate)
        self.loss = self.entropy if case.loss == "bce" else torch.nn.functional.cross_entropy

    @staticmethod
    def entropy(Z: Any, Y: Any) -> Any:
        return torch.nn.functional.binary_cross_entropy_with_logits(Z, Y, reduction="sum") / len(Z)

    def epoch(self, number: int) -> None:
        order = torch.tensor(np.random.default_rng([0, number]).permutation(len(self.X)))
        for start in range(0, len(self.X), self.case.batch):
            rows = order[start : start + self.case.batch]
            self.optimizer.zero_grad()
            self.loss(self.network(self.X[rows]), self.Y[rows]).backward()
            self.optimizer.step()

    def weights(self) -> Weights:
        found: dict[str, np.ndarray] = {}
        for k, layer in enumerate((m for m in self.network if isinstance(m, torch.nn.Linear)), start=1):
            found |= {f"W{k}": layer.weight.detach().numpy().T, f"b{k}": layer.bias.detach().numpy()}
        return found


def sklearns(case: Case, X: np.ndarray, y: np.ndarray, epochs: int) -> MLPClassifier:
    """scikit-learn's network from the same weights."""
    made = MLPClassifier(
        tuple(case.sizes[1:-1]),
        activation={"sigmoid": "logistic"}.get(case.activation, case.activation),
        solver={"gradient_descent": "sgd"}.get(case.algorithm, case.algorithm),
        batch_size=case.batch,
        max_iter=1,
        learning_rate_init=case.rate,
        alpha=0.0,
        momentum=0.0,
        tol=0.0,
        n_iter_no_change=1000,
        warm_start=True,
        random_state=0,
    )
    made.fit(X[:10], np.arange(10))  # so that there are weights to put in
    layers = range(1, len(case.sizes))
    made.coefs_ = [case.start[f"W{k}"].copy() for k in layers]
    made.intercepts_ = [case.start[f"b{k}"].copy() for k in layers]
    del made._optimizer  # that of the arrays that are gone
    made.max_iter = epochs
    return made


def by_the_book(case: Case, X: np.ndarray, Y: np.ndarray) -> None:
    """One epoch, example by example: the slopes of each are added up, matrices of zeros to begin with."""

    def sigmoid(z: np.ndarray) -> np.ndarray:
        return 1.0 / (1.0 + np.exp(-z))

    depth = len(case.sizes) - 1
    W = [case.start[f"W{k}"].T.copy() for k in range(1, depth + 1)]
    b = [case.start[f"b{k}"][:, None].copy() for k in range(1, depth + 1)]
    examples = [(x[:, None], y[:, None]) for x, y in zip(X, Y, strict=True)]
    for start in range(0, len(examples), case.batch):
        batch = examples[start : start + case.batch]
        W_sum, b_sum = [np.zeros(w.shape) for w in W], [np.zeros(v.shape) for v in b]
        for x, y in batch:
            weighted, outputs = [], [x]
            for w, v in zip(W, b, strict=True):
                weighted.append(np.dot(w, outputs[-1]) + v)
                outputs.append(sigmoid(weighted[-1]))
            W_slope, b_slope = [np.zeros(w.shape) for w in W], [np.zeros(v.shape) for v in b]
            delta = outputs[-1] - y
            for layer in range(1, depth + 1):
                if layer > 1:
                    slope = sigmoid(weighted[-layer]) * (1 - sigmoid(weighted[-layer]))
                    delta = np.dot(W[-layer + 1].T, delta) * slope
                b_slope[-layer], W_slope[-layer] = delta, np.dot(delta, outputs[-layer - 1].T)
            W_sum = [s + d for s, d in zip(W_sum, W_slope, strict=True)]
            b_sum = [s + d for s, d in zip(b_sum, b_slope, strict=True)]
        W = [w - case.rate / len(batch) * s for w, s in zip(W, W_sum, strict=True)]
        b = [v - case.rate / len(batch) * s for v, s in zip(b, b_sum, strict=True)]


def accuracy(case: Case, weights: Weights, X: np.ndarray, y: np.ndarray) -> float:
    """The share of examples whose largest output is that of their class."""
    A = X
    for k in range(1, len(case.sizes)):
        Z = A @ weights[f"W{k}"] + weights[f"b{k}"]
        A = np.maximum(Z, 0) if case.activation == "relu" else 1 / (1 + np.exp(-Z))
    return float(np.mean(Z.argmax(axis=1) == y))


def measured(case: Case, X: np.ndarray, Y: np.ndarray) -> dict[str, float]:
    """Medians of an epoch, all contestants in turn."""
    found: dict[str, list[float]] = {}
    y, network = Y.argmax(axis=1), Torch(case, X, Y)
    for repeat in range(REPEATS):
        found.setdefault(OURS, []).append(trainer(case, X, Y, 3)[1])
        found.setdefault("PyTorch", []).append(timed(lambda number=repeat: network.epoch(number)))
        one, two = sklearns(case, X, y, 1), sklearns(case, X, y, 3)
        difference = timed(lambda m=two: m.fit(X, y)) - timed(lambda m=one: m.fit(X, y))
        found.setdefault("scikit-learn", []).append(difference / 2)
        if case.loss == "bce":
            found.setdefault(BARE, []).append(trainer(case, X, Y, 3, "nothing")[1])
            found.setdefault(BOOK, []).append(timed(lambda: by_the_book(case, X, Y)))
    return {name: statistics.median(times) for name, times in found.items()}


def accuracies(case: Case, X: np.ndarray, Y: np.ndarray, held: tuple[np.ndarray, np.ndarray]) -> dict[str, float]:
    """Held-out accuracy after ten epochs from the same weights."""
    network, y = Torch(case, X, Y), Y.argmax(axis=1)
    for number in range(1, EPOCHS + 1):
        network.epoch(number)
    theirs = sklearns(case, X, y, EPOCHS).fit(X, y)
    layers = range(1, len(case.sizes))
    weights = {f"W{k}": theirs.coefs_[k - 1] for k in layers} | {f"b{k}": theirs.intercepts_[k - 1] for k in layers}
    all_of_them = {
        OURS: trainer(case, X, Y, EPOCHS)[0],
        "PyTorch": network.weights(),
        "scikit-learn": weights,
    }
    return {name: accuracy(case, found, *held) for name, found in all_of_them.items()}


def main() -> None:
    """Run, and write the table."""
    warnings.simplefilter("ignore")  # scikit-learn warns that so few epochs do not converge
    torch.set_num_threads(1)
    train, held = mnist(sys.argv[1]).split(EXAMPLES, seed=None)
    lines = []
    for case in CASES:
        times = measured(case, train.X, train.Y)
        right = accuracies(case, train.X, train.Y, (held.X, held.Y.argmax(axis=1)))
        for name, seconds in times.items():
            ratio = times[BARE if name == BOOK else OURS] / seconds
            shown = f"{right[name]:.2%}" if name in right else ""
            lines.append(f"| {case} | {name} | {ratio:.2f} | {shown} |")
    head = "| network | contestant | time of `numeric.fit` over its | accuracy after ten epochs |\n|---|---|---|---|"
    title = f"# One epoch on {EXAMPLES:,} digits, float64, one thread"
    text = f"{title}\n\n{(__doc__ or '').partition(chr(10))[2].strip()}\n\n{head}\n" + "\n".join(lines) + "\n"
    Path(__file__).with_suffix(".md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
