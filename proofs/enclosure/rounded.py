"""From a ball to a float: the correctly rounded value where the ball decides it, and units in the last place."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from proofs.enclosure.exact import Number, ball, finite, is_exact

FAR = 40_000  # exponents beyond this mean 0 and infinity in every format


@dataclass(frozen=True)
class Format:
    """A binary floating-point format: digits, the exponent of its least subnormal, that beyond its largest number."""

    name: str
    digits: int
    least: int
    most: int

    def nearest(self, value: Fraction) -> float:
        """The number of the format nearest to the value, ties to even; inf beyond the largest.

        >>> FORMATS["float32"].nearest(Fraction(1, 10))
        0.10000000149011612
        """
        p, q = value.numerator, value.denominator
        power = 1 - q.bit_length()
        if q & (q - 1):
            # A last digit that is odd says that the quotient goes on; no tie between numbers of the format ends in it.
            power = abs(p).bit_length() - q.bit_length() - self.digits - 3
            whole = (abs(p) << max(-power, 0)) // (q << max(power, 0)) | 1
            p = whole if p > 0 else -whole
        return self._of(p, power)

    def _of(self, mantissa: int, power: int) -> float:
        """The number nearest to mantissa 2**power"""
        kept, length, sign = abs(mantissa), mantissa.bit_length(), -1 if mantissa < 0 else 1
        if length + power < self.least:
            return 0.0
        drop = min(max(length - self.digits, self.least - power, 0), length + 1)
        half, rest = (1 << drop) >> 1, kept & ((1 << drop) - 1)
        kept >>= drop
        kept += int(rest > half or (drop > 0 and rest == half and kept & 1))
        if kept.bit_length() + power + drop > self.most:
            return sign * math.inf
        return sign * math.ldexp(kept, power + drop)

    def ulp(self, value: Fraction) -> Fraction:
        """The gap between numbers of the format at the value: 2**(e - digits + 1) for 2**e <= |value| < 2**(e + 1)."""
        power = exponent(value) - self.digits + 1 if value else self.least
        return Fraction(2) ** max(power, self.least)

    def decide(self, number: Number) -> float | None:
        """The correctly rounded value, if every number of the ball has that one; None if it is not known."""
        if not finite(number):
            return None
        if is_exact(number):
            return self.nearest(ends(number)[0])
        low, high, power = scaled_ends(number)
        below = self._of(low, power)
        return below if low == high or below == self._of(high, power) else None


def exponent(value: Fraction) -> int:
    """e with 2**e <= |value| < 2**(e + 1)"""
    p, q = abs(value.numerator), value.denominator
    found = p.bit_length() - q.bit_length()
    return found if p << max(-found, 0) >= q << max(found, 0) else found - 1


def ends(number: Number) -> tuple[Fraction, Fraction]:
    """The least and the largest number of the ball."""
    if is_exact(number):
        return (Fraction(int(number.p), int(number.q)),) * 2
    low, high, power = scaled_ends(number)
    return low * Fraction(2) ** power, high * Fraction(2) ** power


def scaled_ends(number: Number) -> tuple[int, int, int]:
    """low, high and p: the ball is [low, high] 2**p."""
    (middle, power), (radius, other) = (_whole(part) for part in (ball(number).mid(), ball(number).rad()))
    common = min(power, other) if middle and radius else power if middle else other
    middle, radius = middle << max(power - common, 0), radius << max(other - common, 0)
    return middle - radius, middle + radius, common


def _whole(point: Number) -> tuple[int, int]:
    """Mantissa and exponent; what no format tells from 0, or from infinity, as another such number."""
    mantissa, power = point.man_exp()
    return int(mantissa), max(-FAR, min(int(power), FAR))


FORMATS = {
    "float64": Format("float64", 53, -1074, 1024),
    "float32": Format("float32", 24, -149, 128),
    "float16": Format("float16", 11, -24, 16),
}
