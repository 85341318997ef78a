"""A claim that fails by a definition of its note, and rests on another function of that name."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from proofs.notes.evaluation.world import Rule
from proofs.notes.reading.names import marks
from proofs.notes.reading.statements import statements
from proofs.notes.reading.tree import Node, plain
from proofs.notes.verdicts.decision import Trial
from proofs.notes.verdicts.names import tops
from proofs.notes.verdicts.readings import Reading
from proofs.notes.verdicts.trial import tried


def of_another(done: Trial) -> str:
    """The name whose definition in the note is not what the claim differentiates; empty if there is none."""
    if _of_logistic(done):
        return LOGISTIC
    name = next((marks(top, done.habits).base for top in tops(done.chain)), "")
    another = name in done.rules and _written_out(done)
    return name if another else ""


LOGISTIC = "sigma"


def _of_logistic(done: Trial) -> bool:
    """Whether it holds for the logistic function, which the note writes otherwise: 1/(1 + e^x)."""
    bodies = [rule.body for rule in done.rules.get(LOGISTIC, ()) if rule.params]
    powers = any(n.text in ("e", "exp") for body in bodies for n in body.walk())
    return (
        powers and tried(done.chain, Reading(), done.habits, {**done.rules, LOGISTIC: (_logistic(),)}).kind == "holds"
    )


@cache
def _logistic() -> Rule:
    return Rule(LOGISTIC, statements(r"\frac{1}{1 + e^{-x}}")[0].members[0], params=("x",))


def _written_out(done: Trial) -> bool:
    """Whether the chain writes out what it differentiates, and is right about that."""
    first, *others = done.chain.members[1:] or (Node("none"),)
    if first.kind != "derivative" or plain(first.args[0]).kind in ("name", "apply") or not others:
        return False
    rest = replace(done.chain, members=(first, *others), signs=done.chain.signs[1:])
    return tried(rest, done.first[0], done.habits, done.rules).kind == "holds"
