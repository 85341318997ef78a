"""Names of what stands in other definitions: h = tanh(W x + b) and a = W x + b say that h is tanh(a)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from proofs.notes.reading.formulas import Read, chains_of, each
from proofs.notes.reading.tree import SLOPES, Chain, Node, plain

LONG = ("add", "mul", "times")


def as_parts(read: Read) -> list[tuple[Chain, ...] | str]:
    """The formulas of a note, the argument of a function by the name that the note has for it."""
    chains = chains_of(read)
    heads = Counter(plain(chain.members[0]) for chain in chains if chain.signs)
    named = {_stripped(body): head for head, body in map(_named, chains) if heads[head] == 1}
    if not named:
        return list(read)
    return each(read, lambda chain: _said(chain, named))


def _named(chain: Chain) -> tuple[Node, Node]:
    """A name and the sum or product that it stands for."""
    head, body = plain(chain.members[0]), plain(chain.members[-1])
    short = len(chain.members) != 2 or chain.signs[0] not in ("=", ":=") or chain.condition is not None
    names = {n.text for n in body.walk() if n.kind == "name"}
    if short or head.kind != "name" or body.kind not in LONG or head.text in names or len(names) < 2:
        return Node("none"), Node("none")
    return head, body


def _said(chain: Chain, named: Mapping[Node, Node]) -> Chain:
    """A definition with these names; claims stay as they are."""
    head, *bodies = chain.members
    plainly = len(bodies) == 1 and plain(head).kind == "name" and not any(n.kind in SLOPES for n in bodies[0].walk())
    return replace(chain, members=(head, _within(bodies[0], named))) if plainly else chain


def _within(node: Node, named: Mapping[Node, Node]) -> Node:
    if node.kind == "apply" and len(node.args) == 2:
        name = named.get(_stripped(plain(node.args[1])))
        return node.with_args(node.args[0], name or _within(node.args[1], named))
    return node.inside(lambda part: _within(part, named))


def _stripped(node: Node) -> Node:
    """Without brackets that only group, so that what is written alike is equal."""
    node = plain(node)
    return replace(node, args=tuple(map(_stripped, node.args)), text="" if node.kind == "mul" else node.text)
