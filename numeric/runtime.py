"""What compiled code calls beyond NumPy itself; the source of each is copied into a standalone module.

Each function here uses NumPy alone and no name of this package, so that the copy works without it.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def checked(index: Any, size: int, entry: str) -> Any:
    """The stored index itself, if all of it lies in 0 .. size - 1; IndexError names the entry."""
    index = np.asarray(index)
    wrong = index[(index < 0) | (index >= size)]
    if wrong.size:
        raise IndexError(f"{entry}: the stored index {wrong.flat[0]} is outside 0 .. {size - 1}")
    return index


def read(array: Any, *index: Any) -> Any:
    """array[index], and 0 where the index is outside the array."""
    inside: Any = np.True_
    for axis, place in enumerate(index):
        inside = inside & (place >= 0) & (place < array.shape[axis])
    safe = tuple(np.clip(place, 0, array.shape[axis] - 1) for axis, place in enumerate(index))
    inside = np.reshape(inside, np.shape(inside) + (1,) * (np.ndim(array) - len(index)))
    return np.where(inside, array[safe], 0)


def add_at(shape: tuple[int, ...], index: tuple[Any, ...], values: Any, dtype: Any) -> Any:
    """An array of zeros with values added at the index, as often as it occurs; places outside are left out."""
    made = np.zeros(shape, dtype)
    inside: Any = np.True_
    for place, size in zip(index, shape, strict=False):
        inside = inside & (np.asarray(place) >= 0) & (np.asarray(place) < size)
    safe = tuple(np.clip(place, 0, size - 1) for place, size in zip(index, shape, strict=False))
    rest = np.ndim(values) - np.ndim(inside)
    inside = np.reshape(inside, np.shape(inside) + (1,) * rest)
    np.add.at(made, safe, np.where(inside, values, 0))
    return made


def logsumexp(x: Any, axis: Any) -> Any:
    """log(sum(exp(x))) over the axes, shifted by the maximum; -inf where every entry is -inf."""
    top = x.max(axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    with np.errstate(divide="ignore", over="ignore"):
        total = np.log(np.exp(x - top).sum(axis=axis))
    return total + top.reshape(np.shape(total))


def softmax(x: Any, axis: Any) -> Any:
    """exp(x) / sum(exp(x)) over the axes, shifted by the maximum; 0 where every entry is -inf."""
    top = x.max(axis=axis, keepdims=True)
    powers = np.exp(x - np.where(np.isinf(top), 0, top))
    total = powers.sum(axis=axis, keepdims=True)
    return powers / np.where(total == 0, 1, total)


def log_softmax(x: Any, axis: Any) -> Any:
    """x - log(sum(exp(x))) over the axes, shifted by the maximum."""
    top = x.max(axis=axis, keepdims=True)
    shifted = x - np.where(np.isinf(top), 0, top)
    with np.errstate(divide="ignore"):
        return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
