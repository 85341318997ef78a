"""Formulas of public notes are found where their labels say, and nothing else is."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from proofs.notes.documents.document import Document
from proofs.notes.documents.files import load
from proofs.notes.formula import Formula

NOTES = Path(__file__).resolve().parents[4] / "shared" / "data" / "notes"
pytestmark = pytest.mark.skipif(not NOTES.is_dir(), reason="the folder ../shared/data is absent")
Label = dict[str, Any]


def labels(name: str) -> dict[str, list[Label]]:
    found: dict[str, list[Label]] = defaultdict(list)
    for line in (NOTES / name).read_text(encoding="utf-8").splitlines():
        label = json.loads(line)
        found[label["file"].removesuffix(".cells.md")].append(label)
    return found


def formulas_of(document: Document) -> list[Formula]:
    return [formula for section in document.sections for formula in section.formulas]


def at(formula: Formula, line: int, text: str) -> bool:
    """The line of the formula, or of the environment that opens on the line before."""
    before = text.splitlines()[line - 1].rstrip().endswith(r"\begin{equation}")
    return formula.line == line or (before and formula.line == line + 1)


def test_each_formula_of_the_five_notes_is_found_and_no_other() -> None:
    number = 0
    for file, wanted in labels("five-notes.jsonl").items():
        document = load(str(NOTES / file)).document
        text, left = document.sections[0].text, formulas_of(document)
        for label in wanted:
            match = next(f for f in left if f.latex == label["latex"] and at(f, label["line"], text))
            assert text[match.start : match.end] == label["latex"]
            left.remove(match)
            number += 1
        assert left == []
    assert number == 81


def squashed(latex: str) -> str:
    return "".join(latex.split())


def test_each_formula_of_the_collection_is_found_whole_or_in_its_rows() -> None:
    """A label may be a display of several statements, and a statement without the environment around it."""
    whole = rows = 0
    for file, wanted in labels("labels.jsonl").items():
        found = [squashed(f.latex) for f in formulas_of(load(str(NOTES / file)).document)]
        for label in map(squashed, (label["latex"] for label in wanted)):
            if label in found:
                whole += 1
            else:
                assert any(latex in label and len(latex) > len(label) / 30 for latex in found), (file, label)
                rows += 1
    assert (whole, rows) == (329, 54)
