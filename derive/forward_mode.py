"""Forward mode over a program: tangents along a direction, and jacobians by every element of an input."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from derive.backprop import wanted
from derive.collector import collector_paused
from derive.derivation import Derivation
from derive.equation import Program, ProgramError
from derive.sections import Sections
from derive.steps import Proof


def jvp(program: Program, wrt: str | Sequence[str] | None = None) -> Derivation:
    """f_dot[o] = sum over v in `wrt` of sum_p df[o]/dv[p] v_dot[p], where the tangents v_dot are inputs.

    >>> from derive.parse import parse
    >>> jvp(parse("f[i] = x[i]**2")).section("f").equation.rhs
    2*x[_i]*x_dot[_i]
    """
    return tangents(program, _checked(program, wrt), (program.output.name,), "jvp")


def jacobian(program: Program, wrt: str | Sequence[str] | None = None) -> Derivation:
    """f_wrt_v[o,q] = df[o]/dv[q] for each v in `wrt`: the output's axes first, then those of v.

    >>> from derive.parse import parse
    >>> jacobian(parse("f[i] = sum[j](A[i,j]*x[j])"), "x").section("f_wrt_x").equation.rhs
    A[_i,_j]
    """
    return jacobians(program, _checked(program, wrt), (program.output.name,), "jacobian")


def _checked(program: Program, wrt: str | Sequence[str] | None) -> tuple[str, ...]:
    names = wanted(program, wrt)
    for name in names:
        if name == program.output.name:
            raise ProgramError(f"wrt names the output {name} itself; name what it is computed from")
    return names


def tangents(
    program: Program, wrt: tuple[str, ...], of: tuple[str, ...], mode: str, prior: Proof | None = None
) -> Derivation:
    """The sections of the tangents of `of`, and of all on the way to them from `wrt`."""
    sections = Sections(program, wrt, mode)
    for name in on_the_way(program, wrt, of):
        sections.write(name)
    made, slopes = tuple(sections.made.values()), tuple(sections.slopes.values())
    return Derivation(program, wrt, made, slopes, False, mode, of, prior)


@collector_paused()
def jacobians(
    program: Program, wrt: tuple[str, ...], of: tuple[str, ...], mode: str, prior: Proof | None = None
) -> Derivation:
    """The sections of the jacobians of `of` by each tensor of `wrt`, and of all on the way."""
    sections = Sections(program, wrt, mode, inline=True)
    for v in wrt:
        for name in on_the_way(program, (v,), of):
            sections.write(name, v)
    made, slopes = tuple(sections.made.values()), tuple(sections.slopes.values())
    return Derivation(program, wrt, made, slopes, False, mode, of, prior)


def on_the_way(program: Program, wrt: tuple[str, ...], of: Iterable[str]) -> list[str]:
    """What `of` is computed from that depends on `wrt`, in the program's order; each of `of` even if it does not."""
    moving, needed = program.dependents(wrt), set(of)
    for equation in reversed(program.equations):
        if equation.name in needed:
            needed |= equation.reads & moving
    return [e.name for e in program.equations if e.name in needed and e.name not in wrt]


__all__ = ["jacobian", "jacobians", "jvp", "on_the_way", "tangents"]
