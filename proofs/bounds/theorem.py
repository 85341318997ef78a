"""Bounds on the error of compiled functions that are theorems: every float of a box is covered, and nothing is sampled.

    |computed(x) - f(x)| <= N ulp(f(x))   for all floats x of the box

The box is cut where the bound is worst until that no longer helps (branch and bound); each part is bounded by rounding-
error analysis of the emitted source (`analysis.py`), with library functions within what `library.py` assumes of them.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import sympy
from sympy import Expr, Mul, Rational, Symbol

from derive.functions import row_of, unfold
from derive.index import Compare, Where
from proofs.bounds import floats, identity, intervals
from proofs.bounds.analysis import Analysis, Case, Split, last_of, name_of, possible, restated
from proofs.bounds.code import Node, Reader, Unreadable
from proofs.bounds.floats import INFINITE, Straddles
from proofs.bounds.intervals import Interval
from proofs.bounds.library import CALLED, OWN
from proofs.enclosure.evaluation import ready
from proofs.enclosure.exact import finite, flint, precision

Ends = Mapping[str, tuple[float, float]]
BOXES = 500  # that a bound may take
ENOUGH = 1.02  # a part that is within this factor of one that cannot be cut further is not cut
NARROW = 2.0**-9  # parts of this relative width are not cut further
NEAR = 0.25  # how far from a zero its neighbourhood reaches, relative to the zero or to 1
WORTHLESS = 2.0**40


@dataclass(frozen=True)
class Bound:
    """N, the box that it holds for without the stretches `apart_from`, on how many parts; `reason` where there is none.

    `assumptions` has the functions that the code calls, and within how many ulps each is taken to be.
    """

    ulps: float
    box: Ends
    parts: int
    assumptions: Mapping[str, float]
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
        self.worst: Ends = {}
        self.asked: tuple[str, float] | None = None  # where a comparison of an input wants the last box to be cut
        self.cases = unfolded_cases(function)

    def bound(self, boxes: list[Ends]) -> float:
        """The largest error over all boxes, at most."""
        queue: list[tuple[float, int, Ends, tuple[str, float] | None]] = []
        count, settled = itertools.count(), 0.0
        waiting = list(boxes)
        while waiting or queue:
            for box in waiting:
                heapq.heappush(queue, (-self.error(box), next(count), box, self.asked))
            worst, _, box, asked = heapq.heappop(queue)
            if -worst <= settled * ENOUGH or self.parts > self.most:
                self.worst = box if -worst > settled else self.worst
                return max(-worst, settled)
            waiting = list(cut(box, -worst == INFINITE, asked))
            settled = settled if waiting else max(settled, -worst)
            self.worst = self.worst if waiting else box
            if settled == INFINITE:
                return settled
        return settled

    def error(self, box: Ends) -> float:
        """The bound on one part, over all cases of it; inf where it must be cut."""
        self.parts, self.asked = self.parts + 1, None
        worst, waiting = 0.0, [dict[Expr, bool]()]
        inside = {n: Interval(flint.arb(a), flint.arb(b)) for n, (a, b) in box.items()}
        while waiting:
            outcomes = waiting.pop()
            run = Analysis(inside, outcomes, last=self.last)
            try:
                worst = max(worst, self._one(run))
            except Case as case:
                waiting += [c for found in (True, False) if possible(c := {**outcomes, case.key: found})]
            except Split as split:
                self.asked = split.name, split.at
                return INFINITE
            except Straddles:
                return INFINITE
        return worst

    def _one(self, run: Analysis) -> float:
        piece = piece_of(self.function, run) if self.cases else self.function
        try:
            value, ties = run.value(self.root), tied(run.outcomes)
            value = restated(replace(value, ref=value.ref.xreplace(ties)), piece.xreplace(ties), run.box)
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
        return finite(ready(piece.xreplace(at))(None, {}))


def tied(outcomes: Mapping[Expr, bool]) -> dict[Expr, Expr]:
    """Where neither x - y nor y - x is negative, x is y."""
    made: dict[Expr, Expr] = {}
    for gap in (g for g, found in outcomes.items() if not found and outcomes.get(sympy.expand(-g)) is False):
        for symbol in sorted(gap.free_symbols, key=str):
            other = sympy.expand(symbol - gap / gap.coeff(symbol)) if gap.coeff(symbol).is_number else symbol
            if not other.has(symbol):
                return {**made, symbol: other}
    return made


def cut(box: Ends, further: bool, asked: tuple[str, float] | None = None) -> Iterator[Ends]:
    """The box in two, where it is asked for or across its widest side; none where every side is narrow.

    `further`: down to single floats.
    """
    name = asked[0] if asked else max(box, key=lambda n: _width(*box[n]))
    low, high = box[name]
    if low == high or (_width(low, high) < NARROW and not further):
        return
    middle = _before(asked[1], low, high) if asked else _middle(low, high)
    yield {**box, name: (low, middle)}
    yield {**box, name: (float(np.nextafter(middle, INFINITE)), high)}


def _before(at: float, low: float, high: float) -> float:
    """Where to cut so that `at` becomes an end: below it, then above it."""
    return _inside(at if at <= low else float(np.nextafter(at, -INFINITE)), low, high)


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


def bound_of(
    source: str,
    function: str,
    result: str,
    expr: Expr,
    box: Ends,
    *,
    zeros: Sequence[float] = (),
    most: int = BOXES,
    reader: Callable[[str, Container[str]], Reader] = Reader,
) -> Bound:
    """The bound on one result of a function of emitted source, against the real function `expr` of the symbols.

    Where the function is 0 between floats, no number of ulps of it is enough: stretches around `zeros` are left out.
    """
    apart_from = tuple((z - NEAR * max(1.0, abs(z)), z + NEAR * max(1.0, abs(z))) for z in zeros)
    parts, found, reason, assumed = 0, INFINITE, "", dict[str, float]()
    try:
        root = reader(source, OWN).results(function)[result]
        assumed = {name: CALLED[name].ulps for name in called(root) if CALLED[name].ulps > 0.5}
        with precision(intervals.BITS):
            search = Search(root, expr, most)
            found, parts = search.bound(list(_without(box, apart_from))), search.parts
    except Unreadable as error:
        reason = str(error)
    if not reason and found > WORTHLESS:
        reason = f"{parts} parts were not enough; the worst is {_said(search.worst)}"
    return Bound(found, box, parts, assumed, apart_from, reason)


def _said(box: Ends) -> str:
    return ", ".join(f"{name} in [{low!r}, {high!r}]" for name, (low, high) in box.items())


def _without(box: Ends, stretches: Sequence[tuple[float, float]]) -> Iterator[Ends]:
    """The box of one argument without these stretches; in order, apart from each other."""
    if not stretches:
        yield box
        return
    ((name, (low, high)),) = box.items()
    for first, last in sorted(stretches):
        yield {name: (low, first)}
        low = last
    yield {name: (low, high)}


def called(root: Node) -> list[str]:
    """The names of all functions that a graph calls."""
    found, waiting = set[Node](), [root]
    while waiting:
        node = waiting.pop()
        waiting += [arg for arg in node.args if arg not in found]
        found.add(node)
    return sorted({name_of(node) for node in found if node.op in ("call", "pow")} - {""})
