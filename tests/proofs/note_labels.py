"""The labelled formulas of notes, where the shared data is present, and what the judge says of them."""

from __future__ import annotations

import json
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from proofs.notes.checking import check_notes
from proofs.notes.formula import Finding, Formula
from proofs.notes.verdicts.judge import judge

FOLDER = Path(os.environ.get("NOTES", Path(__file__).resolve().parents[3] / "shared" / "data" / "notes"))
CLAIMS = ("derivative-claim", "update-rule")
HOLDS = ("proved", "true under")
WORST = ("refuted", "not understood", "true under", "proved", "not a claim")
Row = dict[str, Any]
Judge = Callable[[list[Row]], Iterator[tuple[Row, str]]]


def rows(name: str) -> list[Row]:
    """The labels in a file; none where the folder is absent."""
    path = FOLDER / name
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.is_file() else []


def held_out(labels: list[Row]) -> frozenset[str]:
    """Every third note by name: the judge was not written on these."""
    return frozenset(sorted({row["file"] for row in labels})[2::3])


def judged(labels: list[Row]) -> Iterator[tuple[Row, str]]:
    """Each label with the verdict: the context of a formula is the other labelled ones of its note."""
    notes: dict[str, list[Row]] = defaultdict(list)
    for row in labels:
        notes[row["file"]].append(row)
    for several in notes.values():
        findings = judge([Formula(row["latex"], row["line"]) for row in several])
        yield from zip(several, (finding.verdict for finding in findings), strict=True)


def judged_whole(labels: list[Row]) -> Iterator[tuple[Row, str]]:
    """Each label with the verdict where its whole note is read."""
    found: dict[str, tuple[Finding, ...]] = {}
    for row in labels:
        if row["file"] not in found:
            found[row["file"]] = check_notes(FOLDER / row["file"]).notes[0].findings
        yield row, verdict(row, found[row["file"]])


def verdict(row: Row, findings: Iterable[Finding]) -> str:
    """That on the nearest formula that the label is a part of, else the worst on the rows that the label spans."""
    written, last = _close(row["latex"]), row["line"] + row["latex"].count("\n") + 1
    around = [f for f in findings if written in _close(f.latex)]
    if around:
        return min(around, key=lambda f: (_close(f.latex) != written, abs(f.line - row["line"]))).verdict
    within = [f for f in findings if row["line"] <= f.line <= last and _close(f.latex) in written]
    return min((f.verdict for f in within), key=WORST.index, default="not found")


def _close(latex: str) -> str:
    return "".join(latex.split())


def figures(labels: list[Row], judged: Judge = judged) -> Counter[str]:
    """How many claims were decided, how many wrong formulas refuted, and how many verdicts were wrong."""
    count: Counter[str] = Counter()
    for row, verdict in judged(labels):
        wrong, right = row["verdict"] == "false", row["verdict"].startswith("true")
        claim = row["kind"] in CLAIMS
        count["claims"] += claim
        count["decided"] += claim and verdict in (*HOLDS, "refuted")
        count["wrong"] += wrong
        count["wrong refuted"] += wrong and verdict == "refuted"
        count["false refuted"] += right and verdict == "refuted"
        count["false proved"] += wrong and verdict in HOLDS
    return count
