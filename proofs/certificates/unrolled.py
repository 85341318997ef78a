"""A program with numbers for its extents, entry by entry: every sum written out, every entry a number of its own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from functools import cached_property, reduce
from types import MappingProxyType
from typing import Any

from sympy import Add, Expr, Integer, Mul, Symbol

from derive.equation import Assumption, Program
from derive.functions import definition_of
from derive.index import Along, Call, Compare, Entry, Reduce, Where, refresh
from derive.steps import Fact
from proofs.certificates.terms import NoTerm

MOST_ENTRIES = 64


class Unrolled:
    """The tensors of a program at these extents; what is defined stands for its definition, unless it is `free`.

    `given` has the numbers of entries, such as those of stored indices.
    """

    def __init__(
        self,
        program: Program,
        sizes: Mapping[Symbol, int],
        free: str = "",
        given: Mapping[Entry, Expr] = MappingProxyType({}),
    ) -> None:
        self.program, self.sizes, self.free = program, {s: Integer(n) for s, n in sizes.items()}, free
        self._made: dict[Entry, Expr] = dict(given)

    def shape(self, tensor: str) -> tuple[int, ...]:
        """The extents of a tensor as numbers."""
        return tuple(int(e.xreplace(self.sizes)) for e in self.program.extents(tensor))

    def entries(self, tensor: str) -> Iterator[Entry]:
        """Every entry of a tensor."""
        return (Entry(tensor, *at) for at in itertools.product(*map(range, self.shape(tensor))))

    def places(self, stated: Assumption) -> Iterator[tuple[Integer, ...]]:
        """Every choice of the letters of an assumption."""
        fact = Fact("assumption", stated.indices, stated.left, stated.right)
        ranges = (range(int(self.of(fact.extent_of(i, self._shapes)))) for i in stated.indices)
        return (tuple(map(Integer, at)) for at in itertools.product(*ranges))

    @cached_property
    def _shapes(self) -> dict[str, tuple[Expr, ...]]:
        return {t.name: t.extents for t in self.program.tensors.values()}

    def name(self, entry: Entry) -> str:
        """A'0'1 for A[0,1], as no tensor is called; of a number its own name."""
        return "'".join([entry.tensor, *map(str, entry.indices)])

    def of(self, expr: Expr) -> Expr:
        """The expression with every index a number."""
        if isinstance(expr, Entry):
            return self._entry(Entry(expr.tensor, *(self.of(i) for i in expr.indices)))
        if isinstance(expr, (Along, Reduce)):
            return self._fold(expr)
        if isinstance(expr, Call):
            raise NoTerm(f"{expr.head} is an operation on whole tensors")
        if not expr.args:
            return self.sizes.get(expr, expr)
        kept = expr.args[:1] if isinstance(expr, Compare) else ()  # the sign of a comparison
        return expr.func(*kept, *map(self.of, expr.args[len(kept) :]))

    def _entry(self, entry: Entry) -> Expr:
        shape = self.shape(entry.tensor)
        if not all(i.is_Integer for i in entry.indices):
            raise NoTerm(f"{entry} is read at an index that is stored")
        if any(not 0 <= int(i) < n for i, n in zip(entry.indices, shape, strict=True)):
            return Integer(0)
        return self._defined(entry)

    def _defined(self, entry: Entry) -> Expr:
        if entry not in self._made and (entry.tensor == self.free or entry.tensor not in self.program.defined):
            self._made[entry] = Entry(self.name(entry))
        if entry not in self._made:
            equation = self.program[entry.tensor]
            values = dict(zip(equation.indices, entry.indices, strict=True))
            self._made[entry] = self.of(refresh(equation.rhs).xreplace(values))
        return self._made[entry]

    def _fold(self, term: Any) -> Expr:
        if isinstance(term, Along) or term.head not in FOLDS:
            return self.of(definition_of(term))
        ranges = [range(int(self.of(size))) for size in term.extents]
        bodies = [
            self.of(term.body.xreplace(dict(zip(term.letters, map(Integer, at), strict=True))))
            for at in itertools.product(*ranges)
        ]
        if len(bodies) > MOST_ENTRIES:
            raise NoTerm(f"a sum of {len(bodies)} terms is too long to write out")
        return FOLDS[term.head](bodies)


def _larger(a: Expr, b: Expr) -> Expr:
    return Where(Compare(">", a, b), a, b)


def _smaller(a: Expr, b: Expr) -> Expr:
    return Where(Compare("<", a, b), a, b)


FOLDS: Mapping[str, Any] = {
    "sum": lambda bodies: Add(*bodies),
    "prod": lambda bodies: Mul(*bodies),
    "max": lambda bodies: reduce(_larger, bodies),
    "min": lambda bodies: reduce(_smaller, bodies),
}


def small(program: Program, size: int = 2) -> dict[Symbol, int]:
    """One size for every open extent."""
    found = {e for t in program.tensors.values() for extent in t.extents for e in extent.free_symbols}
    return dict.fromkeys(sorted(found, key=str), size)


__all__ = ["Unrolled", "small"]
