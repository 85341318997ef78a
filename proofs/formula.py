"""Is the formula right? The candidate in exact arithmetic against differences of the forward, at one set of arguments.

One random direction sees every entry; where it disagrees, halves of the tensor are looked at until one entry is left.
At a kink each entry must lie between the slopes on the sides, or between those of points nearby.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from proofs.finding import Finding, Place
from proofs.precise import Real
from proofs.precise.arrays import lifted
from proofs.precise.number import digits, real
from proofs.reference import Reference, Slopes, finite, paired

Array = np.ndarray[Any, Any]
# Constants of the code are rounded to 53 bits, such as a third; the other 13 bits are for what amplifies that.
ROUNDED = 2.0**-40
GROWS = 1e6  # a slope that grows by so much as the step shrinks is a jump or a vertical tangent
MOST_AT_KINKS = 60
NEARBY = 40
FEW = 16  # of these, where the point itself looks smooth
AMPLIFIED = 1e-6  # a difference below is put down to constants, if moved arguments move the value as much
MOVED = 2.0**-44
ROUGH = 1e-6  # slopes of points next to each other that differ by more are those of a kink


class Formula:
    """The judgement of a candidate at one point.

    `structures` are those of the arguments; `scales` say how large gradients are at ordinary arguments.
    """

    def __init__(
        self,
        reference: Reference,
        arguments: Mapping[str, Any],
        wrt: list[str],
        structures: Mapping[str, str],
        stream: np.random.Generator,
        scales: Mapping[str, float],
    ) -> None:
        self.reference, self.arguments, self.wrt, self.stream = reference, arguments, wrt, stream
        self.structures, self.order, self.scales = structures, reference.order, scales
        self.found = reference.found(wrt)
        self._finer: tuple[Reference, dict[str, Array]] | None = None

    @property
    def finer(self) -> tuple[Reference, dict[str, Array]]:
        """The point again, with smaller steps, and what the candidate gives there."""
        if self._finer is None:
            reference = self.reference.finer(self.arguments)
            self._finer = reference, reference.found(self.wrt)
        return self._finer

    def tensor(self, name: str) -> Finding:
        """agree, kink or wrong; skipped where f has no derivative."""
        u, shape = self.found[name], self.shape(name)
        count = int(np.prod(shape))
        if not all(finite(real(v)) for v in u.flat):
            return Finding("open", entries=count)
        everywhere = self._direction(name, self.stream.choice([-1.0, 1.0], shape) * self._weights(shape))
        slopes = self.reference.along({name: everywhere})
        if count == 0 or self._agrees(slopes, u, everywhere):
            return self._symmetric(name, Finding("agree", entries=count))
        if not slopes.sides:
            return Finding("skipped")
        if self._smooth(slopes, paired(u, everywhere, self.order)[1]):
            if self._agrees_finer(name, everywhere, abs(slopes.middle - paired(u, everywhere, self.order)[0])):
                return self._symmetric(name, Finding("agree", entries=count))
            return self._halved(name, everywhere)
        return self._one_by_one(name)

    def _symmetric(self, name: str, agree: Finding) -> Finding:
        """A form v' U v does not see what is off by opposite amounts: the first two entries that differ are judged."""
        free = self.order == 2 and self.structures.get(name, "") not in ALONG
        single = list(np.ndindex(self.shape(name) if free else ()))
        with digits(self.reference.level.digits):
            for a, b in itertools.combinations(single, 2):
                one, two = (real(self.found[name][at]) for at in (a + b, b + a))
                if abs(one - two) > max(abs(one), abs(two)) * ROUNDED + self.reference.noise:
                    return self._unlike(name, a, b) or agree
        return agree

    def _unlike(self, name: str, a: Place, b: Place) -> Finding | None:
        """The entry that is not the mixed derivative, in more digits; None if both are, or that is not known."""
        reference, found = self.finer
        along = [reference.along({name: self._unit(name, at)}).middle for at in (a + b, a + a, b + b)]
        with digits(reference.level.digits):
            if any(v is None for v in along):
                return None
            mixed = (along[0] - along[1] - along[2]) / 2
            places = {at: real(found[name][at]) for at in (a + b, b + a)}
            room = sum(map(abs, along)) * ROUNDED + reference.noise
            off = next((at for at, u in places.items() if abs(u - mixed) > room), None)
            if off is None:
                return None
            return Finding("wrong", "", off, places[off].rounded(), (mixed.rounded(),) * 2, 1)

    def shape(self, name: str) -> Place:
        """The shape of the argument."""
        return tuple(map(int, np.shape(self.arguments[name])))

    def _weights(self, shape: Place) -> Array:
        return np.round(self.stream.uniform(0.5, 1.5, shape) * 1024) / 1024

    def _direction(self, name: str, values: Array) -> Array:
        return ALONG.get(self.structures.get(name, ""), lambda v: v)(np.asarray(values))

    # ------------------------------------------------------------ one direction

    def _smooth(self, slopes: Slopes, scale: Real) -> bool:
        if slopes.left is None or slopes.right is None:
            return False
        with digits(self.reference.level.digits):
            largest = max(abs(slopes.left), abs(slopes.right), scale)
            room = largest * real(10) ** -(self.reference.level.exponent // 2) + self.reference.noise
            return bool(abs(slopes.right - slopes.left) <= room)

    def _agrees(self, slopes: Slopes, u: Array, direction: Array) -> bool:
        if slopes.middle is None:
            return False
        with digits(self.reference.level.digits):
            found, scale = paired(u, direction, self.order)
            return self._smooth(slopes, scale) and bool(
                abs(slopes.middle - found) <= scale * ROUNDED + self.reference.noise
            )

    def _agrees_finer(self, name: str, direction: Array, gap: Real) -> bool:
        """Whether the difference goes away as the digits grow."""
        reference, found = self.finer
        slopes = reference.along({name: direction})
        if slopes.middle is None:
            return True
        with digits(reference.level.digits):
            value, scale = paired(found[name], direction, self.order)
            left = abs(slopes.middle - value)
            return bool(left <= scale * ROUNDED + reference.noise or left < gap / 2)

    # ------------------------------------------------------------ which entry

    def _places(self, name: str) -> list[Place]:
        """The entries; of a Hessian those of one triangle."""
        single = list(np.ndindex(self.shape(name)))
        return single if self.order == 1 else [a + b for a, b in itertools.combinations_with_replacement(single, 2)]

    def _unit(self, name: str, place: Place) -> Array:
        made = np.zeros(self.shape(name))
        half = len(place) // self.order
        for part in range(self.order):
            made[place[part * half : (part + 1) * half]] = 1.0
        return self._direction(name, made)

    def _halved(self, name: str, everywhere: Array) -> Finding:
        """The group test: the half that disagrees, until one entry is left."""
        group = np.flatnonzero(everywhere)
        while len(group) > 1:
            half, rest = group[: len(group) // 2], group[len(group) // 2 :]
            group = half if self._disagrees(name, everywhere, half) else rest
        place = np.unravel_index(group[0], self.shape(name))
        first = self._entry(name, self._diagonal(tuple(map(int, place))))
        return first if first.refuted else self._one_by_one(name)

    def _diagonal(self, place: Place) -> Place:
        return place * self.order

    def _disagrees(self, name: str, everywhere: Array, group: Array) -> bool:
        chosen = np.zeros(everywhere.size)
        chosen[group] = everywhere.ravel()[group]
        direction = self._direction(name, chosen.reshape(everywhere.shape))
        slopes = self.reference.along({name: direction})
        return not self._agrees(slopes, self.found[name], direction)

    def _one_by_one(self, name: str) -> Finding:
        places = self._places(name)
        if len(places) > MOST_AT_KINKS:
            chosen = self.stream.choice(len(places), MOST_AT_KINKS, replace=False)
            places = [places[k] for k in sorted(chosen)]
        findings = list(self._until_refuted(name, places))
        if findings and findings[-1].refuted:
            return findings[-1]
        together = self._together(name, [f.entry for f in findings if f.verdict == "kink" and f.entry is not None])
        if together is not None:
            return together
        kinds = {f.verdict for f in findings}
        worst = "kink" if "kink" in kinds else "agree" if "agree" in kinds else "skipped"
        return Finding(worst, entries=sum(f.verdict != "skipped" for f in findings))

    def _until_refuted(self, name: str, places: list[Place]) -> Iterator[Finding]:
        for place in places:
            found = self._entry(name, place)
            yield found
            if found.refuted:
                return

    # ------------------------------------------------------------ one entry

    def _entry(self, name: str, place: Place) -> Finding:
        unit = self._unit(name, place)
        coarse = self.reference.along({name: unit})
        if self._agrees(coarse, self.found[name], unit):
            return Finding("agree")
        reference, again = self.finer
        fine = reference.along({name: unit})
        with digits(reference.level.digits):
            value, scale = paired(again[name], unit, self.order)
            if fine.middle is None or _grows(coarse, fine):
                return Finding("skipped")
            if kinked(coarse, fine):
                return self._at_kink(name, place, fine, value)
            before = paired(self.found[name], unit, self.order)[0]
            return self._at_smooth(name, place, value, fine, scale, abs(coarse.middle - before))

    def _at_smooth(self, name: str, place: Place, value: Real, fine: Slopes, scale: Real, before: Real) -> Finding:
        gap = abs(fine.middle - value)
        size = max(scale, abs(fine.middle))
        small = gap <= size * ROUNDED + self.finer[0].noise or gap < before / 2
        if small or self._from_constants(name, place, gap, size):
            return Finding("agree")
        nearby = itertools.islice(self._nearby(name, self._unit(name, place)), FEW)
        around = [s for s in nearby if s is not None]
        if around and max(around) - min(around) > size * ROUGH:
            return self._between(place, value, [fine.middle, *around])
        return Finding("wrong", "", place, value.rounded(), (fine.middle.rounded(),) * 2, 1)

    def _from_constants(self, name: str, place: Place, gap: Real, size: Real) -> bool:
        """Whether the rounding of constants explains it: arguments that move as little move the value as much."""
        if gap > size * AMPLIFIED and gap > real(self.scales.get(name, 0.0)) * ROUNDED:
            return False
        unit, values = self._unit(name, place), []
        for found in self.moved(MOVED, 2):
            values.append(paired(found[name], unit, self.order)[0])
        here = paired(self.found[name], unit, self.order)[0]
        return bool(values) and bool(max(abs(v - here) for v in values) >= gap)

    def moved(self, relative: float, count: int) -> Iterator[dict[str, Array]]:
        """What the candidate gives in exact arithmetic at arguments moved by so much."""
        floats = {n: v for n, v in self.arguments.items() if np.asarray(v).dtype.kind == "f" and n in self.wrt}
        with digits(self.reference.level.digits):
            for _ in range(count):
                signs = {n: self.stream.choice([-1.0, 1.0], np.shape(v)) for n, v in floats.items()}
                by = {n: 1 + lifted(np.asarray(signs[n])) * real(relative) for n in floats}
                shifted = {n: lifted(v) * by[n] for n, v in floats.items()}
                yield self.reference.found(self.wrt, {n: _same_kind(v, shifted[n]) for n, v in floats.items()})

    def _at_kink(self, name: str, place: Place, slopes: Slopes, value: Real) -> Finding:
        sides = slopes.sides
        if not _within(value, min(sides), max(sides)):
            sides = [*sides, *(s for s in self._nearby(name, self._unit(name, place)) if s is not None)]
        return self._between(place, value, sides)

    def _together(self, name: str, places: list[Place]) -> Finding | None:
        """Entries at a kink, each within its slopes, moved at once: f may have one slope, which is due to their sum.

        A maximum over two that tie moves by 1 as both move by 1, so 1 for each is no subgradient.
        """
        if self.order > 1 or len(places) < 2:
            return None
        reference, again = self.finer
        for group in _groups(np.asarray(self.arguments[name]), places):
            v = self._direction(name, np.sum([self._unit(name, place) for place in group], axis=0))
            slopes = reference.along({name: v})
            with digits(reference.level.digits):
                value, scale = paired(again[name], v, self.order)
                if self._off(name, v, slopes, value, scale + reference.noise):
                    return Finding("wrong", _said_together(name, group, value, slopes.middle), entries=len(group))
        return None

    def _off(self, name: str, v: Array, slopes: Slopes, value: Real, scale: Real) -> bool:
        """Whether f is smooth along v, here and nearby, and the gradient says something else."""
        if slopes.left is None or slopes.right is None or abs(slopes.right - slopes.left) > scale * ROUNDED:
            return False
        if abs(slopes.middle - value) <= scale * ROUGH:
            return False
        return all(s is not None and abs(s - slopes.middle) <= scale * ROUGH for s in self._nearby(name, v))

    def _between(self, place: Place, value: Real, slopes: list[Real]) -> Finding:
        """Any value between slopes from around is one of the subgradient set, as far as one entry tells."""
        low, high = min(slopes), max(slopes)
        inside = _within(value, low, high)
        interval = low.rounded(), high.rounded()
        return Finding("kink" if inside else "wrong", "" if inside else "outside", place, value.rounded(), interval, 1)

    def _nearby(self, name: str, direction: Array) -> Iterator[Any]:
        """Slopes at points that differ from this one by next to nothing: ties break there."""
        size = real(10) ** (10 - self.reference.level.exponent)
        for _ in range(NEARBY):
            base = {
                n: lifted(self.stream.choice([-1.0, 1.0], self.shape(n)) * self._weights(self.shape(n))) * size
                for n in self.wrt
            }
            yield self.reference.along({name: direction}, base).middle


def _groups(values: Array, places: list[Place]) -> Iterator[list[Place]]:
    """Those of equal value, then all."""
    by_value: dict[float, list[Place]] = {}
    for place in places:
        by_value.setdefault(float(values[place]), []).append(place)
    yield from (group for group in by_value.values() if 1 < len(group) < len(places))
    yield places


TOGETHER = "entries that tie are off together"


def _said_together(name: str, group: list[Place], value: Real, slope: Real) -> str:
    moved = " + ".join(f"{name}[{', '.join(map(str, place))}]" for place in group[:4])
    more = " + ..." if len(group) > 4 else ""
    found, true = value.rounded(), slope.rounded()
    return f"{TOGETHER}: along {moved}{more} the gradient says {found:.6g}, the derivative is {true:.6g}"


def _same_kind(value: Any, shifted: Any) -> Any:
    alone = not isinstance(value, np.ndarray) and isinstance(shifted, np.ndarray)
    return shifted.reshape(-1)[0] if alone else shifted


def _within(value: Real, low: Real, high: Real) -> bool:
    room = max(abs(low), abs(high)) * ROUNDED
    return bool(low - room <= value <= high + room)


def _grows(coarse: Slopes, fine: Slopes) -> bool:
    pairs = ((coarse.left, fine.left), (coarse.right, fine.right), (coarse.middle, fine.middle))
    return any(a is not None and b is not None and abs(b) > abs(a) * GROWS and a != 0 for a, b in pairs)


def kinked(coarse: Slopes, fine: Slopes) -> bool:
    """Whether the sides differ, and still do as the step shrinks."""
    if None in (coarse.left, coarse.right, fine.left, fine.right):
        return False
    largest = max(abs(fine.left), abs(fine.right))
    apart = abs(fine.right - fine.left)
    return bool(apart > largest * 1e-12 and apart > abs(coarse.right - coarse.left) / 2)


ALONG: Mapping[str, Any] = {
    "symmetric": lambda v: np.maximum(v, np.swapaxes(v, -1, -2)) if v.ndim > 1 else v,
    "spd": lambda v: np.maximum(v, np.swapaxes(v, -1, -2)) if v.ndim > 1 else v,
    "lower": np.tril,
}
