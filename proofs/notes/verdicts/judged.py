"""What the rows that judge a claim see of the formula that it stands in."""

from __future__ import annotations

from typing import Protocol

from proofs.notes.context import Note
from proofs.notes.formula import Formula
from proofs.notes.reading.tree import Chain
from proofs.notes.verdicts.claim import Claim


class Judged(Protocol):
    """One formula of a note, at its number in it, whose claims are tried."""

    note: Note
    at: int
    formula: Formula
    chains: tuple[Chain, ...]

    def place(self, chain: Chain) -> int:
        """The number of a chain in the formula."""

    def tried(self, chain: Chain) -> Claim:
        """What is found of a chain, before the claims of the note are compared."""

    def holds(self, chain: Chain) -> bool:
        """Whether a chain holds for all numbers."""
