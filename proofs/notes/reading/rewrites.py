"""Trees that are written in a long way, as what they say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from proofs.notes.reading.tree import Node, NotUnderstood, plain


def entry(name: Node, marks: Iterable[Node]) -> Node:
    """(W_1)_{ij} is an entry of what is called W_1: the digits within the bracket are no index."""
    own = (replace(sub, kind="word") if sub.kind == "num" else sub for sub in name.subs)
    return replace(name, subs=(*own, *marks))


def value_of(argument: Node) -> Node:
    """P(O = o) is P(o)."""
    return argument.args[1] if argument.kind == "compare" and argument.text == "=" else argument


def shorthand(node: Node) -> bool:
    """dy as one name; dy/dx is a derivative."""
    return plain(node).kind == "name" and plain(node).text.startswith("d ")


def whole_of(name: Node) -> Node:
    """y of dy."""
    return replace(name, text=name.text.removeprefix("d "))


def starred(atom: Node) -> Node:
    """w^* is another name."""
    if atom.kind != "name":
        raise NotUnderstood("a star at an expression")
    return replace(atom, text=atom.text + "*")
