"""Arguments that refuted a gradient: kept in a database of failing examples as Hypothesis has them, and tried first.

A database is a folder, or any of `hypothesis.database`: one in memory, one that is shared, one of several. What is kept
is a few arrays; they are loaded without running anything.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase, InMemoryExampleDatabase

from proofs.arguments.drawing import every_second
from proofs.groups import is_large

Database = ExampleDatabase | str | Path | None
Arguments = Mapping[str, Any]


class Failures:
    """What failed of one gradient: `told` is what tells it from others."""

    def __init__(self, database: Database, *told: str) -> None:
        folder = DirectoryBasedExampleDatabase(database) if isinstance(database, (str, Path)) else database
        self.database = InMemoryExampleDatabase() if folder is None else folder
        self.key = hashlib.sha256("\n".join(("gradproof", *told)).encode()).digest()
        self._replayed: bytes | None = None

    def replay(self) -> Iterator[tuple[Arguments, Mapping[str, int]]]:
        """Arguments with their sizes; what is asked for after them has not failed again, and is forgotten."""
        for value in sorted(self.database.fetch(self.key), key=len):
            self._replayed, made = value, unpacked(value)
            if made is not None:
                yield made
            self._forget()

    def keep(self, arguments: Arguments, sizes: Mapping[str, int] | None = None) -> None:
        """In place of what has just been replayed, if it was; too many numbers, or what are none, are not kept."""
        value = None if is_large(arguments) else packed(arguments, sizes or {})
        if value is not None and value != self._replayed:
            self.database.save(self.key, value)
            self._forget()

    def _forget(self) -> None:
        if self._replayed is not None:
            self.database.delete(self.key, self._replayed)
        self._replayed = None


def packed(arguments: Arguments, sizes: Mapping[str, int]) -> bytes | None:
    """The arguments as a file of arrays; None if some are no numbers.

    >>> unpacked(packed({"x": np.ones(2)}, {"n": 2}))
    ({'x': array([1., 1.])}, {'n': 2})
    """
    arrays = {n: np.asarray(v) for n, v in arguments.items()}
    if any(a.dtype.kind not in "fiub" for a in arrays.values()):
        return None
    strided = [n for n, a in arrays.items() if not (a.flags.c_contiguous or a.flags.f_contiguous)]
    head = {"names": list(arrays), "sizes": {n: int(s) for n, s in sizes.items()}, "strided": strided}
    file = io.BytesIO()
    np.savez_compressed(file, np.frombuffer(json.dumps(head).encode(), np.uint8), *arrays.values())
    return file.getvalue()


def unpacked(value: bytes) -> tuple[dict[str, Any], dict[str, int]] | None:
    """What was packed; None of anything else."""
    with suppress(Exception):  # a file of somebody else's may be anything
        file = np.load(io.BytesIO(value), allow_pickle=False)
        head = json.loads(file["arr_0"].tobytes())
        arrays = {n: file[f"arr_{k}"] for k, n in enumerate(head["names"], start=1)}
        return {n: _as_given(a, n in head["strided"]) for n, a in arrays.items()}, dict(head["sizes"])
    return None


def _as_given(array: Any, strided: bool) -> Any:
    """A number is no array; every second entry of a larger array is that again."""
    if not array.ndim:
        return array.item() if array.dtype in (np.float64, np.int64, np.bool_) else array[()]
    if not strided:
        return array
    return every_second(array)
