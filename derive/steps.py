"""A derivation as frozen records: an opening line, then steps (before, rule, bindings, after), then an equation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any, overload

from sympy import Dummy, Expr

from derive.equation import Equation, Program, Tensor
from derive.index import Entry, Partial, canonical, same, tensors
from derive.modes import MODES, SECOND
from derive.outlines import Outline, outline_of
from derive.trees import Renaming, nodes


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
    """left = right for all letters: a forward equation, a derivative derived before, or an assumption."""

    kind: str
    letters: tuple[Dummy, ...]
    left: Expr
    right: Expr

    @cached_property
    def key(self) -> tuple[str, Expr, Expr]:
        """Equal for facts that say the same, whatever their letters are called."""
        return self.kind, canonical(self.left, self.letters), canonical(self.right, self.letters)

    @cached_property
    def outline(self) -> Outline:
        """What it says up to names; the kind is no part of it."""
        return outline_of(*self.letters, self.left, self.right)

    def says(self, other: Fact, names: Renaming | None = None) -> bool:
        """Whether both say the same, this one under other names, whatever their letters are called."""
        sides = ((self.left, other.left), (self.right, other.right))
        return self.kind == other.kind and all(same(a, b, self.letters, other.letters, names) for a, b in sides)

    def extent_of(self, letter: Dummy, shapes: Mapping[str, tuple[Expr, ...]]) -> Expr:
        """What a letter runs over: the axis that it reads, on the left side if it stands there."""
        for entry in (*nodes(self.left, Entry), *nodes(self.right, Entry)):
            for index, size in zip(entry.indices, shapes.get(entry.tensor, ()), strict=False):
                if index == letter:
                    return size
        raise ValueError(f"no axis says what {letter} runs over in {self.left} = {self.right}")


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
        # Another object than self.names, which keeps what it made.
        names = cache(replace(self.names))
        return (step.renamed(names) for step in self.origin)


@dataclass(frozen=True)
class Section:
    """How one derivative was derived: the chain rule's statement, the steps, and the equation they end in.

    It is the adjoint or the tangent of `tensor`, or its jacobian by the tensor `by`. `origin` is the section of the
    same form that was derived first; this one is it under other `names`. `parts` are the terms of the opening line,
    where each was derived apart: the steps then start from the sum of what they end in.
    """

    tensor: str
    opening: Expr
    steps: Sequence[Step]
    equation: Equation
    facts: tuple[Fact, ...] = ()
    origin: Section | None = None
    names: Renaming | None = None
    by: str = ""
    parts: tuple[Section, ...] = ()

    @property
    def rules(self) -> tuple[str, ...]:
        """The rule of each step; another name for a tensor does not change it."""
        own = self.origin or self
        return (*(rule for part in own.parts for rule in part.rules), *(step.rule for step in own.steps))


@dataclass(frozen=True)
class Proof:
    """Derivatives of a program, section by section, in the order in which they rest on each other.

    `mode` says which (a row of `modes`): in mode "grad" a section is the adjoint T_bar = d(output)/dT. What `of` names
    is differentiated, by what `wrt` names. The program itself may be what an earlier proof, `prior`, ended in. `forms`
    rewrite equations, given or derived, as equal ones that are safe to compute.
    """

    forward: Program
    wrt: tuple[str, ...]
    sections: tuple[Section, ...]
    slopes: tuple[Section, ...] = field(default=())
    with_value: bool = False
    mode: str = "grad"
    of: tuple[str, ...] = ()
    prior: Proof | None = None
    forms: tuple[Section, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "wrt", tuple(self.wrt))
        object.__setattr__(self, "of", tuple(self.of) or (self.forward.output.name,))

    @cached_property
    def _by_name(self) -> dict[str, Section]:
        return {s.equation.name: s for s in self.sections} | {s.tensor: s for s in self.sections if not s.by}

    def section(self, name: str) -> Section:
        """The section of a tensor, or of a derivative by its own name; KeyError names those there are."""
        if name not in self._by_name:
            known = ", ".join(s.equation.name for s in self.sections)
            raise KeyError(f"nothing was derived for {name!r}; there are {known}")
        return self._by_name[name]

    def adjoint(self, tensor: str) -> Equation:
        """The equation T_bar[...] = ... that was derived for `tensor`."""
        return self.section(tensor).equation

    @cached_property
    def plain(self) -> Program:
        """Forward equations followed by the derived ones, as they were given and derived."""
        return self._program(self.forward.equations + tuple(s.equation for s in self.sections))

    @cached_property
    def program(self) -> Program:
        """Forward equations followed by the derived ones, in their safe forms if there are any: a program like any."""
        if not self.forms:
            return self.plain
        safe = {form.equation.name: form.equation for form in self.forms}
        return self._program(tuple(safe.get(e.name, e) for e in self.plain.equations))

    def _program(self, equations: tuple[Equation, ...]) -> Program:
        return Program(
            equations,
            {**self.forward.tensors, **{t.name: t for t in derived_tensors(self)}},
            self.forward.parameters,
            self.forward.assumptions,
            self.forward.structures,
            derived=True,
        )

    @cached_property
    def shapes(self) -> Mapping[str, tuple[Expr, ...]]:
        """The extents of every tensor: those of the program, those derived, and those given."""
        return {t.name: t.extents for t in (*self.forward.tensors.values(), *derived_tensors(self))}

    @cached_property
    def results(self) -> Mapping[Any, str]:
        """What was asked for, and the name of the tensor that is it."""
        return MODES[self.mode].results(self)


def derived_tensors(proof: Proof) -> Iterator[Tensor]:
    """Name and extents of what the proof's sections define and of the tangents or cotangents that they are given."""
    mode, program = MODES[proof.mode], proof.forward
    yield from mode.given(program, proof.wrt)
    for section in proof.sections:
        yield Tensor(section.equation.name, mode.extents(program, section.tensor, section.by))


__all__ = [
    "MODES",
    "SECOND",
    "Entry",
    "Equation",
    "Fact",
    "Partial",
    "Program",
    "Proof",
    "RenamedSteps",
    "Renaming",
    "Section",
    "Step",
    "derived_tensors",
    "same",
    "tensors",
]
