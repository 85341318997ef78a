"""Whether the assignments of a note are a row's, up to names: all numbers of a step are compared at drawn values."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from proofs.notes.optimizers.rows import NEXT, Recurrence, recurrences
from proofs.notes.optimizers.systems import COUNTED, Run, System
from proofs.notes.reading.tree import NotUnderstood

POINTS, STEP_NUMBER, CLOSE = 3, 3.0, 1e-9
ZERO = ""  # a number that a row has and a note leaves out


@dataclass(frozen=True)
class Drawn:
    """One step of a note with numbers: those before it, and what it makes of them."""

    old: Mapping[str, float]
    new: Mapping[str, float]
    places: tuple[float, ...]


@dataclass(frozen=True)
class Match:
    """A row, and the names of a note for its states and numbers."""

    row: Recurrence
    named: Mapping[str, str]


def matched(system: System) -> Match | None:
    """The first row that the system is, up to names."""
    drawn = list(_drawn(system))
    found = (one for row in recurrences() for one in _as_row(row, system, drawn))
    return next(found, None)


def has_values(system: System) -> bool:
    """Whether the steps of a system have values for slopes of either sign."""
    return len(list(_drawn(system))) == POINTS


def carried(system: System, key: str) -> Recurrence | None:
    """The first row that carries along what this is, step aside."""
    drawn = list(_drawn(system))
    for row in recurrences() if len(drawn) == POINTS else ():
        named = {row.states[0]: key, "g": "g"}
        single = len(row.states) == 1 and set(row.reads(row.states[0])) <= {*named, *row.options(row.states[0] + NEXT)}
        if single and any(_extended(row, row.states[0], named, [{}], system, drawn)):
            return row
    return None


def compared(system: System, key: str, match: Match) -> dict[str, str]:
    """The numbers before one step, and what the note and the row make of them."""
    one = next(_drawn(system), None)
    if one is None:
        return {}
    key = key if key in one.new else system.weight
    row = next(name for name, written in match.named.items() if written == key)
    right = match.row.value(row + NEXT, _values(match.named, one))
    pair = one.new[key], right
    if math.isclose(*pair, rel_tol=CLOSE) and one.places:  # the gradient is taken elsewhere
        key, pair = "gradient at", (one.places[0], match.row.value("at", _values(match.named, one)))
    before = {name: f"{value:.4g}" for name, value in sorted(one.old.items())}
    return {**before, f"{key}, as written": f"{pair[0]:.4g}", f"{key}, right": f"{pair[1]:.4g}"}


def _drawn(system: System) -> Iterator[Drawn]:
    """Steps of the system at drawn numbers, those that have a value."""
    return (one for seed in range(POINTS) for one in [_drawn_at(system, seed)] if one is not None)


def _drawn_at(system: System, seed: int) -> Drawn | None:
    """A step at the numbers of this seed; the first has a slope below 0."""
    steps = (*system.states, *filter(None, (system.weight,)))
    names = (*steps, "g", *system.parameters)
    stream = random.Random(f"{seed} {names}")
    old = {name: STEP_NUMBER if name in COUNTED else stream.uniform(0.2, 0.9) for name in names}
    run = Run(system, {**old, "g": old["g"] * (1 if seed else -9)})
    try:
        new = {key: run.new(key) for key in steps}
    except (ArithmeticError, ValueError, NotUnderstood, RecursionError, KeyError, TypeError):
        return None
    return Drawn(run.old, new, tuple(run.places))


def _as_row(row: Recurrence, system: System, drawn: list[Drawn]) -> Iterator[Match]:
    if len(drawn) < POINTS or len(row.states) != len(system.states):
        return
    for order in itertools.permutations(system.states):
        states = {**dict(zip(row.states, order, strict=True)), "w": system.weight, "g": "g"}
        partial: list[dict[str, str]] = [{}]
        for name in (*row.states, "w"):
            partial = list(_extended(row, name, states, partial, system, drawn))
        yield from (Match(row, {**states, **numbers}) for numbers in partial if _placed(row, states, numbers, drawn))


def _extended(
    row: Recurrence,
    name: str,
    states: dict[str, str],
    partial: list[dict[str, str]],
    system: System,
    drawn: list[Drawn],
) -> Iterator[dict[str, str]]:
    """The ways to name the numbers of an equation, and of those before, by which it is the note's."""
    names = (*(p for p in system.parameters if p not in COUNTED), *map(str, system.literals))
    for numbers in partial:
        open_names = [option for option in row.options(name + NEXT) if option not in numbers]
        ways = [(*names, ZERO) if option == "epsilon" else names for option in open_names]
        for way in itertools.product(*ways):
            both = {**numbers, **dict(zip(open_names, way, strict=True))}
            if all(_same(row, name, {**states, **both}, one) for one in drawn):
                yield both


def _same(row: Recurrence, name: str, named: Mapping[str, str], one: Drawn) -> bool:
    try:
        found = row.value(name + NEXT, _values(named, one))
    except (ArithmeticError, ValueError):
        return False
    return math.isclose(found, one.new[named[name]], rel_tol=CLOSE)


def _values(named: Mapping[str, str], one: Drawn) -> dict[str, float]:
    values = {row: _number(name, one) for row, name in named.items()}
    return {**values, "t": STEP_NUMBER}


def _number(name: str, one: Drawn) -> float:
    return 0.0 if name == ZERO else one.old[name] if name in one.old else float(name)


def _placed(row: Recurrence, states: dict[str, str], numbers: dict[str, str], drawn: list[Drawn]) -> bool:
    """Whether the gradient is taken where the row takes it."""
    for one in drawn:
        place = row.value("at", _values({**states, **numbers}, one))
        if any(not math.isclose(place, found, rel_tol=CLOSE) for found in one.places):
            return False
    return True
