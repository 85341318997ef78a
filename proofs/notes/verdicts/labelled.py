"""Targets that are labels: y^2 is 1 where y is 1 or -1, and y where it is 0 or 1. What needs that is not refuted."""

from __future__ import annotations

from dataclasses import replace

from proofs.notes.evaluation.world import LABELS
from proofs.notes.verdicts.claim import Claim
from proofs.notes.verdicts.names import bodies, closure, names_of
from proofs.notes.verdicts.trial import tried
from proofs.notes.verdicts.trials import Trial


def of_labels(claim: Claim) -> Claim:
    """A refuted claim, with the doubt that its targets are labels where it holds for these."""
    done = claim.trial
    if done is None or claim.verdict != "refuted" or claim.step:
        return claim
    if not _of_classes(done):
        return claim
    for labels, said in (((0, 1), "0 or 1"), ((1, -1), "1 or -1")):
        for reading, outcome in (done.first, *done.typed[:MOST]):
            labelled = replace(reading, labels=labels)
            again = tried(done.chain, labelled, done.habits, done.rules, POINTS) if outcome.kind == "fails" else outcome
            if again.holds:
                return replace(claim, doubt=f"it holds where the targets are {said}")
    return claim


def _of_classes(done: Trial) -> bool:
    """Whether it rests on targets that nothing defines, beside what costs of classes have: logarithms, a hinge."""
    names = {name for m in done.chain.members for name in names_of(m, done.habits)}
    names = closure(names, done.rules, done.habits)
    related = {name: done.rules[name] for name in names & done.rules.keys()}
    parts = {n.text for body in bodies(done.chain, related) for n in body.walk()}
    return bool((names - done.rules.keys()) & LABELS) and bool(parts & CLASSES)


CLASSES = frozenset(("log", "exp", "e", "max"))
MOST = 2
POINTS = (0, 1, 2, 6)  # seeds; at those that are even, of which logarithms exist, a number is each label once
