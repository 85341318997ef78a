"""Costs that a note defines for one example, L = (y_i - x_i w)^2, where a claim sums slopes: their sum, or mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from proofs.notes.evaluation.world import Rule, Rules
from proofs.notes.reading.names import Habits
from proofs.notes.reading.tree import Chain, Node, number, plain
from proofs.notes.verdicts.costs import is_cost
from proofs.notes.verdicts.meanings import top_keys
from proofs.notes.verdicts.names import names_of


def of_all(chain: Chain, habits: Habits, rules: Rules) -> Iterator[tuple[Rules, str]]:
    """The definitions with the cost of all examples, and how a verdict says it; none without the bounds of a sum."""
    tops = top_keys(chain, habits)
    sums = [n for m in chain.members[1:] for n in m.walk() if n.kind == "sum"]
    if len(tops) != 1 or len(sums) != 1 or len(rules.get(tops[0], ())) != 1 or not is_cost(tops[0]):
        return
    rule, (lower, upper, _) = rules[tops[0]][0], sums[0].args
    letter = lower.args[0] if lower.kind == "compare" else lower
    if plain(upper).kind != "name" or not _of_one(rule, letter.text):
        return
    total = Node("sum", (lower, upper, Node("group", (rule.body,), "(")))
    for said, body in (("sum", total), ("mean", Node("mul", (Node("frac", (number(1), upper)), total)))):
        yield {**rules, tops[0]: (replace(rule, body=body),)}, f"{tops[0]} is the {said} over {letter.text}"


def of_given(chain: Chain, habits: Habits, rules: Rules) -> bool:
    """Whether nothing in the cost is defined besides: the y of a line y = w x + b may be no y_i."""
    costs = [rule for key in top_keys(chain, habits) for rule in rules.get(key, ())]
    return not any(names_of(rule.body, habits) & rules.keys() for rule in costs)


def _of_one(rule: Rule, letter: str) -> bool:
    """Whether a definition has the letter of an example free, and its head has not."""
    marks = (mark for n in rule.body.walk() if n.kind == "name" for mark in (*n.subs, *n.sups))
    own = rule.places or rule.sample or any(n.kind in ("sum", "prod") for n in rule.body.walk())
    return not own and any(plain(mark).text == letter for mark in marks)
