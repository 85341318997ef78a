"""Costs that a note gives by a function of which it says nothing: L = Loss(y, t) leaves L as open as it was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from proofs.notes.reading.tree import Chain, Node, plain
from proofs.notes.verdicts.readings import ROLES

WORDS = ("loss", "cost", "error", "criterion", "objective")  # in names that say no more; MSE says which it is
Chains = Sequence[Chain] | None


def left_open(formulas: Iterable[Chains]) -> list[Chains]:
    """The chains of a note, with L alone for L = Loss(y, t), where nothing says what Loss, y and t are."""
    formulas = list(formulas)
    heads = [_head(chain.members[0]) for chains in formulas for chain in chains or () if chain.signs]
    given = set(heads)
    return [None if chains is None else tuple(_opened(chain, given) for chain in chains) for chains in formulas]


def _opened(chain: Chain, given: set[str]) -> Chain:
    top = plain(chain.members[0])
    if top.kind != "name" or ROLES.get(top.text) != "cost" or len(chain.members) != 2 or chain.signs[0] != "=":
        return chain
    return replace(chain, members=(top,), signs=()) if _unsaid(plain(chain.members[1]), given) else chain


def _unsaid(body: Node, given: set[str]) -> bool:
    if body.kind != "apply" or body.args[0].kind != "name":
        return False
    head, args = body.args[0], body.args[1:]
    names = {n.text for arg in args for n in arg.walk() if n.kind == "name"}
    unknown = any(word in head.text.lower() for word in WORDS) and not given & {head.text, *names}
    return unknown and bool(names) and all(plain(arg).kind == "name" for arg in args)


def _head(node: Node) -> str:
    node = plain(node)
    return plain(node.args[0]).text if node.kind == "apply" else node.text
