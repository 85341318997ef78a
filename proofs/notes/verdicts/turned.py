"""A claim about arrays with one product put right: a factor transposed or not, two factors in the other order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from proofs.notes.reading.tree import SLOPES, Chain, Node, plain

PRODUCTS = ("mul", "times")


def turned(chain: Chain) -> Iterator[Chain]:
    """The chain with each such change of one product on its right side."""
    for n, member in enumerate(chain.members[1:], 1):
        for other in _turned(member):
            yield replace(chain, members=(*chain.members[:n], other, *chain.members[n + 1 :]))


def _turned(node: Node) -> Iterator[Node]:
    if node.kind in PRODUCTS and len(node.args) == 2:
        left, right = node.args
        pairs = [(_flipped(left), right), (left, _flipped(right)), (right, left)]
        pairs += [(_flipped(right), left), (right, _flipped(left))]
        yield from (node.with_args(*pair) for pair in pairs)
    for n, arg in enumerate(node.args if node.kind not in SLOPES else ()):
        yield from (node.with_args(*node.args[:n], other, *node.args[n + 1 :]) for other in _turned(arg))


def _flipped(factor: Node) -> Node:
    inside = plain(factor)
    return inside.args[0] if inside.kind == "transpose" else Node("transpose", (factor,), span=factor.span)
