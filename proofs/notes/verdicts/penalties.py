"""Costs with a penalty, C = C_0 + lambda/2 |w|^2: their slopes and steps, whatever the rest of the cost is.

A formula is worked out with numbers: w is one weight, the slope of C_0 any number, that of the penalty what the note
makes it. A penalty is a sum of squares, or of absolute values.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from proofs.notes.context import Note
from proofs.notes.reading.tree import SLOPES, Chain, Node, NotUnderstood, plain
from proofs.notes.verdicts.claim import Claim
from proofs.notes.verdicts.judged import Judged
from proofs.notes.verdicts.scalars import Values, key, value
from proofs.notes.verdicts.updates import STEPS

DRAWS, NEAR, CLOSE = 5, 0.125, 1e-9
WEIGHTS = frozenset(("w", "W", "theta", "Theta", "beta", "x", "u", "v", "p", "q"))
HELD = "the slope of the cost is that of its part and that of its penalty"
STEP = "a step down the slope of a cost with a penalty"


@dataclass(frozen=True)
class Penalised:
    """whole = part + penalty, of a weight."""

    whole: str
    part: str
    weight: str
    penalty: tuple[Node, ...]


def penalised(chain: Chain) -> Penalised | None:
    """The cost that a chain defines as another with penalties of one weight."""
    if len(chain.members) != 2 or chain.signs[0] not in ("=", ":=") or chain.condition is not None:
        return None
    terms = _terms(chain.members[1])
    open_terms, penalties = [t for t in terms if key(t)], tuple(t for t in terms if not key(t))
    weights = {weight for term in penalties for weight in [_weight(term)]}
    whole = key(chain.members[0])
    if not whole or len(open_terms) != 1 or len(weights) != 1 or key(open_terms[0]) == whole:
        return None
    weight = min(weights)
    return Penalised(whole, key(open_terms[0]), weight, penalties) if weight else None


def _terms(node: Node) -> list[Node]:
    body = plain(node)
    return list(body.args) if body.kind == "add" else [body]


def _base(quantity: str) -> str:
    """Its name, as a verdict says it."""
    return quantity.strip("|").replace("|", "_")


def _weight(term: Node) -> str:
    """The weight of which a term is a penalty, the same for both signs; empty if it is none, or of several."""
    names = {n.text for n in term.walk() if n.kind == "name" and n.text in WEIGHTS}
    found = [name for name in names if _even(term, name)]
    return found[0] if len(found) == 1 else ""


def _even(term: Node, name: str) -> bool:
    try:
        nought, left, right, far = (value(term, {name: at}, {}) for at in (0.0, -0.3, 0.3, 0.6))
    except NotUnderstood:
        return False
    return nought == 0 and left == right and abs(far) > abs(right) > 0


# ---------------------------------------------------------------- verdicts


def penalised_cost(one: Judged, chain: Chain) -> Claim | None:
    """The verdict on a slope of a cost with a penalty, or on a step down it, by the definitions of the note."""
    by = _variable(chain) if len(chain.members) > 1 and chain.condition is None else None
    if by is None:
        return None
    every = _all(one.note) if _slopes(chain) else []
    costs = [replace(cost, weight=by or cost.weight) for cost in every if _speaks(chain, cost)]
    rule = _step if plain(chain.members[0]).kind == "name" else _claimed
    found = [claim for cost in costs for claim in [rule(chain, cost)] if claim is not None]
    if not every and rule is _step:
        return _unsaid(chain, one.note)
    held = next((claim for claim in found if claim.verdict != "refuted"), None)
    return held or (found[0] if found and len(found) == len(costs) else None)


@lru_cache(maxsize=1)
def _all(note: Note) -> list[Penalised]:
    return [cost for chain in note.chains for cost in [penalised(chain)] if cost]


def _slopes(chain: Chain) -> list[Node]:
    return [n for member in chain.members for n in member.walk() if n.kind in SLOPES and n.args]


def _variable(chain: Chain) -> str | None:
    """The only name by which all slopes are, empty if they do not say it; none if there are several, or one weight."""
    by = {plain(n.args[1]).text for n in _slopes(chain) if len(n.args) == 2}
    numbered = any(mark.kind == "num" for n in _slopes(chain) for arg in n.args[1:] for mark in plain(arg).subs)
    return None if len(by) > 1 or numbered else min(by, default="")


def _speaks(chain: Chain, cost: Penalised) -> bool:
    """Whether the part of a cost is differentiated."""
    return any(key(n.args[0]) == cost.part for n in _slopes(chain))


def _drawn(cost: Penalised) -> Iterator[tuple[Values, float, float]]:
    """A weight, the slope of the part and that of the penalty."""
    for seed in range(DRAWS):
        stream = random.Random(seed)
        at = stream.uniform(0.2, 0.9) * (-1) ** seed
        penalty = sum(_slope_of(term, cost.weight, at) for term in cost.penalty)
        yield {cost.weight: at}, stream.uniform(-2, 2), penalty


def _slope_of(term: Node, weight: str, at: float) -> float:
    """The slope of squares and absolute values: for these a quotient of differences is exact."""
    before, after = (value(term, {weight: at + step}, {}) for step in (-NEAR, NEAR))
    return (after - before) / (2 * NEAR)


def _claimed(chain: Chain, cost: Penalised) -> Claim | None:
    """A slope of the whole and all that it is said to be."""
    left, *members = chain.members
    if plain(left).kind not in SLOPES or set(chain.signs) != {"="} or key(plain(left).args[0]) != cost.whole:
        return None
    try:
        right = all(_is(_at(member, draw, cost), draw[1] + draw[2]) for draw in _drawn(cost) for member in members)
    except NotUnderstood:
        return None
    wrong = Claim(chain, "refuted", "not the slope that the penalty of the note has", slip="penalty")
    conventions = (f"{_base(cost.part)} is any function of {cost.weight}",)
    return Claim(chain, "true under", HELD, conventions) if right else wrong


def _at(node: Node, draw: tuple[Values, float, float], cost: Penalised) -> float:
    weights, part, penalty = draw
    return value(node, weights, {cost.part: part, cost.whole: part + penalty})


def _step(chain: Chain, cost: Penalised) -> Claim | None:
    """w := w - r (slope), in one or several ways, for the r that stands before the slope of the part."""
    members = _bodies(chain)
    if plain(chain.members[0]).text != cost.weight or not members or not all(map(_rates, members)):
        return None
    try:
        ways = [set(_ways(member, cost)) for member in members]
    except NotUnderstood:
        return None
    if all(way == {"down"} for way in ways):
        return Claim(chain, "true under", STEP, (f"{_base(cost.whole)} is minimised", "= assigns"))
    if any(way == {"turned"} for way in ways):
        return Claim(chain, "refuted", "the penalty makes weights larger", slip="sign")
    return None


def _bodies(chain: Chain) -> list[Node]:
    """What a step says the weight to become, w' aside."""
    head, *members = map(plain, chain.members)
    return [member for member in members if member.text != head.text]


def _rates(member: Node) -> set[str]:
    return {n.text for n in member.walk() if n.kind == "name" and n.text in STEPS}


def _ways(body: Node, cost: Penalised) -> Iterator[str]:
    """At each draw, whether the step goes down the slopes of both, or of the penalty up."""
    for draw in _drawn(cost):
        rate, moved = _moved(body, draw, cost)
        down, up = (_is(moved, rate * (draw[1] + sign * draw[2])) for sign in (1, -1))
        yield "down" if rate > 0 and down else "turned" if rate > 0 and up and draw[2] else "other"


def _moved(body: Node, draw: tuple[Values, float, float], cost: Penalised) -> tuple[float, float]:
    """The rate at which a step goes down the slope of the part, and all that it takes away."""
    weights, part, penalty = draw
    here, there = (_at(body, (weights, slope, penalty), cost) for slope in (part, part + 1))
    return here - there, weights[cost.weight] - here


def _unsaid(chain: Chain, note: Note) -> Claim | None:
    """w := w - r (slope + c w) with the same c > 0 for all r, of a cost that no formula defines."""
    head, parts = plain(chain.members[0]), {key(n.args[0]) for n in _slopes(chain)}
    known = {key(other.members[0]) for other in note.chains if other.signs}
    if len(parts) != 1 or parts & known or head.text not in WEIGHTS or _variable(chain) not in ("", head.text):
        return None
    cost = Penalised("", min(parts), head.text, ())
    try:
        same = all(_decays(member, cost) for member in _bodies(chain))
    except NotUnderstood:
        return None
    said = (f"a sum of squares is added to {_base(cost.part)}", "= assigns")
    return Claim(chain, "true under", STEP, said) if same else None


def _decays(body: Node, cost: Penalised) -> bool:
    """Whether one of the rates is that of a step, and of the decay of the weight."""
    return any(_is_rate(body, name, cost) for name in _rates(body))


def _is_rate(body: Node, name: str, cost: Penalised) -> bool:
    found = []
    for (weights, part, _), size in zip(_drawn(cost), (0.2, 0.4, 0.2, 0.4, 0.2), strict=True):
        rate, moved = _moved(body, ({**weights, name: size}, part, 0.0), cost)
        found.append((rate / size, (moved / rate - part) / weights[cost.weight] if rate else 0.0))
    rate, decay = found[0]
    named = not _is(2 * decay, round(2 * decay))  # a number is no name of a penalty, but one that was lost
    return named and rate > 0 and decay > CLOSE and all(_is(a, rate) and _is(c, decay) for a, c in found)


def _is(first: float, second: float) -> bool:
    return math.isclose(first, second, rel_tol=CLOSE, abs_tol=CLOSE)
