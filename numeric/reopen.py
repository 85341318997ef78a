"""Sums over computed indices turned round: sum[h](W[u-2*h]*Z[h]) is what lands on u = 2*h + r of W[r]*Z[h].

The derivation eliminates a letter wherever it can, so the sum runs over all h for each u; with the letter r put back
it runs over the few r that W has. This undoes a contraction of a delta, so it changes no value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import sympy
from sympy import Dummy, Expr, Integer, Mul, Symbol

from derive.equation import Tensor
from derive.index import Compare, Delta, Entry, Where, letter
from numeric.context import is_total

Scope = Mapping[Dummy, Expr]
Place = tuple[Dummy, Expr]
LARGE, LARGER = Integer(1000), Integer(2000)


def reopened(
    term: Expr, letters: Sequence[Dummy], scope: Scope, tensors: Mapping[str, Tensor]
) -> tuple[Expr, tuple[Place, ...], dict[Dummy, Expr]]:
    """The term in new letters, the places (u, index) that its values land on, and the new letters' extents."""
    places: list[Place] = []
    fresh: dict[Dummy, Expr] = {}
    while (found := _computed(term, [*letters, *fresh], {**scope, **fresh}, tensors, places)) is not None:
        u, index, size = found
        new = letter("r")
        solution = sympy.expand((new - index + index.coeff(u, 1) * u) * index.coeff(u, 1))
        within = {Compare("<=", 0, new): Integer(1), Compare("<", new, size): Integer(1)}
        term = term.xreplace({u: solution}).xreplace(within)
        places.append((u, solution))
        fresh[new] = size
    return term, tuple(places), fresh


def _computed(
    term: Expr, letters: Sequence[Dummy], scope: Scope, tensors: Mapping[str, Tensor], places: Sequence[Place]
) -> tuple[Dummy, Expr, Expr] | None:
    """A free letter u, an index u - f(summed letters) and the extent that bounds it, if the turn pays."""
    taken = {a for _, index in places for a in index.free_symbols}
    for index, size in _bounded(term, tensors):
        if isinstance(index, Dummy):
            continue
        index = sympy.expand(index)
        inside = index.free_symbols & set(letters)
        free = [a for a in scope if a not in letters and index.coeff(a, 1) in (1, -1)]
        if (
            len(free) == 1
            and inside
            and not inside & taken
            and _smaller(size, scope[free[0]], [scope[a] for a in inside])
        ):
            rest = index - index.coeff(free[0], 1) * free[0]
            if not rest.has(free[0]) and rest.free_symbols & set(scope) <= set(letters):
                return free[0], index, size
    return None


def _bounded(term: Expr, tensors: Mapping[str, Tensor]) -> Iterator[tuple[Expr, Expr]]:
    """Indices outside whose extent a factor is 0: those that read an axis, and those in a range mask."""
    for factor in _factors_of(term, Entry):
        yield from zip(factor.indices, tensors[factor.tensor].extents, strict=True)
    for mask in _factors_of(term, Compare):
        if mask.operator == "<" and Compare("<=", 0, mask.args[1]) in term.atoms(Compare):
            yield mask.args[1], mask.args[2]


def split_cases(term: Expr) -> Expr:
    """where(c, a*b, 0) as where(c, a, 0)*b, with one factor a that has the letters of c, so that a sum may contract it.

    What stays outside must be finite wherever what it reads is: no case guards it then.
    """
    return Mul(*(part for factor in Mul.make_args(term) for part in _split(factor)))


def _split(factor: Expr) -> tuple[Expr, ...]:
    if not isinstance(factor, Where) or factor.args[2] != 0 or not isinstance(factor.args[1], Mul):
        return (factor,)
    condition, chosen, _ = factor.args
    letters = condition.atoms(Dummy)
    inside = [a for a in chosen.args if letters <= a.free_symbols or not is_total(a)]
    if not any(letters <= a.free_symbols for a in inside):
        return (factor,)
    return Where(condition, Mul(*inside), 0), *(a for a in chosen.args if a not in inside)


def _factors_of(term: Expr, kind: type) -> Iterator[Expr]:
    """Factors of this kind, those in the one branch of cases that counts included."""
    for factor in Mul.make_args(term):
        if isinstance(factor, kind):
            yield factor
        elif isinstance(factor, Where) and factor.args[2] == 0:
            yield from _factors_of(factor.args[1], kind)


def _smaller(size: Expr, other: Expr, running: Sequence[Expr]) -> bool:
    """Whether an extent is the smaller one: as numbers, or because a letter runs longer the larger `other` is."""
    grows = [s for s in other.free_symbols if _runs(other, s) > 0]
    if (other - size).is_number:
        return bool(other - size > 0)
    if size.is_number or other.is_number:
        return bool(size.is_number)
    return any(_runs(extent, s) > 0 > _runs(extent, size) for extent in running for s in grows)


def _runs(extent: Expr, size: Expr) -> int:
    """The sign of the change of an extent with a size."""
    if not isinstance(size, Symbol):
        return 0
    base = dict.fromkeys(extent.free_symbols, LARGE)
    return int(sympy.sign(extent.xreplace({**base, size: LARGER}) - extent.xreplace(base)))


def deltas(
    term: Expr, letters: Sequence[Dummy], scope: Scope, is_index: Callable[[Expr], bool]
) -> tuple[Expr, tuple[Place, ...]]:
    """The term without deltas delta(index, v) of a free letter v, and the places that they say: (v, index)."""
    places: list[Place] = []
    for factor in [f for f in Mul.make_args(term) if isinstance(f, Delta)]:
        place = _place(factor, letters, scope, places)
        if place is not None and is_index(place[1]):
            places.append(place)
            term = Mul(*(f for f in Mul.make_args(term) if f is not factor)).xreplace({place[0]: place[1]})
    return term, tuple(places)


def _place(delta: Delta, letters: Sequence[Dummy], scope: Scope, places: Sequence[Place]) -> Place | None:
    known = {v for v, _ in places}
    for v, index in (delta.args, delta.args[::-1]):
        new = v in scope and v not in letters and v not in known and not index.has(v, *known)
        if new and any(a in letters for a in index.free_symbols):
            return v, index
    return None
