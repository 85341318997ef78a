"""Whether every letter of an equation runs over the whole of each axis that it indexes, as a matrix name means it."""

from __future__ import annotations

from typing import Protocol

from sympy import Expr

from derive.equation import Equation
from derive.index import Along, Binder, Call, Delta, Entry
from derive.trees import walk


class Axes(Protocol):
    """What knows the extents of tensors, as a program does."""

    def extents(self, name: str) -> tuple[Expr, ...]:
        """One extent an axis."""


class NoMatrixForm(ValueError):
    """Matrices cannot say this; the index form can."""


def check_whole_axes(equation: Equation, program: Axes) -> None:
    """NoMatrixForm if a tensor is read in part, or a delta stands between axes of different extents."""
    scope: dict[Expr, Expr] = dict(zip(equation.indices, program.extents(equation.name), strict=True))
    for node in walk(equation.rhs):
        if isinstance(node, Binder):
            scope.update(zip(node.letters, node.extents, strict=True))
        if any(scope.get(index) != size for index, size in _reads(node, program)):
            raise NoMatrixForm(f"{node} is not read along a whole axis")
        if isinstance(node, Delta) and len({scope.get(index) for index in node.args}) > 1:
            raise NoMatrixForm(f"{node} is not square")


def _reads(node: Expr, program: Axes) -> list[tuple[Expr, Expr]]:
    """The indices at which the node reads, each with the extent of the axis."""
    if isinstance(node, Entry):
        return list(zip(node.indices, program.extents(node.tensor), strict=True))
    if isinstance(node, Call) and node.head == "inv":
        return list(zip(node.indices, node.extents[0], strict=True))
    return list(zip(node.at, node.extents, strict=True)) if isinstance(node, Along) else []
