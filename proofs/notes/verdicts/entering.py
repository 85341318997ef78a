"""Slopes of any cost by what enters one definition alone: dL/df = dL/dC (.) c by C = f (.) c + i (.) n, whatever L is.

All products of such a definition go entry by entry, so that numbers tell a wrong factor, and no layout explains it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import sympy

from proofs.notes.context import Note
from proofs.notes.evaluation.functions import BUILT_IN
from proofs.notes.evaluation.symbolic import NoProof, Scalars
from proofs.notes.evaluation.world import Rule
from proofs.notes.reading.names import Habits, marks
from proofs.notes.reading.tree import Chain, Node, plain
from proofs.notes.verdicts.claim import Claim
from proofs.notes.verdicts.readings import ROLES

STEPPED = re.compile(r"_t([+-]\d+)?$")
ENTRYWISE = "all products go entry by entry"
SLOPE = "slope of the cost"
CALLED = frozenset(BUILT_IN)
POINTS = (0.3, 0.7, 1.1)


def entering(note: Note, chain: Chain) -> Claim | None:
    """What is said of a slope that has the slope by the one quantity that is made of this; None of all else."""
    step = note.step or note
    habits = step.of(chain)
    found, rules = _slopes(chain, habits), [*(defined.rule for defined in step.defined), *step.beside]
    rule = _only(found, rules, habits) if found else None
    if found is None or rule is None or not _entrywise(rule, chain, habits, rules):
        return None
    return _compared(chain, habits, rule, found)


def _only(found: tuple[str, str, str], rules: list[Rule], habits: Habits) -> Rule | None:
    """The one definition that a quantity enters, where it is that of the other and nothing says what the cost is."""
    cost, by, through = found
    entered = [rule for rule in rules if any(_stem(key) == _stem(by) for key in _names(rule.body, habits))]
    bodies = {rule.body for rule in rules if rule.base == through or rule in entered}
    known = any(rule.base == cost for rule in rules)
    return None if known or {rule.base for rule in entered} != {through} or len(bodies) != 1 else entered[0]


def _slopes(chain: Chain, habits: Habits) -> tuple[str, str, str] | None:
    """The cost, what it is differentiated by, and the quantity whose slope is a factor; None of all other claims."""
    plainly = len(chain.members) == 2 and chain.signs == ("=",) and chain.condition is None and not chain.pins
    left, right = plain(chain.members[0]), [n for m in chain.members[1:] for n in m.walk() if _derives(n)]
    if not plainly or not _derives(left) or len(right) != 1:
        return None
    (top, by), (same, through) = (tuple(map(plain, node.args)) for node in (left, right[0]))
    if top != same or ROLES.get(top.text) != "cost" or any(n.kind != "name" for n in (top, by, through)):
        return None
    return top.text, _key(by, habits), _key(through, habits)


def _derives(node: Node) -> bool:
    return node.kind == "derivative" and len(node.args) == 2 and not node.primes


def _key(name: Node, habits: Habits) -> str:
    found = marks(name, habits)
    return found.base + found.label


def _stem(key: str) -> str:
    return STEPPED.sub("", key)


def _names(node: Node, habits: Habits) -> set[str]:
    """The names of an expression and of its powers, without those of subscripts."""
    node = _spelled(node)
    own = {_key(node, habits)} if node.kind == "name" else set()
    return own.union(*(_names(part, habits) for part in (*node.args, *node.sups))) - CALLED


def _entrywise(rule: Rule, chain: Chain, habits: Habits, rules: list[Rule]) -> bool:
    """Whether a definition has products entry by entry alone, and the claim its names, no two of which are one."""
    body = _names(rule.body, habits)
    here = body | {rule.base}
    beside = _names(chain.members[1], habits) - {SLOPE}
    kinds = {n.kind for n in rule.body.walk()}
    tied = (other for other in rules if other.base in here and other.base != rule.base)
    related = any(_names(other.body, habits) <= here for other in tied)
    return "hadamard" in kinds and not kinds & {"mul", "times", "sum"} and beside <= here and not related


def _spelled(node: Node) -> Node:
    """With one name for the slope of the cost, and products of numbers."""
    whole = Node("name", text=SLOPE) if _derives(node) else node.over(_spelled)
    return replace(whole, kind="mul", text="") if node.kind in ("hadamard", "times") else whole


def _compared(chain: Chain, habits: Habits, rule: Rule, found: tuple[str, str, str]) -> Claim | None:
    scalars, (cost, by, through) = Scalars(habits, {}), found
    try:
        body, claimed = scalars.expr(_spelled(rule.body)), scalars.expr(_spelled(chain.members[1]))
    except NoProof:
        return None
    slope = sympy.diff(body, _symbol(by))
    gap = claimed.subs(_symbol(rule.base), body) - _symbol(SLOPE) * slope
    if any(map(_apart, _at(gap))):
        return Claim(chain, "refuted", f"by what {through} is, the factor is {slope}", slip="factor")
    if _of_matrices(chain.members[1]):
        return None
    reason, said = f"by what {through} is", (ENTRYWISE, f"{cost} rests on {by} through {through} alone")
    return Claim(chain, "true under", reason, said) if sympy.expand(gap) == 0 else None


def _of_matrices(right: Node) -> bool:
    """Whether a capital without a step stands in a product that is none of entries, where the note marks these."""
    factors = (plain(arg) for n in right.walk() if n.kind in ("mul", "times") for arg in n.args)
    return any(n.kind == "name" and n.text.isupper() and not n.subs for n in factors)


def _symbol(key: str) -> Any:
    return sympy.Symbol(key, positive=True)


def _at(gap: Any) -> Iterator[float]:
    """The difference of the sides at points at which no two quantities are equal."""
    names = sorted(gap.free_symbols, key=str)
    for start in POINTS:
        yield float(gap.subs({name: start + n / 7 for n, name in enumerate(names)}))


def _apart(gap: float) -> bool:
    return abs(gap) > 1e-6  # the numbers are of order 1, with 15 digits
