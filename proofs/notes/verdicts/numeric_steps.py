"""Steps with numbers alone: right where the slope before them is, refuted where they go up the slope of an error."""

from __future__ import annotations

from collections.abc import Sequence

from proofs.notes.context import Note
from proofs.notes.numbers.digits import printed
from proofs.notes.numbers.given import Place, Sheet
from proofs.notes.numbers.moved import changed, moved
from proofs.notes.numbers.stepping import step
from proofs.notes.reading.tree import Chain
from proofs.notes.verdicts.claim import Claim
from proofs.notes.verdicts.instances import Judged, right
from proofs.notes.verdicts.updates import ERRORS

ONLY_ERRORS = (*ERRORS, "MSE", "RSS", "SSE")


def numeric_step(note: Note, at: Place, chain: Chain, before: Sequence[Judged]) -> Claim | None:
    """The verdict on a step by a slope that stands before it, or that the formulas of the note give."""
    return _by_a_slope_before(note.sheet, at, chain, before) or _by_what_is_added(note, at, chain)


def _by_a_slope_before(sheet: Sheet, at: Place, chain: Chain, before: Sequence[Judged]) -> Claim | None:
    """The verdict on a step whose slope stands before it, if that was found right."""
    found, last = step(sheet, at, chain), printed(chain.members[-1])
    if found is None or last is None or found.at[0] >= len(before) or not all(map(right, before[found.at[0]].claims)):
        return None
    if found.makes(last) is False:
        numbers = {"worked out": str(found.result), "written": str(last.data)}
        return Claim(chain, "refuted", f"{found.result} is not {last.data}", numbers=numbers, slip="arithmetic")
    return _ruled(chain, found.cost, found.down) if found.makes(last) or not found.down else None


def _by_what_is_added(note: Note, at: Place, chain: Chain) -> Claim | None:
    found = moved(note, at, chain)
    return _ruled(chain, found.cost, found.down) if found else None


def numeric_change(note: Note, at: Place, chain: Chain) -> Claim | None:
    """The verdict on a change that goes down a slope; a note may take away what it calls the change."""
    found = changed(note, at, chain)
    return _ruled(chain, found.cost, found.down) if found and found.down else None


def _ruled(chain: Chain, cost: str, down: bool) -> Claim | None:
    """A step down a slope is right; one up that of an error is wrong."""
    if down:
        return Claim(chain, "true under", f"a step down the slope of {cost}, as it was worked out", ("= assigns",))
    said = f"a step up the slope of {cost}, as it was worked out"
    return Claim(chain, "refuted", said, slip="sign") if cost in ONLY_ERRORS else None
