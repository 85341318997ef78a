"""Errors of compiled functions in units in the last place: the largest found by search, and bounds that are theorems.

    >>> line = error_bounds("sigmoid")[0]
    >>> line.found.ulps < line.bound.ulps < 6
    True

A search looks at points (`search.py`); a bound holds for every float of its box (`theorem.py`), under the assumptions
that it names. `recorded` reads the table that benchmarks/bounds.py wrote, without computing anything.
"""

from __future__ import annotations

import numpy as np

from derive.functions import ROWS
from proofs.bounds.record import Line, evidence, markdown, recorded, written
from proofs.bounds.rows import Subject, subjects
from proofs.bounds.search import Found, searched
from proofs.bounds.theorem import BOXES, Bound, bound_of
from proofs.enclosure import FORMATS, exact, scalar


def error_bounds(name: str, *, most: int = BOXES) -> list[Line]:
    """The lines of one scalar function of the registry and of its slopes, computed now: some seconds each.

    `most` is how many parts a box may be cut into. KeyError lists the functions; NoBalls says what to install.
    """
    exact.needed()
    return [line(subject, most) for subject in subjects(ROWS[name])]


def line(subject: Subject, most: int = BOXES) -> Line:
    """What is found and proved of one function."""
    bound = bounded(subject, most)
    return Line(subject.name, subject.row.name, searched(subject, apart_from=bound.apart_from), bound)


def bounded(subject: Subject, most: int = BOXES) -> Bound:
    """The bound of one function on its box; if there is none, that away from its zeros."""
    given = subject.source, subject.function, subject.result, subject.meant, subject.box
    made = bound_of(*given, most=most)
    if made.found or len(subject.names) > 1:
        return made
    zeros = zeros_of(subject)
    return bound_of(*given, zeros=zeros, most=most) if zeros else made


def zeros_of(subject: Subject) -> list[float]:
    """Numbers between which the sign changes, or where the function becomes 0, found among a few hundred."""
    at, (low, high) = scalar(subject.expr, subject.names), subject.box[subject.names[0]]
    points = np.unique(np.clip(np.concatenate([np.linspace(-12, 12, 481), np.linspace(low, high, 81)]), low, high))
    signs = [at([float(x)], FORMATS["float64"]).sign for x in points]
    flips = (k for k in range(len(points) - 1) if None not in signs[k : k + 2] and signs[k] != signs[k + 1])
    found = [float(points[k] + points[k + 1]) / 2 for k in flips]
    return [z for k, z in enumerate(found) if not k or z - found[k - 1] > 0.1]


__all__ = [
    "Bound",
    "Found",
    "Line",
    "bounded",
    "error_bounds",
    "evidence",
    "line",
    "markdown",
    "recorded",
    "written",
]
