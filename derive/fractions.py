"""Expressions as rational functions: what is not a sum, a product or a power is an atom."""

from __future__ import annotations

from functools import lru_cache
from operator import mul

import sympy
from sympy import Dummy, Expr, Function, Symbol, Tuple

from derive.index import Binder, Call, Compare, Delta, Entry, Partial, Where, canonical
from derive.quotients import divides_no_more, equal_quotients

ATOMS = (Entry, Delta, Compare, Where, Binder, Call, Partial, Function)


def abstract(expr: Expr, kinds: tuple[type, ...] = ATOMS) -> tuple[Expr, dict[Symbol, Expr]]:
    """expr with each maximal subterm of these kinds replaced by one symbol, equal subterms by the same one.

    exp(-u) counts as 1/exp(u) and exp(2*u) as exp(u)**2, so that they cancel.
    """
    symbols: dict[Expr, Dummy] = {}
    originals: dict[Symbol, Expr] = {}

    def visit(node: Expr) -> Expr:
        if isinstance(node, sympy.exp) and node.args[0].could_extract_minus_sign():
            return 1 / visit(sympy.exp(-node.args[0]))
        if isinstance(node, sympy.exp) and not node.args[0].is_number:
            times, rest = node.args[0].as_content_primitive()
            if times.is_Integer and times > 1:
                return visit(sympy.exp(rest)) ** times
        if isinstance(node, kinds):
            key = canonical(node)
            if key not in symbols:
                symbols[key] = _atom(len(symbols))
                originals[symbols[key]] = node
            return symbols[key]
        return node.func(*map(visit, node.args)) if node.args else node

    return visit(expr), originals


@lru_cache(maxsize=1024)
def _atom(number: int) -> Dummy:
    """Always the same symbols, so that what is found for a shape can be kept."""
    return Dummy(f"t{number}", real=True)


def equal_fractions(left: Expr, right: Expr) -> bool:
    """Whether the numerator of left - right expands to 0, both read as fractions of their atoms."""
    pair, _ = abstract(Tuple(left, right))
    known = equal_quotients(*pair)
    if known is not None:
        return known
    numerator = sympy.numer(sympy.together(pair[0] - pair[1]))
    return bool(sympy.expand(numerator) == 0)


def rewrites(left: Expr, right: Expr) -> bool:
    """Whether right is left as a fraction, and is a number wherever left is: it divides by nothing else.

    Were 1 = (a - b)/(a - b) allowed, an a that is b in another form would make 0 of it.

    >>> a, b = Entry("a"), Entry("b")
    >>> rewrites(1 / a + 1 / b, (a + b) / (a * b)), rewrites(sympy.Integer(1), a / (a - b) - b / (a - b))
    (True, False)
    """
    (old, new), originals = abstract(Tuple(left, right))

    def positive(leaf: Expr) -> object:
        return isinstance(originals.get(leaf, leaf), sympy.exp) or leaf.is_positive

    return equal_fractions(left, right) and divides_no_more(old, new, positive)


# From so many symbols on, general factorisation is slow.
MANY = 12


def factored(fraction: Expr) -> Expr:
    """Numerator and denominator as products."""
    numerator, denominator = sympy.fraction(fraction)
    return _factored(numerator) / _factored(denominator)


def _factored(total: Expr) -> Expr:
    """A sum a x + b, where x stands neither in a nor in b, has no factors but those of gcd(a, b) and one more."""
    if len(total.free_symbols) < MANY or not total.is_Add:
        return sympy.factor(total)
    number, whole = total.primitive()
    poly = sympy.Poly(whole)
    columns = list(zip(*poly.monoms(), strict=True))
    linear = [k for k, powers in enumerate(columns) if max(powers) == 1]
    if not linear:
        return sympy.factor(total)
    few = min(linear, key=lambda k: sum(columns[k]))
    beside = {k for k, powers in enumerate(columns) if any(map(mul, powers, columns[few]))} - {few}
    others = [gen for k, gen in enumerate(poly.gens) if k not in beside]
    # A common factor of a and b has no symbol that is not in a, so it divides each coefficient in those.
    common = sympy.gcd_list(sympy.Poly(whole, *others).coeffs())
    return number * sympy.factor(common) * sympy.cancel(whole / common)
