"""What names of derivatives mean on a page: A_wrt_W is dA/dW, and w_bar_wrt_w of a loss L is d2L/dw dw."""

from __future__ import annotations

from collections.abc import Iterator

from derive.equation import Program
from derive.pages.styles import DerivativeName
from derive.steps import Proof

BY = "_wrt_"
CALLED = ("G", "GN", "gauss_newton_wrt_")


def derivative_names(proof: Proof) -> dict[str, DerivativeName]:
    """The derivatives that the proof, those before it, and its program speak of, by the names of their tensors.

    >>> from derive.parse import parse
    >>> from derive.second_order import hessian
    >>> derivative_names(hessian(parse("L = sum[i](x[i]**3)")))["x_bar_wrt_x"]
    DerivativeName(of='L', by=('x', 'x'), axes=(0, 1, 1), alone=True, called='')
    """
    found = dict(_of_program(proof.forward))
    for one in proofs(proof):
        found |= dict(_gauss_newton(one))
        gradients = _gradients(one.prior) if one.prior is not None else {}
        alone = one.mode == "hessian" and len(one.results) == 1
        for section in one.sections if one.mode != "gauss_newton" else ():
            if section.by:
                by, axes = (section.by,), (len(one.forward.extents(section.by)),)
                inputs = one.prior is not None and section.by in first(one).forward.inputs
                # Only of tensors that nothing else is computed from: d2L/dZ dw would leave open what is held fixed.
                known = gradients.get(section.tensor) or found.get(section.tensor) if inputs else None
                known = known or DerivativeName(section.tensor, (), (len(one.forward.extents(section.tensor)),))
                made = DerivativeName(known.of, known.by + by, known.axes + axes, alone)
                found[section.equation.name] = made
    return found


def proofs(proof: Proof) -> list[Proof]:
    """The proofs that this one rests on, the first one first, and itself."""
    return [*(proofs(proof.prior) if proof.prior is not None else []), proof]


def first(proof: Proof) -> Proof:
    """The proof that no other stands before: its program is the one that was given."""
    return proofs(proof)[0]


def _gradients(prior: Proof) -> dict[str, DerivativeName]:
    program = prior.forward
    if prior.mode != "grad":
        return {}
    axes = {v: (0, len(program.extents(v))) for v in prior.wrt}
    asked = [v for v in prior.wrt if v in program.inputs]
    return {prior.results[v]: DerivativeName(program.output.name, (v,), axes[v]) for v in asked}


def _gauss_newton(proof: Proof) -> Iterator[tuple[str, DerivativeName]]:
    """G for each pair; by another name where the program has a G."""
    if proof.mode == "gauss_newton":
        called = next(name for name in CALLED if name not in proof.forward.tensors)
        for (u, v), name in proof.results.items():
            axes = tuple(len(proof.forward.extents(t)) for t in (u, v))
            yield (
                name,
                DerivativeName(first(proof).forward.output.name, (u, v), (0, *axes), len(proof.wrt) == 1, called),
            )


def _of_program(program: Program) -> Iterator[tuple[str, DerivativeName]]:
    """The derivatives that a program names when it is one that was derived: both sides of `_wrt_` are its tensors."""
    for name, tensor in program.tensors.items():
        parts = name.split(BY)
        for at in range(1, len(parts)):
            of, by = BY.join(parts[:at]), BY.join(parts[at:])
            if of in program.tensors and by in program.tensors:
                axes = len(program.extents(of)), len(program.extents(by))
                if sum(axes) == len(tensor.extents):
                    yield name, DerivativeName(of, (by,), axes)
