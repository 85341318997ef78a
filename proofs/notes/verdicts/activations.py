"""Claims about the slope of a function that nothing defines, g'(z) = 1 - a^2: they say which function it is."""

from __future__ import annotations

from dataclasses import replace

from proofs.notes.reading.tree import Chain, plain
from proofs.notes.verdicts.decision import Trial
from proofs.notes.verdicts.forall import ACTIVATIONS
from proofs.notes.verdicts.readings import Reading
from proofs.notes.verdicts.trial import Outcome, tried


def says_which(chain: Chain) -> bool:
    """Whether the left side is the slope of a function alone, and no slope stands on the right."""
    left, *right = map(plain, chain.members)
    head = left.args[0] if left.kind == "apply" else left
    return head.primes == 1 and len(right) > 0 and not any(n.primes for m in right for n in m.walk())


def of_one(done: Trial) -> tuple[Reading, Outcome] | None:
    """The reading of a network with a usual function of which the claim holds."""
    readings = (replace(reading, activation=name) for name in ACTIVATIONS for reading, _ in done.shapes.values())
    found = ((reading, tried(done.chain, reading, done.habits, done.rules)) for reading in readings)
    return next((pair for pair in found if pair[1].kind == "holds"), None)
