"""The catalogue of faults: each row turns a right gradient into a wrong one, and knows the wrong one again.

A row takes the user's gradient and the right one at several arguments, and says what makes the one of the other.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from proofs.diagnosis.samples import Sample

Array = np.ndarray[Any, Any]
Row = Callable[[Sequence[Sample]], str | None]
FAULTS: dict[str, Row] = {}
CLOSE = 1e-7
MODERATE = 5  # arguments up to here lose no digits that a relation would need
CONSTANTS = {"-1": -1.0, "2": 2.0, "1/2": 0.5, "-2": -2.0, "-1/2": -0.5, "3": 3.0, "1/3": 1 / 3, "4": 4.0, "1/4": 0.25}


def fault(name: str) -> Callable[[Row], Row]:
    """Register a fault under its name."""

    def add(row: Row) -> Row:
        if name in FAULTS:
            raise ValueError(f"{name} is in the catalogue already")
        FAULTS[name] = row
        return row

    return add


def name_fault(samples: Sequence[Sample]) -> str | None:
    """The first row that explains every sample; only those where something is wrong are looked at."""
    wrong = [s for s in samples if s.wrong.any()]
    moderate = [s for s in wrong if all(np.all(np.abs(np.asarray(v)) <= MODERATE) for v in s.arguments.values())]
    told = moderate if len(moderate) > 1 else wrong
    if not told:
        return None
    with np.errstate(all="ignore"):
        return next((said for row in FAULTS.values() if (said := row(told)) is not None), None)


def everywhere(samples: Sequence[Sample], makes: Callable[[Sample], Array | None]) -> bool:
    """Whether what is made of each right gradient is what the user has."""
    return all((made := makes(s)) is not None and equal(s.found, made, np.isnan(s.right)) for s in samples)


def equal(found: Array, made: Array, free: Array | None = None) -> bool:
    """Whether they are the same but for what is free."""
    if found.shape != made.shape or not np.isfinite(found).all() or np.isinf(made).any():
        return False
    size = np.nanmax(np.abs(made), initial=0.0)
    unlike = ~(np.abs(found - made) <= CLOSE * size)
    return not np.any(unlike & ~free if free is not None and free.shape == unlike.shape else unlike)


def telling(samples: Sequence[Sample]) -> bool:
    """Whether a match of whole tensors means anything: some right gradient has entries that differ."""
    return any(np.nanmax(s.right) - np.nanmin(s.right) > 0 for s in samples if np.isfinite(s.right).any())


# ---------------------------------------------------------------- factors


def factors(sample: Sample) -> dict[str, float]:
    """Numbers that a factor may be made of: constants, sizes, and arguments that are numbers."""
    made = dict(CONSTANTS)
    sizes = {n: float(v) for n, v in sample.case.sizes.items()}
    for name, size in sizes.items():
        made |= {name: size, f"1/{name}": _over(size), f"{name}-1": size - 1, f"1/({name}-1)": _over(size - 1)}
        made |= {f"{name}/({name}-1)": size * _over(size - 1), f"({name}-1)/{name}": (size - 1) * _over(size)}
        made |= {f"sqrt({name})": size**0.5, f"1/sqrt({name})": _over(size**0.5)}
        made |= {
            f"2*{name}": 2 * size,
            f"2/{name}": 2 * _over(size),
            f"{name}/2": size / 2,
            f"1/(2*{name})": _over(2 * size),
        }
    for count in (2, 3, 4):
        for group in itertools.combinations(sorted(sizes), count):
            product = float(np.prod([sizes[n] for n in group]))
            made |= {"*".join(group): product, f"1/({'*'.join(group)})": _over(product)}
    for one, two in itertools.permutations(sorted(sizes), 2):
        made[f"{one}/{two}"] = sizes[one] * _over(sizes[two])
    return made | _of_numbers(sample)


def _of_numbers(sample: Sample) -> dict[str, float]:
    made: dict[str, float] = {}
    for name, value in sample.arguments.items():
        if np.ndim(value) == 0:
            v = float(value)
            made |= {name: v, f"1/{name}": _over(v), f"-{name}": -v, f"2*{name}": 2 * v, f"{name}/2": v / 2}
            made |= {
                f"{name}**2": v * v,
                f"1/{name}**2": _over(v * v),
                f"1-{name}": 1 - v,
                f"1/(1-{name})": _over(1 - v),
            }
            made |= {f"1+{name}": 1 + v, f"-2*{name}": -2 * v}
        elif np.size(value):
            made |= _of_axes(name, np.shape(value))
    return made


def _of_axes(name: str, shape: tuple[int, ...]) -> dict[str, float]:
    """The lengths of the axes of an argument, and their products."""
    made: dict[str, float] = {}
    for count in range(1, min(len(shape), 4) + 1):
        for axes in itertools.combinations(range(len(shape)), count):
            product = float(np.prod([shape[a] for a in axes]))
            said = "*".join(f"{name}.shape[{a}]" for a in axes)
            made |= {said: product, f"1/({said})": _over(product)}
    return made


def _over(value: float) -> float:
    return 1 / value if value else float("nan")


def _ratio(top: Array, bottom: Array) -> float | None:
    """The one number that bottom is multiplied by to give top; None if there is none."""
    if top.shape != bottom.shape or not (np.isfinite(top) | np.isnan(bottom)).all():
        return None
    seen = np.isfinite(top) & np.isfinite(bottom)
    here = seen & (bottom != 0)
    if not here.any() or np.any(top[seen & (bottom == 0)]):
        return None
    largest = np.argmax(np.where(here, np.abs(bottom), 0))
    ratio = float(top.flat[largest] / bottom.flat[largest])
    size = np.max(np.abs(bottom[here])) * abs(ratio)
    return ratio if np.all(np.abs(top[here] - ratio * bottom[here]) <= CLOSE * size) else None


def _named(samples: Sequence[Sample], ratios: Sequence[float]) -> str | None:
    """The expression that has these values at these samples; the plainest first."""
    known = [factors(s) for s in samples]
    for expression in known[0]:
        values = [k.get(expression, np.nan) for k in known]
        if all(abs(v - r) <= CLOSE * abs(r) for v, r in zip(values, ratios, strict=True)):
            return expression
    return None


@fault("zero")
def zero(samples: Sequence[Sample]) -> str | None:
    """0 for g."""
    return "is 0 where it should not be" if all(not s.found.any() for s in samples) and len(samples) > 1 else None


@fault("a factor")
def factor(samples: Sequence[Sample]) -> str | None:
    """c g for g, with a number c that may depend on sizes and on other arguments."""
    pairs = [(s, _ratio(s.found, s.right)) for s in samples if np.nanmax(np.abs(s.right), initial=0.0) > 0]
    ratios = [r for _, r in pairs if r is not None]
    if not pairs or len(ratios) < len(pairs) or len(pairs) < 2 or 0.0 in ratios:
        return None
    expression = _named([s for s, _ in pairs], ratios)
    if expression is None:
        if np.ptp(ratios) <= CLOSE * abs(ratios[0]):
            return f"equals the right gradient times {ratios[0]:.6g}"
        return "equals the right gradient times a number that depends on the arguments" if telling(samples) else None
    return _said(expression)


def _said(expression: str) -> str:
    if expression == "-1":
        return "equals the right gradient with the wrong sign"
    if expression.startswith("1/"):
        inside = expression[2:]
        bare = inside[1:-1] if inside.startswith("(") and inside.endswith(")") else inside
        return f"equals the right gradient times {expression}: an extra factor {expression}, or a missing factor {bare}"
    inverse = f"1/{expression}" if expression.isidentifier() or expression.isdigit() else f"1/({expression})"
    return f"equals the right gradient without the factor {inverse}, or with an extra factor {expression}"


# ---------------------------------------------------------------- places


@fault("transposed")
def transposed(samples: Sequence[Sample]) -> str | None:
    """g' for g."""
    square = [s for s in samples if s.right.ndim == 2]
    if len(square) < len(samples) or not everywhere(samples, lambda s: s.right.T):
        return None
    return "is the transpose of the right gradient"


@fault("not summed")
def not_summed(samples: Sequence[Sample]) -> str | None:
    """An axis that was broadcast is still there, or was averaged over."""
    if all(s.found.shape == s.right.shape for s in samples):
        return None
    for axes in (0, 1, -1, (0, 1), None):
        for word, reduce in (("summed over", np.sum), ("averaged over", np.mean)):
            if all(_reduced(s, reduce, axes) for s in samples if s.found.shape != s.right.shape):
                return f"is not {word} the axis that was broadcast ({'all' if axes is None else axes})"
    return "has another shape than its argument"


def _reduced(s: Sample, reduce: Any, axes: Any) -> bool:
    try:
        made = reduce(s.found, axis=axes)
    except (np.exceptions.AxisError, ValueError):
        return False
    return made.size == s.right.size and equal(np.reshape(made, s.right.shape), s.right)


@fault("shifted")
def shifted(samples: Sequence[Sample]) -> str | None:
    """g[i + 1] for g[i]."""
    if not telling(samples):
        return None
    for axis in range(max(s.right.ndim for s in samples)):
        for step in (1, -1):
            if all(axis < s.right.ndim for s in samples) and everywhere(samples, _rolled(step, axis)):
                return f"is the right gradient shifted by {step} along axis {axis}"
        if all(axis < s.right.ndim for s in samples) and everywhere(samples, _turned(axis)):
            return f"is the right gradient in reverse order along axis {axis}"
    return None


def _rolled(step: int, axis: int) -> Callable[[Sample], Array]:
    return lambda s: np.roll(s.right, step, axis)


def _turned(axis: int) -> Callable[[Sample], Array]:
    return lambda s: np.flip(s.right, axis)


@fault("summed and spread")
def spread(samples: Sequence[Sample]) -> str | None:
    """The sum or the mean over an axis, at each place of it."""
    if not telling(samples):
        return None
    for axis in range(max(s.right.ndim for s in samples)):
        for word, reduce in (("sum", np.sum), ("mean", np.mean)):
            if all(axis < s.right.ndim for s in samples) and everywhere(samples, _spread(reduce, axis)):
                return f"has the {word} over axis {axis} in place of each entry"
            if all(axis < s.right.ndim for s in samples) and all(_of_found(s, reduce, axis) for s in samples):
                return f"is not reduced over axis {axis}: its {word} there is right"
    return None


def _spread(reduce: Any, axis: int) -> Callable[[Sample], Array]:
    return lambda s: np.broadcast_to(reduce(s.right, axis=axis, keepdims=True), s.right.shape)


def _of_found(s: Sample, reduce: Any, axis: int) -> bool:
    if s.found.shape != s.right.shape or s.right.shape[axis] < 2:
        return False
    made = np.broadcast_to(reduce(s.found, axis=axis, keepdims=True), s.right.shape)
    return equal(made, s.right)


# ---------------------------------------------------------------- terms


def terms(sample: Sample) -> dict[str, Array]:
    """Tensors that a term may be: arguments that fit the gradient, their squares and signs."""
    made: dict[str, Array] = {}
    for name, value in sample.arguments.items():
        array = np.asarray(value, dtype=float)
        if (array.ndim and array.shape == sample.right.shape) or (array.ndim == 0 and sample.right.ndim == 0):
            made |= {name: array, f"{name}**2": array**2, f"sign({name})": np.sign(array), f"{name}**3": array**3}
        elif array.ndim and _fits(array.shape, sample.right.shape):
            made[name] = np.broadcast_to(array, sample.right.shape)
    return {**made, "1": np.ones(sample.right.shape)}


def _fits(small: tuple[int, ...], large: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(small, large) == large
    except ValueError:
        return False


@fault("a term")
def term(samples: Sequence[Sample]) -> str | None:
    """g + c T for g, where T is an argument."""
    if len(samples) < 2 or any(s.found.shape != s.right.shape for s in samples):
        return None
    shared = set.intersection(*(set(terms(s)) for s in samples))
    for name in [t for t in terms(samples[0]) if t in shared]:
        pairs = [(s, _ratio(_offset(s), terms(s)[name])) for s in samples]
        ratios = [r for _, r in pairs if r]
        if len(ratios) == len(samples):
            coefficient = _coefficient(samples, ratios)
            if coefficient is not None:
                return _term_said(coefficient, name, ratios[0])
    return None


def _offset(s: Sample) -> Array:
    return s.found - s.right


def _coefficient(samples: Sequence[Sample], ratios: Sequence[float]) -> str | None:
    sizes = [abs(r) for r in ratios]
    if np.ptp(sizes) <= CLOSE * sizes[0]:
        return f"{sizes[0]:.6g}"
    return _named(samples, sizes)


def _term_said(coefficient: str, name: str, ratio: float) -> str:
    product = name if coefficient == "1" else coefficient if name == "1" else f"{coefficient}*{name}"
    verb = "misses the term" if ratio < 0 else "has an extra term"
    return f"{verb} {product}"


@fault("a factor by entry")
def by_entry(samples: Sequence[Sample]) -> str | None:
    """g T for g, entry by entry, where T is an argument or a function of it."""
    if not telling(samples) or len(samples) < 2:
        return None
    for name in terms(samples[0]):
        for said, make in _products(name):
            if everywhere(samples, make):
                return said
    return None


def _products(name: str) -> Iterator[tuple[str, Callable[[Sample], Array | None]]]:
    def times(s: Sample) -> Array | None:
        t = terms(s).get(name)
        return None if t is None else s.right * t

    def over(s: Sample) -> Array | None:
        t = terms(s).get(name)
        return None if t is None or not np.all(t) else s.right / t

    yield f"equals the right gradient times {name}, entry by entry", times
    yield f"equals the right gradient without the factor {name}, entry by entry", over


@fault("diagonal only")
def diagonal_only(samples: Sequence[Sample]) -> str | None:
    """The diagonal of a square gradient, and 0 elsewhere."""
    if not all(s.right.ndim == 2 and s.right.shape[0] == s.right.shape[1] for s in samples) or not telling(samples):
        return None
    made = everywhere(samples, lambda s: np.diag(np.diag(s.right)))
    return "has only the diagonal of the right gradient" if made else None


@fault("a rounded constant")
def rounded_constant(samples: Sequence[Sample]) -> str | None:
    """Off by little everywhere."""
    off = 0.0
    for s in samples:
        if s.found.shape != s.right.shape or not np.isfinite(s.found).all():
            return None
        size = np.nanmax(np.abs(s.right), initial=0.0)
        off = max(off, float(np.nanmax(np.abs(s.found - s.right))) / size if size else 1.0)
    return f"is off by {off:.1g} of its size at most, as if a constant were rounded" if off < 1e-2 else None


def catalogue() -> Mapping[str, str]:
    """Each fault and what it does to a right gradient."""
    return {name: (row.__doc__ or "").strip() for name, row in FAULTS.items()}
