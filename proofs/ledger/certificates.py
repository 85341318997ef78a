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
from proofs.certificates.certify import Line, checked
from proofs.certificates.claims import Claim, Gap, word
from proofs.certificates.indexed.checking import TOGETHER
from proofs.certificates.indexed.claims import for_all_extents, programs, varied
from proofs.certificates.scalar_claims import of_loss, of_row
from proofs.ledger.grid import GAP, HOLDS, Cell, Row, evidence
from proofs.library import derived

CLASSICAL = "axioms of Coq's real numbers: sig_forall_dec, sig_not_dec, functional_extensionality_dep, classic"


@evidence("balls", "Errors in float64", "Arb, and the bounds that are assumed of NumPy's functions")
def _balls(asked: Sequence[Row], jobs: int) -> Iterator[tuple[Row, Cell]]:
    """The largest error that a search found, and the bound that is proved with its box, as recorded."""
    yield from ((row, _recorded(*row)) for row in asked)


def _recorded(kind: str, name: str) -> Cell:
    """It holds if a bound is proved of the function and of each slope: an error that a search found is none."""
    if kind != "function":
        line = recorded_program(kind, name)
        return Cell(HOLDS if line and line.bounds else GAP, program_evidence(kind, name))
    proved = all(line.bound.found for line in recorded(name))
    return Cell(HOLDS if proved and recorded(name) else GAP, bounds(name)[1])


# ---------------------------------------------------------------- Coq


@evidence("coq", "Coq", CLASSICAL)
def _coq(asked: Sequence[Row], jobs: int) -> Iterator[tuple[Row, Cell]]:
    """What Coq accepts of each row: many at once, since a file of many costs little more than one."""
    functions = [row for row in asked if row[0] == "function"]
    others = [row for row in asked if row[0] != "function"]
    groups = [functions, *(others[k : k + jobs * TOGETHER] for k in range(0, len(others), jobs * TOGETHER))]
    for group in groups:
        claims = {row: list(CLAIMS[row[0]](row[1])) for row in group}
        found = {line.name: line for line in checked([c for made in claims.values() for c in made], None, jobs).lines}
        yield from ((row, _certified(made, [found[claim.name] for claim in made])) for row, made in claims.items())


def _of_loss(name: str) -> Iterator[Claim]:
    """For all extents; where that is not said, the first entries at small extents."""
    whole = _of_program(name)
    yield whole
    if isinstance(whole, Gap):
        row: Operation = (LOSSES if name in LOSSES else OBJECTIVES)[name]
        yield from of_loss(row, varied(programs()[name]))


def _of_program(name: str) -> Claim:
    program = programs()[name]
    return for_all_extents(grad(program, varied(program)), word(f"{name}_for_all"))


CLAIMS: Mapping[str, Callable[[str], Iterator[Claim]]] = {
    "function": lambda name: of_row(ROWS[name]),
    "loss": _of_loss,
    "objective": _of_loss,
    "layer": lambda name: iter([_of_program(name)]),
    "model": lambda name: iter([for_all_extents(derived("model", name), word(f"model_{name}_for_all"))]),
}


def _certified(claims: Sequence[Claim], lines: Sequence[Line]) -> Cell:
    """It holds if all is accepted; otherwise the first claim that is not says why there is a gap."""
    accepted = [line for line in lines if line.status == "accepted"]
    seconds = round(sum(line.seconds for line in lines), 2)
    axioms = sorted({axiom.rpartition(".")[2] for line in accepted for axiom in line.axioms})
    said = "; ".join(line.claim for line in accepted) + f"; axioms: {', '.join(axioms) or 'none'}"
    left = [line for line in lines if line.status != "accepted"]
    if not left:
        return Cell(HOLDS, f"accepted: {said}", seconds) if accepted else Cell(GAP, "nothing is stated")
    reason = f"{left[0].status}: {left[0].claim}: {left[0].message}".rstrip(": ")
    return Cell(GAP, f"{reason}" + (f"; accepted: {said}" if accepted else ""), seconds)
