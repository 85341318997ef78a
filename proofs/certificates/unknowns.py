"""Terms as rational functions of unknowns: each variable and transcendental part is one. Nothing here is trusted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sympy import Add, Dummy, Expr, Integer, Mul, Pow, S

from proofs.certificates.terms import ONE, ZERO, Term, number, sum_of

# ---------------------------------------------------------------- definitions of Coq's that the proof unfolds


def over(a: Term, b: Term) -> Term:
    """a / b."""
    return Term("div", (a, b))


def _hyperbolic(sign: str, u: Term) -> Term:
    both = Term("exp", (u,)), Term("exp", (Term("opp", (u,)),))
    return over(Term(sign, both), number(2))


def unfolded(of: Term) -> Term:
    """The term after the tactic `plain`: hyperbolic functions, tan and Rpower by their definitions."""
    parts = tuple(map(unfolded, of.parts))
    if of.head in ("sinh", "cosh"):
        return _hyperbolic("+" if of.head == "cosh" else "-", *parts)
    if of.head == "tanh":
        return over(_hyperbolic("-", *parts), _hyperbolic("+", *parts))
    if of.head == "tan":
        return over(Term("sin", parts), Term("cos", parts))
    if of.head == "Rpower":
        return Term("exp", (Term("*", (parts[1], Term("ln", parts[:1]))),))
    return Term(of.head, parts)


def chain(head: str, parts: list[Term]) -> Term:
    """a + b + c, from the left."""
    total = parts[0]
    for part in parts[1:]:
        total = Term(head, (total, part))
    return total


# ---------------------------------------------------------------- terms as rational functions of unknowns


@dataclass
class Unknowns:
    """Each variable and transcendental part as a SymPy symbol; `powers` has each exponential as powers of few."""

    by: str
    symbols: dict[Term, Dummy] = field(default_factory=dict)
    terms: dict[Expr, Term] = field(default_factory=dict)
    powers: dict[Term, Expr] = field(default_factory=dict)

    def value(self, of: Term) -> Expr:
        if of.head in ARITHMETIC:
            return ARITHMETIC[of.head](*map(self.value, of.parts))
        if of.head.isdigit():
            return Integer(of.head)
        return self.powers.get(of) or self.symbol(of)

    def symbol(self, of: Term) -> Dummy:
        if of not in self.symbols:
            self.symbols[of] = made = Dummy(of.head)
            self.terms[made] = of
        return self.symbols[of]

    def slope(self, value: Expr) -> Expr:
        """The derivative by the variable, through every unknown."""
        total = S.Zero
        for symbol in sorted(value.free_symbols, key=str):
            inner = self._slope_of(self.terms[symbol])
            if inner != 0:
                total += value.diff(symbol) * inner
        return total

    def _slope_of(self, of: Term) -> Expr:
        if not of.parts:
            return Integer(of.head == self.by)
        if of.head not in SLOPES:
            raise KeyError(f"no slope of {of.head} is known")
        values = [self.value(part) for part in of.parts]
        slopes = [self.slope(v) for v in values]
        if all(s == 0 for s in slopes):
            return S.Zero
        return SLOPES[of.head](self, of, values, slopes)

    def of_log(self, expr: Expr) -> bool:
        """Whether the expression is the unknown that stands for a logarithm."""
        return expr in self.terms and self.terms[expr].head == "ln"

    def back(self, expr: Expr) -> Term:
        """A rational function of the unknowns as a term."""
        if expr.is_Rational:
            made = number(abs(expr.p)) if expr.q == 1 else over(number(abs(expr.p)), number(expr.q))
            return Term("opp", (made,)) if expr.p < 0 else made
        if isinstance(expr, Pow):
            base = self.back(expr.base)
            power = Term("^", (base, Term(str(abs(expr.exp))))) if abs(expr.exp) != 1 else base
            return Term("inv", (power,)) if expr.exp < 0 else power
        if isinstance(expr, (Add, Mul)):
            head = "+" if isinstance(expr, Add) else "*"
            return chain(head, list(map(self.back, expr.args)))
        return self.terms[expr]


ARITHMETIC: Mapping[str, Callable[..., Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "^": lambda a, n: a**n,
    "opp": lambda a: -a,
    "inv": lambda a: 1 / a,
}


def _root(u: Unknowns, of: Term) -> Expr:
    return u.value(Term("sqrt", (of,)))


def _minus(a: Term, b: Term) -> Term:
    return Term("-", (a, b))


def squared(a: Term) -> Term:
    """a ^ 2."""
    return Term("^", (a, number(2)))


def _bell(of: Term) -> Term:
    """exp(-a^2) of a function of a."""
    return Term("exp", (Term("opp", (squared(*of.parts),)),))


# The exponential in the slope of a term that has this head.
EXPONENTIALS: Mapping[str, Callable[[Term], Term]] = {
    "erf": _bell,
    "erfc": _bell,
    "erfinv": lambda of: Term("exp", (squared(of),)),
}


def _next(order: Term) -> Term:
    """The order of the derivative: a number and one, or a variable and a number and one."""
    name, more = order.parts if order.parts else (order, ZERO)
    return number(int(order.head) + 1) if order.head.isdigit() else sum_of(name, int(more.head) + 1)


# The slope of each head as its lemma in the prelude has it: unknowns, term, values and slopes of its parts.
SLOPES: Mapping[str, Callable[..., Expr]] = {
    "exp": lambda u, t, v, d: u.value(t) * d[0],
    "ln": lambda u, t, v, d: d[0] / v[0],
    "sqrt": lambda u, t, v, d: d[0] / (2 * u.value(t)),
    "sin": lambda u, t, v, d: u.value(Term("cos", t.parts)) * d[0],
    "cos": lambda u, t, v, d: -u.value(Term("sin", t.parts)) * d[0],
    "atan": lambda u, t, v, d: d[0] / (1 + v[0] ** 2),
    "asin": lambda u, t, v, d: d[0] / _root(u, _minus(ONE, squared(t.parts[0]))),
    "acos": lambda u, t, v, d: -d[0] / _root(u, _minus(ONE, squared(t.parts[0]))),
    "arcsinh": lambda u, t, v, d: d[0] / _root(u, Term("+", (squared(t.parts[0]), ONE))),
    "arccosh": lambda u, t, v, d: d[0] / (_root(u, _minus(t.parts[0], ONE)) * _root(u, Term("+", (t.parts[0], ONE)))),
    "arctanh": lambda u, t, v, d: d[0] / (1 - v[0] ** 2),
    "erf": lambda u, t, v, d: 2 / _root(u, Term("PI")) * u.value(_bell(t)) * d[0],
    "erfc": lambda u, t, v, d: -2 / _root(u, Term("PI")) * u.value(_bell(t)) * d[0],
    "erfinv": lambda u, t, v, d: _root(u, Term("PI")) / 2 * u.value(EXPONENTIALS["erfinv"](t)) * d[0],
    "gammaln": lambda u, t, v, d: u.value(Term("polygamma", (ZERO, *t.parts))) * d[0],
    "polygamma": lambda u, t, v, d: u.value(Term("polygamma", (_next(t.parts[0]), t.parts[1]))) * d[1],
    "atan2": lambda u, t, v, d: (v[1] * d[0] - v[0] * d[1]) / (v[0] ** 2 + v[1] ** 2),
    "floor_real": lambda u, t, v, d: S.Zero,
    "ceil_real": lambda u, t, v, d: S.Zero,
    "round_real": lambda u, t, v, d: S.Zero,
}


__all__ = ["EXPONENTIALS", "Unknowns", "chain", "over", "squared", "unfolded"]
