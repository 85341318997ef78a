"""The user's gradient beside the right one, entry by entry, at several arguments: what a diagnosis is made from."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from proofs.calls import parts
from proofs.drawing import ORDINARY, Case, Drawing
from proofs.formula import kinked
from proofs.precise.number import digits
from proofs.reference import Reference, level_of
from proofs.trial import Trial

Array = np.ndarray[Any, Any]
MOST_ENTRIES = 40
MOST = 14
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
    def wrong(self) -> Array:
        """Which entries are not right."""
        if self.found.shape != self.right.shape:
            return np.ones(self.right.shape, dtype=bool)
        size = np.maximum(np.abs(self.right), np.nanmax(np.abs(self.right), initial=0.0) * 1e-6)
        with np.errstate(all="ignore"):
            off = ~(np.abs(self.found - self.right) <= DIFFERENT * size)
        return off & ~np.isnan(self.right)


def sample(trial: Trial, case: Case, name: str) -> Sample | None:
    """Every entry by its own difference; None where that cannot be had."""
    shape = tuple(map(int, np.shape(case.arguments[name])))
    if not 0 < int(np.prod(shape)) <= MOST_ENTRIES:
        return None
    try:
        trial.forward.call(case.arguments_fresh())
        result = parts(trial.candidate, trial.candidate.call(case.arguments_fresh()), trial.wrt)
        found = np.array(result[name], dtype=float)
        level = level_of(case.arguments, 1)
        reference = Reference(trial.forward, trial.candidate, case.arguments, level)
        right = np.array([_slope(reference, name, shape, at) for at in np.ndindex(shape)]).reshape(shape)
    except Exception:
        return None
    return Sample(name, case, found.reshape(shape) if found.size == right.size == 1 else found, right)


def _slope(reference: Reference, name: str, shape: tuple[int, ...], at: tuple[int, ...]) -> float:
    unit = np.zeros(shape)
    unit[at] = 1.0
    found = reference.along({name: unit})
    with digits(reference.level.digits):
        if not found.sides or kinked(found, found):
            return float("nan")
        return found.middle.rounded() if abs(found.middle) > reference.noise else 0.0


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
