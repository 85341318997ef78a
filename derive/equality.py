"""Whether two expressions say the same: sums are multiplied out and merged, deltas contracted, fractions compared.

"Yes" holds wherever no denominator is 0. "No" says only that no equality was found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import sympy
from sympy import Add, Dummy, Expr, Mul, Pow, Symbol

from derive.contract import contract
from derive.equation import Equation
from derive.fractions import abstract, equal_fractions
from derive.index import Entry, Reduce, canonical, refresh, substitute
from derive.recorder import Recorder
from derive.rules import Context

SQUARED_SUMS = range(2, 5)


def equal(left: Expr, right: Expr, scope: Mapping[Dummy, Expr] | None = None) -> bool:
    """left = right for all values of the entries; `scope` gives the free letters their extents.

    >>> from derive.parse import parse
    >>> both = parse("f = sum[i](x[i])*sum[j](x[j] - y)\\ng = sum[j,i](x[i]*x[j]) - size[x,0]*y*sum[k](x[k])")
    >>> equal(both["f"].rhs, both["g"].rhs)
    True
    """
    line = Recorder(left - right, Context(dict(scope or {})))
    contract(line)
    # Sums are kept whole first: multiplied out, one no longer cancels against itself in a denominator.
    whole = equal_fractions(line.expr, sympy.S.Zero)
    return whole or all(equal_fractions(total, sympy.S.Zero) for total in _totals(line.expr))


def unfolded(expr: Expr, equations: Mapping[str, Equation]) -> Expr:
    """expr with every entry of a tensor that the equations define replaced by its right side, all the way down."""
    values = {}
    for entry in expr.atoms(Entry):
        if entry.tensor in equations:
            known = equations[entry.tensor]
            at = dict(zip(known.indices, entry.indices, strict=True))
            values[entry] = unfolded(substitute(known.rhs, at), equations)
    return expr.xreplace(values)


@dataclass(frozen=True)
class _Term:
    """sum over the letters of the body, in which no factor is a sum."""

    body: Expr
    letters: tuple[Dummy, ...] = ()
    extents: tuple[Expr, ...] = ()

    def times(self, other: _Term) -> _Term:
        return _Term(self.body * other.body, self.letters + other.letters, self.extents + other.extents)


def _totals(expr: Expr) -> Iterable[Expr]:
    """One expression for the sums over the same extents; all must be 0 for expr to be 0."""
    found: dict[tuple[Expr, ...], Expr] = {}
    for term in _terms(expr):
        for monomial in _monomials(term):
            extents, body = _named(monomial)
            found[extents] = found.get(extents, sympy.S.Zero) + body
    return found.values()


def _named(term: _Term) -> tuple[tuple[Expr, ...], Expr]:
    """The term with canonical letters, so that terms equal up to the names of letters add up."""
    idle = [k for k, letter in enumerate(term.letters) if not term.body.has(letter)]
    used = [k for k in range(len(term.letters)) if k not in idle]
    body = Mul(term.body, *(term.extents[k] for k in idle))
    node = canonical(Reduce("sum", body, [term.letters[k] for k in used], [term.extents[k] for k in used]))
    if not used:
        return (), node
    # The canonical names are those of any binder: kept, they would be captured when the body is compared.
    outer = {name: Symbol(f"outer {k}", integer=True) for k, name in enumerate(node.letters)}
    return tuple(node.extents), node.body.xreplace(outer)


def _monomials(term: _Term) -> Iterator[_Term]:
    shape, originals = abstract(term.body)
    for monomial in Add.make_args(sympy.expand(shape)):
        yield _Term(monomial.xreplace(originals), term.letters, term.extents)


def _terms(expr: Expr) -> list[_Term]:
    """expr as terms that add up to it."""
    if not expr.has(Reduce):
        return [_Term(expr)]
    if isinstance(expr, Add):
        return [term for arg in expr.args for term in _terms(arg)]
    if isinstance(expr, Mul):
        return _multiplied(expr.args)
    if isinstance(expr, Pow) and expr.exp in SQUARED_SUMS:
        return _multiplied([expr.base] * int(expr.exp))
    if isinstance(expr, Reduce) and expr.head in ("sum", "mean"):
        scale = Mul(*expr.extents) if expr.head == "mean" else sympy.S.One
        outer = _Term(1 / scale, expr.letters, expr.extents)
        return [outer.times(inner) for inner in _terms(expr.body)]
    return [_Term(expr)]


def _multiplied(factors: Iterable[Expr]) -> list[_Term]:
    """Every product of one term from each factor; each factor gets letters of its own."""
    made = []
    for choice in product(*(_terms(refresh(factor)) for factor in factors)):
        term = _Term(sympy.S.One)
        for factor in choice:
            term = term.times(factor)
        made.append(term)
    return made
