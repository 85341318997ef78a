"""The graph of an emitted function over one box: how far what it computes may be from the function itself.

A branch that the box does not decide is followed on both sides, and the larger error counts. Where both sides are to
be the same function, `identity` says how far they are apart. Where the function itself has cases (relu), code and
function are taken through each case together.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import sympy
from sympy import Expr, Symbol

from proofs.bounds import floats, identity, intervals, library
from proofs.bounds.code import Node, Unreadable
from proofs.bounds.floats import INFINITE, Overflows, Straddles, Value
from proofs.bounds.intervals import Interval
from proofs.enclosure.exact import flint

Outcomes = Mapping[Expr, bool]


class Split(ArithmeticError):
    """The box is to be cut where an input passes a constant."""

    def __init__(self, name: str, at: float) -> None:
        super().__init__(f"{name} at {at}")
        self.name, self.at = name, at


class Case(ArithmeticError):
    """Both outcomes of a comparison of inputs are to be looked at."""

    def __init__(self, key: Expr) -> None:
        super().__init__(str(key))
        self.key = key


@dataclass
class Analysis:
    """Values of nodes over a box, where these comparisons came out so; a key stands for key < 0."""

    box: Mapping[str, Interval]
    outcomes: Outcomes = field(default_factory=dict)
    supposed: Mapping[Node, bool] = field(default_factory=dict)
    last: frozenset[Node] = frozenset()
    known: dict[Any, Value] = field(default_factory=dict)

    def value(self, node: Node) -> Value:
        """The value of a node. Of the last operations the overflow is left out: beyond the range nothing is claimed."""
        key = node, frozenset(pair for pair in self.supposed.items() if pair[0] in conditions(node))
        if key not in self.known:
            try:
                self.known[key] = _rule(node)(self, node)
            except Overflows as overflow:
                if node not in self.last:
                    raise
                self.known[key] = overflow.value
        return self.known[key]

    def truth(self, node: Node) -> bool | None:
        """Whether a condition holds for the element; None where it may or may not."""
        return self.supposed[node] if node in self.supposed else TRUTH[node.op](self, node)

    def where(self, condition: Node, node: Node, holds: bool) -> Value:
        """The value of a node where the condition came out so."""
        return replace(self, supposed={**self.supposed, condition: holds}).value(node)

    # ------------------------------------------------------------ cases

    def less(self, a: Expr, b: Expr) -> bool:
        """Whether a < b for real numbers: by the box, else as this case supposes."""
        gap = sympy.expand(a - b)
        if gap.is_number:
            return bool(gap < 0)
        if gap in self.outcomes:
            return self.outcomes[gap]
        range_ = identity.over(gap, self.box)
        if range_.hi < 0 or range_.lo >= 0:
            return bool(range_.hi < 0)
        if (cut := _cut(gap)) is not None:
            raise Split(*cut)
        raise Case(gap)

    def flushed(self, argument: Expr) -> bool:
        """Whether a function of this argument gave 0 for a number below the normal range: both are looked at."""
        key = sympy.Function("flushed")(argument)
        if key not in self.outcomes:
            raise Case(key)
        return self.outcomes[key]

    def holds(self, operator: str, a: Expr, b: Expr) -> bool:
        """Whether a op b."""
        return COMPARED[operator](self, a, b)


def _rule(node: Node) -> Callable[[Analysis, Node], Value]:
    if node.op not in RULES:
        raise Unreadable(f"{node.op} has no rule")
    return RULES[node.op]


@lru_cache(maxsize=4096)
def conditions(node: Node) -> frozenset[Node]:
    """The conditions that the value of a node may rest on."""
    return frozenset([node] if node.op in TRUTH else []).union(*map(conditions, node.args))


COMPARED: dict[str, Callable[[Analysis, Expr, Expr], bool]] = {
    "<": lambda run, a, b: run.less(a, b),
    ">": lambda run, a, b: run.less(b, a),
    "<=": lambda run, a, b: not run.less(b, a),
    ">=": lambda run, a, b: not run.less(a, b),
    "==": lambda run, a, b: not run.less(a, b) and not run.less(b, a),
    "!=": lambda run, a, b: run.less(a, b) or run.less(b, a),
}


def _cut(gap: Expr) -> tuple[str, float] | None:
    """The input and the constant that it is compared with."""
    if len(gap.free_symbols) != 1:
        return None
    (symbol,) = gap.free_symbols
    if not gap.is_polynomial(symbol) or sympy.degree(gap, symbol) != 1:
        return None
    return symbol.name, float(sympy.solve(gap, symbol)[0])


# ---------------------------------------------------------------- values


def _input(run: Analysis, node: Node) -> Value:
    return floats.exact(run.box[node.value], Symbol(node.value, real=True))


def _const(run: Analysis, node: Node) -> Value:
    """A float, and what is between it and the number that it stands for."""
    value, ref = node.value.value, node.value.ref
    if not ref.is_Rational or sympy.Rational(value) != ref:
        range_ = identity.coefficient(ref)
        off = (sympy.Rational(value) - ref) / ref
        relative = float(identity.coefficient(off).largest.upper()) * floats.SLACK
        return replace(floats.exact(intervals.around(range_.lo.union(range_.hi)), ref), relative=relative)
    whole = ref.q & (ref.q - 1) == 0 and abs(ref.p) < 2**53
    return floats.exact(intervals.point(value), ref, int(ref.q).bit_length() - 1 if whole else None)


def _plus(run: Analysis, node: Node, side: int = 1) -> Value:
    a, b = (run.value(arg) for arg in node.args)
    if is_zero(a):
        return b if side > 0 else _negative(b)
    if side < 0:
        ref, exact, other = a.ref - b.ref, floats.minus_is_exact(a, b), _negative(b)
    else:
        ref, exact, other = a.ref + b.ref, floats.minus_is_exact(a, _negative(b)), b
    off = rint_offset(ref)
    if off is not None and a.exact and b.exact:
        narrow = Interval(flint.arb(-off), flint.arb(off))
        return floats.plus(a, other, ref, narrow, is_exact=True)
    return floats.plus(a, other, ref, is_exact=exact)


def rint_offset(ref: Expr) -> float | None:
    """1/(2c) for round(c x)/c - x, or its negative, c a power of two; None for anything else.

    That difference is a float: 0 - x for |x| < 1/(2c); else the parts are within a factor of 2 (Sterbenz).
    """
    parts = [a for a in sympy.preorder_traversal(ref) if type(a).__name__ == "round"]
    if len(parts) != 1:
        return None
    scaled = parts[0].args[0]
    c, x = scaled.as_coeff_Mul()
    if not (x.is_Symbol and c.is_Integer and c.p & (c.p - 1) == 0):
        return None
    offset = parts[0] / c - x
    return 0.5 / int(c) if 0 in (sympy.expand(ref - offset), sympy.expand(ref + offset)) else None


def _negative(a: Value) -> Value:
    return replace(a, range=-a.range, ref=-a.ref, seen=None if a.seen is None else -a.seen)


def _pow(run: Analysis, node: Node) -> Value:
    """A square is one product, as NumPy computes it; another power is that function of the library."""
    base, exponent = (run.value(arg) for arg in node.args)
    if exponent.ref == 2:
        made = floats.times(base, base, base.ref**2)
        return replace(made, range=intervals.power(base.range, 2))
    return library.apply("np.power", [base, exponent])


def _call(run: Analysis, node: Node) -> Value:
    args = node.args[1:] if node.value == "special.polygamma" else node.args
    return library.apply(name_of(node), [run.value(a) for a in args])


def name_of(node: Node) -> str:
    """The function that a node calls, or none; a power but a square is one."""
    if node.op == "pow":
        return "" if node.args[1].op == "const" and node.args[1].value.value == 2 else "np.power"
    name = f"{node.value}({node.args[0].value.value})" if node.value == "special.polygamma" else node.value
    if name == "np.logaddexp" and node.args[0].op != "const":
        raise Unreadable("the logarithm of a sum is 0 along a curve, beside which no number of ulps of it suffices")
    if name not in library.CALLED:
        raise Unreadable(f"{name} is not analysed")
    return str(name)


def _choose(run: Analysis, node: Node) -> Value:
    """The branch that is taken; where the box leaves it open, the worse of two that are one function."""
    condition, chosen, otherwise = node.args
    holds = run.truth(condition)
    if holds is not None:
        return run.value(chosen if holds else otherwise)
    first, second = run.where(condition, chosen, True), run.where(condition, otherwise, False)
    return either(first, second, run.box)


def either(first: Value, second: Value, box: Mapping[str, Interval]) -> Value:
    """The worse of two values that are one function, as the second's expression says it."""
    moved = restated(first, second.ref, box)
    if moved.seen or second.seen:
        raise Straddles
    absolute = max(moved.absolute, second.absolute)
    units = max(moved.units, second.units)
    return Value(second.range, max(moved.relative, second.relative), absolute, second.ref, units=units)


def restated(value: Value, ref: Expr, box: Mapping[str, Interval]) -> Value:
    """The value as one of another expression: what is between the two becomes an error."""
    off = identity.apart(value.ref, ref, box)
    if off == 0:
        return replace(value, ref=ref)
    if off < 0.25:
        spread = Interval((flint.arb(1) - 2 * off).lower(), (flint.arb(1) + 2 * off).upper())
        relative = (value.relative + off + value.relative * off) * floats.SLACK
        return replace(value, range=intervals.multiply(value.range, spread), ref=ref, relative=relative, units=INFINITE)
    there = identity.over(ref, box)
    far = (value.range.largest + there.largest).upper()
    return Value(there, value.relative, (value.absolute + far * (1 + value.relative)).upper(), ref)


def last_of(root: Node) -> frozenset[Node]:
    """The operations whose result may be what is returned."""
    below = {"choose": root.args[1:], "neg": root.args}.get(root.op, ())
    return frozenset({root}).union(*map(last_of, below))


def possible(outcomes: Outcomes) -> bool:
    """Whether no two or three of the comparisons contradict each other: gaps that add up to 0 are not all negative."""
    signed = [(gap if found else -gap, found) for gap, found in outcomes.items()]
    chosen = (c for size in (2, 3) for c in itertools.combinations(signed, size))
    return not any(any(strict for _, strict in c) and sympy.expand(sum(g for g, _ in c)) == 0 for c in chosen)


RULES: dict[str, Callable[[Analysis, Node], Value]] = {
    "input": _input,
    "const": _const,
    "add": _plus,
    "sub": lambda run, node: _plus(run, node, -1),
    "mul": lambda run, node: _binary(run, node, floats.times, lambda a, b: a * b),
    "div": lambda run, node: _binary(run, node, floats.over, lambda a, b: a / b),
    "neg": lambda run, node: _negative(run.value(node.args[0])),
    "pow": _pow,
    "call": _call,
    "choose": _choose,
}


def _binary(run: Analysis, node: Node, operation: Any, meant: Callable[[Expr, Expr], Expr]) -> Value:
    a, b = (run.value(arg) for arg in node.args)
    if node.args[0] is node.args[1] and node.op == "mul":
        return replace(floats.times(a, a, a.ref**2), range=intervals.power(a.range, 2))
    made: Value = operation(a, b, meant(a.ref, b.ref))
    return made


# ---------------------------------------------------------------- conditions


def _compare(run: Analysis, node: Node) -> bool | None:
    a, b = (run.value(arg) for arg in node.args)
    found = _by_range(node.value, a.computed, b.computed)
    if found is None and b.exact and (a.exact or (is_zero(b) and _of_floats(run, node.args[0]))):
        return run.holds(node.value, a.ref, b.ref)
    return found


def is_zero(a: Value) -> bool:
    """Whether it is 0, and computed so."""
    return a.exact and a.range.is_point and a.range.lo == 0


def _of_floats(run: Analysis, node: Node) -> bool:
    """Whether it is a sum or a difference of two floats: rounding keeps its sign, and makes it 0 only if it is."""
    return node.op in ("add", "sub") and all(run.value(arg).exact for arg in node.args)


def _by_range(operator: str, a: Interval, b: Interval) -> bool | None:
    return DECIDED[operator](a, b)


def _not(found: bool | None) -> bool | None:
    return None if found is None else not found


def _below(a: Interval, b: Interval) -> bool | None:
    return True if a.hi < b.lo else False if a.lo >= b.hi else None


def _same(a: Interval, b: Interval) -> bool | None:
    if a.hi < b.lo or b.hi < a.lo:
        return False
    return True if a.is_point and b.is_point and a.lo == b.lo else None


DECIDED: dict[str, Callable[[Interval, Interval], bool | None]] = {
    "<": _below,
    ">": lambda a, b: _below(b, a),
    "<=": lambda a, b: _not(_below(b, a)),
    ">=": lambda a, b: _not(_below(a, b)),
    "==": _same,
    "!=": lambda a, b: _not(_same(a, b)),
}


def _and(run: Analysis, node: Node) -> bool | None:
    found = [run.truth(a) for a in node.args]
    return False if False in found else None if None in found else True


def _or(run: Analysis, node: Node) -> bool | None:
    found = [run.truth(a) for a in node.args]
    return True if True in found else None if None in found else False


def _finite(run: Analysis, node: Node) -> bool | None:
    reach = run.value(node.args[0])
    return reach.relative < INFINITE or (None if reach.seen is None else bool(reach.seen.largest.is_finite()))


TRUTH: dict[str, Callable[[Analysis, Node], bool | None]] = {
    "compare": _compare,
    "and": _and,
    "or": _or,
    "not": lambda run, node: _not(run.truth(node.args[0])),
    "finite": _finite,
    "flushed": lambda run, node: run.flushed(run.value(node.args[0]).ref),
    "never": lambda run, node: False,
    "free": lambda run, node: None,
    # Of other elements nothing is known.
    "exists": lambda run, node: run.truth(node.args[0]) or None,
    "forall": lambda run, node: False if run.truth(node.args[0]) is False else None,
}

__all__ = ["Analysis", "Case", "Split", "last_of", "name_of", "possible", "restated"]
