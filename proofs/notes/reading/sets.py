"""Sums of which only the set is written, as over N examples or K classes: the letter is the one that the terms have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from proofs.notes.reading.formulas import Read, each
from proofs.notes.reading.names import LETTERS
from proofs.notes.reading.tree import Chain, Node, plain


def over_sets(read: Read) -> list[tuple[Chain, ...] | str]:
    """The chains of a note in which each sum has its letter below it, where one letter can be meant."""
    return each(read, _whole)


def _whole(chain: Chain) -> Chain:
    own = set(_letters(chain.members[0]))
    return replace(chain, members=tuple(_within(member, own) for member in chain.members))


def _within(node: Node, own: set[str]) -> Node:
    node = node.over(lambda part: _within(part, own))
    lower = plain(node.args[0]) if node.kind == "sum" else node
    if node.kind != "sum" or not _set(lower):
        return node
    letters = list(dict.fromkeys(_letters(node.args[2])))
    if lower.text in letters:
        return node
    meant = [x for x in letters if x == lower.text.lower()] or [x for x in letters if x not in own]
    upper = node.args[1] if node.args[1].kind != "none" else lower
    return node.with_args(Node("name", text=meant[0]), upper, node.args[2]) if len(meant) == 1 else node


def _set(lower: Node) -> bool:
    return lower.kind == "name" and len(lower.text) == 1 and lower.text.isupper() and not (lower.subs or lower.sups)


def _letters(node: Node) -> Iterator[str]:
    """The letters that stand below names or as examples above them, and that no sum within binds."""
    bound = {n.text for n in node.args[0].walk()} if node.kind in ("sum", "prod") else set()
    marks = (*node.subs, *(plain(sup) for sup in node.sups if sup.kind == "group"))
    found = (mark.text for mark in marks if mark.kind == "name" and mark.text in LETTERS)
    parts = (letter for part in (*node.args, *node.sups) for letter in _letters(part))
    yield from (letter for letter in (*found, *parts) if letter not in bound)
