"""What the page of a Gauss-Newton matrix ends in: whether it is the hessian, and where it is the Fisher information."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sympy import Expr

from derive.index import Entry, Reduce
from derive.modes import read_letters
from derive.pages.curvature_facts import is_hessian, labels
from derive.pages.derivative_names import first
from derive.pages.styles import DerivativeName
from derive.pages.view import Line, View

HESSIAN, SLOPE, BEND = "L_wrt_u_wrt_v", "L_wrt_Z", "Z_wrt_u_wrt_v"


def said_of(view: View) -> Iterator[Line]:
    """G of the first pair against the second derivative of L and its expectation; so it is for each pair."""
    view, proof = _with_names(view), view.proof
    equation = proof.section(next(iter(proof.results.values()))).equation
    second, drawn = Entry(HESSIAN, *equation.indices), labels(proof)
    right = second if is_hessian(proof) else second - _residual(view, equation.indices)
    yield Line(view.said(equation.lhs, equation), view.said(right, equation), _reason(view))
    if drawn:
        yield Line("", view.style.function % ("E", view.said(second, equation)), _fisher(view, drawn))


def _reason(view: View) -> str:
    proof, said = view.proof, "the hessian without the term of the residual"
    if is_hessian(proof):
        said = f"the hessian: {view.math(proof.of[0])} is linear in {', '.join(map(view.math, proof.wrt))}"
    return said + (", and so for each pair" if len(proof.results) > 1 else "")


def _fisher(view: View, drawn: tuple[str, ...]) -> str:
    """Why the expected second derivative is G, and what must hold for it to be the Fisher information."""
    style, named = view.style, ", ".join(map(view.math, drawn))
    slope = style.math % view.equal(style.function % ("E", view.name(SLOPE)), "0")
    loss = view.math(first(view.proof).forward.output.name)
    return (
        f"{named} is not read; the Fisher information if {loss} is a negative log-likelihood, in sum or mean,"
        f" and {named} is drawn from its model: {slope}"
    )


def _with_names(view: View) -> View:
    """The view that knows the second derivatives of L and of Z by the first pair, and the slope by Z."""
    proof = view.proof
    (z,), (u, v), loss = proof.of, next(iter(proof.results)), first(proof).forward.output.name
    shown, by_u, by_v = (len(proof.forward.extents(t)) for t in (z, u, v))
    names = {
        HESSIAN: DerivativeName(loss, (u, v), (0, by_u, by_v)),
        SLOPE: DerivativeName(loss, (z,), (0, shown)),
        BEND: DerivativeName(z, (u, v), (shown, by_u, by_v)),
    }
    return replace(view, style=replace(view.style, derivatives={**view.style.derivatives, **names}))


def _residual(view: View, indices: tuple[Expr, ...]) -> Expr:
    """sum over o of dL/dZ[o] d2Z[o]/du[q] dv[r]."""
    program, (z,) = view.proof.forward, view.proof.of
    letters = read_letters(program, z)
    return Reduce("sum", Entry(SLOPE, *letters) * Entry(BEND, *letters, *indices), letters, program.extents(z))
