"""Values of quantities at a point: complex arrays whose last axis holds the directions of a complex step.

A vector is a column unless the reading says that vectors are rows. A Jacobian knows what it is the derivative of, so
that a product of Jacobians contracts as the chain rule does, in either order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from proofs.notes.reading.tree import NotUnderstood

Array = np.ndarray[Any, Any]


class Mismatch(Exception):
    """Shapes that do not fit, in words: the claim has no value under this reading."""


@dataclass(frozen=True)
class Value:
    """`top` axes of a derivative stand first; `of` and `by` name what was differentiated and by what."""

    data: Array
    top: int = 0
    of: str = ""
    by: str = ""

    @property
    def shape(self) -> tuple[int, ...]:
        return self.data.shape[:-1]

    @property
    def rank(self) -> int:
        return self.data.ndim - 1


def said(value: Value) -> str:
    """What a value is: a number, a vector of 2, a matrix of 3 by 2."""
    kinds = {0: "a number", 1: f"a vector of {by(value.shape)}", 2: f"a matrix of {by(value.shape)}"}
    return kinds.get(value.rank, f"an array of {by(value.shape)}")


def by(shape: tuple[int, ...]) -> str:
    """Extents in words."""
    return " by ".join(map(str, shape))


def scalar(number: complex) -> Value:
    """A number as a value."""
    return Value(np.array([number], dtype=complex))


def added(left: Value, right: Value) -> Value:
    """Sums of equal shapes; a number is added to each entry, a bias to each row or column of a batch."""
    if left.shape == right.shape or 0 in (left.rank, right.rank):
        low, high = sorted((left, right), key=lambda v: v.rank)
        data = low.data if low.rank else low.data.reshape((1,) * high.rank + (-1,))
        return Value(data + high.data)
    if flat(left) == flat(right):
        return Value(left.data.reshape(*flat(left), -1) + right.data.reshape(*flat(left), -1))
    raise Mismatch(f"{said(left)} plus {said(right)}")


def flat(value: Value) -> tuple[int, ...]:
    """The shape of a column of length n is that of a vector."""
    return value.shape[:1] if value.rank == 2 and value.shape[1] == 1 else value.shape


def row(value: Value) -> Value:
    """A matrix of one row, where vectors are rows."""
    return Value(value.data[0]) if value.rank == 2 and value.shape[0] == 1 and not value.top else value


def negated(value: Value) -> Value:
    """The value with its sign turned over."""
    return Value(-value.data, value.top, value.of, value.by)


def hadamard(left: Value, right: Value) -> Value:
    """Entry by entry; of the derivative of an elementwise function the slopes are taken."""
    left, right = _slopes(left, right), _slopes(right, left)
    if 0 in (left.rank, right.rank):
        return scaled(left, right)
    if flat(left) != flat(right):
        raise Mismatch(f"{said(left)} times {said(right)}, entry by entry")
    return Value(left.data.reshape(*flat(left), -1) * right.data.reshape(*flat(left), -1))


def _slopes(value: Value, other: Value) -> Value:
    """The diagonal of a Jacobian, if all else is 0."""
    if not value.top or value.rank != 2 * other.rank or value.shape != other.shape * 2:
        return value
    found = diagonal(value)
    if found is None:
        raise Mismatch("an elementwise product with a Jacobian that is not diagonal")
    return found


def diagonal(value: Value) -> Value | None:
    """What stands where both halves of the axes agree, if all else is 0."""
    half = value.shape[: value.rank // 2]
    size = int(np.prod(half))
    if value.shape != half * 2:
        return None
    square = value.data.reshape(size, size, -1)
    found = np.einsum("iip->ip", square)
    alone = np.abs(square).sum() <= np.abs(found).sum() * (1 + 1e-9)
    return Value(found.reshape(*half, -1)) if alone else None


def scaled(left: Value, right: Value) -> Value:
    """A number times an array."""
    low, high = sorted((left, right), key=lambda v: v.rank)
    return Value(low.data.reshape((1,) * high.rank + (-1,)) * high.data, high.top, high.of, high.by)


def product(left: Value, right: Value, rows: bool, elementwise: bool = False, dotted: bool = False) -> Value:
    """The product of matrices; of Jacobians, the contraction over what the one is by and the other of."""
    if 0 in (left.rank, right.rank):
        return scaled(left, right)
    contracted = chained(left, right)
    if contracted is not None:
        return contracted
    if (elementwise and flat(left) == flat(right)) or (dotted and flat(left) == flat(right) and left.rank == 1):
        if dotted and not elementwise:
            return Value(
                (left.data.reshape(-1, left.data.shape[-1]) * right.data.reshape(-1, right.data.shape[-1])).sum(0)
            )
        return hadamard(left, right)
    return Value(matmul(_matrix(left, rows), _matrix(right, rows)))


def beside(left: Value, right: Value, kind: str) -> Value:
    """The entrywise or the outer product of two vectors; `mixed`: entrywise if they are equally long."""
    if kind == "outer" or (kind == "mixed" and left.shape != right.shape):
        return Value(left.data[:, None] * right.data[None])
    return hadamard(left, right)


def by_diagonal(left: Value, right: Value) -> Value:
    """A matrix times the diagonal matrix of a vector, in the order in which they stand."""
    first = len(flat(left)) == 1
    vector = left.data.reshape(-1, 1, left.data.shape[-1]) if first else right.data.reshape(1, -1, right.data.shape[-1])
    axis, matrix = (0, right.data) if first else (1, left.data)
    if vector.shape[axis] != matrix.shape[axis]:
        raise Mismatch(f"{said(left)} times {said(right)}, the vector a diagonal matrix")
    return Value(vector * matrix)


def chained(left: Value, right: Value) -> Value | None:
    """The contraction of two derivatives, if the one is by what the other is of."""
    if right.top and left.by and left.by == right.of and left.shape[left.top :] == right.shape[: right.top]:
        return _contracted(left, right)
    if left.top and right.by and right.by == left.of and right.shape[right.top :] == left.shape[: left.top]:
        return _contracted(right, left)
    return None


def _contracted(outer: Value, inner: Value) -> Value:
    """sum over z of dL/dz dz/dw."""
    size = int(np.prod(inner.shape[: inner.top]))
    left, right = outer.data.reshape(-1, size, outer.data.shape[-1]), inner.data.reshape(size, -1, inner.data.shape[-1])
    data = (left[:, :, None] * right[None]).sum(1)
    shape = (*outer.shape[: outer.top], *inner.shape[inner.top :])
    return Value(data.reshape(*shape, data.shape[-1]), outer.top, outer.of, inner.by)


def _matrix(value: Value, rows: bool) -> Array:
    if value.rank == 2:
        return value.data
    if value.rank > 2:
        raise Mismatch(f"a matrix product with an array of {value.rank} axes")
    return value.data[None] if rows else value.data[:, None]


def matmul(left: Array, right: Array) -> Array:
    """Two matrices; a result with one column or one row and column loses that axis."""
    if left.shape[1] != right.shape[0]:
        raise Mismatch(f"a matrix of {by(left.shape[:2])} times one of {by(right.shape[:2])}")
    return squeezed((left[:, :, None] * right[None]).sum(1))


def squeezed(data: Array) -> Array:
    """A matrix of one entry is a number."""
    if data.shape[:2] == (1, 1):
        return data[0, 0]
    return data


def transposed(value: Value, rows: bool) -> Value:
    """The transpose; of a vector, the other orientation."""
    if value.rank == 0:
        return value
    if value.rank == 1:
        return Value(value.data[:, None] if rows else value.data[None])
    if value.rank == 2:
        return Value(np.swapaxes(value.data, 0, 1))
    raise NotUnderstood("the transpose of an array of more than 2 axes")


def same(left: Value, right: Value, rows: bool, tolerance: float = 1e-7) -> bool:
    """Whether two members agree: equal shapes, entries equal to the tolerance; Mismatch if the shapes differ."""
    a, b = _oriented(left, rows), _oriented(right, rows)
    if a.shape[:-1] != b.shape[:-1]:
        if _is_diagonal(left, right, tolerance) or _is_diagonal(right, left, tolerance):
            raise NotUnderstood("the slopes of what goes entry by entry, of which the others are 0")
        raise Mismatch(f"{said(left)} on one side, {said(right)} on the other")
    size = np.maximum(1.0, np.maximum(np.abs(a), np.abs(b)))
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise FloatingPointError
    return bool((np.abs(a - b) <= tolerance * size).all())


def _is_diagonal(slopes: Value, other: Value, tolerance: float) -> bool:
    """Whether a derivative has these on its diagonal, and 0 elsewhere: what goes entry by entry is written so."""
    found = diagonal(slopes) if slopes.top and slopes.shape == other.shape * 2 else None
    return found is not None and bool(np.allclose(found.data, other.data, tolerance, tolerance))


def _oriented(value: Value, rows: bool) -> Array:
    """A vector as the column or the row that it is."""
    if value.rank == 1:
        return value.data[None] if rows else value.data[:, None]
    return value.data


def determinant(value: Value) -> Value:
    """Of a square matrix."""
    if value.rank != 2 or value.shape[0] != value.shape[1]:
        raise Mismatch(f"the determinant of {said(value)}")
    return Value(np.linalg.det(np.moveaxis(value.data, -1, 0)))


def trace(value: Value) -> Value:
    """The sum of the diagonal of a square matrix; a number is its own."""
    if value.rank == 0:
        return value
    if value.rank != 2 or value.shape[0] != value.shape[1]:
        raise Mismatch(f"the trace of {said(value)}")
    return Value(np.einsum("iip->p", value.data))


def raised(value: Value, power: Value) -> Value:
    """A power, entry by entry; of a matrix to -1, its inverse."""
    if value.rank == 2 and power.rank == 0 and np.allclose(power.data, -1):
        return Value(np.moveaxis(np.linalg.inv(np.moveaxis(value.data, -1, 0)), 0, -1))
    if power.rank:
        return _entrywise(value, power)
    exponent = power.data.reshape((1,) * value.rank + (-1,))
    whole = bool((exponent == np.round(exponent.real)).all())
    return Value(value.data ** (int(exponent.ravel()[0].real) if whole and exponent.size == 1 else exponent))


def _entrywise(value: Value, power: Value) -> Value:
    """e to an array: a power for each of its entries."""
    if value.rank and value.shape != power.shape:
        raise Mismatch(f"{said(value)} to the power of {said(power)}")
    base = value.data if value.rank else value.data.reshape((1,) * power.rank + (-1,))
    return Value(base**power.data)


def stacked(parts: list[Value]) -> Value:
    """Arrays of one shape, one after the other."""
    if len({part.shape for part in parts}) > 1:
        raise Mismatch("entries of different shapes")
    lanes = max(part.data.shape[-1] for part in parts)
    return Value(np.stack([np.broadcast_to(part.data, (*part.shape, lanes)) for part in parts]))
