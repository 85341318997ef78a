"""Biases of a batch: X W + b adds b to each row, and W X + b to each column, one for each example."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from proofs.notes.evaluation import values
from proofs.notes.evaluation.values import Value
from proofs.notes.reading.names import WEIGHTS
from proofs.notes.reading.tree import Node, factors_of, plain

BIASES = ("b", "B", "c")


def is_bias(node: Node) -> bool:
    """Whether a term is a bias by its name."""
    return plain(node).kind == "name" and plain(node).text in BIASES


def by_rows(terms: Sequence[Node]) -> bool | None:
    """Whether the weights stand last in the product beside a bias, so that it is of each row; None without any."""
    for factors in (list(factors_of(term)) for term in terms if not is_bias(term)):
        first, last = (_whole(factors[n]).text in WEIGHTS and len(factors) == 2 for n in (0, -1))
        if first != last:
            return last
    return None


def _whole(node: Node) -> Node:
    return plain(node.args[0]) if node.kind == "transpose" else node


def added(terms: Sequence[tuple[Node, Value]]) -> Value:
    """The sum of these; a bias goes to each row or each column of a matrix."""
    rows = by_rows([node for node, _ in terms])
    ordered = sorted(terms, key=lambda term: is_bias(term[0]))
    return reduce(values.added, (_spread(rows, node, value, ordered[0][1]) for node, value in ordered))


def _spread(rows: bool | None, node: Node, value: Value, beside: Value) -> Value:
    """A bias as a matrix beside another, if its entries are as many as that has columns or rows."""
    size = max(value.shape, default=0)
    single = value.rank == 1 or (value.rank == 2 and 1 in value.shape)
    if rows is None or not is_bias(node) or not single or beside.rank != 2 or beside.shape[rows] != size:
        return value
    shape = (1, size) if rows else (size, 1)
    return Value(value.data.reshape(*shape, -1) + 0 * beside.data)
