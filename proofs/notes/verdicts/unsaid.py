r"""Derivatives of nothing that is written: \nabla_w = a and \frac{\partial}{\partial w} = a are of the note's cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from proofs.notes.reading.formulas import Read, chains_of
from proofs.notes.reading.tree import SLOPES, Chain, Node, plain
from proofs.notes.verdicts.readings import ROLES

OF_THE_COST = "a derivative of nothing that is written is that of the cost"
UNSAID = "a derivative without an operand"


def of_the_cost(read: Read) -> list[tuple[Chain, ...] | str]:
    """The chains of a note, with its cost where a left side has no operand; as they are if it has several, or none."""
    chains = chains_of(read)
    costs = {(name.text, name.subs, name.sups) for name in _costs(chains)} if any(map(_bare, chains)) else set()
    cost = next(Node("name", text=text) for text, *_ in costs) if len(costs) == 1 and not _marked(costs) else None
    return [found if isinstance(found, str) else _completed(found, cost) for found in read]


def _marked(costs: Iterable[tuple[str, tuple[Node, ...], tuple[Node, ...]]]) -> bool:
    """L_i and L_t are parts of a cost."""
    return any(subs or sups for _, subs, sups in costs)


def _bare(chain: Chain) -> bool:
    return bool(chain.signs) and plain(chain.members[0]).kind == "operator"


def _costs(chains: Iterable[Chain]) -> Iterator[Node]:
    """What is a cost by its name and is defined, or differentiated."""
    for chain in chains:
        tops = [n.args[0] for m in chain.members for n in m.walk() if n.kind in SLOPES and n.args]
        for node in map(plain, (*chain.members[:1], *tops)):
            name = plain(node.args[0]) if node.kind == "apply" else node
            if name.kind == "name" and ROLES.get(name.text) == "cost":
                yield name


def _completed(chains: tuple[Chain, ...], cost: Node | None) -> tuple[Chain, ...] | str:
    if cost is None:
        return UNSAID if any(map(_bare, chains)) else chains
    return tuple(_of(chain, cost) if _bare(chain) else chain for chain in chains)


def _of(chain: Chain, cost: Node) -> Chain:
    head = plain(chain.members[0])
    kind = "nabla" if head.text == r"\nabla" else "derivative"
    whole = replace(head, kind=kind, args=(cost, *head.args), text="" if kind == "nabla" else r"\partial")
    return replace(chain, members=(whole, *chain.members[1:]), said=(*chain.said, OF_THE_COST))
