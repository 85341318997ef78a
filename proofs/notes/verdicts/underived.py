"""A cost in the place of its own derivative: the right side is what the note defines, and nothing was derived."""

from __future__ import annotations

from dataclasses import replace

from proofs.notes.evaluation.world import Rules
from proofs.notes.reading.names import Habits, marks
from proofs.notes.reading.tree import SLOPES, Chain, Node, plain
from proofs.notes.verdicts.names import tops

UNDERIVED = "the right side is what is differentiated, and not its derivative"
POWERS = ("e", "exp")  # of which a derivative may be the function itself


def underived(chain: Chain, habits: Habits, rules: Rules) -> str:
    """Why a chain is wrong that sets a derivative equal to the definition of what it is of; empty if it does not.

    Indices are not looked at, as a sum of squares is no derivative of itself with others either.
    """
    left = plain(chain.members[0])
    top = next(iter(tops(Chain((left,), ()))), None)
    if top is None or left.kind not in SLOPES or set(chain.signs) != {"="}:
        return ""
    found = marks(top, habits)
    bodies = [_bare(rule.body) for rule in rules.get(found.base + found.label, ()) if not rule.uses]
    known = [body for body in bodies if _bends(body)]
    return UNDERIVED if any(_bare(member) in known for member in chain.members[1:]) else ""


def _bends(body: Node) -> bool:
    """Whether it has squares or logarithms, and no powers of e."""
    nodes = list(body.walk())
    bent = any(n.kind == "pow" or n.text == "log" for n in nodes)
    return bent and not any(n.text in POWERS for n in nodes)


def _bare(node: Node) -> Node:
    """Without indices and the brackets that only group."""
    node = plain(node)
    return replace(node, args=tuple(map(_bare, node.args)), subs=())
