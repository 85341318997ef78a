"""Names that get their numbers from a calculation: z = w x + b, and z = 0.3 times 2 + 1 after it.

The numbers stand in the order of the names. A note may have another order in mind, so such a number refutes nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from proofs.notes.numbers.arithmetic import aligned, matches
from proofs.notes.numbers.atoms import Atom
from proofs.notes.numbers.digits import Printed, printed
from proofs.notes.numbers.given import Place, Said, Sheet, is_number, what_of
from proofs.notes.reading.tree import Chain, Node, plain


def filled(sheet: Sheet) -> Iterator[Said]:
    """The numbers of names that have none otherwise, and that no formula computes."""
    known = {said.what for said in sheet.said}
    for at, chain in sheet.chains:
        for formula, calculation in _pairs(sheet, at, chain):
            named = list(aligned(formula, calculation)) if matches(formula, calculation, {}) else []
            named = [] if any(_otherwise(sheet, *pair) for pair in named) else named
            for name, literal in named:
                key, number = what_of(name, sheet.habits), printed(literal)
                if isinstance(key, Atom) and number is not None and key not in known and not sheet.laws_of(key, at):
                    yield Said(key, number, at, filled=True)


def _otherwise(sheet: Sheet, name: Node, literal: Node) -> bool:
    """Whether the note gives a name another number than the one that stands in its place: the order is another."""
    key, number = what_of(name, sheet.habits), printed(literal)
    given = [said.printed for said in sheet.said if said.what == key]
    return number is not None and bool(given) and all(not _same(one, number) for one in given)


def _same(one: Printed, other: Printed) -> bool:
    apart = one.shape != other.shape or abs(one.data - other.data).max() > (one.unit + other.unit).max()
    return not apart


def _pairs(sheet: Sheet, at: Place, chain: Chain) -> Iterator[tuple[Node, Node]]:
    """A formula and the calculation after it, in the chain or for the same name before."""
    head = what_of(chain.members[0], sheet.habits) if chain.signs else None
    if not isinstance(head, Atom) or chain.condition is not None:
        return
    laws = [law.body for law, env in sheet.laws_of(head, at) if law.at < at and not env][:1]
    first = plain(chain.members[1])
    yield from ((law, first) for law in laws if _calculation(first))
    yield from (
        (a, plain(b)) for a, b in itertools.pairwise(chain.members[1:]) if not is_number(a) and _calculation(plain(b))
    )


def _calculation(member: Node) -> bool:
    return is_number(member) and printed(member) is None
