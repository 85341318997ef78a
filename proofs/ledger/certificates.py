"""Evidence that others keep or that is asked for at once: errors in floats, and certificates of Coq."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from proofs.bounds import recorded
from proofs.certificates.certify import Line, checked, of_derivation
from proofs.certificates.claims import Claim, word
from proofs.ledger.grid import GAP, HOLDS, Cell, Row, evidence
from proofs.library import derived

CLASSICAL = "axioms of Coq's real numbers: sig_forall_dec, sig_not_dec, functional_extensionality_dep, classic"


@evidence("balls", "Errors in float64", "Arb, and the bounds that are assumed of NumPy's functions")
def _balls(asked: Sequence[Row], jobs: int) -> Iterator[tuple[Row, Cell]]:
    """The largest error that a search found, and the bound that is proved, as recorded."""
    yield from ((row, _recorded(*row)) for row in asked)


def _recorded(kind: str, name: str) -> Cell:
    if kind != "function":
        return Cell(GAP, "only functions of numbers are searched")
    lines = recorded(name)
    return Cell(HOLDS, "; ".join(line.words for line in lines)) if lines else Cell(GAP, "no errors are recorded")


@evidence("coq", "Coq", CLASSICAL)
def _coq(asked: Sequence[Row], jobs: int) -> Iterator[tuple[Row, Cell]]:
    """What Coq accepts of each row, all of it asked at once."""
    claims = {row: _claims(*row) for row in asked}
    found = {line.name: line for line in checked([c for made in claims.values() for c in made], None, jobs).lines}
    for row, made in claims.items():
        yield row, _certified([found[claim.name] for claim in made if claim.name in found])


def _claims(kind: str, name: str) -> list[Claim]:
    return list(of_derivation(derived(kind, name), word(f"{kind}_{name}")))


def _certified(lines: Sequence[Line]) -> Cell:
    """It holds if all is accepted; otherwise the first claim that is not says why there is a gap."""
    accepted = [line for line in lines if line.status == "accepted"]
    seconds = round(sum(line.seconds for line in lines), 2)
    said = "; ".join(line.claim for line in accepted)
    left = [line for line in lines if line.status != "accepted"]
    if not left:
        return Cell(HOLDS, f"accepted: {said}", seconds) if accepted else Cell(GAP, "nothing is stated")
    reason = f"{left[0].status}: {left[0].claim}: {left[0].message}".rstrip(": ")
    return Cell(GAP, f"{reason}" + (f"; accepted: {said}" if accepted else ""), seconds)
