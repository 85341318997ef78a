"""Lowering once what differs in names alone: the same statements as lowering each equation by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from sympy import Expr, Symbol

import derive
from derive import models
from derive.equation import Equation, Program
from numeric import stable
from numeric.alike import Lowering
from numeric.lower import lower_equation

Lower = Callable[[Equation], Expr]


def lowered(program: Program, by: Callable[[Mapping[Expr, Symbol]], Lower]) -> list[Expr]:
    """Each equation's array, where what was computed before is read by its name."""
    known: dict[Expr, Symbol] = {}
    lower, made = by(known), list[Expr]()
    for equation in program.equations:
        made.append(lower(equation))
        if made[-1].args:
            known.setdefault(made[-1], Symbol(equation.name))
    return made


def one_by_one(program: Program) -> Callable[[Mapping[Expr, Symbol]], Lower]:
    return lambda known: lambda equation: lower_equation(equation, program.tensors, known)


PROGRAMS = {
    "layers": lambda: models.mlp([4] * 6, loss="bce"),
    "layers of other widths": lambda: models.mlp([4, 3, 4, 3, 4, 2], activation="tanh"),
    "a sum that is known already": lambda: derive.program(
        "A[i] = exp(x[i])\nB[i] = exp(y[i])\nC[i] = exp(x[i])*y[i]\nE[i] = exp(z[i])*y[i]\nL = C[0]"
    ),
    "one tensor twice": lambda: derive.program(
        "A[i,k] = sum[j](x[i,j]*y[j,k])\nB[i,k] = sum[j](x[i,j]*x[j,k])\nL = sum[i,k](A[i,k] + B[i,k])"
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_same_as_one_by_one(name: str) -> None:
    made = PROGRAMS[name]()
    program = stable.safe(derive.grad(made)).program
    assert lowered(program, lambda known: Lowering(program.tensors, known)) == lowered(program, one_by_one(program))


def test_a_name_that_only_one_of_two_has() -> None:
    """exp(x) has a name where C is computed and exp(z) has none where E is: E is not C in other names."""
    program = PROGRAMS["a sum that is known already"]()
    made = dict(zip(program.defined, lowered(program, lambda known: Lowering(program.tensors, known)), strict=True))
    assert [Symbol("A") in made["C"].free_symbols, Symbol("z") in made["E"].free_symbols] == [True, True]


def test_a_message_names_what_its_own_equation_reads() -> None:
    given = "integer u, w\ninput E[d], F[d], u[n], w[n]\n"
    program = derive.program(given + "A[i] = E[u[i]]\nB[i] = F[w[i]]\nL = sum[i](A[i]*B[i])")
    made = lowered(program, lambda known: Lowering(program.tensors, known))
    assert ["E[u[i]]" in str(made[0]), "F[w[i]]" in str(made[1])] == [True, True]


def test_it_is_done_once() -> None:
    program = models.mlp([4] * 6)
    lowering = Lowering(program.tensors, {})
    for equation in program.equations:
        lowering(equation)
    assert len(lowering.made) < len(program.equations) / 2
