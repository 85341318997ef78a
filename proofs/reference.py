"""The derivative of a user's forward by differences in many digits.

(f(x + h v) - f(x - h v)) / 2h with h = 1e-30 and 100 digits: no noise, an error of order h² f'''. The one-sided
quotients tell of kinks, and a second step tells of jumps; digits and steps follow the magnitudes of the arguments.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from proofs.calls import Endless, User, limit, parts, scalar
from proofs.precise import Real, Run, Unprecise, digits
from proofs.precise.arrays import Precise, lifted, plain_of
from proofs.precise.copies import as_plain
from proofs.precise.number import Slow, branches, real

Array = np.ndarray[Any, Any]
STEP = 30
SPARE = 40
PATIENCE = 1.5  # seconds for one call in many digits
GUARD = 12  # digits that a computation may lose
MOST_EXPONENT = 360


@dataclass(frozen=True)
class Slopes:
    """The derivative along a line, from the left, from the right and across; None where f is not defined there."""

    left: Any
    right: Any
    middle: Any

    @property
    def sides(self) -> list[Any]:
        return [s for s in (self.left, self.right) if s is not None]


@dataclass(frozen=True)
class Level:
    """Steps 10^-exponent in arithmetic of so many digits."""

    exponent: int
    digits: int

    @property
    def finer(self) -> Level:
        return Level(2 * self.exponent, self.digits + 3 * self.exponent)


def level_of(arguments: Mapping[str, Any], order: int) -> Level:
    """The coarsest that resolves the smallest argument beside the largest."""
    floats = [np.abs(np.asarray(v, dtype=float)).ravel() for v in arguments.values() if np.asarray(v).dtype.kind == "f"]
    sizes = np.concatenate([*floats, [1.0]])
    sizes = sizes[(sizes > 0) & np.isfinite(sizes)]
    small, large = (math.log10(float(f(sizes))) for f in (np.min, np.max))
    exponent = STEP + min(MOST_EXPONENT, math.ceil(-small))
    return Level(exponent, SPARE + (1 + order) * exponent + math.ceil(2 * large))


class Reference:
    """Exact arithmetic at one set of arguments: the forward along lines, and the candidate itself."""

    def __init__(
        self, forward: User, candidate: User, arguments: Mapping[str, Any], level: Level, order: int = 1
    ) -> None:
        self.forward, self.candidate, self.level, self.order = forward, candidate, level, order
        self.arguments = {n: lifted(np.array(v) if isinstance(v, np.ndarray) else v) for n, v in arguments.items()}
        self.centre = self._value({})

    @property
    def noise(self) -> Real:
        """What the last digits of f, and of numbers of order one in it, can make of a derivative."""
        room = self.order * self.level.exponent - self.level.digits + GUARD
        return max(abs(self.centre), real(1)) * real(10) ** room

    def finer(self, arguments: Mapping[str, Any]) -> Reference:
        """The same point with smaller steps and more digits."""
        return Reference(self.forward, self.candidate, arguments, self.level.finer, self.order)

    def _value(self, shifts: Mapping[str, Any]) -> Real:
        """f(x + shifts)."""
        moved = {n: v + shifts[n] if n in shifts else _own(v) for n, v in self.arguments.items()}
        return real(scalar(self.forward, _run(Run(), self.forward, moved, self.level.digits)))

    def along(self, directions: Mapping[str, Array], base: Mapping[str, Any] | None = None) -> Slopes:
        """The derivative of the order asked for along x + t v."""
        with digits(self.level.digits):
            step = real(10) ** -self.level.exponent
            base = base or {}

            def at(t: int) -> Real | None:
                shifts = {n: lifted(v) * (step * t) for n, v in directions.items()}
                for n, b in base.items():
                    shifts[n] = shifts[n] + b if n in shifts else b
                return self._tried(shifts)

            centre = at(0) if base else self.centre
            return DIFFERENCES[self.order](at, centre, step)

    def _tried(self, shifts: Mapping[str, Any]) -> Real | None:
        try:
            value = self._value(shifts)
        except (ArithmeticError, ValueError, np.linalg.LinAlgError):
            return None
        return value if finite(value) else None

    def found(self, wrt: list[str], changed: Mapping[str, Any] | None = None) -> dict[str, Array]:
        """What the candidate gives, with all digits; it comes after a forward, whose caches it may read."""
        arguments = {**self.arguments, **(changed or {})}
        run = Run()
        _run(run, self.forward, {n: _own(v) for n, v in arguments.items()}, self.level.digits)
        result = _run(run, self.candidate, {n: _own(v) for n, v in arguments.items()}, self.level.digits)
        return {name: as_plain(part) for name, part in parts(self.candidate, result, wrt).items()}


def _own(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray) else value


def _run(run: Run, user: User, arguments: Mapping[str, Any], count: int) -> Any:
    """A call with all digits; Unprecise where that cannot be done, or not in time."""
    args, kwargs = user.given(arguments)
    try:
        with digits(count), np.errstate(all="ignore"), limit(PATIENCE):
            return run.of(user.function)(*args, **kwargs)
    except Endless:
        raise Slow(f"{user.name} takes too long in many digits") from None
    except (Unprecise, ArithmeticError, ValueError):  # the last two are what numbers do
        raise
    except Exception as error:
        raise Unprecise(f"{user.name}: {error}") from error


def compared(forward: User, arguments: Mapping[str, Any], count: int) -> list[Real]:
    """The differences of the numbers that the forward compares, in their order; where one is 0 it takes a branch."""
    with branches() as seen:
        _run(Run(), forward, {n: lifted(v) for n, v in arguments.items()}, count)
    return [Real(raw) for raw in seen]


def finite(value: Any) -> bool:
    """Neither inf nor nan."""
    return value.raw[1] != 0 or value == 0


def _first(at: Callable[[int], Real | None], centre: Real | None, step: Real) -> Slopes:
    """Quotients of first differences."""
    up, down = at(1), at(-1)
    if centre is None:
        return Slopes(None, None, None)
    right = None if up is None else (up - centre) / step
    left = None if down is None else (centre - down) / step
    return Slopes(left, right, _middle(left, right))


def _middle(left: Any, right: Any) -> Any:
    if left is None or right is None:
        return left if right is None else right
    return (left + right) / 2


def _second(at: Callable[[int], Real | None], centre: Real | None, step: Real) -> Slopes:
    """Quotients of second differences: at x - h, at x + h, and at x."""
    values: dict[int, Any] = {t: at(t) for t in (-2, -1, 1, 2)}
    values[0] = centre

    def bent(t: int) -> Any:
        three = [values[t - 1], values[t], values[t + 1]]
        return None if any(v is None for v in three) else (three[0] - 2 * three[1] + three[2]) / step**2

    left, right = bent(-1), bent(1)
    across = bent(0)
    return Slopes(left, right, across if across is not None else _middle(left, right))


DIFFERENCES: Mapping[int, Callable[..., Slopes]] = {1: _first, 2: _second}


def paired(found: Array, direction: Array, order: int) -> tuple[Real, Real]:
    """<u, v>, or v' U v; and the sum of the sizes of its terms."""
    v = plain_of(lifted(direction)) if not isinstance(direction, Precise) else plain_of(direction)
    v = np.asarray(v, dtype=object).ravel()
    weights = v if order == 1 else np.multiply.outer(v, v).ravel()
    terms = [real(u) * w for u, w in zip(found.ravel(), weights, strict=True) if w != 0]
    return sum(terms, real(0)), sum(map(abs, terms), real(0))
