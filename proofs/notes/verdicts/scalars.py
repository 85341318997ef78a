"""Formulas with a number for each name: those that are given, and for all others one of their own."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping

from proofs.notes.reading.names import said
from proofs.notes.reading.tree import SLOPES, Node, NotUnderstood, number, plain, registering


def key(node: Node) -> str:
    """A quantity by its name and marks, its arguments aside; empty if it is none."""
    node = plain(node)
    name = plain(node.args[0]) if node.kind == "apply" else node
    marks = " ".join(map(said, (*name.subs, *name.sups)))
    return f"{name.text}|{marks}|" if name.kind == "name" and not name.primes else ""


Values = Mapping[str, float]
ROWS: dict[str, Callable[[Node, Values, Values], float]] = {}
_row = registering(ROWS)


def value(node: Node, weights: Values, slopes: Values) -> float:
    """The number of an expression, each name but the weight having one of its own."""
    row = ROWS.get(node.kind)
    if row is None:
        raise NotUnderstood(f"{node.kind} among numbers")
    return row(node, weights, slopes)


def _of(node: Node, weights: Values, slopes: Values) -> list[float]:
    return [value(arg, weights, slopes) for arg in node.args]


@_row("num")
def _num(node: Node, weights: Values, slopes: Values) -> float:
    return float(node.text)


@_row("name")
def _name(node: Node, weights: Values, slopes: Values) -> float:
    if node.primes or node.text.startswith("d "):
        raise NotUnderstood("a prime among numbers")
    if node.text not in weights:
        return random.Random(key(node)).uniform(0.2, 0.9)
    powers = [float(mark.text) for mark in node.sups if mark.kind == "num" and mark.text.isdigit()]
    return weights[node.text] ** (powers[0] if powers else 1.0)


@_row("group", "transpose")
def _same(node: Node, weights: Values, slopes: Values) -> float:
    return value(node.args[0], weights, slopes)


@_row("neg")
def _neg(node: Node, weights: Values, slopes: Values) -> float:
    return -value(node.args[0], weights, slopes)


@_row("add")
def _add(node: Node, weights: Values, slopes: Values) -> float:
    return sum(_of(node, weights, slopes))


@_row("mul", "times", "hadamard")
def _product(node: Node, weights: Values, slopes: Values) -> float:
    return math.prod(_of(node, weights, slopes))


@_row("frac", "div")
def _quotient(node: Node, weights: Values, slopes: Values) -> float:
    above, below = _of(node, weights, slopes)
    return above / below if below else math.nan


@_row("pow")
def _power(node: Node, weights: Values, slopes: Values) -> float:
    exponent = plain(node.args[1])
    if exponent != number(2):
        raise NotUnderstood("a power other than a square")
    return value(node.args[0], weights, slopes) ** 2


@_row("abs", "norm")
def _size(node: Node, weights: Values, slopes: Values) -> float:
    return abs(value(node.args[0], weights, slopes))


@_row("sum")
def _sum(node: Node, weights: Values, slopes: Values) -> float:
    """Of squares or absolute values of weights: only one is moved."""
    return value(node.args[2], weights, slopes)


@_row("apply")
def _sign(node: Node, weights: Values, slopes: Values) -> float:
    if node.args[0].text not in ("sign", "sgn") or len(node.args) != 2:
        raise NotUnderstood("a function")
    return math.copysign(1.0, value(node.args[1], weights, slopes))


@_row(*SLOPES)
def _slope(node: Node, weights: Values, slopes: Values) -> float:
    of, *by = node.args
    if node.primes or node.text == "2" or len(by) > 1 or key(of) not in slopes:
        raise NotUnderstood("a slope of another cost")
    if by and plain(by[0]).text not in weights:
        raise NotUnderstood("a slope by another name")
    return slopes[key(of)]
