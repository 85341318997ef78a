"""The witnesses of a gradient: each says what the derivative is, and shares no code with the formula it judges."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from mpmath import mp

from derive.equation import Program
from proofs.enclosure.exact import flint
from proofs.enclosure.slopes import NAME as ARBITER
from proofs.rounding import Evaluator, Place, Undefined

Array = np.ndarray[Any, Any]
DIGITS = 50
EXPONENT = 12
STEP = mp.mpf(10) ** -EXPONENT
MOST_EXPONENT = 320
SPARE, MOST_LOST = 2, 1000
SMOOTH = mp.mpf(10) ** -8
CURVED = 10**4  # a second derivative that no kink is made of
# A change of this size within one step is looked at again with a smaller step.
SUDDEN = mp.mpf(10) ** -8


@dataclass(frozen=True)
class Slope:
    """The one-sided derivatives of the output in one entry, and the two-sided one, by steps of this size."""

    left: Any
    right: Any
    middle: Any
    step: Any = STEP

    @property
    def kink(self) -> bool:
        """Whether the sides differ by more than the curvature can explain at this step."""
        return bool(abs(self.right - self.left) > SMOOTH * abs(self.middle) + CURVED * self.step)

    @property
    def interval(self) -> tuple[Any, Any]:
        return min(self.left, self.right), max(self.left, self.right)


class Differences:
    """dL/dx by differences in 50-digit arithmetic on the forward equations: no noise, error of order 1e-24.

    Sees a relative fault of 1e-20 wherever the third derivative is moderate. Steps are 1e-12 of the smallest argument
    below 1, with as many digits more.
    """

    smallest_fault = 1e-20

    def __init__(self, program: Program, arrays: Mapping[str, Array], more: int = 0) -> None:
        self.program, self.arrays, self.more = program, arrays, more
        finer = min(MOST_EXPONENT, _places(arrays))
        self.step, self.digits = STEP / mp.mpf(10) ** finer, DIGITS + 2 * finer + more
        with mp.workdps(self.digits):
            self._run = Evaluator(program, arrays, 0.0, self.digits)
            self.centre = self._run.entry(program.output.name, ()).value

    def sharper(self) -> Differences:
        """With as many digits more as the forward loses where it cancels, as 1 - A does; these, if it loses none."""
        lost = 0 if self.more else _lost(self.program, self.arrays, self.digits)
        return Differences(self.program, self.arrays, lost) if lost > SPARE else self

    @property
    def noise(self) -> Any:
        """What the last digits of L can make of a slope."""
        return abs(self.centre) * mp.mpf(10) ** (2 - self.digits) / self.step

    def _value(self, moves: Mapping[Place, Any]) -> Any:
        return self._run.shifted(moves).entry(self.program.output.name, ()).value

    def extrapolated(self, name: str, at: tuple[int, ...]) -> Slope:
        """One-sided slopes of error order 1e-24 where the curvature jumps, as that of x/(1 + |x|) does at 0."""
        whole, half = (self.slope(name, at, step) for step in (self.step, self.step / 2))
        with mp.workdps(self.digits):
            left, right = 2 * half.left - whole.left, 2 * half.right - whole.right
            return Slope(left, right, (left + right) / 2, self.step)

    def slope(self, name: str, at: tuple[int, ...], step: Any = None) -> Slope:
        """Differences to the left, to the right, and across; Undefined at a jump."""
        return self.along({(name, *at): 1}, step)

    def along(self, direction: Mapping[Place, Any], step: Any = None) -> Slope:
        """The slopes along a vector, given by the entries that it moves."""
        with mp.workdps(self.digits):
            step = self.step if step is None else step
            up, down = (self._value({k: side * step * v for k, v in direction.items()}) for side in (1, -1))
            found = Slope((self.centre - down) / step, (up - self.centre) / step, (up - down) / (2 * step), step)
            change = max(abs(up - self.centre), abs(down - self.centre))
            if change > SUDDEN and self._jumps(direction, change, step):
                raise Undefined(f"the function jumps at {direction}: it has no gradient there")
            return found

    def _jumps(self, direction: Mapping[Place, Any], change: Any, step: Any) -> bool:
        """Whether a step of a hundredth still makes half of the change: then it is a jump, no slope."""
        moves = ({k: side * step * v / 100 for k, v in direction.items()} for side in (1, -1))
        return bool(max(abs(self._value(m) - self.centre) for m in moves) > change / 2)


def _places(arrays: Mapping[str, Array]) -> int:
    """How many places after the point the smallest argument starts at."""
    sizes = np.concatenate([[1.0], *(np.abs(a).ravel().astype(float) for a in arrays.values() if a.dtype.kind == "f")])
    return math.ceil(-math.log10(float(np.min(sizes, where=sizes > 0, initial=1.0))))


def _lost(program: Program, arrays: Mapping[str, Array], digits: int) -> int:
    """How many of these digits rounding may take from the output."""
    unit = mp.mpf(10) ** -digits
    with mp.workdps(digits):
        made = Evaluator(program, arrays, unit, digits).entry(program.output.name, ())
        if not made.error > abs(made.value) * unit:
            return 0
        lost = mp.log10(made.error / unit) - (mp.log10(abs(made.value)) if made.value else 0)
    return int(min(max(lost, 0), MOST_LOST))


Entries = dict[tuple[int, ...], Any]


def exact(program: Program, arrays: Mapping[str, Array], names: Sequence[str], unit: float) -> dict[str, Entries]:
    """Each entry of some tensors of the program (adjoints, say) with the bound on its rounding error."""
    run = Evaluator(program, arrays, unit, DIGITS)
    return {name: run.tensor(name) for name in names}


Gradient = Callable[..., Mapping[str, Array]]
WITNESSES: tuple[str, ...] = (
    "differences in 50-digit arithmetic",
    "derived formula with running error bound",
    *([ARBITER] if flint is not None else []),
)
TRUSTS: tuple[str, ...] = ("mpmath", "the kernel's rules", "first-order rounding-error analysis")

__all__ = ["TRUSTS", "WITNESSES", "Differences", "Gradient", "Slope", "Undefined", "exact"]
