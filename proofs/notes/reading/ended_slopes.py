"""Names given at the end of what a slope is: dL/dV = B^T dL/dC = Z says that Z is dL/dV, wherever it stands later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from proofs.notes.reading.formulas import Read, chains_of
from proofs.notes.reading.tree import Chain, Node, plain
from proofs.notes.verdicts.readings import NUMBERS, ROLES

Slopes = Mapping[Node, Node]


def with_slopes(read: Read) -> list[tuple[Chain, ...] | str]:
    """The formulas of a note with slopes of the cost for the names that end what they are, if nothing else says it."""
    heads = {plain(chain.members[0]) for chain in chains_of(read)}
    seen: set[Node] = set()
    named: dict[Node, Node] = {}
    found: list[tuple[Chain, ...] | str] = []
    for chains in read:
        found.append(chains if isinstance(chains, str) else tuple(_read(chain, named, heads, seen) for chain in chains))
    return found


def _read(chain: Chain, named: dict[Node, Node], heads: set[Node], seen: set[Node]) -> Chain:
    """A chain with slopes for what is named before it, and without the name that it gives itself."""
    spelled = replace(chain, members=tuple(_put(m, named) for m in chain.members)) if named else chain
    last, others = plain(chain.members[-1]), {_bare(n) for m in chain.members[:-1] for n in _names(m)}
    given = _ends(chain) and last not in heads and _bare(last) not in seen | others
    seen |= others | {_bare(n) for n in _names(chain.members[-1]) if not given}
    if not given:
        return spelled
    named[_bare(last)] = plain(spelled.members[0])
    return replace(spelled, members=spelled.members[:-1], signs=spelled.signs[:-1])


def _ends(chain: Chain) -> bool:
    slope, last = plain(chain.members[0]), plain(chain.members[-1])
    if len(chain.members) < 3 or set(chain.signs) != {"="} or slope.kind != "derivative" or len(slope.args) != 2:
        return False
    cost = ROLES.get(plain(slope.args[0]).text) == "cost" and not slope.primes
    new = last.kind == "name" and not (last.sups or last.primes) and last.text not in {*ROLES, *NUMBERS}
    return cost and new and all(sub.kind in ("num", "word") for sub in last.subs)


def _names(node: Node) -> Iterator[Node]:
    return (n for n in node.walk() if n.kind == "name")


def _bare(name: Node) -> Node:
    return replace(name, span=(0, 0))


def _put(node: Node, named: Slopes) -> Node:
    if node.kind == "name" and not node.sups and _bare(node) in named:
        return Node("group", (named[_bare(node)],), "(", span=node.span)
    return node.over(lambda part: _put(part, named))
