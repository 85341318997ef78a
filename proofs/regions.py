"""Where a gradient is wrong, in words: a condition that holds at every wrong entry and at no right one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from proofs.samples import Sample

Array = np.ndarray[Any, Any]
Condition = tuple[str, Array]


def name_region(samples: Sequence[Sample], constants: Sequence[float]) -> str | None:
    """The plainest condition that tells wrong entries from right ones; None if all are wrong, or none tells."""
    usable = [s for s in samples if s.found.shape == s.right.shape]
    wrong = [s.wrong for s in usable]
    known = [~np.isnan(s.right) for s in usable]
    if (
        not usable
        or not any(w.any() for w in wrong)
        or not any((k & ~w).any() for w, k in zip(wrong, known, strict=True))
    ):
        return None
    tables = [dict(conditions(s)) for s in usable]
    for name in tables[0]:
        if all(name in t for t in tables):
            holds = [t[name] for t in tables]
            if all(np.array_equal(h & k, w & k) for h, w, k in zip(holds, wrong, known, strict=True)):
                return f"where {name}"
    return _by_threshold(usable, constants) or _by_case(usable, tables)


def _by_case(samples: Sequence[Sample], tables: Sequence[dict[str, Array]]) -> str | None:
    """A condition on the arguments as a whole: where it fails, all is right; where it holds, something is wrong."""
    some = [bool(s.wrong.any()) for s in samples]
    if all(some):
        return None
    for name in tables[0]:
        if all(name in t and (t[name].all() or not t[name].any()) for t in tables):
            if [bool(t[name].all()) for t in tables] == some:
                return f"where {name}"
    return None


def conditions(sample: Sample) -> Iterator[Condition]:
    """Conditions on entries, and on the arguments as a whole."""
    shape = sample.right.shape
    yield from _of_entries(sample, shape)
    for name, holds in _of_case(sample):
        yield name, np.full(shape, holds)


def _of_entries(sample: Sample, shape: tuple[int, ...]) -> Iterator[Condition]:
    for name, value in sample.arguments.items():
        array = np.asarray(value, dtype=float)
        fitted = _fitted(array, shape)
        if fitted is None or not array.ndim:
            continue
        for sign, test in (("== 0", fitted == 0), ("!= 0", fitted != 0), ("> 0", fitted > 0), ("< 0", fitted < 0)):
            yield f"{name} {sign}", test
        yield f"{name} >= 0", fitted >= 0
        yield f"{name} <= 0", fitted <= 0
        yield f"{name} < 0 or a sum over it is 0", fitted < 0


def _fitted(array: Array, shape: tuple[int, ...]) -> Array | None:
    """The array over the entries: of their shape, or along their first axes."""
    if array.shape == shape:
        return array
    if array.ndim and array.ndim < len(shape) and array.shape == shape[: array.ndim]:
        return np.broadcast_to(array.reshape(array.shape + (1,) * (len(shape) - array.ndim)), shape)
    return None


def _of_case(sample: Sample) -> Iterator[tuple[str, bool]]:
    yield from _of_sizes(sample)
    for name, value in sample.arguments.items():
        array = np.asarray(value)
        if array.ndim == 0:
            for number in (0, 1, 2, 3):
                yield f"{name} != {number}", bool(array != number)
            yield f"{name} == 0", bool(array == 0)
            yield f"{name} < 0", bool(array < 0)
            yield f"{name} > 0", bool(array > 0)
            continue
        yield f"{name} repeats a value", len(np.unique(array)) < array.size
        yield f"{name} has a zero", bool(np.any(array == 0))
        yield f"{name} is 0 throughout", not array.any()
        yield f"{name} is not 0 throughout", bool(array.any())
        yield f"{name} has a negative entry", bool(np.any(array < 0))
        if array.ndim == 2 and array.shape[0] == array.shape[1]:
            yield f"{name} is singular", bool(np.linalg.matrix_rank(array.astype(float)) < len(array))
        if array.ndim > 1:
            yield f"a row of {name} is 0", bool(np.any(~array.any(axis=-1)))


def _of_sizes(sample: Sample) -> Iterator[tuple[str, bool]]:
    sizes = {n: int(v) for n, v in sample.case.sizes.items()}
    numbers = {n: int(v) for n, v in sample.arguments.items() if np.ndim(v) == 0 and np.asarray(v).dtype.kind == "i"}
    both = {**sizes, **numbers}
    for name, size in both.items():
        yield f"{name} == 1", size == 1
        yield f"{name} > 1", size > 1
    for one in both:
        for two in both:
            if one != two:
                yield f"{one} > {two}", both[one] > both[two]
                yield f"{one} != {two}", both[one] != both[two]
    for name, value in sample.arguments.items():
        for axis, extent in enumerate(np.shape(value)):
            yield f"axis {axis} of {name} has length 1", extent == 1


def _by_threshold(samples: Sequence[Sample], constants: Sequence[float]) -> str | None:
    """x > c or |x| < c, with c between the right and the wrong entries: a number of the code if one lies there."""
    for name in samples[0].arguments:
        values, wrong = [], []
        for s in samples:
            array = _fitted(np.asarray(s.arguments[name], dtype=float), s.right.shape)
            array = np.broadcast_to(s.arguments[name], s.right.shape) if np.ndim(s.arguments[name]) == 0 else array
            if array is not None:
                keep = ~np.isnan(s.right)
                values.append(array[keep])
                wrong.append(s.wrong[keep])
        if len(values) < len(samples):
            continue
        said = _threshold(name, np.concatenate(values), np.concatenate(wrong), constants)
        if said:
            return said
    return None


def _threshold(name: str, x: Array, wrong: Array, constants: Sequence[float]) -> str | None:
    for said, values, above in (
        (f"{name} >", x, True),
        (f"{name} <", x, False),
        (f"|{name}| >", abs(x), True),
        (f"|{name}| <", abs(x), False),
    ):
        inside, outside = values[wrong], values[~wrong]
        if not inside.size or not outside.size:
            continue
        low, high = (outside.max(), inside.min()) if above else (inside.max(), outside.min())
        if low < high:
            between = [c * s for c in constants for s in (1, -1) if low <= c * s <= high]
            return f"where {said} {between[0]:g}" if between else f"where {said} about {(low + high) / 2:.3g}"
    return None
