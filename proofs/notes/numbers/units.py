"""What a note need not say of its functions: to which base a logarithm is, and in what an angle is measured."""

from __future__ import annotations

from collections.abc import Mapping
from math import log, pi

from proofs.notes.evaluation.point import Point
from proofs.notes.evaluation.values import Value
from proofs.notes.reading.tree import Node

Units = Mapping[str, float]  # what a logarithm, or an angle, is multiplied by
NATURAL: Units = {}
OTHERS: tuple[Units, ...] = (
    {"log": 1 / log(10)},
    {"log": 1 / log(2)},
    dict.fromkeys(("sin", "cos", "tan"), pi / 180),
)


def in_units(p: Point, call: Node, factor: float) -> Value:
    """A logarithm to another base, or a function of degrees."""
    head, *args = call.args
    if head.text == "log":
        return Value(Point.value(p, call).data * factor)
    return Point.value(p, call.with_args(head, Node("mul", (Node("num", text=repr(factor)), *args))))
