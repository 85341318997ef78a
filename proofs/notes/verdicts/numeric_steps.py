"""Steps with numbers alone: right where the slope before them is, refuted where they go up the slope of an error."""

from __future__ import annotations

from collections.abc import Sequence

from proofs.notes.numbers.digits import printed
from proofs.notes.numbers.given import Place, Sheet
from proofs.notes.numbers.stepping import step
from proofs.notes.reading.tree import Chain
from proofs.notes.verdicts.claim import Claim
from proofs.notes.verdicts.instances import Judged, right
from proofs.notes.verdicts.updates import ERRORS

ONLY_ERRORS = (*ERRORS, "MSE", "RSS", "SSE")


def numeric_step(sheet: Sheet, at: Place, chain: Chain, before: Sequence[Judged]) -> Claim | None:
    """The verdict on a step whose slope stands before it, if that was found right."""
    found, last = step(sheet, at, chain), printed(chain.members[-1])
    if found is None or last is None or found.at[0] >= len(before) or not all(map(right, before[found.at[0]].claims)):
        return None
    if found.makes(last) is False:
        numbers = {"worked out": str(found.result), "written": str(last.data)}
        return Claim(chain, "refuted", f"{found.result} is not {last.data}", numbers=numbers, slip="arithmetic")
    if found.down and found.makes(last):
        said = f"a step down the slope of {found.cost}, as it was worked out"
        return Claim(chain, "true under", said, ("= assigns",))
    if not found.down and found.cost in ONLY_ERRORS:
        return Claim(chain, "refuted", f"a step up the slope of {found.cost}, as it was worked out", slip="sign")
    return None
