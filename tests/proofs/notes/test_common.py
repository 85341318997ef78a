"""What courses and books say: none of it is refuted, and most of it holds."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from proofs.notes.formula import Finding, Formula
from proofs.notes.verdicts.judge import judge

PAGE = (Path(__file__).parents[1] / "common_notes.md").read_text(encoding="utf-8")
NOTES = {part.partition("\n")[0]: part.split("$$")[1::2] for part in PAGE.split("\n## ")[1:]}
QUICK = ("two layer", "gmm", "bernoulli", "mf", "triplet", "word2vec p", "ng", "bn", "arctan", "kl")
MOST = 0.75  # of the claims hold; this goes up, not down


@cache
def judged(name: str) -> tuple[Finding, ...]:
    return judge([Formula(latex) for latex in NOTES[name]])


@pytest.mark.parametrize("name", [pytest.param(n, marks=[] if n in QUICK else [pytest.mark.slow]) for n in NOTES])
def test_nothing_is_refuted(name: str) -> None:
    assert [f.formula.latex for f in judged(name) if f.verdict == "refuted"] == []


@pytest.mark.slow
def test_most_of_it_holds() -> None:
    verdicts = [f.verdict for name in NOTES for f in judged(name) if f.verdict != "not a claim"]
    assert sum(verdict in ("proved", "true under") for verdict in verdicts) >= MOST * len(verdicts)
