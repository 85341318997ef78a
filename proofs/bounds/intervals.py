"""Intervals with ends of any exponent: each end is one number of Arb, rounded outwards.

    [a, b] + [c, d] = [a + c, b + d]        [a, b] g = [g(a), g(b)] where g rises

Balls have one radius for both sides, so that [1e-300, 1] would hold 0; here both ends keep their digits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from proofs.enclosure.exact import flint

Point = Any
BITS = 80


class Interval(NamedTuple):
    """All numbers from lo to hi."""

    lo: Point
    hi: Point

    @property
    def largest(self) -> Point:
        """The largest magnitude."""
        return max(abs(self.lo), abs(self.hi))

    @property
    def least(self) -> Point:
        """The least magnitude: 0 where the interval holds 0."""
        return flint.arb(0) if self.holds_zero else min(abs(self.lo), abs(self.hi))

    @property
    def holds_zero(self) -> bool:
        """Whether 0 lies in it."""
        return bool(self.lo <= 0 <= self.hi)

    @property
    def is_point(self) -> bool:
        """Whether it is one number."""
        return bool(self.lo == self.hi)

    def wider(self, by: Point) -> Interval:
        """With so much more on either side."""
        return Interval(low(self.lo - by), high(self.hi + by))

    def meet(self, other: Interval) -> Interval:
        """What is in both."""
        return Interval(max(self.lo, other.lo), min(self.hi, other.hi))

    def __neg__(self) -> Interval:
        return Interval(-self.hi, -self.lo)


def point(value: Any) -> Interval:
    """One float or whole number."""
    return Interval(flint.arb(value), flint.arb(value))


def around(ball: Any) -> Interval:
    """The ends of a ball."""
    if not ball.is_finite():
        return everything()
    return Interval(ball.lower(), ball.upper())


def everything() -> Interval:
    """Every real number."""
    return Interval(flint.arb.neg_inf(), flint.arb.pos_inf())


def hull(parts: Iterable[Interval]) -> Interval:
    """From the least end to the largest."""
    found = list(parts)
    return Interval(min(p.lo for p in found), max(p.hi for p in found))


def low(ball: Any) -> Point:
    """The lower end of a ball; -inf of what is no number."""
    return ball.lower() if ball.is_finite() else ball if ball.is_exact() and not ball.is_nan() else flint.arb.neg_inf()


def high(ball: Any) -> Point:
    """The upper end of a ball."""
    return ball.upper() if ball.is_finite() else ball if ball.is_exact() and not ball.is_nan() else flint.arb.pos_inf()


def add(a: Interval, b: Interval) -> Interval:
    """a + b"""
    return Interval(low(a.lo + b.lo), high(a.hi + b.hi))


def multiply(a: Interval, b: Interval) -> Interval:
    """a b"""
    ends = [x * y if x != 0 and y != 0 else flint.arb(0) for x in a for y in b]
    return Interval(min(map(low, ends)), max(map(high, ends)))


def inverse(a: Interval) -> Interval:
    """1/a; every number where a holds 0."""
    return everything() if a.holds_zero else Interval(low(1 / a.hi), high(1 / a.lo))


def power(a: Interval, exponent: int) -> Interval:
    """a**exponent for a whole exponent."""
    if exponent < 0:
        return inverse(power(a, -exponent))
    ends = [a.lo**exponent, a.hi**exponent]
    made = Interval(min(map(low, ends)), max(map(high, ends)))
    return Interval(flint.arb(0), made.hi) if exponent % 2 == 0 and a.holds_zero else made


def rising(function: Callable[[Any], Any]) -> Callable[[Interval], Interval]:
    """A function that nowhere falls, by its values at both ends."""
    return lambda a: Interval(low(function(a.lo)), high(function(a.hi)))


def falling(function: Callable[[Any], Any]) -> Callable[[Interval], Interval]:
    """A function that nowhere rises."""
    return lambda a: Interval(low(function(a.hi)), high(function(a.lo)))


def wave(function: Callable[[Any], Any]) -> Callable[[Interval], Interval]:
    """Any function of which Arb has a ball over a ball."""
    return lambda a: around(function(a.lo.union(a.hi)))
