"""Checks notes: reads them, has their formulas judged, several notes at once, and keeps the findings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from numeric.jobs import side_by_side
from proofs.notes.cache import Cache
from proofs.notes.documents.files import Note, load, note_of, notes_at
from proofs.notes.formula import FAILED, Finding, Formula
from proofs.notes.report import NOT_UNDERSTOOD, CheckedNote, NotesReport, Problem
from proofs.notes.verdicts.judge import MANY
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
    "notebook"), told by the name where it is None. `jobs` processes work at once, on a note each, or all on one note
    where there is one. A file that cannot be read is among the report's `problems`.
    """
    notes, problems = _loaded([path] if isinstance(path, str | Path) else path, form)
    kept = [_kept(note, cache) for note in notes]
    new = [note for note, found in zip(notes, kept, strict=True) if found is None]
    jobs = jobs if sum(len(_formulas(note)) for note in new) >= MANY else 1
    if len(new) == 1 and judge is the_judge:
        judge, jobs = partial(the_judge, jobs=jobs), 1
    fresh = side_by_side(checked, [(note, cache, judge) for note in new], jobs)
    return NotesReport(tuple(found or next(fresh) for found in kept), tuple(problems))


def check_content(
    content: bytes, name: str, form: str, *, cache: Cache | None = None, judge: Judge = the_judge
) -> NotesReport:
    """The claims in a note that is in no file; ValueError where it is not in this format."""
    return NotesReport((checked(note_of(name, content, form), cache, judge),))


def _loaded(paths: Iterable[str | Path], form: str | None) -> tuple[list[Note], list[Problem]]:
    """The notes at these paths, and what is not there or cannot be read."""
    notes, problems, files = list[Note](), list[Problem](), list[str]()
    for given in map(str, paths):
        try:
            files += notes_at(given)
        except ValueError as error:
            problems.append(Problem(given, str(error)))
    for path in files:
        try:
            notes.append(load(path, form))
        except (OSError, ValueError) as error:
            reason = error.strerror or str(error) if isinstance(error, OSError) else str(error)
            problems.append(Problem(path, reason.removeprefix(f"{path}: ")))
    return notes, problems


def _formulas(note: Note) -> list[Formula]:
    return [formula for section in note.document.sections for formula in section.formulas]


def _kept(note: Note, cache: Cache | None) -> CheckedNote | None:
    formulas = _formulas(note)
    findings = cache.get(formulas) if cache and formulas else None
    return None if findings is None else CheckedNote(note, findings)


def checked(note: Note, cache: Cache | None = None, judge: Judge = the_judge) -> CheckedNote:
    """A note with a finding for each formula, from the cache or from the judge."""
    kept, formulas = _kept(note, cache), _formulas(note)
    if kept is not None:
        return kept
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
