"""The smallest shapes and the roundest numbers at which a candidate still fails."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from proofs.arguments.drawing import Case
from proofs.arguments.specifications import Specification, Whole
from proofs.groups import is_large

Array = np.ndarray[Any, Any]
Fails = Callable[[Case], bool]
ALL_AT_ONCE = 3  # steps from the least sizes, where a large case would take its time


def shrink(
    case: Case, specifications: Mapping[str, Specification], lows: Mapping[str, int], fails: Fails, seconds: float = 2.0
) -> Case:
    """Sizes first, then whole tensors, then entries, as long as there is time and it still fails.

    Of more numbers than anybody reads only the sizes are made smaller.
    """
    end = time.monotonic() + seconds
    for step in (_smaller, _plain, _rounder, _entries):
        if step is not _smaller and is_large(case.arguments):
            break
        improved = True
        while improved and time.monotonic() < end:
            improved = False
            for attempt in step(case, specifications, lows):
                if time.monotonic() > end:
                    break
                if fails(attempt):
                    case, improved = attempt, True
                    break
    return case


def _smaller(case: Case, specifications: Mapping[str, Specification], lows: Mapping[str, int]) -> Iterator[Case]:
    """All sizes at their least or a little more; then each, nearer and nearer to what it is.

    What a function drew is left as it is.
    """
    if any(s.draw is not None for s in specifications.values()):
        return
    for sizes in _less(case.sizes, lows):
        made = _cut(case, specifications, sizes) if sizes != case.sizes else None
        if made is not None:
            yield made


def _less(sizes: Mapping[str, int], lows: Mapping[str, int]) -> Iterator[dict[str, int]]:
    for more in range(ALL_AT_ONCE):
        yield {n: min(size, lows.get(n, 1) + more) for n, size in sizes.items()}
    for name, size in sizes.items():
        above = size - lows.get(name, 1)
        yield from ({**sizes, name: size - (above >> k)} for k in range(above.bit_length()))


def fewest(
    case: Case, specifications: Mapping[str, Specification], lows: Mapping[str, int], fails: Fails
) -> str | None:
    """n >= 100 and the like, for each size at which one less does not fail; None if there is none."""
    told = []
    for name, size in case.sizes.items():
        less = _cut(case, specifications, {**case.sizes, name: size - 1}) if size > lows.get(name, 1) else None
        if less is not None and not fails(less):
            told.append(f"{name} >= {size}")
    return " and ".join(told) or None


def _cut(case: Case, specifications: Mapping[str, Specification], sizes: Mapping[str, int]) -> Case | None:
    """The leading parts of the arrays; whole numbers stay within their bounds."""
    arguments = {}
    for name, value in case.arguments.items():
        shape = tuple(extent(sizes) for extent in case.shapes.get(name, ()))
        if any(not 0 <= new <= old for new, old in zip(shape, np.shape(value), strict=True)):
            return None
        cut = value[tuple(slice(0, n) for n in shape)].copy() if isinstance(value, np.ndarray) else value
        arguments[name] = _bounded(specifications[name], cut, sizes)
    return Case(arguments, sizes, case.shapes)


def _bounded(specification: Specification, value: Any, sizes: Mapping[str, int]) -> Any:
    if not isinstance(specification.low, Whole) and not isinstance(specification.high, Whole):
        return value
    low, high = (b(sizes) if isinstance(b, Whole) else b for b in (specification.low, specification.high))
    made = np.clip(value, low, high)
    return made.astype(value.dtype) if isinstance(value, np.ndarray) else type(value)(made)


def _plain(case: Case, specifications: Mapping[str, Specification], lows: Mapping[str, int]) -> Iterator[Case]:
    """Arrays in the usual layout."""
    if any(isinstance(v, np.ndarray) and not v.flags.c_contiguous for v in case.arguments.values()):
        yield replace(
            case,
            arguments={n: v.copy(order="C") if isinstance(v, np.ndarray) else v for n, v in case.arguments.items()},
        )


def _rounder(case: Case, specifications: Mapping[str, Specification], lows: Mapping[str, int]) -> Iterator[Case]:
    """Whole tensors of zeros, of ones, or of fewer figures."""
    for name, value in case.arguments.items():
        for made in map(np.asarray, _forms(np.asarray(value))):
            yield from _with(case, specifications, name, value, made)


def _entries(case: Case, specifications: Mapping[str, Specification], lows: Mapping[str, int]) -> Iterator[Case]:
    for name, value in case.arguments.items():
        array = np.asarray(value)
        if array.ndim == 0 or array.size > 64:
            continue
        for at in np.ndindex(array.shape):
            for form in _forms(array[at]):
                made = array.copy()
                made[at] = form
                yield from _with(case, specifications, name, value, made)


def _forms(array: Array) -> Iterator[Array]:
    """Simpler ones, the simplest first."""
    yield np.zeros_like(array)
    yield np.ones_like(array)
    if array.dtype.kind == "f":
        yield np.round(array)
        for figures in (1, 2):
            with np.errstate(all="ignore"):
                size = 10.0 ** (np.floor(np.log10(np.abs(np.where(array == 0, 1.0, array)))) - figures + 1)
                yield np.round(array / size) * size


def _with(
    case: Case, specifications: Mapping[str, Specification], name: str, value: Any, made: Array
) -> Iterator[Case]:
    """The case with one argument replaced, if that is simpler and in its domain."""
    specification = specifications[name]
    if not specification.holds(made, case.sizes) or specification.structure or _length(made) >= _length(value):
        return
    kept = made if isinstance(value, np.ndarray) else type(value)(made[()])
    yield replace(case, arguments={**case.arguments, name: kept})


def _length(value: Any) -> int:
    """The figures that it takes to write the numbers; a nonzero one counts a little more."""
    return sum(2 * len(repr(v)) + (v != 0) + (v != 0 and v != 1) for v in np.asarray(value).ravel().tolist())
