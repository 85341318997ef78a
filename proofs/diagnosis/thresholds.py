"""x > c: the number beyond which entries are wrong, to the float, by halving between a right entry and a wrong one."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from proofs.arguments.drawing import Case
from proofs.diagnosis.samples import Sample

Array = np.ndarray[Any, Any]
Again = Callable[[Case], Sample | None]
SECONDS = 3.0
FIGURES = 5  # that are printed, if they are right
KNOWN = 1e-9  # of the number; closer it is not looked for
NOTHING = 1e-6  # next to 0, for what is drawn
GRADUAL = 1e-5  # an entry that is off by less beyond the number has begun to lose digits: no such number is exact


@dataclass(frozen=True)
class Condition:
    """x > c, x < c, |x| > c or |x| < c."""

    name: str
    absolute: bool
    above: bool

    def sizes(self, values: Array) -> Array:
        """What is compared with the number, so that what is wrong is larger."""
        made = np.abs(values) if self.absolute else values
        return made if self.above else -made

    def said(self, number: str) -> str:
        name = f"|{self.name}|" if self.absolute else self.name
        return f"where {name} {'>' if self.above else '<'} {number}"


def fitted(array: Array, shape: tuple[int, ...]) -> Array | None:
    """The array over the entries: of their shape, or along their first axes."""
    if array.shape == shape:
        return array
    if array.ndim and array.ndim < len(shape) and array.shape == shape[: array.ndim]:
        return np.broadcast_to(array.reshape(array.shape + (1,) * (len(shape) - array.ndim)), shape)
    return None


def by_threshold(samples: Sequence[Sample], again: Again, one: bool = False) -> str | None:
    """The condition that holds at every wrong entry and at no right one, with its number; None if there is none.

    Where only `one` sample is wrong, it is said only if what lies beyond the number is wrong too.
    """
    for condition in _conditions(samples[0].arguments):
        values = [_values(s, condition) for s in samples]
        if any(v is None for v in values):
            continue
        known = [~s.inert for s in samples]
        sizes = np.concatenate([v[k] for v, k in zip(values, known, strict=True) if v is not None])
        wrong = np.concatenate([s.wrong[k] for s, k in zip(samples, known, strict=True)])
        if wrong.any() and not wrong.all() and sizes[~wrong].max() < sizes[wrong].min():
            search = _started(condition, samples, again)
            return None if one and not search.goes_on() else search.said(float(sizes[~wrong].max()))
    return None


def _conditions(names: Sequence[str] | Any) -> Iterator[Condition]:
    for name in names:
        yield from (Condition(name, absolute, above) for absolute in (False, True) for above in (True, False))


def _values(sample: Sample, condition: Condition) -> Array | None:
    array, shape = np.asarray(sample.arguments[condition.name], dtype=float), sample.right.shape
    values = np.broadcast_to(array, shape) if not array.ndim else fitted(array, shape)
    return None if values is None else condition.sizes(values)


# ---------------------------------------------------------------- the number


@dataclass
class _Search:
    """A sample with one wrong entry, whose number of this size is moved towards what is right."""

    condition: Condition
    start: Sample
    at: tuple[int, ...]
    high: float
    again: Again
    off: float = np.inf  # of the entry, the last time that it was wrong

    def wrong(self, size: float, mirrored: bool = False) -> bool:
        """Whether the entry is wrong with a number of this size; ValueError where that is not known."""
        value = (size if self.condition.above else -size) * (-1 if mirrored else 1)
        given = np.array(self.start.arguments[self.condition.name], dtype=float)
        place = self.at[: given.ndim]
        given[place] = np.copysign(value, given[place]) if self.condition.absolute else value
        moved = given if given.ndim else float(given)
        made = self.again(replace(self.start.case, arguments={**self.start.arguments, self.condition.name: moved}))
        if made is None or made.found.shape != made.right.shape or np.isnan(made.right[self.at]):
            raise ValueError("no derivative there")
        if made.wrong[self.at]:
            with np.errstate(all="ignore"):
                self.off = float(abs(made.found[self.at] / made.right[self.at] - 1))
        return bool(made.wrong[self.at])

    @property
    def whole(self) -> bool:
        """Whether the number is a whole one, so that none lies between two of them."""
        return np.asarray(self.start.arguments[self.condition.name]).dtype.kind != "f"

    def goes_on(self) -> bool:
        """Whether what lies beyond is wrong too. If -x is wrong as x is, the condition is one on |x|."""
        if self.whole or self.high == 0:
            return False
        try:
            beyond = all(self.wrong(self.high + share * abs(self.high)) for share in (0.01, 0.5))
            if not self.condition.absolute and self.high > 0 and self.wrong(self.high, mirrored=True):
                self.condition = Condition(self.condition.name, True, True)
        except ValueError:
            return False
        return beyond

    def said(self, low: float) -> str:
        """With the number where it is found to all its figures, else about where it is; the last right whole one."""
        if self.whole:
            return self.condition.said(f"{low if self.condition.above else -low:g}")
        low, high = self._halved(max(low, 0.0) if self.condition.absolute and self.condition.above else low)
        middle = low + (high - low) / 2 if self.condition.above else -low - (high - low) / 2
        number = short(*sorted((abs(low), abs(high)))) if low * high > 0 else None
        if number is None or self.off < GRADUAL:
            return self.condition.said(f"about {middle:.2g}")
        return self.condition.said(f"{'-' if middle < 0 else ''}{number}")

    def _halved(self, low: float) -> tuple[float, float]:
        """Right at the first and wrong at the second, as near as there is time for."""
        end, high = time.monotonic() + SECONDS, self.high
        try:
            while high - low > KNOWN * max(abs(low), abs(high)) and time.monotonic() < end:
                middle = between(low, high)
                low, high = (low, middle) if self.wrong(middle) else (middle, high)
        except ValueError:
            pass
        return low, high


def sharper(said: str, samples: Sequence[Sample], again: Again) -> str | None:
    """x > 2.5 for what holds as x > 0 at the samples; None of any other condition, or if it is 0."""
    found = re.fullmatch(r"(.+) ([<>])=? 0", said)
    if found is None:
        return None
    search = _started(Condition(found[1], False, found[2] == ">"), samples, again)
    try:
        return None if search.wrong(min(NOTHING, search.high)) else search.said(NOTHING)
    except ValueError:
        return None


def _started(condition: Condition, samples: Sequence[Sample], again: Again) -> _Search:
    """At the wrong entry next to the right ones, of the smallest arguments."""
    start = min((s for s in samples if s.wrong.any()), key=lambda s: sum(map(np.size, s.arguments.values())))
    values = _values(start, condition)
    assert values is not None  # or there would be no condition
    sizes = np.where(start.wrong, values, np.inf)
    at = tuple(int(k) for k in np.unravel_index(np.argmin(sizes), sizes.shape))
    return _Search(condition, start, at, float(sizes[at]), again)


def between(low: float, high: float) -> float:
    """A number between the two: of their order, where they are of many orders.

    >>> between(1.0, 10000.0), between(-1.0, 1.0), between(0.0, 100.0)
    (100.0, 0.0, 0.1)
    """
    small, large = sorted((abs(low), abs(high)))
    if low * high > 0 and large > 4 * small:
        return float(np.copysign(np.sqrt(small) * np.sqrt(large), low))
    if small == 0 and large > NOTHING:
        return float(np.copysign(large / 1e3, low + high))
    return low + (high - low) / 2


def short(low: float, high: float) -> str | None:
    """The fewest figures of a number between the two; if it takes many, those on which both agree.

    >>> short(2.999999, 3.0), short(709.7827128, 709.7827129), short(1.0, 2.5)
    ('3', '709.78', None)
    """
    for figures in range(1, FIGURES + 1):
        text = f"{high:.{figures}g}"
        if low <= float(text) <= high and high - low <= 1e-4 * high:
            return f"{float(text):g}"
    both = {f"{v:.{FIGURES}g}" for v in (low, high)}
    return both.pop() if len(both) == 1 else None
