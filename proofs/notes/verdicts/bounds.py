"""A bound at the end of a claim, a = b <= 1: it must hold wherever the last member has a value."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from proofs.notes.evaluation.sums import COMPARED
from proofs.notes.reading.tree import Node
from proofs.notes.verdicts.claim import Claim
from proofs.notes.verdicts.names import closure, names_of
from proofs.notes.verdicts.trial import value_of

POINTS, FEWEST, FARTHEST = 60, 20, 30.0
POSITIVE = frozenset(("n", "m", "N", "sigma", "epsilon", "lambda", "eta", "tau"))
BOUNDED = "the bound holds at all points tried"


def bounded(claim: Claim) -> Claim:
    """A claim with its bound tried far and near; one that fails may have a condition there, and says nothing."""
    bound = claim.chain.bound
    if bound is None or claim.verdict in ("not understood", "not a claim"):
        return claim
    found = [] if claim.verdict == "refuted" else list(_compared(claim, bound))
    if len(found) < FEWEST or not all(found):
        return replace(claim, verdict="not understood", reason=f"the relation {bound.text}")
    return replace(claim, verdict="true under", conventions=(*claim.conventions, BOUNDED))


def _compared(claim: Claim, bound: Node) -> Iterator[bool]:
    """Whether it holds, at each point at which both sides are numbers."""
    done = claim.trial
    if done is None:
        return
    names = closure(names_of(bound.args[0], done.habits), done.rules, done.habits) - done.rules.keys()
    stream = random.Random(0)
    for seed in range(POINTS):
        pins = tuple((name, _drawn(name, stream) if seed or name in POSITIVE else 0.0) for name in sorted(names))
        chain = replace(done.chain, pins=pins)
        sides = [value_of(side, chain, done.habits, done.rules, seed) for side in bound.args]
        data = [side.data.ravel() for side in sides if side is not None]
        if len(data) == 2 and all(part.size == 1 and np.isfinite(part[0]) for part in data):
            yield COMPARED[bound.text](float(np.real(data[0][0] - data[1][0])))


def _drawn(name: str, stream: random.Random) -> float:
    size = FARTHEST ** stream.uniform(-1, 1)
    return size if name in POSITIVE else size * stream.choice((1, -1))
