"""Sums that are matrix products of what lies in memory as matrices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

from sympy import Add, Dummy, Expr

from derive.index import Entry

Scope = Mapping[Dummy, Expr]
Letters = tuple[Dummy, ...]
FEW = 64  # Products of so few numbers cost less than a call of BLAS.
LONG = 16


@dataclass(frozen=True)
class View:
    """An array read at some letters as a matrix whose rows and columns run over others; `turned` if it is stored so."""

    tensor: str
    batch: Letters
    rows: Letters
    columns: Letters
    turned: bool = False


@dataclass(frozen=True)
class Matrices:
    """made = left @ right, for each value of the letters that all three share."""

    made: View
    left: View
    right: View

    def at(self, letters: Mapping[Dummy, Dummy]) -> Matrices:
        """The product in other letters."""
        return Matrices(*(_renamed(view, letters) for view in (self.made, self.left, self.right)))


def _renamed(view: View, letters: Mapping[Dummy, Dummy]) -> View:
    batch, rows, columns = (tuple(letters.get(a, a) for a in g) for g in (view.batch, view.rows, view.columns))
    return View(view.tensor, batch, rows, columns, view.turned)


def is_plain(part: Expr, scope: Scope) -> bool:
    """Whether it is an array as it stands, each axis with a letter of its own."""
    return isinstance(part, Entry) and set(part.indices) <= scope.keys() and len(set(part.indices)) == len(part.indices)


class Split:
    """The letters of a sum of products of two by where they are read, and orders of axes that make matrices of both.

    For each value of the letters `each`, and of those that both have beside the summed ones, there is a product.
    """

    def __init__(self, parts: Sequence[Expr], summed: Sequence[Dummy], scope: Scope, each: Sequence[Dummy]) -> None:
        mine, theirs = ([a for a in scope if a in p.free_symbols] for p in parts)
        self.summed = tuple(summed)
        self.batch = [a for a in scope if a in each or (a in mine and a in theirs and a not in summed)]
        left, right = ([a for a in own if a not in (*self.batch, *summed)] for own in (mine, theirs))
        stored = next((p.indices for p in parts if is_plain(p, scope)), self.summed)
        inner = [a for a in stored if a in summed]
        rest = [a for a in scope if a in left or a in right]
        in_turn = rest in ([*left, *right], [*right, *left])
        self.own = [*self.batch, *(rest if in_turn else _long_last(left, right, scope))]
        batches = ([a for a in self.batch if a in own] for own in (mine, theirs))
        groups = zip(parts, batches, (left, right), strict=True)
        self.orders = [[*batch, *_as_read(part, group, inner, scope)] for part, batch, group in groups]
        self.is_few = _few([*left, *right, *inner], scope)

    def matrices(self, parts: Sequence[Entry], name: str = "") -> Matrices | None:
        """The product as one of matrices, or None: then the letters of an array do not come in groups."""
        made = Entry(name, *self.own)
        rows, columns = (tuple(a for a in p.indices if a not in (*self.batch, *self.summed)) for p in parts)
        inner = tuple(a for a in parts[0].indices if a in self.summed)
        if not rows or not columns or self.is_few:
            return None
        if tuple(self.own[len(self.batch) :]) == (*columns, *rows):
            parts, rows, columns = parts[::-1], columns, rows
        pairs = ((made, rows, columns), (parts[0], rows, inner), (parts[1], inner, columns))
        views = [_view(entry, self.batch, *groups) for entry, *groups in pairs]
        plain = [v for v in views if v is not None]
        return Matrices(*plain) if len(plain) == len(views) and not plain[0].turned else None


def _as_read(part: Expr, one: list[Dummy], other: list[Dummy], scope: Scope) -> list[Dummy]:
    """Both groups of letters in the order of an array that the part reads, or else with a long axis last."""
    reads = [[a for a in e.indices if a in (*one, *other)] for e in part.atoms(Entry) if is_plain(e, scope)]
    return [*other, *one] if [*other, *one] in reads else _long_last(one, other, scope)


def _long_last(one: list[Dummy], other: list[Dummy], scope: Scope) -> list[Dummy]:
    """Both groups of letters, so that arrays are written along a long axis."""
    return [*other, *one] if one and is_long(scope[one[-1]]) else [*one, *other]


def _view(entry: Entry, every: Sequence[Dummy], rows: Letters, columns: Letters) -> View | None:
    """The array as a matrix of these rows and columns, as far as they lie so, one after the other."""
    batch = tuple(a for a in every if a in entry.indices)
    if entry.indices == (*batch, *rows, *columns):
        return View(entry.tensor, batch, rows, columns)
    if entry.indices == (*batch, *columns, *rows):
        return View(entry.tensor, batch, rows, columns, turned=True)
    return None


def is_long(size: Expr) -> bool:
    """Whether an axis is likely to be longer than that of a kernel: what a window leaves of an axis is."""
    return isinstance(size, Add) or bool(size.is_number and size >= LONG)


def _few(letters: Sequence[Dummy], scope: Scope) -> bool:
    """Whether all extents but one at most are small numbers."""
    numbers = [int(scope[a]) for a in letters if scope[a].is_number]
    return len(numbers) >= len(letters) - 1 and prod(numbers) <= FEW
