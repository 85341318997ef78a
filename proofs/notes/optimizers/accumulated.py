"""Slopes gathered over m examples, with a penalty: D := (Delta + lambda Theta)/m for lambda/(2m) in the cost."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from proofs.notes.evaluation.world import Rule
from proofs.notes.optimizers.assignments import Normal, leaves
from proofs.notes.optimizers.rulings import Said
from proofs.notes.optimizers.systems import worth
from proofs.notes.reading.names import COUNTS
from proofs.notes.reading.tree import Chain, Node, NotUnderstood, plain
from proofs.notes.verdicts.readings import ROLES

GATHERED, RATE = "Delta", "lambda"
WEIGHTS = frozenset(name for name, role in ROLES.items() if role == "weight")
NUMBERS = {RATE: 0.3, "m": 5.0, "n": 5.0, "N": 5.0, "M": 5.0}


def accumulated(chain: Chain, rules: Iterable[Rule]) -> Said | None:
    """What is said of gathered slopes with a penalty, by that of the cost; None where a note has no one penalty."""
    found = _coefficients(chain)
    slopes = {round(2 * factor, 12) for rule in rules for factor in _penalty(rule)}
    if found is None or len(slopes) != 1 or not math.isclose(found[0], 1 / NUMBERS["m"]) or slopes == {math.inf}:
        return None
    right = slopes.pop()
    if math.isclose(found[1], right):
        return Said("true under", "the mean slope and that of the penalty", ("Delta is the sum over all examples",))
    said = {RATE: "0.3", "m": "5", "factor of the weight": f"{found[1]:.4g}", "slope of the penalty": f"{right:.4g}"}
    return Said("refuted", "the slope of the penalty is another", numbers=said, slip="lost factor")


def _coefficients(chain: Chain) -> tuple[float, float] | None:
    """The factors of the gathered slopes and of the weight; None where this is no such sum."""
    if len(chain.members) != 2 or chain.signs[0] not in ("=", ":="):
        return None
    try:
        body = Normal(frozenset()).of(chain.members[1])
    except NotUnderstood:
        return None
    names = {leaf.text for leaf in leaves(body) if leaf.kind == "name"}
    weights = names & WEIGHTS
    if (
        len(weights) != 1
        or names.difference(weights, COUNTS) != {GATHERED, RATE}
        or len(names.intersection(COUNTS)) != 1
    ):
        return None
    weight = min(weights)
    at = [_at(body, {GATHERED: float(n == 0), weight: float(n == 1)}) for n in range(3)]
    return None if None in at or at[2] != 0 else (at[0] or 0.0, at[1] or 0.0)


def _at(body: Node, values: Mapping[str, float]) -> float | None:
    both = {**NUMBERS, **values}
    try:
        return worth(body, lambda leaf: both[leaf.text])
    except (ArithmeticError, KeyError, ValueError):
        return None


def _penalty(rule: Rule) -> Iterator[float]:
    """The factors of the sums of squares of weights in a cost."""
    terms = plain(rule.body).args if ROLES.get(rule.base) == "cost" and plain(rule.body).kind == "add" else ()
    for term in terms if any(map(_mean, terms)) else ():
        if any(n.kind == "name" and n.text == RATE for n in term.walk()) and _squares(term):
            try:
                factor = _at(Normal(frozenset()).of(_without_sums(term)), {})
            except NotUnderstood:
                factor = None
            yield math.inf if factor is None else factor


def _mean(term: Node) -> bool:
    """Whether a term of a cost is a mean over examples, without the rate of a penalty."""
    below = [part for n in term.walk() if n.kind in ("frac", "div") for part in n.args[1].walk()]
    return any(n.text in COUNTS for n in below) and not any(n.text == RATE for n in term.walk())


def _squares(term: Node) -> bool:
    """Whether what is summed is the square of a weight alone."""
    sums = [n for n in term.walk() if n.kind == "sum" and n.args[2].kind != "sum"]
    bodies = [plain(one.args[2]) for one in sums]
    return len(bodies) == 1 and _square(bodies[0])


def _square(body: Node) -> bool:
    two = Node("num", text="2")
    inside = plain(body.args[0]) if body.kind == "pow" and plain(body.args[1]) == two else body
    return inside.kind == "name" and inside.text in WEIGHTS and (inside is not body or two in inside.sups)


def _without_sums(node: Node) -> Node:
    if node.kind == "sum":
        return Node("num", text="1")
    return replace(node, args=tuple(map(_without_sums, node.args)))
