"""The right formula and the likely slip of what is refuted."""

from __future__ import annotations

from dataclasses import replace

from proofs.notes.reading.tree import plain
from proofs.notes.verdicts.claim import Claim
from proofs.notes.verdicts.lints import edited
from proofs.notes.verdicts.readings import Reading
from proofs.notes.verdicts.slips import VARIABLE, repaired, solved
from proofs.notes.verdicts.trial import tried
from proofs.notes.verdicts.trials import Trial


def repair_of(claim: Claim) -> str | None:
    """A slope of an output by its input, which is the logistic function's if one variable is put for another."""
    done = claim.trial
    left = claim.chain.members[0]
    if done is None or left.kind != "derivative" or "scalar" not in done.shapes or len(left.args) != 2:
        return None
    roles = [done.habits.roles.get(plain(arg).text) for arg in left.args]
    powers = any((n.kind == "name" and n.text == "e") or n.text == "exp" for m in claim.chain.members for n in m.walk())
    if roles != ["act", "pre"] or not powers:
        return None
    reading = Reading(network=True, activation="logistic")
    found = repaired(done, claim.latex, claim.nth, [reading], (VARIABLE,))
    return found.latex if found else None


def corrected(claim: Claim, latex: str) -> tuple[str | None, str | None, str]:
    """The right formula, the slip, and where it is: by an edit after which the claim holds, or worked out."""
    done = claim.trial
    if claim.edits:
        return edited(latex, claim.edits), claim.slip, ""
    if claim.verdict != "refuted" or done is None or claim.step:
        return None, claim.slip, ""
    if claim.slip == VARIABLE:
        return repair_of(claim), claim.slip, ""
    readings = [r for r in _for_repair(done) if not tried(done.chain, r, done.habits, done.rules).holds]
    found = repaired(done, latex, claim.nth, readings)
    if found is not None:
        return found.latex, found.slip, found.detail
    return solved(done, latex), claim.slip, ""


def _for_repair(done: Trial) -> list[Reading]:
    """The readings under which an edited claim is tried: those of the claim, and the common costs of a network."""
    if done.typed:
        return [reading for reading, _ in done.typed][:3]
    if not done.habits.layered:
        return [reading for reading, _ in done.free][:3]
    shapes = [reading for reading, _ in done.shapes.values()]
    costs = ("half squares", "squares")
    return shapes + [replace(shape, cost=cost, denominator=False) for shape in shapes[:1] for cost in costs]
