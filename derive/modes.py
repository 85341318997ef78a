"""What a derivative is, mode by mode: its name, its axes, and the chain rule that its section opens with.

A mode is one row. The kernel reads the same rows, so that a section can start from nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Protocol

from sympy import Dummy, Expr, Integer, Mul, Tuple

from derive.equation import Equation, Program, Tensor
from derive.index import Entry, Partial, Reduce, letter, refresh
from derive.trees import walk

Names = Sequence[str]


class Goal(Protocol):
    """What is asked for: derivatives of the tensors `of` by the tensors `wrt`."""

    @property
    def forward(self) -> Program: ...
    @property
    def wrt(self) -> tuple[str, ...]: ...
    @property
    def of(self) -> tuple[str, ...]: ...


class Mode(Protocol):
    """One way to differentiate a program; `fact` is what a later section calls an equation derived before.

    `made_of` names what the opening line is built of besides the program's equations: alike for sections of one form.
    `parts` are modes whose opening lines add up to this one's, where its terms are derived apart.
    """

    @property
    def fact(self) -> str: ...
    def name(self, program: Program, tensor: str, by: str) -> str: ...
    def extents(self, program: Program, tensor: str, by: str) -> tuple[Expr, ...]: ...
    def given(self, program: Program, wrt: Names) -> Iterator[Tensor]: ...
    def equations(self, program: Program, tensor: str) -> tuple[Equation, ...]: ...
    def rests_on(self, program: Program, tensor: str, by: str, wrt: Names) -> tuple[str, ...]: ...
    def made_of(self, program: Program, tensor: str, by: str, wrt: Names) -> Iterator[Tuple]: ...
    def opening(self, program: Program, tensor: str, by: str, wrt: Names, indices: Sequence[Dummy]) -> Expr: ...
    def parts(self, program: Program, tensor: str) -> Sequence[Mode]: ...
    def results(self, goal: Goal) -> Mapping[Any, str]: ...


@dataclass(frozen=True)
class Reverse:
    """T_bar[p] = sum over the equations C that read T of sum_o C_bar[o] dC[o]/dT[p].

    The output's own adjoint is 1, or is given as a cotangent. With a `reader`, the term of that equation alone.
    """

    seeded: bool
    fact: str = "adjoint"
    reader: str = ""

    def name(self, program: Program, tensor: str, by: str) -> str:
        return tensor + program.bar

    def extents(self, program: Program, tensor: str, by: str) -> tuple[Expr, ...]:
        return program.extents(tensor)

    def given(self, program: Program, wrt: Names) -> Iterator[Tensor]:
        if not self.seeded:
            yield Tensor(self.name(program, program.output.name, ""), program.output.extents)

    def equations(self, program: Program, tensor: str) -> tuple[Equation, ...]:
        return program.readers.get(tensor, ()) if not self.reader else program.equations_of(self.reader)

    def parts(self, program: Program, tensor: str) -> Sequence[Mode]:
        readers = self.equations(program, tensor)
        return [replace(self, reader=e.name) for e in readers] if len(readers) > 1 else ()

    def rests_on(self, program: Program, tensor: str, by: str, wrt: Names) -> tuple[str, ...]:
        given = {t.name for t in self.given(program, wrt)}
        names = (self.name(program, e.name, by) for e in self.equations(program, tensor))
        return tuple(n for n in names if n not in given)

    def made_of(self, program: Program, tensor: str, by: str, wrt: Names) -> Iterator[Tuple]:
        yield Tuple(Integer(tensor == program.output.name))
        for reader in self.equations(program, tensor):
            yield Tuple(Entry(self.name(program, reader.name, by)), *program.extents(reader.name))

    def opening(self, program: Program, tensor: str, by: str, wrt: Names, indices: Sequence[Dummy]) -> Expr:
        total: Expr = Integer(int(tensor == program.output.name))
        for reader in self.equations(program, tensor):
            cotangent = Entry(self.name(program, reader.name, by), *reader.indices)
            term = cotangent * Partial(reader.rhs, Entry(tensor, *indices))
            total += Reduce("sum", term, reader.indices, program.extents(reader.name))
        return total

    def results(self, goal: Goal) -> Mapping[Any, str]:
        return {v: self.name(goal.forward, v, "") for v in goal.wrt}


@dataclass(frozen=True)
class Tangent:
    """T_dot[o] = sum over the tensors U that T's equation reads of sum_p dT[o]/dU[p] U_dot[p].

    The tangents of `wrt` are given.
    """

    fact: str = "tangent"

    def name(self, program: Program, tensor: str, by: str) -> str:
        return tensor + program.dot

    def extents(self, program: Program, tensor: str, by: str) -> tuple[Expr, ...]:
        return program.extents(tensor)

    def given(self, program: Program, wrt: Names) -> Iterator[Tensor]:
        for v in wrt:
            yield Tensor(self.name(program, v, ""), program.extents(v))

    def equations(self, program: Program, tensor: str) -> tuple[Equation, ...]:
        return program.equations_of(tensor)

    def parts(self, program: Program, tensor: str) -> Sequence[Mode]:
        return ()

    def rests_on(self, program: Program, tensor: str, by: str, wrt: Names) -> tuple[str, ...]:
        return tuple(self.name(program, u, by) for u in moving_reads(program, tensor, wrt) if u not in wrt)

    def made_of(self, program: Program, tensor: str, by: str, wrt: Names) -> Iterator[Tuple]:
        for u in moving_reads(program, tensor, wrt):
            yield Tuple(Entry(u), Entry(self.name(program, u, by)), *program.extents(u))

    def opening(self, program: Program, tensor: str, by: str, wrt: Names, indices: Sequence[Dummy]) -> Expr:
        total: Expr = Integer(0)
        for u, right in _moving_parts(program, tensor, wrt, indices):
            letters = read_letters(program, u)
            term = Partial(right, Entry(u, *letters)) * Entry(self.name(program, u, by), *letters)
            total += refresh(Reduce("sum", term, letters, program.extents(u)))
        return total

    def results(self, goal: Goal) -> Mapping[Any, str]:
        return {t: self.name(goal.forward, t, "") for t in goal.of}


@dataclass(frozen=True)
class Jacobian:
    """T_wrt_v[o,q] = dT[o]/dv[q] = sum over the tensors U that T's equation reads of sum_p dT[o]/dU[p] U_wrt_v[p,q]."""

    fact: str = "tangent"

    def name(self, program: Program, tensor: str, by: str) -> str:
        return f"{tensor}_wrt_{by}"

    def extents(self, program: Program, tensor: str, by: str) -> tuple[Expr, ...]:
        return program.extents(tensor) + program.extents(by)

    def given(self, program: Program, wrt: Names) -> Iterator[Tensor]:
        return iter(())

    def equations(self, program: Program, tensor: str) -> tuple[Equation, ...]:
        return program.equations_of(tensor)

    def parts(self, program: Program, tensor: str) -> Sequence[Mode]:
        return ()

    def rests_on(self, program: Program, tensor: str, by: str, wrt: Names) -> tuple[str, ...]:
        return tuple(self.name(program, u, by) for u in moving_reads(program, tensor, (by,)) if u != by)

    def made_of(self, program: Program, tensor: str, by: str, wrt: Names) -> Iterator[Tuple]:
        yield Tuple(Entry(by), *program.extents(by))
        for u in moving_reads(program, tensor, (by,)):
            yield Tuple(Integer(u == by), Entry(u), Entry(self.name(program, u, by)), *program.extents(u))

    def opening(self, program: Program, tensor: str, by: str, wrt: Names, indices: Sequence[Dummy]) -> Expr:
        if tensor == by:
            raise ValueError(f"{tensor} by itself is no section: its jacobian is the identity")
        axes = len(program.extents(tensor))
        total: Expr = Integer(0)
        for u, right in _moving_parts(program, tensor, (by,), indices[:axes]):
            if u == by:
                total += Partial(right, Entry(u, *indices[axes:]))
                continue
            letters = read_letters(program, u)
            known = Entry(self.name(program, u, by), *letters, *indices[axes:])
            term = Partial(right, Entry(u, *letters)) * known
            total += refresh(Reduce("sum", term, letters, program.extents(u)))
        return total

    def results(self, goal: Goal) -> Mapping[Any, str]:
        return {v: self.name(goal.forward, goal.of[0], v) for v in goal.wrt}


@dataclass(frozen=True)
class Hessian(Jacobian):
    """The jacobian of each gradient of an earlier proof: (u, v) is d(u_bar)/dv."""

    def results(self, goal: Goal) -> Mapping[Any, str]:
        pairs = zip(goal.wrt, goal.of, strict=True)
        return {(u, v): self.name(goal.forward, bar, v) for u, bar in pairs for v in goal.wrt}


@dataclass(frozen=True)
class SecondTangent(Tangent):
    """The tangent of each gradient of an earlier proof: v is d(v_bar) along the tangents given."""

    def results(self, goal: Goal) -> Mapping[Any, str]:
        return {v: self.name(goal.forward, bar, "") for v, bar in zip(goal.wrt, goal.of, strict=True)}


@dataclass(frozen=True)
class GaussNewton(Jacobian):
    """G[q,r] = sum_o sum_p dZ[o]/du[q] d2L/(dZ[o] dZ[p]) dZ[p]/dv[r], of derivatives that the program names.

    Earlier proofs derived these: Z_wrt_u, Z_bar_wrt_Z and Z_wrt_v.
    """

    fact: str = "forward"

    def name(self, program: Program, tensor: str, by: str) -> str:
        return f"gauss_newton_wrt_{tensor}_wrt_{by}"

    def equations(self, program: Program, tensor: str) -> tuple[Equation, ...]:
        z, second = _prediction(program)
        slopes = {f"{z}_wrt_{v}" for v in program.tensors}
        return tuple(e for e in program.equations if e.name == second or e.name in slopes)

    def rests_on(self, program: Program, tensor: str, by: str, wrt: Names) -> tuple[str, ...]:
        return ()

    def made_of(self, program: Program, tensor: str, by: str, wrt: Names) -> Iterator[Tuple]:
        z, second = _prediction(program)
        for name in (f"{z}_wrt_{tensor}", second, f"{z}_wrt_{by}"):
            yield Tuple(Entry(name), *program.extents(name))

    def opening(self, program: Program, tensor: str, by: str, wrt: Names, indices: Sequence[Dummy]) -> Expr:
        z, second = _prediction(program)
        axes, extents = len(program.extents(tensor)), program.extents(z)
        left, right = read_letters(program, z), read_letters(program, z)
        factors = (
            Entry(f"{z}_wrt_{tensor}", *left, *indices[:axes]),
            Entry(second, *left, *right),
            Entry(f"{z}_wrt_{by}", *right, *indices[axes:]),
        )
        return Reduce("sum", Mul(*factors), (*left, *right), (*extents, *extents))

    def results(self, goal: Goal) -> Mapping[Any, str]:
        return {(u, v): self.name(goal.forward, u, v) for u in goal.wrt for v in goal.wrt}


def _prediction(program: Program) -> tuple[str, str]:
    """Z, the last tensor whose second derivative Z_bar_wrt_Z the program has, and the name of that one."""
    for name in reversed(program.defined):
        for z in program.tensors:
            if re.fullmatch(rf"{z}_bar\d*_wrt_{z}", name):
                return z, name
    raise ValueError("the program has no second derivative of its output by a prediction")


def _firsts(prior: Any, wrt: Names) -> tuple[str, ...]:
    """The derivatives by `wrt` that an earlier proof ended in."""
    return tuple(prior.results[v] for v in wrt)


def _predicted(prior: Any, wrt: Names) -> tuple[str, ...]:
    """The prediction, where earlier proofs derived all that is named after it; ValueError if one did not."""
    z, second = _prediction(prior.program)
    made, proof = set[str](), prior
    while proof is not None:
        made |= {section.equation.name for section in proof.sections}
        proof = proof.prior
    if not {second, *(f"{z}_wrt_{v}" for v in wrt)} <= made:
        raise ValueError(f"no earlier proof derived {second} and the jacobians of {z}")
    return (z,)


# For modes of a second derivative: what must be differentiated, by the earlier proof.
SECOND: Mapping[str, Callable[[Any, Names], tuple[str, ...]]] = MappingProxyType(
    {"hessian": _firsts, "hvp": _firsts, "gauss_newton": _predicted}
)


def moving_reads(program: Program, tensor: str, wrt: Names) -> list[str]:
    """The tensors that the equation of `tensor` reads and that depend on `wrt`, in the program's order."""
    moving = program.dependents(wrt)
    return [u for u in program.tensors if u in moving and any(u in e.reads for e in program.equations_of(tensor))]


def _moving_parts(program: Program, tensor: str, wrt: Names, indices: Sequence[Dummy]) -> Iterator[tuple[str, Expr]]:
    for equation in program.equations_of(tensor):
        right = refresh(equation.rhs).xreplace(dict(zip(equation.indices, indices, strict=True)))
        yield from ((u, right) for u in moving_reads(program, tensor, wrt))


def read_letters(program: Program, tensor: str) -> tuple[Dummy, ...]:
    """Fresh letters for the axes of a tensor, named as where it is defined or, for an input, first read."""
    axes = len(program.extents(tensor))
    places = [e.indices for e in program.equations_of(tensor)] or [e.indices for e in _reads(program, tensor)]
    letters = [[i for i in indices if isinstance(i, Dummy)] for indices in places]
    apart = next(([i.name for i in own] for own in letters if len(set(own)) == axes), list("pqrstuvw"[:axes]))
    return tuple(letter(name) for name in apart)


def _reads(program: Program, tensor: str) -> Iterator[Entry]:
    for reader in program.readers.get(tensor, ()):
        yield from (e for e in walk(reader.rhs) if isinstance(e, Entry) and e.tensor == tensor)


MODES: Mapping[str, Mode] = MappingProxyType(
    {
        "grad": Reverse(seeded=True),
        "vjp": Reverse(seeded=False),
        "jvp": Tangent(),
        "jacobian": Jacobian(),
        "hessian": Hessian(),
        "hvp": SecondTangent(),
        "gauss_newton": GaussNewton(),
    }
)
