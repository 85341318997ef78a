"""Definitions that may have lost an activation: o = w h, in a note that defines a = g(h) and claims by a."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from proofs.notes.evaluation.world import Rules
from proofs.notes.reading.names import marks
from proofs.notes.reading.tree import Node, plain
from proofs.notes.verdicts.decision import Trial
from proofs.notes.verdicts.names import closure, names_of
from proofs.notes.verdicts.trial import tried


def lapse(done: Trial) -> str:
    """The definition with which the claim holds once what goes into a unit is what the unit gives; empty if none."""
    names = sorted(closure(names_of(done.chain.members[0], done.habits), done.rules, done.habits) & done.rules.keys())
    for given, gone_in in _units(done):
        for base in names:
            rules = _mended(done.rules, base, gone_in, given)
            if rules != done.rules and tried(done.chain, done.first[0], done.habits, rules).kind == "holds":
                return base
    return ""


def _units(done: Trial) -> Iterator[tuple[Node, Node]]:
    """The names of a claim that are a function of one other name, and this."""
    for name in dict.fromkeys(n for m in done.chain.members[1:] for n in m.walk() if n.kind == "name"):
        found = marks(name, done.habits)
        body = next((plain(rule.body) for rule in done.rules.get(found.base + found.label, ())), Node("none"))
        if body.kind == "apply" and len(body.args) == 2 and plain(body.args[1]).kind == "name":
            yield name, plain(body.args[1])


def _mended(rules: Rules, base: str, old: Node, new: Node) -> Rules:
    first, *others = rules[base]
    whole = plain(first.body)
    itself = whole.kind == "apply" and plain(whole.args[-1]) == old  # the definition of the unit
    return rules if itself else {**rules, base: (replace(first, body=_put(first.body, old, new)), *others)}


def _put(node: Node, old: Node, new: Node) -> Node:
    return new if node == old else node.with_args(*(_put(part, old, new) for part in node.args)) if node.args else node
