"""Expressions as trees: walked, and written in other names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cached_property, cmp_to_key
from operator import is_
from typing import TypeVar

import sympy
from sympy import Add, Basic, Dummy, Expr, Function, Mul, Symbol

N = TypeVar("N", bound=Expr)
# The order of terms and factors in SymPy.
ORDER = cmp_to_key(Basic.compare)


def walk(expr: Expr) -> Iterator[Expr]:
    """Every subexpression, outermost first."""
    left = [expr]
    while left:
        node = left.pop()
        yield node
        left.extend(node.args[::-1])


def nodes(expr: Expr, kind: type[N]) -> list[N]:
    """Every subexpression of a kind, outermost first, each once: what `atoms` has, in an order and sooner.

    >>> x, y = sympy.symbols("x y")
    >>> nodes(x * y + 2 * x, Mul)
    [2*x, x*y]
    """
    return list(dict.fromkeys(node for node in walk(expr) if isinstance(node, kind)))


class _Meet(Exception):
    """A name that stays is also one that another becomes."""


def renamed(expr: Expr, names: Mapping[Symbol, Expr]) -> Expr:
    """What xreplace makes of it. Where names become as many others, nothing merges or cancels, and that is quick.

    >>> n, m, p = sympy.symbols("n m p")
    >>> renamed(n * m / 2, {n: p}), renamed(n * m / 2, {n: m})
    (m*p/2, m**2/2)
    """
    others = frozenset(names.values())
    return _renamed_apart(expr, names, others) if are_plain(names) else expr.xreplace(names)


def are_plain(names: Mapping[Symbol, Expr]) -> bool:
    """Whether names become as many others, of which SymPy knows the same: tensors, letters and extents."""
    alike = (
        isinstance(new, Symbol) and old.is_integer is new.is_integer and old.is_positive is new.is_positive
        for old, new in names.items()
    )
    return len(set(names.values())) == len(names) and all(alike)


def _renamed_apart(expr: Expr, names: Mapping[Symbol, Expr], others: Set[Expr]) -> Expr:
    try:
        return _renamed(expr, names, others)
    except _Meet:
        return expr.xreplace(names)


def _renamed(expr: Expr, names: Mapping[Symbol, Expr], others: Set[Expr]) -> Expr:
    if not expr.args:
        if expr in others and expr not in names:
            raise _Meet
        return names.get(expr, expr)
    args = [_renamed(arg, names, others) for arg in expr.args]
    if all(map(is_, args, expr.args)):
        return expr
    if getattr(expr, "as_given", False):
        return _with_arguments(expr, args)
    if any(type(new) is not type(old) for new, old in zip(args, expr.args, strict=True)):
        return expr.func(*args)
    if isinstance(expr, (Add, Mul)):
        first = int(args[0].is_Number)
        return expr._new_rawargs(*args[:first], *sorted(args[first:], key=ORDER))
    # For others the order of the names may decide whether SymPy writes f(a - b) or -f(b - a).
    return _with_arguments(expr, args) if isinstance(expr, (sympy.exp, sympy.log)) else expr.func(*args)


def _with_arguments(expr: Expr, args: list[Expr]) -> Expr:
    made: Expr = Expr.__new__(type(expr), *args)
    if isinstance(expr, Function):
        made.nargs = expr.nargs
    return made


@dataclass(frozen=True)
class Renaming:
    """Other names for tensors, other values for symbolic extents. A number stays: it may be more than an extent.

    Letters are other ones where an equation is put beside another that was written apart.
    """

    tensors: tuple[tuple[Symbol, Symbol], ...] = ()
    extents: tuple[tuple[Symbol, Expr], ...] = ()
    letters: tuple[tuple[Dummy, Dummy], ...] = ()

    @cached_property
    def values(self) -> dict[Symbol, Expr]:
        return {old: new for old, new in (*self.tensors, *self.extents, *self.letters) if old != new}

    @cached_property
    def _apart(self) -> Set[Expr] | None:
        """What names become, where they become as many others."""
        return frozenset(self.values.values()) if are_plain(self.values) else None

    @cached_property
    def _made(self) -> dict[Expr, Expr]:
        return {}

    def __call__(self, expr: Expr) -> Expr:
        if expr not in self._made:
            values, apart = self.values, self._apart
            self._made[expr] = expr.xreplace(values) if apart is None else _renamed_apart(expr, values, apart)
        return self._made[expr]


__all__ = ["ORDER", "Renaming", "nodes", "renamed", "walk"]
