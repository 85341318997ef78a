"""w_{ij} in a note that has the matrix W and no other w: an entry of W."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from proofs.notes.reading.formulas import Read, chains_of, each
from proofs.notes.reading.tree import Chain, Node

OTHERS = frozenset("CELJTNMKDP")  # costs, steps, counts and chances


def as_entries_of(read: Read) -> list[tuple[Chain, ...] | str]:
    """The formulas of a note with entries of matrices under the letters of these."""
    chains = list(chains_of(read))
    names = [n for chain in chains for m in chain.members for n in m.walk() if n.kind == "name"]
    found = frozenset(_small(names) & _whole(names)) - _counts(chains)
    return each(read, lambda chain: _said(chain, found)) if found else list(read)


def _small(names: Iterable[Node]) -> set[str]:
    """The capitals of small letters that stand nowhere without two indices."""
    alone: dict[str, bool] = {}
    for name in names:
        if len(name.text) == 1 and name.text.islower():
            pair = len(name.subs) == 2 and all(map(_index, name.subs)) and not (name.sups or name.primes)
            alone[name.text.upper()] = alone.get(name.text.upper(), True) and pair
    return {letter for letter, pair in alone.items() if pair} - OTHERS


def _whole(names: Iterable[Node]) -> set[str]:
    """The capitals that stand without marks, and with no others than two indices."""
    own = [n for n in names if len(n.text) == 1 and n.text.isupper()]
    marked = {n.text for n in own if n.sups or n.primes or len(n.subs) == 1}
    return {n.text for n in own if not n.subs} - marked


def _counts(chains: Iterable[Chain]) -> set[str]:
    """What bounds a sum or divides: a number, as the width W of an image."""
    nodes = [n for chain in chains for m in chain.members for n in m.walk()]
    parts = [n.args[1] for n in nodes if n.kind in ("sum", "prod", "frac", "div")]
    return {n.text for part in parts for n in part.walk() if n.kind == "name"}


def _index(sub: Node) -> bool:
    return (sub.kind == "name" and len(sub.text) == 1 and not (sub.subs or sub.sups)) or sub.kind == "num"


def _said(chain: Chain, capitals: frozenset[str]) -> Chain:
    return replace(chain, members=tuple(_entry(member, capitals) for member in chain.members))


def _entry(node: Node, capitals: frozenset[str]) -> Node:
    node = node.over(lambda part: _entry(part, capitals))
    entry = node.kind == "name" and len(node.subs) == 2 and node.text.islower() and node.text.upper() in capitals
    return replace(node, text=node.text.upper()) if entry else node
