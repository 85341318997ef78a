"""A derivation as frozen records: an opening line, then steps (before, rule, bindings, after), then an equation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import overload

from sympy import Dummy, Expr, Integer

from derive.equation import Equation, Program, Tensor
from derive.index import Entry, Partial, Reduce, Renaming, canonical, same, tensors


@dataclass(frozen=True)
class Step:
    """before -> after, where the rule turned the subterm `term` into `result`."""

    before: Expr
    rule: str
    bindings: tuple[tuple[str, Expr], ...]
    after: Expr

    def __getitem__(self, name: str) -> Expr:
        return dict(self.bindings)[name]

    def renamed(self, names: Callable[[Expr], Expr]) -> Step:
        bindings = tuple((key, names(value)) for key, value in self.bindings)
        return Step(names(self.before), self.rule, bindings, names(self.after))


@dataclass(frozen=True)
class Fact:
    """left = right for all letters: a forward equation, an adjoint derived before, or an assumption."""

    kind: str
    letters: tuple[Dummy, ...]
    left: Expr
    right: Expr

    @cached_property
    def key(self) -> tuple[str, Expr, Expr]:
        """Equal for facts that say the same, whatever their letters are called."""
        return self.kind, canonical(self.left, self.letters), canonical(self.right, self.letters)

    def says(self, other: Fact) -> bool:
        """Whether both say the same, whatever their letters are called."""
        sides = ((self.left, other.left), (self.right, other.right))
        return self.kind == other.kind and all(same(a, b, self.letters, other.letters) for a, b in sides)

    def renamed(self, names: Renaming) -> Fact:
        return Fact(self.kind, self.letters, names(self.left), names(self.right))


@dataclass(frozen=True)
class RenamedSteps(Sequence[Step]):
    """The steps of another section in this section's names, made each time they are read, not kept."""

    origin: Sequence[Step]
    names: Renaming

    @overload
    def __getitem__(self, index: int) -> Step: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Step]: ...
    def __getitem__(self, index: int | slice) -> Step | Sequence[Step]:
        return self.origin[index].renamed(self.names) if isinstance(index, int) else tuple(self)[index]

    def __len__(self) -> int:
        return len(self.origin)

    def __iter__(self) -> Iterator[Step]:
        names = cache(self.names)
        return (step.renamed(names) for step in self.origin)


@dataclass(frozen=True)
class Section:
    """How one adjoint was derived: the chain rule's statement, the steps, and the equation they end in.

    `origin` is the section of the same form that was derived first; this one is it under other `names`.
    """

    tensor: str
    opening: Expr
    steps: Sequence[Step]
    equation: Equation
    facts: tuple[Fact, ...] = ()
    origin: Section | None = None
    names: Renaming | None = None

    @property
    def rules(self) -> tuple[str, ...]:
        """The rule of each step; another name for a tensor does not change it."""
        return tuple(step.rule for step in (self.origin or self).steps)


@dataclass(frozen=True)
class Proof:
    """The adjoint T_bar = d(output)/dT of each tensor on the way from the output back to `wrt`."""

    forward: Program
    wrt: tuple[str, ...]
    sections: tuple[Section, ...]
    slopes: tuple[Section, ...] = field(default=())
    with_value: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "wrt", tuple(self.wrt))

    @cached_property
    def _by_tensor(self) -> dict[str, Section]:
        return {section.tensor: section for section in self.sections}

    def section(self, tensor: str) -> Section:
        """The section that derives the adjoint of `tensor`; KeyError names those there are."""
        if tensor not in self._by_tensor:
            raise KeyError(f"no adjoint of {tensor!r} was derived; there are those of {', '.join(self._by_tensor)}")
        return self._by_tensor[tensor]

    def adjoint(self, tensor: str) -> Equation:
        """The equation T_bar[...] = ... that was derived for `tensor`."""
        return self.section(tensor).equation

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


def influencers(program: Program) -> frozenset[str]:
    """Tensors that the output is or is computed from."""
    reached = {program.output.name}
    for equation in reversed(program.equations):
        if equation.name in reached:
            reached |= equation.reads
    return frozenset(reached)


def chain_rule(tensor: str, indices: Sequence[Dummy], consumers: Sequence[Equation], program: Program) -> Expr:
    """The adjoint of a tensor T: sum over the equations C that read it of sum_o C_bar[o] dC[o]/dT[indices].

    The output itself has adjoint 1. Bound letters are those of the equations.
    """
    total: Expr = Integer(1) if tensor == program.output.name else Integer(0)
    for consumer in consumers:
        term = Entry(adjoint(consumer.name), *consumer.indices) * Partial(consumer.rhs, Entry(tensor, *indices))
        total += Reduce("sum", term, consumer.indices, program.extents(consumer.name))
    return total


def adjoint(tensor: str) -> str:
    """The name of a tensor's adjoint."""
    return f"{tensor}_bar"


__all__ = [
    "Entry",
    "Equation",
    "Fact",
    "Partial",
    "Program",
    "Proof",
    "RenamedSteps",
    "Section",
    "Step",
    "adjoint",
    "chain_rule",
    "influencers",
    "same",
    "tensors",
]
