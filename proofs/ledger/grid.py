"""The grid of rows and evidence: what a cell is, the registry of evidence, and what is kept of it by content."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

from numeric.files import write
from numeric.jobs import side_by_side
from proofs.kept import digest, folder, sources
from proofs.library import rows

Row = tuple[str, str]
HOLDS, FAILS, GAP = "holds", "fails", "gap"
NOT_RUN = "not run here: the minutes that were given were over"
NOT_ASKED = "not asked for"
T = TypeVar("T")


@dataclass(frozen=True)
class Cell:
    """What one kind of evidence says of one row: it holds, it fails, or there is none, in words."""

    status: str
    words: str
    seconds: float = 0.0


Alone = Callable[[str, str], Any]
Together = Callable[[Mapping[Row, Any], int], Iterator[tuple[Row, Cell]]]


@dataclass(frozen=True)
class Evidence:
    """One kind of evidence.

    `alone` looks at a row by itself and gives its cell or, where there is `together`, what that is to be asked: of all
    rows at once, with so many jobs. A cell that is `kept` is read again while the code is the same.
    """

    name: str
    heading: str
    trusts: str
    alone: Alone
    together: Together | None = None
    kept: bool = False

    def judge(self, asked: Sequence[Row], jobs: int) -> Iterator[tuple[Row, Cell]]:
        """The cell of each row, when it is known."""
        yield from ((row, cell) for _, row, cell in judged([self], asked, jobs))


EVIDENCE: dict[str, Evidence] = {}


def evidence(name: str, heading: str, trusts: str, together: Together | None = None) -> Callable[[Alone], Alone]:
    """Register one kind of evidence by what it finds of a row alone; a second one under a name is refused."""
    return _registered(lambda alone: Evidence(name, heading, trusts, alone, together))


def each(name: str, heading: str, trusts: str) -> Callable[[Alone], Alone]:
    """Register evidence that looks at each row on its own; what it said of the same code before is read again."""
    return _registered(lambda alone: Evidence(name, heading, trusts, alone, kept=True))


def _registered(made: Callable[[Alone], Evidence]) -> Callable[[Alone], Alone]:
    def add(alone: Alone) -> Alone:
        kind = made(alone)
        if kind.name in EVIDENCE:
            raise ValueError(f"evidence {kind.name!r} is defined already")
        EVIDENCE[kind.name] = kind
        return alone

    return add


# ---------------------------------------------------------------- side by side


def judged(kinds: Sequence[Evidence], asked: Sequence[Row], jobs: int) -> Iterator[tuple[Evidence, Row, Cell]]:
    """Each cell when it is known: first what rows say alone, one after the other with all that is asked of it.

    The last rows of the registries, models, take longest and come first: at the end all workers are busy with short
    ones.
    """
    last_first, names = asked[::-1], [kind.name for kind in kinds]
    left: dict[str, dict[Row, Any]] = {name: {} for name in names}
    found_of = side_by_side(_of_row, ((names, *row) for row in last_first), jobs)
    for row, found in zip(last_first, found_of, strict=True):
        for kind in kinds:
            if isinstance(found[kind.name], Cell):
                yield kind, row, found[kind.name]
            else:
                left[kind.name][row] = found[kind.name]
    for kind in kinds:
        if kind.together is not None:
            yield from ((kind, row, cell) for row, cell in kind.together(left[kind.name], jobs))


def _of_row(names: Sequence[str], kind: str, name: str) -> dict[str, Any]:
    """By kind of evidence: found by its name, since another process does this."""
    return {one: (_kept if EVIDENCE[one].kept else _timed)(EVIDENCE[one], kind, name) for one in names}


def _kept(evidence: Evidence, kind: str, name: str) -> Any:
    path = folder() / "ledger" / f"{digest(evidence.name, kind, name, sources())}.json"
    try:
        return Cell(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        cell = _timed(evidence, kind, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, json.dumps(asdict(cell)))
        return cell


def _timed(evidence: Evidence, kind: str, name: str) -> Any:
    """What is found and, if it is a cell, how long that took; what raises is no evidence, and says why."""
    begun = time.process_time()
    try:
        found = evidence.alone(kind, name)
    except Exception as error:  # one row must not hide the others
        found = Cell(FAILS, f"{type(error).__name__}: {error}")
    return replace(found, seconds=round(time.process_time() - begun, 2)) if isinstance(found, Cell) else found


# ---------------------------------------------------------------- the grid


@dataclass(frozen=True)
class Ledger:
    """Rows by evidence; what was not asked for is a gap."""

    rows: tuple[Row, ...]
    kinds: tuple[Evidence, ...]
    cells: Mapping[tuple[Row, str], Cell]

    def cell(self, row: Row, name: str) -> Cell:
        return self.cells.get((row, name), Cell(GAP, NOT_ASKED))

    def counts(self, name: str) -> dict[str, int]:
        """How many rows hold, fail, and are gaps."""
        statuses = [self.cell(row, name).status for row in self.rows]
        return {status: statuses.count(status) for status in (HOLDS, FAILS, GAP)}

    @property
    def exit_status(self) -> int:
        """1 if something fails; a gap is none."""
        return int(any(self.counts(kind.name)[FAILS] for kind in self.kinds))


def compile_ledger(
    kinds: Iterable[str] = (),
    jobs: int = 1,
    done: Callable[[str, Row], object] = lambda heading, row: None,
    asked: Iterable[str] = (),
    minutes: float = math.inf,
) -> Ledger:
    """The grid of every row of the registries and every kind of evidence, or of those named.

    `kinds` are registries ("function", "loss", "objective", "layer", "model"), `asked` names of `EVIDENCE`; `done` is
    told each cell as it comes. After so many minutes no further row is begun: the rest are gaps.

    >>> compile_ledger(["model"], asked=["balls"]).counts("balls")["gap"] == len(list(rows("model")))
    True
    """
    found, chosen = tuple(rows(*kinds)), [EVIDENCE[name] for name in asked] or list(EVIDENCE.values())
    cells = {(row, one.name): Cell(GAP, NOT_RUN) for row in found for one in chosen}
    for one, row, cell in _until(time.monotonic() + 60 * minutes, judged(chosen, found, jobs)):
        cells[row, one.name] = cell
        done(one.heading, row)
    return Ledger(found, tuple(EVIDENCE.values()), cells)


def _until(end: float, cells: Iterator[T]) -> Iterator[T]:
    for found in cells:
        yield found
        if time.monotonic() > end:
            return


__all__ = ["EVIDENCE", "FAILS", "GAP", "HOLDS", "Cell", "Evidence", "Ledger", "compile_ledger", "each", "evidence"]
