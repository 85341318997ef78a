"""Wrong claims, refuted: a rational point of the domain where the derivative is another number, and a proof of that.

The point is found by a search in many digits, which nothing trusts: Coq differentiates at the point and computes.
"""

from __future__ import annotations

from typing import Any

import mpmath

from proofs.certificates.certificate import Certificate, Script
from proofs.certificates.coqc import COMPUTING
from proofs.certificates.points import Point, inside, value
from proofs.certificates.statements import Slope

DIGITS = 60
STEP = "1e-18"
CLOSE = 1e-6


def counterexample(slope: Slope) -> tuple[Point, int] | None:
    """A point of the domain where the slope is wrong, and whether the derivative is above it (1) or below (-1)."""
    with mpmath.workdps(DIGITS):
        for point in inside(slope):
            difference = _difference(slope, point)
            if difference is not None and abs(difference) > CLOSE:
                return point, int(mpmath.sign(difference))
    return None


def _difference(slope: Slope, point: Point) -> Any:
    """Derivative minus claim; None where one of them is no number."""
    try:
        claimed = value(slope.slope, point)
        ahead, behind = (value(slope.value, _moved(point, slope.by, sign)) for sign in (1, -1))
        return (ahead - behind) / (2 * mpmath.mpf(STEP)) - claimed
    except (ZeroDivisionError, ValueError, OverflowError):
        return None


def _moved(point: Point, by: str, sign: int) -> dict[str, Any]:
    moved: dict[str, Any] = dict(point)
    moved[by] = mpmath.mpf(point[by].numerator) / point[by].denominator + sign * mpmath.mpf(STEP)
    return moved


def refutation(slope: Slope, name: str, rooms: tuple[str, ...] = ("Scalar", "Special")) -> Certificate | None:
    """The certificate that the claim is wrong; None where no counterexample is found."""
    found = counterexample(slope)
    if found is None:
        return None
    point, sign = found
    shown = f"the claimed slope is wrong at {', '.join(f'{n} = {v}' for n, v in point.items())}"
    proof, read = _script(point, sign), (*rooms, "Refute")
    return Certificate(name, slope.refuted(point), proof, rooms=read, claim=shown, axioms=COMPUTING)


def _script(point: Point, sign: int) -> Script:
    """The domain holds at the point, and the derivative is on this side of the claim."""
    side = "above_ne" if sign > 0 else "below_ne"
    wrong = f"eapply refute; [derive | cbn beta; apply {side}; by_numbers]"
    domain = "intros; at_point; first [side | more_side]"
    names = " ".join(f"{n} E{k}_" for k, n in enumerate(point))
    cases = f"all: lazymatch goal with |- ~ is_derive _ _ _ => {wrong} | |- _ => {domain} end"
    return (f"intros {names}; subst", "conjuncts", cases)


__all__ = ["counterexample", "refutation"]
