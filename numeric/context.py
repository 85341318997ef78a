"""What lowering knows at one place of an equation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sympy import Dummy, Expr, Symbol

from derive.equation import Tensor
from numeric.axes import Labelled

Scope = dict[Dummy, Expr]


class NotLowered(NotImplementedError):
    """An expression that has no array form yet."""


@dataclass(frozen=True)
class Context:
    """What the letters run over, what the tensors are, what has a name already, and which masks hold here."""

    scope: Scope
    tensors: Mapping[str, Tensor]
    known: Mapping[Expr, Symbol] = field(default_factory=dict)
    masks: tuple[Labelled, ...] = ()

    def within(self, letters: Sequence[Dummy], extents: Sequence[Expr]) -> Context:
        return replace(self, scope={**self.scope, **dict(zip(letters, extents, strict=True))})
