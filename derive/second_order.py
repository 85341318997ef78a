"""Second order: forward mode over the program that a gradient's derivation ends in."""

from __future__ import annotations

from collections.abc import Sequence

from derive.backprop import grad
from derive.derivation import Derivation
from derive.equation import Program
from derive.forward_mode import jacobians, tangents


def hessian(program: Program, wrt: str | Sequence[str] | None = None) -> Derivation:
    """d2L/(du[p] dv[q]) for each pair (u, v) in `wrt`: the axes of u first, then those of v.

    >>> from derive.parse import parse
    >>> hessian(parse("L = sum[i,j](x[i]*A[i,j]*x[j])"), "x").section("x_bar_wrt_x").equation.rhs
    A[_i,_i] + A[_i,_i]
    """
    first = grad(program, wrt)
    return jacobians(first.program, first.wrt, _gradients(first), "hessian", first)


def hvp(program: Program, wrt: str | Sequence[str] | None = None) -> Derivation:
    """sum over v of sum_q d2L/(du[p] dv[q]) v_dot[q] for each u in `wrt`; the tangents v_dot are inputs.

    >>> from derive.parse import parse
    >>> hvp(parse("L = sum[i](x[i]**3)")).section("x_bar").equation.rhs
    6*x[_i]*x_dot[_i]
    """
    first = grad(program, wrt)
    return tangents(first.program, first.wrt, _gradients(first), "hvp", first)


def _gradients(first: Derivation) -> tuple[str, ...]:
    return tuple(first.results[v] for v in first.wrt)


__all__ = ["hessian", "hvp"]
