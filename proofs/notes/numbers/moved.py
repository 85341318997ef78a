"""Steps that say what is added, w = 1 + 3.2 = 4.2, where the rate of the note times the slope of its cost is -3.2."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from proofs.notes.context import Note
from proofs.notes.evaluation.values import Array
from proofs.notes.numbers.atoms import Atom
from proofs.notes.numbers.digits import Printed, printed
from proofs.notes.numbers.examples import ERRORS
from proofs.notes.numbers.given import RATES, Page, Place, what_of
from proofs.notes.numbers.worked import Worked, slope
from proofs.notes.reading.tree import Chain, Node, plain
from proofs.notes.verdicts.readings import ROLES, Reading

ROUGHLY = 0.01  # a slope may be rounded before it is put in


@dataclass(frozen=True)
class Moved:
    """The cost along whose slope a number is moved; `down` against the slope."""

    cost: str
    down: bool


def moved(note: Note, at: Place, chain: Chain) -> Moved | None:
    """The step that a sum of two numbers makes from the number that its name had."""
    head, last = what_of(chain.members[0], note.sheet.habits), printed(chain.members[-1])
    parts = [printed(part) for part in plain(chain.members[1]).args] if plain(chain.members[1]).kind == "add" else []
    if len(chain.members) != 3 or last is None or len(parts) != 2 or not isinstance(head, Atom):
        return None
    page, name = note.sheet.pages(at)[0], replace(head, label="")
    said = page.numbers.get(name)
    for start, change in (parts, parts[::-1]):
        if said and start and change and _same(said.printed.data, start.data):
            return next(_along(_at(note, at, page), name, change), None)
    return None


def _same(left: Array, right: Array) -> bool:
    return left.shape == right.shape == () and bool(abs(left - right) < 1e-12)


def _at(note: Note, at: Place, page: Page) -> Worked:
    """The numbers that the note gives there."""
    rules = {base: several for base, several in note.rules(at).items() if several[0].params}
    return Worked(Reading(), note.habits, rules, sheet=note.sheet, page=page, place=at)


def _along(p: Worked, name: Atom, change: Printed) -> Iterator[Moved]:
    rates = [s.printed.data for w, s in p.page.numbers.items() if isinstance(w, Atom) and w.base in RATES]
    for cost, by in _costs(p, name) if len(rates) == 1 else ():
        slope = _slope(p, cost, by)
        for sign in (-1, 1) if slope else ():
            if change.admits(sign * float(rates[0]) * np.array(slope), ROUGHLY * np.abs(change.data)):
                yield Moved(cost.text, sign < 0)


def _costs(p: Worked, name: Atom) -> Iterator[tuple[Node, Node]]:
    """What has the name of a cost, or is a function of the name alone; and the name as formulas have it."""
    heads = (plain(chain.members[0]) for _, chain in p.sheet.chains)
    by = next((head for head in heads if what_of(head, p.habits) == name), None)
    for law in (law for law in p.sheet.laws if law.at < p.place):
        if by and (law.params == (by,) or (ROLES.get(law.head.text) == "cost" and not law.head.subs)):
            yield law.head, by


def _slope(p: Worked, cost: Node, by: Node) -> float | None:
    try:
        found = slope(p, cost, by).data
    except ERRORS:
        return None
    return float(found[0].real) if found.shape == (1,) else None
