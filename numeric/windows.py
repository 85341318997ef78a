"""Linear indices: X[2*h+r-1] read as a strided view, and its adjoint, sums that land on 2*h+r-1, added slice by slice.

Convolution and pooling are nothing else; neither builds an index array, nor a delta.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sympy
from sympy import Dummy, Expr, Tuple

from numeric.arrays import Overlap, Window
from numeric.axes import Labelled, spread

Scope = Mapping[Dummy, Expr]
Steps = tuple[tuple[Dummy, Expr], ...]


def linear(index: Expr, scope: Scope) -> tuple[Expr, Steps] | None:
    """offset and steps, if the index is offset + sum of step * letter with offset and steps free of letters.

    >>> h, r = Dummy("h"), Dummy("r")
    >>> linear(2*h + r - 1, {h: sympy.Integer(5), r: sympy.Integer(3)})
    (-1, ((_h, 2), (_r, 1)))
    """
    letters = [a for a in scope if a in index.free_symbols]
    expanded = sympy.expand(index)
    steps = tuple((a, expanded.coeff(a, 1)) for a in letters)
    offset = sympy.expand(expanded - sum(step * a for a, step in steps))
    parts = [offset, *(step for _, step in steps)]
    fixed = all(p.is_integer and not p.has(sympy.Function, *letters) and p.free_symbols <= _sizes(scope) for p in parts)
    return (offset, steps) if fixed and all(step != 0 for _, step in steps) else None


def _sizes(scope: Scope) -> set[Expr]:
    return set().union(*(size.free_symbols for size in scope.values()))


def window(array: Expr, indices: Sequence[Expr], scope: Scope) -> Labelled | None:
    """array[indices] as a view with one axis a letter; None unless every index is linear in letters of its own."""
    forms = [linear(index, scope) for index in indices]
    letters = tuple(a for form in forms if form for a, _ in form[1])
    if None in forms or len(set(letters)) < len(letters) or all(len(form[1]) == 0 for form in forms if form):
        return None
    return Labelled(Window(array, _axes([form for form in forms if form], scope)), letters)


def _axes(forms: Sequence[tuple[Expr, Steps]], scope: Scope) -> Tuple:
    return Tuple(*(Tuple(offset, Tuple(*(Tuple(step, scope[a]) for a, step in steps))) for offset, steps in forms))


def overlap(value: Labelled, places: Sequence[tuple[Dummy, Expr]], scope: Scope) -> Labelled | None:
    """sum of the value over what lands on v, for each place (v, index); None unless the indices are linear.

    Letters of the places are summed, the others stay.
    """
    forms = [linear(index, scope) for _, index in places]
    landing = [a for form in forms if form for a, _ in form[1]]
    targets = [v for v, _ in places]
    if None in forms or len(set(landing)) < len(landing):
        return None
    rest = [a for a in scope if a in value.letters and a not in landing and a not in targets]
    values = spread(value, [*rest, *landing], scope)
    sizes = Tuple(*(scope[v] for v in targets))
    made = Overlap(values.expr, sizes, _axes([form for form in forms if form], scope))
    return Labelled(made, (*rest, *targets))
