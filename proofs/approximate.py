"""Where code cannot run in many digits: floats against slopes with bounds of their own.

A difference is refuted only beyond the slope's bound, what a few ulps in the arguments do, and the rounding of the
tensor.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from derive.tracing.specifications import SYMMETRIC
from numeric.differences import central, one_sided
from proofs.calls import User, fresh, parts, scalar
from proofs.finding import Finding, Place
from proofs.precise.number import digits
from proofs.reference import Reference

Array = np.ndarray[Any, Any]
# Slopes at an entry: the lowest and the highest value that is right there, and what they may be off by.
Interval = tuple[float, float, float]
ULPS = 4
NOISE = 8
COARSEST = 1e-5  # a slope known less well than that of the largest decides nothing
MOST = 40
FLOATS_SEE = 1e-9  # of the largest gradient


def mates(structure: str, at: Place) -> list[Place]:
    """The entries that move together: those of a symmetric matrix in pairs; none above the diagonal of a triangle."""
    if structure in SYMMETRIC:
        return list(dict.fromkeys([at, at[::-1]]))
    return [] if structure == "lower" and at[0] < at[1] else [at]


def judge(
    slopes: Callable[[Place], Interval | None],
    floats: Array,
    spread: Array,
    stream: np.random.Generator,
    structure: str = "",
    floor: float = 2.0**-40,
) -> Finding:
    """agree, kink, wrong or non-finite, entry by entry; inconclusive where no slope is known well enough."""
    places = list(np.ndindex(floats.shape))
    if len(places) > MOST:
        places = [places[k] for k in sorted(stream.choice(len(places), MOST, replace=False))]
    largest = float(np.max(np.abs(floats), initial=0.0, where=np.isfinite(floats)))
    verdicts = set()
    for at in places:
        moved = mates(structure, at)
        if not moved:
            continue
        value, room = (float(sum(a[m] for m in moved)) for a in (floats, spread))
        found = entry(at, slopes(at), value, NOISE * room + floor * largest, largest)
        if found.refuted:
            return found
        verdicts.add(found.verdict)
    worst = next((v for v in ("kink", "agree", "inconclusive") if v in verdicts), "agree")
    return Finding(worst, entries=len(places))


def entry(at: Place, interval: Interval | None, found: float, allowed: float, largest: float) -> Finding:
    """agree, kink, wrong or non-finite for one entry; inconclusive where its slope is not known well enough.

    >>> entry((0,), (1.0, 1.0, 1e-9), 1.5, 1e-12, 1.0).verdict
    'wrong'
    """
    if interval is None or not np.all(np.isfinite(interval)):
        return Finding("inconclusive")
    low, high, bound = interval
    if bound > COARSEST * max(abs(low), abs(high), largest):
        return Finding("inconclusive")
    if not np.isfinite(found):
        return Finding("non-finite", "", at, found, (low, high), 1)
    room = allowed + bound + 2.0**-40 * max(abs(low), abs(high))
    if low - room <= found <= high + room:
        return Finding("kink" if high - low > room else "agree")
    return Finding("wrong", "outside" if high - low > room else "", at, found, (low, high), 1)


def spread_of(
    candidate: User, arguments: Mapping[str, Any], wrt: Sequence[str], name: str, floats: Array, stream: Any
) -> Array:
    """How much the gradient moves when every argument moves by a few ulps."""
    largest = np.zeros(floats.shape)
    for _ in range(4):
        moved = {n: _moved(v, stream) for n, v in fresh(arguments).items()}
        found = np.asarray(parts(candidate, candidate.call(moved), wrt)[name], dtype=float)
        with np.errstate(all="ignore"):
            off = np.abs(found.reshape(floats.shape) - floats)
        largest = np.fmax(largest, off)
    return largest


def _moved(value: Any, stream: Any) -> Any:
    if np.asarray(value).dtype.kind != "f":
        return value
    ulps = ULPS * np.finfo(np.asarray(value).dtype).eps
    moved = value * (1 + ulps * stream.choice([-1.0, 1.0], np.shape(value)))
    return moved.astype(value.dtype) if isinstance(value, np.ndarray) else type(value)(moved)


def by_digits(reference: Reference, shape: Place, name: str, structure: str) -> Callable[[Place], Interval | None]:
    """Slopes of a forward that runs in many digits, though the gradient does not."""

    def slopes(at: Place) -> Interval | None:
        unit = np.zeros(shape)
        for place in mates(structure, at):
            unit[place] = 1.0
        found = reference.along({name: unit})
        if not found.sides:
            return None
        with digits(reference.level.digits):
            low, high = (edge(found.sides).rounded() for edge in (min, max))
        return low, high, 1e-20 * max(abs(low), abs(high))

    return slopes


def by_floats(
    forward: User, arguments: Mapping[str, Any], name: str, structure: str
) -> Callable[[Place], Interval | None]:
    """Slopes by sweeps of steps in float64."""
    x = np.asarray(arguments[name], dtype=float)

    def along(at: Place) -> Callable[[Any], float]:
        def f(entry: Any) -> float:
            moved = x.copy()
            for place in mates(structure, at):
                moved[place] = entry[()] if np.ndim(entry) == 0 else entry[0]
            given = fresh(arguments) | {name: moved if x.ndim else float(moved)}
            return float(scalar(forward, forward.call(given)))

        return f

    def slopes(at: Place) -> Interval | None:
        value, bound = (float(v[0]) for v in central(along(at), x[at].reshape(1)))
        left, right = one_sided(along(at), x[at].reshape(1))
        sides = [float(s.value[0]) for s in (left, right)]
        edge = max(float(left.bound[0]), float(right.bound[0]))
        if np.isfinite([*sides, edge]).all() and abs(sides[1] - sides[0]) > 4 * edge:
            return min(sides), max(sides), edge
        return value, value, bound

    return slopes
