"""The assignments of one optimiser, carried out with numbers: what each of its quantities becomes in a step."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from proofs.notes.optimizers.assignments import NO_STEP, Assignment, leaves
from proofs.notes.reading.tree import Node, NotUnderstood

NEAR = 8  # formulas between a step and what it uses
GRADIENTS = frozenset(("g", "grad", "hat g", "g_i"))
COUNTED = frozenset(("t", "k"))
Table = Mapping[str, Assignment]
ByKey = Mapping[str, list[Assignment]]


@dataclass(frozen=True)
class System:
    """A step of `weight` and all that it rests on; `table` has the assignment of each quantity."""

    weight: str
    table: Table

    @cached_property
    def states(self) -> tuple[str, ...]:
        return tuple(key for key, one in self.table.items() if one.recursive and key != self.weight)

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """The names that nothing assigns: rates, and numbers below 1 in their place."""
        names = {leaf.text for one in self.table.values() for leaf in leaves(one.body) if leaf.kind == "name"}
        return tuple(sorted(names - set(self.table) - GRADIENTS))

    @cached_property
    def literals(self) -> tuple[float, ...]:
        """Numbers written in the place of rates."""
        nums = {float(n.text) for one in self.table.values() for n in one.body.walk() if n.kind == "num"}
        return tuple(sorted(number for number in nums if 0 < number < 1))

    @property
    def tops(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(top for one in self.table.values() for top in one.tops))

    def slopes(self) -> Iterator[Node]:
        for one in self.table.values():
            yield from (leaf for leaf in leaves(one.body) if leaf.kind == "slope")

    def of_weight(self, slope: Node) -> bool:
        return slope.text.lower() == self.weight.lower()

    def gradient_named(self) -> bool:
        """Whether a slope or a name of one goes in."""
        names = {leaf.text for one in self.table.values() for leaf in leaves(one.body)}
        return any(True for _ in self.slopes()) or bool(names & GRADIENTS)

    def with_(self, one: Assignment) -> System:
        return replace(self, table={**self.table, one.key: one})


def systems(found: list[Assignment]) -> Iterator[System]:
    """For each step of a quantity that uses what is carried from step to step, all of its assignments."""
    named = by_key(found)
    for step in found:
        system = System(step.key, _without_schedules(_closed(step, named))) if step.recursive else None
        if system and 0 < len(system.states) <= MOST_STATES and len(system.table) <= MOST and system.gradient_named():
            yield system


MOST, MOST_STATES = 12, 3  # an optimiser has not more assignments, nor carries more along


def _without_schedules(table: Table) -> Table:
    """Without how a rate falls from epoch to epoch: whatever it is, a step has some rate."""
    texts = {key: {leaf.text for leaf in leaves(one.body)} for key, one in table.items()}
    free = {key for key, own in texts.items() if not _used(key, own, texts, table) and _positive(table[key])}
    return {key: one for key, one in table.items() if key not in free}


def _used(key: str, own: set[str], texts: Mapping[str, set[str]], table: Table) -> bool:
    """Whether what goes into a quantity is carried along, a slope or in other lines too."""
    others = set(table).union(*(some for other, some in texts.items() if other != key)) - COUNTED
    sloping = any(leaf.kind == "slope" for leaf in leaves(table[key].body))
    return bool(own & (others | GRADIENTS | {key})) or sloping


def _positive(one: Assignment) -> bool:
    try:
        return worth(one.body, lambda leaf: 0.7) > 0
    except (ArithmeticError, ValueError, KeyError, TypeError):
        return False


def by_key(found: list[Assignment]) -> ByKey:
    """The assignments of each name, in order."""
    named: dict[str, list[Assignment]] = {}
    for one in found:
        named.setdefault(one.key, []).append(one)
    return named


def alone(one: Assignment, named: ByKey) -> System:
    """What is carried along, without a step that uses it."""
    return System("", _closed(one, named))


def _closed(step: Assignment, named: ByKey) -> dict[str, Assignment]:
    table, open_names = {step.key: step}, [step]
    while open_names and len(table) <= MOST:
        one = open_names.pop()
        for leaf in leaves(one.body):
            new = leaf.kind == "name" and leaf.text not in (*table, *COUNTED)
            near = _nearest(leaf.text, one, named) if new else None
            if near is not None:
                table[near.key] = near
                open_names.append(near)
    return table


def _nearest(key: str, one: Assignment, named: ByKey) -> Assignment | None:
    """The last assignment of a name before a place, else the first after it."""
    others = named.get(key, [])
    at = bisect_left(others, one.at, key=lambda other: other.at)
    around = (*others[max(at - 1, 0) : at], *others[at : at + 1])
    return next((other for other in around if abs(other.at[0] - one.at[0]) <= NEAR), None)


# ---------------------------------------------------------------- carried out


@dataclass
class Run:
    """One step with numbers: `old` has the values before it, and of the gradient and all parameters."""

    system: System
    old: Mapping[str, float]
    places: list[float] = field(default_factory=list)

    def new(self, key: str) -> float:
        """What a quantity becomes."""
        return self._assigned(self.system.table[key], 0)

    def _assigned(self, one: Assignment, shift: int) -> float:
        return worth(one.body, lambda leaf: self._leaf(leaf, one, shift))

    def _leaf(self, leaf: Node, one: Assignment, shift: int) -> float:
        if leaf.kind == "slope":
            self.places.append(self._place(leaf.args[0], one, shift))
            return self.old["g"]
        other = self.system.table.get(leaf.text)
        if other is None:
            return self.old["g"] if leaf.text in GRADIENTS else self.old[leaf.text]
        step = leaf.primes + shift if leaf.primes != NO_STEP else NO_STEP
        if other.key in (one.key, self.system.weight):
            return self._own(other, one, step)
        return self._used(other, one, step, shift)

    def _own(self, other: Assignment, one: Assignment, step: int) -> float:
        if other.key == one.key and NO_STEP not in (step, one.step) and one.step - step not in (0, 1):
            raise NotUnderstood(f"{one.key} of another step")
        return self.old[other.key]

    def _used(self, other: Assignment, one: Assignment, step: int, shift: int) -> float:
        """A quantity after the step, or before it where the marks say so or where it rests on this one."""
        away = step - other.step if NO_STEP not in (step, other.step) else 0
        if away not in (0, -1):
            raise NotUnderstood(f"{other.key} of another step")
        if not other.recursive:
            return self._assigned(other, away or shift)
        before = away < 0 or shift < 0 or one.key in _rests_on(other, self.system.table)
        return self.old[other.key] if before else self._assigned(other, 0)

    def _place(self, place: Node, one: Assignment, shift: int) -> float:
        if place.kind == "none":
            return self.old.get(self.system.weight, 0.0)
        return worth(place, lambda leaf: self._before(leaf, one, shift))

    def _before(self, leaf: Node, one: Assignment, shift: int) -> float:
        """Where a gradient is taken, all is as it was before the step."""
        if leaf.kind == "name" and leaf.text in self.old:
            return self.old[leaf.text]
        raise NotUnderstood("a gradient at a place that is computed")


def _rests_on(one: Assignment, table: Table) -> set[str]:
    return set(_closed(one, {key: [other] for key, other in table.items()}))


def worth(node: Node, leaf: Callable[[Node], float]) -> float:
    """The number that a normal form stands for."""
    if node.kind in ("name", "slope"):
        return leaf(node)
    if node.kind == "num":
        return float(node.text)
    return ARITHMETIC[node.kind](*(worth(arg, leaf) for arg in node.args))


ARITHMETIC: dict[str, Callable[..., float]] = {
    "add": lambda *terms: sum(terms),
    "neg": lambda a: -a,
    "mul": lambda a, b: a * b,
    "frac": lambda a, b: a / b,
    "pow": lambda a, b: math.pow(a, b),
    "sqrt": math.sqrt,
}
