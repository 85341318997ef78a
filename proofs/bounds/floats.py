"""Float64 operations on values that are off by a bounded amount.

    computed = real (1 + d) + e,  |d| <= relative, |e| <= absolute;  the real value lies in `range`
    fl(w) = w (1 + d) + e,        |d| <= 2^-53, |e| <= 2^-1075, and e = 0 for sums (IEEE 754; Higham 2002, section 2.2)

Both are bounds for every element of a box, of any order: nothing is dropped. `ref` says of which function the real
value is; two that say the same function in other words are compared in `identity.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sympy import Expr

from proofs.bounds.intervals import Interval, Point, add, inverse, multiply, point
from proofs.enclosure.exact import flint

DIGITS, LEAST, MOST = 53, -1074, 1024
ROUNDOFF = 2.0**-DIGITS
INFINITE = float("inf")
SLACK = 1 + 2.0**-40  # more than what float arithmetic takes from a bound in a few operations
STERBENZ = 2.0**52


class Straddles(ArithmeticError):
    """The box must be made smaller before this can be said."""


class Overflows(Straddles):
    """The result may be beyond the largest float; what it is if it is not."""

    def __init__(self, value: Value) -> None:
        super().__init__("may overflow")
        self.value = value


@dataclass(frozen=True)
class Value:
    """A real number in `range`, and how far what is computed may be from it.

    `seen` is where the computed number lies if the errors do not say it: [inf, inf] after overflow. `grid` says that
    the real number is a multiple of 2^-grid, `units` that the error is at most so many ulps of the real number.
    """

    range: Interval
    relative: float
    absolute: Point
    ref: Expr
    seen: Interval | None = None
    grid: int | None = None
    units: float = INFINITE

    @property
    def exact(self) -> bool:
        """Whether what is computed is the real number."""
        return self.relative == 0 and self.absolute == 0

    @property
    def computed(self) -> Interval:
        """Where the computed number lies."""
        if self.seen is not None or self.exact:
            return self.seen or self.range
        if self.relative >= 0.5:
            return self.range.wider((self.range.largest * self.relative + self.absolute).upper())
        spread = Interval(flint.arb(1) - self.relative, flint.arb(1) + self.relative)
        return multiply(self.range, spread).wider(self.absolute)

    @property
    def pure(self) -> float:
        """All of the error as a relative one; inf where the value may be 0."""
        if self.absolute == 0:
            return self.relative
        if self.range.holds_zero:
            return INFINITE
        return (self.relative + float((self.absolute / self.range.least).upper())) * SLACK

    @property
    def error(self) -> Point:
        """All of the error as an absolute one."""
        return (self.absolute + self.range.largest * self.relative).upper() if self.relative else self.absolute


def exact(range_: Interval, ref: Expr, grid: int | None = None) -> Value:
    """A number without error."""
    return Value(range_, 0.0, flint.arb(0), ref, grid=grid)


def exponent(x: Point) -> int:
    """e with 2^e <= |x| < 2^(e + 1)"""
    mantissa, power = x.man_exp()
    return int(power) + int(mantissa).bit_length() - 1


def ulp(x: Point) -> Point:
    """The gap between floats at x."""
    power = LEAST if x == 0 else max(exponent(x) - DIGITS + 1, LEAST)
    return flint.arb(2) ** power


def rounded(value: Value, units: float = 0.5, gradual: bool = True, below: float = 0.5) -> Value:
    """The value after one more rounding, by at most so many units in the last place of the real result.

    Below the normal range at most `below` of the gap there. Where the box lies in few binades a unit is taken at its
    size there. What surely overflows is inf; what may raises Overflows.
    """
    if value.range.is_point and value.range.lo == 0 and value.absolute == 0:
        return exact(value.range, value.ref)
    reach = value.computed
    top = flint.arb(2) ** MOST
    if reach.least >= top:
        return replace(value, relative=INFINITE, seen=Interval(*(e * flint.arb.pos_inf() for e in reach)), grid=None)
    if reach.largest >= top * (1 - flint.arb(2) ** -DIGITS):
        raise _limited(value, units, gradual, below)
    tiny = reach.largest < least_normal()
    off = 0.0 if tiny else _relative_unit(value.range, reach, units)
    absolute = (value.absolute * (1 + off)).upper()
    if gradual and reach.least < least_normal():
        absolute = (absolute + flint.arb(2) ** LEAST * below).upper()
    sharp = max(units, below if gradual and reach.least < least_normal() else 0.0) if value.exact else INFINITE
    return replace(value, relative=_compound(value.relative, off), absolute=absolute, grid=None, units=sharp)


def _limited(value: Value, units: float, gradual: bool, below: float) -> Straddles:
    """What the result is where the real number is below half of the end of the range."""
    if value.exact and not value.range.largest.is_finite():
        return Overflows(replace(value, relative=INFINITE, units=units, grid=None))
    limit = flint.arb(2) ** (MOST - 1)
    made = replace(value, range=value.range.meet(Interval(-limit, limit)))
    if made.range.lo > made.range.hi or not made.computed.largest < limit * 1.5:
        return Straddles()
    return Overflows(rounded(made, units, gradual, below))


def least_normal() -> Point:
    """The least normal number."""
    return flint.arb(2) ** (LEAST + DIGITS - 1)


def _relative_unit(range_: Interval, reach: Interval, units: float) -> float:
    """units ulp(result) / |result|, at most"""
    worst = units * 2 * ROUNDOFF
    if reach.least == 0 or range_.least == 0 or exponent(reach.largest) - exponent(reach.least) > 1:
        return worst
    here = float((ulp(reach.largest) * units / range_.least).upper())
    return min(worst, here * SLACK)


def plus(a: Value, b: Value, ref: Expr, narrow: Interval | None = None, is_exact: bool = False) -> Value:
    """a + b; `narrow` is where the sum is known to lie, `is_exact` that it is a float."""
    total = add(a.range, b.range)
    total = total if narrow is None else total.meet(narrow)
    if a.seen or b.seen:
        return _with_infinity(a, b, total, ref)
    absolute = (a.absolute + b.absolute).upper()
    relative = _carried(a, b, total)
    if relative == INFINITE:
        relative, absolute = 0.0, (a.error + b.error).upper()
    grid = None if a.grid is None or b.grid is None else max(a.grid, b.grid)
    made = Value(total, relative, absolute, ref, grid=grid)
    if is_exact or (a.exact and b.exact and (_fits(made) or 0 in (a.range.largest, b.range.largest))):
        return made
    return rounded(made, gradual=False)


def _with_infinity(a: Value, b: Value, total: Interval, ref: Expr) -> Value:
    seen = [x.seen for x in (a, b) if x.seen]
    if len(seen) > 1 or seen[0].largest.is_finite():
        raise Straddles
    return Value(total, INFINITE, flint.arb(0), ref, seen=seen[0])


def _carried(a: Value, b: Value, total: Interval) -> float:
    """(|a| da + |b| db) / |a + b|"""
    if a.relative == b.relative == 0:
        return 0.0
    if (a.range.lo >= 0 and b.range.lo >= 0) or (a.range.hi <= 0 and b.range.hi <= 0):
        return _share(a, b)
    parts = [_ratio(one, other, total) * one.relative for one, other in ((a, b), (b, a)) if one.relative]
    return sum(parts) * SLACK


def _share(a: Value, b: Value) -> float:
    """Terms of one sign: the errors are weighed by what each term has of the sum."""
    high, low = (a, b) if a.relative >= b.relative else (b, a)
    if high.range.largest == 0:
        return low.relative
    if low.range.least == 0:
        return high.relative
    least = (low.range.least / high.range.largest).lower()
    weight = float((1 / (1 + least)).upper())
    return (low.relative + (high.relative - low.relative) * weight) * SLACK


def _ratio(one: Value, other: Value, total: Interval) -> float:
    """|one| / |one + other|, at most."""
    found = [INFINITE]
    if not total.holds_zero:
        found.append(float((one.range.largest / total.least).upper()))
    if not one.range.holds_zero:
        beside = add(point(1), multiply(other.range, inverse(one.range)))
        found += [] if beside.holds_zero else [float((1 / beside.least).upper())]
    return min(found)


def _fits(value: Value) -> bool:
    """Whether multiples of 2^-grid of this size are floats."""
    return value.grid is not None and value.range.largest * flint.arb(2) ** value.grid <= 2.0**DIGITS


def times(a: Value, b: Value, ref: Expr) -> Value:
    """a b"""
    if a.seen or b.seen:
        raise Straddles
    if any(x.exact and x.range.is_point and x.range.lo == 0 for x in (a, b)):
        return exact(point(0), ref)
    relative = _compound(a.relative, b.relative)
    absolute = (a.absolute * b.range.largest + b.absolute * a.range.largest) * (1 + relative) + a.absolute * b.absolute
    grid = None if a.grid is None or b.grid is None else a.grid + b.grid
    made = Value(multiply(a.range, b.range), relative, flint.arb(absolute).upper(), ref, grid=grid)
    if a.exact and b.exact and _fits(made):
        return made
    power = _power(a) if _power(b) is None else _power(b)
    return rounded(made) if power is None else _scaled(made, power)


def over(a: Value, b: Value, ref: Expr) -> Value:
    """a / b"""
    if b.seen and not a.seen:
        return replace(exact(multiply(a.range, inverse(b.range)), ref), relative=1.0, seen=point(0))
    if a.seen or b.range.holds_zero or b.pure >= 0.5:
        raise Straddles
    off = b.pure / (1 - b.pure) * SLACK
    absolute = (a.absolute / b.range.least * (1 + off)).upper()
    made = Value(multiply(a.range, inverse(b.range)), _compound(a.relative, off), absolute, ref)
    power = _power(b)
    if power is None:
        return rounded(made)
    return _scaled(replace(made, grid=None if a.grid is None else a.grid + power), -power)


def _compound(a: float, b: float) -> float:
    return (a + b + a * b) * SLACK if a and b else a + b


def _power(value: Value) -> int | None:
    """k of a number that is 2^k or -2^k; by these, floats are multiplied without error while they stay normal."""
    x = value.range
    if not value.exact or not x.is_point or x.lo == 0:
        return None
    found = exponent(x.lo)
    return found if abs(x.lo) == flint.arb(2) ** found else None


def _scaled(value: Value, power: int) -> Value:
    """After a multiplication by 2^power, which rounds only where it makes numbers below the normal range."""
    made = rounded(value)
    stays = power >= 0 or (value.grid is not None and value.grid <= -LEAST) or value.computed.least >= least_normal()
    if made.seen:
        return made
    return value if stays else replace(made, relative=value.relative)


def minus_is_exact(a: Value, b: Value) -> bool:
    """Whether a - b is a float: both are, b is a power of two, and b/2 <= a <= 2^51 b (Sterbenz; whole ulps of a)."""
    for one, other in ((a, b), (b, a)):
        if one.exact and _power(other) is not None and other.range.lo > 0:
            half = other.range.lo / 2
            if one.range.lo >= half and one.range.hi <= half * STERBENZ:
                return True
    return False


def largest_error(value: Value) -> float:
    """The error in units in the last place of the real value, at most."""
    if value.relative == INFINITE:
        return value.units
    least, carried = ulp(value.range.least), flint.arb(0)
    if value.relative:  # |x| has at most 2^53 of its own ulps
        carried = min(value.range.largest * value.relative, least * (2.0**DIGITS * value.relative))
    return min(float(((value.absolute + carried) / least).upper()), value.units)
