"""Who turns a derivation into certificates, and which derivations there are to certify: two registries.

A maker takes a derivation and gives what it can say of it: certificates, and gaps with their reasons. A family is a
part of the library, every row of it a derivation with a name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from derive.derivation import Derivation
from proofs.certificates.certificate import Certificate
from proofs.certificates.indexed.certificate import IndexedCertificate


@dataclass(frozen=True)
class Gap:
    """What no certificate is made of, and why."""

    name: str
    claim: str
    reason: str


Claim = Certificate | IndexedCertificate | Gap
Maker = Callable[[Derivation, str], Iterator[Claim]]
Family = Callable[[], Iterator[Claim]]
MAKERS: dict[str, Maker] = {}
FOR_ANY_DEPTH: dict[str, Maker] = {}  # asked first: what it certifies says more than the makers below
AT_SMALL_EXTENTS: dict[str, Maker] = {}  # asked where no other maker certifies anything
FAMILIES: dict[str, Family] = {}


def maker(name: str, of: dict[str, Maker] = MAKERS) -> Callable[[Maker], Maker]:
    """Register what makes claims of a derivation, under a label that their names begin with."""

    def add(made: Maker) -> Maker:
        if name in of:
            raise ValueError(f"{name} makes claims already")
        of[name] = made
        return made

    return add


def family(name: str) -> Callable[[Family], Family]:
    """Register a part of the library whose every row is certified."""

    def add(made: Family) -> Family:
        if name in FAMILIES:
            raise ValueError(f"{name} is a family already")
        FAMILIES[name] = made
        return made

    return add


def word(text: str) -> str:
    """The text as a name in Coq.

    >>> word("my.py:loss")
    'my_py_loss'
    """
    made = re.sub(r"[^\w']+", "_", text, flags=re.ASCII).strip("_")
    return made if made[:1].isalpha() else f"f_{made}"


__all__ = [
    "AT_SMALL_EXTENTS",
    "FAMILIES",
    "FOR_ANY_DEPTH",
    "MAKERS",
    "Claim",
    "Family",
    "Gap",
    "Maker",
    "family",
    "maker",
    "word",
]
