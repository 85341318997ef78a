r"""\delta o where a note says that it is \partial L/\partial o, or a step along a slope: a name, no product."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from proofs.notes.reading.formulas import Read, chains_of, each
from proofs.notes.reading.tree import SLOPES, Chain, Node, plain

DELTA = Node("name", text="delta")
PRODUCTS = ("mul", "times")


def as_variations(read: Read) -> list[tuple[Chain, ...] | str]:
    """The chains of a note with each \\delta o as d o, or as \\Delta o where a step is what it is."""
    said = set(_said(chains_of(read)))
    if len(said) != 1:
        return list(read)
    kind = said.pop()
    return each(read, lambda chain: replace(chain, members=tuple(_varied(m, kind) for m in chain.members)))


def _said(chains: Iterable[Chain]) -> Iterator[str]:
    """`slope` where the left side is one by the name that follows, `change` where it is a product with one."""
    for chain in chains:
        name = _named(plain(chain.members[0])) if chain.signs else None
        members = [plain(member) for member in chain.members[1:]]
        if name is not None and any(_by(member, name) for member in members):
            yield "slope"
        elif name is not None and any(_by(n, name) for member in members for n in member.walk()):
            yield "change"


def _named(product: Node) -> Node | None:
    """o of \\delta o."""
    pair = product.kind == "mul" and product.args[0] == DELTA and product.args[1].kind == "name"
    return product.args[1] if pair else None


def _by(node: Node, name: Node) -> bool:
    return node.kind in SLOPES and node.args[1:] == (name,)


def _varied(node: Node, kind: str) -> Node:
    node = node.over(lambda part: _varied(part, kind))
    if node.kind != "mul" or node.args[1].kind != "name":
        return node
    first, name = node.args
    varied = Node("change", (name,)) if kind == "change" else replace(name, text=f"d {name.text}")
    if first == DELTA:
        return replace(varied, span=node.span)
    behind = first.kind in PRODUCTS and first.args[1] == DELTA
    return first.with_args(first.args[0], varied) if behind else node
