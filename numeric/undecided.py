"""Comparisons with NaN, of which none holds: what cases must look at, so that NaN makes their result NaN.

Nothing needs a look where the branch that is then taken reads the NaN itself, as in where(x < 0, 0, x).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

import sympy
from sympy import Add, Expr, Function, Mul, Pow

from derive.functions import ROWS, row_of
from derive.index import Binder, Compare, Where
from numeric.arrays import Helper, Relation
from numeric.axes import Labelled, combine
from numeric.context import Context, Scope, is_index

# The comparison asked the other way round, so that NaN takes the other branch.
OPPOSITE = {">": "<=", ">=": "<", "<": ">=", "<=": ">"}
EXTREMES = ROWS["max"].head, ROWS["min"].head
MAGNITUDES = ROWS["abs"].head, sympy.Abs


def compared(condition: Expr, context: Context) -> tuple[Expr, ...]:
    """What the condition compares and may be NaN, but for what the cases around it have looked at."""
    sides = (_bare(side) for node in _comparisons(condition) for side in node.args[1:] if not is_index(side, context))
    return tuple(dict.fromkeys(s for s in sides if not s.is_number and s not in context.looked_at))


def _comparisons(condition: Expr) -> Iterator[Compare]:
    if isinstance(condition, Compare):
        yield condition
    elif not isinstance(condition, Binder):
        for part in condition.args:
            yield from _comparisons(part)


def _bare(side: Expr) -> Expr:
    """The side without a sign and bars: what is left is NaN where the side is."""
    while isinstance(side, MAGNITUDES) or side.could_extract_minus_sign():
        side = side.args[0] if isinstance(side, MAGNITUDES) else -side
    return side


def turned(case: Where, asked: Sequence[Expr]) -> bool:
    """Whether the condition asked the other way round leaves less to be looked at."""
    condition, chosen, otherwise = case.args
    one = isinstance(condition, Compare) and condition.operator in OPPOSITE
    return one and len(unsaid(chosen, asked)) < len(unsaid(otherwise, asked))


def left_to_look_at(case: Where, asked: Sequence[Expr]) -> list[Expr]:
    """What may be NaN and the result does not say so."""
    condition, chosen, otherwise = case.args
    if turned(case, asked):
        return unsaid(chosen, asked)
    factors = Mul.make_args(condition)
    fails = all(isinstance(f, Compare) and f.operator != "!=" for f in factors)
    return [a for a in asked if a in unsaid(otherwise, asked) or (not fails and a in unsaid(chosen, asked))]


def unsaid(branch: Expr, asked: Sequence[Expr]) -> list[Expr]:
    """What the branch may be a number without."""
    return [a for a in asked if not _says(branch, a)]


def _says(branch: Expr, asked: Expr) -> bool:
    """Whether the branch is NaN wherever what is asked is."""
    if branch == asked:
        return True
    if isinstance(branch, (Add, Mul, *EXTREMES)):
        return any(_says(part, asked) for part in branch.args)
    if isinstance(branch, Pow):
        return bool(branch.exp.is_number) and _says(branch.base, asked)
    if isinstance(branch, Where):
        return all(_says(part, asked) for part in branch.args[1:])
    if isinstance(branch, Function):
        row = row_of(branch)
        return row is not None and row.arity == 1 and _says(branch.args[0], asked)
    return False


def opposite(test: Expr) -> Expr:
    """The relation asked the other way round."""
    return Relation(OPPOSITE[test.args[0].name], *test.args[1:])


def decided(value: Labelled, sides: Iterable[Labelled], scope: Scope) -> Labelled:
    """The value, and NaN where one of the sides is: no order holds of it."""
    for side in sides:
        value = combine(partial(Helper, "decided"), [value, side], scope)
    return value


__all__ = ["compared", "decided", "left_to_look_at", "opposite", "turned"]
