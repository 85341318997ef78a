"""Slopes as products of those that a note prints: dL/dw is dL/dz times dz/dw, where all goes through z."""

from __future__ import annotations

from collections.abc import Iterator

from proofs.notes.numbers.atoms import Atom, atom
from proofs.notes.numbers.given import Page, Place, Said, Sheet, what_of
from proofs.notes.reading.tree import Node, NotUnderstood

Printed = tuple[Node, Said]


def printed_halves(sheet: Sheet, page: Page, at: Place, of: Node, by: Node) -> Iterator[Printed]:
    """The names through which alone one depends on the other, each with the slope by it that the note prints."""
    top, below = what_of(of, sheet.habits), what_of(by, sheet.habits)
    if not isinstance(top, Atom) or not isinstance(below, Atom):
        return
    for law in sheet.laws:
        middle = what_of(law.head, sheet.habits)
        said = page.numbers.get(f"d {top} / d {middle}") if middle not in (top, below) else None
        if said and not said.printed.data.ndim and isinstance(middle, Atom) and _alone(sheet, at, top, below, middle):
            yield law.head, said


def _alone(sheet: Sheet, at: Place, top: Atom, below: Atom, middle: Atom) -> bool:
    """Whether no formula joins the two but through the name between them."""
    seen, open_names = {middle}, [top]
    while open_names:
        key = open_names.pop()
        if key == below:
            return False
        if key in seen:
            continue
        seen.add(key)
        found = sheet.laws_of(key, at)
        if any(env for _, env in found):
            return False
        try:
            open_names += [atom(n, sheet.habits, {}) for law, _ in found for n in law.body.walk() if n.kind == "name"]
        except NotUnderstood:
            return False
    return True
