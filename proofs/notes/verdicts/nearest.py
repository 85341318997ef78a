"""Claims about what a note defines in several ways, f in a list of activations, that fail by each of these ways.

Such a claim is wrong where one slip undone makes it hold by the definition that stands next to it.
"""

from __future__ import annotations

from dataclasses import replace

from proofs.notes.reading.names import marks
from proofs.notes.reading.tree import Chain
from proofs.notes.verdicts.choices import several
from proofs.notes.verdicts.claim import Claim
from proofs.notes.verdicts.loose import loose
from proofs.notes.verdicts.names import tops
from proofs.notes.verdicts.slips import repaired
from proofs.notes.verdicts.trial import tried
from proofs.notes.verdicts.trials import Trial


def by_the_nearest(claim: Claim, done: Trial) -> Claim | None:
    """The claim refuted, if no definition of what it differentiates makes it hold, and the nearest does when mended."""
    own = {marks(top, done.habits).base for top in tops(Chain(done.chain.members[:1], ()))}
    names = list(several(done))
    if claim.step or len(names) != 1 or names[0] not in own or loose(done, strict=True):
        return None
    first, reading = done.first[1], done.first[0]
    ways = ({**done.rules, names[0]: (rule,)} for rule in done.rules[names[0]])
    if first.kind != "fails" or any(tried(done.chain, reading, done.habits, way).kind != "fails" for way in ways):
        return None
    nearest = replace(done, rules={**done.rules, names[0]: done.rules[names[0]][:1]})
    found = repaired(nearest, claim.latex, claim.nth, [reading])
    if found is None:
        return None
    reason = f"{first.why or 'the sides differ'}, by each definition of {names[0]}"
    return replace(claim, verdict="refuted", reason=reason, numbers=dict(first.numbers), slip=found.slip)
