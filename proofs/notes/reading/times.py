"""Steps of a recurrence that a note writes above its names, h^{(t)} and a^{<t>}, as below them: h_t and a_t."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from proofs.notes.reading.tree import SLOPES, Chain, Node, plain

Read = Sequence["tuple[Chain, ...] | str"]
TIME, LAST = "t", "T"
ENDS = ("tau",)  # what may count the steps where no T does
BRACKETS = ("(", "[", r"\langle")


def as_steps(read: Read) -> list[tuple[Chain, ...] | str]:
    """The formulas of a note with its steps below; unchanged where none is computed from the step before."""
    chains = [chain for several in read if not isinstance(several, str) for chain in several]
    if not any(map(_recurs, chains)):
        return list(read)
    names = {n.text for chain in chains for m in chain.members for n in m.walk()}
    ends = frozenset(ENDS if LAST not in names else ())
    return [several if isinstance(several, str) else tuple(_below(c, ends) for c in several) for several in read]


def _recurs(chain: Chain) -> bool:
    """h^{(t)} = f(h^{(t-1)}), which is no step along a gradient."""
    head, *bodies = map(plain, chain.members)
    here = any(plain(sup) == Node("name", text=TIME) for sup in _steps(head))
    nodes = [n for body in bodies for n in body.walk()]
    before = (plain(sup) for n in nodes for sup in _steps(n))
    return here and all(n.kind not in SLOPES for n in nodes) and any(sup.kind == "add" for sup in before)


def _steps(name: Node, ends: frozenset[str] = frozenset()) -> Iterator[Node]:
    """What stands in brackets above a name and says at which step it is meant."""
    for sup in name.sups if name.kind == "name" else ():
        parts = [plain(part) for part in plain(sup).walk()]
        letters = {part.text for part in parts if part.kind == "name"}
        numbers = all(part.kind in ("name", "num", "add", "neg") for part in parts)
        if sup.kind == "group" and sup.text in BRACKETS and numbers and letters <= {TIME, LAST, *ends}:
            yield sup


def _below(chain: Chain, ends: frozenset[str]) -> Chain:
    condition = chain.condition and _moved(chain.condition, ends)
    return replace(chain, members=tuple(_moved(m, ends) for m in chain.members), condition=condition)


def _moved(node: Node, ends: frozenset[str]) -> Node:
    steps = list(_steps(node, ends))
    rest = replace(node, sups=tuple(sup for sup in node.sups if not any(sup is step for step in steps)))
    rest = rest.over(lambda part: _moved(part, ends))
    rest = replace(rest, text=LAST) if rest.kind == "name" and rest.text in ends else rest
    return replace(rest, subs=(*rest.subs, *(plain(_moved(step, ends)) for step in steps))) if steps else rest
