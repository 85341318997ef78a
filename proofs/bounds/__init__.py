"""Errors of compiled functions in units in the last place: the largest that a search finds, and bounds that are theorems.

    >>> line = error_bounds("sigmoid")[0]
    >>> line.found.ulps < line.bound.ulps < 6
    True

A search looks at points (`search.py`); a bound holds for every float of its box (`theorem.py`), under the assumptions
that it names. `recorded` reads the table that benchmarks/bounds.py wrote, without computing anything.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from derive.functions import ROWS
from proofs.bounds.rows import Subject, subjects
from proofs.bounds.search import Found, searched
from proofs.bounds.theorem import BOXES, Bound, bound_of
from proofs.enclosure import FORMATS, exact, scalar

TABLE = Path(__file__).with_name("table.json")


@dataclass(frozen=True)
class Line:
    """One function or slope in float64: what was found, and what was proved."""

    name: str
    row: str
    found: Found
    bound: Bound

    @property
    def words(self) -> str:
        """One sentence.

        >>> recorded("relu")[0].words
        'relu in float64: no error found at 1957 points; exact on x in [-3000, 3000]'
        """
        seen = f"at most {self.found.ulps:.3g} ulp" if self.found.ulps else "no error"
        return f"{self.name} in float64: {seen} found at {self.found.points} points; {self._proved}"

    @property
    def _proved(self) -> str:
        if not self.bound.found:
            return f"no bound: {self.bound.reason}"
        within = f"within {rounded_up(self.bound.ulps)} ulp" if self.bound.ulps else "exact"
        box = ", ".join(f"{name} in [{low:.4g}, {high:.4g}]" for name, (low, high) in self.bound.box.items())
        gaps = "".join(f" outside [{low:.4g}, {high:.4g}]" for low, high in self.bound.apart_from)
        assumed = ", ".join(f"{name} within {ulps:g}" for name, ulps in self.bound.assumptions.items())
        return f"{within} on {box}{gaps}" + (f", if {assumed}" if assumed else "")


def rounded_up(ulps: float) -> str:
    """The number with three digits, never less than it is.

    >>> rounded_up(2.0000001)
    '2.01'
    """
    place = 10 ** (2 - math.floor(math.log10(ulps)))
    return f"{math.ceil(ulps * place) / place:.12g}"


def error_bounds(name: str, *, most: int = BOXES) -> list[Line]:
    """The lines of one scalar function of the registry and of its slopes, computed now: some seconds each.

    `most` is how many parts a box may be cut into. KeyError lists the functions; NoBalls says what to install.
    """
    exact.needed()
    return [line(subject, most) for subject in subjects(ROWS[name])]


def line(subject: Subject, most: int = BOXES) -> Line:
    """What is found and proved of one function."""
    return Line(subject.name, subject.row.name, searched(subject), bounded(subject, most))


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


# ---------------------------------------------------------------- the table


def recorded(name: str) -> list[Line]:
    """The recorded lines of one function of the registry: none for a function that is newer than the table."""
    return [line for line in _table() if line.row == name]


@cache
def _table() -> tuple[Line, ...]:
    return tuple(map(_read, json.loads(TABLE.read_text(encoding="utf-8")))) if TABLE.exists() else ()


def _read(entry: Mapping[str, Any]) -> Line:
    found, bound = dict(entry["found"]), dict(entry["bound"])
    found["at"] = tuple(found["at"])
    bound["box"] = {name: tuple(ends) for name, ends in bound["box"].items()}
    bound["apart_from"] = tuple(map(tuple, bound["apart_from"]))
    return Line(entry["name"], entry["row"], Found(**found), Bound(**bound))


def written(lines: list[Line]) -> str:
    """The table as it is recorded."""
    return json.dumps([asdict(line) for line in lines], indent=1) + "\n"


__all__ = ["Bound", "Found", "Line", "bounded", "error_bounds", "line", "recorded", "rounded_up", "written"]
