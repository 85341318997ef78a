"""Data sets: inputs X, one row an example, and targets Y; some that come along, and whatever lies in files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from numeric.batches import pieces
from numeric.data_files import DataError, arrays_in, idx, on_disk, table
from numeric.rows import changed, chosen

Array = npt.NDArray[Any]
MOST_CLASSES = 10_000


@dataclass(frozen=True)
class Dataset:
    """X[n,d] and Y[n,m] (one-hot for classes), finite, with equal numbers of rows; arrays, or rows made on demand."""

    X: Any
    Y: Any
    name: str = "data"

    def __post_init__(self) -> None:
        if self.X.shape[0] != self.Y.shape[0] or self.X.shape[0] == 0:
            counts = f"{self.X.shape[0]} inputs and {self.Y.shape[0]} targets"
            raise DataError(f"{self.name}: {counts}; there must be as many, and some")
        for label, array in (("X", self.X), ("Y", self.Y)):
            for rows in pieces(array):
                self._check(label, np.asarray(array[rows]), rows.start)

    def _check(self, label: str, piece: Array, start: int) -> None:
        bad = np.argwhere(~np.isfinite(piece))
        if len(bad):
            row, *column = (int(i) for i in bad[0])
            where = f"row {start + row}, column {', '.join(map(str, column))}"
            raise DataError(f"{self.name}: {label} holds {piece[tuple(bad[0])]} in {where}")

    def arrays(self) -> dict[str, Any]:
        """The arrays by the names that models give them."""
        return {"X": self.X, "Y": self.Y}

    def split(self, train: float | int, seed: int | None = 0) -> tuple[Dataset, Dataset]:
        """The first `train` examples (a share or a count) and the rest; shuffled first unless seed is None."""
        first, rest = self.parts(train, seed=seed)
        return first, rest

    def parts(self, *sizes: float | int, seed: int | None = 0) -> tuple[Dataset, ...]:
        """Disjoint parts of these shares or counts, and the rest: train, validation, test = data.parts(0.7, 0.15).

        Shuffled first unless seed is None. DataError where a part would have no examples.
        """
        n = self.X.shape[0]
        counts = [round(size * n) if isinstance(size, float) else size for size in sizes]
        if min(*counts, n - sum(counts)) <= 0:
            shown = ", ".join(map(str, sizes))
            raise DataError(f"{self.name}: cannot put {shown} of {n} examples apart; every part needs some")
        order = np.arange(n) if seed is None else np.random.default_rng(seed).permutation(n)
        cuts = np.split(order, np.cumsum(counts))
        return tuple(Dataset(chosen(self.X, rows), chosen(self.Y, rows), self.name) for rows in cuts)


@dataclass(frozen=True)
class Standardization:
    """x' = (x - mean)/deviation for each input, with the mean and the deviation of one set, usually the training's.

    An input that never changes has deviation 1 here, so that it becomes 0.
    """

    mean: Array
    deviation: Array

    @classmethod
    def of(cls, data: Dataset) -> Standardization:
        """Of the inputs of this set, in two passes."""
        n = data.X.shape[0]
        mean = sum(np.asarray(data.X[rows], dtype=float).sum(axis=0) for rows in pieces(data.X)) / n
        squares = sum(((np.asarray(data.X[rows], dtype=float) - mean) ** 2).sum(axis=0) for rows in pieces(data.X))
        deviation = np.sqrt(squares / n)
        return cls(mean, np.where(deviation > 0, deviation, 1.0))

    def __call__(self, data: Dataset) -> Dataset:
        """The set with its inputs standardized, on demand where they are on disk."""
        dtype = data.X.dtype if data.X.dtype.kind == "f" else np.dtype(float)
        return Dataset(changed(data.X, self._change, data.X.shape[1:], dtype), data.Y, data.name)

    def _change(self, rows: Array) -> Array:
        return (rows - self.mean) / self.deviation


def one_hot(labels: Array, classes: int | None = None) -> Array:
    """Y[i,k] = [labels[i] = k].

    >>> one_hot(np.array([1, 0]))
    array([[0., 1.],
           [1., 0.]])
    """
    return np.eye(classes or int(labels.max()) + 1)[labels]


def balanced_weights(Y: Array) -> Array:
    """w[i] = n/(K n_k) for an example of class k, of which there are n_k: all K count as much, and the mean is 1.

    Y has one-hot rows.  Source: King and Zeng 2001, section 4.2.

    >>> balanced_weights(one_hot(np.array([0, 0, 0, 1])))
    array([0.66666667, 0.66666667, 0.66666667, 2.        ])
    """
    counts = Y.sum(axis=0)
    if not counts.all():
        raise DataError(f"class {int(np.argmin(counts))} has no example, so no weight makes it count as the others do")
    return np.asarray(Y @ (len(Y) / (len(counts) * counts)))


def digits() -> Dataset:
    """The 1,797 8x8 digits that scikit-learn ships, scaled to [0, 1], one-hot targets. Needs the extra [data]."""
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise DataError('digits come with scikit-learn: pip install "gradproof[data]"') from error
    X, labels = load_digits(return_X_y=True)
    return Dataset(X / 16, one_hot(labels), "digits")


def xor() -> Dataset:
    """The four points of exclusive or."""
    X = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
    return Dataset(X, np.array([[0.0], [1], [1], [0]]), "xor")


def moons(n: int = 400, noise: float = 0.1, seed: int = 0) -> Dataset:
    """Two interleaved half circles of n/2 points each with N(0, noise^2) added, one-hot targets."""
    stream = np.random.default_rng(seed)
    half, angle = n // 2, np.pi * stream.random(n)
    upper = np.arange(n) < half
    across = np.where(upper, np.cos(angle), 1 - np.cos(angle))
    up = np.where(upper, np.sin(angle), 0.5 - np.sin(angle))
    X = np.stack([across, up], axis=1)
    return Dataset(X + noise * stream.standard_normal((n, 2)), one_hot((~upper).astype(int)), "moons")


def spirals(n: int = 400, noise: float = 0.1, seed: int = 0) -> Dataset:
    """Two spirals of n/2 points each, a turn and a half around each other, with N(0, noise^2) added, one-hot targets.

    r = 3 t, angle = 3 pi t (+ pi for the second) for t from 0.15 to 1; after Lang and Witbrock 1988.
    """
    stream = np.random.default_rng(seed)
    second = np.arange(n) >= n // 2
    t = 0.15 + 0.85 * stream.random(n)
    angle = 3 * np.pi * t + np.pi * second
    X = 3 * t[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return Dataset(X + noise * stream.standard_normal((n, 2)), one_hot(second.astype(int)), "spirals")


def blobs(n: int = 300, classes: int = 3, seed: int = 0) -> Dataset:
    """Gaussian clouds of unit variance around centres on a circle of radius 4, one-hot targets."""
    stream = np.random.default_rng(seed)
    labels = np.arange(n) % classes
    centres = 4 * np.stack([np.cos(2 * np.pi * labels / classes), np.sin(2 * np.pi * labels / classes)], axis=1)
    return Dataset(centres + stream.standard_normal((n, 2)), one_hot(labels, classes), "blobs")


def mnist(folder: str | Path) -> Dataset:
    """The pair *images-idx3-ubyte and *labels-idx1-ubyte (.gz) in a folder: pixels to [0, 1], one-hot labels."""
    images, labels = (_only(Path(folder), pattern) for pattern in ("*images*idx3*", "*labels*idx1*"))
    X, y = idx(images), idx(labels)
    if X.ndim != 3 or y.ndim != 1 or len(X) != len(y) or len(X) == 0 or y.dtype != np.uint8:
        raise DataError(f"{folder}: {X.shape} images and {y.shape} labels do not belong together")
    return Dataset(X.reshape(len(X), -1) / 255, one_hot(y.astype(int), max(10, int(y.max()) + 1)), "mnist")


def _only(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise DataError(f"{folder}: needs one file {pattern}, found {len(found)}")
    return found[0]


def csv(path: str | Path, target: str | None = None) -> Dataset:
    """Numbers in CSV or TSV, one example a line; a header is optional; the last column, or `target`, is predicted.

    Targets that are 0, 1, ..., k, each met at least once, are classes and become one-hot. DataError names the file,
    the line and the column.
    """
    header, blocks = table(path)
    numbers = np.concatenate(list(blocks))
    column = _target_column(path, header, target, numbers.shape[1])
    y = numbers[:, column]
    classes = np.array_equal(np.unique(y), np.arange(y.max() + 1)) and y.max() > 0
    return _labelled(np.delete(numbers, column, axis=1), y.astype(int) if classes else y, str(path))


def _target_column(path: str | Path, header: list[str] | None, target: str | None, width: int) -> int:
    if width < 2:
        raise DataError(f"{path}: needs at least two columns, inputs and a target")
    if target is None:
        return width - 1
    if header is None or target not in header:
        raise DataError(f"{path}: no column {target!r}; there are {', '.join(header or ['(no header)'])}")
    return header.index(target)


def npz(path: str | Path) -> Dataset:
    """X and Y of a .npz file; Y may have one axis: whole numbers are classes, other numbers one output."""
    X, Y, y = arrays_in(path, ("X", "Y", "y"))
    target = Y if Y is not None else y
    if X is None or target is None:
        raise DataError(f"{path}: needs arrays X and Y (or y), one row an example")
    return _labelled(X, target, str(path))


def npy(folder: str | Path) -> Dataset:
    """X.npy and Y.npy of a folder, memory-mapped: a batch is read when it is needed. Y as in `npz`."""
    X, Y = (on_disk(Path(folder) / f"{name}.npy") for name in "XY")
    return _labelled(X, Y, str(folder))


def _labelled(X: Array, Y: Array, name: str) -> Dataset:
    """Rows of numbers, and classes as one-hot rows."""
    inputs = X if X.ndim > 1 else X[:, None]
    if Y.ndim > 1:
        return Dataset(inputs, Y, name)
    dtype = X.dtype if X.dtype.kind == "f" else np.dtype(float)
    if Y.dtype.kind == "f":
        return Dataset(inputs, changed(Y, lambda y: y[:, None], (1,), dtype), name)
    least, most = int(Y.min()), int(Y.max())
    if least < 0 or most >= MOST_CLASSES:
        raise DataError(f"{name}: classes are whole numbers from 0; found {least} to {most}")
    return Dataset(inputs, changed(Y, lambda y: one_hot(y, most + 1), (most + 1,), dtype), name)


def convert(path: str | Path, folder: str | Path, target: str | None = None) -> Path:
    """A CSV or TSV file of any length as X.npy and Y.npy in a folder, for `npy`; only a block of it is in memory."""
    total, width, column, classes = _surveyed(path, target)
    whole = classes == set(range(len(classes))) and len(classes) > 1
    where = Path(folder)
    where.mkdir(parents=True, exist_ok=True)
    X = np.lib.format.open_memmap(where / "X.npy", "w+", np.dtype(float), (total, width - 1))
    Y = np.lib.format.open_memmap(where / "Y.npy", "w+", np.dtype(np.int64 if whole else float), (total,))
    start = 0
    for block in table(path)[1]:
        X[start : start + len(block)] = np.delete(block, column, axis=1)
        Y[start : start + len(block)] = block[:, column]
        start += len(block)
    return where


def _surveyed(path: str | Path, target: str | None) -> tuple[int, int, int, set[float]]:
    """How many lines and columns, which one is to be predicted, and its values as long as these may be classes."""
    header, blocks = table(path)
    total, width, column, values = 0, 0, 0, set[float]()
    for block in blocks:
        total, width = total + len(block), block.shape[1]
        column = _target_column(path, header, target, width)
        values.update(np.unique(block[:, column]).tolist() if len(values) <= MOST_CLASSES else ())
    return total, width, column, values


SOURCES: Mapping[str, Callable[[], Dataset]] = MappingProxyType(
    {"digits": digits, "xor": xor, "moons": moons, "spirals": spirals, "blobs": blobs}
)


def load(source: str) -> Dataset:
    """A named set, a folder with IDX files or with X.npy and Y.npy, a .npz file, or numbers in CSV or TSV."""
    if source in SOURCES:
        return SOURCES[source]()
    path = Path(source)
    if path.is_dir():
        return npy(path) if (path / "X.npy").exists() else mnist(path)
    if path.is_file():
        return npz(path) if path.suffix == ".npz" else csv(path)
    known = f"{', '.join(SOURCES)}, a folder with IDX or .npy files, or a CSV, TSV or .npz file"
    raise DataError(f"data {source!r}: not one of {known}")
