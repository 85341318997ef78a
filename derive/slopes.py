"""Slopes of scalar functions as lemmas: derived from a row's definition, proved once, used by the rule "slope"."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from sympy import Dummy, Expr, Function

from derive.calculus import differentiate
from derive.closed_form import fold_functions, tidy
from derive.contract import contract
from derive.equation import Equation
from derive.functions import ROWS, row_of, unfold
from derive.index import Call, Partial, Reduce, Where, letter
from derive.matrix_rules import MATRIX
from derive.recorder import Recorder, inner_first
from derive.rulebook import slope_key
from derive.rules import lemma_opening
from derive.steps import Section
from derive.trees import nodes
from derive.whole import WHOLE, define_call, form_of


def needed_slopes(expr: Expr) -> Iterable[Section]:
    """Lemmas for the functions in the expression, those they rest on first."""
    for call in sorted(nodes(expr, Call), key=str):
        yield from _matrix_slopes(call)
    for node in sorted(nodes(expr, Function), key=str):
        row = row_of(node)
        if row is not None and row.definition is not None:
            yield from needed_slopes(unfold(row.head(*row.variables)))
            yield from _proved_slopes(row.name)


@lru_cache(maxsize=256)
def _proved_slopes(name: str) -> tuple[Section, ...]:
    """The slopes of `name`; none where one is a case distinction, which is better unfolded."""
    lemmas = tuple(slope(name, variable.tensor) for variable in ROWS[name].variables)
    return () if any(lemma.equation.rhs.has(Where) for lemma in lemmas) else lemmas


@lru_cache(maxsize=256)
def slope(name: str, argument: str = "x") -> Section:
    """The slope of a function in one of its arguments, from the row's definition: sigmoid' = sigmoid (1 - sigmoid)."""
    opening, known = lemma_opening(name, argument)
    definition = unfold(opening.body)
    line = Recorder(opening, replace(known, slopes={slope_key(s): s for s in needed_slopes(definition)}))
    line.rewrite("definition", opening.body)
    differentiate(line)
    fold_functions(line, opening.body)
    return Section(name, opening, tuple(line.steps), Equation("slope", (), line.expr))


# ---------------------------------------------------------------- matrix functions


def _matrix_slopes(call: Call) -> Iterable[Section]:
    if call.head in PROVE:
        yield matrix_slope(call.head)
    elif form_of(call).definition is not None:
        yield from needed_slopes(define_call(call))


@lru_cache(maxsize=16)
def matrix_slope(head: str) -> Section:
    """d f(A)/dA[p,q] from what makes f what it is: A A^-1 = I, or the expansion of det A by a row."""
    letters = tuple(letter(name) for name in ("ijpq" if WHOLE[head][0].gives else "pq"))
    opening, known = lemma_opening(head, MATRIX, letters)
    line = Recorder(opening, known)
    PROVE[head](line, letters)
    return Section(head, opening, tuple(line.steps), Equation("slope", letters, line.expr))


def _prove_inverse(line: Recorder, letters: Sequence[Dummy]) -> None:
    """0 = d(A A^-1) = dA A^-1 + A d(A^-1), solved for d(A^-1)."""
    inverse = line.expr.args[0]
    line.rewrite("inverse inserted", line.expr, letter=letters[0], inverse=inverse)
    line.rewrite("product rule backwards", _innermost_sum(line.expr))
    whole = next(node for node in nodes(line.expr, Partial) if isinstance(node.body, Reduce))
    line.rewrite("inverse", whole.body, inverse=next(iter(whole.atoms(Call))))
    differentiate(line)
    contract(line)
    tidy(line)


def _innermost_sum(expr: Expr) -> Expr:
    return next(node for node in inner_first(expr) if isinstance(node, Reduce))


def _prove_determinant(line: Recorder, letters: Sequence[Dummy]) -> None:
    """det A = sum_b A[p,b] C[p,b], where no cofactor of a row reads that row."""
    line.rewrite("Laplace expansion", line.expr.args[0], row=letters[0])
    differentiate(line)
    contract(line)
    line.rewrite("cofactor", next(iter(line.expr.atoms(Call))))


PROVE: Mapping[str, Callable[[Recorder, Sequence[Dummy]], None]] = {"inv": _prove_inverse, "det": _prove_determinant}

__all__ = ["matrix_slope", "needed_slopes", "slope"]
