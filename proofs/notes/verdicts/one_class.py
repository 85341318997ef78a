"""Targets of one class: p_k - 1 is the slope p_k - y_k of the class that it is, and p_k of each other."""

from __future__ import annotations

import itertools
from dataclasses import replace

from proofs.notes.evaluation.world import TARGETS, Rule, Rules
from proofs.notes.reading.tree import SLOPES, Node, number
from proofs.notes.verdicts.claim import Claim
from proofs.notes.verdicts.instances import with_numbers
from proofs.notes.verdicts.settling import TRIED
from proofs.notes.verdicts.trial import tried
from proofs.notes.verdicts.trials import Trial

THIS, OTHER = 1, 2  # the class of the example, and one that it is not


def of_one_class(claim: Claim) -> Claim:
    """A claim that fails for any targets, as what it is if its index is the class, or not; chain rules are of all."""
    done = claim.trial
    sloped = any(n.kind in SLOPES for member in claim.chain.members[1:] for n in member.walk())
    if done is not None and claim.verdict == "refuted" and claim.reason.startswith("the index"):
        claim = _of_the_class(claim, done)
    if done is None or sloped or claim.verdict != "refuted":
        return claim
    for letter, target in itertools.product(_letters(done), sorted(_targets(done))):
        if _holds(done, letter, THIS, target):
            said = f"{target} is 1 for {letter} and 0 for all others"
            return Claim(claim.chain, "true under", TRIED, (said,), trial=done)
        if _holds(done, letter, OTHER, target):
            return replace(claim, doubt=f"it holds where {target} is 0 for {letter}")
    return claim


def _of_the_class(claim: Claim, done: Trial) -> Claim:
    """-log p_k for -sum_k y_k log p_k: an index that stands only on the right may be the class of the example."""
    letters = [letter for letter in sorted(done.habits.letters) if claim.reason.startswith(f"the index {letter} ")]
    for letter, target in itertools.product(letters, sorted(TARGETS - done.rules.keys())):
        if _holds(done, letter, THIS, target):
            return replace(claim, doubt=f"it holds where {target} is 1 for {letter} and 0 for all others")
    return claim


def _letters(done: Trial) -> list[str]:
    """The letters by which the left side is a derivative."""
    below = (by for n in done.chain.members[0].walk() if n.kind == "derivative" for by in n.args[1:])
    return list(dict.fromkeys(sub.text for by in below for sub in by.subs if sub.text in done.habits.letters))


def _targets(done: Trial) -> set[str]:
    """What a definition has for each class beside a logarithm, and neither another nor the claim has."""
    bodies = [rule.body for rules in done.rules.values() for rule in rules]
    logs = [body for body in bodies if any(n.text == "log" for n in body.walk())]
    named = {n.text for body in logs for n in body.walk() if n.kind == "name" and n.subs}
    said = {n.text for member in done.chain.members[1:] for n in member.walk()}
    return (named & TARGETS) - done.rules.keys() - said


def _holds(done: Trial, letter: str, figure: int, target: str) -> bool:
    members = tuple(with_numbers(member, {letter: number(figure)}) for member in done.chain.members)
    is_this = Node("indicator", (Node("compare", (Node("name", text=letter), number(THIS)), text="="),))
    rules: Rules = {**done.rules, target: (Rule(target, is_this, (letter,)),)}
    chain = replace(done.chain, members=members)
    readings = (reading for reading, _ in (done.first, *done.typed[:1]))
    return any(tried(chain, reading, done.habits, rules).holds for reading in readings)
