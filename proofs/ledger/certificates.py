"""Evidence that others keep or that is asked for at once: errors in floats, and certificates of Coq."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from derive.backprop import grad
from derive.functions import ROWS
from derive.losses import LOSSES
from derive.objectives import OBJECTIVES
from derive.operations import Operation
from proofs.bounds import evidence as bounds
from proofs.bounds import recorded
from proofs.bounds.programs import program_evidence, recorded_program
from proofs.certificates.certificate import Checked
from proofs.certificates.certify import answered, line
from proofs.certificates.claims import Claim, Gap, word
from proofs.certificates.indexed.claims import for_all_extents, program_of, varied
from proofs.certificates.scalar_claims import of_loss, of_row
from proofs.ledger.grid import GAP, HOLDS, Cell, Row, evidence
from proofs.library import derived

CLASSICAL = "axioms of Coq's real numbers: sig_forall_dec, sig_not_dec, functional_extensionality_dep, classic"


@evidence("balls", "Errors in float64", "Arb, and the bounds that are assumed of NumPy's functions")
def _recorded(kind: str, name: str) -> Cell:
    """The largest error that a search found, and the bound that is proved with its box, as recorded.

    It holds if a bound is proved of the function and of each slope: an error that a search found is none.
    """
    if kind != "function":
        found = recorded_program(kind, name)
        return Cell(HOLDS if found and found.bounds else GAP, program_evidence(kind, name))
    proved = all(one.bound.found for one in recorded(name))
    return Cell(HOLDS if proved and recorded(name) else GAP, bounds(name)[1])


# ---------------------------------------------------------------- Coq


def _accepted(claims: Mapping[Row, list[Claim]], jobs: int) -> Iterator[tuple[Row, Cell]]:
    """What Coq accepts of each row: many at once, since a file of many costs little more than one."""
    rows = {claim.name: row for row, made in claims.items() for claim in made if not isinstance(claim, Gap)}
    found: dict[Row, dict[str, Checked]] = {row: {} for row in claims}
    for row in claims.keys() - rows.values():
        yield row, _cell(claims[row], {})
    for answer in answered((claim for made in claims.values() for claim in made), jobs):
        row = rows[answer.name]
        found[row][answer.name] = answer
        if len(found[row]) == sum(owner == row for owner in rows.values()):
            yield row, _cell(claims[row], found[row])


@evidence("coq", "Coq", CLASSICAL, _accepted)
def _claimed(kind: str, name: str) -> list[Claim]:
    """What is to be put to Coq of a row."""
    return list(CLAIMS[kind](name))


def _of_loss(name: str) -> Iterator[Claim]:
    """For all extents; where that is not said, the first entries at small extents."""
    whole = _of_program(name)
    yield whole
    if isinstance(whole, Gap):
        row: Operation = (LOSSES if name in LOSSES else OBJECTIVES)[name]
        yield from of_loss(row, varied(program_of(name)))


def _of_program(name: str) -> Claim:
    program = program_of(name)
    return for_all_extents(grad(program, varied(program)), word(f"{name}_for_all"))


CLAIMS: Mapping[str, Callable[[str], Iterator[Claim]]] = {
    "function": lambda name: of_row(ROWS[name]),
    "loss": _of_loss,
    "objective": _of_loss,
    "layer": lambda name: iter([_of_program(name)]),
    "model": lambda name: iter([for_all_extents(derived("model", name), word(f"model_{name}_for_all"))]),
}


def _cell(claims: Sequence[Claim], answers: Mapping[str, Checked]) -> Cell:
    """It holds if all is accepted; otherwise the first claim that is not says why there is a gap."""
    lines = [line(claim, answers.get(claim.name)) for claim in claims]
    accepted = [one for one in lines if one.status == "accepted"]
    seconds = round(sum(one.seconds for one in lines), 2)
    axioms = sorted({axiom.rpartition(".")[2] for one in accepted for axiom in one.axioms})
    said = "; ".join(one.claim for one in accepted) + f"; axioms: {', '.join(axioms) or 'none'}"
    left = [one for one in lines if one.status != "accepted"]
    if not left:
        return Cell(HOLDS, f"accepted: {said}", seconds) if accepted else Cell(GAP, "nothing is stated")
    reason = f"{left[0].status}: {left[0].claim}: {left[0].message}".rstrip(": ")
    return Cell(GAP, f"{reason}" + (f"; accepted: {said}" if accepted else ""), seconds)
