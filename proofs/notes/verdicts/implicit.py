"""Definitions that leave an index free: z = theta^T x^(i) is said of each example, so that z is z^(i)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from proofs.notes.evaluation.world import Rule, Rules
from proofs.notes.reading.names import Habits, marks
from proofs.notes.reading.tree import Chain, Node, plain

Marked = dict[str, Node]  # the mark that a name has without being written with it
MOST_ROUNDS = 4


def spelled_out(chain: Chain, rules: Rules, habits: Habits) -> tuple[Chain, Rules, str] | None:
    """The claim and the definitions with the free examples written at what is defined, and how a verdict says it."""
    found: Marked = {}
    for _ in range(MOST_ROUNDS):
        more = {base: mark for base, several in rules.items() for mark in _left_free(several[0], found, habits)}
        if more.keys() <= found.keys():
            break
        found.update(more)
    if not found:
        return None
    whole = {base: tuple(_with_sample(rule, found, habits) for rule in several) for base, several in rules.items()}
    members = tuple(_spelled(member, found, habits) for member in chain.members)
    letters = sorted({plain(mark).text for mark in found.values()})
    return replace(chain, members=members), whole, f"what is defined with {' and '.join(letters)} is so for each"


def _left_free(rule: Rule, found: Marked, habits: Habits) -> Iterator[Node]:
    """The one example that the body is of and the head does not name."""
    if not rule.sample and not rule.uses:
        samples = set(_samples(_body(rule, found, habits), habits)) - set(rule.places)
        if len(samples) == 1:
            yield Node("group", (Node("name", text=samples.pop()),), text="(")


def _samples(node: Node, habits: Habits) -> Iterator[str]:
    """The letters of examples that stand free in an expression."""
    if node.kind in ("sum", "prod"):
        bound = {n.text for n in node.args[0].walk()}
        yield from (letter for letter in _samples(node.args[2], habits) if letter not in bound)
        return
    mark = marks(node, habits) if node.kind == "name" else None
    if mark and mark.sample is not None and mark.sample.kind == "name" and mark.sample.text in habits.letters:
        yield mark.sample.text
    for part in (*node.args, *([mark.power] if mark and mark.power is not None else [])):
        yield from _samples(part, habits)


def _with_sample(rule: Rule, found: Marked, habits: Habits) -> Rule:
    """With an axis of examples; a call of a function is of the example that stands at it."""
    mark = found.get(rule.base)
    sample = plain(mark).text if mark is not None and not rule.sample else rule.sample
    return replace(rule, body=_body(rule, found, habits), sample=sample)


def _body(rule: Rule, found: Marked, habits: Habits) -> Node:
    """The body with the marks, those of the arguments apart: they are what the call gives."""
    return _spelled(rule.body, {base: mark for base, mark in found.items() if base not in rule.params}, habits)


def _spelled(node: Node, found: Marked, habits: Habits) -> Node:
    args = tuple(_spelled(arg, found, habits) for arg in node.args)
    if node.kind != "name":
        return node.with_args(*args)
    mark = marks(node, habits)
    if mark.base == "e" and mark.power is not None:
        return replace(node, sups=tuple(_spelled(sup, found, habits) for sup in node.sups))
    missing = found.get(mark.base + mark.label) or found.get(mark.base)
    return node if missing is None or mark.sample is not None else replace(node, sups=(*node.sups, missing))
