"""Equations that differ in the names of tensors alone are lowered once: the others are the first in other names."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field

from sympy import Basic, Expr, Symbol

from derive.equation import Equation, Tensor
from derive.outlines import Outline, outline_of
from derive.trees import walk
from numeric.arrays import Helper
from numeric.lines import replaced
from numeric.lower import lower_equation


@dataclass
class _Asked(Mapping[Expr, Symbol]):
    """What has a name already, and what lowering asked of it."""

    known: Mapping[Expr, Symbol]
    answers: dict[Expr, Symbol | None] = field(default_factory=dict)

    def __getitem__(self, expr: Expr) -> Symbol:
        if expr.args:
            self.answers[expr] = self.known.get(expr)
        return self.known[expr]

    def __iter__(self) -> Iterator[Expr]:
        return iter(self.known)

    def __len__(self) -> int:
        return len(self.known)


@dataclass
class Lowering:
    """lowering(equation) is what `lower_equation` makes of it, with what is `known` at that time."""

    tensors: Mapping[str, Tensor]
    known: Mapping[Expr, Symbol]
    made: dict[Hashable, tuple[Outline, Expr, _Asked]] = field(default_factory=dict)

    def __call__(self, equation: Equation) -> Expr:
        outline = outline_of(*equation.indices, equation.rhs)
        read = (self.tensors.get(name.name) for name in outline.tensors)
        said = tuple((tensor.extents, tensor.integer) for tensor in read if tensor is not None)
        key = outline.key, outline.extents, self.tensors[equation.name].extents, said
        names = self._names(*self.made[key], outline) if key in self.made else None
        if names is not None:
            return replaced(self.made[key][1], names)
        asked = _Asked(self.known)
        expr = lower_equation(equation, self.tensors, asked)
        if not any(_says_names(node) for node in walk(expr)):
            self.made[key] = outline, expr, asked
        return expr

    def _names(self, first: Outline, expr: Expr, asked: _Asked, other: Outline) -> dict[Basic, Expr] | None:
        """The names of the first as those of the other; None where other parts of it have names already."""
        names: dict[Basic, Expr] = dict(zip(first.tensors, other.tensors, strict=True))
        for part, name in asked.answers.items():
            found = self.known.get(replaced(part, names))
            if (name is None) != (found is None):
                return None
            if name is not None and found is not None and names.setdefault(name, found) != found:
                return None
        return names if len(set(names.values())) == len(names) else None


def _says_names(node: Expr) -> bool:
    """Whether it holds a message, in the names that the equation has."""
    return isinstance(node, Helper) and node.args[0].name == "checked"


__all__ = ["Lowering"]
