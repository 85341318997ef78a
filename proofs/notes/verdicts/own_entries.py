"""Entries with a formula of their own, a_3 = w_{13} y_1, beside that of all entries, a_j = sum_i w_{ij} x_i."""

from __future__ import annotations

from proofs.notes.context import Note
from proofs.notes.reading.names import marks
from proofs.notes.reading.tree import Chain, Node
from proofs.notes.verdicts.names import tops


def has_its_own(note: Note, chain: Chain) -> str:
    """Why a claim is not refuted by the formula of all entries; empty where nothing else is said of one."""
    heads = {law.head for law in note.sheet.laws}
    own = next((top for top in tops(chain) if top in heads and any(map(_figure, marks(top, note.habits).places))), None)
    return "" if own is None else f"an entry of {own.text} that has a formula of its own"


def _figure(place: Node) -> bool:
    return place.kind == "num"
