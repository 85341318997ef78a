"""The grid of rows and evidence: what a cell is, the registry of evidence, and what is kept of it by content."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial

from numeric.files import write
from numeric.jobs import side_by_side
from proofs.cache import default_folder, digest, sources
from proofs.library import rows

Row = tuple[str, str]
HOLDS, FAILS, GAP = "holds", "fails", "gap"
NOT_RUN = "not run here: the minutes given to this kind of evidence were over"


@dataclass(frozen=True)
class Cell:
    """What one kind of evidence says of one row: it holds, it fails, or there is none, in words."""

    status: str
    words: str
    seconds: float = 0.0


Judge = Callable[[Sequence[Row], int], Iterator[tuple[Row, Cell]]]


@dataclass(frozen=True)
class Evidence:
    """One kind of evidence; `judge` takes rows and how many jobs may run, and gives each row's cell when known."""

    name: str
    heading: str
    trusts: str
    judge: Judge


EVIDENCE: dict[str, Evidence] = {}


def evidence(name: str, heading: str, trusts: str) -> Callable[[Judge], Judge]:
    """Register one kind of evidence; a second one under a name is refused."""

    def add(judge: Judge) -> Judge:
        if name in EVIDENCE:
            raise ValueError(f"evidence {name!r} is defined already")
        EVIDENCE[name] = Evidence(name, heading, trusts, judge)
        return judge

    return add


# What looks at each row on its own, by the name of the evidence: found by that name in another process.
ALONE: dict[str, Callable[[str, str], Cell]] = {}


def each(name: str, heading: str, trusts: str) -> Callable[[Callable[[str, str], Cell]], Callable[[str, str], Cell]]:
    """Register evidence that looks at each row on its own; what it said of the same code before is read again."""

    def add(judged: Callable[[str, str], Cell]) -> Callable[[str, str], Cell]:
        ALONE[name] = judged
        evidence(name, heading, trusts)(partial(_one_by_one, name))
        return judged

    return add


def _one_by_one(name: str, asked: Sequence[Row], jobs: int) -> Iterator[tuple[Row, Cell]]:
    found = side_by_side(_kept, ((name, *row) for row in asked), jobs)
    yield from zip(asked, found, strict=True)


# ---------------------------------------------------------------- kept by content


def _kept(evidence: str, kind: str, name: str) -> Cell:
    path = default_folder() / "ledger" / f"{digest(evidence, kind, name, sources())}.json"
    try:
        return Cell(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        cell = _timed(ALONE[evidence], kind, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, json.dumps(asdict(cell)))
        return cell


def _timed(judged: Callable[[str, str], Cell], kind: str, name: str) -> Cell:
    """The cell and how long it took; what raises is no evidence, and says why."""
    begun = time.perf_counter()
    try:
        cell = judged(kind, name)
    except Exception as error:  # one row must not hide the others
        cell = Cell(FAILS, f"{type(error).__name__}: {error}")
    return Cell(cell.status, cell.words, round(time.perf_counter() - begun, 2))


# ---------------------------------------------------------------- the grid


@dataclass(frozen=True)
class Ledger:
    """Rows by evidence; what was not asked for is a gap."""

    rows: tuple[Row, ...]
    kinds: tuple[Evidence, ...]
    cells: Mapping[tuple[Row, str], Cell]

    def cell(self, row: Row, name: str) -> Cell:
        return self.cells.get((row, name), Cell(GAP, "not asked for"))

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
    told each cell as it comes. After so many minutes no further row is begun for a kind of evidence: the rest are gaps.

    >>> compile_ledger(["model"], asked=["balls"]).counts("balls")["gap"] == len(list(rows("model")))
    True
    """
    found, cells = tuple(rows(*kinds)), {}
    chosen = [EVIDENCE[name] for name in asked] or list(EVIDENCE.values())
    for one in chosen:
        cells.update({(row, one.name): Cell(GAP, NOT_RUN) for row in found})
        for row, cell in _until(time.monotonic() + 60 * minutes, one.judge(found, jobs)):
            cells[row, one.name] = cell
            done(one.heading, row)
    return Ledger(found, tuple(EVIDENCE.values()), cells)


def _until(end: float, cells: Iterator[tuple[Row, Cell]]) -> Iterator[tuple[Row, Cell]]:
    for found in cells:
        yield found
        if time.monotonic() > end:
            return


__all__ = ["EVIDENCE", "FAILS", "GAP", "HOLDS", "Cell", "Evidence", "Ledger", "compile_ledger", "each", "evidence"]
