"""Files of numbers: IDX, CSV and TSV, .npy and .npz. A bad file gives one error with its name, line and column."""

from __future__ import annotations

import csv as csv_reader
import gzip
import struct
import zipfile
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
IDX_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
# What NumPy raises for bytes that are no array.
DAMAGE = (OSError, ValueError, EOFError, SyntaxError, TypeError, OverflowError, AttributeError, MemoryError)
BLOCK = 10_000  # lines that are read together
Lines = list[tuple[int, list[str]]]


class DataError(ValueError):
    """The data cannot be used: what was asked, what was found, what to do."""


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


# ---------------------------------------------------------------- CSV and TSV


def table(path: str | Path) -> tuple[list[str] | None, Iterator[Array]]:
    """The header, if there is one, and the numbers in blocks of lines; columns end at commas, or else at tabs.

    DataError names the file, the line and the column of what is no finite number, and of lines of another length.
    """
    lines = _lines(Path(path))
    first = next(lines, None)
    header = first[1] if first is not None and not any(map(_is_number, first[1])) else None
    start = next(lines, None) if header is not None else first
    if start is None:
        raise DataError(f"{path}: there are no examples in it")
    return header, _blocks(path, start, lines)


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of every line that is not empty."""
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            head = file.readline()
            file.seek(0)
            delimiter = "\t" if "\t" in head and "," not in head else ","
            reader = csv_reader.reader(file, delimiter=delimiter)
            yield from ((reader.line_num, row) for row in reader if row)
    except (OSError, UnicodeDecodeError, csv_reader.Error) as error:
        raise DataError(f"{path}: cannot be read as CSV ({error})") from error


def _blocks(path: str | Path, start: tuple[int, list[str]], lines: Iterator[tuple[int, list[str]]]) -> Iterator[Array]:
    width, block = len(start[1]), [start, *islice(lines, BLOCK - 1)]
    while block:
        yield _numbers_of(path, block, width)
        block = list(islice(lines, BLOCK))


def _numbers_of(path: str | Path, block: Lines, width: int) -> Array:
    """All lines at once where that works; else one after the other, to find the cell that is wrong."""
    rows = [row for _, row in block]
    try:
        found = np.array(rows, dtype=float)
    except ValueError:
        found = None
    plain = found is not None and found.shape == (len(rows), width) and np.isfinite(found).all()
    if plain and not any("_" in cell for row in rows for cell in row):
        return np.asarray(found)
    return np.array([_numbers(path, number, row, width) for number, row in block])


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


# ---------------------------------------------------------------- .npy and .npz


def on_disk(path: str | Path) -> Array:
    """The array of a .npy file, memory-mapped: rows are read when they are asked for."""
    try:
        found: Array = np.load(path, mmap_mode="r", allow_pickle=False)
    except DAMAGE as error:
        raise DataError(f"{path}: no array of numbers in .npy form, or cut short ({_said(error)})") from error
    return checked(path, found)


def arrays_in(path: str | Path, names: Sequence[str]) -> list[Array | None]:
    """The arrays of these names in a .npz file, None for one that it does not have."""
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as found:
            kept = {name: found[name] for name in names if name in found}
    except (*DAMAGE, KeyError, zipfile.BadZipFile) as error:
        raise DataError(f"{path}: not a whole .npz file of arrays of numbers ({_said(error)})") from error
    return [checked(f"{path}, {name}", kept[name]) if name in kept else None for name in names]


def checked(label: str | Path, array: Any) -> Array:
    """The array, once it holds numbers and has rows; DataError otherwise."""
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "biuf" or array.ndim == 0:
        what = f"{array.dtype} of shape {array.shape}" if isinstance(array, np.ndarray) else "several arrays"
        raise DataError(f"{label}: needs an array of numbers with rows, found {what}")
    return array


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:120]
