"""Rates that a note puts in the place of one another: eta' = 2 eta, after which its steps are written with eta."""

from __future__ import annotations

from dataclasses import replace

from proofs.notes.reading.tree import Chain, plain
from proofs.notes.verdicts.claim import Claim
from proofs.notes.verdicts.judged import Judged
from proofs.notes.verdicts.updates import STEPS

ABSORBED = "a step whose rate may have taken in a factor, as the note says of rates"


def absorbed(one: Judged, claim: Chain) -> Claim | None:
    """A step that holds at twice the rate or half of it, where the note makes one rate of another."""
    rates = {name for name, _ in claim.pins} & STEPS
    if not any(_of_another(chain, rates) for chain in one.note.chains):
        return None
    pins = ([(name, value * by if name in rates else value) for name, value in claim.pins] for by in (2, 0.5))
    found = (one.tried(replace(claim, pins=tuple(some))).trial for some in pins)
    held = any(done is not None and (done.held or done.fitting) for done in found)
    return Claim(claim, "not understood", ABSORBED) if held else None


def _of_another(chain: Chain, rates: set[str]) -> bool:
    """eta' = 2 eta, alpha = 2 eta: a rate, and a product with one."""
    if len(chain.members) != 2:
        return False
    left, right = map(plain, chain.members)
    named = {n.text for n in right.walk() if n.kind == "name"}
    return left.kind == "name" and left.text in STEPS and right.kind in ("mul", "times", "frac") and bool(named & rates)
