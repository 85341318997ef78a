"""Sums that are matrix products of what lies in memory as matrices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

from sympy import Dummy, Expr

from derive.index import Entry

Scope = Mapping[Dummy, Expr]
Letters = tuple[Dummy, ...]
FEW = 64  # Products of so few numbers cost less than a call of BLAS.


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


def matrices(
    made: Entry, left: Expr, right: Expr, summed: Sequence[Dummy], scope: Scope
) -> Matrices | None:
    """The product as one of matrices, or None: then the letters of an array do not come in groups."""
    if not all(isinstance(e, Entry) and set(e.indices) <= scope.keys() for e in (left, right)):
        return None
    reads = [set(left.indices), set(right.indices)]
    batch = tuple(a for a in made.indices if all(a in r for r in reads))
    rows, columns = (tuple(a for a in e.indices if a not in (*batch, *summed)) for e in (left, right))
    inner = tuple(a for a in left.indices if a in summed)
    if not rows or not columns or _few([*rows, *columns, *inner], scope):
        return None
    if made.indices == (*batch, *columns, *rows):
        left, right, rows, columns = right, left, columns, rows
    views = (view(made, batch, rows, columns), view(left, batch, rows, inner), view(right, batch, inner, columns))
    plain = [v for v in views if v is not None]
    return Matrices(*plain) if len(plain) == len(views) and not plain[0].turned else None


def view(entry: Entry, batch: Letters, rows: Letters, columns: Letters) -> View | None:
    """The array as a matrix of these rows and columns, as far as they lie so, one after the other."""
    if entry.indices == (*batch, *rows, *columns):
        return View(entry.tensor, batch, rows, columns)
    if entry.indices == (*batch, *columns, *rows):
        return View(entry.tensor, batch, rows, columns, turned=True)
    return None


def _few(letters: Sequence[Dummy], scope: Scope) -> bool:
    """Whether all extents but one at most are small numbers."""
    numbers = [int(scope[a]) for a in letters if scope[a].is_number]
    return len(numbers) >= len(letters) - 1 and prod(numbers) <= FEW
