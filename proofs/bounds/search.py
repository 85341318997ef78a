"""The largest error that a search of the whole float range finds: a fact about these points, and never a bound.

Points of every argument, reproducible: numbers in every second power of two up to 3000, of either sign; dense where
exponentials leave the range; neighbours of kinks, of 0 and of the ends, 1, 4, 16 ... ulps away; then a climb from the
worst of them by ever smaller random steps. Each result is held against its correctly rounded value (`enclosure`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sympy import FiniteSet, Rational

from derive.functions import Row
from proofs.bounds.rows import LIMIT, Array, Subject, columns
from proofs.enclosure import FORMATS, Enclosed, Format, scalar

SPECIAL = 0.0, 0.5, 1.0, 2.0, np.pi, 6.0
# Longer arrays than this may be computed otherwise.
SHORT = 500
Stretches = Sequence[tuple[float, float]]
SCALES = -3, -8, -14, -20  # steps of the climb, as powers of two of the point
BEST, STEPS = 6, 12  # from how many points it goes on, and how many steps from each


@dataclass(frozen=True)
class Found:
    """The largest error, where, and among how many points with a finite value."""

    ulps: float
    at: tuple[float, ...]
    points: int


@dataclass
class Judged:
    """Points where the real value is a finite number of the format, that value, and the error of what is computed."""

    points: list[Array]
    values: list[Enclosed]
    errors: Array


def searched(
    subject: Subject, form: str = "float64", stride: int = 2, seed: int = 0, apart_from: Stretches = ()
) -> Found:
    """The largest error found in the box of one function, outside of some stretches of its first argument.

    One power of two in `stride` has a point.
    """
    rng = np.random.default_rng(seed)
    drawn = places(subject.row, FORMATS[form], stride, rng)
    judged = judge(subject, FORMATS[form], chosen(subject, drawn, apart_from))
    for scale in SCALES:
        worst = np.argsort(np.where(np.isfinite(judged.errors), judged.errors, -1))[-BEST:]
        moved = [_moved(a[worst], scale, FORMATS[form], rng) for a in judged.points]
        judged = joined(judged, judge(subject, FORMATS[form], chosen(subject, moved, apart_from)))
    if not judged.errors.size:
        return Found(0.0, (), 0)
    k = int(np.argmax(judged.errors))
    return Found(float(judged.errors[k]), tuple(float(a[k]) for a in judged.points), judged.errors.size)


def chosen(subject: Subject, points: Sequence[Array], apart_from: Stretches) -> list[Array]:
    """The points that lie in the box of the function, and in none of the stretches."""
    kept = np.ones(points[0].size, bool)
    for argument, name in zip(points, subject.names, strict=True):
        low, high = subject.box[name]
        kept &= (argument >= low) & (argument <= high)
    for low, high in apart_from:
        kept &= (points[0] < low) | (points[0] > high)
    return [a[kept] for a in points]


def judge(subject: Subject, form: Format, points: Sequence[Array]) -> Judged:
    """The errors at these points."""
    exact = scalar(subject.expr, subject.names)
    values = [exact(at, form) for at in zip(*(a.tolist() for a in points), strict=True)]
    kept = [k for k, value in enumerate(values) if value.nearest is not None and np.isfinite(value.nearest)]
    inside, values = [a[kept] for a in points], [values[k] for k in kept]
    arrays = columns(inside, subject.names, form.name)
    with np.errstate(all="ignore"):
        results = [np.broadcast_to(subject.called(arrays), len(kept)).tolist(), _in_pieces(subject, arrays, len(kept))]
    errors = [max(v.ulps(float(f)) for f in {a, b}) for v, a, b in zip(values, *results, strict=True)]
    return Judged(inside, values, np.array(errors, dtype=float))


def _in_pieces(subject: Subject, arrays: dict[str, Array], size: int) -> list[float]:
    """The same of short arrays, for which some functions are computed otherwise."""
    made: list[float] = []
    for start in range(0, size, SHORT):
        part = {name: a[start : start + SHORT] for name, a in arrays.items()}
        made += np.broadcast_to(subject.called(part), min(SHORT, size - start)).tolist()
    return made


def joined(left: Judged, right: Judged) -> Judged:
    """Both."""
    points = [np.concatenate(pair) for pair in zip(left.points, right.points, strict=True)]
    return Judged(points, left.values + right.values, np.concatenate([left.errors, right.errors]))


def _moved(at: Array, scale: int, form: Format, rng: Any) -> Array:
    around = at[:, None] * (1 + np.ldexp(rng.standard_normal((at.size, STEPS)), scale))
    return rounded(np.clip(around.ravel(), -LIMIT, LIMIT), form)


def rounded(values: Array, form: Format) -> Array:
    """Numbers of the format."""
    return values.astype(form.name).astype(float)


# ---------------------------------------------------------------- points


def places(row: Row, form: Format, stride: int, rng: Any) -> list[Array]:
    """Points for every argument; the second and third are drawn apart, or near the first."""
    kinks = row.kinks(*[Rational(1)] * (row.arity - 1)) if row.arity < 3 else FiniteSet()
    known = [float(k) for k in kinks] if isinstance(kinks, FiniteSet) else [0.5, 1.5]
    first = scalars(form, known, stride, rng)
    made = [first]
    for _ in row.names[1:]:
        other = rng.permutation(scalars(form, known, stride, rng))[: first.size]
        close = first[: other.size] * np.ldexp(1.0, rng.integers(-4, 5, other.size)) * rng.choice([-1, 1], other.size)
        made.append(rounded(np.where(rng.random(other.size) < 0.3, close, other), form))
    size = min(a.size for a in made)
    return within(row, [a[:size] for a in made])


def scalars(form: Format, kinks: Sequence[float], stride: int, rng: Any) -> Array:
    """A number in one of `stride` powers of two up to 3000, of either sign; dense places; neighbours of kinks."""
    powers = np.arange(form.least, 12, stride)
    spread = np.ldexp(1 + rng.random(powers.size), powers) * rng.choice([-1, 1], powers.size)
    plain = [rng.uniform(-LIMIT, LIMIT, 200), rng.uniform(-50, 50, 300), rng.uniform(-120, -80, 60)]
    edges = rng.uniform(-760, -690, 120), rng.uniform(-380, -340, 60), rng.uniform(-40, -36, 60)
    near = [neighbours(np.array([k]), form) for k in sorted({*kinks, *SPECIAL, *(-s for s in SPECIAL)})]
    found = rounded(np.concatenate([spread, *plain, *edges, *near]), form)
    return found[np.abs(found) <= LIMIT]


def neighbours(at: Array, form: Format) -> Array:
    """The numbers, and those 1, 4, 16 ... ulps to either side."""
    centre = at.astype(form.name)
    steps = np.ldexp(1.0, np.arange(0, form.digits - 2, 2))
    ulp = np.spacing(np.abs(centre)).astype(float)[:, None]
    return rounded((centre.astype(float)[:, None] + np.concatenate([-steps, [0], steps]) * ulp).ravel(), form)


def within(row: Row, points: Sequence[Array]) -> list[Array]:
    """The points that lie in the domain."""
    kept = np.ones(points[0].size, bool)
    for argument, domain in zip(points, row.domains[row.fixed :], strict=True):
        kept &= (argument > float(domain.inf)) & (argument < float(domain.sup))
    return [a[kept] for a in points]
