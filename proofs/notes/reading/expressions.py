"""Slopes by an expression, d(wx + b)^2 / d(wx + b): it is a quantity of its own, defined beside the claim."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from proofs.notes.reading.tree import Chain, Node, plain

KINDS = ("add", "mul", "times", "apply", "frac")
PREFIX = "by "


def with_quantities(chain: Chain) -> Iterator[Chain]:
    """The definitions of the expressions by which the claim differentiates, and the claim with their names."""
    found: dict[str, Node] = {}
    members = tuple(_named(member, found) for member in chain.members)
    yield from (Chain((Node("name", text=name), body), ("=",)) for name, body in found.items())
    yield replace(chain, members=members)


def _named(node: Node, found: dict[str, Node]) -> Node:
    node = node.inside(lambda arg: _named(arg, found))
    if node.kind != "derivative" or len(node.args) != 2 or node.primes or plain(node.args[1]).kind not in KINDS:
        return node
    by = plain(node.args[1])
    name = Node("name", text=PREFIX + " ".join(n.text or n.kind for n in by.walk()))
    top = _put(plain(node.args[0]), by, name)
    left = _names(top)
    if name.text not in left or left & _names(by) or _calls(by):
        return node  # nothing says how it goes with it, or it goes with what is in it as well
    found[name.text] = by
    return node.with_args(top, name)


def _put(node: Node, by: Node, name: Node) -> Node:
    """An expression with the name in the place of another, also where this begins a sum."""
    if plain(node) == by:
        return name
    if node.kind == by.kind == "add" and node.args[: len(by.args)] == by.args:
        return node.with_args(name, *node.args[len(by.args) :])
    return node.over(lambda part: _put(part, by, name))


def _names(node: Node) -> set[str]:
    calls = {id(n.args[0]) for n in node.walk() if n.kind == "apply"}
    return {n.text for n in node.walk() if n.kind == "name" and id(n) not in calls}


def _calls(by: Node) -> bool:
    """Whether a bracket behind a name may be a factor: of w(x + b)."""
    return by.kind in ("mul", "times") and any(n.kind == "apply" for n in by.walk())
