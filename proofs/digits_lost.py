"""Are the numbers right? What the candidate gives in floats against what it gives in exact arithmetic.

An overflow, an underflow or a cancellation is refuted where the forward itself is computed well, where the error
matters beside the gradients seen, and where arguments that move by a few ulps do not explain it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from proofs.finding import Finding, Place
from proofs.formula import Formula, kinked
from proofs.precise import Real, Unprecise
from proofs.precise.arrays import lifted
from proofs.precise.number import real
from proofs.reference import finite

Array = np.ndarray[Any, Any]
LARGEST = 1.7e308
FORWARD = 1e-6  # relative error of the forward beyond which its own numbers are not looked after
DECLARED = 1e-6  # half of the digits are asked for where the range of every argument is declared
UNDECLARED = 1e-3  # else three, for customary formulas lose some far from where they are used
MATTERS = 1e-10  # of the largest gradient
ULPS = 2.0**-50
MOVES = 8  # beside a kink each is on its other side with a chance of a half


class Numbers:
    """Judges floats, tensor by tensor; remembers how large gradients are at ordinary arguments."""

    def __init__(self, unit: float = 2.0**-53, fewest: float = UNDECLARED) -> None:
        self.scales: dict[str, float] = {}
        self.values = 0.0
        self.unit, self.fewest = unit, fewest

    def learn(self, formula: Formula, name: str) -> None:
        """The largest entry of a gradient at ordinary arguments."""
        largest = _largest(formula.found[name], formula.reference.noise)
        self.scales[name] = max(self.scales.get(name, 0.0), largest)

    def judge(self, formula: Formula, name: str, floats: Array, value: float, at_kink: bool) -> Finding:
        """non-finite, or wrong for lost digits, or agree; at a kink floats may take another side."""
        broken = self._not_finite(formula, name, floats, value)
        if broken is not None or at_kink:
            return broken or Finding("agree")
        exact = formula.reference.centre
        if abs(real(value) - exact) > abs(exact) * (FORWARD * self.unit / 2.0**-53):
            return Finding("agree")
        return self._lost(formula, name, floats) or Finding("agree")

    def _not_finite(self, formula: Formula, name: str, floats: Array, value: float) -> Finding | None:
        """nan or inf where the derivative is a number that a float can hold."""
        exact = formula.reference.centre
        badly = abs(real(value) - exact) > max(abs(exact), real(self.values)) * FORWARD
        bad = [] if badly else [at for at in np.ndindex(floats.shape) if not np.isfinite(floats[at])]
        for at in bad[:8]:
            true = self._derivative(formula, name, at)
            if true is not None and abs(true[0]) < LARGEST and abs(true[1]) < LARGEST:
                return Finding("non-finite", "", at, float(floats[at]), (true[0].rounded(), true[1].rounded()), 1)
        return None

    def _derivative(self, formula: Formula, name: str, at: Place) -> tuple[Real, Real] | None:
        exact = real(formula.found[name][at])
        if finite(exact) and formula.order == 1:
            return exact, exact
        unit = formula._unit(name, at)
        coarse, fine = (r.along({name: unit}) for r in (formula.reference, formula.finer[0]))
        if not fine.sides or any(abs(b) > abs(a) * 1e6 for a, b in zip(coarse.sides, fine.sides, strict=False)):
            return None
        return (min(fine.sides), max(fine.sides)) if kinked(coarse, fine) else (fine.middle, fine.middle)

    def _lost(self, formula: Formula, name: str, floats: Array) -> Finding | None:
        """Entries that lost most of their digits, which matter, and no excuse."""
        true = formula.found[name]
        largest = _largest(true, formula.reference.noise)
        suspects = list(self._suspects(formula, name, floats, max(self.scales.get(name, 0.0), largest)))
        if not suspects or not self.scales.get(name):
            return None
        scale = max(self.scales.get(name, 0.0), *self._elsewhere(formula, name))
        suspects = list(self._suspects(formula, name, floats, scale))
        others = list(formula.moved(4 * ULPS * self.unit / 2.0**-53, MOVES)) if suspects else []
        for at, error in suspects:
            spread = max(abs(real(o[name][at]) - real(true[at])) for o in others)
            if not spread * 8 >= error:
                exact = real(true[at]).rounded()
                return Finding("wrong", "digits", at, float(floats[at]), (exact, exact), 1)
        return None

    def _elsewhere(self, formula: Formula, name: str) -> Iterator[float]:
        """How large the gradient is where this tensor is ordinary or 0, and all others are as they are."""
        yield _largest(formula.found[name], formula.reference.noise)
        shape = formula.shape(name)
        for size in (1.0, 1e-3, 0.0):
            values = lifted(np.asarray(np.round(formula.stream.normal(size=shape), 2) * size))
            given = values if shape else values.reshape(-1)[0]
            try:
                yield _largest(formula.reference.found(formula.wrt, {name: given})[name], formula.reference.noise)
            except (Unprecise, ArithmeticError, ValueError, np.linalg.LinAlgError):
                continue

    def _suspects(self, formula: Formula, name: str, floats: Array, largest: float) -> Iterator[tuple[Place, Real]]:
        """Entries that are exactly 0 say nothing: what cancels there has no scale."""
        for at in np.ndindex(floats.shape):
            exact, found = real(formula.found[name][at]), float(floats[at])
            if finite(exact) and np.isfinite(found) and abs(exact) > formula.reference.noise:
                error = abs(real(found) - exact)
                if error > abs(exact) * self.fewest and error > MATTERS * largest * (self.unit / 2.0**-53) ** 0.5:
                    yield at, error


def _largest(found: Array, floor: Real) -> float:
    """The largest finite entry; what is below the noise of all digits is 0."""
    sizes = (abs(v) for v in map(real, found.flat) if finite(v))
    return max((v.rounded() for v in sizes if floor < v < LARGEST), default=0.0)
