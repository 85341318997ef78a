"""Where a gradient is wrong, in words: a condition that holds at every wrong entry and at no right one."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from proofs.diagnosis.samples import Sample
from proofs.diagnosis.thresholds import Again, by_threshold, fitted, sharper

Array = np.ndarray[Any, Any]
Condition = tuple[str, Array]
FEWEST = 2  # wrong ones, and right ones, that a condition must tell apart
SHARE = 0.3  # of the right ones, that a condition which need not hold must leave out


def name_region(samples: Sequence[Sample], constants: Sequence[float], again: Again) -> str | None:
    """The plainest condition that tells wrong entries from right ones; None if all are wrong, or none tells.

    `again` makes a sample at other arguments.
    """
    usable = [s for s in samples if s.found.shape == s.right.shape and not s.inert.all()]
    count = sum(bool(s.wrong.any()) for s in usable)
    if count < FEWEST:
        return by_threshold(usable, again, True) if count else None
    wrong, known = [s.wrong for s in usable], [~s.inert for s in usable]
    if sum(int((k & ~w).sum()) for w, k in zip(wrong, known, strict=True)) < FEWEST:
        return None
    tables = [dict(conditions(s, constants)) for s in usable]
    shared = [n for n in tables[0] if all(n in t for t in tables)]
    for name in shared:
        if all(np.array_equal(t[name] & k, w & k) for t, w, k in zip(tables, wrong, known, strict=True)):
            return sharper(name, usable, again) or f"where {name}"
    return by_threshold(usable, again) or _by_case(usable, tables, shared) or _by_largest(usable)


def _by_case(samples: Sequence[Sample], tables: Sequence[dict[str, Array]], shared: Sequence[str]) -> str | None:
    """A condition on the arguments as a whole, or two: all is right where it fails.

    Where it holds something must be wrong; else it is said that it need not be.
    """
    some = np.array([bool(s.wrong.any()) for s in samples])
    whole = {n: np.array([bool(t[n].flat[0]) for t in tables]) for n in shared if _of_whole(tables, n)}
    if some.sum() < FEWEST or (~some).sum() < FEWEST:
        return None
    exact = [n for n, holds in whole.items() if np.array_equal(holds, some)]
    if exact:
        return f"where {exact[0]}"
    needed = {n: holds for n, holds in whole.items() if holds[some].all() and not holds.all()}
    for one, two in itertools.combinations(needed, 2):
        if np.array_equal(needed[one] & needed[two], some):
            return f"where {one} and {two}"
    best = min(needed, key=lambda n: int(needed[n].sum()), default=None)
    if best is None or (~needed[best]).sum() < max(FEWEST, SHARE * (~some).sum()):
        return None
    return f"where {best}, though not always there"


def _by_largest(samples: Sequence[Sample]) -> str | None:
    """All |x| below a number, or some above."""
    some = np.array([bool(s.wrong.any()) for s in samples])
    for name in samples[0].arguments:
        largest = np.array([np.max(np.abs(np.asarray(s.arguments[name], dtype=float)), initial=0.0) for s in samples])
        if some.all() or not some.any():
            continue
        if largest[some].max() < largest[~some].min():
            return f"where every |{name}| is below about {largest[~some].min():.2g}"
        if largest[some].min() > largest[~some].max():
            return f"where some |{name}| is above about {largest[~some].max():.2g}"
    return None


def _of_whole(tables: Sequence[dict[str, Array]], name: str) -> bool:
    return all(t[name].all() or not t[name].any() for t in tables)


def conditions(sample: Sample, constants: Sequence[float] = ()) -> Iterator[Condition]:
    """Conditions on entries, and on the arguments as a whole."""
    shape = sample.right.shape
    yield from _of_entries(sample, shape)
    yield from _of_rows(sample, shape, constants)
    for name, holds in _of_case(sample):
        yield name, np.full(shape, holds)


def _of_entries(sample: Sample, shape: tuple[int, ...]) -> Iterator[Condition]:
    for name, value in sample.arguments.items():
        array = np.asarray(value, dtype=float)
        values = fitted(array, shape)
        if values is None or not array.ndim:
            continue
        for sign, test in (("== 0", values == 0), ("!= 0", values != 0), ("> 0", values > 0), ("< 0", values < 0)):
            yield f"{name} {sign}", test
        yield f"{name} >= 0", values >= 0
        yield f"{name} <= 0", values <= 0


def _of_rows(sample: Sample, shape: tuple[int, ...], constants: Sequence[float]) -> Iterator[Condition]:
    """Places beside the largest of a row."""
    for name, value in sample.arguments.items():
        array = np.asarray(value, dtype=float)
        if array.shape != shape or not array.ndim or not array.size:
            continue
        top = array.max(axis=-1, keepdims=True)
        yield f"{name} is the largest of its row", array == top
        yield f"{name} is not the largest of its row", array != top
        for c in constants:
            if c < 1:
                yield f"{name} is within {c:g} of the largest of its row", (top - array < c) & (array != top)


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
        if array.ndim == 2 and array.shape[0] == array.shape[1] and array.dtype.kind == "f":
            yield f"{name} is singular", bool(np.linalg.matrix_rank(array) < len(array))
        yield f"{name} repeats a value", len(np.unique(array)) < array.size
        yield f"{name} has a zero", bool(np.any(array == 0))
        yield f"{name} is 0 throughout", not array.any()
        yield f"{name} is not 0 throughout", bool(array.any())
        yield f"{name} has a negative entry", bool(np.any(array < 0))
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
                yield f"{one} > {two} + 1", both[one] > both[two] + 1
    for name, value in sample.arguments.items():
        for axis, extent in enumerate(np.shape(value)):
            yield f"axis {axis} of {name} has length 1", extent == 1
