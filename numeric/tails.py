"""Products that stay in range where a factor of theirs leaves it: x exp(x) far to the left, c/hypot(x, y) near 0.

The factor and the rest of the product are given to one helper of `numeric.runtime`, which scales them together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sympy import Add, Dummy, Expr, Function, Integer, Mul, Pow, Rational, S, Symbol, exp, expand, log, pi, sqrt

from derive.functions import ROWS, row_of
from derive.index import Entry, Reduce
from numeric.arrays import FUNCTIONS, Apply, Helper, Times, product
from numeric.axes import Labelled, combine

Lower = Callable[[Expr], Labelled]
HYPOT, SIGMOID, MILLS = (ROWS[name].head for name in ("hypot", "sigmoid", "inverse_mills"))


@dataclass(frozen=True)
class Split:
    """One factor of a product, how to write what it becomes, and its parts; what is `left` of it stays beside."""

    factor: Expr
    inner: Expr
    write: Callable[..., Expr]
    left: Expr = S.One


def product_with_tail(expr: Mul, lower: Lower, scope: Any) -> Labelled:
    """The product as a call of one helper if a factor needs it, else as it stands."""
    for split in (found for factor in expr.args for found in _splits(factor, expr.args)):
        inner = lower(split.inner)
        if isinstance(inner.expr, Apply | Pow | Helper):
            parts = [a for a in inner.expr.args if isinstance(a, Expr)]
            rest = lower(Mul(split.left, *(f for f in expr.args if f != split.factor)))
            operands = [Labelled(part, inner.letters if part.free_symbols else ()) for part in parts]
            return combine(split.write, [*operands, rest], scope)
    return combine(product, [lower(a) for a in expr.args], scope)


def _splits(factor: Expr, factors: Sequence[Expr]) -> Iterator[Split]:
    yield from _over_hypot(factor)
    yield from _power(factor, factors)
    yield from _mills_slope(factor, factors)
    yield from _logarithm(factor, factors)
    yield from _tail(factor, factors)
    yield from _powered_tail(factor, factors)


def leaves_the_range(factor: Expr, factors: Sequence[Expr]) -> bool:
    """Whether a factor of a product is to be scaled together with the others."""
    return any(True for _ in _splits(factor, factors))


def are_one(term: Expr) -> bool:
    """Whether the factors are computed together: y log(a), and x sigmoid(x), where one falls off as another grows."""
    factors = Mul.make_args(term)
    if any(True for f in factors for _ in _logarithm(f, factors)):
        return True
    falls = (f for f in factors if any(True for _ in _tail(f, factors)))
    return any(g.has(*f.atoms(Entry)) for f in falls for g in factors if g != f)


def _over_hypot(factor: Expr) -> Iterator[Split]:
    below = isinstance(factor, Pow) and isinstance(factor.base, HYPOT) and factor.exp in (-1, -2)
    if below and not any(a.is_number for a in factor.base.args):
        power = Integer(-factor.exp)
        yield Split(factor, factor.base, lambda x, y, c: Helper("over_hypot", x, y, power, c))


def _power(factor: Expr, factors: Sequence[Expr]) -> Iterator[Split]:
    """x**(y - 1), and x**y beside log(x), as the slopes of x**y have them."""
    if not isinstance(factor, Pow) or factor.exp.is_number or factor.base.is_number:
        return
    inner = Pow(factor.base, factor.exp + 1)
    if isinstance(factor.exp, Add) and Integer(-1) in factor.exp.args and isinstance(inner, Pow):
        yield Split(factor, inner, lambda x, y, c: Helper("power_less_one", x, y, c))
    elif log(factor.base) in factors:
        yield Split(factor, factor, lambda x, y, c: Helper("power_times", x, y, c))


def _mills_slope(factor: Expr, factors: Sequence[Expr]) -> Iterator[Split]:
    """inverse_mills(x) beside x + inverse_mills(x), whose product has a limit where one is infinite and one is 0."""
    for other in factors if isinstance(factor, MILLS) else ():
        x, sign = _excess(other) or (None, S.One)
        if x == factor.args[0]:
            yield Split(factor, factor, lambda x, c: Helper("mills_slope", x, c), left=sign / other)


def _logarithm(factor: Expr, factors: Sequence[Expr]) -> Iterator[Split]:
    """y log(a) as xlogy(y, a), which is 0 at y = 0 even where a is 0."""
    row = row_of(factor) if isinstance(factor, Function) else None
    name = OF_A_PRODUCT.get(row.name) if row is not None else None
    if name is not None and any(_is_weight(f) and _letters(f) == _letters(factor) for f in factors):
        yield Split(factor, factor, lambda a, y: Apply(name, y, a))


OF_A_PRODUCT = {"log": "xlogy", "log1p": "xlog1py"}


def _is_weight(factor: Expr) -> bool:
    """Whether it is y or 1 - y, which may be 0."""
    return isinstance(factor, Entry) or (isinstance(factor, Add) and any(map(_signed_entry, factor.args)))


def _letters(expr: Expr) -> set[Symbol]:
    return {symbol for symbol in expr.free_symbols if isinstance(symbol, Dummy)}


def _tail(factor: Expr, factors: Sequence[Expr]) -> Iterator[Split]:
    """A function with a tail, beside something that grows with its own argument."""
    if _gate(factor) is not None:
        yield Split(factor, factor, lambda x, one, c: Helper("gelu_gate", x, c))
    if not isinstance(factor, Function) or not _signed_entry(factor.args[0]):
        return
    row = row_of(factor)
    name = row.name if row is not None else ""
    others = Mul(*(f for f in factors if f != factor and not isinstance(f, SIGMOID)))
    beside = others.has(Entry) if isinstance(factor, exp) else others.has(*factor.atoms(Entry))
    if name in FUNCTIONS and FUNCTIONS[name].times and beside:
        yield Split(factor, factor, lambda x, c: Times(name, x, c))


def _powered_tail(factor: Expr, factors: Sequence[Expr]) -> Iterator[Split]:
    """x sigmoid(-x)**2 as x sigmoid(-x) times sigmoid(-x)."""
    if isinstance(factor, Pow) and factor.exp.is_Integer and factor.exp > 1:
        beside = (factor.base, *(f for f in factors if f != factor))
        yield from (replace(s, factor=factor, left=factor.base ** (factor.exp - 1)) for s in _tail(factor.base, beside))


def _signed_entry(expr: Expr) -> bool:
    return isinstance(expr, Entry) or isinstance(-expr, Entry)


def in_parts(expr: Expr) -> tuple[str, tuple[Expr, ...]] | None:
    """The helper that computes a sum, or a sigmoid of one, from its parts, and these; None where none does."""
    for name, parts in PARTS:
        found = parts(expr)
        if found is not None:
            return name, found
    return None


def _excess(expr: Expr) -> tuple[Expr, ...] | None:
    """x and the sign of x + inverse_mills(x)."""
    parts = expr.args if isinstance(expr, Add) else ()
    for mills, sign in ((a, sign) for a in parts for sign in (1, -1) if isinstance(sign * a, MILLS)):
        x = (sign * mills).args[0]
        if expr - mills == sign * x:
            return x, Integer(sign)
    return None


def _gate(expr: Expr) -> tuple[Expr, ...] | None:
    """x and 1 of sigmoid(2 sqrt(2/pi) (x + 0.044715 x**3)), where x is an entry or its negative."""
    entries = expr.atoms(Entry) if isinstance(expr, SIGMOID) and expr.has(pi) else ()
    for x in (sign * entry for entry in entries for sign in (1, -1)):
        if expand(expr.args[0] - 2 * sqrt(2 / pi) * (x + Rational(44715, 10**6) * x**3)) == 0:
            return x, Integer(1)
    return None


def _difference(expr: Expr) -> tuple[Expr, ...] | None:
    """The entries a, b of sigmoid(a - b), read at the same place."""
    inside = expr.args[0] if isinstance(expr, SIGMOID) else None
    if not isinstance(inside, Add) or len(inside.args) != 2:
        return None
    plus = [a for a in inside.args if isinstance(a, Entry)]
    minus = [-a for a in inside.args if isinstance(-a, Entry)]
    if len(plus) == len(minus) == 1 and plus[0].indices == minus[0].indices:
        return plus[0], minus[0]
    return None


PARTS = ("mills_excess", _excess), ("gelu_gate", _gate), ("sigmoid_difference", _difference)


def as_norm(expr: Pow) -> Expr:
    """norm or 1/norm for the root of a sum of squares; the power itself if it is none."""
    base, power = expr.args
    squares = isinstance(base, Reduce) and base.head == "sum" and isinstance(base.body, Pow) and base.body.exp == 2
    if not squares or abs(power) != S.Half:
        return expr
    return Pow(Reduce("norm", base.body.base, base.letters, base.extents), 2 * power)


__all__ = ["are_one", "as_norm", "in_parts", "leaves_the_range", "product_with_tail"]
