"""A picture of finite differences: their distance from a gradient as the step shrinks, with the verdict on it.

|(f(x + h v) - f(x - h v)) / 2h - <g, v>| along one random direction v, for h from 1 down to 1e-16, in floats. Where the
gradient is right it falls as h² until rounding, of order |f| 2^-53 / h, takes over; where it is wrong it stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from numeric.figures import new_figure, save_figure
from proofs.arguments.constants import constants_of
from proofs.arguments.drawing import Drawing
from proofs.arguments.nests import flat
from proofs.arguments.specifications import SpecificationError, arguments_of, sizes_of
from proofs.calls import Failed, User, fresh, pair, parts, scalar
from proofs.claim import Report

Array = np.ndarray[Any, Any]
STEPS = 10.0 ** -np.arange(0, 16.25, 0.25)
TRIES = 200


@dataclass(frozen=True)
class Errors:
    """The error of a central difference at each step, beside the size of the slope and what rounding makes of it."""

    steps: Array
    errors: Array
    rounding: Array
    slope: float


def errors_by_step(
    forward: Callable[..., Any], gradient: Callable[..., Any], arguments: Mapping[str, Any], wrt: Sequence[str]
) -> Errors:
    """Differences along one random direction in all of `wrt`, against the gradient there.

    >>> found = errors_by_step(lambda x: (x**2).sum(), lambda x: 3 * x, {"x": np.ones(2)}, ["x"])
    >>> bool(found.errors.min() > 0.1 * abs(found.slope))
    True
    """
    first, candidate = pair(forward, gradient, arguments)
    arguments, stream = flat(arguments), np.random.default_rng(0)
    v = {n: stream.choice([-1.0, 1.0], np.shape(arguments[n])) * stream.uniform(0.5, 1.5) for n in wrt}
    value = _value(first, arguments, v, 0.0)
    found = parts(candidate, candidate.call(fresh(arguments)), wrt)
    slope = float(sum(np.sum(np.asarray(found[n]) * v[n]) for n in wrt))
    rises = [_value(first, arguments, v, h) - _value(first, arguments, v, -h) for h in STEPS]
    return Errors(STEPS, abs(np.array(rises) / (2 * STEPS) - slope), abs(value) * 2.0**-53 / STEPS, slope)


def _value(forward: User, arguments: Mapping[str, Any], direction: Mapping[str, Any], h: float) -> float:
    moved = {n: np.asarray(arguments[n]) + h * v for n, v in direction.items()}
    try:
        return float(scalar(forward, forward.call({**fresh(arguments), **{n: m[()] for n, m in moved.items()}})))
    except (Failed, ArithmeticError):  # a step may leave the domain
        return float("nan")


def draw_errors(
    path: str | Path,
    report: Report,
    forward: Callable[..., Any],
    gradient: Callable[..., Any],
    inputs: Mapping[str, Any],
    dims: Mapping[str, Any] | None = None,
) -> Path:
    """Write the picture, in the format of the file's ending, at the counterexample or else at ordinary arguments."""
    figure = new_figure(6.4, 4.2)
    arguments = report.counterexample or _ordinary(forward, gradient, inputs, dims)
    errors = errors_by_step(forward, gradient, arguments, list(report.tensors))
    _drawn(figure.add_subplot(), errors, report)
    return save_figure(figure, path)


def _drawn(axes: Any, errors: Errors, report: Report) -> None:
    axes.loglog(errors.steps, errors.errors, "o-", markersize=3, label="|difference - gradient|")
    axes.loglog(errors.steps, errors.rounding, ":", label="rounding of f / h")
    axes.axhline(abs(errors.slope) or 1e-300, linestyle="--", linewidth=0.8, label="|gradient along the direction|")
    axes.invert_xaxis()
    axes.set_xlabel("step h")
    axes.set_title(f"verdict: {report.verdict}" + (f"\n{report.diagnosis}" if report.diagnosis else ""), fontsize=10)
    axes.legend(loc="best", fontsize=8)


def _ordinary(forward: Any, gradient: Any, inputs: Mapping[str, Any], dims: Any) -> Mapping[str, Any]:
    """The first drawn arguments at which the forward has a value."""
    asked = arguments_of(forward, inputs)
    sizes = sizes_of(asked.specifications.values(), dims)
    drawing = Drawing(asked.specifications, sizes, constants_of(forward, gradient))
    user = User(forward, tuple(asked.given), like=asked.given)
    for number in range(TRIES):
        case = drawing.case(number, 0)
        if case is not None and np.isfinite(_value(user, case.arguments, {}, 0.0)):
            return user.nested(case.arguments)
    raise SpecificationError("no drawn arguments have a finite value of the function; narrow --inputs or --dims")
