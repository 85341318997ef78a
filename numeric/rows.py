"""Rows made on demand: chosen from an array that lies on disk, or changed on the way, a batch at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Lazy:
    """change(source[order[rows]]): an array of `shape` and `dtype` of which only the rows asked for are made."""

    source: Any
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    order: Array | None = None
    change: Callable[[Array], Array] | None = None

    def __getitem__(self, rows: Any) -> Array:
        found = np.asarray(self.source[rows if self.order is None else self.order[rows]])
        return found if self.change is None else self.change(found).astype(self.dtype, copy=False)

    def __len__(self) -> int:
        return self.shape[0]


def is_on_disk(array: Any) -> bool:
    """Whether making all rows at once may need more memory than there is."""
    return isinstance(array, np.memmap | Lazy)


def chosen(array: Any, rows: Array) -> Any:
    """The rows of these numbers, on demand where the array lies on disk."""
    if not is_on_disk(array):
        return array[rows]
    return Lazy(array, (len(rows), *array.shape[1:]), array.dtype, order=rows)


def changed(array: Any, change: Callable[[Array], Array], shape: tuple[int, ...], dtype: Any) -> Any:
    """change(rows), with axes of `shape` after the first, on demand where the array lies on disk."""
    if not is_on_disk(array):
        return change(array).astype(dtype, copy=False)
    return Lazy(array, (array.shape[0], *shape), np.dtype(dtype), change=change)
