"""Slopes of scalar functions as lemmas: derived from a row's definition, proved once, used by the rule "slope"."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from sympy import Expr, Function

from derive.calculus import differentiate
from derive.closed_form import fold_functions
from derive.equation import Equation
from derive.functions import ROWS, row_of, unfold
from derive.index import Entry, Partial, Where
from derive.recorder import Recorder
from derive.rewriting import Context, slope_key
from derive.steps import Section


def needed_slopes(expr: Expr) -> Iterable[Section]:
    """Lemmas for the functions in the expression, those they rest on first."""
    for node in sorted(expr.atoms(Function), key=str):
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
    row = ROWS[name]
    opening = Partial(row.head(*row.variables), Entry(argument))
    definition = unfold(opening.body)
    line = Recorder(opening, Context(slopes={slope_key(s): s for s in needed_slopes(definition)}))
    line.rewrite("definition", opening.body)
    differentiate(line)
    fold_functions(line, opening.body)
    return Section(name, opening, tuple(line.steps), Equation("slope", (), line.expr))


__all__ = ["needed_slopes", "slope"]
