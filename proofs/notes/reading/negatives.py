"""Negative samples: u_o, beside a sum over u_1 to u_K, is none of these, though both are rows of one array of words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from proofs.notes.reading.chances import one_of_all, summed
from proofs.notes.reading.formulas import Read, each
from proofs.notes.reading.tree import SLOPES, Chain, Node, plain

Split = tuple[str, str]  # the array and the letter of the one that is apart


def apart(read: Read) -> list[tuple[Chain, ...] | str]:
    """The formulas of a note, the true word a name of its own in a cost of samples and in its slopes."""
    costs: dict[Node, frozenset[Split]] = {}
    return each(read, lambda chain: _said(chain, costs))


def _said(chain: Chain, costs: dict[Node, frozenset[Split]]) -> Chain:
    head = plain(chain.members[0])
    if head.kind == "name" and chain.signs and not any(n.kind in SLOPES for m in chain.members for n in m.walk()):
        costs[head] = frozenset(_splits(chain))
        splits = costs[head]
    else:
        splits = frozenset(split for top in _tops(chain) for split in costs.get(top, ()))
    return replace(chain, members=tuple(_named(m, splits) for m in chain.members)) if splits else chain


def _tops(chain: Chain) -> Iterator[Node]:
    yield from (plain(n.args[0]) for m in chain.members for n in m.walk() if n.kind in SLOPES)


def _splits(chain: Chain) -> Iterator[Split]:
    """What stands outside a sum of log sigma(-u_k) over samples that are counted from 1."""
    nodes = [n for m in chain.members[1:] for n in m.walk()]
    sums = [n for n in nodes if n.kind == "sum" and _counted(n) and _negative(n.args[2])]
    inside = {id(n) for one in sums for n in one.walk()}
    arrays = summed(sums)
    for name in (n for n in nodes if sums and n.kind == "name" and n.text in arrays and id(n) not in inside):
        if one_of_all(name) and len(name.subs) == 1:
            yield name.text, name.subs[0].text


def _counted(total: Node) -> bool:
    """Over k from 1 to K."""
    lower, upper = plain(total.args[0]), plain(total.args[1])
    return lower.kind == "compare" and lower.text == "=" and plain(lower.args[1]).text == "1" and upper.kind == "name"


def _negative(body: Node) -> bool:
    """log sigma(-u v), or log(1 - sigma(u v))."""
    calls = [n for n in body.walk() if n.kind == "apply"]
    heads = {n.args[0].text for n in calls}
    minus = any(n.kind == "neg" for call in calls for n in call.args[1].walk())
    return "log" in heads and "sigma" in heads and minus


def _named(node: Node, splits: frozenset[Split]) -> Node:
    node = node.over(lambda part: _named(part, splits))
    single = node.kind == "name" and len(node.subs) == 1 and (node.text, node.subs[0].text) in splits
    return replace(node, subs=(Node("word", text=node.subs[0].text),)) if single else node
