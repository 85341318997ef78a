"""The largest errors that a search finds in the value and the gradients of a program: facts about points, no bounds.

    N = |computed - true| / (u (|true| + sum_x |x d true/dx|)),   u = 2^-53

An entry that is a sum whose terms cancel has few digits left however it is computed: its arguments are rounded numbers,
too. So an error is counted in roundings: N of them are what N roundings of every argument and of the result would do,
to first order (the componentwise condition number; Higham 2002, section 1.6). A product of vectors has N <= n, for then
|error| <= n u sum |a||b|. The units in the last place of the entry itself stand beside it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache, partial

import numpy as np

from proofs.bounds.programs.arguments import Drawing, Reach, points
from proofs.bounds.programs.compiled import Array, Compiled
from proofs.enclosure import FORMATS, Enclosed, Run, exact, refined
from proofs.enclosure.exact import Number
from proofs.enclosure.rounded import exponent

FORM = FORMATS["float64"]
UNIT = 2.0**-53
LEAST = -1075  # half of the least float, as a power of two: what rounding may do below the normal range
FAR = Fraction(10) ** 300
STEP = 120  # an argument is moved by 2**-STEP of itself
BITS = 800  # of differences
MOST = 1280  # bits until a true value is known
POINTS = 60
SPARSE = 6  # one in so many of the points, and of the steps of the climb, where there are many arguments
SCALES = (-3, -8, -14, -20, -30)  # steps of the climb, as powers of two of each number
Place = tuple[str, tuple[int, ...]]
Arrays = dict[str, Array]


@dataclass(frozen=True)
class Error:
    """The largest error found in one tensor, in roundings and in ulps; of how many entries, how many not finite."""

    roundings: float = 0.0
    ulps: float = 0.0
    entries: int = 0
    lost: int = 0


@dataclass
class Tally:
    """What is known so far of each tensor, at how many arguments, and those where it is worst."""

    errors: dict[str, Error]
    points: int = 0
    worst: dict[str, Arrays] = field(default_factory=dict)


def searched(of: Compiled, reach: Reach, count: int | None = None, seed: int = 0) -> Tally:
    """The largest errors at so many arguments of one reach, and in a climb from the worst of each tensor."""
    stream, sparse = np.random.default_rng(seed), 1 if of.few else SPARSE
    tally = Tally({name: Error() for name in of.tensors})
    for arrays in points(of, count or POINTS // sparse, reach, stream):
        judge(of, arrays, tally)
    for scale in SCALES[::sparse]:
        for arrays in {id(a): a for a in tally.worst.values()}.values():
            judge(of, moved(Drawing(of, reach), arrays, scale, stream), tally)
    return tally


def moved(draw: Drawing, arrays: Arrays, scale: int, stream: np.random.Generator) -> Arrays:
    """Each number by a random part of itself."""
    made = dict(arrays)
    for name, array in arrays.items():
        if array.dtype.kind == "f" and name not in draw.targets and name not in draw.rows:
            noise = np.ldexp(stream.standard_normal(array.shape), scale) * stream.integers(0, 2, array.shape)
            made[name] = draw.within(name, array * (1 + noise))
    return made


# ---------------------------------------------------------------- one set of arguments


@dataclass
class Off:
    """One entry: how far it is off, and |true| + sum_x |x d true/dx| as far as it is known, both times 2**power."""

    off: float
    size: float
    power: int

    @property
    def roundings(self) -> float:
        """N, at most: what is not yet known of the size makes it less."""
        return self.off / (UNIT * self.size + math.ldexp(1.0, max(LEAST + self.power, -1074)))


def judge(of: Compiled, arrays: Arrays, tally: Tally) -> None:
    """Put into the tally what one set of arguments shows."""
    tally.points += 1
    with np.errstate(all="ignore"):
        found = of.run(arrays)
    offs: dict[Place, Off] = {}
    for (name, at), value in true_values(of, arrays):
        computed, error = float(np.asarray(found[name])[at]), tally.errors[name]
        lost = not np.isfinite(computed)
        ulps = error.ulps if lost else max(error.ulps, value.ulps(computed))
        tally.errors[name] = replace(error, entries=error.entries + 1, lost=error.lost + lost, ulps=ulps)
        if not lost:
            offs[name, at] = off_by(value, computed)
    settle(of, arrays, {p: off for p, off in offs.items() if off.off}, tally)


def off_by(value: Enclosed, computed: float) -> Off:
    """The error of one entry, scaled so that floats hold it."""
    low, high = value.interval
    middle = (low + high) / 2
    power = -max(exponent(middle), -1022) if middle else 1022
    scale = Fraction(2**power) if power >= 0 else Fraction(1, 2**-power)
    return Off(float(min(abs(Fraction(computed) - middle) * scale, FAR)), float(abs(middle) * scale), power)


def true_values(of: Compiled, arrays: Arrays) -> Iterator[tuple[Place, Enclosed]]:
    """Every entry that has a true value within the range of the format."""
    run = cache(lambda bits: Run(of.derivation.program, arrays))
    for name in of.tensors:
        for at in np.ndindex(run(0).shape(name)):
            made = refined(partial(_entry, run, name, at), FORM, MOST)
            if made.nearest is not None and np.isfinite(made.nearest):
                yield (name, at), made


def _entry(run: Callable[[int], Run], name: str, at: tuple[int, ...], bits: int) -> Number:
    return run(bits).entry(name, at)


def settle(of: Compiled, arrays: Arrays, offs: Mapping[Place, Off], tally: Tally) -> None:
    """How many roundings each error is; an entry is left as soon as it cannot be the worst of its tensor."""

    def left(asked: Iterable[Place]) -> list[Place]:
        return [p for p in asked if offs[p].roundings > tally.errors[p[0]].roundings]

    asked = left(offs)
    with exact.precision(BITS):
        base = balls(of, arrays)
        for moving in places(arrays) if asked else ():
            for one, difference in differences(of, arrays, base, moving, asked):
                offs[one].size += abs(scaled(difference, offs[one].power))
            asked = left(asked)
    for place in left(asked):
        error = tally.errors[place[0]]
        if offs[place].roundings > error.roundings:
            tally.errors[place[0]] = replace(error, roundings=offs[place].roundings)
            tally.worst[place[0]] = arrays


def places(arrays: Arrays) -> Iterator[tuple[str, tuple[int, ...], float]]:
    """Every number of the arguments, and what it is moved by: what is 0 by as much as the largest of its tensor."""
    for name, array in arrays.items():
        largest = float(np.max(np.abs(array))) if array.dtype.kind == "f" and array.size else 0.0
        if largest:
            yield from ((name, at, float(array[at]) or largest) for at in np.ndindex(array.shape))


def balls(of: Compiled, arrays: Arrays) -> Run:
    """A run in which every number is a ball: exact numbers would grow as long as they like."""
    run = Run(of.derivation.program, arrays)
    for name, at, _ in places(arrays):
        number = exact.number(float(arrays[name][at]))
        run.known[name, *at] = number if number == 0 else exact.ball(number) * exact.needed().arb(1, 2.0**-900)
    return run


def differences(
    of: Compiled, arrays: Arrays, base: Run, place: tuple[str, tuple[int, ...], float], asked: Iterable[Place]
) -> Iterator[tuple[Place, Number]]:
    """x d true/dx of these entries, for the number x at one place."""
    name, at, by = place
    run, moving = Run(of.derivation.program, arrays), {name, *of.derivation.program.dependents([name])}
    run.known.update((key, number) for key, number in base.known.items() if key[0] and key[0] not in moving)
    run.known.update((key, number) for key, number in base.known.items() if key[0] == name)
    run.known[name, *at] = exact.add(
        base.known[name, *at], exact.multiply(exact.number(by), exact.rational(1, 2**STEP))
    )
    for one in asked:
        changed = exact.add(run.entry(one[0], one[1]), -base.entry(one[0], one[1]))
        if exact.finite(changed):
            yield one, changed


def scaled(difference: Number, power: int) -> float:
    """The middle of the difference, over what was moved, times 2**power."""
    return float(exact.ball(difference).mid() * exact.needed().arb(2) ** (power + STEP))
