"""The door: certificates of a derivation or of the whole library, checked, and what came of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from derive.derivation import Derivation
from proofs.certificates import scalar_claims
from proofs.certificates.certificate import Certificate, Checked
from proofs.certificates.claims import AT_SMALL_EXTENTS, FAMILIES, FOR_ANY_DEPTH, MAKERS, Claim, Gap, Maker, word
from proofs.certificates.coqc import LIMIT, check
from proofs.certificates.indexed import claims as indexed_claims
from proofs.certificates.indexed import networks
from proofs.certificates.indexed.certificate import IndexedCertificate
from proofs.certificates.indexed.checking import check_indexed

LOADED = (scalar_claims, indexed_claims, networks)  # whose makers and families are registered when they are imported


@dataclass(frozen=True)
class Line:
    """One claim and what came of it: a status of `Checked`, or "gap"."""

    name: str
    claim: str
    status: str
    axioms: tuple[str, ...] = ()
    seconds: float = 0.0
    message: str = ""


@dataclass(frozen=True)
class Certified:
    """What came of every claim; `folder` has the accepted files, if one was asked for."""

    lines: tuple[Line, ...]
    folder: Path | None = None

    @property
    def accepted(self) -> int:
        """How many theorems Coq has accepted: right claims, and that wrong ones are wrong."""
        return sum(line.status in ("accepted", "refuted") for line in self.lines)

    @property
    def axioms(self) -> tuple[str, ...]:
        """Every axiom that some accepted claim rests on."""
        return tuple(sorted({a for line in self.lines for a in line.axioms}))

    @property
    def exit_status(self) -> int:
        """0 if all is accepted, 1 if something is refused or refuted, 3 if something is not decided, or a gap."""
        found = {line.status for line in self.lines}
        return 1 if found & {"refused", "refuted"} else 0 if found <= {"accepted"} and found else 3


def certify(
    derivation: Derivation,
    name: str = "gradient",
    output: str | Path | None = None,
    jobs: int = 1,
    limit: int = LIMIT,
    fresh: bool = False,
) -> Certified:
    """For all values in the domain, the derivatives are as derived: as theorems that Coq checks.

    The kernel replays the derivation first. `limit` is in seconds a sentence of a proof; `output` a folder for the
    files. Where Coq is not installed every claim is "skipped".
    """
    derivation.check()
    return checked(of_derivation(derivation, word(name)), output, jobs, limit, fresh)


def certify_all(
    output: str | Path | None = None, jobs: int = 1, limit: int = LIMIT, fresh: bool = False, only: Sequence[str] = ()
) -> Certified:
    """Every row of the library: of all families, or of those named."""
    names = tuple(only) or tuple(FAMILIES)
    return checked((claim for name in names for claim in FAMILIES[name]()), output, jobs, limit, fresh)


def of_derivation(
    derivation: Derivation, label: str, kinds: Sequence[Mapping[str, Maker]] = (FOR_ANY_DEPTH, MAKERS, AT_SMALL_EXTENTS)
) -> Iterator[Claim]:
    """What is said for any depth, else for all extents, else at small ones, after the gaps that were met before."""
    gaps: list[Claim] = []
    for makers in kinds:
        made = [claim for make in makers.values() for claim in make(derivation, label)]
        if not all(isinstance(claim, Gap) for claim in made):
            yield from (*gaps, *made)
            return
        gaps += made
    yield from gaps or [Gap(label, label, f"nothing is stated of a {derivation.mode} of this program")]


def checked(
    claims: Iterable[Claim], output: str | Path | None, jobs: int, limit: int = LIMIT, fresh: bool = False
) -> Certified:
    """The claims, those that are certificates after Coq has seen them, in their order."""
    made = list(claims)
    found = check([c for c in made if isinstance(c, Certificate)], output, jobs, limit, fresh)
    found += check_indexed([c for c in made if isinstance(c, IndexedCertificate)], output, jobs, limit, fresh)
    answers = {r.name: r for r in found}
    lines = (_line(c, answers.get(c.name)) for c in made)
    return Certified(tuple(lines), Path(output) if output is not None else None)


def _line(claim: Claim, answer: Checked | None) -> Line:
    if isinstance(claim, Gap) or answer is None:
        reason = claim.reason if isinstance(claim, Gap) else ""
        return Line(claim.name, claim.claim, "gap", message=reason)
    return Line(claim.name, claim.claim, answer.status, answer.axioms, answer.seconds, answer.message)


__all__ = ["Certified", "Line", "certify", "certify_all", "checked", "of_derivation"]
