"""Findings that are kept: what was judged once is not judged again while the formulas and this program are the same.

A formula is judged in the context of those before it, so what is kept is the findings of all formulas of a note, under
a key made of them and of the sources that judge. Prose may change but for its aim, the costs and
models that it speaks of, the functions that it names, numbers of names and headings; places may.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numeric.files import write
from proofs.kept import digest, sources
from proofs.notes.formula import VERDICTS, Finding, Formula

_TEXTS = ("verdict", "reason", "reading")
_MAYBE = ("correction", "slip")


@dataclass(frozen=True)
class Cache:
    """Findings in files of a folder; what cannot be read or written there is as if it were not."""

    folder: Path

    def get(self, formulas: Sequence[Formula]) -> tuple[Finding, ...] | None:
        """The findings on these formulas, if they were kept and can be read."""
        try:
            kept = json.loads(self._file(formulas).read_text(encoding="utf-8"))
            if not isinstance(kept, list):
                return None
            return tuple(_finding(formula, row) for formula, row in zip(formulas, kept, strict=True))
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None

    def put(self, formulas: Sequence[Formula], findings: Sequence[Finding]) -> None:
        """Keep the findings, one for each formula in their order."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write(self._file(formulas), json.dumps([_row(finding) for finding in findings]))
        except OSError:
            return

    def _file(self, formulas: Sequence[Formula]) -> Path:
        parts = ((f.latex, f.display, f.given, f.aim, f.part, f.costs, f.models, f.near, f.functions) for f in formulas)
        said = digest(sources(), *parts)
        return self.folder / f"notes-{said}.json"


def _row(finding: Finding) -> dict[str, Any]:
    texts = {name: getattr(finding, name) for name in (*_TEXTS, *_MAYBE)}
    return {**texts, "conventions": list(finding.conventions), "counterexample": dict(finding.counterexample)}


def _finding(formula: Formula, row: Mapping[str, Any]) -> Finding:
    """What a row says; ValueError or TypeError where this program did not write it."""
    conventions, numbers = tuple(row["conventions"]), dict(row["counterexample"])
    texts = (*(row[name] for name in _TEXTS), *conventions, *numbers, *numbers.values())
    maybe = tuple(row[name] for name in _MAYBE)
    if not all(isinstance(text, str) for text in (*texts, *(text for text in maybe if text is not None))):
        raise TypeError("texts are texts")
    if row["verdict"] not in VERDICTS:
        raise ValueError(f"no verdict: {row['verdict']}")
    return Finding(formula, conventions=conventions, counterexample=numbers, **{n: row[n] for n in (*_TEXTS, *_MAYBE)})
