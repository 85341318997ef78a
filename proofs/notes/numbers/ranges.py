"""Between which numbers a formula lies whatever its names are: a power of e is above 0, a square is not below it."""

from __future__ import annotations

import math
from collections.abc import Callable

from proofs.notes.reading.tree import Node, plain

Range = tuple[float, float]
ALL: Range = (-math.inf, math.inf)
ABOVE: Range = (0.0, math.inf)


def range_of(node: Node) -> Range:
    """The least and the greatest value; all numbers where nothing is known.

    >>> range_of(Node("pow", (Node("name", text="x"), Node("num", text="2"))))
    (0.0, inf)
    """
    row = ROWS.get(node.kind)
    return row(node) if row else ALL


def outside(value: float, node: Node) -> bool:
    """Whether a formula cannot have a value."""
    least, greatest = range_of(node)
    return value < least or value > greatest


def _name(node: Node) -> Range:
    """e to a power that is written out: e^{(i)} and e^t may be an error."""
    power = plain(node.sups[0]) if len(node.sups) == 1 and node.sups[0].kind != "group" else Node("none")
    if node.text == "e" and not node.subs and power.kind in ("neg", "add", "mul", "frac"):
        return ABOVE
    return ABOVE if power.kind == "num" and power.text == "2" and node.text not in UPPER_TWO else ALL


UPPER_TWO = frozenset(("a", "z", "w", "W", "b", "h", "x", "y", "delta", "A", "Z", "theta", "Theta"))  # of layer 2


def _number(node: Node) -> Range:
    return (float(node.text), float(node.text))


def _negative(node: Node) -> Range:
    least, greatest = range_of(node.args[0])
    return -greatest, -least


def _sum(node: Node) -> Range:
    parts = list(map(range_of, node.args))
    return sum(least for least, _ in parts), sum(greatest for _, greatest in parts)


def _product(node: Node) -> Range:
    """Only of what is not below 0."""
    parts = list(map(range_of, node.args))
    return ABOVE if all(least >= 0 for least, _ in parts) else ALL


def _power(node: Node) -> Range:
    power = plain(node.args[1])
    return ABOVE if power.kind == "num" and power.text == "2" else ALL


def _call(node: Node) -> Range:
    """Of exp, whose argument is in brackets."""
    return ABOVE if node.args[0].text in ("exp", "sqrt") and not node.args[0].primes and not node.args[0].sups else ALL


ROWS: dict[str, Callable[[Node], Range]] = {"num": _number, "neg": _negative, "add": _sum, "pow": _power}
ROWS |= {"mul": _product, "times": _product, "frac": _product, "div": _product, "name": _name, "apply": _call}
ROWS |= {"group": lambda node: range_of(node.args[0])}
