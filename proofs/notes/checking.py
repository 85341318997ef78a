"""Checks notes: reads them, has their formulas judged, several notes at once, and keeps the findings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from numeric.jobs import side_by_side
from proofs.notes.cache import Cache
from proofs.notes.documents.files import Note, load, note_of, notes_at
from proofs.notes.formula import FAILED, Finding, Formula
from proofs.notes.report import NOT_UNDERSTOOD, CheckedNote, NotesReport, Problem
from proofs.notes.verdicts.judge import judge as the_judge

Judge = Callable[[Sequence[Formula]], Sequence[Finding]]
LONGEST, DEEPEST = 5_000, 60
_BRACE = re.compile(r"\\.|[{}()\[\]]", re.DOTALL)


def check_notes(
    path: str | Path | Iterable[str | Path],
    *,
    form: str | None = None,
    jobs: int | None = 1,
    cache: Cache | None = None,
    judge: Judge = the_judge,
) -> NotesReport:
    """The claims about derivatives in notes, each with its verdict.

    `path` is a note, a folder of notes, or several of these. `form` is the format ("markdown", "latex", "rst" or
    "notebook"), told by the name where it is None. `jobs` notes are judged at once. A file that cannot be read is among
    the report's `problems`.
    """
    paths = [path] if isinstance(path, str | Path) else list(path)
    files, problems = [], []
    for given in map(str, paths):
        try:
            files += list(notes_at(given))
        except ValueError as error:
            problems.append(Problem(given, str(error)))
    done = list(side_by_side(_checked_file, [(file, form, cache, judge) for file in files], jobs))
    notes = tuple(found for found in done if isinstance(found, CheckedNote))
    return NotesReport(notes, (*problems, *(found for found in done if isinstance(found, Problem))))


def check_content(
    content: bytes, name: str, form: str, *, cache: Cache | None = None, judge: Judge = the_judge
) -> NotesReport:
    """The claims in a note that is in no file; ValueError where it is not in this format."""
    return NotesReport((checked(note_of(name, content, form), cache, judge),))


def _checked_file(path: str, form: str | None, cache: Cache | None, judge: Judge) -> CheckedNote | Problem:
    try:
        note = load(path, form)
    except (OSError, ValueError) as error:
        reason = error.strerror or str(error) if isinstance(error, OSError) else str(error)
        return Problem(path, reason.removeprefix(f"{path}: "))
    return checked(note, cache, judge)


def checked(note: Note, cache: Cache | None = None, judge: Judge = the_judge) -> CheckedNote:
    """A note with a finding for each formula, from the cache or from the judge."""
    formulas = [formula for section in note.document.sections for formula in section.formulas]
    findings = cache.get(formulas) if cache and formulas else None
    if findings is None:
        findings = tuple(judged(formulas, judge))
        if cache and formulas and not any(finding.reason.startswith(FAILED) for finding in findings):
            cache.put(formulas, findings)
    return CheckedNote(note, findings)


def judged(formulas: Sequence[Formula], judge: Judge) -> Iterator[Finding]:
    """One finding a formula; what is longer or deeper than formulas are is not understood without asking."""
    refused = {formula: reason for formula in formulas if (reason := _refused(formula.latex))}
    asked = [formula for formula in formulas if formula not in refused]
    try:
        found = {finding.formula: _whole(finding) for finding in judge(asked)}
        reason = "no verdict was reached"
    except Exception as error:  # The other notes are still to be judged.
        found, reason = {}, f"{FAILED} note: {type(error).__name__}: {error}"
    for formula in formulas:
        yield found.get(formula) or Finding(formula, NOT_UNDERSTOOD, refused.get(formula, reason))


def _whole(finding: Finding) -> Finding:
    """A correction stands between the marks of the formula; those that the note has within it, by mistake, go."""
    correction = finding.correction
    return finding if correction is None else replace(finding, correction=correction.replace("$$", ""))


def _refused(latex: str) -> str | None:
    if len(latex) > LONGEST:
        return f"{len(latex)} characters are too long for a formula"
    depth = deepest = 0
    for brace in _BRACE.finditer(latex):
        depth += 1 if brace[0] in "{([" else -1 if brace[0] in "})]" else 0
        deepest = max(deepest, depth)
    return f"brackets {deepest} deep are too deep for a formula" if deepest > DEEPEST else None
