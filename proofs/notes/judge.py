"""The verdict on each formula of a note."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from proofs.notes.context import Note
from proofs.notes.formula import Finding, Formula
from proofs.notes.readings import INDEXED, Reading, networks, variants
from proofs.notes.statements import statements
from proofs.notes.tree import Chain, Node, NotUnderstood
from proofs.notes.trial import Outcome, tried


def judge(formulas: Sequence[Formula]) -> tuple[Finding, ...]:
    """A finding for each formula of a note, in order; what one defines holds for those after it."""
    read = [_read(formula) for formula in formulas]
    note = Note([None if isinstance(r, str) else r for r in read])
    return tuple(
        Finding(formula, "not understood", r) if isinstance(r, str) else _judged(note, n, formula, r)
        for n, (formula, r) in enumerate(zip(formulas, read, strict=True))
    )


def _read(formula: Formula) -> tuple[Chain, ...] | str:
    try:
        return statements(formula.latex)
    except NotUnderstood as error:
        return str(error)


def _judged(note: Note, at: int, formula: Formula, chains: tuple[Chain, ...]) -> Finding:
    claims = [chain for chain in chains if is_claim(chain)]
    if not claims:
        return Finding(formula, "not a claim", "no derivative is claimed")
    found = [decided(note, at, formula, chain) for chain in claims]
    return min(found, key=lambda f: ORDER.index(f.verdict))


ORDER = ("refuted", "not understood", "true under", "proved", "not a claim")


def is_claim(chain: Chain) -> bool:
    return bool(chain.signs) and any(_slope(n) for m in chain.members for n in m.walk())


def _slope(node: Node) -> bool:
    kinds = ("derivative", "nabla", "prime", "half derivative", "change")
    return node.kind in kinds or bool(node.primes) or node.text.startswith("d ") or node.text == "delta"


def decided(note: Note, at: int, formula: Formula, chain: Chain) -> Finding:
    try:
        habits = note.of(chain)
    except NotUnderstood as error:
        return Finding(formula, "not understood", str(error))
    rules = note.rules(at)
    found: list[tuple[Reading, Outcome]] = []
    for reading in readings(habits.layered):
        outcome = tried(chain, reading, habits, rules)
        found.append((reading, outcome))
        if outcome.kind == "holds":
            return Finding(formula, "true under", "", conventions=reading.said)
    kinds = [o.kind for _, o in found]
    why = next((o.why for _, o in found if o.kind in ("stuck", "unbound")), "")
    if "fails" in kinds:
        return Finding(formula, "refuted", why or "fails")
    return Finding(formula, "not understood", why or str([o.why for _, o in found][0]))


def readings(layered: bool) -> Iterator[Reading]:
    yield Reading()
    yield Reading(elementwise=True)
    yield Reading(shape=INDEXED)
    for leaving in (False, True):
        for network in networks(layered, leaving):
            yield from variants(network, False)
