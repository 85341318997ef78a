"""Bounds on the error of compiled functions that are theorems: every float of a box is covered, and nothing is sampled.

    |computed(x) - f(x)| <= N ulp(f(x))   for all floats x of the box

The box is cut where the bound is worst until that no longer helps (branch and bound); each part is bounded by rounding-
error analysis of the emitted source (`analysis.py`), with library functions within what `library.py` assumes of them.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from sympy import Expr, Mul, Rational, Symbol

from derive.functions import row_of, unfold
from derive.index import Compare, Where
from proofs.bounds import floats, identity, intervals
from proofs.bounds.analysis import Analysis, Case, Split, last_of, possible, restated
from proofs.bounds.code import Node, Unreadable
from proofs.bounds.floats import INFINITE, Straddles
from proofs.bounds.intervals import Interval
from proofs.enclosure.evaluation import ready
from proofs.enclosure.exact import finite, flint, precision

Ends = Mapping[str, tuple[float, float]]
BOXES = 500  # that a bound may take
ENOUGH = 1.02  # a part that is within this factor of one that cannot be cut further is not cut
NARROW = 2.0**-9  # parts of this relative width are not cut further


@dataclass(frozen=True)
class Bound:
    """N, the box it holds for, on how many parts it was shown, and what is assumed; `reason` where there is none."""

    ulps: float
    box: Ends
    parts: int = 0
    assumptions: Mapping[str, float] = field(default_factory=dict)
    apart_from: tuple[tuple[float, float], ...] = ()
    reason: str = ""

    @property
    def found(self) -> bool:
        """Whether there is a bound."""
        return not self.reason


def piece_of(expr: Expr, run: Analysis) -> Expr:
    """The function as this case has it: of each case distinction the branch that holds."""
    if isinstance(expr, Where):
        return piece_of(expr.args[1 if _truth(expr.args[0], run) else 2], run)
    if isinstance(expr, Compare):
        return Mul(int(_truth(expr, run)))
    row = row_of(expr)
    if row is not None and row.definition is not None:
        return piece_of(unfold(expr), run)
    return expr.func(*(piece_of(a, run) for a in expr.args)) if expr.args else expr


def _truth(condition: Expr, run: Analysis) -> bool:
    for part in Mul.make_args(condition):
        sides = [piece_of(a, run) for a in part.args[1:]]
        if not run.holds(part.operator, *sides):
            return False
    return True


def unfolded_cases(expr: Expr) -> bool:
    """Whether the function, or one that it is made of, has cases."""
    if isinstance(expr, (Where, Compare)):
        return True
    row = row_of(expr)
    defined = row is not None and row.definition is not None
    return any(map(unfolded_cases, (unfold(expr),) if defined else expr.args))


class Search:
    """Branch and bound over the parts of a box."""

    def __init__(self, root: Node, function: Expr, most: int = BOXES) -> None:
        plain = piece_of(function, Analysis({})) if not unfolded_cases(function) else function
        self.root, self.function, self.most, self.parts = root, plain, most, 0
        self.last = last_of(root)
        self.stuck: Ends = {}  # what could not be cut any more
        self.cases = unfolded_cases(function)

    def bound(self, boxes: list[Ends]) -> float:
        """The largest error over all boxes, at most."""
        queue: list[tuple[float, int, Ends]] = []
        count, settled = itertools.count(), 0.0
        waiting = list(boxes)
        while waiting or queue:
            for box in waiting:
                heapq.heappush(queue, (-self.error(box), next(count), box))
            worst, _, box = heapq.heappop(queue)
            if -worst <= settled * ENOUGH or self.parts > self.most:
                self.stuck = box if -worst > settled else self.stuck
                return max(-worst, settled)
            waiting = list(cut(box, -worst == INFINITE))
            settled = settled if waiting else max(settled, -worst)
            self.stuck = self.stuck if waiting else box
            if settled == INFINITE:
                self.stuck = box
                return settled
        return settled

    def error(self, box: Ends) -> float:
        """The bound on one part, over all cases of it; inf where it must be cut."""
        self.parts += 1
        worst, waiting = 0.0, [dict[Expr, bool]()]
        inside = {n: Interval(flint.arb(a), flint.arb(b)) for n, (a, b) in box.items()}
        while waiting:
            outcomes = waiting.pop()
            run = Analysis(inside, outcomes, last=self.last)
            try:
                worst = max(worst, self._one(run))
            except Case as case:
                waiting += [c for found in (True, False) if possible(c := {**outcomes, case.key: found})]
            except (Straddles, Split):
                return INFINITE
        return worst

    def _one(self, run: Analysis) -> float:
        piece = piece_of(self.function, run) if self.cases else self.function
        try:
            value = restated(run.value(self.root), piece, run.box)
        except Straddles:
            return INFINITE if self._claims(identity.over(piece, run.box), piece, run) else 0.0
        found = floats.largest_error(value)
        return found if found < INFINITE or self._claims(value.range, piece, run) else 0.0

    def _claims(self, reach: Interval, piece: Expr, run: Analysis) -> bool:
        """Whether anything is claimed: not beyond half of the largest float, and not where there is no real value."""
        if reach.least >= flint.arb(2) ** (floats.MOST - 1):
            return False
        if not all(side.is_point for side in run.box.values()):
            return True
        at = {Symbol(n, real=True): Rational(float(side.lo)) for n, side in run.box.items()}
        return finite(ready(piece.xreplace(at))(None, {}))  # type: ignore[arg-type]


def cut(box: Ends, further: bool) -> Iterator[Ends]:
    """The box in two, across its widest side; none where every side is narrow, or one float if it must go `further`."""
    name = max(box, key=lambda n: _width(*box[n]))
    low, high = box[name]
    if low == high or (_width(low, high) < NARROW and not further):
        return
    middle = _middle(low, high)
    yield {**box, name: (low, middle)}
    yield {**box, name: (float(np.nextafter(middle, INFINITE)), high)}


def _width(low: float, high: float) -> float:
    """How many binades, about."""
    if low == high:
        return 0.0
    if low <= 0 <= high:
        return INFINITE
    return abs(math.log2(high / low)) if high / low != INFINITE and high / low > 0 else 2000.0


def _middle(low: float, high: float) -> float:
    """Where the box is cut: beside 0, at a power of two, or half way."""
    if low < 0 < high:
        return float(np.nextafter(0.0, -1))
    if low == 0 or high == 0:
        return 0.0 if low == 0 else float(np.nextafter(0.0, -1))
    first, last = sorted((math.frexp(low)[1], math.frexp(high)[1]))
    if last - first > 1:
        return _inside(math.copysign(math.ldexp(1.0, (first + last) // 2), low), low, high)
    return _inside(low + (high - low) / 2, low, high)


def _inside(middle: float, low: float, high: float) -> float:
    return min(max(middle, low), float(np.nextafter(high, -INFINITE)))


def bounded(root: Node, function: Expr, boxes: list[Ends], most: int = BOXES) -> tuple[float, int, str]:
    """The bound, the number of parts, and the reason where there is none."""
    search = Search(root, function, most)
    try:
        with precision(intervals.BITS):
            found = search.bound(boxes)
    except Unreadable as error:
        return INFINITE, search.parts, str(error)
    return found, search.parts, "" if found < 2.0**53 else "the box cannot be cut finely enough"


def symbols(function: Expr, names: Mapping[Expr, str]) -> Expr:
    """The function of the elements as one of numbers x, y, z."""
    return function.xreplace({entry: Symbol(name, real=True) for entry, name in names.items()})
