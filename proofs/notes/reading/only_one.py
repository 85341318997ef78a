"""Outputs of which a note has one alone, hat y_1, and writes it without its number, too: (y_1 - hat y)^2."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from proofs.notes.reading.formulas import Read, chains_of, each
from proofs.notes.reading.tree import Chain, Node, number, plain

OUTPUTS = ("y", "hat y", "t", "hat t", "o")
FIRST = (number(1),)


def as_only_one(read: Read) -> list[tuple[Chain, ...] | str]:
    """The formulas of a note with the number wherever such an output stands without it."""
    below: dict[str, set[tuple[Node, ...]]] = {}
    for name in (n for chain in chains_of(read) for m in chain.members for n in m.walk() if n.kind == "name"):
        plainly = tuple(replace(sub, span=(0, 0)) for sub in name.subs)
        below.setdefault(name.text, set()).add(plainly if not name.sups else (*plainly, *name.sups))
    heads = [plain(chain.members[0]) for chain in chains_of(read) if chain.signs]
    defined = Counter(text for text, _ in {(n.text, len(n.subs)) for n in heads if n.kind == "name" and not n.sups})
    ones = frozenset(text for text in OUTPUTS if below.get(text) == {(), FIRST} and defined[text] < 2)
    return each(read, lambda chain: replace(chain, members=tuple(_numbered(m, ones) for m in chain.members)))


def _numbered(node: Node, ones: frozenset[str]) -> Node:
    bare = node.kind == "name" and node.text in ones and not node.subs
    return replace(node, subs=FIRST) if bare else node.over(lambda part: _numbered(part, ones))
