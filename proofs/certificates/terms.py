"""Trusted: real expressions as terms of Coq, and what must hold for each of them to mean something.

A function of the registry stands for its definition, an elementary one for Coq's. Numbers are exact. Coq's / and ln and
sqrt are defined everywhere, so `defined` lists what a reader takes for granted: no denominator is 0, ln of a positive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import sympy
from sympy import Add, Expr, Float, Integer, Mul, Pow, Rational

from derive.functions import ROWS, row_of, unfold
from derive.index import Compare, Entry, Where


class NoTerm(ValueError):
    """What has no term of Coq; the message names it and says why."""


@dataclass(frozen=True)
class Term:
    """A head and its parts: + - * / ^ and unary - and /, a function of Coq, "if", a variable or a whole number."""

    head: str
    parts: tuple[Term, ...] = ()

    def __str__(self) -> str:
        return WRITTEN[self.head].format(*self.parts) if self.head in WRITTEN else self._plain()

    def _plain(self) -> str:
        return f"({' '.join([self.head, *map(str, self.parts)])})" if self.parts else self.head


SHAPES: Mapping[str, str] = {
    "+": "({} + {})",
    "-": "({} - {})",
    "*": "({} * {})",
    "div": "({} / {})",
    "^": "({} ^ {})",
    "opp": "(- {})",
    "inv": "(/ {})",
    "if <": "(if Rlt_dec {} {} then {} else {})",
    "if <=": "(if Rle_dec {} {} then {} else {})",
    "if =": "(if Req_EM_T {} {} then {} else {})",
}
PROPOSITIONS: Mapping[str, str] = {
    "<": "{} < {}",
    "<=": "{} <= {}",
    "=": "{} = {}",
    "<>": "{} <> {}",
    "->": "({} -> {})",
    "~": "~ {}",
    "\\/": "({} \\/ {})",
}
WRITTEN: Mapping[str, str] = {**SHAPES, **PROPOSITIONS}
CASES = tuple(head for head in SHAPES if head.startswith("if"))
# Coq's names of SymPy's functions.
FUNCTIONS: Mapping[Any, str] = {
    sympy.exp: "exp",
    sympy.log: "ln",
    sympy.sin: "sin",
    sympy.cos: "cos",
    sympy.tan: "tan",
    sympy.sinh: "sinh",
    sympy.cosh: "cosh",
    sympy.tanh: "tanh",
    sympy.asin: "asin",
    sympy.acos: "acos",
    sympy.atan: "atan",
    sympy.asinh: "arcsinh",
    sympy.acosh: "arccosh",
    sympy.atanh: "arctanh",
    sympy.atan2: "atan2",
    sympy.erf: "erf",
    sympy.erfc: "erfc",
    sympy.erfinv: "erfinv",
    sympy.loggamma: "gammaln",
    sympy.polygamma: "polygamma",
    ROWS["floor"].head: "floor_real",
    ROWS["ceil"].head: "ceil_real",
    ROWS["round"].head: "round_real",
}
# Those of the prelude, by the room in which they are defined; what reads another room reads Special too.
ROOMS: Mapping[str, frozenset[str]] = {
    "Special": frozenset({"arccosh", "arctanh", "atan2", "erf", "erfc", "floor_real", "ceil_real", "round_real"}),
    "Erfinv": frozenset({"erfinv"}),
    "Gamma": frozenset({"gammaln", "polygamma"}),
}
WORDS = "PI I R O S fun forall exists if then else in let is_derive sqrt Rpower match end with as at by fix where using"
RESERVED = frozenset({*FUNCTIONS.values(), *WORDS.split()})


def variable(name: str) -> Term:
    """The variable of this name, with one more _ behind it where Coq means something else by it, or where it ends in _.

    So different names stay different: R and R_ become R_ and R__.
    """
    return Term(f"{name}_" if name in RESERVED or name.endswith("_") else name)


def number(value: int) -> Term:
    """A whole number."""
    return Term(str(value)) if value >= 0 else Term("opp", (Term(str(-value)),))


def term(expr: Expr) -> Term:
    """The expression as Coq has it; NoTerm for what has no definition there."""
    for kind, make in KINDS:
        if isinstance(expr, kind):
            return make(expr)
    if type(expr) in FUNCTIONS:
        return Term(FUNCTIONS[type(expr)], tuple(map(term, expr.args)))
    row = row_of(expr)
    if row is not None and row.definition is not None:
        return term(unfold(expr))
    raise NoTerm(f"{row.name if row else expr} has no definition in Coq's libraries or in our prelude")


def _rational(value: Rational) -> Term:
    return number(value.p) if value.q == 1 else Term("div", (number(value.p), number(value.q)))


def _entry(entry: Entry) -> Term:
    if entry.indices:
        raise NoTerm(f"{entry} is an entry of a tensor, not a number")
    return variable(entry.tensor)


def _sum(expr: Add) -> Term:
    """Terms with a minus before them last, so that 1 - x reads so."""
    parts = sorted(expr.as_ordered_terms(), key=lambda e: bool(e.could_extract_minus_sign()))
    return reduce(_and_one, parts[1:], term(parts[0]))


def _and_one(total: Term, part: Expr) -> Term:
    if part.could_extract_minus_sign():
        return Term("-", (total, term(-part)))
    return Term("+", (total, term(part)))


def _product(expr: Mul) -> Term:
    if expr.could_extract_minus_sign():
        return Term("opp", (term(-expr),))
    above = [f for f in expr.as_ordered_factors() if not _below(f) and not (f.is_Rational and f.p == 1)]
    below = [1 / f for f in expr.as_ordered_factors() if _below(f)]
    fractions = [Integer(f.q) for f in expr.args if f.is_Rational and f.q != 1]
    above = [Integer(f.p) if f.is_Rational else f for f in above]
    top = _times(above)
    return Term("div", (top, _times(fractions + below))) if below or fractions else top


def _below(factor: Expr) -> bool:
    return isinstance(factor, Pow) and bool(factor.exp.is_Rational and factor.exp.is_negative)


def _times(factors: list[Expr]) -> Term:
    made = list(map(term, factors)) or [number(1)]
    return reduce(lambda a, b: Term("*", (a, b)), made)


def _power(expr: Pow) -> Term:
    """u^n, /u^n, powers of sqrt u, and else Rpower u v = exp (v * ln u), which needs u > 0."""
    base, exponent = expr.args
    if _below(expr):
        return Term("inv", (term(1 / expr),)) if exponent != -1 else Term("inv", (term(base),))
    if exponent.is_Integer:
        return Term("^", (term(base), Term(str(exponent))))
    if exponent.is_Rational and exponent.q == 2:
        root = Term("sqrt", (term(base),))
        return root if exponent.p == 1 else Term("^", (root, Term(str(exponent.p))))
    return Term("Rpower", (term(base), term(exponent)))


def _cases(expr: Where) -> Term:
    condition, chosen, otherwise = expr.args
    return cases(condition, term(chosen), term(otherwise))


def cases(condition: Expr, chosen: Term, otherwise: Term) -> Term:
    """chosen where the condition is not 0; a product holds where all its factors do."""
    first, *rest = Mul.make_args(condition)
    inner = cases(Mul(*rest), chosen, otherwise) if rest else chosen
    if not isinstance(first, Compare):
        return Term("if =", (term(first), number(0), otherwise, inner))
    left, right = map(term, first.args[1:])
    head, swapped, negated = COMPARISONS[first.operator]
    branches = (otherwise, inner) if negated else (inner, otherwise)
    return Term(head, ((right, left) if swapped else (left, right)) + branches)


def _polygamma(expr: Expr) -> Term:
    """The order is a whole number: written, or a variable with one added to it."""
    order, x = expr.args
    more, rest = order.as_coeff_Add()
    if not (more.is_Integer and more >= 0 and (rest == 0 or isinstance(rest, Entry))):
        raise NoTerm(f"the order {order} of polygamma is neither a whole number nor a variable and one")
    return Term("polygamma", (sum_of(term(rest), int(more)) if rest != 0 else number(int(more)), term(x)))


def sum_of(of: Term, more: int) -> Term:
    """of + more, where more is not 0."""
    return Term("+", (of, number(more))) if more else of


COMPARISONS: Mapping[str, tuple[str, bool, bool]] = {
    "<": ("if <", False, False),
    ">": ("if <", True, False),
    "<=": ("if <=", False, False),
    ">=": ("if <=", True, False),
    "==": ("if =", False, False),
    "!=": ("if =", False, True),
}

KINDS: tuple[tuple[Any, Callable[[Any], Term]], ...] = (
    (Rational, _rational),
    (Float, lambda expr: _rational(Rational(expr))),
    (type(sympy.pi), lambda expr: Term("PI")),
    (type(sympy.E), lambda expr: Term("exp", (number(1),))),
    (Entry, _entry),
    (Add, _sum),
    (Mul, _product),
    (Pow, _power),
    (Where, _cases),
    (sympy.polygamma, _polygamma),
    (Compare, lambda expr: cases(expr, number(1), number(0))),
)


# ---------------------------------------------------------------- what must hold

ZERO, ONE = number(0), number(1)


def less(a: Term, b: Term) -> Term:
    """The proposition a < b."""
    return Term("<", (a, b))


def differs(a: Term, b: Term) -> Term:
    """The proposition a <> b."""
    return Term("<>", (a, b))


def _within_one(a: Term) -> list[Term]:
    return [less(Term("opp", (ONE,)), a), less(a, ONE)]


NEEDS: Mapping[str, Callable[..., list[Term]]] = {
    "div": lambda a, b: [differs(b, ZERO)],
    "inv": lambda a: [differs(a, ZERO)],
    "ln": lambda a: [less(ZERO, a)],
    "sqrt": lambda a: [less(ZERO, a)],
    "Rpower": lambda a, b: [less(ZERO, a)],
    "asin": _within_one,
    "acos": _within_one,
    "arctanh": _within_one,
    "erfinv": _within_one,
    "gammaln": lambda a: [less(ZERO, a)],
    "polygamma": lambda n, a: [less(ZERO, a)],
    "arccosh": lambda a: [less(ONE, a)],
}
CONDITIONS: Mapping[str, str] = {"if <": "<", "if <=": "<=", "if =": "="}


def defined(of: Term) -> Iterator[Term]:
    """What must hold for the term to mean what it says; within a case only where that is chosen."""
    yield from _in_cases(of, defined)
    if of.head in NEEDS and not (of.head in ("div", "inv") and of.parts[-1].head.isdigit()):
        yield from NEEDS[of.head](*of.parts)


def _in_cases(of: Term, what: Callable[[Term], Iterator[Term]], own: Sequence[Term] = ()) -> Iterator[Term]:
    """What is said of the parts, of a case only where that is chosen; before these what is said of the condition."""
    if of.head not in CASES:
        for part in of.parts:
            yield from what(part)
        return
    left, right, chosen, otherwise = of.parts
    condition = Term(CONDITIONS[of.head], (left, right))
    yield from (*what(left), *what(right), *own)
    yield from (Term("->", (condition, said)) for said in what(chosen))
    yield from (Term("->", (Term("~", (condition,)), said)) for said in what(otherwise))


def _half_above(a: Term) -> Term:
    return Term("+", (a, Term("div", (ONE, number(2)))))


# Where a function jumps: steps at their ends, tan at its poles, the angle of a point across the half line behind 0.
JUMPS: Mapping[str, Callable[..., Term]] = {
    "floor_real": lambda a: differs(Term("floor_real", (a,)), a),
    "ceil_real": lambda a: differs(Term("ceil_real", (a,)), a),
    "round_real": lambda a: differs(Term("floor_real", (_half_above(a),)), _half_above(a)),
    "tan": lambda a: differs(Term("cos", (a,)), ZERO),
    "atan2": lambda a, b: Term("\\/", (differs(a, ZERO), less(ZERO, b))),
}


def off_boundaries(of: Term, by: str) -> Iterator[Term]:
    """What keeps the point off the boundary of each case distinction and off each jump, where the variable moves it."""
    compared = of.parts[:2] if of.head in CASES else ()
    own = [differs(*compared)] if any(by in variables(part) for part in compared) else []
    yield from _in_cases(of, lambda part: off_boundaries(part, by), own)
    if of.head in JUMPS and by in variables(of):
        yield JUMPS[of.head](*of.parts)


def walk(of: Term) -> Iterator[Term]:
    """The term and everything in it, innermost first."""
    for part in of.parts:
        yield from walk(part)
    yield of


def variables(of: Term) -> frozenset[str]:
    """The names of the variables in the term."""
    return frozenset(t.head for t in walk(of) if not t.parts and not t.head.isdigit() and t.head != "PI")


def orders(of: Term) -> frozenset[str]:
    """The variables that stand in orders of polygamma: natural numbers. NoTerm for one that is a real number too."""
    found = frozenset(name for t in walk(of) if t.head == "polygamma" for name in variables(t.parts[0]))
    if both := found & variables(_without_orders(of)):
        raise NoTerm(f"{', '.join(sorted(both))} is the order of a polygamma, and a real number elsewhere")
    return found


def _without_orders(of: Term) -> Term:
    return Term(of.head, tuple(map(_without_orders, of.parts[1:] if of.head == "polygamma" else of.parts)))


__all__ = [
    "CASES",
    "CONDITIONS",
    "ONE",
    "ROOMS",
    "ZERO",
    "NoTerm",
    "Term",
    "defined",
    "differs",
    "less",
    "number",
    "off_boundaries",
    "orders",
    "sum_of",
    "term",
    "variable",
    "variables",
    "walk",
]
