"""A gradient beside the derived one, entry by entry, at the arguments of a search."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from derive.equation import Program
from proofs.arguments import strategies
from proofs.arguments.drawing import Case
from proofs.calls import Failed, Misshapen, User, parts
from proofs.diagnosis.faults import MODERATE
from proofs.diagnosis.samples import MOST_ENTRIES, Sample
from proofs.points import Point, Points

Array = np.ndarray[Any, Any]
NOTHING = 1e-20  # what a difference leaves of a slope that is 0


def derived_samples(
    points: Points, user: User, cases: Sequence[Mapping[str, Any]], name: str, seconds: float
) -> list[Sample]:
    """At the arguments in float64 that have few entries, as many as there is time for."""
    end, made = time.monotonic() + seconds, []
    for arrays in cases:
        if time.monotonic() > end:
            break
        if arrays[name].dtype == np.float64 and arrays[name].size <= MOST_ENTRIES:
            made.append(derived_sample(points, user, arrays, name))
    return [s for s in made if s is not None]


def derived_sample(points: Points, user: User, arrays: Mapping[str, Any], name: str) -> Sample | None:
    """The gradient beside the derived one; None where the forward or either has no value."""
    point = points.at(strategies.Case(arrays))
    if point is None:
        return None
    try:
        found = np.array(parts(user, user.call(point.arrays), points.derivation.wrt)[name], dtype=float)
    except (Failed, Misshapen, TypeError, ValueError):
        return None
    right = _right(point, name)
    made = found.reshape(right.shape) if found.size == right.size == 1 else found
    return Sample(name, Case(point.arrays, sizes_in(points.derivation.forward, point.arrays)), made, right)


def _right(point: Point, name: str) -> Array:
    """The slopes; nan where there is none, or a kink."""
    made = np.full(point.arrays[name].shape, np.nan)
    for at in np.ndindex(made.shape):
        slope = point.slope(name, at)
        if slope is not None and not slope.kink:
            made[at] = float(slope.middle) if abs(slope.middle) > NOTHING else 0.0
    return made


def sizes_in(program: Program, arrays: Mapping[str, Any]) -> dict[str, int]:
    """The size of each extent that an axis of an input has."""
    pairs = ((e, size) for n, a in arrays.items() for e, size in zip(program.extents(n), a.shape, strict=True))
    return {str(e): int(size) for e, size in pairs if e.is_Symbol}


def telling_most(samples: Sequence[Sample]) -> list[Sample]:
    """Those where something is wrong: at moderate numbers first, and where there are most of them."""
    wrong = [s for s in samples if s.wrong.any() and np.isfinite(s.found).all()]
    return sorted(wrong, key=lambda s: (_largest(s) > MODERATE, -min(np.shape(s.right), default=1), -s.right.size))


def _largest(sample: Sample) -> float:
    return max(float(np.max(np.abs(v), initial=0.0)) for v in sample.arguments.values())
