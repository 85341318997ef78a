"""Which derivations are certified for all extents: the library's losses, objectives and layers, and any program."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from derive.backprop import grad
from derive.derivation import Derivation
from derive.equation import Program
from derive.layers import LAYERS
from derive.losses import LOSSES
from derive.objectives import OBJECTIVES
from derive.operations import Operation
from derive.parse import parse
from proofs.certificates.claims import Claim, Gap, family, maker, word
from proofs.certificates.indexed.certificate import indexed
from proofs.certificates.indexed.polynomials import Unproved
from proofs.certificates.indexed.reading import Unsayable

# Tensors that say what is true or how much it counts; nobody differentiates by them.
GIVEN = frozenset({"Y", "M", "m", "w", "Cotangent"})


@maker("indexed")
def of_program(derivation: Derivation, label: str) -> Iterator[Claim]:
    """The gradient of a program with axes, for all extents."""
    if derivation.mode == "grad" and any(t.extents for t in derivation.forward.tensors.values()):
        yield for_all_extents(derivation, word(f"{label}_for_all"))


def for_all_extents(derivation: Derivation, name: str) -> Claim:
    """The certificate, or the gap with its reason."""
    try:
        return indexed(derivation, name)
    except Unsayable as why:
        return Gap(name, f"{name}: for all extents", f"no statement says {why}")
    except Unproved as why:
        return Gap(name, f"{name}: for all extents", f"no proof was found of {why}"[:200])


def with_output_paired(row: Operation) -> Program:
    """A layer followed by the sum of its output times a cotangent: its gradient is the vector-jacobian product."""
    letters = ",".join(i.name for i in parse(row.text()).equations[-1].indices)
    return parse(f"{row.text()}\nLoss = sum[{letters}]({row.output}[{letters}]*Cotangent[{letters}])")


def varied(program: Program) -> list[str]:
    """The inputs that somebody differentiates by."""
    return [v for v in program.inputs if v not in GIVEN and not program.tensors[v].integer]


def programs() -> Mapping[str, Program]:
    """Every loss, objective and layer of the library."""
    return {name: program_of(name) for name in (*LOSSES, *OBJECTIVES, *LAYERS)}


def program_of(name: str) -> Program:
    """A loss or objective of the library, or a layer with its output paired."""
    if name in LAYERS:
        return with_output_paired(LAYERS[name])
    return parse((LOSSES if name in LOSSES else OBJECTIVES)[name].text())


@family("for_all_extents")
def library() -> Iterator[Claim]:
    """Every loss, objective and layer, by what it is differentiated by, for all extents."""
    for name, program in programs().items():
        yield for_all_extents(grad(program, varied(program)), word(f"{name}_for_all"))
