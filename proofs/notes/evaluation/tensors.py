"""Expressions of arrays in index notation: each array as the text of its entry at given letters, for all extents.

What is no such expression, or may be read otherwise than it is at points, is Untold; nothing is guessed here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from itertools import count

from proofs.notes.evaluation.functions import BUILT_IN
from proofs.notes.evaluation.world import Rule, Rules
from proofs.notes.reading.names import Habits, Marks, marks
from proofs.notes.reading.tree import Node, plain, registering
from proofs.notes.verdicts.readings import Reading

LOGISTIC = ("sigma", "sigmoid")


class Untold(Exception):
    """A part of a claim that has no index notation here."""


@dataclass(frozen=True)
class Part:
    """An array: how many axes it has, the text of its entry at so many letters, and whether a vector lies."""

    rank: int
    at: Callable[..., str]
    lies: bool = False


@dataclass
class Texts:
    """What all parts of a claim share: the names of arrays, and letters that nothing else has."""

    names: dict[str, str] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=count)

    def letter(self) -> str:
        return f"i{next(self.numbers)}"

    def name(self, key: str) -> str:
        return self.names.setdefault(key, f"a{len(self.names)}")


@dataclass
class Told:
    """Translates trees; `env` has the letters of the note's indices, `local` the arguments of a function.

    `held` has the axes of what is defined and yet differentiated by: it is an array like any other then.
    """

    reading: Reading
    habits: Habits
    rules: Rules
    texts: Texts
    env: dict[str, str]
    local: Mapping[str, Part] = field(default_factory=dict)
    busy: tuple[str, ...] = ()
    held: Mapping[str, int] = field(default_factory=dict)

    def part(self, node: Node) -> Part:
        row = ROWS.get(node.kind)
        if row is None:
            raise Untold(node.kind)
        return row(self, node)

    def number(self, node: Node) -> str:
        found = self.part(node)
        if found.rank:
            raise Untold("an array where a number should stand")
        return found.at()

    def letter(self, place: Node) -> str:
        """The letter of an index; one that nothing binds stands for each of its values."""
        place = plain(place)
        if place.kind != "name" or place.subs or place.sups or place.text not in self.habits.letters:
            raise Untold("an index that is no letter")
        return self.env.setdefault(place.text, self.texts.letter()) if not self.busy else self.bound(place.text)

    def bound(self, text: str) -> str:
        if text not in self.env:
            raise Untold("a letter in a definition that nothing binds")
        return self.env[text]

    def letters(self, found: Marks) -> tuple[str, ...]:
        """Where a quantity is read, its example first."""
        places = (found.sample, *found.places) if found.sample is not None else found.places
        return tuple(map(self.letter, places))

    def quantity(self, found: Marks) -> Part:
        if found.layer is not None or found.primes:
            raise Untold("a layer or a prime")
        key = found.base + found.label
        if key in self.local:
            return read(self.local[key], self.letters(replace(found, sample=None)))
        rule = self.rule(key)
        return self.leaf(found) if rule is None else self.by_rule(rule, found)

    def rule(self, key: str) -> Rule | None:
        return None if key in self.held else next(iter(self.rules.get(key, ())), None)

    def holding(self, key: str) -> Told:
        """With what this name is defined to be left open."""
        rule = self.rule(key)
        if rule is None:
            return self
        letters = {place: self.texts.letter() for place in rule.places}
        inside = replace(self, env=letters, busy=(key,))
        if rule.layer is not None or rule.uses or rule.sample or rule.params:
            raise Untold("a derivative by a function, or by what each example has")
        return replace(self, held={key: len(letters) + inside.part(rule.body).rank})

    def leaf(self, found: Marks) -> Part:
        key, letters = found.base + found.label, self.letters(found)
        size = self.reading.size(key)
        rank = len(size) if size is not None else self.held.get(key, self.habits.axes.get(found.base, 0))
        each = found.sample is not None
        name = self.texts.name(f"{key}{' of each' * each}")
        return read(Part(rank + each, self.entry(key, name)), letters)

    def entry(self, key: str, name: str) -> Callable[..., str]:
        """A square matrix that is taken to be symmetric is the mean of itself and its transpose."""
        shape = self.reading.size(key) or ()
        if key == "ones":
            return lambda *_: "1"
        if self.reading.symmetric and len(shape) == 2 and shape[0] == shape[1]:
            return lambda i, j: f"({name}[{i},{j}] + {name}[{j},{i}])/2"
        return lambda *at: f"{name}[{','.join(at)}]" if at else name

    def by_rule(self, rule: Rule, found: Marks) -> Part:
        key, letters = found.base + found.label, self.letters(found)
        given = (*((rule.sample,) if rule.sample else ()), *rule.places)
        if rule.layer is not None or rule.uses or key in self.busy or bool(rule.sample) != (found.sample is not None):
            raise Untold("a definition by layers, or by itself")
        if len(given) > len(letters):
            raise Untold("a part of what is defined by its entries")
        bound = dict(zip(given, letters, strict=False))
        inside = replace(self, env=bound, busy=(*self.busy, key), local={})
        return read(inside.part(rule.body), letters[len(given) :])


def read(whole: Part, letters: tuple[str, ...]) -> Part:
    """The part of an array at its first letters."""
    if len(letters) > whole.rank:
        raise Untold("more indices than axes")
    return Part(whole.rank - len(letters), partial(whole.at, *letters)) if letters else whole


Row = Callable[[Told, Node], Part]
ROWS: dict[str, Row] = {}
row = registering(ROWS)  # how nodes of these kinds are translated


def constant(text: str) -> Part:
    """A number."""
    return Part(0, lambda: text)


def mapped(form: str, *parts: Part) -> Part:
    """Entry by entry, of arrays that lie alike; numbers go with all entries."""
    arrays = {(part.rank, part.lies) for part in parts if part.rank}
    if len(arrays) > 1:
        raise Untold("arrays that do not lie alike")
    rank, lies = next(iter(arrays), (0, False))
    return Part(rank, lambda *at: form.format(*(part.at(*at) if part.rank else part.at() for part in parts)), lies)


row("num")(lambda t, n: constant(f"({Fraction(n.text)})"))
row("group")(lambda t, n: t.part(n.args[0]))
row("neg")(lambda t, n: mapped("(-{})", t.part(n.args[0])))
row("hadamard")(lambda t, n: mapped("({}*{})", *map(t.part, n.args)))


@row("add")
def _add(t: Told, node: Node) -> Part:
    parts = [t.part(arg) for arg in node.args]
    if len({part.rank for part in parts}) > 1:
        raise Untold("a sum of an array and a number")
    return mapped(f"({' + '.join(['{}'] * len(parts))})", *parts)


@row("frac", "div")
def _frac(t: Told, node: Node) -> Part:
    return mapped("({}/{})", t.part(node.args[0]), constant(t.number(node.args[1])))


@row("pow")
def _pow(t: Told, node: Node) -> Part:
    return constant(f"({t.number(node.args[0])})**({t.number(node.args[1])})")


@row("transpose")
def _transpose(t: Told, node: Node) -> Part:
    inside = t.part(node.args[0])
    if inside.rank == 2:
        return Part(2, lambda i, j: inside.at(j, i))
    return replace(inside, lies=not inside.lies) if inside.rank else inside


@row("mul", "times")
def _mul(t: Told, node: Node) -> Part:
    left, right = map(t.part, node.args)
    if not left.rank or not right.rank:
        return mapped("({}*{})", left, right)
    if t.reading.elementwise and node.kind == "times":
        return mapped("({}*{})", left, right)
    if node.text == r"\cdot" and left.rank == right.rank == 1:
        left, right = replace(left, lies=True), replace(right, lies=False)
    known = KINDS.get((left.rank + left.lies * 2, right.rank + right.lies * 2))
    if known is None:
        raise Untold("a product of arrays that do not fit")
    return known(left, right, t.texts.letter())


MATRIX, COLUMN, LYING = 2, 1, 3
# Rows by columns; a column by a row is their outer product.
KINDS: dict[tuple[int, int], Callable[[Part, Part, str], Part]] = {
    (MATRIX, MATRIX): lambda a, b, s: Part(2, lambda i, j: f"sum[{s}]({a.at(i, s)}*{b.at(s, j)})"),
    (MATRIX, COLUMN): lambda a, b, s: Part(1, lambda i: f"sum[{s}]({a.at(i, s)}*{b.at(s)})"),
    (LYING, MATRIX): lambda a, b, s: Part(1, lambda j: f"sum[{s}]({a.at(s)}*{b.at(s, j)})", True),
    (LYING, COLUMN): lambda a, b, s: constant(f"sum[{s}]({a.at(s)}*{b.at(s)})"),
    (COLUMN, LYING): lambda a, b, s: Part(2, lambda i, j: f"({a.at(i)}*{b.at(j)})"),
}


@row("norm")
def _norm(t: Told, node: Node) -> Part:
    inside = t.part(node.args[0])
    if node.text not in ("", "2", "F") or (node.text == "2" and inside.rank > 1) or not inside.rank:
        raise Untold("a norm")
    letters = [t.texts.letter() for _ in range(inside.rank)]
    return constant(f"sqrt(sum[{','.join(letters)}]({inside.at(*letters)}**2))")


@row("sum")
def _sum(t: Told, node: Node) -> Part:
    """Over the whole of an axis, from 1 to a name."""
    lower, upper, body = node.args
    first = lower.args[0] if lower.kind == "compare" and lower.text == "=" else lower
    begins = lower is first or plain(lower.args[1]).text == "1"
    if first.kind != "name" or not begins or plain(upper).kind not in ("none", "name"):
        raise Untold("a sum over a part of an axis")
    letter = t.texts.letter()
    inside = replace(t, env={**t.env, first.text: letter}).part(body)
    return Part(inside.rank, lambda *at: f"sum[{letter}]({inside.at(*at)})", inside.lies)


@row("name")
def _name(t: Told, node: Node) -> Part:
    found = marks(node, t.habits)
    if node.text in t.env and not node.subs and not node.sups and node.text in t.habits.letters:
        raise Untold("an index as a number")
    if found.base == "e" and found.power is not None:
        return mapped("exp({})", t.part(found.power))
    base = _known(t, found) or t.quantity(replace(found, power=None))
    return base if found.power is None else _power(base, t.number(found.power))


def _known(t: Told, found: Marks) -> Part | None:
    """The numbers and deltas that everybody names alike."""
    if found.base == "pi" and not found.places and not found.label:
        return constant("pi")
    if found.base == "delta" and len(found.places) == 2 and found.layer is None:
        return constant("delta({}, {})".format(*t.letters(found)))
    size = t.reading.size("I") if found.base == "I" else None
    return Part(2, "delta({}, {})".format) if size is not None and len(size) == 2 else None


def _power(base: Part, power: str) -> Part:
    if base.rank:
        raise Untold("a power of an array")
    return constant(f"({base.at()})**({power})")


@row("apply")
def _apply(t: Told, node: Node) -> Part:
    """A function that goes entry by entry, one that the note defines, or a quantity with what it depends on."""
    head, *args = node.args
    if head.kind != "name":
        raise Untold("an expression that is called")
    found = marks(head, t.habits)
    if _multiplies(t, found, args):
        return _mul(t, Node("mul", (head, args[0])))
    value = _called(t, replace(found, power=None), args)
    return value if found.power is None else _power(value, t.number(found.power))


def _multiplies(t: Told, found: Marks, args: list[Node]) -> bool:
    """Whether a bracket after a quantity is a factor: p_i (1 - p_j)."""
    rule = t.rule(found.base + found.label)
    arrays = found.base in t.habits.axes or t.reading.size(found.base + found.label)
    quantity = not rule.params if rule is not None else arrays
    return bool(quantity) and len(args) == 1 and plain(args[0]).kind not in ("name", "gap", "apply")


def _called(t: Told, found: Marks, args: list[Node]) -> Part:
    rule = t.rule(found.base + found.label)
    if rule is not None and rule.params:
        return _of_arguments(t, rule, found, args)
    if rule is None and found.base in ("tr", "Tr") and len(args) == 1:
        return _trace(t, t.part(args[0]))
    logistic = found.base in LOGISTIC and (found.base == "sigmoid" or t.reading.activation == "logistic")
    if rule is None and len(args) == 1 and (found.base in BUILT_IN or logistic) and found == Marks(found.base):
        return mapped(f"{'sigmoid' if logistic else found.base}({{}})", t.part(args[0]))
    raise Untold("a call")


def _of_arguments(t: Told, rule: Rule, found: Marks, args: list[Node]) -> Part:
    if len(args) != len(rule.params) or found != Marks(found.base, label=found.label) or rule.base in t.busy:
        raise Untold("a function with marks")
    local = dict(zip(rule.params, map(t.part, args), strict=True))
    return replace(t, env={}, local=local, busy=(*t.busy, rule.base)).part(rule.body)


def _trace(t: Told, inside: Part) -> Part:
    if inside.rank != 2:
        raise Untold("the trace of what is no matrix")
    letter = t.texts.letter()
    return constant(f"sum[{letter}]({inside.at(letter, letter)})")
