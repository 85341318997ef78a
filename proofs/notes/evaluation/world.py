"""A point at which a claim is tried: every name has a value, computed from what defines it or drawn.

A derivative is taken by a complex step of the name that it is by, with everything computed from that name again.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from zlib import crc32

import numpy as np

from proofs.notes.evaluation.values import Array, Value, scalar
from proofs.notes.reading.names import Habits
from proofs.notes.reading.tree import Node, NotUnderstood
from proofs.notes.verdicts.readings import Reading

STEP, FARTHEST = 1e-30, 1e15
UNITS = (2, 3, 2, 3, 2, 3, 2)
MOST_STEPS = 60_000
SMALL: tuple[tuple[float, ...], ...] = ((0.5, 1, -1, 2), (1, 2, 3), (-1, 1, 2), (0.5, 1, 2), (1, 2), (1, 2))
LABELS = frozenset(("y", "t", "Y", "T"))
TARGETS = LABELS | {"q", "Q", "p", "P"}
Key = tuple[str, int | None, bool]


class Unbound(Exception):
    """A name that nothing defines, where a derivative needs to know what it depends on."""


class Nested(Exception):
    """A derivative inside a complex step."""


@dataclass(frozen=True)
class Rule:
    """name_places^layer (params) = body, as the note defines it; `uses` are the names of a function that is unknown.

    `along` has, for each of these, the axes of both on which an entry depends on the entries of its own index alone.
    """

    base: str
    body: Node
    places: tuple[str, ...] = ()
    layer: Node | None = None
    sample: str = ""
    params: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    along: tuple[tuple[tuple[int, int], ...], ...] = ()


Rules = Mapping[str, tuple[Rule, ...]]  # by what they define, the nearest first


@lru_cache(maxsize=4096)
def numbers(seed: int, key: Key, shape: tuple[int, ...]) -> Array:
    """Fractions of which no two are likely to be equal; of an even seed all are above 0, of one below 0 all small."""
    stream = random.Random(crc32(f"{seed} {key}".encode()))
    count = int(np.prod(shape)) if shape else 1
    sizes = [stream.randint(24, 151) / 128 if seed >= 0 else stream.choice(SMALL[seed]) for _ in range(count)]
    signs = [1 if seed % 2 == 0 or seed < 0 else stream.choice((1, -1)) for _ in range(count)]
    found = np.array([size * sign for size, sign in zip(sizes, signs, strict=True)], dtype=complex)
    found.flags.writeable = False
    return found.reshape(*shape, 1)


def moved_by_step(data: Array) -> Array:
    """The slope that a complex step shows; FloatingPointError where a value is not real, as the log of -1."""
    moved = np.asarray(data.imag / STEP)
    if (np.abs(moved) > FARTHEST).any():
        raise FloatingPointError
    return moved


Template = Callable[["World", int | None], Value]


@dataclass
class World:
    """Values under one reading; `positive` points have all drawn numbers above 0."""

    reading: Reading
    habits: Habits
    rules: Rules
    templates: Mapping[str, Template] = field(default_factory=dict)
    seed: int = 0
    pins: Mapping[str, float] = field(default_factory=dict)
    env: dict[str, int] = field(default_factory=dict)
    local: dict[str, Value] = field(default_factory=dict)
    overrides: dict[Key, Value] = field(default_factory=dict)
    cache: dict[object, Value] = field(default_factory=dict)
    stepping: bool = False
    steps: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    drawn: dict[str, Value] = field(default_factory=dict)
    busy: set[Key] = field(default_factory=set)
    assumed: set[str] = field(default_factory=set)  # what a value was taken to mean, for the verdict to say

    # ------------------------------------------------------------ drawing

    def draw(self, key: Key, shape: tuple[int, ...]) -> Value:
        """A tensor of small fractions, the same whenever it is asked for."""
        found = Value(numbers(self.seed, key, shape))
        if key[0] == "I" and len(shape) == 2:
            found = Value(np.eye(*shape, dtype=complex)[..., None])
        if self.reading.symmetric and len(shape) == 2 and shape[0] == shape[1]:
            found = Value((found.data + found.data.swapaxes(0, 1)) / 2)
        if self.seed >= 0 and self.seed % 2 == 0 and key[0] != "I" and len(shape) == 2 and shape[0] == shape[1]:
            found = Value(found.data + shape[0] * np.eye(*shape)[..., None])  # its determinant is above 0: a variance
        if self.reading.labels and key[0] in LABELS:
            at = (np.arange(found.data.size) + (self.seed + 1) // 2) % len(self.reading.labels)  # each in turn
            found = Value(np.array(self.reading.labels, dtype=complex)[at].reshape(found.data.shape))
        if self.reading.shared and key[0].partition("_")[0] in TARGETS and len(shape) in (1, 2):
            shares = np.abs(found.data).astype(complex)
            found = Value(shares / shares.sum(self._classes(shape), keepdims=True))
        if key[0] in self.habits.classes:
            found = Value((np.arange(found.data.size) + self.seed).reshape(found.data.shape) % self.classes + 1 + 0j)
        self.drawn[key[0]] = found
        return found

    @property
    def classes(self) -> int:
        """How many classes labels tell apart: as many as the smallest array has entries."""
        return 2 if self.reading.sizes else self.reading.axis

    def _classes(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """The axes over which targets are classes: not the one of examples."""
        if 1 in shape or len(shape) == 1:
            return tuple(range(len(shape)))
        return (0,) if self.reading.down else (1,)

    # ------------------------------------------------------------ tensors

    def tensor(self, key: Key, ranks: int) -> Value:
        """The whole of a quantity: overridden, computed from its rule or its role, or drawn."""
        if key in self.overrides:
            return self.overrides[key]
        place = (key, *sorted(self.env.items())) if self.reading.scoped else key
        if place not in self.cache:
            self.cache[place] = self._made(key, ranks)
        return self.cache[place]

    def _made(self, key: Key, ranks: int) -> Value:
        base = key[0]
        if base in self.pins:
            return scalar(self.pins[base])
        if key in self.busy:
            raise NotUnderstood(f"{base}, which is defined by itself")
        self.busy.add(key)
        try:
            return self._computed(key, ranks)
        finally:
            self.busy.discard(key)

    def _computed(self, key: Key, ranks: int) -> Value:
        base, layer, sampled = key
        rule = self.rule(base, layer)
        if rule is not None:
            return self.apply_rule(rule, layer, sampled)
        if base in self.templates:
            return self.templates[base](self, layer)
        if base in self.counts:
            return scalar(self.counts[base])
        known = self.reading.size(base)
        examples = (self.reading.examples,) if sampled else ()
        shape = examples + ((self.reading.axis,) * ranks if known is None else known)
        return self.draw(key, shape)

    def rule(self, base: str, layer: int | None) -> Rule | None:
        """The definition that holds at this layer, if there is one."""
        for rule in self.rules.get(base, ()):
            if rule.layer is None and layer is None:
                return rule
            if rule.layer is not None and layer is not None and self.fits(rule.layer, layer):
                return rule
        return None

    def fits(self, written: Node, layer: int) -> bool:
        if written.kind == "num":
            return int(written.text) == layer
        if written.kind == "name" and written.text == "L":
            return layer == self.habits.depth
        return layer > 0

    def apply_rule(self, rule: Rule, layer: int | None, sampled: bool) -> Value:
        """What the rule's body is worth, for all its indices."""
        raise NotImplementedError

    # ------------------------------------------------------------ overriding

    @contextmanager
    def overriding(self, key: Key, value: Value, stepping: bool) -> Iterator[None]:
        """With a value in place of what defines a quantity, and all that follows computed again."""
        overrides, cache, before = self.overrides, self.cache, self.stepping
        self.overrides, self.cache, self.stepping = {**overrides, key: value}, {}, before or stepping
        try:
            yield
        finally:
            self.overrides, self.cache, self.stepping = overrides, cache, before

    @contextmanager
    def bound(self, env: Mapping[str, int], local: Mapping[str, Value] | None = None) -> Iterator[None]:
        before, inside = self.env, self.local
        self.env = {**before, **env}
        self.local = {**inside, **(local or {})}
        try:
            yield
        finally:
            self.env, self.local = before, inside

    def count(self) -> None:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise NotUnderstood("a formula that takes too many steps to evaluate")
