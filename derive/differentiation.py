"""The rules that carry out a derivative, one row for each kind of expression."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

import sympy
from sympy import Add, Dummy, Expr, Function, Mul, Pow, S

from derive.functions import ARGUMENTS, ROWS, row_of
from derive.index import Compare, Delta, Entry, Partial, Reduce, Where, letter, refresh, same, substitute, tensors
from derive.rulebook import Bindings, Context, require, rule
from derive.steps import Fact
from derive.trees import nodes

BOOK = "Magnus and Neudecker 2019, chapter 5"
DIFFERENTIATE = "differentiate"


def _partial(term: Expr, kind: type | tuple[type, ...]) -> tuple[Expr, Entry]:
    require(isinstance(term, Partial) and isinstance(term.body, kind), "no derivative of a {}", kind)
    return term.body, term.variable


@rule("constant", DIFFERENTIATE, r"\partial c/\partial x = 0", BOOK)
def _constant(term: Expr, bindings: Bindings, context: Context) -> Expr:
    body, variable = _partial(term, Expr)
    require(variable.tensor not in tensors(body), "{} depends on {}", body, variable.tensor)
    return S.Zero


@rule("entry", DIFFERENTIATE, r"\partial T_{i}/\partial T_{p} = \delta_{ip}", BOOK)
def _entry(term: Expr, bindings: Bindings, context: Context) -> Expr:
    body, variable = _partial(term, Entry)
    require(body.tensor == variable.tensor, "another tensor")
    return Mul(*(Delta(i, p) for i, p in zip(body.indices, variable.indices, strict=True)))


@rule("sum rule", DIFFERENTIATE, r"\partial(u + v) = \partial u + \partial v", BOOK)
def _sum_rule(term: Expr, bindings: Bindings, context: Context) -> Expr:
    body, variable = _partial(term, Add)
    return Add(*(Partial(arg, variable) for arg in body.args))


@rule("constant multiple", DIFFERENTIATE, r"\partial(c u) = c \partial u", BOOK)
def _constant_multiple(term: Expr, bindings: Bindings, context: Context) -> Expr:
    body, variable = _partial(term, Mul)
    fixed, moving = split(body.args, variable)
    require(len(moving) == 1, "not one factor varies")
    return Mul(*fixed, Partial(moving[0], variable))


@rule("product rule", DIFFERENTIATE, r"\partial(u v) = v \partial u + u \partial v", BOOK)
def _product_rule(term: Expr, bindings: Bindings, context: Context) -> Expr:
    body, variable = _partial(term, Mul)
    fixed, moving = split(body.args, variable)
    parts = (Mul(*fixed, *moving[:k], *moving[k + 1 :], Partial(arg, variable)) for k, arg in enumerate(moving))
    return Add(*parts)


@rule("quotient rule", DIFFERENTIATE, r"\partial(u/v) = \partial u/v - u \partial v/v^2", BOOK)
def _quotient_rule(term: Expr, bindings: Bindings, context: Context) -> Expr:
    body, variable = _partial(term, Mul)
    fixed, moving = split(body.args, variable)
    below = [f for f in moving if divides(f)]
    require(below and len(below) < len(moving), "not a quotient of two that vary")
    above, under = Mul(*(f for f in moving if f not in below)), Mul(*(1 / f for f in below))
    slope = Partial(above, variable) / under - above * Partial(under, variable) / under**2
    return Add(*(Mul(*fixed, part) for part in Add.make_args(slope)))


def split(factors: tuple[Expr, ...], variable: Entry) -> tuple[list[Expr], list[Expr]]:
    """The factors that do not depend on the variable, and those that do."""
    moving = [f for f in factors if variable.tensor in tensors(f)]
    return [f for f in factors if f not in moving], moving


def divides(factor: Expr) -> bool:
    """Whether the factor stands below the stroke: 1/u, u**-2."""
    return isinstance(factor, Pow) and bool(factor.exp.is_number and factor.exp.is_negative)


@rule("power rule", DIFFERENTIATE, r"\partial u^{c} = c u^{c-1} \partial u", BOOK)
def _power_rule(term: Expr, bindings: Bindings, context: Context) -> Expr:
    body, variable = _partial(term, Pow)
    base, exponent = body.args
    require(variable.tensor not in tensors(exponent), "the exponent varies")
    return exponent * base ** (exponent - 1) * Partial(base, variable)


@rule("logarithmic differentiation", DIFFERENTIATE, r"\partial u^{v} = u^{v} \partial(v \log u)", BOOK)
def _logarithmic_differentiation(term: Expr, bindings: Bindings, context: Context) -> Expr:
    body, variable = _partial(term, Pow)
    base, exponent = body.args
    return body * Partial(exponent * sympy.log(base), variable)


# ---------------------------------------------------------------- functions


def _elementary(term: Expr, kind: type | tuple[type, ...]) -> Expr:
    """f_1(u, v) du + f_2(u, v) dv; the slopes are SymPy's."""
    body, variable = _partial(term, kind)
    parts = (_slope_in(body, k) * Partial(body.args[k], variable) for k in _varying(body, variable))
    return Add(*parts)


def _varying(body: Expr, variable: Entry) -> Iterator[int]:
    return (k for k, arg in enumerate(body.args) if variable.tensor in tensors(arg))


def _slope_in(body: Expr, k: int) -> Expr:
    """The slope of the function in its k-th argument, found with plain symbols as arguments."""
    marks = [Dummy(real=True) for _ in body.args]
    slope = body.func(*marks).diff(marks[k])
    require(not slope.has(sympy.Derivative), "argument {} of {} must be a constant", k + 1, body)
    return slope.xreplace(dict(zip(marks, body.args, strict=True)))


@rule("exponential", DIFFERENTIATE, r"\partial e^{u} = e^{u} \partial u", "DLMF, eq. 4.7.7")
def _exponential(term: Expr, bindings: Bindings, context: Context) -> Expr:
    return _elementary(term, sympy.exp)


@rule("constant to a power", DIFFERENTIATE, r"\partial c^{u} = c^{u} \log(c) \partial u", "DLMF, eq. 4.7.9")
def _constant_to_a_power(term: Expr, bindings: Bindings, context: Context) -> Expr:
    body, variable = _partial(term, Pow)
    require(variable.tensor not in tensors(body.base), "the base varies")
    return _elementary(term, Pow)


@rule("logarithm", DIFFERENTIATE, r"\partial \log u = \partial u / u", "DLMF, eq. 4.7.1")
def _logarithm(term: Expr, bindings: Bindings, context: Context) -> Expr:
    return _elementary(term, sympy.log)


@rule("chain rule", DIFFERENTIATE, r"\partial f(u, v) = f_1(u, v) \partial u + f_2(u, v) \partial v", BOOK)
def _chain_rule(term: Expr, bindings: Bindings, context: Context) -> Expr:
    body, _ = _partial(term, Function)
    row = row_of(body)
    require(row is not None and row.definition is None, "{} is not elementary", body)
    return _elementary(term, Function)


@rule("inverse function", DIFFERENTIATE, r"\partial g^{-1}(u) = \partial u / g'(g^{-1}(u))", "DLMF, section 4.23")
def _inverse_function(term: Expr, bindings: Bindings, context: Context) -> Expr:
    body, variable = _partial(term, Function)
    row = row_of(body)
    assert row is not None
    require(row.inverse, "{} is not the inverse of a row", body)
    slope = _slope_in(ROWS[row.inverse].head(ARGUMENTS[0]), 0).xreplace({ARGUMENTS[0]: body})
    return Partial(body.args[0], variable) / slope


@rule("slope", DIFFERENTIATE, r"\partial f(u) = f'(u) \partial u", "proved from the definition of f")
def _slope(term: Expr, bindings: Bindings, context: Context) -> Expr:
    body, variable = _partial(term, Function)
    row = row_of(body)
    assert row is not None
    values = dict(zip(row.variables, body.args, strict=True))
    total: Expr = S.Zero
    for k in _varying(body, variable):
        key = row.name, row.variables[k].tensor
        require(key in context.slopes, "the slope of {} in {} has not been proved", row.name, key[1])
        total += substitute(context.slopes[key].equation.rhs, values) * Partial(body.args[k], variable)
    return total


@rule("step function", DIFFERENTIATE, r"\partial \lfloor u \rfloor = 0 \text{ off the jumps}", BOOK)
def _step_function(term: Expr, bindings: Bindings, context: Context) -> Expr:
    body, _ = _partial(term, Function)
    row = row_of(body)
    require(row is not None and row.steps, "{} is not constant between its jumps", body)
    return S.Zero


# ---------------------------------------------------------------- reductions and cases


@rule("sum of derivatives", DIFFERENTIATE, r"\partial \sum_j u = \sum_j \partial u", BOOK)
def _reduction(term: Expr, bindings: Bindings, context: Context) -> Expr:
    body, variable = _partial(term, Reduce)
    require(body.head in ("sum", "mean"), "{} is not linear", body.head)
    return Reduce(body.head, Partial(body.body, variable), body.letters, body.extents)


@rule("product of factors", DIFFERENTIATE, r"\partial \prod_j u_j = \sum_j (\prod_{l \ne j} u_l) \partial u_j", BOOK)
def _product_of_factors(term: Expr, bindings: Bindings, context: Context) -> Expr:
    body, variable = _partial(term, Reduce)
    require(body.head == "prod", "not a product")
    others = [letter(d.name) for d in body.letters]
    equal = Mul(*(Delta(a, b) for a, b in zip(others, body.letters, strict=True)))
    moved = substitute(body.body, dict(zip(body.letters, others, strict=True)))
    rest = Reduce("prod", Where(equal, 1, moved), others, body.extents)
    return Reduce("sum", rest * Partial(body.body, variable), body.letters, body.extents)


@rule("extremum", DIFFERENTIATE, r"\partial \max_j u_j = \text{mean of } \partial u_j \text{ at maximisers}", BOOK)
def _extremum(term: Expr, bindings: Bindings, context: Context) -> Expr:
    body, variable = _partial(term, Reduce)
    require(body.head in ("max", "min"), "not an extremum")
    attained = Compare("==", body.body, refresh(body))
    count = refresh(Reduce("sum", attained, body.letters, body.extents))
    inside = Where(attained, Partial(body.body, variable), 0)
    return Reduce("sum", inside, body.letters, body.extents) / count


@rule(
    "cases",
    DIFFERENTIATE,
    r"\partial\, (a \text{ where } c, \text{ else } b) = \partial a \text{ where } c, \text{ else } \partial b",
    BOOK,
)
def _cases(term: Expr, bindings: Bindings, context: Context) -> Expr:
    body, variable = _partial(term, Where)
    condition, chosen, otherwise = body.args
    point = single_point(condition, variable, context.facts)
    require(point is None, "{} holds on single points", point)
    return Where(condition, Partial(chosen, variable), Partial(otherwise, variable))


@rule("piecewise constant", DIFFERENTIATE, r"\partial [a > b] = 0 \text{ off the jump}", BOOK)
def _piecewise_constant(term: Expr, bindings: Bindings, context: Context) -> Expr:
    body, variable = _partial(term, (Compare, Delta))
    point = single_point(body, variable, context.facts)
    require(point is None, "{} holds on single points", point)
    return S.Zero


def single_point(condition: Expr, variable: Entry, facts: Iterable[Fact]) -> Compare | None:
    """u == v or u != v, if u or v moves: what holds there says nothing of the slope, as where(x == 0, 1, x) shows.

    That u_j attains max_l u_l is another matter: it holds around a point unless there is a tie.
    """
    moving = (c for c in nodes(condition, Compare) if c.operator in ("==", "!=") and variable.tensor in tensors(c))
    return next((c for c in sorted(moving, key=str) if not _attains(c.args[1], c.args[2], facts)), None)


def _attains(left: Expr, right: Expr, facts: Iterable[Fact]) -> bool:
    """Whether one side is an extremum over all that the other is one of."""
    pairs = ((a, _forward(b, facts)) for a, b in ((left, right), (right, left)))
    return any(isinstance(b, Reduce) and b.head in ("max", "min") and _is_one_of(a, b) for a, b in pairs)


def _forward(side: Expr, facts: Iterable[Fact]) -> Expr:
    """What an entry is by its equation, if that is given."""
    for fact in facts:
        if isinstance(side, Entry) and fact.kind == "forward" and fact.left.tensor == side.tensor:
            return substitute(fact.right, dict(zip(fact.left.indices, side.indices, strict=True)))
    return side


def _is_one_of(value: Expr, extremum: Reduce) -> bool:
    """Whether the value is what the extremum runs over, at some place."""
    indices = sorted(dict.fromkeys(i for entry in nodes(value, Entry) for i in entry.indices), key=str)
    places = product(indices, repeat=len(extremum.letters))
    return any(same(substitute(extremum.body, dict(zip(extremum.letters, at, strict=True))), value) for at in places)
