"""How a note numbers its weights: by the layer that they enter, z^l = W^l a^(l-1), or leave, z^(l+1) = W^l a^l."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from proofs.notes.evaluation.world import Rule
from proofs.notes.reading.names import Habits, marks
from proofs.notes.reading.tree import Chain, Node, NotUnderstood, number, plain
from proofs.notes.verdicts.readings import ROLES

ENTERING, LEAVING = "entering", "leaving"
WAYS = {0: ENTERING, 1: LEAVING}
UNSAID = "it holds where weights are numbered by the layer that they leave, which nothing says"


def numbering(rules: Iterable[Rule], habits: Habits) -> str:
    """ENTERING or LEAVING, as all definitions of layers say; empty where they say nothing or differ."""
    steps = {step for rule in rules if rule.layer is not None for step in _steps(rule, rule.layer, habits)}
    return WAYS.get(steps.pop(), "") if len(steps) == 1 else ""


def _steps(rule: Rule, layer: Node, habits: Habits) -> set[int]:
    """How many layers the weights of a definition are below what it defines."""
    weights = [n for n in rule.body.walk() if n.kind == "name" and ROLES.get(n.text) == "weight"]
    if ROLES.get(rule.base) not in ("pre", "act"):
        return set()
    pairs = [(place_of(layer), place_of(below)) for n in weights for below in [_layer(n, habits)] if below is not None]
    return {above[1] - below[1] for above, below in pairs if above and below and above[0] == below[0]}


def starts(chain: Chain, habits: Habits) -> tuple[Chain, ...]:
    """The claim, and with the input as what the first layer gives: weights that leave a layer leave the input, too."""
    first = Node("name", text="a", sups=(Node("group", (number(1),), "("),))

    def named(node: Node) -> Node:
        own = node.kind == "name" and habits.roles.get(node.text) == "input" and not (node.subs or node.sups)
        return replace(first, span=node.span) if own else node.over(named)

    other = replace(chain, members=tuple(map(named, chain.members)))
    return (chain, other) if other.members != chain.members and habits.roles.get("a") == "act" else (chain,)


def _layer(name: Node, habits: Habits) -> Node | None:
    try:
        return marks(name, habits).layer
    except NotUnderstood:
        return None


def place_of(node: Node) -> tuple[str, int] | None:
    """l + 1 as l and 1; 2 as nothing and 2."""
    node = plain(node)
    if node.kind == "num" and node.text.isdigit():
        return "", int(node.text)
    if node.kind == "name":
        return node.text, 0
    if node.kind == "neg":
        inside = place_of(node.args[0])
        return inside and (inside[0], -inside[1])
    parts = [place_of(part) for part in node.args] if node.kind == "add" else []
    known = [part for part in parts if part is not None]
    letters = {part[0] for part in known} - {""}
    if not known or len(known) != len(parts) or len(letters) > 1:
        return None
    return "".join(letters), sum(part[1] for part in known)
