"""The smallest numbers that refute a claim: small whole numbers are tried first, then halves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from proofs.notes.evaluation.world import SMALL
from proofs.notes.verdicts.claim import Claim
from proofs.notes.verdicts.readings import Reading
from proofs.notes.verdicts.trial import tried
from proofs.notes.verdicts.trials import Trial


def smallest(claim: Claim) -> Mapping[str, str]:
    """Numbers at which the claim fails in the reading that refuted it; those drawn first where no small ones do."""
    if claim.trial is None or claim.verdict != "refuted" or len(claim.numbers) < 3:
        return claim.numbers
    for seed in range(-1, -1 - len(SMALL), -1):
        for reading in _refuting(claim.trial, claim.numbers):
            outcome = tried(claim.chain, reading, claim.trial.habits, claim.trial.rules, (seed,))
            if outcome.kind == "fails" and outcome.numbers:
                return dict(outcome.numbers)
    return claim.numbers


def _refuting(done: Trial, numbers: Mapping[str, str]) -> Iterator[Reading]:
    """The readings in which the claim failed with these numbers."""
    for reading, outcome in (*done.typed, *done.free, *done.shapes.values()):
        if outcome.kind == "fails" and outcome.numbers == numbers:
            yield reading
            return
