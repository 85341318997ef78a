r"""a \otimes b as a b^T, which it is of two vectors; what is so read may hold, and is not refuted."""

from __future__ import annotations

from dataclasses import replace

from proofs.notes.reading.formulas import Read, each
from proofs.notes.reading.tree import Chain, Node

OUTER = "a ⊗ b is the outer product a bᵀ"


def as_products(read: Read) -> list[tuple[Chain, ...] | str]:
    """The formulas of a note with outer products as products."""
    return each(read, _spelled)


def _spelled(chain: Chain) -> Chain:
    members = tuple(map(_product, chain.members))
    return chain if members == chain.members else replace(chain, members=members, said=(*chain.said, OUTER))


def _product(node: Node) -> Node:
    node = node.inside(_product)
    if node.kind != "outer" or len(node.args) != 2:
        return node
    left, right = node.args
    return replace(node, kind="mul", args=(left, Node("transpose", (right,), span=right.span)), text="")
