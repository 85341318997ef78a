r"""What is made small or large, \min_w J(w) = a and L_{w, b} = a, with its name alone: this says what J and L are."""

from __future__ import annotations

from dataclasses import replace

from proofs.notes.reading.formulas import Read, each
from proofs.notes.reading.names import LETTERS
from proofs.notes.reading.tree import Chain, Node, plain
from proofs.notes.verdicts.readings import ROLES

EXTREMES = ("max", "min", "minimize", "maximize", "minimise", "maximise")


def as_objectives(read: Read) -> list[tuple[Chain, ...] | str]:
    """The formulas of a note, the left sides without what is made of the cost, and what it is of."""
    return each(read, _alone)


def _alone(chain: Chain) -> Chain:
    if chain.signs[:1] not in (("=",), (":=",)):
        return chain
    left, *others = chain.members
    head = _of_variables(_objective(plain(left)), others)
    return chain if head is left else replace(chain, members=(head, *others))


def _objective(left: Node) -> Node:
    r"""J(w), of \min_w J(w)."""
    if left.kind not in ("apply", "mul") or len(left.args) != 2 or left.args[0].text not in EXTREMES:
        return left
    inside = _objective(plain(left.args[1]))
    return inside if _is_cost(inside) else left


def _is_cost(node: Node) -> bool:
    name = node.args[0] if node.kind == "apply" else node
    return name.kind == "name" and ROLES.get(name.text) == "cost"


def _of_variables(head: Node, bodies: list[Node]) -> Node:
    """L, of L_{w, b}, where w and b stand in what it is."""
    names = {n.text for body in bodies for n in body.walk() if n.kind == "name"}
    below = [sub for sub in head.subs if sub.kind == "name"]
    given = len(below) > 1 and len(below) == len(head.subs) and all(sub.text in names for sub in below)
    cost = head.kind == "name" and _is_cost(head)
    return replace(head, subs=()) if cost and given and any(s.text not in LETTERS for s in below) else head
