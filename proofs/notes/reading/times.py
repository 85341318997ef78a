"""Steps of a recurrence that a note writes above its names, h^{(t)} and a^{<t>}, as below them: h_t and a_t."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from proofs.notes.reading.formulas import Read, chains_of, each
from proofs.notes.reading.tree import SLOPES, Chain, Node, plain

TIME, LAST = "t", "T"
OTHERS = ("i", "j", "k", "tau")
ENDS = ("tau",)  # what may count the steps where no T does
BRACKETS = ("(", "[", r"\langle")


def as_steps(read: Read) -> list[tuple[Chain, ...] | str]:
    """The formulas of a note with its steps below; unchanged where none is computed from the step before."""
    chains = chains_of(read)
    if not any(map(_recurs, chains)):
        return list(read)
    names = {n.text for chain in chains for m in chain.members for n in m.walk()}
    ends = frozenset(ENDS if LAST not in names else ())
    return each(read, lambda chain: _below(chain, ends))


def by_time(read: Read) -> list[tuple[Chain, ...] | str]:
    """The formulas of a note with t for the step, where a claim calls it j: ds_j/ds_{j-1}, of s_t."""
    chains = chains_of(read)
    made = _next([chain for chain in chains if chain.signs], TIME)
    return each(read, lambda chain: _renamed(chain, made)) if made else list(read)


def _next(chains: Iterable[Chain], letter: str) -> set[str]:
    """The names that chains have at a step of this letter and at the one before."""
    nodes = (n for chain in chains for m in chain.members for n in m.walk() if n.kind == "name")
    marks = [(n.text, sub) for n in nodes for sub in n.subs]
    here = {text for text, sub in marks if sub == Node("name", text=letter)}
    shifted = {text for text, sub in marks if sub.kind == "add" and plain(sub.args[0]) == Node("name", text=letter)}
    return here & shifted


def _renamed(chain: Chain, made: set[str]) -> Chain:
    nodes = [n for m in chain.members for n in m.walk()]
    letters = {n.text for n in nodes if n.kind == "name"}
    bound = {n.text for s in nodes if s.kind in ("sum", "prod") for n in s.args[0].walk()}
    letter = next((a for a in OTHERS if _next([chain], a) & made), "")
    if not letter or letter in bound or TIME in letters:
        return chain
    return replace(chain, members=tuple(_as_time(m, letter) for m in chain.members))


def _as_time(node: Node, letter: str) -> Node:
    node = replace(node, text=TIME) if node == Node("name", text=letter) else node
    args, subs, sups = (tuple(_as_time(p, letter) for p in parts) for parts in (node.args, node.subs, node.sups))
    return replace(node, args=args, subs=subs, sups=sups)


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
