"""Renaming: what SymPy's own substitution makes of the same, whether or not names meet."""

from __future__ import annotations

import random

import pytest
import sympy
from sympy import Dummy, Expr, Symbol

from derive import models
from derive.index import Delta, Entry, Where, extent, letter
from derive.losses import LOSSES
from derive.parse import parse
from derive.trees import nodes, renamed, walk

PROGRAMS = {
    **{name: LOSSES[name].text() for name in LOSSES},
    "signs": "f[i] = tanh(a[i] - b[i]) + (a[i] - c[i])**2*exp(b[i] - a[i])*abs(c[i] - a[i])",
    "window": "f[h: 4] = sum[r](X[h+r]*K[r])/size[X,0]",
}


def others(expr: Expr, source: random.Random) -> dict[Symbol, Expr]:
    """Other names, in another order, for all that the expression has."""
    pool = [f"{head}{k}" for k in range(20) for head in "ABab"]
    source.shuffle(pool)
    made: dict[Symbol, Expr] = {}
    for node in walk(expr):
        if isinstance(node, Dummy):
            made[node] = letter(node.name)
        elif isinstance(node, Symbol):
            made[node] = extent(pool.pop()) if node.is_positive else Symbol(pool.pop())
    return made


@pytest.mark.parametrize("name", PROGRAMS)
def test_as_xreplace(name: str) -> None:
    for seed in range(3):
        for equation in parse(PROGRAMS[name]).equations:
            names = others(equation.rhs, random.Random(seed))
            assert renamed(equation.rhs, names) == equation.rhs.xreplace(names)
            assert hash(renamed(equation.rhs, names)) == hash(equation.rhs.xreplace(names))


def test_names_that_meet() -> None:
    x, y, n, m = Entry("x"), Entry("y"), extent("n"), extent("m")
    tensors = {Symbol("x"): Symbol("y")}
    assert renamed(x - y + n, tensors) == n
    assert renamed(n / m, {n: m}) == 1
    assert renamed(n * x, {n: sympy.Integer(1)}) == x
    i, j, k = letter("i"), letter("j"), letter("k")
    assert renamed(Delta(i, j) * x, {i: k, j: k}) == x
    assert renamed(Where(Delta(i, j), x, y), tensors) == y


def test_nodes_are_those_of_sympy() -> None:
    for equation in models.mlp([3, 2, 2], loss="bce").equations:
        assert set(nodes(equation.rhs, Entry)) == equation.rhs.atoms(Entry)
