"""What a search found of each loss, layer and model: how it is said, and how all is kept beside the package."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from proofs.bounds.programs.arguments import REACHES
from proofs.bounds.programs.search import Error
from proofs.bounds.record import rounded_up
from proofs.bounds.theorem import Bound

TABLE = Path(__file__).parents[1] / "programs.json"
ALL = 2.0**53
MEANING = (
    "the largest errors of a search, no bounds; N roundings: what N roundings of every argument and of the result would"
    " do; ulp: in units in the last place of the entry itself"
)
UNPROVED = "no bound is proved"


@dataclass(frozen=True)
class ProgramLine:
    """One row: every open extent, and by reach at how many arguments it was asked and the errors of each tensor."""

    kind: str
    row: str
    extent: int
    points: Mapping[str, int]
    errors: Mapping[str, Mapping[str, Error]]
    bounds: Mapping[str, Bound] = field(default_factory=dict)
    labels: tuple[float, ...] = ()

    @property
    def words(self) -> str:
        """One sentence.

        >>> recorded_program("loss", "mae").words.split(":")[0]
        'found in float64 at extents of 3'
        """
        said = "; ".join(self._found(reach.name, reach.words) for reach in REACHES)
        return f"found in float64 at extents of {self.extent}: {said}; {self.proved}"

    @property
    def proved(self) -> str:
        """What is proved of the value and of every gradient, or that nothing is."""
        if not self.bounds:
            return UNPROVED
        (value, first), *rest = self.bounds.items()
        scalar = "the value of arrays with one entry" if value == "L" else "each entry of the value"
        worst = max(bound.ulps for _, bound in rest)
        assumed = {name: ulps for bound in self.bounds.values() for name, ulps in bound.assumptions.items()}
        if_ = f", if {', '.join(f'{n} within {u:g}' for n, u in assumed.items())}" if assumed else ""
        within = f"{scalar} within {rounded_up(first.ulps)} ulp, each entry of the gradients within {rounded_up(worst)}"
        return f"proved: {within}, for all extents up to 2^20 and {self.box}{if_}"

    @property
    def box(self) -> str:
        """Where the bounds hold."""
        sides = {n: ends for b in self.bounds.values() for n, ends in b.box.items() if not n.startswith("extent")}
        said = [f"{name} in [{low:.4g}, {high:.4g}]" for name, (low, high) in sides.items()]
        return ", ".join([*said, f"Y {self.labels[0]:g} or {self.labels[1]:g}"] if self.labels else said)

    def _found(self, reach: str, numbers: str) -> str:
        """The value, and the worst of the gradients."""
        (value, first), *rest = self.errors[reach].items()
        by, worst = max(rest, key=lambda pair: pair[1].roundings)
        lost = sum(error.lost for error in self.errors[reach].values())
        said = f"{value} off by {told(first.roundings)}, gradients by {told(worst.roundings)} (by {by})"
        overflowed = f", {lost} entries not finite" if lost else ""
        return f"{said}{overflowed} at {self.points[reach]} arguments {numbers}"


def told(roundings: float) -> str:
    """So many roundings; from 2^53 on no digit is right.

    >>> told(2.345), told(0.0), told(1e20)
    ('2.35 roundings', 'nothing', 'all digits')
    """
    return "all digits" if roundings >= ALL else f"{roundings:.3g} roundings" if roundings else "nothing"


def figure(errors: float) -> str:
    """A cell of a table."""
    return "all digits" if errors >= ALL else f"{errors:.3g}"


def recorded_program(kind: str, name: str) -> ProgramLine | None:
    """The recorded line of one row; None for a row that is newer than the table."""
    return _table().get((kind, name))


def program_evidence(kind: str, name: str) -> str:
    """For a ledger: what was found and proved, in words."""
    line = recorded_program(kind, name)
    return line.words if line else "not searched yet"


@cache
def _table() -> dict[tuple[str, str], ProgramLine]:
    entries = json.loads(TABLE.read_text(encoding="utf-8")) if TABLE.exists() else []
    return {(line.kind, line.row): line for line in map(_read, entries)}


def _read(entry: Mapping[str, Any]) -> ProgramLine:
    errors = {r: {t: _error(e) for t, e in tensors.items()} for r, tensors in entry["errors"].items()}
    bounds = {t: _bound(b) for t, b in entry["bounds"].items()}
    kept = {name: entry[name] for name in ("kind", "row", "extent", "points")}
    return ProgramLine(**kept, errors=errors, bounds=bounds, labels=tuple(entry["labels"]))


def _bound(entry: Mapping[str, Any]) -> Bound:
    return Bound(**{**entry, "box": {name: tuple(ends) for name, ends in entry["box"].items()}, "apart_from": ()})


def _error(entry: Mapping[str, Any]) -> Error:
    numbers: dict[str, Any] = {k: math.inf if v is None else v for k, v in entry.items()}
    return Error(**numbers)


def written_programs(lines: Iterable[ProgramLine]) -> str:
    """The table as it is recorded; what is infinite is null."""
    entries = [_finite(asdict(line)) for line in lines]
    return json.dumps(entries, indent=1, allow_nan=False) + "\n"


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    return None if value == math.inf else value


# ---------------------------------------------------------------- as Markdown

EACH = ("roundings", "ulp", "not finite")
PROGRAM_HEAD = ("row", "tensor", *(f"{reach.name}: {column}" for reach in REACHES for column in EACH), "bound, in ulp")


def program_cells(line: ProgramLine) -> Iterator[tuple[str, ...]]:
    """Rows of a table, one a tensor: the columns of PROGRAM_HEAD."""
    for tensor in line.errors[REACHES[0].name]:
        errors = [line.errors[reach.name][tensor] for reach in REACHES]
        figures = (c for e in errors for c in (figure(e.roundings), figure(e.ulps), f"{e.lost} of {e.entries}"))
        proved = rounded_up(line.bounds[tensor].ulps) if line.bounds else ""
        yield f"{line.kind} {line.row}", tensor, *figures, proved


def programs_markdown(lines: Iterable[ProgramLine]) -> str:
    """The lines as a table in Markdown."""
    rows = [PROGRAM_HEAD, ("---",) * len(PROGRAM_HEAD), *(row for line in lines for row in program_cells(line))]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"
