"""Gauss-Newton: G = J^T H J with J = dZ/dw and H = d2L/dZ dZ, for a loss that is a function of a prediction Z.

Four proofs stand before it, each on the program that the last one ended in: dL/dZ, d2L/dZ dZ, dZ/dw and, where that
reads nothing that depends on w, d2Z/dw dw = 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from derive.backprop import wanted
from derive.derivation import Derivation
from derive.equation import Program, ProgramError
from derive.forward_mode import jacobian, jacobians
from derive.pages.curvature_facts import passed_by
from derive.second_order import hessian
from derive.sections import Sections
from derive.steps import Proof


def gauss_newton(program: Program, wrt: str | Sequence[str] | None = None, through: str | None = None) -> Derivation:
    """G[q,r] = sum_o sum_p dZ[o]/du[q] d2L/(dZ[o] dZ[p]) dZ[p]/dv[r] for each pair (u, v) in `wrt`.

    `through` names the prediction Z. Without it Z is what L is a function of and is linear in `wrt`, where G is the
    hessian; if nothing is linear, the only tensor that L is a function of. ProgramError lists them if there are more.

    >>> from derive.parse import parse
    >>> program = parse("Z[i] = x[i]*w" + chr(10) + "L = sum[i]((Z[i] - y[i])**2)/2")
    >>> gauss_newton(program, "w").section("gauss_newton_wrt_w_wrt_w").equation.rhs
    Reduce(sum, x[_i]**2, (_i,), (n,))
    """
    names = wanted(program, wrt)
    z = _chosen(program, names, through)
    curvature = hessian(program, z)
    slopes = jacobians(curvature.program, names, (z,), "jacobian", curvature)
    prior = _linear(slopes) if _constant(slopes) else slopes
    sections = Sections(prior.program, names, "gauss_newton", inline=True)
    for u in names:
        for v in names:
            sections.write(u, v)
    return Derivation(prior.program, names, tuple(sections.made.values()), (), False, "gauss_newton", (z,), prior)


def _constant(slopes: Proof) -> bool:
    """Whether no jacobian reads anything that depends on what it is by."""
    return slopes.program.dependents(slopes.wrt).isdisjoint(slopes.results.values())


def _linear(slopes: Derivation) -> Derivation:
    """d2Z/du dv = 0 for each pair."""
    return jacobians(slopes.program, slopes.wrt, tuple(slopes.results.values()), "hessian", slopes)


# ---------------------------------------------------------------- the prediction


def predictions(program: Program, wrt: Sequence[str]) -> list[str]:
    """Tensors that the output reads `wrt` through alone, in the program's order.

    >>> from derive.parse import parse
    >>> predictions(parse("Z = x*w" + chr(10) + "P = exp(Z)" + chr(10) + "L = P*y"), ["w"])
    ['Z', 'P']
    """
    moving = program.dependents(wrt) - {program.output.name, *wrt}
    return [e.name for e in program.equations if e.name in moving and not passed_by(program, wrt, e.name)]


def _chosen(program: Program, wrt: tuple[str, ...], through: str | None) -> str:
    """The prediction that was named, or the last one that is linear, or the only one."""
    known = predictions(program, wrt)
    if through is not None:
        return _named(program, wrt, through, known)
    linear = list(takewhile(lambda z: _constant(jacobian(_until(program, z), wrt)), known))
    if not linear and len(known) != 1:
        raise ProgramError(_unclear(program.output.name, ", ".join(wrt), known))
    return (linear or known)[-1]


def _named(program: Program, wrt: tuple[str, ...], through: str, known: Sequence[str]) -> str:
    if through not in known:
        raise ProgramError(
            f"through names {through!r}, but {program.output.name} is no function of it and of what does not depend"
            f" on {', '.join(wrt)}; such tensors: {', '.join(known) or 'none'}"
        )
    return through


def _unclear(output: str, by: str, known: Sequence[str]) -> str:
    if known:
        return (
            f"{output} is a function of each of {', '.join(known)}, none linear in {by}: each has another"
            f' Gauss-Newton matrix; name the prediction, such as through="{known[0]}"'
        )
    return (
        f"{output} reads {by} through no single tensor; give the prediction an equation of its own, such as"
        " Z[i] = ..., that the loss reads, and add penalties on it afterwards"
    )


def _until(program: Program, tensor: str) -> Program:
    """The program with the tensor as its output."""
    equations = program.equations[: [e.name for e in program.equations].index(tensor) + 1]
    later = {e.name for e in program.equations} - {e.name for e in equations}
    return Program(
        equations,
        {n: t for n, t in program.tensors.items() if n not in later},
        structures=program.structures,
        derived=program.derived,
    )


__all__ = ["gauss_newton", "predictions"]
