"""The three files of a batch: statements (trusted), proofs (generated), and the audit that puts one to the other.

The audit names statements and proofs by their files and opens neither, so that no notation, scope or definition in the
proofs can change what a statement says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from proofs.certificates.certificate import Certificate, Script

OPENING = """From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
{rooms}Open Scope R_scope.
"""
ROOM = "From Gradproof Require Import {}.\n"
MARK = "== "


def opening(certificates: Iterable[Certificate]) -> str:
    """What every file begins with."""
    rooms = dict.fromkeys(room for c in certificates for room in c.rooms)
    return OPENING.format(rooms="".join(map(ROOM.format, rooms)))


def statements(certificates: Sequence[Certificate]) -> str:
    """Each statement as a definition, in the words of the trusted printers alone."""
    return opening(certificates) + "".join(f"\n{line}" for c in certificates for line in _definitions(c))


def _definitions(c: Certificate) -> Iterator[str]:
    if c.claim:
        # What is said in words may hold anything, so nothing of it can end the comment.
        yield f"(* {c.claim.replace('(*', '( *').replace('*)', '* )').replace(chr(34), chr(39))} *)\n"
    yield f"Definition {c.name}_statement : Prop :=\n  {c.statement}.\n"
    if c.domain:
        yield f"Definition {c.name}_domain : Prop :=\n  {c.domain}.\n"


def proofs(certificates: Sequence[Certificate], number: int, limit: int, marked: bool = False) -> str:
    """The generated proofs, each sentence with its time limit; `marked` says which one begins."""
    head = f"{opening(certificates)}From Certificates Require Import statements_{number}.\n"
    return head + "".join(_proof(c, limit, marked) for c in certificates)


def _proof(c: Certificate, limit: int, marked: bool) -> str:
    parts = [_lemma(f"{c.name}_proof", f"{c.name}_statement", ("red", *c.proof), limit)]
    if c.domain:
        parts.append(_lemma(f"{c.name}_witness", f"{c.name}_domain", ("red", *c.witness), limit))
    if not marked:
        return "\n" + "".join(parts)
    # coqtop goes on after an error: with the next lemma, if what is open is given up.
    return mark(c.name) + "".join(f"{part}Goal True.\nAbort All.\n" for part in parts)


def _lemma(name: str, statement: str, script: Script, limit: int) -> str:
    body = "".join(f"  Timeout {limit} {sentence}.\n" for sentence in script)
    return f"Lemma {name} : {statement}.\nProof.\n{body}Timeout {limit} Qed.\n"


def mark(name: str) -> str:
    """A line that prints the name when it is reached."""
    return f'Goal True. idtac "{MARK}{name}". Abort.\n'


def audit(certificates: Sequence[Certificate], number: int) -> str:
    """Each generated proof put to its statement, and what all of them together rest on: asking costs a second."""
    head = f"From Certificates Require statements_{number} proofs_{number}.\n"
    pairs = [pair for c in certificates for pair in _pairs(c)]
    theorems = "".join(
        f"\nTheorem {name} : statements_{number}.{statement}.\nProof. exact proofs_{number}.{proof}. Qed.\n"
        for name, statement, proof in pairs
    )
    together = ", ".join(name for name, _, _ in pairs)
    return f"{head}{theorems}\nDefinition {ALL} := ({together}).\nPrint Assumptions {ALL}.\n"


ALL = "everything_here"


def _pairs(c: Certificate) -> Iterator[tuple[str, str, str]]:
    """A theorem's name, its statement and the generated proof of it."""
    yield c.name, f"{c.name}_statement", f"{c.name}_proof"
    if c.domain:
        yield f"{c.name}_inhabited", f"{c.name}_domain", f"{c.name}_witness"


def files(certificates: Sequence[Certificate], number: int, limit: int) -> dict[str, str]:
    """The three files of a batch."""
    return {
        "statements": statements(certificates),
        "proofs": proofs(certificates, number, limit),
        "audit": audit(certificates, number),
    }


__all__ = ["ALL", "MARK", "audit", "files", "mark", "opening", "proofs", "statements"]
