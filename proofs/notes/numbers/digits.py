"""Printed numbers: what a literal may have been before it was rounded or cut off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from proofs.notes.evaluation.values import Array
from proofs.notes.reading.tree import Node, plain


@dataclass(frozen=True)
class Printed:
    """Numbers as they stand in a note, each with the unit of its last place, of a whole number 1 or more."""

    data: Array
    unit: Array

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(n for n in self.data.shape if n != 1)

    @property
    def single(self) -> bool:
        """Whether the numbers are whole or have one digit."""
        return bool(((self.unit >= 1) | (abs(self.data) < 9.5 * self.unit)).all())

    @property
    def round(self) -> bool:
        """Whether they are such as people choose: of one digit, or in steps of 0.05."""
        steps = abs(self.data * 20 - np.round(self.data * 20)) < 1e-9
        return bool(((self.unit >= 1) | (abs(self.data) < 9.5 * self.unit) | (steps & (self.unit > 0.009))).all())

    def after(self, sign: str) -> Printed:
        """The same numbers where they stand after a sign: 150 is all of 145 to 155 if it is said to be so roughly."""
        return Printed(self.data, np.vectorize(_zeros, otypes=[float])(self.data, self.unit)) if sign == "~" else self

    def admits(self, value: Array, slack: Array) -> bool:
        """Whether a value within `slack` may be printed so: rounded to the last place, or cut off after it."""
        value, slack = value.reshape(self.data.shape), slack.reshape(self.data.shape)
        side = np.where(self.data == 0, np.sign(value), np.sign(self.data))
        past = side * (value - self.data)  # how far the value is on the far side of 0
        return bool(((past <= self.unit * (1 - 1e-9) + slack) & (past >= -self.unit / 2 - slack - 1e-12)).all())


def printed(node: Node) -> Printed | None:
    """The numbers of a literal: a number, a list, a matrix, their negatives and transposes; None for all else."""
    node = plain(node)
    if node.kind == "num":
        return Printed(np.array(float(node.text)), np.array(last_place(node.text)))
    row = LITERALS.get(node.kind)
    return row(node) if row else None


def last_place(digits: str) -> float:
    """The unit of the last digit."""
    return 10.0 ** -len(digits.partition(".")[2])


def _zeros(number: float, unit: float) -> float:
    """The unit of the last digit that is not 0, of a whole number."""
    digits = f"{abs(number):.0f}" if unit == 1 and number else ""
    return 10.0 ** (len(digits) - len(digits.rstrip("0"))) if digits else unit


def _negative(node: Node) -> Printed | None:
    inside = printed(node.args[0])
    return inside and Printed(-inside.data, inside.unit)


def _list(node: Node) -> Printed | None:
    parts = [printed(arg) for arg in node.args]
    found = [part for part in parts if part is not None]
    if not found or len(found) < len(parts) or len({part.data.shape for part in found}) > 1:
        return None
    return Printed(np.stack([part.data for part in found]), np.stack([part.unit for part in found]))


def _matrix(node: Node) -> Printed | None:
    found = _list(node)
    return found and (Printed(found.data[:, 0], found.unit[:, 0]) if found.data.shape[1:] == (1,) else found)


def _transpose(node: Node) -> Printed | None:
    inside = printed(node.args[0])
    return inside and Printed(inside.data.T, inside.unit.T)


def _scientific(node: Node) -> Printed | None:
    """7.2 times 10 to a whole power."""
    head, power = printed(node.args[0]), plain(node.args[1])
    if head is None or head.data.ndim or power.kind != "pow" or plain(power.args[0]).text != "10":
        return None
    exponent = printed(power.args[1])
    scale = 10.0 ** float(exponent.data) if exponent is not None and not exponent.data.ndim else None
    return scale and Printed(head.data * scale, head.unit * scale)


LITERALS = {"neg": _negative, "vector": _list, "row": _list, "matrix": _matrix, "transpose": _transpose}
LITERALS |= {"times": _scientific, "mul": _scientific}


def is_exact(digits: str) -> bool:
    """Whether a number in a calculation is no rounding: a whole one, or a decimal of one digit."""
    return "." not in digits or len(digits.replace(".", "").lstrip("0")) <= 1
