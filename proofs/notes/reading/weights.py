"""Weights that alone are numbered above, W^{(1)} beside h and o: the numbers tell them apart, and are no layers."""

from __future__ import annotations

from dataclasses import replace

from proofs.notes.reading.formulas import Read, chains_of, each
from proofs.notes.reading.tree import Chain, Node

WEIGHTS = frozenset(("W", "b", "w", "V", "U", "v", "B"))
LETTERS = frozenset(("l", "L", "ell"))


def as_labels_of_weights(read: Read) -> list[tuple[Chain, ...] | str]:
    """The chains of a note with W^{(1)} as W_1, where weights alone have such numbers, and none a letter."""
    names = [n for chain in chains_of(read) for member in chain.members for n in member.walk() if n.kind == "name"]
    numbered = {name.text for name in names if _number(name) is not None}
    lettered = any(n.text in LETTERS for name in names for sup in name.sups for n in sup.walk())
    if not numbered or not numbered <= WEIGHTS or lettered or not numbered & {"W", "w", "U", "V"}:
        return list(read)
    return each(read, _labelled)


def _labelled(chain: Chain) -> Chain:
    return replace(chain, members=tuple(map(_below, chain.members)))


def _below(node: Node) -> Node:
    number = _number(node)
    if number is None:
        return node.over(_below)
    label = Node("word", text=number.text)
    others = tuple(sup for sup in node.sups if not _of_number(sup))
    return replace(node, subs=(*node.subs, label), sups=others)


def _number(name: Node) -> Node | None:
    found = [sup.args[0] for sup in name.sups if _of_number(sup)]
    return found[0] if name.kind == "name" and len(found) == 1 else None


def _of_number(sup: Node) -> bool:
    return sup.kind == "group" and sup.args[0].kind == "num" and sup.args[0].text.isdigit()
