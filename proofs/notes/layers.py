"""Layers that are numbered below the names of a network, W_1 and z_1, said as the marks of layers, W^{(1)}."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from proofs.notes.reading.tree import Chain, Node, number

OF_LAYERS = frozenset(("W", "z", "Z", "a", "A", "h", "H", "b"))
NUMBERED = "numbers below W, b, z and a are layers, z = W a + b"


def in_layers(names: Iterable[Node]) -> int:
    """How many layers a note numbers below its weights; 0 where it numbers none, or but one of weights and units."""
    found = {(name.text, layer) for name in names if (layer := _layer(name))}
    weights = {layer for text, layer in found if text == "W"}
    units = {layer for text, layer in found if text not in ("W", "b")}
    return max(weights) if weights and units and max(units) <= max(weights) else 0


def by_layers(chain: Chain) -> Chain:
    """The chain with numbers below the names of a network as marks of layers."""
    return replace(chain, members=tuple(map(_marked, chain.members)))


def _layer(name: Node) -> int:
    if name.kind != "name" or name.text not in OF_LAYERS or len(name.subs) != 1 or not name.subs[0].text.isdigit():
        return 0
    return int(name.subs[0].text)


def _marked(node: Node) -> Node:
    layer = _layer(node)
    if not layer:
        return node.inside(_marked)
    return replace(node, subs=(), sups=(Node("group", (number(layer),), text="("), *node.sups))
