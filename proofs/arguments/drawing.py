"""Arguments drawn for a user's function: sizes, layouts, and values where code goes wrong.

The first cases are ordinary; then come zeros, ties, constants of the code with their neighbours, the tiny and the huge,
and the edges of the domain. Case k of a seed is always the same.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from proofs.arguments.specifications import Axis, Specification, Whole
from proofs.calls import fresh

Array = np.ndarray[Any, Any]
Stream = np.random.Generator
ORDINARY = 6  # cases of ordinary values that come first
SMALL = 4
LARGE = 20_000  # numbers; above, entries are not looked at one by one
UNDECLARED = 1e4  # without a declared range values stay below, where functions are what they are meant for
ENDLESS = 1e30  # where a range is declared to have no end
DECLARED = 1e300
TINY = (1e-3, 1e-8, 1e-12, 1e-15, 1e-18, 1e-100, 5e-324)


@dataclass(frozen=True)
class Case:
    """One set of arguments, and the sizes that its shapes came from."""

    arguments: Mapping[str, Any]
    sizes: Mapping[str, int] = field(default_factory=dict)
    shapes: Mapping[str, tuple[Whole, ...]] = field(default_factory=dict)

    def arguments_fresh(self) -> dict[str, Any]:
        """Copies of the arguments, for a call that may change them."""
        return fresh(self.arguments)


class Drawing:
    """Draws cases; `constants` are numbers that the code is written with."""

    def __init__(
        self,
        specifications: Mapping[str, Specification],
        sizes: Mapping[str, tuple[int, int]],
        constants: Sequence[float] = (),
        seed: int = 0,
    ) -> None:
        self.specifications, self.sizes, self.constants, self.seed = specifications, sizes, list(constants), seed

    @property
    def small(self) -> Drawing:
        """The same with sizes of at most 4, whatever is declared, if none may be so small: to look at each entry."""
        if all(low <= SMALL for low, _ in self.sizes.values()):
            return self
        sizes = {n: (min(low, 2), min(high, SMALL)) for n, (low, high) in self.sizes.items()}
        return Drawing(self.specifications, sizes, self.constants, self.seed)

    def case(self, number: int, theme_number: int | None = None) -> Case | None:
        """Case `number`, of the theme of that number; None where a shape would be negative."""
        stream = np.random.default_rng([self.seed, number])
        sizes = self._sizes(stream, number)
        shapes = {n: self._axes(s, stream) for n, s in self.specifications.items()}
        if any(extent(sizes) < 0 for axes in shapes.values() for extent in axes):
            return None
        turn = number if theme_number is None else theme_number
        theme = None if turn < ORDINARY else THEMES[turn % len(THEMES)]
        return Case(self._arguments(sizes, shapes, theme, stream), sizes, shapes)

    def again(self, arguments: Mapping[str, Any], sizes: Mapping[str, int]) -> Case | None:
        """The case of arguments drawn earlier; None if they are not of these specifications."""
        if set(arguments) != set(self.specifications) or set(sizes) != set(self.sizes):
            return None
        shapes = {n: axes_of(s, np.shape(arguments[n]), sizes) for n, s in self.specifications.items()}
        if not all(s.draw is not None or s.holds(arguments[n], sizes) for n, s in self.specifications.items()):
            return None
        found = {n: axes for n, axes in shapes.items() if axes is not None}
        return Case(arguments, sizes, found) if len(found) == len(shapes) else None

    def _arguments(self, sizes: Mapping[str, int], shapes: Mapping[str, Any], theme: Any, stream: Stream) -> Any:
        extents = {name: tuple(e(sizes) for e in axes) for name, axes in shapes.items()}
        return {name: self.value(name, extents[name], sizes, theme, stream) for name in self.specifications}

    def _sizes(self, stream: Stream, number: int) -> dict[str, int]:
        """Each by itself; all equal; all as small as may be."""
        drawn = {n: int(stream.integers(low, high + 1)) for n, (low, high) in self.sizes.items()}
        manner = stream.integers(8) if number else 7
        if manner == 0:
            common = int(stream.integers(1, 5))
            return {n: min(max(common, low), high) for n, (low, high) in self.sizes.items()}
        return {n: low for n, (low, high) in self.sizes.items()} if manner == 1 else drawn

    def _axes(self, specification: Specification, stream: Stream) -> tuple[Whole, ...]:
        with_optional = bool(stream.integers(2))
        return tuple(_chosen(a, stream) for a in specification.axes if with_optional or not a.optional)

    def value(
        self, name: str, shape: tuple[int, ...], sizes: Mapping[str, int], theme: Theme | None, stream: Stream
    ) -> Any:
        """An array of the shape, or a number where it has none."""
        specification = self.specifications[name]
        if specification.draw is not None:
            return specification.draw(stream, dict(sizes))
        low, high = (b(sizes) if isinstance(b, Whole) else b for b in (specification.low, specification.high))
        if specification.structure:
            return STRUCTURED[specification.structure](stream, shape).astype(specification.dtype)
        if specification.values:
            flat = stream.choice(np.array(specification.values), size=shape)
        elif specification.kind != "f":
            flat = self._whole(specification, shape, low, high, stream)
        else:
            flat = self._floats(specification, shape, (float(low), float(high)), theme, stream)
        made = np.asarray(flat).astype(specification.dtype)
        if not shape:
            return made.item() if specification.dtype in ("float64", "int64", "bool") else made[()]
        return made if theme is None else LAYOUTS[int(stream.integers(len(LAYOUTS)))](made)

    def _whole(self, spec: Specification, shape: tuple[int, ...], low: float, high: float, stream: Stream) -> Array:
        if spec.kind == "b":
            return stream.integers(0, 2, size=shape)
        bottom, top = (-4 if np.isinf(low) else int(low)), (4 if np.isinf(high) else int(high))
        if top < bottom:
            top = bottom
        manner = stream.integers(3)
        drawn = stream.integers(bottom, top + 1, size=shape)
        return np.full(shape, drawn.flat[0] if drawn.size else bottom) if manner == 0 else drawn

    def _floats(
        self,
        spec: Specification,
        shape: tuple[int, ...],
        bounds: tuple[float, float],
        theme: Theme | None,
        stream: Stream,
    ) -> Array:
        ordinary = _ordinary(shape, bounds, stream)
        made = ordinary
        if theme is not None and stream.integers(4):
            special = theme(self, shape, bounds, ordinary, stream, _reach(spec, bounds))
            keep = stream.random(shape) < (0.0, 0.5, 0.8)[int(stream.integers(3))]
            made = np.where(keep, ordinary, special)
        return _inside(spec, made, bounds)


def _reach(spec: Specification, bounds: tuple[float, float]) -> float:
    """How far values go where a bound does not stop them."""
    if not spec.declared:
        return UNDECLARED
    return ENDLESS if np.isinf(bounds).any() else DECLARED


def axes_of(spec: Specification, shape: tuple[int, ...], sizes: Mapping[str, int]) -> tuple[Whole, ...] | None:
    """The extents that give this shape, of those that may; None if none do."""
    kept = (spec.axes, tuple(a for a in spec.axes if not a.optional))
    made = (axes for some in kept for axes in itertools.product(*(a.choices for a in some)))
    fitting = (axes for axes in made if spec.draw is not None or tuple(e(sizes) for e in axes) == shape)
    return next(fitting, None)


def _chosen(axis: Axis, stream: Stream) -> Whole:
    return axis.choices[int(stream.integers(len(axis.choices)))]


def _ordinary(shape: tuple[int, ...], bounds: tuple[float, float], stream: Stream) -> Array:
    """Normal numbers of two decimals, moved into the domain."""
    low, high = bounds
    drawn = _few_figures(stream.normal(size=shape), 2)
    if low <= -2 and high >= 2:
        return drawn
    if np.isinf(high):
        return low + np.abs(drawn) + 0.01
    if np.isinf(low):
        return high - np.abs(drawn) - 0.01
    width = min(high - low, 4.0)
    start = low if low > -2 else max(low, high - width)
    return start + width * _few_figures(stream.uniform(0.02, 0.98, size=shape), 3)


def _few_figures(values: Array, figures: int) -> Array:
    """Rounded, to be read; nobody reads large arrays, and there rounding makes kinks and ties by the thousand."""
    return values if np.size(values) > LARGE else np.round(values, figures)


def _inside(spec: Specification, values: Array, bounds: tuple[float, float]) -> Array:
    """Clipped into the domain; an open end is left by a hair."""
    low, high = bounds
    single = spec.dtype == "float32"
    step = 2.0**-23 if single else 2.0**-52
    if spec.open_low and np.isfinite(low):
        low = low + step * max(abs(low), 1e-3)
    if spec.open_high and np.isfinite(high):
        high = high - step * max(abs(high), 1e-3)
    return np.clip(values, low, high)


# ---------------------------------------------------------------- themes

Theme = Callable[["Drawing", tuple[int, ...], tuple[float, float], Array, Stream, float], Array]


def _zeros(drawing: Drawing, shape: Any, bounds: Any, ordinary: Array, stream: Stream, reach: float) -> Array:
    return np.zeros(shape)


def _ties(drawing: Drawing, shape: Any, bounds: Any, ordinary: Array, stream: Stream, reach: float) -> Array:
    """One value throughout, or a few round ones."""
    pool = np.round(stream.normal(size=3)) if stream.integers(2) else np.round(stream.normal(size=1), 1)
    return stream.choice(pool, size=shape)


def _wide(drawing: Drawing, shape: Any, bounds: Any, ordinary: Array, stream: Stream, reach: float) -> Array:
    """All magnitudes up to the ends of the domain, evenly in the exponent."""
    low, high = (min(max(b, -reach), reach) for b in bounds)
    top = max(abs(low), abs(high), 1e-10)
    bottom = 1e-12 if stream.integers(3) else min(1e-12, 1 / top)
    sign = np.ones(shape) if low >= 0 else -np.ones(shape) if high <= 0 else stream.choice([-1.0, 1.0], size=shape)
    spread = stream.uniform(np.log10(bottom), np.log10(top), size=shape)
    same = stream.uniform(np.log10(bottom), np.log10(top))
    return sign * 10.0 ** (spread if stream.integers(2) else np.full(shape, same) + stream.uniform(0, 0.3, size=shape))


def _uniform(drawing: Drawing, shape: Any, bounds: Any, ordinary: Array, stream: Stream, reach: float) -> Array:
    low, high = (min(max(b, -min(reach, 1e150)), min(reach, 1e150)) for b in bounds)
    return stream.uniform(low, high, size=shape)


def _edges(drawing: Drawing, shape: Any, bounds: Any, ordinary: Array, stream: Stream, reach: float) -> Array:
    low, high = (min(max(b, -reach), reach) for b in bounds)
    return stream.choice(np.array([low, high]), size=shape)


def _constants(drawing: Drawing, shape: Any, bounds: Any, ordinary: Array, stream: Stream, reach: float) -> Array:
    """A number of the code, one ulp beside it, or well beyond it; either sign; or logit, log and exp of it."""
    if not drawing.constants:
        return _ties(drawing, shape, bounds, ordinary, stream, reach)
    chosen = stream.choice(np.array(drawing.constants), size=shape)
    chosen = np.where(stream.integers(6, size=shape) == 0, np.log(chosen), chosen)
    factor = stream.choice(np.array([1.0, 1.0, 1.0 + 2.0**-52, 1.0 - 2.0**-53, 0.5, 0.9, 1.1, 1.5, 3.0]), size=shape)
    return chosen * factor * stream.choice([-1.0, 1.0], size=shape)


def _close(drawing: Drawing, shape: Any, bounds: Any, ordinary: Array, stream: Stream, reach: float) -> Array:
    """Values that are nearly one: apart by numbers of the code, or by little."""
    gaps = np.array([*drawing.constants, *(10.0**-k for k in range(1, 13))])
    gap = float(stream.choice(gaps)) * (0.5, 0.9, 1.5)[int(stream.integers(3))]
    centre = ordinary.flat[0] if ordinary.size else 0.0
    return centre + gap * stream.integers(-1, 2, size=shape)


def _far(drawing: Drawing, shape: Any, bounds: Any, ordinary: Array, stream: Stream, reach: float) -> Array:
    """Small differences far from the origin."""
    # Customary formulas lose digits there, so where no range is declared it is tried of few tensors at once.
    if reach == UNDECLARED and stream.integers(3):
        return ordinary
    top = max(min(max(abs(b) for b in bounds), reach), 1.0)
    centre = 10.0 ** stream.uniform(1, max(np.log10(top), 1.0)) * 0.9 * (1 if bounds[1] > 0 else -1)
    return centre + ordinary * 10.0 ** stream.integers(-3, 3)


def _tiny(drawing: Drawing, shape: Any, bounds: Any, ordinary: Array, stream: Stream, reach: float) -> Array:
    return stream.choice(np.array(TINY), size=shape) * stream.choice([-1.0, 1.0], size=shape)


def _negative(drawing: Drawing, shape: Any, bounds: Any, ordinary: Array, stream: Stream, reach: float) -> Array:
    return -np.abs(ordinary)


THEMES: tuple[Theme, ...] = (
    _constants,
    _zeros,
    _wide,
    _ties,
    _close,
    _edges,
    _uniform,
    _far,
    _constants,
    _tiny,
    _wide,
    _negative,
)


# ---------------------------------------------------------------- layouts and structures


def every_second(array: Array) -> Array:
    """Every second entry of a larger array along the last axis."""
    wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), dtype=array.dtype)
    wide[..., ::2] = array
    return wide[..., ::2]


LAYOUTS: tuple[Callable[[Array], Array], ...] = (
    lambda array: array,
    lambda array: array,
    np.asfortranarray,
    every_second,
    lambda array: np.ascontiguousarray(array[..., ::-1])[..., ::-1],
)


def _matrix(stream: Stream, shape: tuple[int, ...]) -> Array:
    return np.round(stream.normal(size=shape), 2)


def _simplex(stream: Stream, shape: tuple[int, ...]) -> Array:
    """Points with dyadic weights, which sum to 1 exactly."""
    made = stream.multinomial(64, np.full(shape[-1], 1 / shape[-1]), size=shape[:-1]) / 64
    return np.asarray(made).reshape(shape)


def _onehot(stream: Stream, shape: tuple[int, ...]) -> Array:
    return np.eye(shape[-1])[stream.integers(0, shape[-1], size=shape[:-1])]


def _symmetric(stream: Stream, shape: tuple[int, ...]) -> Array:
    a = _matrix(stream, shape)
    return np.tril(a) + np.swapaxes(np.tril(a, -1), -1, -2)


def _spd(stream: Stream, shape: tuple[int, ...]) -> Array:
    a = np.round(stream.normal(size=shape) * 8) / 8
    return a @ np.swapaxes(a, -1, -2) + np.eye(shape[-1]) / 4


def _lower(stream: Stream, shape: tuple[int, ...]) -> Array:
    a = np.tril(_matrix(stream, shape))
    return a - np.tril(np.triu(a)) + np.eye(shape[-1]) * (np.abs(np.diagonal(a)).max(initial=0) + 0.5)


def _invertible(stream: Stream, shape: tuple[int, ...]) -> Array:
    return _matrix(stream, shape) + np.eye(shape[-1]) * stream.choice([-1.0, 1.0]) * (shape[-1] + 1)


def _distinct(stream: Stream, shape: tuple[int, ...]) -> Array:
    count = int(np.prod(shape))
    return ((stream.permutation(count) - count / 2) * 0.75 + np.round(stream.uniform(0, 0.5), 2)).reshape(shape)


def _permutation(stream: Stream, shape: tuple[int, ...]) -> Array:
    return stream.permutation(int(np.prod(shape))).reshape(shape)


STRUCTURED: Mapping[str, Callable[[Stream, tuple[int, ...]], Array]] = {
    "simplex": _simplex,
    "onehot": _onehot,
    "symmetric": _symmetric,
    "spd": _spd,
    "lower": _lower,
    "invertible": _invertible,
    "distinct": _distinct,
    "sorted": lambda stream, shape: np.sort(_distinct(stream, shape), axis=-1),
    "permutation": _permutation,
}
