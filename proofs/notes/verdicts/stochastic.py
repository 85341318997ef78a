"""Steps by one example: theta_j := theta_j - alpha (h(x^{(i)}) - y^{(i)}) x_j^{(i)}, where the cost is a sum over i."""

from __future__ import annotations

from dataclasses import replace

from proofs.notes.evaluation.world import Rule, Rules
from proofs.notes.reading.names import COUNTS
from proofs.notes.reading.tree import SLOPES, Chain, Node, plain
from proofs.notes.verdicts.meanings import summed_letter, uncounted, with_in_place

STOCHASTIC = "the step is by the cost of one example"


def of_one_example(claim: Chain, rules: Rules) -> Chain | None:
    """A slope of a cost as that of its term for the example that the right side is of; None where it is of none."""
    left, *others = claim.members
    slopes = [n for n in left.walk() if n.kind in SLOPES]
    rule = next(iter(rules.get(_name(slopes[0]), ())), None) if len(slopes) == 1 else None
    total = next((n for n in rule.body.walk() if n.kind == "sum"), None) if rule else None
    letter = summed_letter(total) if total is not None else ""
    if rule is None or total is None or not _only_here(letter, left, others) or _with_penalty(rule):
        return None
    upper = plain(total.args[1])
    counts = frozenset((*COUNTS, *((upper.text,) if upper.kind == "name" else ())))
    single = Node("group", (uncounted(with_in_place(rule.body, total, total.args[2]), counts),), "(")
    slope = slopes[0].with_args(single, *slopes[0].args[1:])
    return replace(claim, members=(with_in_place(left, slopes[0], slope), *others))


def _name(slope: Node) -> str:
    top = plain(slope.args[0])
    return (top.args[0] if top.kind == "apply" else top).text


def _only_here(letter: str, left: Node, others: list[Node]) -> bool:
    """Whether the right side has the letter of an example free, and the left side does not have it."""
    free = any(mark.text == letter for m in others for n in m.walk() for mark in (*n.subs, *map(plain, n.sups)))
    bound = any(n.kind == "sum" and summed_letter(n) == letter for m in others for n in m.walk())
    return bool(letter) and free and not bound and not any(n.text == letter for n in left.walk())


def _with_penalty(rule: Rule) -> bool:
    return any(n.text == "lambda" for n in rule.body.walk())
