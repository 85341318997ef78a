"""Data as a program takes them: arrays that share axis 0, checked once, and batches of their rows in its types."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from derive.equation import Program

Array = npt.NDArray[Any]
PIECE = 2**20  # entries that are looked at together, where all of the data are gone through


class TrainingError(ValueError):
    """The training cannot start or go on; the message says which tensor, at which epoch, and what to do."""


class Rows(Protocol):
    """What data may be: an array, or anything with a shape, a type, and rows by an array of their numbers."""

    @property
    def shape(self) -> tuple[int, ...]: ...
    @property
    def dtype(self) -> np.dtype[Any]: ...
    def __getitem__(self, rows: Any, /) -> Any: ...


Data = Mapping[str, Any]


class Examples:
    """`count` examples of the inputs in `names`; batches come in the dtype of the weights.

    TrainingError for arrays that the program does not read, that differ in length, are empty or not finite.
    """

    def __init__(self, program: Program, data: Data, dtype: np.dtype[Any] | None = None) -> None:
        self.arrays = {name: _rows(data[name]) for name in program.inputs if name in data}
        self.names = tuple(self.arrays)
        self.count = self._counted(program, data)
        self.dtype = dtype or self._found_dtype()
        self._types = {n: np.dtype(np.intp) if program.tensors[n].integer else self.dtype for n in self.names}
        for name, array in self.arrays.items():
            _check_type(program, name, array.dtype)
            _check_finite(name, array)
        self._takes = [_taking(self.arrays[name], self._types[name]) for name in self.names]

    def _counted(self, program: Program, data: Data) -> int:
        unknown = [name for name in data if name not in program.inputs]
        if unknown or not data:
            what = f"{', '.join(unknown)} are no inputs" if unknown else "there are none"
            raise TrainingError(f"data must name some inputs, but {what}; inputs are {', '.join(program.inputs)}")
        counts = {name: array.shape[0] if array.shape else None for name, array in self.arrays.items()}
        if len(set(counts.values())) != 1 or not set(counts.values()) - {0, None}:
            raise TrainingError(f"data arrays must share axis 0, the examples; found {counts}")
        return int(next(n for n in counts.values() if n is not None))

    def _found_dtype(self) -> np.dtype[Any]:
        floating = (array.dtype for array in self.arrays.values() if array.dtype.kind == "f")
        return np.dtype(next(floating, np.float64))

    def take(self, rows: Array) -> list[Array]:
        """The rows of these numbers, of each array, in the order of `names`."""
        return [take(rows) for take in self._takes]

    def part(self, start: int, stop: int) -> dict[str, Array]:
        """The rows from start to stop by name."""
        rows = slice(start, stop)
        return {n: np.asarray(a[rows]).astype(self._types[n], copy=False) for n, a in self.arrays.items()}

    def parts(self) -> Iterator[dict[str, Array]]:
        """All rows, in parts that fit in little memory."""
        for rows in pieces(*self.arrays.values()):
            yield self.part(rows.start, rows.stop)

    @property
    def fingerprint(self) -> dict[str, list[Any]]:
        """Shape, type and a checksum of the first and last rows of each array: enough to tell data sets apart."""
        return {name: [list(a.shape), str(a.dtype), _checksum(a)] for name, a in self.arrays.items()}


def _rows(array: Any) -> Any:
    """An array without the subclass of a memory map, whose every slice costs more; other rows as they are."""
    return np.asarray(array) if isinstance(array, np.ndarray) or not hasattr(array, "shape") else array


def _check_type(program: Program, name: str, dtype: np.dtype[Any]) -> None:
    if dtype.kind not in "biuf":
        raise TrainingError(f"{name} has dtype {dtype}; give numbers")
    if program.tensors[name].integer and dtype.kind == "f":
        raise TrainingError(f"{name} is used as an index, but has dtype {dtype}; give integers")


def _taking(array: Any, dtype: np.dtype[Any]) -> Callable[[Array], Array]:
    if isinstance(array, np.ndarray) and array.dtype == dtype:
        return lambda rows: array.take(rows, 0)
    return lambda rows: np.asarray(array[rows]).astype(dtype, copy=False)


def pieces(*arrays: Rows) -> Iterator[slice]:
    """Slices of axis 0 that cover it, each of at most PIECE entries of the widest array, or one row."""
    widest = max(int(np.prod(array.shape[1:], dtype=np.int64)) for array in arrays)
    step = max(1, PIECE // max(1, widest))
    yield from (slice(start, min(start + step, arrays[0].shape[0])) for start in range(0, arrays[0].shape[0], step))


def _check_finite(name: str, array: Any) -> None:
    for rows in pieces(array) if array.dtype.kind == "f" else ():
        piece = np.asarray(array[rows])
        if not np.isfinite(piece).all():
            first, *rest = (int(i) for i in np.argwhere(~np.isfinite(piece))[0])
            where = (rows.start + first, *rest)
            raise TrainingError(f"{name} holds {piece[(first, *rest)]} at {where}; remove or fill such entries")


def _checksum(array: Any) -> int:
    edges: Sequence[Any] = (np.asarray(array[:32]), np.asarray(array[-32:]))
    return zlib.crc32(b"".join(np.ascontiguousarray(edge).tobytes() for edge in edges))
