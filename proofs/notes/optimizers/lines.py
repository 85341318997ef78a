"""Lines of an optimiser by themselves: what is averaged, and what is corrected with which rate."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from proofs.notes.optimizers.assignments import NO_STEP, RATES, Assignment, leaves
from proofs.notes.optimizers.edits import ANOTHER, Edit
from proofs.notes.optimizers.systems import COUNTED, GRADIENTS, NEAR, worth
from proofs.notes.reading.tree import Chain, Node

POINTS, CLOSE = 3, 1e-9
CORRECTED = " corrected"
FIRST, SECOND = frozenset("vumVMU"), frozenset("vsrGSRV")  # letters of means of slopes, and of their squares


@dataclass(frozen=True)
class Mean:
    """rate * of + (1 - rate) * slope ** power."""

    one: Assignment
    rate: str
    of: str
    power: int

    @property
    def own(self) -> bool:
        return self.of == self.one.key


@dataclass(frozen=True)
class Correction:
    """of / (1 - rate ** t)."""

    one: Assignment
    rate: str
    of: str


@dataclass(frozen=True)
class Wrong:
    """A line with a slip that its neighbours tell, and the line without it."""

    one: Assignment
    right: Assignment
    reason: str
    edit: Edit | None

    def numbers(self) -> dict[str, str]:
        """What goes in, and what the two lines make of it."""
        values = _values({leaf.text for one in (self.one, self.right) for leaf in leaves(one.body)}, 0)
        pair = [_worth(one.body, values) for one in (self.one, self.right)]
        before = {name: f"{value:.4g}" for name, value in sorted(values.items())}
        key = self.one.key
        return {**before, f"{key}, as written": f"{pair[0]:.4g}", f"{key}, right": f"{pair[1]:.4g}"}


# ---------------------------------------------------------------- forms


def mean(one: Assignment) -> Mean | None:
    """The line as a mean that is carried along."""
    names = sorted({leaf.text for leaf in leaves(one.body) if not _gradient(leaf)})
    slopes = {leaf.text for leaf in leaves(one.body) if _gradient(leaf)}
    if len(names) != 2 or len(slopes) != 1 or not _aged(one):
        return None
    both = ((names[0], names[1]), (names[1], names[0]))
    ways = (Mean(one, rate, of, power) for rate, of in both if _is_rate(rate) for power in (1, 2))
    return next((way for way in ways if _is(one.body, partial(_averaged, way, min(slopes)))), None)


def _averaged(way: Mean, slope: str, v: Mapping[str, float]) -> float:
    return v[way.rate] * v[way.of] + (1 - v[way.rate]) * v[slope] ** way.power


def correction(one: Assignment) -> Correction | None:
    """The line as a quotient by one less the power of a rate."""
    names = {leaf.text for leaf in leaves(one.body)}
    rates, counted = [name for name in names if _is_rate(name)], names & COUNTED
    others = names.difference(rates, counted)
    if len(rates) != 1 or len(counted) != 1 or len(others) != 1:
        return None
    rate, of, t = rates[0], min(others), min(counted)
    return Correction(one, rate, of) if _is(one.body, lambda v: v[of] / (1 - v[rate] ** v[t])) else None


def _gradient(leaf: Node) -> bool:
    return leaf.kind == "slope" or leaf.text in GRADIENTS


def _is_rate(name: str) -> bool:
    return name.partition("_")[0].rstrip("0123456789") in RATES


def _aged(one: Assignment) -> bool:
    """Whether what is carried is that of the step before."""
    steps = [leaf.primes for leaf in leaves(one.body) if leaf.text == one.key]
    return all(NO_STEP in (step, one.step) or one.step - step in (0, 1) for step in steps)


def _is(body: Node, form: Callable[[Mapping[str, float]], float]) -> bool:
    names = {leaf.text for leaf in leaves(body)}
    drawn = [_values(names, seed) for seed in range(POINTS)]
    try:
        return all(math.isclose(_worth(body, v), form(v), rel_tol=CLOSE) for v in drawn)
    except (ArithmeticError, ValueError, KeyError, TypeError):
        return False


def _values(names: set[str], seed: int) -> dict[str, float]:
    stream = random.Random(f"{seed} {sorted(names)}")
    return {name: 3.0 if name in COUNTED else stream.uniform(0.2, 0.9) for name in sorted(names)}


def _worth(body: Node, values: dict[str, float]) -> float:
    return worth(body, lambda leaf: values[leaf.text])


# ---------------------------------------------------------------- one name for each value


def separate(found: Sequence[Assignment]) -> list[Assignment]:
    """With another name for what is corrected in its place, as v := v/(1 - beta^t), and read afterwards."""
    renamed: dict[str, int] = {}
    separated: list[Assignment] = []
    for one in found:
        names = {key for key, at in renamed.items() if one.at[0] - at <= NEAR}
        corrected = correction(one)
        again = replace(one, body=_renamed(one.body, {name: name + CORRECTED for name in names - {one.key}}))
        if corrected is not None and corrected.of == one.key:
            renamed[one.key] = one.at[0]
            again = replace(again, key=one.key + CORRECTED)
        elif one.key in renamed:
            del renamed[one.key]
        separated.append(again)
    return separated


def _renamed(node: Node, names: Mapping[str, str]) -> Node:
    if node.kind == "name" and node.text in names:
        return replace(node, text=names[node.text])
    return node if node.kind == "slope" else replace(node, args=tuple(_renamed(arg, names) for arg in node.args))


# ---------------------------------------------------------------- slips


def wrong(found: Sequence[Assignment]) -> list[Wrong]:
    """The lines that average another quantity than their own, or are corrected with the rate of another."""
    means = [one for one in map(mean, found) if one is not None]
    corrections = [one for one in map(correction, found) if one is not None]
    averages = (_of_another(one, means) for one in means if not one.own)
    rates = (_of_another_rate(one, means) for one in corrections)
    return [one for one in (*averages, *rates) if one is not None]


def _of_another(one: Mean, means: list[Mean]) -> Wrong | None:
    """S = beta V + (1 - beta) g^2, where V is a mean of slopes: it is not of the same kind as squares."""
    base, _, mark = one.one.key.partition("_")
    other, _, same = one.of.partition("_")
    powers = {each.power for each in means if each.own and each.of == one.of}
    if powers != {3 - one.power} or mark != same or base.lower() == other.lower():
        return None
    right = replace(one.one, body=_renamed(one.one.body, {one.of: one.one.key}))
    return Wrong(one.one, right, f"{base} averages {other}, not itself", _edited(one.one.chain, other, base))


def _of_another_rate(one: Correction, means: list[Mean]) -> Wrong | None:
    """What is averaged with one of two rates is corrected with it."""
    rate = _rate_of(one, means)
    (base, _, mine), (other, _, number) = one.rate.partition("_"), (rate or "").partition("_")
    if rate is None or rate == one.rate or base != other or not (mine.isdigit() and number.isdigit()):
        return None
    if one.rate not in {each.rate for each in means if each.own and each.of != one.of}:
        return None
    right = replace(one.one, body=_renamed(one.one.body, {one.rate: rate}))
    sub = next((n.subs[0] for n in one.one.chain.members[1].walk() if n.text == base and n.subs), None)
    edit = Edit(one.one.body, "another rate", place=sub.span, text=number) if sub is not None else None
    return Wrong(one.one, right, f"what is averaged with {rate} is corrected with {one.rate}", edit)


def _rate_of(one: Correction, means: list[Mean]) -> str | None:
    """The one rate with which a quantity is averaged, near a place."""
    near = [each for each in means if each.own and each.of == one.of and abs(each.one.at[0] - one.one.at[0]) <= NEAR]
    rates = {each.rate for each in near}
    return min(rates) if len(rates) == 1 else None


def _edited(chain: Chain, letter: str, other: str) -> Edit | None:
    """The text with another letter, where it is one letter at one place."""
    found = [n for n in chain.members[1].walk() if n.kind == "name" and n.text == letter]
    if len(found) != 1 or len(letter) != 1 or len(other) != 1:
        return None
    start = found[0].span[0]
    return Edit(chain.members[1], ANOTHER, place=(start, start + 1), text=other)


# ---------------------------------------------------------------- what is as it should be


def sound(found: Sequence[Assignment], chains: Sequence[Chain]) -> Iterator[tuple[Assignment, str]]:
    """The lines that are a mean of their own slopes or squares, or its correction, and what they are."""
    means = [one for one in map(mean, found) if one is not None]
    rooted = _rooted(chains)
    good = [one for one in means if _sound(one, rooted) and not _twice(one, means)]
    yield from ((one.one, "a mean of slopes" if one.power == 1 else "a mean of their squares") for one in good)
    for one in filter(None, map(correction, found)):
        if any(each.of == one.of for each in good) and _rate_of(one, means) == one.rate and _named_after(one):
            yield one.one, "the correction of a mean that began at 0"


def _sound(one: Mean, rooted: set[str]) -> bool:
    letter, mark = one.of[0], one.of.partition("_")[2].lower()
    by = {leaf.text.lower() for leaf in leaves(one.one.body) if leaf.kind == "slope"}
    if not one.own or any(name and mark and name not in mark for name in by):
        return False
    return letter in SECOND if one.power == 2 else letter in FIRST and letter not in rooted


def _twice(one: Mean, means: list[Mean]) -> bool:
    """Whether another letter stands for the same: one of the two is to be of squares."""
    mark = one.of.partition("_")[2]
    return any(
        each.own
        and each.power == one.power
        and each.of[0] != one.of[0]
        and each.of.partition("_")[2] == mark
        and abs(each.one.at[0] - one.one.at[0]) <= NEAR
        for each in means
    )


def _rooted(chains: Sequence[Chain]) -> set[str]:
    """The letters below roots."""
    nodes = (n for chain in chains for member in chain.members for n in member.walk())
    roots = (n for n in nodes if n.kind == "apply" and n.args[0].text == "sqrt")
    return {n.text.split(" ")[-1] for root in roots for n in root.walk() if n.kind == "name"}


def _named_after(one: Correction) -> bool:
    (base, _, mark), (key, _, marks) = one.of.partition("_"), one.one.key.partition("_")
    return key.split("^")[0].split(" ")[-1] == base and mark in marks + key
