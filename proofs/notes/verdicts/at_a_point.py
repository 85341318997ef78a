"""A derivative that is a number, or 0: the slope at a point that the formula does not name."""

from __future__ import annotations

from dataclasses import replace

from proofs.notes.numbers import arithmetic
from proofs.notes.reading.tree import Chain, Node, number
from proofs.notes.verdicts.claim import Claim
from proofs.notes.verdicts.judged import Judged
from proofs.notes.verdicts.loose import constant
from proofs.notes.verdicts.readings import EXAMPLES
from proofs.notes.verdicts.settling import wrong_of_arrays

AT_A_POINT = "a value that it has at a point which the formula does not name"


def at_a_point(one: Judged, chain: Chain, found: Claim, end: int) -> Claim:
    """The claim without the numbers after the member `end`."""
    if arithmetic.disagreement(chain.members[end + 1 :]):
        return Claim(chain, "not understood", "numbers that do not agree, or are rounded")
    if end:
        shorter = Chain(chain.members[: end + 1], chain.signs[:end], chain.condition)
        if end == 1 and _proportional(one, shorter):
            return Claim(chain, "not understood", "a slope that is set to 0 may lose a factor")
        return replace(one.tried(shorter), conventions=(AT_A_POINT,)) if end == 1 else _solved(one, shorter)
    return found if found.trial and constant(found.trial) else Claim(chain, "not understood", AT_A_POINT)


def _proportional(one: Judged, chain: Chain) -> bool:
    """Whether it holds with a factor of 2 or of the number of examples, and not without."""
    left, right = chain.members
    several = [number(n) for n in (2, EXAMPLES)]
    scaled = [n for factor in several for n in (Node("mul", (factor, left)), Node("frac", (left, factor)))]
    if _is_right(one, chain):
        return False
    return any(_is_right(one, replace(chain, members=(other, right))) for other in scaled)


def _is_right(one: Judged, chain: Chain) -> bool:
    found = one.tried(chain).trial
    return bool(found and (found.held or found.fitting) and not wrong_of_arrays(found))


def _solved(one: Judged, chain: Chain) -> Claim:
    """What stands between a slope and the 0 that it is set to may use other equations of that kind."""
    found, first = one.tried(chain), one.tried(Chain(chain.members[:2], chain.signs[:1], chain.condition))
    wrong = found.trial is None or not (found.trial.held or found.trial.fitting)
    if wrong and first.trial and first.trial.held:
        return Claim(chain, "not understood", "a step that may use another equation")
    return replace(found, conventions=(AT_A_POINT,))
