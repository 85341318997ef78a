"""Equations and programs: frozen, and checked when they are made."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, count
from types import MappingProxyType

from sympy import Dummy, Expr, Symbol

from derive.index import ALONG, REDUCTIONS, Binder, Call, Delta, Entry, canonical, letter, tensors
from derive.pages.latex import TEXT, aligned_equations, render_equation
from derive.trees import nodes

RESERVED = frozenset({"integer", "input", "parameter", "assume", "size", *REDUCTIONS, *ALONG})
# W_bar, Z_dot, A_wrt_W, and with a number where a program that is derived already has the plain name.
DERIVED = re.compile(r"(_bar\d*|_dot\d*|_wrt_\w+)+\Z")


class ProgramError(ValueError):
    """What was written is not a program: the message says what was asked, what was found and what to do."""


def check_name(name: str, derived: bool = False) -> str:
    """The name itself if a tensor may bear it; `derived` allows what names of derivatives end in."""
    stem = DERIVED.sub("", name) if derived else name
    # Generated code bears these names, and Python reads an identifier in its normal form.
    if not name.isidentifier() or unicodedata.normalize("NFKC", name) != name:
        raise ProgramError(f"{name!r} is no name for a tensor; use letters, digits and _")
    if keyword.iskeyword(name) or "__" in stem:
        raise ProgramError(f"{name!r} is no name for a tensor; use letters, digits and _, and no Python keyword")
    if name in RESERVED or (not derived and DERIVED.search(name)):
        raise ProgramError(f"the name {name!r} is reserved; choose another")
    return name


@dataclass(frozen=True)
class Tensor:
    """Name, extents (one an axis: a number or a symbol), and whether it holds integers."""

    name: str
    extents: tuple[Expr, ...] = ()
    integer: bool = False


@dataclass(frozen=True)
class Equation:
    """name[indices] = rhs, element by element; the indices are dummies that only this equation owns."""

    name: str
    indices: tuple[Dummy, ...]
    rhs: Expr

    def __post_init__(self) -> None:
        if len(set(self.indices)) != len(self.indices):
            raise ProgramError(f"{self.name}: an index stands twice on the left side")
        _check_binders(self)

    @cached_property
    def lhs(self) -> Entry:
        return Entry(self.name, *self.indices)

    def _repr_latex_(self) -> str:
        return aligned_equations([self])

    @cached_property
    def key(self) -> tuple[str, Expr]:
        """Equal for equations that are equal up to the names of their letters."""
        return self.name, canonical(self.rhs, self.indices)

    @cached_property
    def letters(self) -> frozenset[Dummy]:
        """The indices and every letter that is bound on the right side."""
        bound = (d for node in nodes(self.rhs, Binder) for d in node.letters)
        return frozenset(self.indices).union(bound)

    @cached_property
    def reads(self) -> frozenset[str]:
        return tensors(self.rhs)

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """All that is read of tensors on the right side, and the left side."""
        return (*nodes(self.rhs, Entry), self.lhs)

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        return tuple(nodes(self.rhs, Call))


def _check_binders(equation: Equation) -> None:
    loose = {s for s in equation.rhs.free_symbols if isinstance(s, Dummy)} - set(equation.indices)
    if loose:
        names = ", ".join(sorted(d.name for d in loose))
        raise ProgramError(f"{equation.name}: index {names} is neither on the left nor summed")


@dataclass(frozen=True)
class Assumption:
    """left == right for all values of the indices, used only after differentiation; or a declared structure."""

    left: Expr
    right: Expr
    indices: tuple[Dummy, ...] = ()


def _symmetric(name: str) -> Assumption:
    i, j = letter("i"), letter("j")
    return Assumption(Entry(name, i, j), Entry(name, j, i), (i, j))


def _diagonal(name: str) -> Assumption:
    i, j = letter("i"), letter("j")
    return Assumption(Entry(name, i, j), Delta(i, j) * Entry(name, i, j), (i, j))


STRUCTURES: Mapping[str, Callable[[str], Assumption]] = {"symmetric": _symmetric, "diagonal": _diagonal}


@dataclass(frozen=True, repr=False)
class Program:
    """An ordered list of equations, each reading inputs and tensors defined before it."""

    equations: tuple[Equation, ...]
    tensors: Mapping[str, Tensor]
    parameters: tuple[str, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    structures: Mapping[str, str] = field(default_factory=dict)
    derived: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "tensors", MappingProxyType(dict(self.tensors)))
        if not self.equations:
            raise ProgramError("a program needs at least one equation, such as  L = sum[i](x[i]**2)")
        _check_order(self)
        _check_axes(self)
        for name in self.parameters:
            if name not in self.inputs:
                raise ProgramError(
                    f"parameter {name}: no equation reads such an input; inputs are {_list(self.inputs)}"
                )

    def __repr__(self) -> str:
        return "\n".join(render_equation(equation, TEXT) for equation in self.equations)

    def _repr_latex_(self) -> str:
        return aligned_equations(self.equations)

    @cached_property
    def defined(self) -> dict[str, Equation]:
        return {e.name: e for e in self.equations}

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """Names of the tensors that no equation defines, in the order in which they are declared or read."""
        return tuple(name for name in self.tensors if name not in self.defined)

    def structure(self, name: str) -> Assumption | None:
        """What is declared of a tensor: symmetric A[i,j] = A[j,i], diagonal A[i,j] = delta(i,j) A[i,j]."""
        word = self.structures.get(name)
        return STRUCTURES[word](name) if word is not None else None

    @property
    def output(self) -> Tensor:
        return self.tensors[self.equations[-1].name]

    def __getitem__(self, name: str) -> Equation:
        if name not in self.defined:
            raise ProgramError(f"no equation defines {name}; defined are {_list(self.defined)}")
        return self.defined[name]

    def equations_of(self, name: str) -> tuple[Equation, ...]:
        """The equation that defines `name`, or none."""
        return (self.defined[name],) if name in self.defined else ()

    def extents(self, name: str) -> tuple[Expr, ...]:
        return self.tensors[name].extents

    @cached_property
    def names(self) -> frozenset[str]:
        """Names that no letter may bear beside them: of tensors and of symbolic extents."""
        return frozenset({*self.tensors, *(size.name for size in self.axis_of)})

    @cached_property
    def influencers(self) -> frozenset[str]:
        """Tensors that the output is or is computed from."""
        reached = {self.output.name}
        for equation in reversed(self.equations):
            if equation.name in reached:
                reached |= equation.reads
        return frozenset(reached)

    @cached_property
    def readers(self) -> Mapping[str, tuple[Equation, ...]]:
        """For each tensor the equations that read it and influence the output."""
        found: dict[str, list[Equation]] = {}
        for equation in self.equations:
            for name in equation.reads if equation.name in self.influencers else ():
                found.setdefault(name, []).append(equation)
        return {name: tuple(equations) for name, equations in found.items()}

    def dependents(self, names: Iterable[str]) -> frozenset[str]:
        """The named tensors and all that are computed from them."""
        start = frozenset(names)
        if start not in self._dependents:
            moving = set(start)
            for equation in self.equations:
                if equation.reads & moving:
                    moving.add(equation.name)
            self._dependents[start] = frozenset(moving)
        return self._dependents[start]

    @cached_property
    def _dependents(self) -> dict[frozenset[str], frozenset[str]]:
        return {}

    @cached_property
    def bar(self) -> str:
        """What names of adjoints end in: _bar, or _bar2, _bar3 ... where that would name a tensor of the program."""
        return self._ending("_bar")

    @cached_property
    def dot(self) -> str:
        """What names of tangents end in."""
        return self._ending("_dot")

    def _ending(self, mark: str) -> str:
        endings = chain([mark], (f"{mark}{number}" for number in count(2)))
        return next(e for e in endings if not any(name + e in self.tensors for name in self.tensors))

    @cached_property
    def axis_of(self) -> dict[Symbol, tuple[str, int]]:
        """For each symbolic extent an axis that has it: inputs first."""
        found: dict[Symbol, tuple[str, int]] = {}
        for name in (*self.inputs, *self.defined):
            for axis, size in enumerate(self.extents(name)):
                if isinstance(size, Symbol):
                    found.setdefault(size, (name, axis))
        return found


def _list(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"


def _check_order(program: Program) -> None:
    known = set(program.tensors) - {e.name for e in program.equations}
    for equation in program.equations:
        check_name(equation.name, program.derived)
        if equation.name in known:
            raise ProgramError(f"{equation.name} is defined twice")
        unknown = equation.reads - known
        if equation.name in unknown:
            raise ProgramError(f"{equation.name} reads itself; unroll a recurrence into one equation a step")
        if unknown:
            raise ProgramError(f"{equation.name} reads {_list(sorted(unknown))} before its definition")
        known.add(equation.name)


def _check_axes(program: Program) -> None:
    for equation in program.equations:
        for entry in equation.entries:
            axes = len(program.extents(entry.tensor))
            if len(entry.indices) != axes:
                raise ProgramError(
                    f"{equation.name}: {entry} has {len(entry.indices)} indices, but {entry.tensor} has {axes} axes"
                )
        for call in equation.calls:
            for name in call.tensors:
                if name.name not in program.tensors:
                    raise ProgramError(f"{equation.name}: {call.head} reads {name.name}, which is not known")
