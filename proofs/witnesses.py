"""The witnesses of a gradient: each says what the derivative is, and shares no code with the formula it judges."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from mpmath import mp

from derive.equation import Program
from proofs.rounding import Evaluator, Place, Undefined

Array = np.ndarray[Any, Any]
DIGITS = 50
STEP = mp.mpf(10) ** -12
SMOOTH = mp.mpf(10) ** -8
# A change of this size within one step is looked at again with a smaller step.
SUDDEN = mp.mpf(10) ** -8


@dataclass(frozen=True)
class Slope:
    """The one-sided derivatives of the output in one entry, and the two-sided one."""

    left: Any
    right: Any
    middle: Any

    @property
    def kink(self) -> bool:
        """Whether the sides differ by more than the curvature can explain at this step."""
        return bool(abs(self.right - self.left) > SMOOTH * (1 + abs(self.middle)))

    @property
    def interval(self) -> tuple[Any, Any]:
        return min(self.left, self.right), max(self.left, self.right)


class Differences:
    """dL/dx by differences in 50-digit arithmetic on the forward equations: no noise, error of order 1e-24.

    Sees a relative fault of 1e-20 wherever the third derivative is moderate.
    """

    smallest_fault = 1e-20

    def __init__(self, program: Program, arrays: Mapping[str, Array]) -> None:
        self.program, self.arrays = program, arrays
        with mp.workdps(DIGITS):
            self._run = Evaluator(program, arrays, 0.0, DIGITS)
            self.centre = self._run.entry(program.output.name, ()).value

    def _value(self, key: Place, shift: Any) -> Any:
        return self._run.shifted(key, shift).entry(self.program.output.name, ()).value

    def extrapolated(self, name: str, at: tuple[int, ...]) -> Slope:
        """One-sided slopes of error order 1e-24 where the curvature jumps, as that of x/(1 + |x|) does at 0."""
        whole, half = (self.slope(name, at, step) for step in (STEP, STEP / 2))
        with mp.workdps(DIGITS):
            left, right = 2 * half.left - whole.left, 2 * half.right - whole.right
            return Slope(left, right, (left + right) / 2)

    def slope(self, name: str, at: tuple[int, ...], step: Any = STEP) -> Slope:
        """Differences to the left, to the right, and across; Undefined at a jump."""
        with mp.workdps(DIGITS):
            up, down = (self._value((name, *at), side * step) for side in (1, -1))
            found = Slope((self.centre - down) / step, (up - self.centre) / step, (up - down) / (2 * step))
            change = max(abs(up - self.centre), abs(down - self.centre))
            if change > SUDDEN and self._jumps(name, at, change):
                raise Undefined(f"the function jumps at {name}{list(at)}: it has no gradient there")
            return found

    def _jumps(self, name: str, at: tuple[int, ...], change: Any) -> bool:
        """Whether a step of a hundredth still makes half of the change: then it is a jump, no slope."""
        near = (self._value((name, *at), side * STEP / 100) for side in (1, -1))
        return bool(max(abs(value - self.centre) for value in near) > change / 2)


Entries = dict[tuple[int, ...], Any]


def exact(program: Program, arrays: Mapping[str, Array], names: Sequence[str], unit: float) -> dict[str, Entries]:
    """Each entry of some tensors of the program (adjoints, say) with the bound on its rounding error."""
    run = Evaluator(program, arrays, unit, DIGITS)
    return {name: run.tensor(name) for name in names}


Gradient = Callable[..., Mapping[str, Array]]
WITNESSES: tuple[str, ...] = ("differences in 50-digit arithmetic", "derived formula with running error bound")
TRUSTS: tuple[str, ...] = ("mpmath", "the kernel's rules", "first-order rounding-error analysis")

__all__ = ["TRUSTS", "WITNESSES", "Differences", "Gradient", "Slope", "Undefined", "exact"]
