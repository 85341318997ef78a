"""Columns: every matrix equation and each of the four equations, evaluated against the numbers of the program."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
import sympy

import derive
from derive import Derivation
from derive.functions import unfold
from derive.models import make
from derive.pages import matrices
from derive.pages.columns import flipped_matrices, four_equations, in_columns
from derive.pages.latex import LATEX
from derive.pages.recursion import Run
from derive.pages.view import Options, view_of
from derive.pages.worked import Array, numbers

Arrays = dict[str, np.ndarray[Any, Any]]
X = sympy.Symbol("x")


def array(found: Array) -> np.ndarray[Any, Any]:
    return np.array(list(found.entries.values())).reshape(found.shape)


def drawn(derivation: Derivation) -> tuple[Arrays, dict[sympy.Symbol, int]]:
    """Inputs drawn, and every tensor and adjoint computed from them."""
    stream, program = np.random.default_rng(5), derivation.forward
    sizes = {name: [int(size) if size.is_number else 3 for size in program.extents(name)] for name in program.inputs}
    found = numbers(derivation.program, {name: stream.uniform(0.1, 0.9, shape) for name, shape in sizes.items()})
    return {name: array(value) for name, value in found.tensors.items()}, dict(found.sizes)


class Evaluator:
    """The value of a tree; a vector is a column."""

    def __init__(self, arrays: Arrays, sizes: dict[sympy.Symbol, int], ones: int) -> None:
        self.arrays, self.sizes, self.ones = arrays, sizes, ones

    def __call__(self, node: matrices.MatrixNode) -> Any:
        return getattr(self, type(node).__name__.lower())(node)

    def name(self, node: matrices.Name) -> Any:
        value = self.arrays[node.tensor]
        return value[:, None] if value.ndim == 1 else value

    def scalar(self, node: matrices.Scalar) -> float:
        return float(node.value.xreplace(self.sizes))

    def ones_(self) -> Any:
        return np.ones((self.ones, 1))

    def transpose(self, node: matrices.Transpose) -> Any:
        return self.ones_().T if isinstance(node.of, matrices.Ones) else self(node.of).T

    def matmul(self, node: matrices.MatMul) -> Any:
        value = np.eye(1)
        for k, factor in enumerate(node.factors):
            one = self.ones_() if isinstance(factor, matrices.Ones) else self(factor)
            value = one if k == 0 else value @ one
        return value

    def hadamard(self, node: matrices.Hadamard) -> Any:
        return np.prod([np.asarray(self(f)) for f in node.factors], axis=0)

    def plus(self, node: matrices.Plus) -> Any:
        return sum(self(term) for term in node.terms)

    def quotient(self, node: matrices.Quotient) -> Any:
        return self(node.above) / self(node.below)

    def scale(self, node: matrices.Scale) -> Any:
        return float(node.factor.xreplace(self.sizes)) * self(node.of)

    def power(self, node: matrices.Power) -> Any:
        return self(node.base) ** node.exponent

    def apply(self, node: matrices.Apply) -> Any:
        body = unfold(node.head(X)) if node.head is not sympy.tanh else sympy.tanh(X)
        return sympy.lambdify(X, body.diff(X) if node.primed else body)(self(node.arguments[0]))


NETWORKS = [(loss, activation) for loss in ("half_mse", "bce") for activation in ("sigmoid", "tanh")]


@cache
def derived(loss: str, activation: str) -> derive.Derivation:
    return derive.grad(make("mlp", sizes=[4, 5, 2], loss=loss, activation=activation))


def turned(arrays: Arrays, flipped: frozenset[str]) -> Arrays:
    return {name: value.T if name.removesuffix("_bar") in flipped else value for name, value in arrays.items()}


def column(value: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return value[:, None] if value.ndim == 1 else value


def evaluate(derivation: Derivation, tensor: str, node: matrices.MatrixNode) -> tuple[Any, Any]:
    """What the tree gives with every matrix transposed, and what the program computed."""
    arrays, sizes = drawn(derivation)
    flipped = flipped_matrices(derivation.forward, derivation.forward.parameters)
    columns = turned(arrays, flipped)
    return Evaluator(columns, sizes, 3)(in_columns(node, tensor, flipped)), column(columns[tensor])


@pytest.mark.parametrize("network", NETWORKS, ids=" ".join)
def test_every_equation_holds_in_columns(network: tuple[str, str]) -> None:
    derivation = derived(*network)
    view = view_of(derivation, LATEX, Options())
    trees = {e.name: view.tree(e) for e in derivation.program.equations if derivation.program.extents(e.name)}
    held = [evaluate(derivation, tensor, tree) for tensor, tree in trees.items() if tree is not None]
    assert len(held) >= 10
    for got, wanted in held:
        np.testing.assert_allclose(got, wanted, rtol=1e-12)


@pytest.mark.parametrize("network", NETWORKS, ids=" ".join)
def test_the_four_equations_hold(network: tuple[str, str]) -> None:
    derivation = derived(*network)
    found = list(four_equations(derivation, view_of(derivation, LATEX, Options()).tree))
    assert sorted(one.number for one in found) == ["BP1", "BP2", "BP3", "BP3", "BP4", "BP4"]
    for one in found:
        for side in one.sides:
            got, wanted = evaluate(derivation, f"{one.tensor}_bar", side)
            np.testing.assert_allclose(got, wanted, rtol=1e-12, err_msg=one.number)


def test_a_tree_left_in_rows_is_noticed() -> None:
    derivation = derived("bce", "tanh")
    tree = view_of(derivation, LATEX, Options()).tree(derivation.adjoint("A1"))
    assert tree is not None
    got, wanted = evaluate(derivation, "A1_bar", matrices.Scale(sympy.Integer(2), tree))
    assert not np.allclose(got, wanted)


def test_layers_said_at_once_keep_their_orientation() -> None:
    deep = derive.grad(make("mlp", sizes=[3, 4, 4, 4, 4, 2]))
    view = view_of(deep, LATEX, Options(layout="columns"))
    run = next(r for r in view.runs(list(deep.forward.equations), 2) if r.equation.name == "Z@")
    assert isinstance(run, Run)
    assert view.in_matrices(run).right == r"W^{(l)} \, A^{(l-1)} + b^{(l)} \, \mathbf{1}^\top"
