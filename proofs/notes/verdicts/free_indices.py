"""Definitions with an index that a claim has too: J = -u_o v + log sum_w e^{u_w v} is of the same o as dJ/du_o."""

from __future__ import annotations

from proofs.notes.reading.names import marks
from proofs.notes.reading.tree import Chain
from proofs.notes.verdicts.all_shapes import of_arrays
from proofs.notes.verdicts.choices import several
from proofs.notes.verdicts.entries import left_free
from proofs.notes.verdicts.loose import loose
from proofs.notes.verdicts.names import tops
from proofs.notes.verdicts.trial import Outcome
from proofs.notes.verdicts.trials import Trial


def of_same_index(done: Trial) -> Outcome | None:
    """How it fails for arrays of all shapes, where what it differentiates leaves no index free but its own."""
    keys = {mark.base + mark.label for mark in (marks(top, done.habits) for top in tops(done.chain))}
    free = {letter for key in keys for rule in done.rules.get(key, ())[:1] for letter in left_free(rule, done.habits)}
    if not free or not free <= _letters(done.chain) or loose(done) or any(several(done)):
        return None
    outcomes = [
        outcome
        for activation in ("any", "logistic")
        for _, outcome in of_arrays(done.chain, done.habits, done.rules, activation, scoped=True)
    ]
    failed = [outcome for outcome in outcomes if outcome.kind == "fails"]
    return failed[0] if failed and all(o.kind in ("fails", "mismatch") for o in outcomes) else None


def _letters(chain: Chain) -> set[str]:
    bound = {n.text for m in chain.members for s in m.walk() if s.kind == "sum" for n in s.args[0].walk()}
    marks = {sub.text for m in chain.members for n in m.walk() if n.kind == "name" for sub in n.subs}
    return marks - bound
