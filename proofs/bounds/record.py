"""The lines of the table of errors: how each is said, and how all are kept beside the package."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from proofs.bounds.search import Found
from proofs.bounds.theorem import Bound

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
        'relu in float64: no error found at 2214 points; exact on x in [-3000, 3000]'
        """
        seen = f"at most {self.found.ulps:.3g} ulp" if self.found.ulps else "no error"
        return f"{self.name} in float64: {seen} found at {self.found.points} points; {self._proved}"

    @property
    def _proved(self) -> str:
        if not self.bound.found:
            return f"no bound: {self.bound.reason}"
        within = f"within {rounded_up(self.bound.ulps)} ulp" if self.bound.ulps else "exact"
        assumed = ", ".join(f"{name} within {ulps:g}" for name, ulps in self.bound.assumptions.items())
        return f"{within} on {self.box}" + (f", if {assumed}" if assumed else "")

    @property
    def box(self) -> str:
        """Where the bound holds."""
        box = ", ".join(f"{name} in [{low:.4g}, {high:.4g}]" for name, (low, high) in self.bound.box.items())
        return box + "".join(f" outside [{low:.4g}, {high:.4g}]" for low, high in self.bound.apart_from)


def rounded_up(ulps: float) -> str:
    """The number with three digits, never less than it is.

    >>> rounded_up(2.0000001)
    '2.01'
    """
    if ulps == 0:
        return "0"
    place = 10 ** (2 - math.floor(math.log10(ulps)))
    return f"{math.ceil(ulps * place) / place:.12g}"


def recorded(name: str) -> list[Line]:
    """The recorded lines of one function of the registry: none for a function that is newer than the table."""
    return [line for line in _table() if line.row == name]


def evidence(name: str) -> tuple[float, str]:
    """For a ledger: the largest bound of a function and its slopes, or error found where one has none, and the words.

    >>> evidence("relu")[0]
    0.0
    """
    lines = recorded(name)
    worst = max((line.bound.ulps if line.bound.found else line.found.ulps for line in lines), default=math.inf)
    return worst, "; ".join(line.words for line in lines) or "not searched yet"


@cache
def _table() -> tuple[Line, ...]:
    return tuple(map(_read, json.loads(TABLE.read_text(encoding="utf-8")))) if TABLE.exists() else ()


def _read(entry: Mapping[str, Any]) -> Line:
    found, bound = dict(entry["found"]), dict(entry["bound"])
    found["at"] = tuple(found["at"])
    bound["box"] = {name: tuple(ends) for name, ends in bound["box"].items()}
    bound["apart_from"] = tuple(map(tuple, bound["apart_from"]))
    bound["ulps"] = math.inf if bound["ulps"] is None else bound["ulps"]
    return Line(entry["name"], entry["row"], Found(**found), Bound(**bound))


def written(lines: list[Line]) -> str:
    """The table as it is recorded; where there is no bound its ulps are null."""
    return json.dumps([_entry(line) for line in lines], indent=1, allow_nan=False) + "\n"


def _entry(line: Line) -> dict[str, Any]:
    made = asdict(line)
    made["bound"]["ulps"] = None if math.isinf(line.bound.ulps) else line.bound.ulps
    return made


# ---------------------------------------------------------------- as Markdown

HEAD = ("function", "found", "at", "bound", "parts", "assumed, in ulp", "box")


def cells(line: Line) -> tuple[str, ...]:
    """One row of a table: the columns of HEAD."""
    bound, found = line.bound, line.found
    assumed = ", ".join(f"{name} {ulps:g}" for name, ulps in bound.assumptions.items())
    at = ", ".join(f"{x:.6g}" for x in found.at) if found.ulps else ""
    proved = rounded_up(bound.ulps) if bound.found else "no bound"
    where = line.box if bound.found else bound.reason
    return line.name, f"{found.ulps:.3g}", at, proved, str(bound.parts), assumed, where


def markdown(lines: Iterable[Line]) -> str:
    """The lines as a table in Markdown."""
    rows = [HEAD, ("---",) * len(HEAD), *map(cells, lines)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"
