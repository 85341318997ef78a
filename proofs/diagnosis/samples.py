"""The user's gradient beside the right one, entry by entry, at several arguments: what a diagnosis is made from."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from proofs.arguments.drawing import ORDINARY, Case, Drawing
from proofs.calls import parts
from proofs.formula import kinked
from proofs.precise.number import digits
from proofs.reference import Reference, Slopes, level_of
from proofs.trial import Trial

Array = np.ndarray[Any, Any]
MOST_ENTRIES = 40
MOST = 48
START = 100_000  # draws that no search has seen
DIFFERENT = 1e-9


@dataclass(frozen=True)
class Sample:
    """One tensor at one set of arguments: what the user says, and what is right (nan where there is no derivative)."""

    name: str
    case: Case
    found: Array
    right: Array

    @property
    def arguments(self) -> Mapping[str, Any]:
        return self.case.arguments

    @property
    def noise(self) -> float:
        """What is next to nothing beside the largest entry of either."""
        both = np.abs(np.concatenate([self.found.ravel(), self.right.ravel()]))
        return float(np.max(both, initial=0.0, where=np.isfinite(both))) * 1e-12

    @property
    def inert(self) -> Array:
        """Entries that tell nothing: no derivative there, or 0 on both sides."""
        if self.found.shape != self.right.shape:
            return np.isnan(self.right)
        return np.isnan(self.right) | ((np.abs(self.right) <= self.noise) & (np.abs(self.found) <= self.noise))

    @property
    def wrong(self) -> Array:
        """Which entries are not right."""
        if self.found.shape != self.right.shape:
            return np.ones(self.right.shape, dtype=bool)
        with np.errstate(all="ignore"):
            off = ~(np.abs(self.found - self.right) <= DIFFERENT * np.abs(self.right) + self.noise)
        return off & ~np.isnan(self.right)


def broken(sample: Sample | None) -> Sample | None:
    """The same with all right that is a number: what is left is what is not finite."""
    if sample is None or sample.found.shape != sample.right.shape:
        return sample
    return replace(sample, right=np.where(np.isfinite(sample.found), sample.found, sample.right))


def sample(trial: Trial, case: Case, name: str) -> Sample | None:
    """Every entry by its own difference; None where that cannot be had."""
    shape = tuple(map(int, np.shape(case.arguments[name])))
    if not 0 < int(np.prod(shape)) <= MOST_ENTRIES:
        return None
    try:
        trial.forward.call(case.arguments_fresh())
        result = parts(trial.candidate, trial.candidate.call(case.arguments_fresh()), trial.wrt)
        found = np.array(result[name], dtype=float)
        level = level_of(case.arguments, trial.order)
        reference = Reference(trial.forward, trial.candidate, case.arguments, level, trial.order)
        right = RIGHT[trial.order](_Point(reference, case.arguments, name, shape))
        if found.shape == right.shape:  # what is below the noise of all digits is 0 on both sides
            found = np.where((right == 0) & (np.abs(found) <= float(reference.noise.rounded())), 0.0, found)
    except Exception:
        return None
    return Sample(name, case, found.reshape(right.shape) if found.size == right.size == 1 else found, right)


class _Point:
    """Slopes at one set of arguments; nan where there is a kink, which smaller steps decide."""

    def __init__(self, reference: Reference, arguments: Mapping[str, Any], name: str, shape: tuple[int, ...]) -> None:
        self.reference, self.arguments, self.name, self.shape = reference, arguments, name, shape
        self._finer: Reference | None = None

    def slope(self, *places: tuple[int, ...]) -> float:
        """The derivative along the sum of some unit vectors."""
        unit = np.zeros(self.shape)
        for at in places:
            unit[at] = 1.0
        found, noise = self.reference.along({self.name: unit}), self.reference.noise
        if not found.sides:
            return float("nan")
        with digits(self.reference.level.digits):
            apart = max(found.sides) - min(found.sides)
        if apart > noise and kinked(found, self._again(unit)):
            return float("nan")
        return float(found.middle.rounded()) if abs(found.middle) > noise else 0.0

    def _again(self, unit: Array) -> Slopes:
        if self._finer is None:
            self._finer = self.reference.finer(self.arguments)
        fine = self._finer.along({self.name: unit})
        small = self._finer.noise
        with digits(self._finer.level.digits):
            return fine if any(abs(s) > small for s in fine.sides) else Slopes(None, None, None)


def _gradient(point: _Point) -> Array:
    return np.array([point.slope(at) for at in np.ndindex(point.shape)]).reshape(point.shape)


def _hessian(point: _Point) -> Array:
    """H[i, j] from second derivatives along e_i, e_j and e_i + e_j."""
    places = list(np.ndindex(point.shape))
    alone = [point.slope(at) for at in places]
    made = np.diag(np.array(alone, dtype=float))
    for i, one in enumerate(places):
        for j, two in enumerate(places[:i]):
            mixed = point.slope(one, two) - alone[i] - alone[j]
            rounding = 1e-12 * (abs(alone[i]) + abs(alone[j]))
            made[i, j] = made[j, i] = 0.0 if abs(mixed) <= rounding else mixed / 2
    return made.reshape(point.shape * 2)


RIGHT: Mapping[int, Callable[[_Point], Array]] = {1: _gradient, 2: _hessian}


def samples(trial: Trial, drawing: Drawing, failing: Iterable[Case], name: str, seconds: float) -> list[Sample]:
    """At the arguments that failed, at ordinary ones, and at others."""
    end = time.monotonic() + seconds
    made: list[Sample] = []
    for case in _cases(trial, drawing, failing):
        if len(made) >= MOST or time.monotonic() > end:
            break
        one = sample(trial, case, name)
        if one is not None:
            made.append(one)
    return made


def _cases(trial: Trial, drawing: Drawing, failing: Iterable[Case]) -> Iterator[Case]:
    yield from list(failing)[:5]
    for number in range(START, START + 400):
        case = drawing.case(number, (number - START) if number % 3 else 0)
        if number - START < ORDINARY or number % 2:
            case = drawing.case(number, 0)
        if case is not None and trial.admits(case):
            yield case
