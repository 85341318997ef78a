"""A derivation as frozen records: an opening line, then steps (before, rule, bindings, after), then an equation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sympy import Expr

from derive.equation import Equation, Program, Tensor


@dataclass(frozen=True)
class Step:
    """before -> after, where the rule turned the subterm `term` into `result`."""

    before: Expr
    rule: str
    bindings: tuple[tuple[str, Expr], ...]
    after: Expr

    def __getitem__(self, name: str) -> Expr:
        return dict(self.bindings)[name]


@dataclass(frozen=True)
class Section:
    """How one adjoint was derived: the chain rule's statement, the steps, and the equation they end in."""

    tensor: str
    opening: Expr
    steps: tuple[Step, ...]
    equation: Equation


@dataclass(frozen=True)
class Proof:
    """The adjoint T_bar = d(output)/dT of each tensor on the way from the output back to `wrt`."""

    forward: Program
    wrt: tuple[str, ...]
    sections: tuple[Section, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "wrt", tuple(self.wrt))

    def section(self, tensor: str) -> Section:
        for section in self.sections:
            if section.tensor == tensor:
                return section
        known = ", ".join(s.tensor for s in self.sections)
        raise KeyError(f"no adjoint of {tensor!r} was derived; there are those of {known}")

    @cached_property
    def program(self) -> Program:
        """Forward equations followed by the adjoint equations: a program like any other."""
        made = {adjoint(s.tensor): Tensor(adjoint(s.tensor), self.forward.extents(s.tensor)) for s in self.sections}
        return Program(
            self.forward.equations + tuple(s.equation for s in self.sections),
            {**self.forward.tensors, **made},
            self.forward.parameters,
            self.forward.assumptions,
            self.forward.structures,
            derived=True,
        )


def adjoint(tensor: str) -> str:
    """The name of a tensor's adjoint."""
    return f"{tensor}_bar"
