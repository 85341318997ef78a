"""A point of a worked example: names have the numbers that the note gives, or what its formulas make of these."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np

from proofs.notes.evaluation import values
from proofs.notes.evaluation.functions import BUILT_IN, FUNCTIONAL
from proofs.notes.evaluation.point import CALLED, Point
from proofs.notes.evaluation.slopes import said_by
from proofs.notes.evaluation.values import Array, Value, scalar
from proofs.notes.evaluation.world import STEP, Nested, moved_by_step, numbers
from proofs.notes.numbers.atoms import Atom, atom
from proofs.notes.numbers.chained import printed_halves
from proofs.notes.numbers.given import Page, Place, Said, Sheet, point_of, what_of
from proofs.notes.numbers.units import Units, in_units
from proofs.notes.reading.tree import Node, NotUnderstood, plain, registering

MOST_TERMS = 12
Shifts = Mapping[Atom | str, Array]


@dataclass
class Worked(Point):
    """`printing` says that a number printed for a name or a slope is used, not computed again.

    `seeded` that a name without a number has one that is drawn.
    `shifts` are what is added to numbers of the note, by which roundings are followed; `used` collects what was used.
    """

    sheet: Sheet = field(kw_only=True)
    page: Page = field(default_factory=Page)
    place: Place = (0, 0)
    choice: int = 0
    sigma: str = "sigmoid"
    printing: bool = False
    units: Units = field(default_factory=dict)
    seeded: int = 0
    shifts: Shifts = field(default_factory=dict)
    pinned: Mapping[Atom | str, Value] = field(default_factory=dict)
    moved: dict[Atom, Value] = field(default_factory=dict)
    known: dict[Atom, Value] = field(default_factory=dict)
    open: set[Atom] = field(default_factory=set)
    used: dict[Atom | str, Value] = field(default_factory=dict)
    laws: dict[Atom, int] = field(default_factory=dict)
    said: set[str] = field(default_factory=set)  # what names are taken to mean

    def value(self, node: Node) -> Value:
        row = ROWS.get(node.kind)
        found = row(self, node) if row else None
        return super().value(node) if found is None else found

    def quantity(self, name: Node) -> Value:
        found = self.marks(name)
        inside = self.local.get(found.base + found.label)
        if inside is not None:
            return self.read(replace(found, sample=None), inside)
        return self.of_atom(self.atom(name))

    def atom(self, name: Node) -> Atom:
        return atom(name, self.habits, self.env)

    # ------------------------------------------------------------ numbers of names

    def of_atom(self, key: Atom) -> Value:
        for table in (self.moved, self.pinned, self.known):
            if key in table and not (table is self.pinned and self.stepping and self.sheet.laws_of(key, self.place)):
                return table[key]
        self.known[key] = found = self._found(key)
        return found

    def _found(self, key: Atom) -> Value:
        said = self.page.numbers.get(key)
        if said is not None and self.printing and not self.stepping:
            return self.number(said)
        computed = self._computed_by_law(key)
        if computed is not None:
            return self._shifted(key, computed)
        if said is not None:
            return self.number(said)
        return self._part(key)

    def number(self, said: Said) -> Value:
        """A number of the note; with several entries the array."""
        return self._shifted(said.what, Value(said.printed.data[..., None].astype(complex)))

    def _shifted(self, key: Atom | str, found: Value) -> Value:
        self.used.setdefault(key, found)
        shift = self.shifts.get(key)
        if shift is None:
            return found
        if shift.size != int(np.prod(found.shape)):
            raise values.Mismatch(f"{key} of another shape than is printed")
        return Value(found.data + shift.reshape(*found.shape, 1))

    def _computed_by_law(self, key: Atom) -> Value | None:
        several = self.sheet.laws_of(key, self.place)
        self.laws[key] = len(several)
        if not several or key in self.open:
            return None
        law, env = several[min(self.choice, len(several) - 1)]
        self.open.add(key)
        outer, inside, self.env, self.local = self.env, self.local, env, {}
        try:
            return self.value(law.body)
        finally:
            self.env, self.local = outer, inside
            self.open.discard(key)

    def _part(self, key: Atom) -> Value:
        """An entry of an array that is given, or an array of which all entries are."""
        if key in self.open:
            raise NotUnderstood(f"{key}, which is made of itself")
        if key.indices:
            data = self.of_atom(self.array_of(key)).data
            spot = spot_of(key)
            if len(spot) == data.ndim - 1 and all(0 <= at < n for at, n in zip(spot, data.shape, strict=False)):
                return Value(data[spot])
        elif self.has(replace(key, indices="1")):
            return self._row(key)
        if self.seeded:
            return Value(numbers(self.seeded, (str(key), None, False), ()))
        raise NotUnderstood(f"{key}, of which the note gives no number")

    def array_of(self, key: Atom) -> Atom:
        """The array of which a name is an entry: w_{12} is one of W, where w is none."""
        whole, capital = key.whole, replace(key.whole, base=key.base.capitalize())
        return capital if not self.has(whole) and self.has(capital) else whole

    def _row(self, array: Atom) -> Value:
        """The array of the entries that are given; none is read from it where x_1 = x_0 - 2 x_0 says a step."""
        keys = [replace(array, indices=str(n + 1)) for n in range(MOST_TERMS)]
        if not self.open.isdisjoint(keys):
            raise NotUnderstood(f"{array}, an entry of which is computed from the array")
        parts = [self.of_atom(key).data for key in keys if self.has(key)]
        lanes = max(part.shape[-1] for part in parts)
        return Value(np.stack([np.broadcast_to(part, (*part.shape[:-1], lanes)) for part in parts]))

    def has(self, key: Atom) -> bool:
        """Whether the note gives a number for an entry, or a formula with it."""
        return key in self.page.numbers or key in self.moved or bool(self.sheet.laws_of(key, self.place))

    # ------------------------------------------------------------ indices

    def extent(self, letter: str, body: Node) -> int:
        """How many entries the names have that are read with an index, if all have as many."""
        names = [n for n in body.walk() if n.kind == "name" and any(m.text == letter for m in _marks_of(n))]
        sizes = {self._entries(letter, name) for name in names}
        if len(sizes) != 1 or 0 in sizes:
            raise NotUnderstood(f"how far {letter} runs")
        return sizes.pop()

    def _entries(self, letter: str, name: Node) -> int:
        for count in range(MOST_TERMS):
            with self.bound({**{n.text: 0 for n in name.walk() if n.text in self.habits.letters}, letter: count}):
                if not self._resolves(name):
                    return count
        return 0

    def _resolves(self, name: Node) -> bool:
        try:
            self.quantity(name)
        except (NotUnderstood, values.Mismatch):
            return False
        return True

    # ------------------------------------------------------------ slopes

    @contextmanager
    def moving(self, key: Atom, to: Value) -> Iterator[None]:
        if self.stepping:
            raise Nested
        moved, known = self.moved, self.known
        self.moved, self.known, self.stepping = {**moved, key: to}, {}, True
        try:
            yield
        finally:
            self.moved, self.known, self.stepping = moved, known, False


def _marks_of(name: Node) -> Iterator[Node]:
    """The letters at a name."""
    return (n for mark in (*name.subs, *name.sups) for n in mark.walk() if n.kind == "name")


# ---------------------------------------------------------------- rows: kinds of nodes that are read otherwise here

ROWS: dict[str, Callable[[Worked, Node], Value | None]] = {}
_row = registering(ROWS)


@_row("derivative")
def _derivative(p: Worked, node: Node) -> Value:
    key = what_of(node, p.habits) or ""
    if key in p.pinned and not p.stepping:
        return p.pinned[key]
    said = p.page.numbers.get(key)
    if said is not None and p.printing and not p.stepping:
        return p.number(said)
    if len(node.args) != 2 or node.primes:
        raise NotUnderstood("a derivative of a higher order")
    found = _by_halves(p, node) if p.printing and not p.stepping else None
    if found is not None:
        return found
    try:
        return _of_any_numbers(p, node)
    except NotUnderstood:
        return _of_the_cost(p, node)


def _by_halves(p: Worked, node: Node) -> Value | None:
    """A slope that the note prints about right, times the rest."""
    of, by = node.args
    for middle, said in printed_halves(p.sheet, p.page, p.place, of, by):
        exact = _of_any_numbers(replace(p, printing=False, known={}, cache={}), node.with_args(of, middle))
        half, rest = p.number(said), p.value(node.with_args(middle, by))
        if not rest.shape and not exact.shape and abs(exact.data[0] - half.data[0]) <= ROUGHLY * abs(exact.data[0]):
            return values.product(half, rest, p.reading.shape.rows)
    return None


ROUGHLY = 0.03  # what a slope of rounded numbers may be off


def _of_the_cost(p: Worked, node: Node) -> Value:
    """The slope of L, where the note defines the cost under another name only."""
    meant = p.sheet.meant(node.args[0], node.args[1], p.place)
    if meant is None:
        raise NotUnderstood("a slope of what does not depend on what it is by")
    found = _of_any_numbers(p, node.with_args(meant, *node.args[1:]))
    p.said.add(f"{plain(node.args[0]).text} is {meant.text}")
    return found


def _of_any_numbers(p: Worked, node: Node) -> Value:
    try:
        return slope(p, *node.args)
    except NotUnderstood:
        return _constant(p, node)


def _constant(p: Worked, node: Node) -> Value:
    """A slope that is the same whatever the numbers are that the note does not give."""
    if p.stepping or p.seeded:
        raise NotUnderstood("a slope that rests on names without numbers")
    several = [slope(replace(p, seeded=n, known={}, cache={}, open=set()), *node.args) for n in DRAWS]
    if any(v.shape or np.abs(v.data - several[0].data).max() > 1e-9 for v in several):
        raise NotUnderstood("a slope that rests on names without numbers")
    return several[0]


DRAWS = (2, *range(1, 17, 2))  # of an even seed all are above 0; of the odd ones hardly on one side of a kink


def slope(p: Worked, of: Node, by: Node) -> Value:
    """The derivative by a name, with all that the note computes from it computed again."""
    by, point = plain(by), point_of(of)
    if point is not None and point.text == by.text and point != by:
        return slope(at(p, by, point), plain(of).args[0], by)
    if by.kind != "name" or p.marks(by).power is not None:
        raise NotUnderstood(f"a derivative by {by.kind}")
    key, spot = _moved_whole(p, p.atom(by))
    whole = p.of_atom(key)
    spots = [spot] if spot is not None else list(np.ndindex(whole.shape))
    found = _stepped(p, of, key, whole, spots)
    shape = () if spot is not None else whole.shape
    data = found.data.reshape(*found.shape, *shape, 1)
    return Value(data, found.rank, said_by(of), said_by(by)) if found.rank and shape else Value(data)


def at(p: Worked, by: Node, point: Node) -> Worked:
    """The same numbers, but for the name that a slope is by, which has that of a point: W^{(0)} for W."""
    return replace(p, pinned={**p.pinned, p.atom(by): p.value(point)}, known={}, cache={})


def _stepped(p: Worked, of: Node, key: Atom, whole: Value, spots: list[tuple[int, ...]]) -> Value:
    """The slopes by some entries of a name, which are the last axis."""
    data = np.repeat(whole.data[..., :1], len(spots), axis=-1)
    for lane, at in enumerate(spots):
        data[(*at, lane)] += 1j * STEP
    with p.moving(key, Value(data)):
        found = p.value(of)
    moved = np.broadcast_to(moved_by_step(found.data), (*found.shape, len(spots)))
    if not moved.any() and not any(_moves(p, of, key, whole, by) for by in SHIFTS):
        raise NotUnderstood("a slope of what does not depend on what it is by")
    if not moved.any():
        p.said.add("a slope that is 0 at these numbers")
    return Value(moved.astype(complex))


SHIFTS = (0.37, -0.41, 3.3, -3.7)


def _moves(p: Worked, of: Node, key: Atom, whole: Value, by: float) -> bool:
    """Whether it depends on a name that has another number."""
    with p.moving(key, Value(whole.data + by + 1j * STEP)):
        return bool(np.any(moved_by_step(p.value(of).data)))


def _moved_whole(p: Worked, key: Atom) -> tuple[Atom, tuple[int, ...] | None]:
    """The name that is moved, and which entry of it."""
    direct = key in p.page.numbers or bool(p.sheet.laws_of(key, p.place)) or key in p.pinned
    if direct or not key.indices:
        return key, None
    return p.array_of(key), spot_of(key)


def spot_of(key: Atom) -> tuple[int, ...]:
    """The place of an entry in its array."""
    return tuple(int(digit) - 1 for digit in key.indices)


@_row("nabla")
def _nabla(p: Worked, node: Node) -> Value:
    of, *by = node.args
    by = by or _only_argument(p, of)
    if len(by) != 1 or node.text == "2":
        raise NotUnderstood("a gradient by names that are not said")
    return slope(p, of, by[0])


def _only_argument(p: Worked, of: Node) -> list[Node]:
    """What a function is of that is called with one point."""
    key = what_of(plain(of).args[0], p.habits) if point_of(of) else None
    laws = p.sheet.laws_of(key, p.place) if isinstance(key, Atom) else []
    return list(laws[0][0].params) if laws else []


@_row("at")
def _at(p: Worked, node: Node) -> Value:
    return p.value(node.args[0])  # the values are pinned for the whole chain


@_row("apply")
def _apply(p: Worked, node: Node) -> Value | None:
    head, *args = node.args
    if head.text in p.units:
        return in_units(p, node, p.units[head.text])
    if head.kind != "name" or head.text in CALLED:
        point, by = point_of(node), plain(head.args[-1]) if head.args else head
        there = at(p, by, point) if head.kind == "derivative" and point and by.text == point.text else p
        return there.value(head) if head.kind == "derivative" else None
    found = p.marks(head)
    rule = p.rule_of(found)
    if rule is not None and rule.params and not (found.primes == 0 and _own(args, rule.params)):
        return None
    if found.base in FUNCTIONAL and not (p.has(p.atom(replace(head, primes=0))) and not found.primes):
        return _sigma(p, head, args)
    whole = p.value(head)
    return whole if all(plain(a).kind == "name" for a in args) else _times(p, whole, args)


def _own(args: list[Node], params: tuple[str, ...]) -> bool:
    return tuple("" if plain(arg).subs or plain(arg).sups else plain(arg).text for arg in args) == params


def _sigma(p: Worked, head: Node, args: list[Node]) -> Value:
    found = p.marks(head)
    if found.base != "sigma" or len(args) != 1 or found.primes > 1:
        raise NotUnderstood(f"the function {found.base}, which the note does not define")
    p.laws[Atom("sigma")] = 1
    result = Value(BUILT_IN[p.sigma][found.primes](p.value(args[0]).data))
    return result if found.power is None else values.raised(result, p.value(found.power))


def _times(p: Worked, whole: Value, args: list[Node]) -> Value:
    if len(args) != 1:
        raise NotUnderstood("a name before a list")
    return values.product(whole, p.value(args[0]), p.reading.shape.rows)


@_row("sum")
def _sum(p: Worked, node: Node) -> Value:
    lower, upper, body = node.args
    letter, first = (plain(lower.args[0]), plain(lower.args[1])) if lower.kind == "compare" else (plain(lower), None)
    if letter.kind != "name" or (first is not None and (lower.text != "=" or first.text != "1")):
        raise NotUnderstood("a sum whose bounds are not read")
    total = None
    for n in range(_terms(p, letter.text, plain(upper), body)):
        with p.bound({letter.text: n}):
            part = p.value(body)
        total = part if total is None else values.added(total, part)
    return scalar(0) if total is None else total


def _terms(p: Worked, letter: str, upper: Node, body: Node) -> int:
    if upper.kind == "num":
        return int(upper.text)
    if upper.kind == "name" and p.has(p.atom(upper)):
        return int(p.quantity(upper).data[0].real)
    return p.extent(letter, body)


@_row("prod", "limit", "change", "half derivative", "operator", "primed", "argmin")
def _none(p: Worked, node: Node) -> Value:
    raise NotUnderstood(f"{node.kind} in a worked example")
