"""Slopes by a vector that are written as a list: dy/dw = [x_1, x_2] is the list of dy/dw_1 and dy/dw_2."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from proofs.notes.reading.formulas import Read, chains_of, each
from proofs.notes.reading.tree import SLOPES, Chain, Node, number, plain

Numbers = Mapping[str, list[int]]
LISTS = ("matrix", "vector")


def as_lists(read: Read) -> list[tuple[Chain, ...] | str]:
    """The formulas of a note with a list of slopes for one by a vector of which it numbers the entries."""
    numbered: dict[str, set[int]] = {}
    for name in (n for chain in chains_of(read) for m in chain.members for n in m.walk() if n.kind == "name"):
        if len(name.subs) == 1 and name.subs[0].kind == "num" and name.subs[0].text.isdigit():
            numbered.setdefault(name.text, set()).add(int(name.subs[0].text))
    numbers = {text: sorted(found) for text, found in numbered.items()}
    return each(read, lambda chain: _listed(chain, numbers))


def _listed(chain: Chain, numbers: Numbers) -> Chain:
    """A chain whose left side is such a slope, with the list that its first list is like."""
    lists = [member for member in map(plain, chain.members[1:]) if _flat(member).kind in LISTS]
    slope = plain(chain.members[0])
    if lists and slope.kind == "nabla" and len(slope.args) == 1 and _of_slopes(lists[0], plain(slope.args[0])):
        return replace(chain, members=chain.members[1:], signs=chain.signs[1:]) if len(chain.members) > 2 else chain
    by = plain(slope.args[-1]) if slope.kind in SLOPES and len(slope.args) == 2 and not slope.primes else slope
    if not lists or by is slope or by.kind != "name" or by.subs or by.sups or slope.text == "2":
        return chain
    own = numbers.get(by.text, [])
    entries = [slope.with_args(slope.args[0], replace(by, subs=(number(n),))) for n in own]
    entries = [replace(entry, kind="derivative", text=r"\partial") for entry in entries]
    first = _like(lists[0], entries) if own and own == list(range(own[0], own[-1] + 1)) and own[0] < 2 else None
    return replace(chain, members=(first, *chain.members[1:])) if first is not None else chain


def _of_slopes(given: Node, of: Node) -> bool:
    """Whether all entries of a list are slopes of this."""
    rows = _flat(given).args
    entries = [plain(cell) for row in rows for cell in (row.args if row.kind == "row" else (row,))]
    return all(entry.kind == "derivative" and plain(entry.args[0]) == of for entry in entries)


def _flat(member: Node) -> Node:
    """A list without the transpose that it has."""
    return plain(member.args[0]) if member.kind == "transpose" else member


def _like(given: Node, entries: list[Node]) -> Node | None:
    """The entries in a list, a row or a column as another is; None where that is of another size."""
    if given.kind == "transpose":
        inside = _like(_flat(given), entries)
        return inside and given.with_args(inside)
    if given.kind == "vector":
        return given.with_args(*entries) if len(given.args) == len(entries) else None
    rows = given.args
    if len(rows) == len(entries) and all(len(row.args) == 1 for row in rows):
        return given.with_args(*(row.with_args(entry) for row, entry in zip(rows, entries, strict=True)))
    return (
        given.with_args(rows[0].with_args(*entries)) if len(rows) == 1 and len(rows[0].args) == len(entries) else None
    )
