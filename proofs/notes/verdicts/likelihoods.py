"""Likelihoods: what is a sum of logarithms, none of them taken away, is made large, and a step goes up it."""

from __future__ import annotations

from collections.abc import Iterator

from proofs.notes.reading.tree import Node, plain

DOWN = "a step down a sum of logarithms, which may have lost its sign"


def likelihood(body: Node) -> bool:
    """Whether an expression has logarithms, and all of them are added."""
    return set(_signs(body, 1)) == {1}


def _signs(node: Node, sign: int) -> Iterator[int]:
    """The signs of the logarithms among the terms of an expression."""
    node = plain(node)
    if node.kind == "apply" and node.args[0].text in ("log", "ln"):
        yield sign
    elif node.kind == "neg":
        yield from _signs(node.args[0], -sign)
    elif node.kind in ("add", "mul", "times", "sum", "frac", "div"):
        yield from (found for part in node.args for found in _signs(part, sign))
