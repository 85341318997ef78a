"""Numbers put into a formula that the note has before, for the same slope or for that with letters: w_j for w_1."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from proofs.notes.numbers.arithmetic import aligned, matches, number_of
from proofs.notes.numbers.digits import Printed, printed
from proofs.notes.numbers.given import Place, Sheet, what_of
from proofs.notes.reading.tree import Node, factors_of
from proofs.notes.verdicts.claim import Claim


class Judged(Protocol):
    """A formula before, with its claims."""

    @property
    def claims(self) -> list[Claim]:
        """What is said of its chains."""
        ...


def right(claim: Claim) -> bool:
    """Whether a claim was found right, before the claims of a note are compared."""
    return claim.verdict == "true under" or bool(claim.trial and (claim.trial.held or claim.trial.fitting))


def put_in(sheet: Sheet, at: Place, left: Node, numeric: Node, before: Sequence[Judged]) -> Claim | None:
    """The claim before that is right, of which a member has names where numbers stand here, and no other numbers."""
    for claim in (c for one in before for c in one.claims if c.trial and right(c)):
        letters = dict[str, Node]()
        if not _alike(claim.chain.members[0], left, sheet.habits.letters, letters):
            continue
        members = [with_numbers(member, letters) for member in claim.chain.members[1:]]
        if any(matches(member, numeric, {}) and not _others(sheet, at, member, numeric) for member in members):
            return claim
        if any(of_arrays(sheet, at, member, numeric) for member in members):
            return claim
    return None


def filled(sheet: Sheet, at: Place, member: Node, numeric: Node) -> bool:
    """Whether a calculation is the formula before it, with numbers for its names; for its slopes they may be wrong."""
    return matches(member, numeric, {}) or of_arrays(sheet, at, member, numeric)


def of_arrays(sheet: Sheet, at: Place, member: Node, numeric: Node) -> bool:
    """Whether arrays of numbers stand in a product where names and slopes stood, none of which has other numbers."""
    symbols, literals = list(factors_of(member)), list(map(printed, factors_of(numeric)))
    arrays = [literal for literal in literals if literal is not None and literal.data.size > 1]
    if len(arrays) != len(symbols) or len(symbols) < 2 or number_of(numeric) is None:
        return False
    numbers = sheet.pages(at)[0].numbers
    for symbol, literal in zip(symbols, arrays, strict=True):
        turned = symbol.kind == "transpose"
        key = what_of(symbol.args[0] if turned else symbol, sheet.habits)
        said = numbers.get(key) if key is not None else None
        if key is None or (said is not None and not _same(said.printed, literal, turned)):
            return False
    return True


def _same(said: Printed, put: Printed, turned: bool) -> bool:
    """Whether two arrays are the same, a column being no other than a row."""
    mine, its = np.squeeze(said.data), np.squeeze(put.data.T if turned else put.data)
    return mine.shape == its.shape and bool((abs(mine - its) <= np.squeeze(said.unit) / 2 + 1e-12).all())


def _alike(general: Node, special: Node, letters: frozenset[str], found: dict[str, Node]) -> bool:
    """Whether one is the other with numbers for the letters of its indices."""
    if general.kind == "name" and special.kind == "num" and general.text in letters:
        return found.setdefault(general.text, special) == special
    if (general.kind, general.text, general.primes) != (special.kind, special.text, special.primes):
        return False
    pairs = [(general.args, special.args), (general.subs, special.subs), (general.sups, special.sups)]
    alike = all(len(a) == len(b) for a, b in pairs)
    return alike and all(_alike(a, b, letters, found) for one, other in pairs for a, b in zip(one, other, strict=True))


def with_numbers(node: Node, letters: Mapping[str, Node]) -> Node:
    """The formula with these numbers for its letters, but for those that a sum binds."""
    lower = node.args[0] if node.kind in ("sum", "prod") else Node("none")
    bound = lower.args[0].text if lower.kind == "compare" else lower.text
    letters = {letter: body for letter, body in letters.items() if letter != bound or not bound}
    if node.kind == "name" and not node.subs and not node.sups and node.text in letters:
        return letters[node.text]
    moved = node.over(lambda part: with_numbers(part, letters))
    return replace(moved, subs=tuple(with_numbers(sub, letters) for sub in node.subs))


def _others(sheet: Sheet, at: Place, member: Node, numeric: Node) -> bool:
    """Whether a number is put in for a name that has another one."""
    return any(differs for differs in _differences(sheet, at, member, numeric))


def _differences(sheet: Sheet, at: Place, member: Node, numeric: Node) -> Iterator[bool]:
    numbers = sheet.pages(at)[0].numbers
    for name, literal in aligned(member, numeric):
        key, put = what_of(name, sheet.habits), printed(literal)
        said = numbers.get(key) if key is not None else None
        if said is not None and put is not None and said.printed.data.shape == put.data.shape:
            units = [np.where(one.unit < 1, one.unit, 0) for one in (said.printed, put)]  # whole numbers are exact
            yield not Printed(said.printed.data, units[0]).admits(put.data, units[1])
