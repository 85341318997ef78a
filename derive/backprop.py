"""Reverse mode over a program: the adjoint T_bar = d(output)/dT of each tensor, from the output back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derive.collector import collector_paused
from derive.derivation import Derivation
from derive.equation import Program, ProgramError
from derive.sections import Sections


def grad(program: Program, wrt: str | Sequence[str] | None = None) -> Derivation:
    """dL/dT for each tensor T in `wrt`: by default the parameters, or else every floating input.

    Raises ProgramError if the output is not a scalar or a name in `wrt` is no tensor of the program.
    """
    return reverse(program, wanted(program, wrt), "grad")


def value_and_grad(program: Program, wrt: str | Sequence[str] | None = None) -> Derivation:
    """Like `grad`; what is built from it returns the pair (L, gradients)."""
    return reverse(program, wanted(program, wrt), "grad", with_value=True)


def vjp(program: Program, wrt: str | Sequence[str] | None = None) -> Derivation:
    """sum_o f_bar[o] df[o]/dT for each tensor T in `wrt`, where the cotangent f_bar of the output f is an input.

    >>> from derive.parse import parse
    >>> vjp(parse("f[i] = x[i]**2")).adjoint("x").rhs
    2*f_bar[_i]*x[_i]
    """
    names = wanted(program, wrt)
    if program.output.name in names:
        raise ProgramError(f"wrt names the output {program.output.name}, whose adjoint is the cotangent that is given")
    return reverse(program, names, "vjp")


def wanted(program: Program, wrt: str | Sequence[str] | None) -> tuple[str, ...]:
    """The names in `wrt`, checked; without it the parameters, or else the floating inputs."""
    if wrt is None:
        floating = tuple(n for n in program.inputs if not program.tensors[n].integer)
        return program.parameters or floating
    names = tuple(n.strip() for n in wrt.split(",")) if isinstance(wrt, str) else tuple(wrt)
    known = ", ".join(program.tensors)
    for name in names:
        if name not in program.tensors:
            raise ProgramError(f"wrt names {name!r}, which is no tensor of the program; it has {known}")
        if program.tensors[name].integer:
            raise ProgramError(f"wrt names {name!r}, which holds integers: there is no derivative by it")
    return names


@collector_paused()
def reverse(program: Program, wrt: tuple[str, ...], mode: str, with_value: bool = False) -> Derivation:
    """The sections of all adjoints that `wrt` needs, those first that others rest on."""
    if mode == "grad":
        _demand_scalar(program)
    sections = Sections(program, wrt, mode)
    for name in _order(program, wrt, mode):
        sections.write(name)
    made, slopes = tuple(sections.made.values()), tuple(sections.slopes.values())
    return Derivation(program, wrt, made, slopes, with_value, mode)


def _demand_scalar(program: Program) -> None:
    if program.output.extents:
        axes = ", ".join(map(str, program.output.extents))
        raise ProgramError(
            f"the output {program.output.name} has extents ({axes}), but a gradient needs a scalar; sum it first,"
            " or ask for its jacobian or vjp"
        )


def _order(program: Program, wrt: tuple[str, ...], mode: str) -> Iterator[str]:
    """Tensors whose adjoint is needed, from the output back; a cotangent that is given is not derived."""
    needed = set(wrt)
    for equation in program.equations:
        if equation.reads & needed and equation.name in program.influencers:
            needed.add(equation.name)
    needed -= {program.output.name} if mode == "vjp" else set()
    yield from (e.name for e in reversed(program.equations) if e.name in needed)
    yield from (n for n in program.inputs if n in needed)


__all__ = ["grad", "reverse", "value_and_grad", "vjp", "wanted"]
