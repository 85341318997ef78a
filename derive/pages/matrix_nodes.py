"""Matrix notation as a tree: names, products, masks, norms, inverses; and the ways to put trees together.

The tests evaluate trees with arrays, so that what is printed is what was checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from sympy import Dummy, Expr, Integer


@dataclass(frozen=True)
class MatrixNode:
    """A scalar, a column or a matrix."""


@dataclass(frozen=True)
class Name(MatrixNode):
    """A whole tensor."""

    tensor: str


@dataclass(frozen=True)
class Scalar(MatrixNode):
    """A number, an extent or a scalar tensor; beside arrays it stands for itself in every entry."""

    value: Expr


@dataclass(frozen=True)
class Ones(MatrixNode):
    """The column of ones as long as the letter's extent."""

    letter: Dummy


@dataclass(frozen=True)
class Transpose(MatrixNode):
    of: MatrixNode


@dataclass(frozen=True)
class MatMul(MatrixNode):
    factors: tuple[MatrixNode, ...]


@dataclass(frozen=True)
class Hadamard(MatrixNode):
    """The product entry by entry."""

    factors: tuple[MatrixNode, ...]


@dataclass(frozen=True)
class Quotient(MatrixNode):
    """The quotient entry by entry."""

    above: MatrixNode
    below: MatrixNode


@dataclass(frozen=True)
class Plus(MatrixNode):
    terms: tuple[MatrixNode, ...]


@dataclass(frozen=True)
class Scale(MatrixNode):
    """A scalar times an array."""

    factor: Expr
    of: MatrixNode


@dataclass(frozen=True)
class Power(MatrixNode):
    """Each entry to a positive whole power."""

    base: MatrixNode
    exponent: int


@dataclass(frozen=True)
class Apply(MatrixNode):
    """A function applied to each entry, or with `primed` its derivative."""

    head: Any
    arguments: tuple[MatrixNode, ...]
    primed: bool = False


@dataclass(frozen=True)
class Mask(MatrixNode):
    """1 in the entries where the comparison holds, else 0."""

    operator: str
    left: MatrixNode
    right: MatrixNode


@dataclass(frozen=True)
class Rowwise(MatrixNode):
    """softmax or log_softmax of each row of a matrix, or of a column as a whole."""

    head: str
    of: MatrixNode
    matrix: bool


@dataclass(frozen=True)
class Norm(MatrixNode):
    """The root of the sum of the squares of all entries, to a power; Frobenius for a matrix."""

    of: MatrixNode
    matrix: bool
    power: int = 2


@dataclass(frozen=True)
class Identity(MatrixNode):
    """The identity as large as the letter's extent."""

    letter: Dummy


@dataclass(frozen=True)
class Diagonal(MatrixNode):
    """The diagonal matrix of a column."""

    of: MatrixNode


@dataclass(frozen=True)
class Inverse(MatrixNode):
    of: MatrixNode


@dataclass(frozen=True)
class Trace(MatrixNode):
    of: MatrixNode


@dataclass(frozen=True)
class Times(MatrixNode):
    """A number such as x^T y, which is a tree itself, times an array."""

    number: MatrixNode
    of: MatrixNode


@dataclass(frozen=True)
class Over(MatrixNode):
    """An array over a number that is a tree."""

    of: MatrixNode
    number: MatrixNode


# ---------------------------------------------------------------- flat products, scalars in front


def scaled(factor: Expr, node: MatrixNode) -> MatrixNode:
    """factor * node, with the scalars of node taken into the factor."""
    if isinstance(node, Scale):
        factor, node = factor * node.factor, node.of
    if isinstance(node, Scalar):
        return Scalar(factor * node.value)
    return node if factor == 1 else Scale(factor, node)


def _taken(nodes: Iterable[MatrixNode], kind: type[MatMul] | type[Hadamard]) -> tuple[Expr, tuple[MatrixNode, ...]]:
    scalar = Integer(1)
    flat: list[MatrixNode] = []
    for node in nodes:
        if isinstance(node, Scale):
            scalar, node = scalar * node.factor, node.of
        flat.extend(node.factors if isinstance(node, kind) else (node,))
    return scalar, tuple(flat)


def product(*nodes: MatrixNode) -> MatrixNode:
    """The matrix product, flat, with the scalars in front."""
    scalar, factors = _taken(nodes, MatMul)
    return scaled(scalar, MatMul(factors))


def hadamard(*nodes: MatrixNode) -> MatrixNode:
    """The product entry by entry, flat, with the scalars in front; of one array, that array."""
    scalar, factors = _taken(nodes, Hadamard)
    return scaled(scalar, factors[0] if len(factors) == 1 else Hadamard(factors))


def transposed(node: MatrixNode) -> MatrixNode:
    """node^T, where (M^T)^T is M and (L R)^T is R^T L^T."""
    if isinstance(node, Transpose):
        return node.of
    if isinstance(node, Scale):
        return Scale(node.factor, transposed(node.of))
    if isinstance(node, MatMul):
        return MatMul(tuple(transposed(f) for f in reversed(node.factors)))
    if isinstance(node, (Times, Over)):
        return replace(node, of=transposed(node.of))
    return node if isinstance(node, (Diagonal, Identity, Norm, Trace)) else Transpose(node)


def renamed(node: MatrixNode, names: Mapping[str, str]) -> MatrixNode:
    """The same tree about other tensors; scalars keep their names.

    >>> renamed(Transpose(Name("W2")), {"W2": "W@"})
    Transpose(of=Name(tensor='W@'))
    """
    if isinstance(node, Name):
        return Name(names.get(node.tensor, node.tensor))
    return over_parts(node, lambda part: renamed(part, names))


def names_in(node: MatrixNode) -> set[str]:
    """The tensors that the tree reads.

    >>> sorted(names_in(MatMul((Name("W2"), Name("A1")))))
    ['A1', 'W2']
    """
    found = {node.tensor} if isinstance(node, Name) else set()

    def collect(part: MatrixNode) -> MatrixNode:
        found.update(names_in(part))
        return part

    over_parts(node, collect)
    return found


def over_parts(node: MatrixNode, change: Callable[[MatrixNode], MatrixNode]) -> MatrixNode:
    """The node with each tree directly below it changed."""
    made: dict[str, Any] = {}
    for part in fields(node):
        value = getattr(node, part.name)
        if isinstance(value, MatrixNode):
            made[part.name] = change(value)
        elif isinstance(value, tuple):
            made[part.name] = tuple(map(change, value))
    return replace(node, **made)
