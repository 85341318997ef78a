"""The ledger: which evidence there is for which row of the library, and where there is none.

A kind of evidence is a row of `EVIDENCE`: a name, a heading, what it trusts, and a function from rows to cells. A gap
is a cell like another, with its reason.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np

import derive
import numeric
from derive.derivation import Derivation
from derive.steps import Section
from numeric import analytic, slopes
from numeric.compiler import build
from numeric.files import write
from numeric.jobs import side_by_side
from numeric.typed_models import NETWORKS
from proofs.certificates.cache import digest, folder
from proofs.derived import drawn
from proofs.library import derived, rows
from proofs.strategies import domains
from proofs.verdicts import verify

Row = tuple[str, str]
HOLDS, FAILS, GAP = "holds", "fails", "gap"


@dataclass(frozen=True)
class Cell:
    """What one kind of evidence says of one row: it holds, it fails, or there is none, in words."""

    status: str
    words: str
    seconds: float = 0.0


Judge = Callable[[Sequence[Row], int], Iterator[tuple[Row, Cell]]]


@dataclass(frozen=True)
class Evidence:
    """One kind of evidence; `judge` takes rows and how many jobs may run, and gives each row's cell when it is known."""

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
    path = folder() / "ledger" / f"{digest(evidence, kind, name, sources())}.json"
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


@cache
def sources() -> str:
    """One word for all the code that a cell depends on."""
    packages = (Path(str(package.__file__)).parent for package in (derive, numeric))
    files = sorted(path for root in (*packages, Path(__file__).parent) for path in root.rglob("*.py"))
    return digest(*(path.read_text(encoding="utf-8") for path in files))


# ---------------------------------------------------------------- the kernel

_derived = lru_cache(maxsize=8)(derived)


@each("kernel", "Kernel", "derive/kernel.py, the rows of rules, SymPy's substitution and polynomials")
def _kernel(kind: str, name: str) -> Cell:
    """Every step replayed, for all values in the domain and, as extents are symbols, for all shapes."""
    derivation = _derived(kind, name)
    derivation.check()
    steps = sum(len(s.steps) for s in _all_sections(derivation) if s.origin is None)
    scope = "all shapes" if derivation.program.axis_of else "all values"
    return Cell(HOLDS, "; ".join([f"{steps} steps replayed for {scope}", *_domain(derivation), *_assumed(derivation)]))


def _all_sections(derivation: Derivation) -> Iterator[Section]:
    for section in (*derivation.slopes, *derivation.sections):
        yield section
        yield from section.parts


def _domain(derivation: Derivation) -> list[str]:
    """What the inputs must lie in: x in (0, inf)."""
    return [f"{name} in ({low:g}, {high:g})" for name, (low, high) in domains(derivation.forward).items()]


def _assumed(derivation: Derivation) -> list[str]:
    """What some section rests on that the program assumes of its inputs."""
    used = {f.kind for s in _all_sections(derivation) for f in s.facts} & {"assumption", "structure"}
    return [f"assuming what the program states ({', '.join(sorted(used))})"] if used else []


# ---------------------------------------------------------------- gradients typed by hand

CASES, RELATIVE, ABSOLUTE = 8, 1e-9, 1e-12
Arrays = Mapping[str, Any]


def _typed_function(name: str) -> Callable[[Arrays], Arrays]:
    typed = slopes.partials(name)
    names = derive.functions.ROWS[name].names
    return lambda arrays: dict(zip(names, typed(*(np.asarray(arrays[n], float) for n in names)), strict=True))


def _typed_loss(name: str) -> Callable[[Arrays], Arrays]:
    typed = analytic.loss_gradient(name)
    return lambda arrays: {"A": typed(arrays["A"], arrays["Y"])}


def _typed_layer(name: str) -> Callable[[Arrays], Arrays]:
    typed = analytic.layer_gradient(name)
    return lambda arrays: typed(**{k: v for k, v in arrays.items() if k != "G"}, Z_bar=arrays["G"])


def _typed_objective(name: str) -> Callable[[Arrays], Arrays]:
    typed = analytic.objective_gradient(name)
    return lambda arrays: typed(**arrays)


def _typed_model(name: str) -> Callable[[Arrays], Arrays]:
    return NETWORKS[name].gradient if name in NETWORKS else analytic.model_gradient(name)


TYPED: Mapping[str, Callable[[str], Callable[[Arrays], Arrays]]] = {
    "function": _typed_function,
    "loss": _typed_loss,
    "layer": _typed_layer,
    "objective": _typed_objective,
    "model": _typed_model,
}


@each("analytic", "Typed by hand", "textbook formulas in numeric/analytic.py, NumPy")
def _analytic(kind: str, name: str) -> Cell:
    """The compiled gradient and a textbook's, at drawn arguments."""
    try:
        typed = TYPED[kind](name)
    except KeyError:
        return Cell(GAP, "no gradient typed by hand")
    derivation = _derived(kind, name)
    compiled, count = build(derivation), 0
    for case in drawn(derivation, CASES, 0, "float64"):
        with np.errstate(all="ignore"):
            found, expected = compiled(**case.arrays), typed(case.arrays)
        unlike = [n for n in derivation.wrt if not _close(found[n], expected[n])]
        if unlike:
            return Cell(FAILS, f"another gradient by {', '.join(unlike)}")
        count += 1
    return Cell(HOLDS, f"agrees at {count} arguments, float64")


def _close(found: Any, expected: Any) -> bool:
    """Equal where the textbook's formula gives a number."""
    expected = np.asarray(expected, float)
    known = np.isfinite(expected)
    return found.shape == expected.shape and np.allclose(
        np.asarray(found)[known], expected[known], rtol=RELATIVE, atol=ABSOLUTE
    )


# ---------------------------------------------------------------- differences

EXAMPLES = 4


@each("differences", "Differences", "mpmath, the interpreter of forward equations")
def _differences(kind: str, name: str) -> Cell:
    """The verdict of differences in 50 digits."""
    report = verify(_derived(kind, name), examples=EXAMPLES)
    said = f"{report.verdict} at {report.examples} arguments, {sum(t.entries for t in report.tensors.values())} entries"
    return Cell(HOLDS if report.verdict in ("agree", "kink") else FAILS, said)


# ---------------------------------------------------------------- the grid


@dataclass(frozen=True)
class Ledger:
    """Rows by evidence; a row without a cell is a gap."""

    rows: tuple[Row, ...]
    kinds: tuple[Evidence, ...]
    cells: Mapping[tuple[Row, str], Cell]

    def cell(self, row: Row, name: str) -> Cell:
        return self.cells.get((row, name), Cell(GAP, "nothing is said of this row"))

    def counts(self, name: str) -> dict[str, int]:
        """How many rows hold, fail, and are gaps."""
        statuses = [self.cell(row, name).status for row in self.rows]
        return {status: statuses.count(status) for status in (HOLDS, FAILS, GAP)}

    @property
    def exit_status(self) -> int:
        """1 if something fails; a gap is none."""
        return int(any(self.counts(kind.name)[FAILS] for kind in self.kinds))


def ledger(
    kinds: Iterable[str] = (), jobs: int = 1, done: Callable[[str, Row], object] = lambda name, row: None
) -> Ledger:
    """The grid of every row of the registries and every kind of evidence, or of those named.

    `kinds` are registries ("function", "loss", "objective", "layer", "model"); `done` is told each cell as it comes.
    """
    asked, cells = tuple(rows(*kinds)), {}
    for one in EVIDENCE.values():
        for row, cell in one.judge(asked, jobs):
            cells[row, one.name] = cell
            done(one.heading, row)
    return Ledger(asked, tuple(EVIDENCE.values()), cells)


__all__ = ["EVIDENCE", "FAILS", "GAP", "HOLDS", "Cell", "Evidence", "Ledger", "each", "evidence", "ledger"]
