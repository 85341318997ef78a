"""sigma in a note that defines sigma^2: its root, to which a note that divides by it may have added epsilon before."""

from __future__ import annotations

from collections.abc import Iterator

from proofs.notes.evaluation.world import Rule, Rules
from proofs.notes.reading.names import Habits, marks
from proofs.notes.reading.tree import Chain, Node
from proofs.notes.verdicts.names import names_of


def roots(chain: Chain, habits: Habits, rules: Rules) -> Iterator[tuple[str, Rules]]:
    """How a verdict says it, and the definitions with that of the root; nothing if the claim has none."""
    names = {name for m in chain.members for name in names_of(m, habits)} - rules.keys()
    for name in sorted(names & {key.replace("^2", "") for key in rules if "^2" in key}):
        square = next(key for key in rules if key.replace("^2", "") == name and "^2" in key)
        head = _head(chain, habits, name)
        for more in _small(rules):
            inside = Node("name", text=head.text, subs=head.subs, sups=(Node("num", text="2"),))
            body = Node("add", (inside, more)) if more.text else inside
            said = f"{name} is the root of {square}{' + epsilon' if more.text else ''}"
            yield said, {**rules, name: (Rule(name, Node("apply", (Node("name", text="sqrt"), body), "(")),)}


def _small(rules: Rules) -> list[Node]:
    """epsilon, if a definition adds it to something, and nothing."""
    bodies = (rule.body for several in rules.values() for rule in several)
    added = (arg for body in bodies for n in body.walk() if n.kind == "add" for arg in n.args)
    found = {arg.text: arg for arg in added if arg.kind == "name" and arg.text in ("epsilon", "varepsilon")}
    return [*found.values(), Node("none")]


def _head(chain: Chain, habits: Habits, name: str) -> Node:
    nodes = (n for m in chain.members for n in m.walk() if n.kind == "name")
    return next(n for n in nodes if marks(n, habits).base + marks(n, habits).label == name)
