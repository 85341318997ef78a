"""What is not understood by its note, by the usual definitions of a model that the text of the note speaks of.

They stand before the formulas of the note, if that defines nothing of the model itself. What all write alike refutes
where two other claims hold by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache

from proofs.notes.context import Note
from proofs.notes.formula import Finding, Formula
from proofs.notes.reading.statements import statements
from proofs.notes.reading.tree import Chain, Node, plain
from proofs.notes.usual_models import MODELS, Model
from proofs.notes.verdicts.continuing import FARTHEST, all_read
from proofs.notes.verdicts.sections import Judge, note_of, undecided

HOLDS = ("proved", "true under")
ENOUGH = 2
Findings = tuple[Finding, ...]


def by_models(formulas: Sequence[Formula], findings: Findings, judge: Judge) -> Findings:
    """The findings on a note, with those by the models of which its text speaks on what is not understood."""
    for number in formulas[0].models if formulas else ():
        note = note_of(formulas, all_read(formulas))
        ways = [_judged(formulas, findings, note, rows, judge) for rows in _written(MODELS[number], note)]
        decided = _kept(max(ways, key=_held, default={}), MODELS[number].sure)
        findings = tuple(_said(decided.get(n), one, MODELS[number]) for n, one in enumerate(findings))
    return findings


def _said(by_model: Finding | None, finding: Finding, model: Model) -> Finding:
    if by_model is None:
        return finding
    return replace(by_model, formula=finding.formula, conventions=(model.said, *by_model.conventions))


def _held(decided: Mapping[int, Finding]) -> int:
    return sum(finding.verdict in HOLDS for finding in decided.values())


def _judged(
    formulas: Sequence[Formula], findings: Findings, note: Note, rows: Sequence[str], judge: Judge
) -> dict[int, Finding]:
    """What is not understood, by rows of a model; by its number in the note."""
    given, heads = [Formula(row, line=-FARTHEST) for row in rows], {_head(row) for row in rows}
    open_ones = (n for n, finding in enumerate(findings) if undecided(finding))
    wanted = [n for n in open_ones if heads & set(_names(note.formulas[n] or ()))]
    found = judge([*given, *formulas], [n + len(given) for n in wanted]) if wanted else {}
    return {n - len(given): one for n, one in found.items()}


def _kept(found: Mapping[int, Finding], sure: bool) -> dict[int, Finding]:
    kinds = (*HOLDS, *(("refuted",) if sure and _held(found) >= ENOUGH else ()))
    return {n: one for n, one in found.items() if one.verdict in kinds}


def _names(chains: Sequence[Chain]) -> Iterator[str]:
    """What chains name, dX as X."""
    names = (n.text for chain in chains for m in chain.members for n in m.walk() if n.kind == "name")
    yield from (name.removeprefix("d ") for name in names)


# ---------------------------------------------------------------- as the note writes it


def _written(model: Model, note: Note) -> Iterator[tuple[str, ...]]:
    """The rows of a model in the letters of a note; none where it defines one of these quantities itself."""
    own = {plain(chain.members[0]).text for chain in note.chains if chain.signs[:1] in (("=",), (":=",))}
    named = set(map(_unstepped, note.names))
    for rows in model.written(lambda latex: _unstepped(_first(latex)) in named):
        if own.isdisjoint(map(_head, rows)):
            yield rows


def _unstepped(name: Node) -> Node:
    """h, of h_t, h_{t-1} and h_1."""
    subs = tuple(sub for sub in name.subs if sub.kind != "num" and not any(n.text == "t" for n in sub.walk()))
    return replace(name, subs=subs, sups=(), primes=0)


@cache
def _first(latex: str) -> Node:
    """The first member of a formula of ours."""
    return plain(statements(latex)[0].members[0])


def _head(row: str) -> str:
    return _first(row).text
