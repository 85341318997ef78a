"""The shortest of some equal forms of a rational expression, and what short means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from operator import sub

import sympy
from sympy import Add, Expr, Integer, Mul, Pow, Tuple

from derive.fractions import MANY, abstract, factored
from derive.index import Entry
from derive.quotients import Lowest, Poly, lowest_terms


def cost(expr: Expr) -> int:
    """Operations that a reader sees: nodes, with a power or a case counted as it prints."""
    if isinstance(expr, (Entry, sympy.Symbol)) or not expr.args:
        return 1
    if isinstance(expr, Pow) and expr.exp.is_Integer:
        return cost(expr.base) + 2 * (abs(int(expr.exp)) != 1)
    if isinstance(expr, Mul) and expr.args[0] == -1:
        return cost(Mul(*expr.args[1:]))
    return 1 + sum(cost(arg) for arg in expr.args if isinstance(arg, (Expr, Tuple)))


def shortest(expr: Expr) -> Expr:
    """The shortest of some equal rational forms of an expression whose atoms are left alone."""
    if not isinstance(expr, (Add, Mul, Pow)):
        return expr
    shape, originals = abstract(expr)
    forms = [well_signed(form, originals) for form in _forms(shape)]
    best = min(forms, key=lambda form: _rank(form))
    result = best.xreplace(originals)
    # Equal sums under different letters are one atom, so the shape alone may be shorter than the expression.
    return result if _rank(best) < _rank(shape) or cost(result) < cost(expr) else expr


def _rank(form: Expr) -> tuple[int, bool, int]:
    """Short first; among equally short forms a product, then the one with fewer minus signs."""
    minus = sum(1 for node in sympy.preorder_traversal(form) if node.is_Number and node.is_negative)
    return cost(form), not isinstance(form, Mul), minus


@lru_cache(maxsize=4096)
def _forms(shape: Expr) -> tuple[Expr, ...]:
    """Equal forms of a rational shape; a product of powers has but one."""
    if not shape.has(Add) or _is_settled(shape):
        return (shape,)
    together = sympy.together(shape)
    lowest = lowest_terms(shape)
    try:
        others = _cancelled(together) if lowest is None else _fractions(lowest)
    except (sympy.PolynomialError, NotImplementedError):
        return shape, together, sympy.expand(shape)
    found = dict.fromkeys((shape, together, *others))
    return tuple(dict.fromkeys((*found, *(apart for form in found for apart in _divided(form)))))


def _is_settled(shape: Expr) -> bool:
    """Whether the shape is m or m (a + b - c ...), with m a product of powers: then every other form is longer.

    Each of a, b, c is a number or a symbol, some symbol among them, and m divides by none of them.
    """
    totals = [f for f in Mul.make_args(shape) if isinstance(f, Add)]
    if len(totals) != 1:
        return False
    terms = [t.as_coeff_Mul() for t in totals[0].args]
    powers = [f.as_base_exp() for f in Mul.make_args(shape) if f is not totals[0] and not f.is_Rational]
    return (
        all((abs(number) == 1 and rest.is_Symbol) or rest == 1 for number, rest in terms)
        and all(base.is_Symbol and power.is_Integer for base, power in powers)
        and not any(power < 0 and totals[0].has(base) for base, power in powers)
    )


def _cancelled(together: Expr) -> tuple[Expr, ...]:
    cancelled = sympy.cancel(together)
    return cancelled, factored(cancelled), sympy.factor_terms(cancelled), sympy.expand(cancelled)


def _fractions(lowest: Lowest) -> Iterator[Expr]:
    """One stroke, multiplied out; in factors; with common symbols outside; and each term over the stroke."""
    number, above, below, symbols = lowest
    over = 1 / below.as_expr(*symbols)
    cancelled = number * above.as_expr(*symbols) * over
    yield cancelled
    few = len(symbols) < MANY
    yield number * _factors(above, symbols) / _factors(below, symbols) if few else factored(cancelled)
    yield number * Mul(*_outside(above, symbols)) / Mul(*_outside(below, symbols))
    yield Add(*(number * term * over for term in Add.make_args(above.as_expr(*symbols))))


def _outside(total: Poly, symbols: Sequence[Expr]) -> tuple[Expr, Expr]:
    """The symbols that all terms have, and what they leave."""
    least = tuple(map(min, zip(*total, strict=True)))
    rest = {tuple(map(sub, powers, least)): number for powers, number in total.items()}
    common = Mul(*(s**power for s, power in zip(symbols, least, strict=True)))
    return common, total.ring.from_dict(rest).as_expr(*symbols)


def _factors(total: Poly, symbols: Sequence[Expr]) -> Expr:
    number, factors = total.factor_list()
    return Mul(Integer(int(number)), *(factor.as_expr(*symbols) ** power for factor, power in factors))


def _divided(form: Expr) -> Iterator[Expr]:
    """(a + b/d)/n for (a d + b)/(d n): what stands below the stroke divides the terms above instead."""
    totals = [f for f in Mul.make_args(form) if isinstance(f, Add)]
    for below in Mul.make_args(form) if len(totals) == 1 else ():
        if below.is_Rational or (isinstance(below, Pow) and below.exp == -1 and below.base.is_Symbol):
            yield Mul(*(f for f in form.args if f not in (below, totals[0])), Add(*(t * below for t in totals[0].args)))


def well_signed(form: Expr, originals: Mapping[Expr, Expr]) -> Expr:
    """The same product with 1 - A rather than A - 1, and no minus in front that a difference can take."""
    if not isinstance(form, Mul):
        return form
    factors, sign = [], 1
    for factor in form.args:
        base, power = factor.as_base_exp()
        if isinstance(base, Add) and power.is_integer and _leads_negative(base, originals):
            factor, sign = Pow(-base, power), sign * (-1 if power % 2 else 1)
        factors.append(factor)
    return _absorb(Mul(*factors), sign)


def _absorb(product: Expr, sign: int) -> Expr:
    """sign * product; a minus that would stand in front goes into a difference, if there is one."""
    coefficient, _ = product.as_coeff_Mul()
    if (sign * coefficient).is_negative:
        for factor in product.args:
            signs = {bool(a.as_coeff_Mul()[0].is_negative) for a in Add.make_args(factor)}
            if len(signs) == 2 and not any(a.is_Number for a in factor.args):
                rest = Mul(*(f for f in product.args if f is not factor))
                return Mul(-sign, rest, -factor)
    return Mul(sign, product)


def _leads_negative(total: Expr, originals: Mapping[Expr, Expr]) -> bool:
    numbers = [a for a in total.args if a.is_Number]
    lead = numbers[0] if numbers else min(total.args, key=lambda a: str(a.xreplace(originals).as_coeff_Mul()[1]))
    return bool(lead.as_coeff_Mul()[0].is_negative)
