"""Data sets: inputs X, one row an example, and targets Y. Bad files give one clear error."""

from __future__ import annotations

import csv as csv_reader
import gzip
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
IDX_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


class DataError(ValueError):
    """The data cannot be used: what was asked, what was found, what to do."""


@dataclass(frozen=True)
class Dataset:
    """X[n,d] and Y[n,m] (one-hot for classes), finite, with equal numbers of rows."""

    X: Array
    Y: Array
    name: str = "data"

    def __post_init__(self) -> None:
        if len(self.X) != len(self.Y) or len(self.X) == 0:
            raise DataError(
                f"{self.name}: {len(self.X)} inputs and {len(self.Y)} targets; there must be as many, and some"
            )
        for label, array in (("X", self.X), ("Y", self.Y)):
            bad = np.argwhere(~np.isfinite(array))
            if len(bad):
                row, *column = (int(i) for i in bad[0])
                where = f"row {row}, column {', '.join(map(str, column))}"
                raise DataError(f"{self.name}: {label} holds {array[tuple(bad[0])]} in {where}")

    def arrays(self) -> dict[str, Array]:
        """The arrays by the names that models give them."""
        return {"X": self.X, "Y": self.Y}

    def split(self, train: float | int, seed: int | None = 0) -> tuple[Dataset, Dataset]:
        """The first `train` examples (a share or a count) and the rest; shuffled first unless seed is None."""
        count = round(train * len(self.X)) if isinstance(train, float) else train
        if not 0 < count < len(self.X):
            raise DataError(f"{self.name}: cannot put {train} of {len(self.X)} examples apart; both parts need some")
        order = np.arange(len(self.X)) if seed is None else np.random.default_rng(seed).permutation(len(self.X))
        first, rest = order[:count], order[count:]
        return Dataset(self.X[first], self.Y[first], self.name), Dataset(self.X[rest], self.Y[rest], self.name)


def one_hot(labels: Array, classes: int | None = None) -> Array:
    """Y[i,k] = [labels[i] = k].

    >>> one_hot(np.array([1, 0]))
    array([[0., 1.],
           [1., 0.]])
    """
    return np.eye(classes or int(labels.max()) + 1)[labels]


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


def idx(path: str | Path) -> Array:
    """The array in an IDX file, plain or gzip (the format of MNIST); DataError if it is damaged or cut short."""
    content = _content(Path(path))
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in IDX_TYPES:
        raise DataError(
            f"{path}: not an IDX file; it starts with {content[:4].hex() or 'nothing'}, not 0000 and a type"
        )
    axes, dtype = content[3], np.dtype(IDX_TYPES[content[2]])
    start = 4 + 4 * axes
    if len(content) < start:
        raise DataError(f"{path}: cut short in its header of {axes} axes")
    shape = struct.unpack(f">{axes}I", content[4:start])
    expected = start + dtype.itemsize * int(np.prod(shape, dtype=object))
    if len(content) != expected:
        raise DataError(f"{path}: shape {shape} needs {expected} bytes, found {len(content)}; the file is damaged")
    return np.frombuffer(content, dtype, offset=start).reshape(shape)


def _content(path: Path) -> bytes:
    try:
        raw = path.read_bytes()
        return gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    except FileNotFoundError as error:
        raise DataError(f"{path}: no such file") from error
    except (EOFError, gzip.BadGzipFile, OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read ({error}); the file is damaged or cut short") from error
    except Exception as error:
        # zlib.error has no public base of its own
        raise DataError(f"{path}: cannot be unpacked ({error}); the file is damaged") from error


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
    """Numbers, one example a line; a header is optional; the last column, or `target`, is what to predict.

    Targets that are 0, 1, ..., k, each met at least once, are classes and become one-hot. DataError names the file,
    the line and the column.
    """
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            rows = [(number, row) for number, row in enumerate(csv_reader.reader(file), start=1) if row]
    except (OSError, UnicodeDecodeError, csv_reader.Error) as error:
        raise DataError(f"{path}: cannot be read as CSV ({error})") from error
    header = rows.pop(0)[1] if rows and not any(_is_number(cell) for cell in rows[0][1]) else None
    if not rows:
        raise DataError(f"{path}: there are no examples in it")
    table = np.array([_numbers(path, number, row, len(rows[0][1])) for number, row in rows])
    column = _target_column(path, header, target, table.shape[1])
    y = table[:, column]
    classes = np.array_equal(np.unique(y), np.arange(y.max() + 1)) and y.max() > 0
    Y = one_hot(y.astype(int)) if classes else y[:, None]
    return Dataset(np.delete(table, column, axis=1), Y, str(path))


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell


def _numbers(path: str | Path, line: int, row: list[str], width: int) -> list[float]:
    if len(row) != width:
        raise DataError(f"{path}, line {line}: {len(row)} columns, but the first example has {width}")
    for column, cell in enumerate(row, start=1):
        if not _is_number(cell) or not np.isfinite(float(cell)):
            raise DataError(f"{path}, line {line}, column {column}: {cell!r} is no finite number")
    return [float(cell) for cell in row]


def _target_column(path: str | Path, header: list[str] | None, target: str | None, width: int) -> int:
    if width < 2:
        raise DataError(f"{path}: needs at least two columns, inputs and a target")
    if target is None:
        return width - 1
    if header is None or target not in header:
        raise DataError(f"{path}: no column {target!r}; there are {', '.join(header or ['(no header)'])}")
    return header.index(target)


SOURCES: Mapping[str, Callable[[], Dataset]] = MappingProxyType(
    {"digits": digits, "xor": xor, "moons": moons, "spirals": spirals, "blobs": blobs}
)


def load(source: str) -> Dataset:
    """A named set (digits, xor, moons, spirals, blobs), a folder with IDX files, or a CSV file."""
    if source in SOURCES:
        return SOURCES[source]()
    path = Path(source)
    if path.is_dir():
        return mnist(path)
    if path.is_file():
        return csv(path)
    raise DataError(f"data {source!r}: not one of {', '.join(SOURCES)}, a folder with IDX files, or a CSV file")
