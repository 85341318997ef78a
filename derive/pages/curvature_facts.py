"""What a Gauss-Newton matrix is the same as: the hessian, and the Fisher information. Read off what was derived."""

from __future__ import annotations

from collections.abc import Sequence

from derive.equation import Program
from derive.index import Compare, Where
from derive.pages.derivative_names import first, proofs
from derive.steps import Proof


def is_hessian(proof: Proof) -> bool:
    """Whether the derivation has d2Z/du dv = 0 for each pair, so that G is the hessian of L.

    >>> from derive.curvature import gauss_newton
    >>> from derive.parse import parse
    >>> is_hessian(gauss_newton(parse("Z = w**2*x" + chr(10) + "L = (Z - y)**2"), "w"))
    False
    """
    if passed_by(first(proof).forward, proof.wrt, proof.of[0]):
        return False
    return any(len(zero) == len(proof.results) for zero in map(_zeros, proofs(proof)[2:-1]))


def _zeros(proof: Proof) -> list[str]:
    pairs = proof.results.values() if proof.mode == "hessian" else ()
    return [name for name in pairs if proof.section(name).equation.rhs == 0]


def labels(proof: Proof) -> tuple[str, ...]:
    """Inputs that dL/dZ reads and neither Z nor d2L/dZ dZ does, so that G reads none of them; none if dL/dZ has cases.

    Drawn so that E[dL/dZ] = 0 they make G the expected hessian, whether Z is linear or not.

    >>> from derive.curvature import gauss_newton
    >>> from derive.parse import parse
    >>> labels(gauss_newton(parse("Z = w*x" + chr(10) + "L = exp(Z) - y*Z"), "w"))
    ('y',)
    >>> labels(gauss_newton(parse("Z = w*x" + chr(10) + "L = y*exp(Z)"), "w"))
    ()
    """
    (z,) = proof.of
    slope = first(proof).adjoint(z)
    second = proofs(proof)[1].section(f"{slope.name}_wrt_{z}").equation
    passed = passed_by(first(proof).forward, proof.wrt, z)
    if passed or second.rhs == 0 or slope.rhs.has(Where, Compare):
        return ()
    known = _inputs_of(proof.forward, z) | _inputs_of(proof.forward, second.name)
    drawn = _inputs_of(proof.forward, slope.name) - known - set(proof.wrt)
    return tuple(n for n in first(proof).forward.inputs if n in drawn)


def passed_by(program: Program, wrt: Sequence[str], tensor: str) -> bool:
    """Whether the output depends on `wrt` though the tensor is held fixed."""
    moving = set(wrt)
    for equation in program.equations:
        if equation.name != tensor and equation.reads & moving:
            moving.add(equation.name)
    return program.output.name in moving


def _inputs_of(program: Program, tensor: str) -> set[str]:
    """The inputs that a tensor is computed from."""
    needed = {tensor}
    for equation in reversed(program.equations):
        if equation.name in needed:
            needed |= equation.reads
    return needed & set(program.inputs)


__all__ = ["is_hessian", "labels", "passed_by"]
