"""A certificate for all extents: a statement, a generated proof, and what came of having both checked.

Three files: the statement, from the trusted printer; the proof, generated; the verdict, written here, which says
that the proof's theorems have the statement's types and asks what they rest on.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from derive.steps import Proof
from numeric.files import write
from proofs.certificates import cache
from proofs.certificates.certificate import NEVER, Checked, Unfit
from proofs.certificates.coq import MISSING, Coq, find_coq, prelude
from proofs.certificates.coqc import EXPECTED, assumptions, complaint
from proofs.certificates.indexed.chains import Chain
from proofs.certificates.indexed.statements import Said
from proofs.certificates.published import publish
from proofs.kept import digest

COMMANDS = re.compile(rf"\b({NEVER}|Infix|Coercion|Canonical|Module|Include|Abort)\b")
USED = re.compile(r"\] [\d.]+ secs \(([\d.]+)u")  # the processor's seconds of a sentence, whatever else runs


@dataclass(frozen=True)
class IndexedCertificate:
    """`statement` and `proof` are whole files of Coq; each of `gradients` is a tensor whose claim is proved."""

    name: str
    claim: str
    statement: str
    proof: str
    gradients: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """The file that holds the proofs against the claims."""
        lines = ["From Gradproof Require Import Sums Curves.", "From Certificates Require Statement Proof."]
        lines.append("Definition supposed : Statement.supposed := Proof.supposed_somewhere.")
        for wrt in self.gradients:
            lines.append(f"Definition {wrt}_is_proved : Statement.{wrt}_is_right := Proof.{wrt}_proved.")
        whole = ["supposed", *(f"{wrt}_is_proved" for wrt in self.gradients)]
        lines.append(f"Definition all := ({', '.join(whole)}).")
        return "\n".join([*lines, "Print Assumptions all.", ""])

    @property
    def files(self) -> dict[str, str]:
        return {"Statement": self.statement, "Proof": self.proof, "Verdict": self.verdict}


def indexed(proof: Proof, name: str) -> IndexedCertificate:
    """The certificate of a gradient; Unsayable or Unproved says what stands in the way.

    >>> import derive
    >>> made = indexed(derive.grad(derive.program("L = sum[i](x[i]**2)"), "x"), "square")
    >>> made.gradients
    ('x',)
    """
    said = Said(proof)
    sizes = ", ".join(said.extents)
    claim = f"{name}: the gradient by {', '.join(proof.wrt)}" + (f", for all {sizes}" if sizes else "")
    return IndexedCertificate(name, claim, said.text(), Chain(said).text(), tuple(proof.wrt))


def check_indexed(
    certificates: Sequence[IndexedCertificate],
    output: str | Path | None = None,
    jobs: int = 1,
    limit: int = 60,
    fresh: bool = False,
) -> list[Checked]:
    """What Coq says of each, in their order; accepted ones are written to `output`, if it is given."""
    coq = find_coq()
    if coq is None:
        return [Checked(c.name, "skipped", message=MISSING) for c in certificates]
    lib = prelude(coq)
    with ThreadPoolExecutor(jobs) as pool:
        found = list(pool.map(lambda c: _known(c, coq, lib, limit, fresh), certificates))
    for certificate, answer in zip(certificates, found, strict=True):
        if output is not None and answer.status == "accepted":
            publish(Path(output) / certificate.name, lib, certificate.files)
    return found


def _known(certificate: IndexedCertificate, coq: Coq, lib: Path, limit: int, fresh: bool) -> Checked:
    """The answer kept from before, or Coq's."""
    key = digest("indexed", certificate.files, coq.version, lib.name)
    kept = {} if fresh else cache.known({certificate.name: key})
    answer = kept.get(certificate.name) or _asked(certificate, coq, lib, limit)
    if not kept:
        cache.keep({key: answer})
    return answer


def _asked(certificate: IndexedCertificate, coq: Coq, lib: Path, limit: int) -> Checked:
    try:
        scan(certificate)
    except Unfit as why:
        return Checked(certificate.name, "refused", message=str(why))
    with tempfile.TemporaryDirectory(prefix="gradproof-") as folder:
        seconds, said = 0.0, ""
        for name, text in certificate.files.items():
            write(Path(folder) / f"{name}.v", text)
            ended, said = coq.compile(Path(folder), name, lib, limit)
            seconds = round(seconds + sum(map(float, USED.findall(said))), 2)
            if ended != 0:
                status = "refused" if ended is not None else "timed out"
                return Checked(certificate.name, status, (), seconds, f"{name}: {complaint(said)}")
    return _audited(certificate.name, assumptions(said), seconds)


def _audited(name: str, axioms: tuple[str, ...], seconds: float) -> Checked:
    others = [a for a in axioms if a not in EXPECTED]
    why = f"rests on {', '.join(others)}" if others else ""
    return Checked(name, "refused" if why else "accepted", axioms, seconds, why)


def scan(certificate: IndexedCertificate) -> None:
    """Nothing, if the proof holds no command that no proof needs; Unfit names the first."""
    found = COMMANDS.search(certificate.proof)
    if found or "(*" in certificate.proof:
        raise Unfit(f"{certificate.name}: the proof holds {found[0] if found else 'a comment'}, which no proof needs")


__all__ = ["IndexedCertificate", "check_indexed", "indexed", "scan"]
