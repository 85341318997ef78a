"""Claims that fail by the definitions of their note, and hold by the very same with one slip undone: these are wrong.

Where a claim fails by definitions and holds for a network that is guessed, or for numbers alone, the note may mean
something else. It does not if a slip that people make explains the claim.
"""

from __future__ import annotations

from dataclasses import replace

from proofs.notes.reading.names import marks
from proofs.notes.reading.tree import Node
from proofs.notes.verdicts.choices import several
from proofs.notes.verdicts.claim import Claim
from proofs.notes.verdicts.decision import Trial, loose
from proofs.notes.verdicts.names import tops
from proofs.notes.verdicts.readings import Reading
from proofs.notes.verdicts.slips import ORDERS, repaired
from proofs.notes.verdicts.trial import Outcome, tried

MOST_READINGS = 6


def by_repair(claim: Claim, done: Trial) -> Claim | None:
    """The claim refuted, if by the definitions that make it fail it holds with one slip undone."""
    later = any(marks(top, done.habits).base in done.later for top in tops(done.chain))
    if claim.step or later or loose(done, strict=True) or any(several(done)) or done.first[1].kind != "fails":
        return None
    left, *right = done.chain.members
    turned = replace(done.chain, members=(Node("neg", (left,)), *right))  # the sign may be lost in the definition
    if tried(turned, done.first[0], done.habits, done.rules).kind == "holds":
        return None
    return _refuted(claim, done, done.first[1], [done.first[0]])


def by_order(claim: Claim, done: Trial) -> Claim | None:
    """The claim refuted, if it holds for arrays of no shape, and with a transpose or an order mended it does."""
    typed = [pair for pair in done.typed if pair[1].kind != "stuck"]
    if claim.step or any(several(done)) or not typed or any(pair[1].kind == "holds" for pair in typed):
        return None
    left, *right = done.chain.members
    turned = replace(done.chain, members=(Node("transpose", (left,)), *right))
    readings = [reading for reading, _ in typed][:MOST_READINGS]
    if any(tried(turned, reading, done.habits, done.rules).kind == "holds" for reading in readings):
        return None
    return _refuted(claim, done, typed[0][1], readings, ORDERS)


def _refuted(
    claim: Claim, done: Trial, outcome: Outcome, readings: list[Reading], only: tuple[str, ...] = ()
) -> Claim | None:
    found = repaired(done, claim.latex, claim.nth, readings, only)
    why = outcome.why or "the sides differ"
    return found and replace(claim, verdict="refuted", reason=why, numbers=dict(outcome.numbers), slip=found.slip)
