"""Arguments of a program for a search, reproducible: each style in turn, inside the domain.

Magnitudes run through all powers of two of a reach, point by point for a whole tensor, and entry by entry; entries
of one magnitude that differ in a few ulps, so that differences cancel; evenly up to the largest, and to where
exponentials leave the range; 0, kinks and small numbers, and their neighbours.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from derive.losses import LOSSES
from proofs.arguments.strategies import STRUCTURED, domains, positions, simplexes
from proofs.bounds.programs.compiled import Array, Compiled


@dataclass(frozen=True)
class Reach:
    """Numbers that are 0 or of size 2**least to `largest`."""

    name: str
    least: int
    largest: float

    @property
    def words(self) -> str:
        """As a sentence says it."""
        return f"0 or of size 2^{self.least} to {self.largest:g}"

    def within(self, x: Array) -> Array:
        """Cut to the largest, and what is smaller than the least made 0."""
        cut = np.clip(x, -self.largest, self.largest)
        return np.where(np.abs(cut) < math.ldexp(1.0, self.least), 0.0, cut)

    def power(self, at: float) -> int:
        """One of its powers of two, from the least to the largest as `at` goes from 0 to 1."""
        return self.least + int(at * (math.log2(self.largest) - self.least))


REACHES = Reach("ordinary", -20, 8.0), Reach("whole", -1074, 3000.0)
GOLDEN = (5**0.5 - 1) / 2  # its multiples go through (0, 1) evenly
SPECIAL = (0.0, 0.5, 1.0, 2.0, np.pi, 6.0)
Stream = np.random.Generator
Shape = tuple[int, ...]
Style = Callable[[Shape, float, "Reach", Stream], Array]


def _one_magnitude(shape: Shape, at: float, reach: Reach, stream: Stream) -> Array:
    """All of about one magnitude, which goes through the powers of two as the points go on."""
    return _signed(np.ldexp(1 + stream.random(shape), reach.power((at + stream.random()) % 1)), stream)


def _each_its_own(shape: Shape, at: float, reach: Reach, stream: Stream) -> Array:
    powers = stream.integers(reach.least, reach.power(1.0) + 1, shape)
    return _signed(np.ldexp(1 + stream.random(shape), powers), stream)


def _alike(shape: Shape, at: float, reach: Reach, stream: Stream) -> Array:
    """One number, or its negative, but for a few ulps: the same in all tensors of a point."""
    base = np.ldexp(1 + at, reach.power(at))
    steps = np.ldexp(1.0, stream.integers(0, 40, shape)) * stream.integers(-1, 2, shape)
    return np.asarray(base + np.spacing(base) * steps) * stream.choice([1, 1, 1, -1], shape)


def _special(shape: Shape, at: float, reach: Reach, stream: Stream) -> Array:
    """0, 1/2, 1, 2, pi, 6 or a whole number, of either sign, and numbers 1, 4, 16 ... ulps beside."""
    base = stream.choice([*SPECIAL, *range(8)], shape) * stream.choice([-1, 1], shape)
    steps = np.ldexp(1.0, 2 * stream.integers(0, 20, shape)) * stream.integers(-1, 2, shape)
    return np.asarray(base + np.spacing(np.abs(base)) * steps)


def _up_to(most: float) -> Style:
    return lambda shape, at, reach, stream: stream.uniform(-1, 1, shape) * min(most, reach.largest)


STYLES: tuple[Style, ...] = (
    lambda shape, at, reach, stream: stream.standard_normal(shape),
    _one_magnitude,
    _each_its_own,
    _alike,
    _special,
    _up_to(50.0),
    _up_to(760.0),
)


def _signed(sizes: Array, stream: Stream) -> Array:
    return sizes * stream.choice([-1, 1], sizes.shape)


def points(of: Compiled, count: int, reach: Reach, stream: Stream) -> Iterator[dict[str, Array]]:
    """So many sets of arguments; each third has another style for every tensor."""
    draw = Drawing(of, reach)
    for number in range(count):
        at = number * GOLDEN % 1
        styles = [STYLES[number % len(STYLES)]] if number % 3 else list(STYLES)
        yield draw({name: styles[int(stream.integers(len(styles)))] for name in of.forward.inputs}, at, stream)


class Drawing:
    """What one program takes: domains, whole numbers, rows that sum to 1, labels."""

    def __init__(self, of: Compiled, reach: Reach) -> None:
        program = of.forward
        self.reach, self.of, self.bounds, self.rows = reach, of, domains(program), simplexes(program)
        self.places, self.structures = positions(program), program.structures
        self.targets = {"Y": LOSSES[of.name].target} if of.kind == "loss" else {}

    def __call__(self, styles: Mapping[str, Style], at: float, stream: Stream) -> dict[str, Array]:
        return {name: self._one(name, style, at, stream) for name, style in styles.items()}

    def _one(self, name: str, style: Style, at: float, stream: Stream) -> Array:
        shape, program = self.of.shape(name), self.of.forward
        if program.tensors[name].integer:
            most = self.places.get(name)
            return stream.integers(0, 2 if most is None else int(most.xreplace(self.of.sizes(self.of.size))), shape)
        return self.fitted(name, self.reach.within(style(shape, at, self.reach, stream)))

    def within(self, name: str, values: Array) -> Array:
        """The numbers cut to the domain of an input, and no nearer to its ends than what is near to 0."""
        low, high = self.bounds.get(name, (-np.inf, np.inf))
        least = math.ldexp(1.0, self.reach.least)
        first, last = max(np.nextafter(low, np.inf), low + least), min(np.nextafter(high, -np.inf), high - least)
        return np.clip(self.reach.within(values), first, last)

    def fitted(self, name: str, values: Array) -> Array:
        """The numbers brought into the domain of an input."""
        made = self.within(name, inside(values, *self.bounds.get(name, (-np.inf, np.inf))))
        made = TARGETS[self.targets[name]](made) if self.targets.get(name) in TARGETS else made
        made = on_simplex(made) if name in self.rows else made
        return np.asarray(STRUCTURED[self.structures.get(name, "")](made), float)


def inside(x: Array, low: float, high: float) -> Array:
    """Into the open interval: small numbers go near its ends."""
    size = np.abs(x)
    if np.isinf(low) and np.isinf(high):
        return x
    if np.isinf(low) or np.isinf(high):
        return low + size if np.isinf(high) else high - size
    far = (high - low) * size / (1 + size)
    return np.where(x >= 0, low + far, high - far)


def on_simplex(x: Array) -> Array:
    """Rows whose sum is 1 exactly: one entry is 1 and the others 0, or two are a quarter and three quarters."""
    order = np.argsort(x, axis=-1)
    largest, next_ = order[..., -1:], order[..., -2:-1]
    hot, shared = np.zeros_like(x), 0.25 * (x[..., :1] > 0) * (x.shape[-1] > 1)
    np.put_along_axis(hot, largest, 1 - shared, axis=-1)
    if next_.size:
        np.put_along_axis(hot, next_, shared, axis=-1)
    return hot


TARGETS: dict[str, Callable[[Array], Array]] = {
    "probabilities": lambda x: np.where(np.abs(x - np.round(x)) < 2.0**-9, np.round(x) % 2, inside(x, 0.0, 1.0)),
    "signs": lambda x: np.where(x < 0, -1.0, 1.0),
    "counts": lambda x: np.floor(np.abs(x)),
}
