"""The door: certificates of a derivation or of the whole library, checked, and what came of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from derive.derivation import Derivation
from proofs.certificates import scalar_claims
from proofs.certificates.certificate import Certificate, Checked
from proofs.certificates.claims import AT_SMALL_EXTENTS, FAMILIES, FOR_ANY_DEPTH, MAKERS, Claim, Gap, Maker, word
from proofs.certificates.coq import MISSING, find_coq, prelude
from proofs.certificates.coqc import LIMIT, refuse_namesakes, to_ask, written
from proofs.certificates.indexed import checking, networks
from proofs.certificates.indexed import claims as indexed_claims
from proofs.certificates.indexed.certificate import IndexedCertificate
from proofs.certificates.published import publish
from proofs.certificates.running import answers

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
    found = {r.name: r for r in answered(made, jobs, limit, fresh)}
    lines = tuple(line(claim, found.get(claim.name)) for claim in made)
    if output is not None:
        accepted = {one.name for one in lines if one.status == "accepted"}
        _published(Path(output), [claim for claim in made if claim.name in accepted], limit)
    return Certified(lines, Path(output) if output is not None else None)


def answered(claims: Iterable[Claim], jobs: int, limit: int = LIMIT, fresh: bool = False) -> Iterator[Checked]:
    """What Coq says of each certificate among the claims, when it has said it: `jobs` runs of it at a time."""
    made, coq = list(claims), find_coq()
    names = [c.name for c in made if not isinstance(c, Gap)]
    refuse_namesakes(names)
    scalar = [c for c in made if isinstance(c, Certificate)]
    indexed = [c for c in made if isinstance(c, IndexedCertificate)]
    if coq is None:
        return iter([Checked(name, "skipped", message=MISSING) for name in names])
    asked = to_ask(scalar, coq, jobs, limit, fresh), checking.to_ask(indexed, coq, jobs, limit, fresh)
    return answers(chain(*asked), jobs)


def _published(folder: Path, accepted: Sequence[Claim], limit: int) -> None:
    """The accepted certificates in folders that anybody can check."""
    if not accepted or (coq := find_coq()) is None:
        return
    if scalar := [c for c in accepted if isinstance(c, Certificate)]:
        publish(folder, prelude(coq), written(scalar, limit), within="certificates")
    for certificate in accepted:
        if isinstance(certificate, IndexedCertificate):
            publish(folder / certificate.name, prelude(coq), certificate.files)


def line(claim: Claim, answer: Checked | None) -> Line:
    """A claim and what came of it; a gap has no answer."""
    if isinstance(claim, Gap) or answer is None:
        reason = claim.reason if isinstance(claim, Gap) else ""
        return Line(claim.name, claim.claim, "gap", message=reason)
    return Line(claim.name, claim.claim, answer.status, answer.axioms, answer.seconds, answer.message)


__all__ = ["Certified", "Line", "answered", "certify", "certify_all", "checked", "line", "of_derivation"]
