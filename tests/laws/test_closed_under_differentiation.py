"""What differentiation gives is a program again: it prints, reads back equal, builds, and is differentiated again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import sympy

import derive
from derive import models
from derive.equation import Equation, Program, Tensor
from derive.functions import ROWS
from derive.index import Entry, Reduce, letter
from derive.losses import LOSSES
from numeric import build
from numeric.interpreter import evaluate

PROGRAMS = {
    **{f"{name} row": f"f = sum[i]({row.text('i')})" for name, row in ROWS.items()},
    **{f"{name} loss": LOSSES[name].text() for name in LOSSES},
    "gather": "L = sum[t,k](E[w[t],k]**2)",
    "shift": "L = sum[h: 4](sum[r](X[h+r]*K[r])**2)",
    "extremum": "L = sum[i](max[j](X[i,j]*a[j]))",
    "product": "L = prod[j](y + x[j]**2)",
    "softmax": "P[i,k] = softmax[k](Z[i,k])\nL = sum[i,k](P[i,k]*C[i,k])",
    "norm": "L = sqrt(sum[i](x[i]**2))",
}


def program_of(name: str) -> Program:
    made = {"mlp": models.mlp([2, 3, 2], loss="bce"), "chain": models.neuron_chain()}
    return made[name] if name in made else derive.program(PROGRAMS[name])


def summed(program: Program, name: str) -> Program:
    """The program with one more equation: the scalar sum of `name` against fresh weights."""
    extents = program.extents(name)
    letters = tuple(letter(f"i{k}") for k in range(len(extents)))
    weights = Tensor(f"c{len(program.equations)}", extents)
    body = Reduce("sum", Entry(name, *letters) * Entry(weights.name, *letters), letters, extents)
    total = Equation(f"s{len(program.equations)}", (), body)
    tensors = {weights.name: weights, **program.tensors, total.name: Tensor(total.name)}
    return replace(program, equations=(*program.equations, total), tensors=tensors, parameters=())


def reads_back(program: Program) -> bool:
    text = derive.to_text(program)
    again = derive.program(text, derived=True)
    return [e.key for e in again.equations] == [e.key for e in program.equations] and derive.to_text(again) == text


def random_arrays(program: Program, above: float = 0.0) -> dict[str, np.ndarray]:
    """Inputs between 0.2 and 0.8, or so much above; every extent 3 unless it is a number."""
    source = np.random.default_rng(0)
    made = {}
    for name in program.inputs:
        shape = tuple(int(e.xreplace({s: sympy.Integer(3) for s in e.free_symbols})) for e in program.extents(name))
        integer = program.tensors[name].integer
        made[name] = source.integers(0, 3, shape) if integer else source.uniform(0.2, 0.8, shape) + above
    return made


def above(name: str) -> float:
    """How far a row's arguments are to be moved to lie in its domain."""
    row = next((r for r in ROWS.values() if name == f"{r.name} row"), None)
    return 0.0 if row is None or all(sympy.Rational(1, 2) in domain for domain in row.domains) else 1.0


def agrees_with_interpreter(program: Program, moved: float) -> None:
    """The compiled last tensor equals the one evaluated element by element, to what float64 allows here."""
    arrays = random_arrays(program, moved)
    found = build(program)(**{n: arrays[n] for n in arrays}, check=False)[program.output.name]
    expected = evaluate(program, arrays)[program.output.name].astype(float)
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", [*PROGRAMS, "mlp", "chain"])
def test_to_order_three(name: str) -> None:
    program = program_of(name)
    wrt = next(n for n in (program.parameters or program.inputs) if not program.tensors[n].integer)
    for order in (1, 2, 3):
        derivation = derive.grad(program, wrt)
        derivation.check()
        gradient = derivation.results[wrt]
        assert gradient == wrt + "_bar" + (str(order) if order > 1 else "")
        assert reads_back(derivation.program)
        agrees_with_interpreter(derivation.program, above(name))
        program = summed(derivation.program, gradient)


def test_a_changed_equation_does_not_read_back_equal() -> None:
    program = derive.grad(models.perceptron()).program
    broken = replace(program, equations=(*program.equations[:-1], replace(program.equations[-1], rhs=sympy.Integer(2))))
    text = derive.to_text(program)
    assert [e.key for e in derive.program(text, derived=True).equations] != [e.key for e in broken.equations]
