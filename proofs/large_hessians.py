"""Is a large Hessian right? Forms w' H w with random signs see every entry at once; halves of a group find a wrong one.

An entry off by δ moves w' H w by δ, and two that mirror each other by 2δ, or not at all if they are off by opposite
amounts: those are not symmetric, which is asked first. Right is the second derivative of f(x + t w) by t, which is the
slope at 0 of f(x + √s w) + f(x - √s w), a smooth function of s that is extrapolated from a sweep.

What cannot be kept as a matrix is known by products: the columns of H D for two random D.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from numeric.differences import Estimate, one_sided
from proofs.approximate import COARSEST, FLOATS_SEE, NOISE, entry
from proofs.finding import Finding, Place
from proofs.groups import CLEAR, PROMISED, ROUNDINGS, Lines, narrowed, spread_out

Array = np.ndarray[Any, Any]
SCALES = (1.0, 2.0**-4, 2.0**-8, 2.0**-12)  # of steps that go down to 2^-8 and, for the last word, 2^-13
STEPS = tuple(2.0**-k for k in range(2, 20, 2))
BESIDE = 2.0**-12
UNEVEN = 0.6180339887498949  # multiples of it, without their whole part, are apart


@dataclass(frozen=True)
class Bends:
    """w' H v of the forward, by second differences."""

    lines: Lines

    def form(self, w: Array, v: Array, enough: float) -> Estimate:
        """With what it may be off by; of w = v one quadratic form."""
        if w is v:
            return self._quadratic(w, enough)
        one, two = self._quadratic(w + v, enough), self._quadratic(w - v, enough)
        return Estimate((one.value - two.value) / 4, (one.bound + two.bound) / 4)

    def _quadratic(self, w: Array, enough: float) -> Estimate:
        """From steps of the first scale that is good enough."""
        made = []
        for scale in SCALES:
            slope = one_sided(self._folded(w * scale), 0.0)[1]
            made.append(Estimate(slope.value / scale**2, slope.bound / scale**2))
            if made[-1].bound <= enough:
                break
        return min(made, key=lambda m: float(m.bound))

    def _folded(self, w: Array) -> Callable[[Any], float]:
        return lambda s: self.lines.bend(w, float(np.sqrt(s))) if s >= 0 else np.nan

    def roughly(self, w: Array, v: Array, h: float) -> float:
        """With no word on its error."""
        bend = self.lines.bend
        fine, coarse = ((bend(w + v, s) - bend(w - v, s)) / (4 * s * s) for s in (h, 2 * h))
        return fine + (fine - coarse) / 3


@dataclass(frozen=True)
class Square:
    """The test of one Hessian in floats, or of its products with the columns of `given`."""

    lines: Lines
    floats: Array
    spread: Array
    signs: Array
    given: Array | None = None
    structure: str = ""
    unit: float = 2.0**-53

    @property
    def shape(self) -> Place:
        """That of the argument."""
        return tuple(np.shape(self.lines.arguments[self.lines.name]))

    @property
    def matrix(self) -> Array:
        """A row for each entry of the argument."""
        return self.floats.reshape(self.signs.size, -1)

    @property
    def _largest(self) -> float:
        return float(np.max(np.abs(self.floats), initial=0.0, where=np.isfinite(self.floats)))

    def verdict(self) -> tuple[Finding, float]:
        """The finding, and the smallest fault of one entry that it sees."""
        broken = np.argwhere(~np.isfinite(self.matrix))
        if broken.size:
            return self._entry(*map(int, broken[0])), np.inf
        found = self._unlike() or Finding("agree")
        bounds = [0.0]
        for w, c in self._forms():
            found = found if found.refuted else self._asked(w, c, bounds)
        sees = 2 * max(bounds)
        if found.verdict == "agree" and not sees <= PROMISED * self._largest:
            return Finding("inconclusive", f"{self.lines.name}: {BLIND}"), sees
        return found, sees

    def _forms(self) -> list[tuple[Array, Array]]:
        """Weights of rows and of columns: the same; of products unlike ones too, which see what is not symmetric."""
        if self.given is None:
            return [(self.signs, self.signs)]
        (one, two), (first, second) = self.given.T, np.eye(2)
        return [(one, first), (two, second), (self.signs * (0.5 + UNEVEN * np.arange(self.signs.size) % 1), first)]

    def _asked(self, w: Array, c: Array, bounds: list[float]) -> Finding:
        """One form; its bound is kept."""
        rows = self._moved(w)
        right = self.lines_form(rows, self._column(c), COARSEST * self._largest)
        found, room = self._due(rows, c)
        bounds.append(float(right.bound) + room)
        gap = found - float(right.value)
        if not abs(gap) > bounds[-1]:
            return Finding("agree", entries=self.floats.size)
        return self._found(w, c, gap, self._step(rows, c, float(right.value), gap))

    def lines_form(self, rows: Array, columns: Array, enough: float) -> Estimate:
        """Of equal ones a quadratic form."""
        return Bends(self.lines).form(rows, rows if np.array_equal(rows, columns) else columns, enough)

    def _moved(self, values: Array, group: Array | None = None) -> Array:
        group = np.arange(values.size) if group is None else group
        return spread_out(values, group, self.shape, self.structure)

    def _column(self, c: Array) -> Array:
        """D c, of the shape of the argument."""
        return self._moved(c if self.given is None else self.given @ c)

    def _weights(self, c: Array) -> Array:
        return self._moved(c).ravel() if self.given is None else c

    def _due(self, rows: Array, c: Array) -> tuple[float, float]:
        """w' U c and what rounding may make of it."""
        w, c = rows.ravel(), self._weights(c)
        sizes = np.abs(w) @ (NOISE * self.spread.reshape(self.matrix.shape)) @ np.abs(c)
        rounding = ROUNDINGS * self.unit * (np.abs(w) @ np.abs(self.matrix) @ np.abs(c))
        return float(w @ self.matrix @ c), float(sizes + rounding)

    # ------------------------------------------------------------ which entry

    def _unlike(self) -> Finding | None:
        """The two entries that are least symmetric, if one of them is wrong."""
        if self.given is not None or self._largest == 0:
            return None
        off = np.abs(self.matrix - self.matrix.T)
        at = tuple(int(k) for k in np.unravel_index(np.argmax(off), off.shape))
        if not off[at] > FLOATS_SEE * self._largest:
            return None
        judged = (self._entry(*places) for places in (at, at[::-1]))
        return next((f for f in judged if f.refuted), None)

    def _step(self, rows: Array, c: Array, value: float, gap: float) -> float:
        """The finest step that hears the gap where the form is known."""
        off = {h: abs(Bends(self.lines).roughly(rows, self._column(c), h) - value) for h in STEPS}
        return min((h for h in STEPS if off[h] * CLEAR <= abs(gap)), default=min(STEPS, key=lambda h: (off[h], h)))

    def _gap(self, rows: Array, c: Array, h: float) -> float:
        return self._due(rows, c)[0] - Bends(self.lines).roughly(rows, self._column(c), h)

    def _found(self, w: Array, c: Array, gap: float, h: float) -> Finding:
        """Halves of the rows until one is left, then halves of its columns; what is left is judged by itself."""
        row = narrowed(np.flatnonzero(self._moved(w)), gap, lambda half: self._gap(self._moved(w, half), c, h))
        unit, columns = self._moved(np.ones(w.size), np.array([row])), np.flatnonzero(self._weights(c))
        column = narrowed(columns, self._gap(unit, c, h), lambda half: self._gap(unit, _only(c, half), h))
        finding = self._entry(row, column)
        return finding if finding.refuted else Finding("inconclusive", f"{self.lines.name}: {NOWHERE}")

    def _entry(self, row: int, column: int) -> Finding:
        """One entry, or its mates together."""
        rows, c = self._moved(np.ones(self.signs.size), np.array([row])), _only(np.ones(self.matrix.shape[1]), [column])
        value, bound = map(float, self.lines_form(rows, self._column(c), COARSEST * self._largest))
        found, room = self._due(rows, c)
        allowed = room + (FLOATS_SEE + ROUNDINGS * self.unit) * self._largest
        return self._said(entry((row, column), (value, value, bound), found, allowed, self._largest))

    def _said(self, found: Finding) -> Finding:
        """With the place in the Hessian; of a product in words."""
        if found.entry is None:
            return found
        row, column = found.entry
        at = tuple(int(k) for k in np.unravel_index(row, self.shape))
        if self.given is None:
            at += tuple(int(k) for k in np.unravel_index(column, self.shape))
            return Finding(found.verdict, "", at, found.found, found.true, self.floats.size)
        numbers = f"is {found.found:.12g}, and {found.true[0]:.12g} is due"
        return Finding(found.verdict, f"{PRODUCT}: entry [{', '.join(map(str, at))}] {numbers}")


NOWHERE = "along random signs the Hessian is off, and no entry is by itself"
BLIND = "at some arguments no fault of the Hessian is seen at the noise of floats, or f bends at kinks there"
PRODUCT = "the product with a vector of random signs is off"


def _only(values: Array, group: Any) -> Array:
    made = np.zeros(values.size)
    made[group] = values[group]
    return made


def beside(arguments: Mapping[str, Any], stream: np.random.Generator) -> dict[str, Any]:
    """Arguments next to these, of no special values: there a second derivative that jumps here has one value."""
    return {n: _near(v, stream) if np.asarray(v).dtype.kind == "f" else v for n, v in arguments.items()}


def _near(value: Any, stream: np.random.Generator) -> Any:
    moved = value + BESIDE * np.maximum(np.abs(value), 1.0) * stream.uniform(0.5, 1.0, np.shape(value))
    return moved.astype(value.dtype) if isinstance(value, np.ndarray) else type(value)(moved)
