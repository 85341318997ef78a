"""Is a large gradient right? Slopes along random signs see every entry at once; halves of a group find a wrong one.

<u, v> = d/dt f(x + t v) at t = 0, for v of random signs: one entry off by δ moves the left side by δ and nothing else.
The right side is extrapolated from a sweep of t, in extended precision where the forward runs in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from derive.tracing.specifications import SYMMETRIC
from numeric.differences import Estimate, central, one_sided
from proofs.approximate import COARSEST, FLOATS_SEE, NOISE, Interval, entry, mates
from proofs.arguments.drawing import LARGE
from proofs.calls import Failed, User, fresh, scalar
from proofs.finding import Finding, Place

Array = np.ndarray[Any, Any]
EXTENDED_SEES = 2.0**-40  # of the largest gradient, where the forward runs in extended precision
ROUNDINGS = 4  # of each entry of the gradient itself, in units of its type
PROMISED = 1e-3  # of the largest gradient: agree means that a fault of one entry as large would have been seen
SCALES = (1.0, 2.0**-12, 2.0**-24)  # of a million kinks some are near: finer steps pass fewer, and hear more noise
STEPS = tuple(2.0**-k for k in range(6, 40, 4))  # one of these tells halves of a group apart
CLEAR = 64  # times what the step is off by on the whole
FINER = float(np.finfo(np.longdouble).eps / np.finfo(float).eps)


def is_large(arguments: Mapping[str, Any]) -> bool:
    """Whether there are more numbers than are looked at one by one."""
    return sum(np.size(v) for v in arguments.values() if np.asarray(v).dtype.kind == "f") > LARGE


class Lines:
    """f(x + t v) - f(x), but for a constant, as a function of t, for directions v of one argument."""

    def __init__(self, forward: User, arguments: Mapping[str, Any], name: str) -> None:
        self.forward, self.name = forward, name
        self.arguments, self.extended = _widened(forward, arguments)
        self.here = self._value(self.arguments[name])
        self.offset = float(self.here) * (FINER if self.extended else 1.0)

    def along(self, direction: Array) -> Callable[[Any], float]:
        """The difference, before extended precision is lost; an ulp of the offset beside it is one of f."""
        return lambda t: float(self._value(self.arguments[self.name] + direction * t) - self.here) + self.offset

    def bend(self, direction: Array, t: float) -> float:
        """f(x + t v) - 2 f(x) + f(x - t v), likewise."""
        up, down = (self._value(self.arguments[self.name] + direction * s) - self.here for s in (t, -t))
        return float(up + down) + self.offset

    def _value(self, moved: Any) -> Any:
        try:
            return _number(self.forward, fresh(self.arguments) | {self.name: moved})
        except Failed as error:
            raise ValueError(str(error)) from error

    def slope(self, direction: Array, enough: float) -> tuple[Estimate, float]:
        """The slope along v with what it may be off by, and the scale of its steps: the first that is good enough."""
        made = []
        for scale in SCALES:
            made.append((_scaled(central(self.along(direction * scale), 0.0), scale), scale))
            if made[-1][0].bound <= enough:
                break
        return min(made, key=lambda m: float(m[0].bound))

    def roughly(self, direction: Array, h: float) -> float:
        """The slope from two central quotients, with no word on its error."""
        f = self.along(direction)
        fine, coarse = ((f(s) - f(-s)) / (2 * s) for s in (h, 2 * h))
        return fine + (fine - coarse) / 3

    def interval(self, direction: Array, enough: float) -> Interval:
        """The slopes on the two sides, if they differ by more than they may be off by."""
        (value, bound), scale = self.slope(direction, enough)
        left, right = (_scaled(e, scale) for e in one_sided(self.along(direction * scale), 0.0))
        sides, edge = [float(left.value), float(right.value)], float(max(left.bound, right.bound))
        if np.isfinite([*sides, edge]).all() and abs(sides[1] - sides[0]) > 4 * edge:
            return min(sides), max(sides), edge
        return float(value), float(value), float(bound)


def _scaled(estimate: Estimate, scale: float) -> Estimate:
    return Estimate(estimate.value / scale, estimate.bound / scale)


def _widened(forward: User, arguments: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """Floating arguments in extended precision, if the forward's value then has it too."""
    wide = {n: _wide(v, np.longdouble) for n, v in arguments.items()}
    try:
        value = np.asarray(_number(forward, fresh(wide)))
        # A value with no digit beyond those of a float has been through one.
        if value.dtype == np.longdouble and value != value.astype(float):
            return wide, True
    except (Failed, ArithmeticError, TypeError, ValueError):
        pass
    return {n: _wide(v, np.float64) for n, v in arguments.items()}, False


def _wide(value: Any, dtype: Any) -> Any:
    array = np.asarray(value)
    return value if array.dtype.kind != "f" else array.astype(dtype)[()]


def _number(forward: User, arguments: Mapping[str, Any]) -> Any:
    return scalar(forward, forward.call(arguments))


def spread_out(values: Array, group: Array, shape: Place, structure: str) -> Array:
    """The values of the group, 0 elsewhere; entries that are equal move together."""
    made = np.zeros(values.size)
    made[group] = values[group]
    square = made.reshape(shape)
    if structure in SYMMETRIC:
        return np.tril(square) + np.swapaxes(np.tril(square, -1), -1, -2)
    return np.tril(square) if structure == "lower" else square


def narrowed(group: Array, gap: float, off: Callable[[Array], float]) -> int:
    """The one that is left of the half with the larger part of the gap, and of the half of that, and so on."""
    while len(group) > 1:
        half, rest = group[: len(group) // 2], group[len(group) // 2 :]
        part = off(half)
        group, gap = (half, part) if abs(part) >= abs(gap - part) else (rest, gap - part)
    return int(group[0])


@dataclass(frozen=True)
class Group:
    """The test of one tensor: the gradient in floats, how much rounding may move it, and the lines of the forward."""

    lines: Lines
    floats: Array
    spread: Array
    signs: Array
    structure: str = ""
    unit: float = 2.0**-53

    def verdict(self) -> tuple[Finding, float]:
        """The finding, and the smallest fault of one entry that it sees."""
        broken = np.flatnonzero(~np.isfinite(self.floats))
        if broken.size:
            return self._entry(int(broken[0])), np.inf
        everything = np.arange(self.floats.size)
        (value, bound), _ = self.lines.slope(self.direction(everything), COARSEST * self._largest)
        found, room = self._due(everything)
        return self._judged(found, float(value), float(bound) + room)

    def _judged(self, found: float, value: float, bound: float) -> tuple[Finding, float]:
        sees = 2 * bound
        if abs(found - value) > bound:
            return self._found(found - value, bound, self._step(value, found - value)), sees
        if not sees <= PROMISED * self._largest:
            return Finding("inconclusive", self._blind(sees)), sees
        return Finding("agree", entries=self.floats.size), sees

    def _blind(self, sees: float) -> str:
        return (
            f"{self.lines.name}: of {self.floats.size:,} entries no fault below {sees:.1g} is seen at this noise, and "
            f"the largest is {self._largest:.1g}; a forward that keeps numpy.longdouble would settle it"
        )

    @property
    def _largest(self) -> float:
        return float(np.max(np.abs(self.floats), initial=0.0, where=np.isfinite(self.floats)))

    def direction(self, group: Array) -> Array:
        """The signs of the group, 0 elsewhere."""
        return spread_out(self.signs, group, self.floats.shape, self.structure)

    def _due(self, group: Array) -> tuple[float, float]:
        """<u, v> and what rounding may make of it."""
        v = self.direction(group)
        terms = self.floats * v
        rounding = NOISE * np.sum(self.spread * np.abs(v)) + ROUNDINGS * self.unit * np.sum(np.abs(terms))
        return float(np.sum(terms.astype(np.longdouble))), float(rounding)

    def _step(self, value: float, gap: float) -> float:
        """The finest step that hears the gap where the slope is known: coarse ones pass kinks."""
        whole = self.direction(np.arange(self.floats.size))
        off = {h: abs(self.lines.roughly(whole, h) - value) for h in STEPS}
        return min((h for h in STEPS if off[h] * CLEAR <= abs(gap)), default=min(STEPS, key=lambda h: (off[h], h)))

    def _found(self, gap: float, bound: float, step: float) -> Finding:
        """The half with the larger part of the gap, until one entry is left; that one is judged by itself."""
        group = np.flatnonzero(self.direction(np.arange(self.floats.size)))
        finding = self._entry(narrowed(group, gap, lambda half: self._gap(half, step)))
        return finding if finding.refuted else Finding("inconclusive", self._nowhere(gap, bound))

    def _gap(self, half: Array, step: float) -> float:
        return self._due(half)[0] - self.lines.roughly(self.direction(half), step)

    def _nowhere(self, gap: float, bound: float) -> str:
        return (
            f"{self.lines.name}: along random signs the gradient is off by {abs(gap):.2g}, which is beyond its bound "
            f"{bound:.2g}, and no single entry is; a smaller size would settle it"
        )

    def _entry(self, flat: int) -> Finding:
        at: Place = tuple(int(k) for k in np.unravel_index(flat, self.floats.shape))
        unit = np.zeros(self.floats.shape)
        moved = mates(self.structure, at)
        for place in moved:
            unit[place] = 1.0
        found, room = (float(sum(a[m] for m in moved)) for a in (self.floats, self.spread))
        floor = (EXTENDED_SEES if self.lines.extended else FLOATS_SEE) + ROUNDINGS * self.unit
        slopes = self.lines.interval(unit, COARSEST * self._largest)
        return entry(at, slopes, found, NOISE * room + floor * self._largest, self._largest)
