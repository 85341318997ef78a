"""Collapses sums against Kronecker deltas, and brings sums into the form constant * sum of a product."""

from __future__ import annotations

from collections.abc import Iterator

import sympy
from sympy import Add, Expr, Mul

from derive.index import Delta, Reduce, Where, solve_delta
from derive.recorder import Move, Recorder


def contract(line: Recorder) -> None:
    """Contract every delta that a sum determines; what is left is a delta on free or computed indices."""
    line.exhaust_terms(_moves)


def _moves(term: Expr) -> Iterator[Move]:
    if isinstance(term, Reduce):
        yield from _sum_moves(term)
    elif isinstance(term, Where):
        yield from _case_moves(term)


def _sum_moves(term: Reduce) -> Iterator[Move]:
    if term.head == "mean" and term.body.has(Delta):
        yield "definition", term, {}
    if term.head != "sum":
        return
    yield from _delta_moves(term)
    if term.body.has(Delta):
        yield from _delta_preparations(term)
    yield "constant factor", term, {}


def _delta_moves(term: Reduce) -> Iterator[Move]:
    for factor in Mul.make_args(term.body):
        if isinstance(factor, Delta):
            for letter in term.letters:
                if _determined(factor, letter):
                    yield "contract delta", term, {"delta": factor, "letter": letter}


def _determined(delta: Delta, letter: Expr) -> bool:
    try:
        solve_delta(delta, letter)
    except ValueError:
        return False
    return True


def _delta_preparations(term: Reduce) -> Iterator[Move]:
    if isinstance(term.body, Add):
        yield "sum of terms", term, {}
    factors = Mul.make_args(term.body)
    if any(isinstance(f, Add) and f.has(Delta) for f in factors):
        yield "algebra", term.body, {"result": expand_deltas(term.body)}
    if any(isinstance(f, Reduce) and f.has(Delta) for f in factors):
        yield "nested sums", term, {}
    if len(factors) > 1 and any(isinstance(f, Where) and _comes_out(f) for f in factors):
        yield "factor into cases", term.body, {}


def _comes_out(expr: Expr) -> bool:
    """Whether a delta in it can be made a factor of the whole: one in a condition or in another sum cannot.

    Cases that hold no such delta are left alone, or two rules would move the others in and out for ever.
    """
    parts = expr.args[1:] if isinstance(expr, Where) else expr.args if isinstance(expr, (Add, Mul)) else ()
    return isinstance(expr, Delta) or any(map(_comes_out, parts))


def _case_moves(term: Where) -> Iterator[Move]:
    _, chosen, otherwise = term.args
    if not _comes_out(term):
        return
    yield "delta out of cases", term, {}
    yield "split cases", term, {}
    for branch in (chosen, otherwise):
        if isinstance(branch, Mul) and _comes_out(branch):
            yield "algebra", branch, {"result": expand_deltas(branch)}


def expand_deltas(product: Expr) -> Expr:
    """The product multiplied out over those sums that hold a delta."""
    terms: list[Expr] = [sympy.Integer(1)]
    for factor in Mul.make_args(product):
        parts = Add.make_args(factor) if factor.has(Delta) else (factor,)
        terms = [t * p for t in terms for p in parts]
    return Add(*terms)
