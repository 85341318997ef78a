"""More cores, and more machines: gradients over shards of the examples, and independent runs.

Where they run is said in `jobs.py`; for more than one job the extra [parallel] is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from itertools import pairwise, product
from typing import Any

import numpy as np
import numpy.typing as npt

from derive.equation import Program
from derive.parse import parse
from derive.program_text import to_text
from numeric.batches import Data, TrainingError
from numeric.compiled import gradient_of
from numeric.history import Fit
from numeric.jobs import side_by_side
from numeric.trainer import fit

Array = npt.NDArray[Any]
Arrays = Mapping[str, Array]
FEW = 4  # examples on which it is found out how shards add up

# ---------------------------------------------------------------- one gradient


def sharded_gradient(
    program: Program, weights: Arrays, data: Data, *, shards: int = 2, jobs: int | None = None
) -> dict[str, Array]:
    """dL/dv for each weight, from the gradients of shards of the examples.

    For a loss that is a mean over examples it is the sum of n_k/n times a shard's gradient, for a sum the sum; which it
    is, is found out on a few examples. TrainingError for a loss that is neither, such as one with batch normalisation.

    >>> import derive
    >>> line = derive.program("parameter w\\nL = mean[i]((w*x[i] - y[i])**2)")
    >>> data = {"x": np.arange(1.0, 5.0), "y": np.zeros(4)}
    >>> sharded_gradient(line, {"w": np.array(1.0)}, data, shards=2, jobs=1)
    {'w': np.float64(15.0)}
    """
    count = len(next(iter(data.values())))
    if not 1 <= shards <= count:
        raise TrainingError(f"{count} examples cannot be put into {shards} shards; give from 1 to {count}")
    text, names = to_text(program), tuple(weights)
    weigh = _adds_up(text, weights, {name: array[:FEW] for name, array in data.items()})
    edges = np.linspace(0, count, shards + 1).astype(int)
    parts = [{n: a[start:stop] for n, a in data.items()} for start, stop in pairwise(edges)]
    found = side_by_side(_gradient, ((text, names, weights, part) for part in parts), jobs)
    return _added(found, np.diff(edges), weigh)


def _gradient(text: str, names: tuple[str, ...], weights: Arrays, data: Data) -> dict[str, Array]:
    made = gradient_of(_program(text), names)(**weights, **data)
    return {name: np.asarray(array) for name, array in made.items()}


@lru_cache(maxsize=64)
def _program(text: str) -> Program:
    """Workers get text, which every backend can send, and compile it once."""
    return parse(text)


Weigh = Callable[[Array], Array]


def _mean(counts: Array) -> Array:
    return np.asarray(counts / counts.sum())


def _sum(counts: Array) -> Array:
    return np.ones(len(counts))


def _added(found: Iterable[Arrays], counts: Array, weigh: Weigh) -> dict[str, Array]:
    total: dict[str, Array] = {}
    for part, share in zip(found, weigh(counts), strict=True):
        for name, array in part.items():
            total[name] = total[name] + share * array if name in total else np.asarray(share * array)
    return total


def _adds_up(text: str, weights: Arrays, few: Data) -> Weigh:
    """How the gradients of one example and of the other few make that of all."""
    names, count = tuple(weights), len(next(iter(few.values())))
    if count < 2:
        return _mean
    whole = _gradient(text, names, weights, few)
    halves = ({n: a[rows] for n, a in few.items()} for rows in (slice(1), slice(1, None)))
    parts = [_gradient(text, names, weights, half) for half in halves]
    for weigh in (_mean, _sum):
        if _agree(_added(parts, np.array([1, count - 1]), weigh), whole, parts):
            return weigh
    raise TrainingError("the loss is neither a mean nor a sum over examples, so that shards of them do not add up")


def _agree(made: Arrays, right: Arrays, parts: Sequence[Arrays]) -> bool:
    """Within rounding of the largest of them."""
    sizes = {name: max(np.abs(part[name]).max(initial=0) for part in (*parts, right)) for name in right}
    near = (np.abs(made[n] - a) <= np.finfo(a.dtype).eps ** 0.75 * sizes[n] for n, a in right.items())
    return all(map(np.all, near))


# ---------------------------------------------------------------- independent runs


@dataclass(frozen=True)
class Trial:
    """One run of a grid: the options that it differs by, and what it left."""

    options: Mapping[str, Any]
    fit: Fit


def trials(
    program: Program, data: Data, grid: Mapping[str, Sequence[Any]], *, jobs: int | None = None, **same: Any
) -> Iterator[Trial]:
    """A run of `numeric.fit` for each combination of the options in `grid`, in order; `same` holds for all of them.

    Each gives what it gives alone: runs share nothing. Options are those of `fit` that are numbers, texts and arrays.

    >>> import derive
    >>> line = derive.program("parameter w\\nL = mean[i]((w*x[i] - y[i])**2)")
    >>> data = {"x": np.array([1.0, 2.0]), "y": np.array([2.0, 4.0])}
    >>> [round(float(t.fit.parameters["w"]), 3) for t in trials(line, data, {"learning_rate": [0.1, 0.2]}, jobs=1)]
    [1.998, 2.0]
    """
    chosen = [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]
    found = side_by_side(_fit, ((to_text(program), data, {**same, **options}) for options in chosen), jobs)
    return (Trial(options, Fit(program, **made)) for options, made in zip(chosen, found, strict=True))


def _fit(text: str, data: Data, options: Mapping[str, Any]) -> dict[str, Any]:
    """All that a Fit has but the program, which whoever asked has already."""
    made = fit(_program(text), data, **options)
    return {f.name: getattr(made, f.name) for f in fields(made) if f.name != "program"}


__all__ = ["Trial", "sharded_gradient", "trials"]
