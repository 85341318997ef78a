"""A proof of a scalar claim: both sides as SymPy expressions, whose difference has the numerator 0.

Only what stands here is proved by algebra; all else that holds was tried at points, and the verdict says so.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sympy

from proofs.notes.evaluation.functions import BUILT_IN
from proofs.notes.evaluation.world import Rules
from proofs.notes.reading.names import Habits, Marks, marks
from proofs.notes.reading.tree import Chain, Node, plain, registering

LARGEST = 400  # nodes of a difference that is worth expanding


class NoProof(Exception):
    """The claim has a part that is no scalar expression."""


@dataclass
class Scalars:
    """Translates trees of scalars; each name is a symbol, or what the note defines it to be."""

    habits: Habits
    rules: Rules
    held: frozenset[str] = frozenset()
    local: dict[str, Any] = field(default_factory=dict)
    busy: tuple[str, ...] = ()

    def expr(self, node: Node) -> Any:
        row = ROWS.get(node.kind)
        if row is None:
            raise NoProof
        return row(self, node)

    def named(self, name: Node) -> Any:
        found = marks(name, self.habits)
        if found.places or found.layer is not None or found.sample is not None or found.primes:
            raise NoProof
        base = self.symbol(found)
        if found.base == "e" and found.power is not None:
            return sympy.exp(self.expr(found.power))
        return base if found.power is None else base ** self.expr(found.power)

    def symbol(self, found: Marks) -> Any:
        key = found.base + found.label
        if key in self.local:
            return self.local[key]
        rule = next(iter(self.rules.get(key, ())), None)
        if rule is None or key in self.held or rule.uses:
            return sympy.Symbol(key, positive=True)
        if rule.layer is not None or rule.places or key in self.busy:
            raise NoProof
        return Scalars(self.habits, self.rules, self.held, {}, (*self.busy, key)).expr(rule.body)

    def by(self, node: Node) -> str:
        node = plain(node)
        found = marks(node, self.habits) if node.kind == "name" else None
        if found is None or found.power or found.places or found.layer is not None or found.sample is not None:
            raise NoProof
        return found.base + found.label


Row = Callable[[Scalars, Node], Any]
ROWS: dict[str, Row] = {}
row = registering(ROWS)  # how nodes of these kinds are translated


row("num")(lambda s, n: sympy.Rational(n.text))
row("group")(lambda s, n: s.expr(n.args[0]))
row("name")(lambda s, n: s.named(n))
row("neg")(lambda s, n: -s.expr(n.args[0]))
row("add")(lambda s, n: sympy.Add(*map(s.expr, n.args)))
row("mul", "times")(lambda s, n: sympy.Mul(*map(s.expr, n.args)))
row("frac", "div")(lambda s, n: s.expr(n.args[0]) / s.expr(n.args[1]))
row("pow")(lambda s, n: s.expr(n.args[0]) ** s.expr(n.args[1]))


@row("derivative")
def _derivative(s: Scalars, node: Node) -> Any:
    """Of what the note defines, with the names that it is by held as symbols."""
    of, *by = node.args
    names = [s.by(name) for name in by]
    inside = Scalars(s.habits, s.rules, s.held | set(names), s.local, s.busy)
    expr = inside.expr(of)
    if expr.is_Symbol and expr.name not in names:
        raise NoProof
    slope = sympy.diff(expr, *[sympy.Symbol(name, positive=True) for name in names])
    if s.held or any(n in s.rules for n in names):
        return slope.subs({sympy.Symbol(n, positive=True): s.symbol(Marks(n)) for n in names})
    return slope


@row("apply")
def _apply(s: Scalars, node: Node) -> Any:
    """A function that SymPy has, that the note defines, or of which nothing is known."""
    head, *args = node.args
    if head.kind != "name":
        raise NoProof
    found = marks(head, s.habits)
    given = [s.expr(arg) for arg in args]
    if found.base in SYMPY and found.label:
        raise NoProof
    value = _called(s, found, given)
    return value if found.power is None else value ** s.expr(found.power)


def _called(s: Scalars, found: Marks, given: list[Any]) -> Any:
    places = [sympy.Dummy(positive=True) for _ in given]
    body = _body(s, found, places)
    if found.primes:
        if len(given) != 1:
            raise NoProof
        body = sympy.diff(body, places[0], found.primes)
    return body.subs(dict(zip(places, given, strict=True)), simultaneous=True)


def _body(s: Scalars, found: Marks, places: list[Any]) -> Any:
    rule = next(iter(s.rules.get(found.base + found.label, s.rules.get(found.base, ()))), None)
    if found.base in SYMPY and len(places) == 1:
        return SYMPY[found.base](places[0])
    if rule is not None and len(rule.params) == len(places):
        local = dict(zip(rule.params, places, strict=True))
        return Scalars(s.habits, s.rules, s.held, local, (*s.busy, rule.base)).expr(rule.body)
    raise NoProof


SYMPY: dict[str, Callable[[Any], Any]] = {
    name: getattr(sympy, name.replace("arc", "a")) for name in BUILT_IN if name not in ("sigmoid", "relu")
}
SYMPY["sigmoid"] = lambda x: 1 / (1 + sympy.exp(-x))


@row("prime")
def _prime(s: Scalars, node: Node) -> Any:
    inside = s.expr(node.args[0])
    x = sympy.Symbol("x", positive=True)
    if x not in inside.free_symbols:
        raise NoProof
    return sympy.diff(inside, x)


def slope_of(left: Node, habits: Habits, rules: Rules) -> Any | None:
    """The derivative on the left side, worked out; a column for a gradient by all arguments."""
    scalars = Scalars(habits, rules)
    left = plain(left)
    try:
        if left.kind != "nabla":
            return scalars.expr(left)
        names = _arguments(left, rules)
        of = left.args[0]
        return sympy.Matrix([scalars.expr(Node("derivative", (of, Node("name", text=name)))) for name in names])
    except (NoProof, RecursionError, ValueError, TypeError, AttributeError):
        return None


def _arguments(left: Node, rules: Rules) -> list[str]:
    of, *by = left.args
    head = of.args[0] if of.kind == "apply" else of
    rule = next(iter(rules.get(head.text, ())), None)
    if by or rule is None or not rule.params:
        raise NoProof
    return list(rule.params)


def proved(chain: Chain, habits: Habits, rules: Rules) -> bool:
    """Whether algebra proves every member equal to the next, with nothing assumed."""
    try:
        scalars = Scalars(habits, rules)
        members = [scalars.expr(member) for member in chain.members]
    except (NoProof, RecursionError, ValueError, TypeError, AttributeError):
        return False
    return all(_zero(a - b) for a, b in itertools.pairwise(members))


def _zero(difference: Any) -> bool:
    if difference == 0:
        return True
    if not isinstance(difference, sympy.Expr) or difference.count_ops() > LARGEST:
        return False
    above = sympy.fraction(sympy.together(difference.rewrite(sympy.exp)))[0]
    return bool(sympy.powsimp(sympy.expand(above), force=False) == 0 or sympy.expand(sympy.powsimp(above)) == 0)
