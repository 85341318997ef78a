"""Enclosures: what a program gives at these very floats, with proof, and the correctly rounded float where it is known.

    >>> import derive
    >>> found = enclose(derive.program("L = sum[i](sigmoid(x[i]))"), {"x": [0.0, 40.0]})["L"][()]
    >>> found.nearest, found.sign
    (1.5, 1)

Arb balls (python-flint, `pip install "gradproof[balls]"`), with more bits until the value is decided; beyond `most`
bits it is `None`, not known. It shares no code with what it judges, nor with the other witnesses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, partial
from typing import Any

import numpy as np
from sympy import Expr

from derive.equation import Program
from derive.steps import Proof
from proofs.enclosure import exact
from proofs.enclosure.evaluation import Point, Run, ready
from proofs.enclosure.exact import NoBalls, Number
from proofs.enclosure.rounded import FORMATS, Format, ends

FIRST, MOST = 80, 5120  # bits: the least that are tried, and the most
Entries = dict[tuple[int, ...], "Enclosed"]


@dataclass(frozen=True)
class Enclosed:
    """A real number that lies in `number`, and the float that it rounds to; `bits` is the precision that it took."""

    number: Number
    nearest: float | None
    bits: int
    form: Format

    @property
    def sign(self) -> int | None:
        """1, 0 or -1 with proof: 0 only where exact arithmetic gave 0; None where the ball holds 0 and more."""
        below, same, above = (exact.compare(op, self.number, exact.rational(0, 1)) for op in ("<", "==", ">"))
        return 0 if same else 1 if above else -1 if below else None

    @property
    def zero(self) -> bool | None:
        """Whether it is exactly 0; None where neither is shown."""
        return None if self.sign is None else self.sign == 0

    @property
    def interval(self) -> tuple[Fraction, Fraction]:
        """Fractions between which the number lies; ArithmeticError where it was not shown to be finite."""
        if not exact.finite(self.number):
            raise ArithmeticError("no finite real value was found here")
        return ends(self.number)

    def ulps(self, found: float) -> float:
        """How far a float is off, at least, in units in the last place of the number; inf if it is not finite."""
        if not np.isfinite(found):
            return float("inf")
        low, high = self.interval
        value, unit = Fraction(found), self.form.ulp((low + high) / 2)
        off = max(low - value, value - high, Fraction(0)) / unit
        return float(off) if off < 2**1000 else float("inf")


def enclose(
    subject: Program | Proof, arrays: Mapping[str, Any], *names: str, form: str = "float64", most: int = MOST
) -> dict[str, Entries]:
    """Enclosures of every entry of some tensors of a program, or of the program of a derivation; by default its last.

    `arrays` are floats, taken as the numbers that they are. `form` is what is rounded to: float64, float32 or float16.
    NoBalls says what to install.
    """
    program = subject if isinstance(subject, Program) else subject.program
    given = {name: np.asarray(arrays[name]) for name in program.inputs if name in arrays}
    wanted = names or (program.output.name,)
    return {name: dict(_tensor(program, given, name, FORMATS[form], most)) for name in wanted}


def _tensor(
    program: Program, given: Mapping[str, Any], name: str, form: Format, most: int
) -> Iterator[tuple[tuple[int, ...], Enclosed]]:
    run = cache(lambda bits: Run(program, given))  # what is known at a precision serves all entries
    for at in np.ndindex(run(FIRST).shape(name)):
        yield at, refined(partial(_entry, run, name, at), form, most)


def _entry(run: Callable[[int], Run], name: str, at: tuple[int, ...], bits: int) -> Number:
    return run(bits).entry(name, at)


def scalar(expr: Expr, names: Sequence[str]) -> Callable[[Sequence[float], Format], Enclosed]:
    """A function of scalars (entries without indices): its enclosure at these floats, in the order of the names."""
    value = ready(expr)

    def at(floats: Sequence[float], form: Format) -> Enclosed:
        point = Point({name: exact.number(x) for name, x in zip(names, floats, strict=True)})
        return refined(lambda bits: value(point, {}), form)

    return at


def refined(value: Callable[[int], Number], form: Format, most: int = MOST) -> Enclosed:
    """The value at the first precision, doubled each time, that decides its rounding; else at the last."""
    bits = FIRST
    while True:
        with exact.precision(bits):
            found = value(bits)
            made = Enclosed(found, form.decide(found), bits, form)
        if made.nearest is not None or 2 * bits > most:
            return made
        bits *= 2


__all__ = ["FORMATS", "Enclosed", "Format", "NoBalls", "Run", "enclose", "refined", "scalar"]
