"""P(o|c) where a note defines it by u_o and v_c: its arguments are indices, so that it is P_o, of this c."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from proofs.notes.reading.formulas import Read, chains_of, each
from proofs.notes.reading.tree import Chain, Node, plain
from proofs.notes.reading.vocabulary import PROBABILITIES


@dataclass(frozen=True)
class Chance:
    """The arguments with which a note defines it, those that are indices apart."""

    arguments: tuple[str, ...]
    indices: frozenset[str]


def as_entries(read: Read) -> list[tuple[Chain, ...] | str]:
    """The formulas of a note with probabilities of indices as entries."""
    found = dict(_chances(chains_of(read)))
    if not found:
        return list(read)
    return each(read, lambda chain: _said(chain, found))


def _chances(chains: Iterable[Chain]) -> Iterator[tuple[str, Chance]]:
    for chain in chains:
        head, *bodies = map(plain, chain.members)
        letters = _letters(head)
        names = [n for body in bodies for n in body.walk() if n.kind == "name"]
        below = {sub.text for name in names for sub in name.subs}
        families = summed(n for body in bodies for n in body.walk())
        indices = {sub.text for name in names if name.text in families and one_of_all(name) for sub in name.subs}
        if letters and set(letters) <= below and indices & set(letters):
            yield head.args[0].text, Chance(letters, frozenset(indices & set(letters)))


def _letters(node: Node) -> tuple[str, ...]:
    """The letters of P(o, c); nothing where it is of something else."""
    if node.kind != "apply" or node.args[0].text not in PROBABILITIES or node.args[0].subs:
        return ()
    args = [plain(arg) for arg in node.args[1:]]
    plain_ones = all(arg.kind == "name" and len(arg.text) == 1 and not (arg.subs or arg.sups) for arg in args)
    return tuple(arg.text for arg in args) if plain_ones else ()


def _said(chain: Chain, found: Mapping[str, Chance]) -> Chain:
    return replace(chain, members=tuple(_entry(member, found) for member in chain.members))


def _entry(node: Node, found: Mapping[str, Chance]) -> Node:
    node = node.over(lambda part: _entry(part, found))
    letters = _letters(node)
    chance = found.get(node.args[0].text) if letters else None
    if chance is None or len(letters) != len(chance.arguments):
        return node
    pairs = list(zip(chance.arguments, letters, strict=True))
    if any(written != own for own, written in pairs if own not in chance.indices):
        return node
    places = tuple(Node("name", text=written) for own, written in pairs if own in chance.indices)
    fixed = ",".join(own for own in chance.arguments if own not in chance.indices)
    given = (Node("word", text=f"given {fixed}"),) if fixed else ()
    return Node("name", text=node.args[0].text, subs=(*places, *given), sups=node.sups, span=node.span)


def summed(nodes: Iterable[Node]) -> set[str]:
    """What a sum runs over: u, in the sum of all u_w."""
    found: set[str] = set()
    for node in (n for n in nodes if n.kind in ("sum", "prod")):
        bound = {n.text for n in node.args[0].walk() if n.kind == "name"}
        names = (n for n in node.args[2].walk() if n.kind == "name")
        found |= {name.text for name in names if bound & {sub.text for sub in name.subs}}
    return found


def one_of_all(name: Node) -> bool:
    """Whether a letter below a name may say which one it is: u_o, one of all u_w."""
    (*others, last) = name.subs or (Node("none"),)
    return not others and last.kind == "name" and len(last.text) == 1 and not (last.subs or last.sups)
