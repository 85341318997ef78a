"""Arguments of a derivation with what is right there: slopes of the forward, and what rounding may do to them.

Both are computed when they are first asked for and kept, so that any number of gradients is held against them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import numpy as np
from mpmath import mp

from derive.steps import Proof
from proofs.approximate import NOISE, spread_of
from proofs.arguments.strategies import Case
from proofs.calls import Failed, Misshapen, User
from proofs.enclosure.slopes import arbitrated
from proofs.finding import Finding, Place
from proofs.witnesses import Differences, Slope, Undefined, exact

Array = np.ndarray[Any, Any]
# The differences themselves are good to about 1e-20 of the gradient's scale; results are rounded a few times.
REFERENCE = 1e-15
# A gap below this share of the gradient may be what the candidate's own order of operations rounds.
OWN_ROUNDING = 1e-6
SETTLED = 1e-17  # of the terms along a direction: less than any bound that is asked of an entry
SMOOTH = 1e-8
NEARBY = 24
FINER = 100  # how much smaller a second step is; a jump makes a quotient as much larger
MOVED = 1e-7
Judged = tuple[Finding, float]


class Point:
    """One set of arguments; Undefined where the forward or a derived gradient has no finite value there."""

    def __init__(self, derivation: Proof, arrays: Mapping[str, Array]) -> None:
        self.arrays = {n: arrays[n] for n in derivation.forward.inputs if n in arrays}
        of_type = np.finfo(next(a.dtype for a in arrays.values() if a.dtype.kind == "f"))
        self.unit, self.largest = float(of_type.eps) / 2, float(of_type.max) / 2
        self.reference = Differences(derivation.forward, arrays)
        results = {name: derivation.results[name] for name in derivation.wrt}
        found = exact(derivation.program, arrays, list(results.values()), self.unit)
        self.bounds = {name: found[result] for name, result in results.items()}
        self._slopes: dict[tuple[str, Place, bool], Slope | None] = {}
        self._nearby: dict[tuple[str, Place], list[Any]] = {}
        self._settled: dict[str, bool] = {}

    def settled(self, name: str) -> bool:
        """Whether the derived values are the slopes of the forward, by one random direction that sees every entry."""
        if name not in self._settled:
            self._settled[name] = self._agree(name) or (self._sharpened() and self._agree(name))
        return self._settled[name]

    def _sharpened(self) -> bool:
        """Whether the differences have more digits now, since the forward loses some."""
        before, self.reference = self.reference, self.reference.sharper()
        return self.reference is not before

    def _agree(self, name: str) -> bool:
        stream, entries = np.random.default_rng(len(self.bounds[name])), self.bounds[name]
        v = {at: mp.mpf(int(stream.integers(64, 192)) * int(stream.choice([-1, 1]))) / 128 for at in entries}
        try:
            found = self.reference.along({(name, *at): value for at, value in v.items()})
        except Undefined:
            return False
        with mp.workdps(self.reference.digits):
            due = mp.fsum(v[at] * bounded.value for at, bounded in entries.items())
            size = mp.fsum(abs(v[at] * bounded.value) for at, bounded in entries.items())
            room = SETTLED * size + self.reference.noise
            return bool(abs(found.middle - due) <= room and abs(found.right - found.left) <= SMOOTH * size + room)

    def slope(self, name: str, at: Place, extrapolated: bool = False) -> Slope | None:
        """The derivative by one entry; None at a jump."""
        if self.settled(name):
            return Slope(*(self.bounds[name][at].value,) * 3)
        key = name, at, extrapolated
        if key not in self._slopes:
            make = self.reference.extrapolated if extrapolated else self.reference.slope
            try:
                self._slopes[key] = make(name, at)
            except Undefined:
                self._slopes[key] = None
        return self._slopes[key]

    def judge(self, candidate: User, name: str, floats: Array) -> Judged:
        """The finding on one tensor, and the largest gap in units of what rounding allows."""
        verdicts, largest = [], 0.0
        spread = _Spread(self, candidate, name, floats)
        for at in self.bounds[name]:
            found, off = self._entry(name, at, float(floats[at]), spread)
            if found.verdict != "skipped":
                verdicts.append(found.verdict)
                largest = max(largest, off)
            if found.refuted:
                return found, largest
        return Finding("kink" if "kink" in verdicts else "agree", entries=len(verdicts)), largest

    def _entry(self, name: str, at: Place, found: float, spread: _Spread) -> Judged:
        slope = self.slope(name, at)
        if slope is None:
            return Finding("skipped"), 0.0
        allowed = float(self.bounds[name][at].error)
        allowed += REFERENCE * (self.unit / 2.0**-53) * float(1 + abs(slope.middle))
        if not self.settled(name):
            allowed += float(self.reference.noise)
        if not np.isfinite(found) and abs(slope.middle) > self.largest:
            return Finding("skipped"), 0.0
        judged = judged_entry(at, found, slope, allowed)
        if judged[0].verdict == "wrong":
            judged = judged_entry(at, found, self.slope(name, at, extrapolated=True) or slope, allowed)
        if judged[0].verdict == "wrong" and judged[0].relative < OWN_ROUNDING * (self.unit / 2.0**-53) ** 0.5:
            judged = judged_entry(at, found, slope, allowed + NOISE * spread(at))
        if judged[0].reason == "outside":
            judged = judged_entry(at, found, self._around(name, at, slope), allowed)
        doubtful = judged[0].verdict == "wrong" and (judged[0].relative < OWN_ROUNDING or not self.settled(name))
        if doubtful and (decided := self._arbitrated(name, at)) is not None:
            return judged_entry(at, found, decided, allowed)
        if judged[0].verdict == "wrong" and self._no_slope(name, at, found, slope):
            return Finding("skipped"), 0.0
        return judged

    def _no_slope(self, name: str, at: Place, found: float, slope: Slope) -> bool:
        """Whether the quotients leave the value further behind the smaller the step: at a jump, however small, and at a
        vertical tangent there is no gradient. A value that is wrong is off by the same at each step.
        """
        try:
            finer = self.reference.slope(name, at, slope.step / FINER)
        except Undefined:
            return True
        sides = (slope.left, finer.left), (slope.right, finer.right)
        return any(abs(close - far) > abs(far - found) > 0 for far, close in sides)

    def _arbitrated(self, name: str, at: Place) -> Slope | None:
        """What balls say where the 50 digits of the other witness may have been too few; None at a kink."""
        slopes = arbitrated(self.reference.program, self.arrays, name, at)
        if slopes is None:
            return None
        found = Slope(*(mp.mpf(s.numerator) / s.denominator for s in slopes))
        return None if found.kink else found

    def _around(self, name: str, at: Place, slope: Slope) -> Slope:
        """The sides with the slopes next to this point, where ties break: any value between is a subgradient."""
        key = name, at
        if key not in self._nearby:
            self._nearby[key] = list(self._slopes_nearby(name, at))
        around = [slope.left, slope.right, *self._nearby[key]]
        return Slope(min(around), max(around), slope.middle, slope.step)

    def _slopes_nearby(self, name: str, at: Place) -> Iterator[Any]:
        stream = np.random.default_rng(1)
        for _ in range(NEARBY):
            moved = {n: _moved(a, stream) for n, a in self.arrays.items()}
            with suppress(Undefined):
                found = Differences(self.reference.program, moved).slope(name, at).middle
                # What the move itself changes is no part of a kink.
                yield from (found * (1 - MOVED), found * (1 + MOVED))


class _Spread:
    """How much an entry of the candidate moves as its arguments move by a few ulps; asked for where it matters."""

    def __init__(self, point: Point, candidate: User, name: str, floats: Array) -> None:
        self.point, self.candidate, self.name, self.floats = point, candidate, name, floats
        self._known: Array | None = None

    def __call__(self, at: Place) -> float:
        if self._known is None:
            given, stream = self.point.arrays, np.random.default_rng(0)
            try:
                self._known = spread_of(self.candidate, given, [self.name], self.name, self.floats, stream)
            except (Failed, Misshapen, ValueError, TypeError):
                self._known = np.zeros(self.floats.shape)
        return float(self._known[at])


def judged_entry(at: Place, found: float, slope: Slope, allowed: float) -> Judged:
    """agree, kink, wrong or non-finite, and the gap in units of what is allowed."""
    low, high = slope.interval if slope.kink else (slope.middle, slope.middle)
    interval = float(low), float(high)
    if not np.isfinite(found):
        return Finding("non-finite", "", at, found, interval, 1), float("inf")
    gap = max(mp.mpf(found) - high, low - mp.mpf(found), mp.mpf(0))
    off = float(gap / allowed)
    if off > 1:
        return Finding("wrong", "outside" if slope.kink else "", at, found, interval, 1), off
    return Finding("kink" if slope.kink else "agree", entries=1), off


def _moved(array: Array, stream: np.random.Generator) -> Array:
    """Each number by its own little."""
    if array.dtype.kind != "f":
        return array
    wide = array.astype(float)
    return wide + stream.uniform(-1, 1, array.shape) * 2.0**-40 * np.maximum(np.abs(wide), 1e-3)


class Points:
    """The points of one derivation, each made once."""

    def __init__(self, derivation: Proof) -> None:
        self.derivation = derivation
        self._known: dict[Any, Point | None] = {}

    def at(self, case: Case) -> Point | None:
        """None where the function is not finite."""
        key = tuple((n, a.dtype.str, a.shape, a.tobytes()) for n, a in case.arrays.items())
        if key not in self._known:
            try:
                self._known[key] = Point(self.derivation, case.arrays)
            except Undefined:
                self._known[key] = None
        return self._known[key]


Gradient = Callable[..., Any]
