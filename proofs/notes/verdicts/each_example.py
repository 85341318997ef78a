"""Sums over examples of what names of one example give: delta^{x,l} (a^{x,l-1})^T, summed over x, said of each."""

from __future__ import annotations

from dataclasses import replace

from proofs.notes.reading.names import COUNTS
from proofs.notes.reading.tree import Chain, Node, plain

EACH = "the cost is summed over the examples, or their mean"


def of_each(chain: Chain) -> Chain | None:
    """The chain with the one sum over examples of its right side as its body for each; None without such a sum."""
    head, *others = chain.members
    sums = [n for m in others for n in m.walk() if n.kind == "sum"]
    letters = [n.text for n in sums[0].args[0].walk() if n.kind == "name"][:1] if len(sums) == 1 else []
    if not letters or not _of_examples(sums[0].args[2], letters[0]):
        return None
    members = tuple(_each(m, sums[0], letters[0]) for m in others)
    counted = {n.text for m in others for n in m.walk() if n.kind == "name"} & {*COUNTS, "B"}
    return replace(chain, members=(head, *members), pins=(*chain.pins, *((name, 1.0) for name in sorted(counted))))


def _of_examples(body: Node, letter: str) -> bool:
    """Whether a letter stands above names alone, beside their layers, and is no index below one."""
    names = [n for n in body.walk() if n.kind == "name"]
    above = [sup for n in names for sup in n.sups if plain(sup) == Node("name", text=letter)]
    below = any(sub.text == letter for n in names for part in n.subs for sub in part.walk())
    return bool(above) and not below and sum(n.text == letter for n in names) == len(above)


def _each(node: Node, total: Node, letter: str) -> Node:
    if node == total:
        return Node("group", (_each(total.args[2], total, letter),), text="(", span=node.span)
    node = node.inside(lambda part: _each(part, total, letter))
    return replace(node, sups=tuple(sup for sup in node.sups if plain(sup) != Node("name", text=letter)))
