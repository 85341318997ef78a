"""A certificate: what is claimed, in Coq; a generated proof of it; and what came of having it checked.

The statement and the domain are from a trusted printer. Whatever is generated is scanned before Coq reads it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

Script = tuple[str, ...]
STATUSES = ("refused", "timed out", "skipped", "accepted")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_']*")
# A sentence of a proof begins with a tactic, never with a command, which Coq writes with a capital.
COMMAND = re.compile(r"[\s\-+*{}()\[\]|>]*(\d+\s*:|all\s*:)?\s*[A-Z]")
# Words that no generated text needs, be it a sentence or a whole file.
NEVER = (
    r"admit|give_up|Admitted|Axioms?|Parameters?|Conjectures?|Context|Unset|Set|Guard|Bypass\w*|bypass_check|Declare"
    r"|Redirect|Extraction|Load|Notation|Fail"
)
FORBIDDEN = re.compile(rf"\b({NEVER}|Hypothes[ie]s|Variables?|Require|Import|Timeout|Qed|Defined)\b")

UNFIT = (
    (re.compile(r"\.(\s|$)|\.\."), "is more than one sentence"),
    (re.compile(r"\(\*|\*\)|\""), "holds a comment or a string"),
    (FORBIDDEN, "holds a word of a command, which no proof needs"),
)


class Unfit(ValueError):
    """A generated text holds what no proof needs; the message says what and where."""


@dataclass(frozen=True)
class Certificate:
    """`statement` is a proposition of Coq, and `proof` the tactics for it, one sentence each, without full stops.

    `domain` says that some values are as the statement assumes, and `witness` proves it; without it nothing is assumed.
    `rooms` are the files of the prelude that are read, `claim` says in words what is claimed; `axioms` are beginnings
    of names that it may rest on beside Coquelicot's own.
    """

    name: str
    statement: str
    proof: Script
    domain: str = ""
    witness: Script = ()
    rooms: tuple[str, ...] = ("Scalar",)
    claim: str = ""
    axioms: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise Unfit(f"{self.name!r} is no name for a lemma: use letters, digits and _")


@dataclass(frozen=True)
class Checked:
    """What Coq says of one: "accepted" with the axioms that it rests on, "refused", "timed out" or "skipped"."""

    name: str
    status: str
    axioms: tuple[str, ...] = ()
    seconds: float = 0.0
    message: str = ""


def scan(certificate: Certificate) -> None:
    """Nothing, if every generated sentence is one tactic; Unfit names the first that is not.

    >>> scan(Certificate("t", "True", ("exact I. Axiom cheat : False",)))
    Traceback (most recent call last):
        ...
    proofs.certificates.certificate.Unfit: t: 'exact I. Axiom cheat : False' is more than one sentence
    """
    for sentence in (*certificate.proof, *certificate.witness):
        for found, why in ((p.search(sentence), why) for p, why in UNFIT):
            if found:
                raise Unfit(f"{certificate.name}: {_short(sentence)!r} {why}")
        if COMMAND.match(sentence):
            raise Unfit(f"{certificate.name}: {_short(sentence)!r} begins with a command, not with a tactic")


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:77]}..."


__all__ = ["NEVER", "STATUSES", "Certificate", "Checked", "Script", "Unfit", "scan"]
