"""A certificate for all extents: a statement, a generated proof, and how both are written down.

Three files: the statement, from the trusted printer; the proof, generated; the verdict, written here, which says
that the proof's theorems have the statement's types and asks what they rest on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from derive.steps import Proof
from proofs.certificates.certificate import NEVER, Unfit
from proofs.certificates.indexed.chains import Chain
from proofs.certificates.indexed.statements import Said

OPENED = ("From Gradproof Require Import Sums Curves.", "From Certificates Require Statement Proof.")
COMMANDS = re.compile(rf"\b({NEVER}|Infix|Coercion|Canonical|Module|Include|Abort)\b")


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
        return "\n".join([*OPENED, *self.held(), "Print Assumptions all.", ""])

    def held(self, module: str = "") -> Iterator[str]:
        """Each claim as a definition whose value is its proof; `module` is where both stand in their files."""
        yield f"Definition supposed : Statement.{module}supposed := Proof.{module}supposed_somewhere."
        for wrt in self.gradients:
            yield f"Definition {wrt}_is_proved : Statement.{module}{wrt}_is_right := Proof.{module}{wrt}_proved."
        yield f"Definition all := ({', '.join(['supposed', *(f'{wrt}_is_proved' for wrt in self.gradients)])})."

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


def scan(certificate: IndexedCertificate) -> None:
    """Nothing, if the proof holds no command that no proof needs; Unfit names the first."""
    found = COMMANDS.search(certificate.proof)
    if found or "(*" in certificate.proof:
        raise Unfit(f"{certificate.name}: the proof holds {found[0] if found else 'a comment'}, which no proof needs")


__all__ = ["IndexedCertificate", "indexed", "scan"]
