"""Steps that say what is added, w = 1 + 3.2 = 4.2, where the rate of the note times the slope of its cost is -3.2."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from proofs.notes.context import Note
from proofs.notes.evaluation.values import Array
from proofs.notes.numbers.arithmetic import number_of
from proofs.notes.numbers.atoms import Atom
from proofs.notes.numbers.digits import Printed, printed
from proofs.notes.numbers.examples import ERRORS
from proofs.notes.numbers.given import RATES, Law, Page, Place, is_number, what_of
from proofs.notes.numbers.stepping import before
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
    """The step that a calculation makes from the number that its name had, or the one before it: x_0 for x_1."""
    head, terms = what_of(chain.members[0], note.sheet.habits), plain(chain.members[1])
    if len(chain.members) < 3 or not isinstance(head, Atom) or terms.kind != "add" or not is_number(terms):
        return None
    page = note.sheet.pages(at)[0]
    names = [replace(head, label=""), *(before(head) if note.sheet.stands_alone(head, at) else ())]
    for name in (name for name in names if name in page.numbers):
        for term in terms.args:
            start, rest = printed(term), terms.with_args(*(other for other in terms.args if other is not term))
            if start and _same(page.numbers[name].printed.data, start.data):
                return _along(_at(note, at, page), name, _change(rest))
    return None


def changed(note: Note, at: Place, chain: Chain) -> Moved | None:
    """The step whose change a note calculates: Delta w = -0.1 times 0.3."""
    head = plain(chain.members[0])
    name = what_of(head.args[0], note.sheet.habits) if head.kind == "change" else None
    whole = len(chain.members) > 1 and all(map(is_number, chain.members[1:]))
    return _along(_at(note, at, note.sheet.pages(at)[0]), name, _change(chain.members[1])) if whole and name else None


def _change(member: Node) -> Printed | None:
    """What is added: as it is printed, or about as it is calculated."""
    member = plain(member.args[0]) if member.kind == "add" and len(member.args) == 1 else plain(member)
    value = None if printed(member) else number_of(member)
    return printed(member) if value is None else Printed(value.data[..., 0].real, np.array(0.0))


def _same(left: Array, right: Array) -> bool:
    return left.shape == right.shape == () and bool(abs(left - right) < 1e-12)


def _at(note: Note, at: Place, page: Page) -> Worked:
    """The numbers that the note gives there."""
    rules = {base: several for base, several in note.rules(at).items() if several[0].params}
    return Worked(Reading(), note.habits, rules, sheet=note.sheet, page=page, place=at)


def _along(p: Worked, name: Atom | str | None, change: Printed | None) -> Moved | None:
    rates = [s.printed.data for w, s in p.page.numbers.items() if isinstance(w, Atom) and w.base in RATES]
    if len(rates) != 1 or not isinstance(name, Atom) or change is None or change.data.ndim or not change.data:
        return None
    for law, of, by in _costs(p, name):
        slope = _slope(p, of, by)
        for sign in (-1, 1) if slope else ():
            if change.admits(sign * float(rates[0]) * np.array(slope), ROUGHLY * np.abs(change.data)):
                return Moved(law.head.text, sign < 0)
    return None


def _costs(p: Worked, name: Atom) -> Iterator[tuple[Law, Node, Node]]:
    """What has the name of a cost, or is a function of the name alone, as it is called; and what it is by."""
    heads = (plain(chain.members[0]) for _, chain in p.sheet.chains)
    own = next((head for head in heads if what_of(head, p.habits) == name), None)
    for law in (law for law in p.sheet.laws if law.at < p.place and own is not None):
        if own and len(law.params) == 1 and law.params[0].text == name.base:
            there = law.head if law.params == (own,) else Node("apply", (law.head, own))
            yield law, there, law.params[0]
        elif own and ROLES.get(law.head.text) == "cost" and not law.head.subs and not law.params:
            yield law, law.head, own


def _slope(p: Worked, cost: Node, by: Node) -> float | None:
    try:
        found = slope(p, cost, by).data
    except ERRORS:
        return None
    return float(found[0].real) if found.shape == (1,) else None
