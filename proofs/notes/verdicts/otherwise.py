"""A claim that fails by a definition of its note, and rests on another function of that name."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from proofs.notes.definitions import readable
from proofs.notes.evaluation.world import Rule, Rules
from proofs.notes.reading.names import Habits, marks
from proofs.notes.reading.statements import statements
from proofs.notes.reading.tree import Chain, Node, plain
from proofs.notes.verdicts.names import closure, names_of, tops
from proofs.notes.verdicts.readings import Reading
from proofs.notes.verdicts.trial import tried
from proofs.notes.verdicts.trials import Trial


def of_another(done: Trial) -> str:
    """The name whose definition in the note is not what the claim differentiates; empty if there is none."""
    if _of_logistic(done):
        return LOGISTIC
    name = next((marks(top, done.habits).base for top in tops(done.chain)), "")
    another = name in done.rules and _written_out(done)
    return name if another else next(itertools.chain(_of_unit(done, name), _slipped(done)), "")


def _of_unit(done: Trial, name: str) -> Iterator[str]:
    """A function that the note defines elsewhere, where a claim holds of the logistic one."""
    called = name in done.rules and done.rules[name][0].params and name not in done.near
    if called and tried(done.chain, Reading(activation="logistic"), done.habits, {}).holds:
        yield name


LOGISTIC = "sigma"


def _of_logistic(done: Trial) -> bool:
    """Whether it holds for the logistic function, which the note writes otherwise: 1/(1 + e^x)."""
    logistic = {**done.rules, LOGISTIC: (_logistic(),)}
    return _of_powers(done.rules) and tried(done.chain, Reading(), done.habits, logistic).holds


def _of_powers(rules: Rules) -> bool:
    """Whether sigma is defined by powers of e."""
    bodies = [rule.body for rule in rules.get(LOGISTIC, ()) if rule.params]
    return any(n.text in ("e", "exp") for body in bodies for n in body.walk())


def garbled(rules: Rules, habits: Habits) -> bool:
    """Whether sigma is defined by powers of e and is not the logistic function: 1 + e^{-x}, a lost fraction."""
    x = Node("name", text="x")
    said = Chain((Node("apply", (Node("name", text=LOGISTIC), x), "("), _logistic().body), ("=",))
    return _of_powers(rules) and not tried(said, Reading(), habits, {LOGISTIC: rules[LOGISTIC]}).holds


@cache
def _logistic() -> Rule:
    return Rule(LOGISTIC, statements(r"\frac{1}{1 + e^{-x}}")[0].members[0], params=("x",))


def _slipped(done: Trial) -> Iterator[str]:
    """What a claim has in the place of what it is made of, where it holds if its definitions have it too: a, not z."""
    left, *right = done.chain.members
    below = closure(names_of(left, done.habits), done.rules, done.habits)
    named = {_key(n, done): n for m in right for n in m.walk() if n.kind == "name"}
    for key in sorted(named.keys() & done.rules.keys() - below):
        for inside in sorted(names_of(done.rules[key][0].body, done.habits) & below):
            rules = {base: _with(several, inside, named[key], done) for base, several in done.rules.items()}
            rules[key] = done.rules[key]
            if any(tried(done.chain, reading, done.habits, rules).holds for reading, _ in done.free[:2]):
                yield key


def _with(several: tuple[Rule, ...], old: str, new: Node, done: Trial) -> tuple[Rule, ...]:
    own = (_put(rule.body, old, new, done) if old not in rule.params else rule.body for rule in several)
    return tuple(replace(rule, body=body) for rule, body in zip(several, own, strict=True))


def _put(node: Node, old: str, new: Node, done: Trial) -> Node:
    """An expression with another name in the place of one."""
    if node.kind == "name" and _key(node, done) == old:
        return replace(new, sups=node.sups)
    return node.over(lambda part: _put(part, old, new, done))


def _key(name: Node, done: Trial) -> str:
    return next((mark.base + mark.label for n in readable([name], done.habits) for mark in [marks(n, done.habits)]), "")


def _written_out(done: Trial) -> bool:
    """Whether the chain writes out what it differentiates, and is right about that."""
    first, *others = done.chain.members[1:] or (Node("none"),)
    if first.kind != "derivative" or plain(first.args[0]).kind in ("name", "apply") or not others:
        return False
    rest = replace(done.chain, members=(first, *others), signs=done.chain.signs[1:])
    return tried(rest, done.first[0], done.habits, done.rules).holds
