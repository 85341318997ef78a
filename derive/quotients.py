"""Quotients of polynomials, added and multiplied exactly: whether two are equal, and one in its lowest terms."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from math import prod
from typing import Any, NamedTuple

from sympy import Add, Dummy, Expr, Mul, Number, Pow, Rational, Symbol
from sympy.polys.domains import ZZ
from sympy.polys.rings import PolyRing

# A polynomial with whole coefficients, of a SymPy ring; those have no types.
Poly = Any


class Quotient(NamedTuple):
    """A polynomial over a product of powers of others."""

    above: Poly
    below: Mapping[Poly, int]


class Lowest(NamedTuple):
    """number * above / below: polynomials in these symbols without a common factor, each of coprime coefficients."""

    number: Rational
    above: Poly
    below: Poly
    symbols: tuple[Symbol, ...]


def equal_quotients(left: Expr, right: Expr) -> bool | None:
    """Whether they are equal whatever their symbols stand for; None where that takes more than polynomials.

    >>> x = Symbol("x")
    >>> equal_quotients(1 / (1 - x) - 1, x / (1 - x)), equal_quotients(x, 2 * x)
    (True, False)
    """
    leaves = tuple(dict.fromkeys(leaf for side in (left, right) for leaf in _leaves(side)))
    try:
        first, second = _quotients((left, right), leaves)
    except ZeroDivisionError:
        return None
    common = _common([first, second])
    if _over(first, common) == _over(second, common):
        return True
    # What is a root or a constant may be bound to the rest, so that unlike polynomials are equal.
    return False if all(isinstance(leaf, Symbol) for leaf in leaves) else None


def divides_no_more(left: Expr, right: Expr, positive: Callable[[Expr], object]) -> bool:
    """Whether no factor below the stroke on the right can be 0 where none on the left is; some leaves are positive.

    >>> x, y = Symbol("x"), Symbol("y")
    >>> divides_no_more(1 / (x**2 - 1), 1 / (x - 1), bool), divides_no_more(x, (x**2 - x) / (x - 1), lambda leaf: False)
    (True, False)
    """
    leaves = tuple(dict.fromkeys(leaf for side in (left, right) for leaf in _leaves(side)))
    first, second = _quotients((left, right), leaves)
    known = prod((*first.below, *_above_zero(leaves, positive)), start=first.above.ring.one)
    return all(poly in first.below or _is_positive(_without(poly, known), leaves, positive) for poly in second.below)


def _above_zero(leaves: Sequence[Expr], positive: Callable[[Expr], object]) -> Iterator[Poly]:
    gens = _ring(max(len(leaves), 1)).gens
    return (gen for gen, leaf in zip(gens, leaves, strict=False) if positive(leaf))


def _without(poly: Poly, known: Poly) -> Poly:
    """The polynomial without the factors that it shares with another."""
    while not (common := poly.gcd(known)).is_ground:
        poly = poly.exquo(common)
    return poly


def _is_positive(poly: Poly, leaves: Sequence[Expr], positive: Callable[[Expr], object]) -> bool:
    """Whether it is a number, or a sum of products of what is positive."""
    met = (leaf for k, leaf in enumerate(leaves) if any(powers[k] for powers in poly.monoms()))
    return len({c > 0 for c in poly.coeffs()}) == 1 and all(map(positive, met))


def lowest_terms(expr: Expr) -> Lowest | None:
    """The quotient in its lowest terms; None where more than symbols and rational numbers stands in it.

    >>> x = Symbol("x")
    >>> lowest_terms((2 - 2 * x**2) / (x - 1)).number
    -2
    """
    symbols = tuple(dict.fromkeys(_leaves(expr)))
    if not all(isinstance(leaf, Symbol) for leaf in symbols):
        return None
    try:
        (value,) = _quotients((expr,), symbols)
    except ZeroDivisionError:
        return None
    above, below = value.above.cancel(_over(Quotient(value.above.ring.one, {}), value.below))
    (up, above), (down, below) = above.primitive(), below.primitive()
    sign = -1 if above.LC < 0 else 1
    return Lowest(Rational(sign * int(up), int(down)), sign * above, below, symbols)


def _quotients(exprs: Sequence[Expr], leaves: Sequence[Expr]) -> list[Quotient]:
    """ZeroDivisionError also where something is no number, such as infinity."""
    if any(isinstance(leaf, Number) or not leaf.is_commutative for leaf in leaves):
        raise ZeroDivisionError
    ring = _ring(max(len(leaves), 1))
    named = dict(zip(leaves, ring.gens, strict=False))
    return [_read(expr, named, ring.one) for expr in exprs]


@lru_cache(maxsize=64)
def _ring(count: int) -> PolyRing:
    return PolyRing([Dummy() for _ in range(count)], ZZ)


def _leaves(expr: Expr) -> Iterator[Expr]:
    """What stands in sums, products and whole powers; of u**(3/2) the square root of u."""
    if isinstance(expr, (Add, Mul)):
        for arg in expr.args:
            yield from _leaves(arg)
    elif isinstance(expr, Pow) and expr.exp.is_Integer:
        yield from _leaves(expr.base)
    elif not isinstance(expr, Rational):
        yield _root(expr)[0]


def _root(expr: Expr) -> tuple[Expr, int]:
    if isinstance(expr, Pow) and isinstance(expr.exp, Rational):
        return Pow(expr.base, Rational(1, expr.exp.q)), int(expr.exp.p)
    return expr, 1


def _read(expr: Expr, named: Mapping[Expr, Poly], one: Poly) -> Quotient:
    if isinstance(expr, Rational):
        return Quotient(one * int(expr.p), {one * int(expr.q): 1} if expr.q != 1 else {})
    if isinstance(expr, Pow) and expr.exp.is_Integer:
        return _power(_read(expr.base, named, one), int(expr.exp), one)
    if isinstance(expr, (Add, Mul)):
        parts = [_read(arg, named, one) for arg in expr.args]
        return _sum(parts) if isinstance(expr, Add) else _product(parts)
    leaf, power = _root(expr)
    return _power(Quotient(named[leaf], {}), power, one)


def _product(factors: Sequence[Quotient]) -> Quotient:
    below: dict[Poly, int] = {}
    for factor in factors:
        for poly, power in factor.below.items():
            below[poly] = below.get(poly, 0) + power
    return Quotient(prod(factor.above for factor in factors), below)


def _power(value: Quotient, power: int, one: Poly) -> Quotient:
    if power >= 0:
        return Quotient(value.above**power, {poly: power * k for poly, k in value.below.items()})
    if not value.above:
        raise ZeroDivisionError
    upside = prod((poly ** (-power * k) for poly, k in value.below.items()), start=one)
    return Quotient(upside, {value.above: -power})


def _sum(terms: Sequence[Quotient]) -> Quotient:
    common = _common(terms)
    return Quotient(sum(_over(term, common) for term in terms), common)


def _common(terms: Sequence[Quotient]) -> dict[Poly, int]:
    """The least powers that all are over."""
    common: dict[Poly, int] = {}
    for term in terms:
        for poly, power in term.below.items():
            common[poly] = max(common.get(poly, 0), power)
    return common


def _over(term: Quotient, common: Mapping[Poly, int]) -> Poly:
    """What stands above the stroke where the term is over these powers."""
    return term.above * prod(poly ** (power - term.below.get(poly, 0)) for poly, power in common.items())


__all__ = ["Lowest", "equal_quotients", "lowest_terms"]
