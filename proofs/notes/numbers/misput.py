"""Numbers put in for a letter that has another number: s_n = v_n / (1 - b^n), and s_1 = 0.04 / (1 - 0.9^2)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from proofs.notes.numbers.arithmetic import aligned, matches
from proofs.notes.numbers.atoms import Atom, atom
from proofs.notes.numbers.digits import printed
from proofs.notes.numbers.given import Place, Sheet, is_number, what_of
from proofs.notes.reading.tree import Chain, Node, NotUnderstood, number

FIGURES = range(13)


def misput(sheet: Sheet, at: Place, chain: Chain) -> tuple[str, int, int] | None:
    """A letter, its number in the name on the left and the number put in for it, if all other numbers are right."""
    head = what_of(chain.members[0], sheet.habits)
    if not chain.signs or not isinstance(head, Atom) or not is_number(chain.members[1]):
        return None
    found = [
        _in_formula(sheet, at, law.body, chain.members[1], env)
        for law, env in sheet.laws_of(head, at)
        if law.at < at and env
    ]
    return found[0] if found and all(found) else None


def _in_formula(
    sheet: Sheet, at: Place, body: Node, calculation: Node, env: Mapping[str, int]
) -> tuple[str, int, int] | None:
    meant = {letter: place + 1 for letter, place in env.items()}
    if matches(_put(body, meant), calculation, {}):
        return None
    others = [(letter, figure) for letter in meant for figure in FIGURES if figure != meant[letter]]
    fitting = [(a, k) for a, k in others if matches(_put(body, {**meant, a: k}), calculation, {})]
    if len(fitting) != 1 or not _right_elsewhere(sheet, at, _put(body, dict(fitting)), calculation, env):
        return None
    ((letter, figure),) = fitting
    return letter, meant[letter], figure


def _put(node: Node, numbers: Mapping[str, int]) -> Node:
    """The formula with numbers for letters, but for those below names."""
    if node.kind == "name" and not node.subs and not node.sups and node.text in numbers:
        return number(numbers[node.text])
    return node.over(lambda part: _put(part, numbers))


def _right_elsewhere(sheet: Sheet, at: Place, body: Node, calculation: Node, env: Mapping[str, int]) -> bool:
    """Whether some names have the numbers that were put in for them, and none has another."""
    page, known = sheet.pages(at)[0], list[bool]()
    for name, literal in aligned(body, calculation):
        try:
            said, put = page.numbers.get(atom(name, sheet.habits, env)), printed(literal)
        except NotUnderstood:
            continue
        if said is not None and put is not None and said.printed.data.shape == put.data.shape:
            exact = np.zeros(put.data.shape)
            known.append(said.printed.admits(put.data, exact) or put.admits(said.printed.data, exact))
    return bool(known) and all(known)
