"""Arguments at which the forward compares equal numbers: there are its kinks, which draws at random seldom meet.

A run in many digits notes every difference that decides a branch, so `np.maximum(X @ w - 1, 0)` notes X @ w - 1. One
number of the arguments is then moved so that one of them becomes 0. Arguments are powers of two, in which sums of
products are exact, so that it is 0 and not nearly so: beside a kink floats may rightly be on another side of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from proofs.arguments.drawing import Case
from proofs.arguments.specifications import Specification
from proofs.calls import Misshapen, User, fresh
from proofs.precise import Real, Unprecise, digits
from proofs.precise.arrays import lifted
from proofs.precise.number import real
from proofs.reference import compared, finite

DIGITS = 60
STEP = 64  # a slope is that of 2^-64, which divides exactly
TRIES = 6
MOST = 500  # numbers of the arguments; a run in many digits goes through all
BINARY = 2  # powers of two from 2^-2 to 2^2


def onto_branch(
    forward: User, case: Case, specifications: Mapping[str, Specification], stream: np.random.Generator
) -> Case | None:
    """The case in powers of two, moved so that the forward compares equal numbers if it can; None without branches."""
    free = [n for n, s in specifications.items() if s.kind == "f" and not s.structure and s.draw is None]
    if sum(map(np.size, case.arguments.values())) > MOST:
        return None
    start = {n: _round(v, specifications[n], case) if n in free else v for n, v in fresh(case.arguments).items()}
    with digits(DIGITS):
        try:
            return _moved(forward, replace(case, arguments=start), {n: specifications[n] for n in free}, stream)
        except (Unprecise, Misshapen, ArithmeticError, ValueError, np.linalg.LinAlgError):
            return None


def _round(value: Any, specification: Specification, case: Case) -> Any:
    """The powers of two next to the numbers, where these may be drawn."""
    array = np.asarray(value)
    exponents = np.clip(np.round(np.log2(np.where(array == 0, 1.0, np.abs(array)))), -BINARY, BINARY)
    made = (np.sign(array) * 2.0**exponents).astype(array.dtype)
    return _like(value, made) if specification.holds(made, case.sizes) else value


def _like(value: Any, made: Any) -> Any:
    return made if isinstance(value, np.ndarray) else type(value)(made)


def _moved(forward: User, case: Case, free: Mapping[str, Specification], stream: np.random.Generator) -> Case | None:
    here = compared(forward, case.arguments, DIGITS)
    places = [(n, at) for n in free for at in np.ndindex(np.shape(case.arguments[n]))] if here else []
    for k in stream.permutation(len(places))[:TRIES]:
        name, at = places[k]
        for number, value in _roots(forward, case, here, name, at, stream):
            made = _with(case, name, at, value)
            inside = free[name].holds(np.asarray(made.arguments[name]), case.sizes)
            if inside and _is_zero(forward, made, number):
                return made
    return case if here else None


def _roots(
    forward: User, case: Case, here: list[Real], name: str, at: tuple[int, ...], stream: np.random.Generator
) -> Iterator[tuple[int, float]]:
    """Two of the differences that this number moves, and the number at which each is 0, as far as it is straight."""
    step = real(2) ** -STEP
    there = compared(forward, {**case.arguments, name: _shifted(case.arguments[name], at, step)}, DIGITS)
    if len(there) != len(here):
        return
    slopes = {k: (b - a) / step for k, (a, b) in enumerate(zip(here, there, strict=True)) if finite(a) and a != b}
    for k in stream.permutation(np.array(list(slopes), dtype=int))[:2]:
        if finite(slopes[k]):
            yield int(k), (real(np.asarray(case.arguments[name])[at]) - here[k] / slopes[k]).rounded()


def _shifted(value: Any, at: tuple[int, ...], step: Real) -> Any:
    made = lifted(np.array(value))
    if not np.ndim(value):
        return real(value) + step
    made[at] = made[at] + step
    return made


def _with(case: Case, name: str, at: tuple[int, ...], value: float) -> Case:
    moved = np.array(case.arguments[name])
    moved[at] = value
    return replace(case, arguments={**case.arguments, name: _like(case.arguments[name], moved)})


def _is_zero(forward: User, case: Case, number: int) -> bool:
    found = compared(forward, case.arguments, DIGITS)
    return number < len(found) and bool(found[number] == 0)
