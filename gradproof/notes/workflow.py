"""Findings as workflow commands that GitHub shows beside the lines of a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from gradproof.notes.terminal import details, said
from proofs.notes.formula import Finding
from proofs.notes.report import CheckedNote, NotesReport

# GitHub shows ten of each kind a step.
LEVELS = {"refuted": "error", "not understood": "notice"}
_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_DATA, ":": "%3A", ",": "%2C"}


def workflow_commands(report: NotesReport) -> str:
    """A line for each refuted formula, each that was not understood, and each file that could not be read."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: NotesReport) -> Iterator[str]:
    for note in report.notes:
        yield from (_line(note, finding) for finding in note.findings if finding.verdict in LEVELS)
    for problem in report.problems:
        yield f"::error file={_escaped(problem.path, _PROPERTY)}::{_escaped(problem.reason, _DATA)}"


def _line(note: CheckedNote, finding: Finding) -> str:
    (line, column), (end_line, end_column) = note.note.document.place(finding.formula)
    place = {"file": note.path, "line": line, "endLine": end_line, "title": f"gradproof: {finding.verdict}"}
    if line == end_line:
        # On several lines GitHub takes no columns.
        place |= {"col": column, "endColumn": end_column}
    properties = ",".join(f"{name}={_escaped(str(value), _PROPERTY)}" for name, value in place.items())
    text = "\n".join((said(finding), finding.latex, *(f"{name}: {known}" for name, known in details(finding))))
    return f"::{LEVELS[finding.verdict]} {properties}::{_escaped(text, _DATA)}"


def _escaped(text: str, signs: dict[str, str]) -> str:
    return "".join(signs.get(sign, sign) for sign in text)
