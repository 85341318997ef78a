"""Findings as SARIF 2.1.0, the static analysis results format that code scanning reads."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

from gradproof.notes.terminal import details, said
from proofs.notes.formula import VERDICTS, Finding
from proofs.notes.report import NOT_A_CLAIM, CheckedNote, NotesReport, Problem

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
# A verdict's kind and level: a level other than none is for what fails.
KINDS = {
    "refuted": ("fail", "error"),
    "not understood": ("open", "none"),
    "true under": ("pass", "none"),
    "proved": ("pass", "none"),
}
MEANINGS = {
    "refuted": "Numbers show that the formula is wrong.",
    "not understood": "The formula could not be read, so nothing is said of it.",
    "true under": "The formula is right under a convention that the message names.",
    "proved": "The formula is right.",
}


def sarif(report: NotesReport) -> str:
    """One run with a rule for each verdict and a result for each claim; corrections are fixes."""
    rules = [{"id": rule(v), "shortDescription": {"text": MEANINGS[v]}} for v in VERDICTS if v in KINDS]
    driver = {"name": "gradproof", "version": version("gradproof"), "rules": rules}
    results = [result for note in report.notes for result in _results(note)]
    invocation = {
        "executionSuccessful": not report.problems,
        "toolExecutionNotifications": [_notification(problem) for problem in report.problems],
    }
    run = {
        "tool": {"driver": driver},
        "invocations": [invocation],
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=False) + "\n"


def rule(verdict: str) -> str:
    """The name of the rule of a verdict.

    >>> rule("not understood")
    'derivative-claim/not-understood'
    """
    return f"derivative-claim/{verdict.replace(' ', '-')}"


def _results(note: CheckedNote) -> Iterator[dict[str, Any]]:
    seen: Counter[str] = Counter()
    for finding in note.findings:
        if finding.verdict != NOT_A_CLAIM:
            seen[finding.latex] += 1
            yield _result(note, finding, seen[finding.latex])


def _result(note: CheckedNote, finding: Finding, occurrence: int) -> dict[str, Any]:
    kind, level = KINDS[finding.verdict]
    known = "".join(f"\n{name}: {text}" for name, text in details(finding))
    artifact = _artifact(note.path)
    region = _region(note, finding)
    result = {
        "ruleId": rule(finding.verdict),
        "kind": kind,
        "level": level,
        "message": {"text": f"{said(finding)}\n{finding.latex}{known}"},
        "locations": [{"physicalLocation": {"artifactLocation": artifact, "region": region}}],
        "partialFingerprints": {"formula/v1": _fingerprint(note, finding, occurrence)},
    }
    return {**result, **({"fixes": list(_fixes(note, finding))} if finding.correction and kind == "fail" else {})}


def _fixes(note: CheckedNote, finding: Finding) -> Iterator[dict[str, Any]]:
    """In a notebook the text of a cell is within JSON strings, so only --fix can write there."""
    if finding.formula.cell is None:
        content = {"text": finding.correction}
        replacement = {"deletedRegion": _region(note, finding), "insertedContent": content}
        change = {"artifactLocation": _artifact(note.path), "replacements": [replacement]}
        yield {"description": {"text": "the right form"}, "artifactChanges": [change]}


def _region(note: CheckedNote, finding: Finding) -> dict[str, int]:
    (line, column), (end_line, end_column) = note.note.document.place(finding.formula)
    return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}


def _artifact(path: str) -> dict[str, str]:
    """A relative path stays one; an absolute path is a URI of a file."""
    return {"uri": Path(path).as_uri() if Path(path).is_absolute() else quote(Path(path).as_posix())}


def _fingerprint(note: CheckedNote, finding: Finding, occurrence: int) -> str:
    """The same for a formula that only moved, another for each of several that are equal."""
    return hashlib.sha256(f"{note.path}\0{finding.latex}\0{occurrence}".encode("utf-8", "surrogatepass")).hexdigest()


def _notification(problem: Problem) -> dict[str, Any]:
    location = {"physicalLocation": {"artifactLocation": _artifact(problem.path)}}
    return {"level": "error", "message": {"text": problem.reason}, "locations": [location]}
