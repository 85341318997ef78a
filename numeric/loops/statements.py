"""What loops are made of: statements that set one element, or add to it, and hold no reduction inside.

Z[i] = exp(sum[j](X[i,j])) becomes Z_sum[i] += X[i,j] for all i and j, then Z[i] = exp(Z_sum[i]) for all i.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import sympy
from sympy import Dummy, Expr, Float

from derive.index import Entry
from numeric.loops.products import Matrices, is_long

Scope = Mapping[Dummy, Expr]
FAR = 8  # what a step over a row costs, if one to a neighbour costs 1
# What a reduction starts from, before it has met anything.
START: dict[str, Expr] = {"sum": Float(0), "prod": Float(1), "max": -sympy.oo, "min": sympy.oo}


@dataclass(frozen=True)
class Statement:
    """target[places] = value for all values of the letters of the scope; with a head, what all of them come to.

    With `matrices` it is a matrix product for each value of the scope's letters; `whole` is a matrix function instead
    of a value. `equation` names the equation that it is a part of.
    """

    target: str
    places: tuple[Expr, ...]
    scope: Scope
    value: Expr
    equation: str
    head: str = ""
    matrices: Matrices | None = None
    whole: Expr | None = None

    @cached_property
    def reads(self) -> tuple[Entry, ...]:
        """The elements that it reads, those inside of indices included."""
        return tuple(e for part in (self.value, *self.places) for e in part.atoms(Entry))

    @cached_property
    def tensors(self) -> frozenset[str]:
        """The names of all that it reads."""
        whole = self.whole.free_symbols if self.whole is not None else ()
        return frozenset(e.tensor for e in self.reads).union(s.name for s in whole)

    @property
    def accesses(self) -> Iterator[tuple[str, tuple[Expr, ...]]]:
        """Every tensor that it touches, and where."""
        yield self.target, self.places
        yield from ((e.tensor, e.indices) for e in self.reads)

    @cached_property
    def innermost(self) -> Dummy | None:
        """The letter over which memory is walked through with the least effort."""
        return min(self.scope if self.matrices is None else (), key=self._effort, default=None)

    def _effort(self, a: Dummy) -> tuple[int, bool]:
        """What stays costs nothing, a step to a neighbour little; of two letters alike, that of a kernel is outside."""
        places = [places for _, places in set(self.accesses) if any(a in i.free_symbols for i in places)]
        steps = sum(FAR if any(a in i.free_symbols for i in p[:-1]) else 1 for p in places)
        return steps, not is_long(self.scope[a])

    def at(self, letters: Mapping[Dummy, Dummy]) -> Statement:
        """The statement in other letters."""
        places = tuple(p.xreplace(letters) for p in self.places)
        scope = {letters.get(a, a): size for a, size in self.scope.items()}
        matrices = self.matrices.at(letters) if self.matrices is not None else None
        value = self.value.xreplace(letters)
        return replace(self, places=places, scope=scope, value=value, matrices=matrices)


def same_size(a: Expr, b: Expr) -> bool:
    """Whether two extents are always equal."""
    return a == b or sympy.expand(a - b) == 0


def own_letters(term: Expr, scope: Scope) -> list[Dummy]:
    """The letters of the scope that the term depends on, in order."""
    return [a for a in scope if a in term.free_symbols]


def plain_axis(places: Sequence[Expr], a: Dummy) -> int | None:
    """The one axis that the letter runs along by itself."""
    axes = [k for k, index in enumerate(places) if a in index.free_symbols]
    return axes[0] if len(axes) == 1 and places[axes[0]] == a else None
