"""What was found in notes: findings with their notes, files that could not be read, and how a command ends."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from proofs.notes.documents.files import Note
from proofs.notes.formula import VERDICTS, Finding

REFUTED, NOT_UNDERSTOOD, NOT_A_CLAIM = "refuted", "not understood", "not a claim"


@dataclass(frozen=True)
class CheckedNote:
    """A note and a finding for each of its formulas, in their order."""

    note: Note
    findings: tuple[Finding, ...]

    @property
    def path(self) -> str:
        """The name of the note."""
        return self.note.path

    def where(self, finding: Finding) -> str:
        """path:line:column, for a notebook with the cell before the line, counted in it."""
        formula = finding.formula
        cell = "" if formula.cell is None else f"cell {formula.cell}:"
        return f"{self.path}:{cell}{formula.line}:{formula.column}"


@dataclass(frozen=True)
class Problem:
    """A file that could not be read, and why."""

    path: str
    reason: str


@dataclass(frozen=True)
class NotesReport:
    """`findings` of all notes in their order; each has line, latex, verdict, reason and correction."""

    notes: tuple[CheckedNote, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings of all notes."""
        return tuple(finding for note in self.notes for finding in note.findings)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many findings have each verdict."""
        found = Counter(finding.verdict for finding in self.findings)
        return {verdict: found[verdict] for verdict in VERDICTS}

    def exit_status(self, strict: bool = False) -> int:
        """1 if something is refuted, 2 if a file could not be read, 3 if strict and not all was understood, else 0."""
        if self.counts[REFUTED]:
            return 1
        if self.problems:
            return 2
        return 3 if strict and self.counts[NOT_UNDERSTOOD] else 0

    def __str__(self) -> str:
        said = ", ".join(f"{number} {verdict}" for verdict, number in self.counts.items() if number)
        notes = "1 note" if len(self.notes) == 1 else f"{len(self.notes)} notes"
        return f"{len(self.findings)} formulas in {notes}: {said or 'none'}"

    def to_json(self) -> str:
        """Notes with their findings, files that could not be read, and how many findings have each verdict."""
        notes = [
            {"path": note.path, "format": note.note.format, "findings": [_plain(finding) for finding in note.findings]}
            for note in self.notes
        ]
        said = {"notes": notes, "problems": [asdict(problem) for problem in self.problems], "counts": self.counts}
        return json.dumps(said, indent=1, ensure_ascii=False) + "\n"


def _plain(finding: Finding) -> dict[str, Any]:
    formula = finding.formula
    place = {name: getattr(formula, name) for name in ("cell", "line", "column", "start", "end", "latex")}
    found = {name: getattr(finding, name) for name in ("verdict", "reason", "reading", "correction", "slip")}
    return {**place, **found, "conventions": list(finding.conventions), "counterexample": dict(finding.counterexample)}
