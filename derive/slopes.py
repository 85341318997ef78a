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
from derive.rules import Context
from derive.steps import Section


def needed_slopes(expr: Expr) -> Iterable[Section]:
    """Lemmas for the functions in the expression, those they rest on first."""
    for node in sorted(expr.atoms(Function), key=str):
        row = row_of(node)
        if row is not None and row.definition is not None and row.arity == 1:
            yield from _proved_slopes(row.name)


def _proved_slopes(name: str) -> Iterable[Section]:
    """The slope of `name` after those that it uses; none where it is a case distinction, which is better unfolded."""
    lemma = slope(name)
    if not lemma.equation.rhs.has(Where):
        yield from needed_slopes(lemma.steps[0].after) if lemma.steps else ()
        yield lemma


@lru_cache(maxsize=256)
def slope(name: str) -> Section:
    """f'(x), derived from the row's definition: sigmoid' = sigmoid (1 - sigmoid)."""
    x = Entry("x")
    opening = Partial(ROWS[name].head(x), x)
    definition = unfold(opening.body)
    line = Recorder(opening, Context(slopes={s.tensor: s for s in needed_slopes(definition)}))
    line.rewrite("definition", opening.body)
    differentiate(line)
    fold_functions(line, name)
    return Section(name, opening, tuple(line.steps), Equation("slope", (), line.expr))


__all__ = ["needed_slopes", "slope"]
