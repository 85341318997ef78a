r"""Bars and dots that a note introduces: by \bar v = \partial y/\partial v, \bar z is the slope of y by z.

So is it by \bar L = 1, of a cost L; and by \dot v = \partial v/\partial x, \dot z is the slope of z by x.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from proofs.notes.reading.formulas import Read, chains_of
from proofs.notes.reading.names import SAMPLED_COSTS
from proofs.notes.reading.tree import SLOPES, Chain, Node, number, plain

COSTS = (*SAMPLED_COSTS, "ell")
BAR, DOT = "bar ", "dot "


def as_adjoints(read: Read) -> list[tuple[Chain, ...] | str]:
    """The chains of a note with slopes for what it writes with bars and dots, where it says that these are slopes."""
    chains = chains_of(read)
    above, below = {*_tops(chains)}, {*_variables(chains)}
    kept = {name.text for chain in chains for name in _other_names(chain)}
    top, by = (next(iter(names)) if len(names) == 1 else None for names in (above, below))
    if top is None and by is None:
        return list(read)

    def changed(node: Node) -> Node:
        if node.kind != "name" or node.text in kept:
            return node.over(changed)
        of = replace(node, text=node.text[len(BAR) :])
        pair = [top, of] if node.text.startswith(BAR) else [of, by] if node.text.startswith(DOT) else []
        parts = tuple(replace(end, span=node.span) for end in pair if end is not None)
        return Node("derivative", parts, r"\partial", span=node.span) if len(parts) == 2 else node

    return [found if isinstance(found, str) else tuple(_each(found, changed, {*above, *below})) for found in read]


def _each(chains: tuple[Chain, ...], change: Callable[[Node], Node], ends: set[Node]) -> Iterator[Chain]:
    """The chains with the slopes, without those that only say what a bar is."""
    for chain in chains:
        if not {*_tops([chain]), *_variables([chain])} & ends or chain.members[-1] == number(1):
            yield replace(chain, members=tuple(map(change, chain.members)))


def _tops(chains: list[Chain]) -> Iterator[Node]:
    """The y of \\bar v = dy/dv, and the L of \\bar L = 1."""
    for _, of, right in _named(chains, BAR):
        if right == number(1) and of.text in COSTS and not of.subs:
            yield of
        if right.kind == "derivative" and tuple(map(plain, right.args[1:])) == (of,) and _alone(right.args[0]):
            yield plain(right.args[0])


def _variables(chains: list[Chain]) -> Iterator[Node]:
    """The x of \\dot v = dv/dx."""
    for _, of, right in _named(chains, DOT):
        if right.kind == "derivative" and len(right.args) == 2 and plain(right.args[0]) == of and _alone(right.args[1]):
            yield plain(right.args[1])


def _named(chains: list[Chain], mark: str) -> Iterator[tuple[Node, Node, Node]]:
    """What is said at once of a name with a mark: it, the name without, and what stands on the right."""
    for chain in chains:
        name = plain(chain.members[0])
        if len(chain.members) == 2 and chain.signs[0] in ("=", ":=") and name.text.startswith(mark):
            yield name, replace(name, text=name.text[len(mark) :]), plain(chain.members[1])


def _other_names(chain: Chain) -> Iterator[Node]:
    """What is a mean, or made of no slopes: \\bar x = sum x_i / n."""
    for name, _, right in _named([chain], BAR):
        nodes = list(right.walk())
        if any(n.kind == "sum" for n in nodes) and not any(n.kind in SLOPES or n.text.startswith(BAR) for n in nodes):
            yield name


def _alone(node: Node) -> bool:
    return plain(node).kind == "name"
