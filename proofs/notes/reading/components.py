"""Components of functions of a vector: S(z)_i, and S(z_i) where it is e^{z_i} over the sum of all e^{z_j}, are S_i."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from proofs.notes.reading.formulas import Read, chains_of, each
from proofs.notes.reading.tree import Chain, Node, plain

BUILT = ("softmax", "Softmax")  # known without a definition
Vector = tuple[str, str]  # a function, and the vector that it is of


def as_components(read: Read) -> list[tuple[Chain, ...] | str]:
    """The formulas of a note with the components of functions that it defines so as entries of their own."""
    chains = chains_of(read)
    found = frozenset(_defined(chains)) if not _sloped(chains) else frozenset()
    if not found:
        return list(read)
    return each(read, lambda chain: replace(chain, members=tuple(_said(m, found) for m in chain.members)))


def _sloped(chains: Iterable[Chain]) -> bool:
    """Whether a function has a prime: it is one of numbers somewhere."""
    nodes = (n for chain in chains for m in chain.members for n in m.walk())
    return any(n.kind == "apply" and n.args[0].primes for n in nodes)


def _defined(chains: Iterable[Chain]) -> Iterator[Vector]:
    for chain in (chain for chain in chains if chain.signs):
        head, body = plain(chain.members[0]), chain.members[1]
        whole = plain(head.args[0]) if head.kind == "indexed" and len(head.subs) == 1 else head
        pair = _called(whole)
        of_all = {n.text for total in body.walk() if total.kind == "sum" for n in total.args[2].walk() if n.subs}
        parts = whole is not head or bool(plain(head.args[-1]).subs) if pair else False
        if pair and parts and pair[1] in of_all and pair[0] not in BUILT:
            yield pair


def _called(node: Node) -> Vector | None:
    """S and z, of S(z) and S(z_i)."""
    if node.kind != "apply" or len(node.args) != 2 or node.args[0].kind != "name":
        return None
    head, arg = node.args[0], plain(node.args[1])
    bare = not (head.subs or head.sups or head.primes or arg.sups)
    return (head.text, arg.text) if bare and arg.kind == "name" and len(arg.subs) < 2 else None


def _said(node: Node, found: frozenset[Vector]) -> Node:
    inside = plain(node.args[0]) if node.kind == "indexed" else node
    pair = _called(inside)
    if pair is None or pair not in found:
        return node.over(lambda part: _said(part, found))
    subs = node.subs if inside is not node else plain(inside.args[1]).subs
    return replace(inside.args[0], subs=subs, sups=node.sups, span=node.span)
