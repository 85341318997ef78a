"""The shapes that definitions allow: which names are numbers, columns or matrices, and which extents are equal.

A number is 1 by 1, a column n by 1; no other extent is 1. Extents are made equal along the sums and products of what a
claim differentiates, and then of what it says. What has no row here is left open: it constrains nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce

from proofs.notes.evaluation.biases import by_rows, is_bias
from proofs.notes.evaluation.functions import BUILT_IN, FUNCTIONAL
from proofs.notes.evaluation.world import Rule, Rules
from proofs.notes.reading.names import COUNTS, Habits, Marks, marks, numbered
from proofs.notes.reading.rewrites import complement
from proofs.notes.reading.tree import SLOPES, Node, NotUnderstood, plain, registering

Pair = tuple[int, int]
ONE, NUMBER = 0, (0, 0)
IDENTITY = "I"
DEEPEST = 12
ENTRYWISE = frozenset((*BUILT_IN, *FUNCTIONAL, "softmax", "sign"))


class Clash(Exception):
    """Extents that cannot be equal."""


class Extents:
    """Extents by number, some of them equal; 0 is the extent 1."""

    def __init__(self) -> None:
        self.parents = [ONE]

    def fresh(self) -> int:
        self.parents.append(len(self.parents))
        return len(self.parents) - 1

    def root(self, extent: int) -> int:
        while self.parents[extent] != extent:
            extent = self.parents[extent]
        return extent

    def join(self, a: int, b: int) -> None:
        low, high = sorted((self.root(a), self.root(b)))
        if low == ONE != high:
            raise Clash
        self.parents[high] = low


@dataclass
class Shapes:
    """The shape of each expression, for names with as many axes as `ranks` says."""

    habits: Habits
    rules: Rules
    ranks: Mapping[str, int]
    extents: Extents = field(default_factory=Extents)
    wholes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    letters: dict[str, int] = field(default_factory=dict)
    local: dict[str, Pair | None] = field(default_factory=dict)
    busy: tuple[str, ...] = ()
    counted: list[int] = field(default_factory=list)
    known: dict[int, Pair | None] = field(default_factory=dict)  # of definitions without indices, by the id of each
    cut: list[str] = field(default_factory=list)  # definitions that were left open where they rest on themselves

    def of(self, node: Node) -> Pair | None:
        """The shape of an expression; None where it is open."""
        row = ROWS.get(node.kind)
        if row is not None:
            return row(self, node)
        for part in node.args:
            self.of(part)
        return None

    def letter(self, text: str) -> int:
        """The extent over which an index runs."""
        if text not in self.letters:
            self.letters[text] = self.extents.fresh()
        return self.letters[text]

    def same(self, a: Pair | None, b: Pair | None) -> Pair | None:
        """The shape of both."""
        if a is None or b is None:
            return None
        for left, right in zip(a, b, strict=True):
            self.extents.join(left, right)
        return a

    def scaled(self, a: Pair | None, b: Pair | None) -> Pair | None:
        """The shape of both, where one may be a number."""
        return self.same(a, b) if NUMBER not in (a, b) else b if a == NUMBER else a

    def biased(self, pair: Pair | None, bias: Pair | None, rows: bool) -> Pair | None:
        """The shape of a matrix with a bias at each of its rows, or columns, and of a column with one."""
        if pair is None or bias is None or ONE in pair or ONE not in bias:
            return self.same(pair, bias)
        self.extents.join(pair[rows], max(bias, key=lambda extent: extent != ONE))
        return pair

    def square(self, pair: Pair | None) -> Pair | None:
        if pair is not None:
            self.extents.join(*pair)
        return pair

    def product(self, a: Pair | None, b: Pair | None) -> Pair | None:
        if a is None or b is None:
            return None
        if NUMBER in (a, b):
            return b if a == NUMBER else a
        self.extents.join(a[1], b[0])
        return a[0], b[1]

    # ------------------------------------------------------------ names

    def leaf(self, found: Marks) -> Pair | None:
        """A name that is given: its axes, less those that its indices take."""
        key = found.base + found.label
        if key not in self.wholes:
            self.wholes[key] = tuple(self.extents.fresh() for _ in range(self.ranks.get(key, 0)))
            if key == IDENTITY and len(self.wholes[key]) == 2:
                self.extents.join(*self.wholes[key])
        return self.less(self.wholes[key], found)

    def less(self, whole: tuple[int, ...], found: Marks) -> Pair | None:
        if len(found.places) > len(whole):
            raise Clash
        for axis, place in zip(whole, found.places, strict=False):
            if place.kind == "name":
                self.extents.join(axis, self.letter(place.text))
        return _pair(whole[len(found.places) :])

    def inside(self, rule: Rule, letters: dict[str, int], local: dict[str, Pair | None]) -> Shapes:
        """The shapes in the body of a definition."""
        return replace(self, letters=letters, local=local, busy=(*self.busy, rule.base))

    def defined(self, rule: Rule, found: Marks) -> Pair | None:
        """What a definition gives, its indices being those that the name has here."""
        if id(rule) in self.known:
            return self.entries(self.known[id(rule)], found)
        if rule.base in self.busy or len(self.busy) > DEEPEST:
            self.cut.append(rule.base)
            return None
        own, cut = {letter: self.extents.fresh() for letter in rule.places}, len(self.cut)
        pair = self.inside(rule, own, {}).of(rule.body)
        if not own and len(self.cut) == cut:
            self.known[id(rule)] = pair
        return self.entries(pair, found, tuple(own.values()))

    def entries(self, pair: Pair | None, found: Marks, own: tuple[int, ...] = ()) -> Pair | None:
        """What the indices of a name leave of its shape, and of the axes that its definition has by indices."""
        if pair is None or not (own or found.places):
            return pair
        return self.less((*own, *(extent for extent in pair if extent != ONE)), found)


def _pair(axes: tuple[int, ...]) -> Pair | None:
    return None if len(axes) > 2 else ((*axes, ONE, ONE)[0], (*axes, ONE, ONE)[1])


Row = Callable[[Shapes, Node], Pair | None]
ROWS: dict[str, Row] = {}
row = registering(ROWS)  # what shape nodes of these kinds have


row("num", "gap")(lambda s, n: NUMBER)
row("group", "neg")(lambda s, n: s.of(n.args[0]))
row("mul")(lambda s, n: _mul(s, n) if complement(n) else s.product(s.of(n.args[0]), s.of(n.args[1])))
row("hadamard", "circle")(lambda s, n: s.scaled(s.of(n.args[0]), s.of(n.args[1])))


def _mul(s: Shapes, node: Node) -> Pair | None:
    """b a (1 - a) has the shape of a where that is a matrix."""
    first, last = map(s.of, node.args)
    return last if last is not None and ONE not in last else s.product(first, last)


@row("name")
def _name(s: Shapes, node: Node) -> Pair | None:
    found = marks(node, s.habits)
    if found.base == "e" and found.power is not None:
        return s.of(found.power)  # entry by entry
    pair = _unpowered(s, found)
    inverse = found.power is not None and plain(found.power).kind == "neg"
    return s.square(pair) if inverse and pair not in (None, NUMBER) else pair


def _unpowered(s: Shapes, found: Marks) -> Pair | None:
    key = found.base + found.label
    if key in s.local:
        return s.entries(s.local[key], found)
    if found.layer is not None or found.primes:
        return None
    rule = next((r for r in s.rules.get(key, ()) if r.layer is None), None)
    return s.leaf(found) if rule is None or rule.uses else s.defined(rule, found)


@row("add")
def _add(s: Shapes, node: Node) -> Pair | None:
    """A number or a name of one is added to each entry; no other number is."""
    rows = by_rows(node.args)
    terms = [(plain(arg).kind in ("num", "name"), is_bias(arg) and rows is not None, s.of(arg)) for arg in node.args]
    pairs = [(bias, pair) for simple, bias, pair in terms if not (simple and pair == NUMBER)]
    pair: Pair | None = NUMBER
    for n, (bias, other) in enumerate(sorted(pairs, key=lambda one: one[0])):
        pair = other if n == 0 else s.biased(pair, other, bool(rows)) if bias else s.same(pair, other)
    return pair


@row("times")
def _times(s: Shapes, node: Node) -> Pair | None:
    r"""a \cdot b of two columns is their inner product."""
    a, b = map(s.of, node.args)
    if node.text == r"\cdot" and a is not None and b is not None and a[1] == b[1] == ONE != a[0]:
        s.same(a, b)
        return NUMBER if b[0] != ONE else a
    return s.product(a, b)


@row("frac", "div")
def _frac(s: Shapes, node: Node) -> Pair | None:
    above, below = map(s.of, node.args)
    return s.scaled(above, below)


@row("indicator")
def _indicator(s: Shapes, node: Node) -> Pair | None:
    """Of an array that is compared with a number, an array of 0 and 1."""
    sides = [s.of(arg) for arg in plain(node.args[0]).args]
    return s.scaled(*sides) if len(sides) == 2 and NUMBER in sides else NUMBER


@row("pow")
def _pow(s: Shapes, node: Node) -> Pair | None:
    pair, power = map(s.of, node.args)
    inverse = plain(node.args[1]).kind == "neg"
    return s.square(pair) if inverse and pair not in (None, NUMBER) else pair if pair != NUMBER else power


@row("transpose")
def _transpose(s: Shapes, node: Node) -> Pair | None:
    pair = s.of(node.args[0])
    return pair and (pair[1], pair[0])


@row("norm", "abs")
def _norm(s: Shapes, node: Node) -> Pair | None:
    """The absolute value of a matrix is its determinant."""
    pair = s.of(node.args[0])
    if node.kind == "abs" and pair is not None and ONE not in pair:
        s.square(pair)
    return pair if node.kind == "abs" and pair is not None and ONE in pair else NUMBER


@row("sum", "prod")
def _sum(s: Shapes, node: Node) -> Pair | None:
    """A sum without an index is over all entries; its letter is its own."""
    outer = s.letters
    s.letters = {k: v for k, v in outer.items() if k not in {n.text for n in node.args[0].walk()}}
    pair = s.of(node.args[2])
    if plain(node.args[1]).text in (*COUNTS, "B"):  # a batch has B
        s.counted += [extent for letter, extent in s.letters.items() if letter not in outer or extent != outer[letter]]
    s.letters = {**s.letters, **outer}
    return NUMBER if node.args[0].kind == "none" else pair


@row(*SLOPES)
def _derivative(s: Shapes, node: Node) -> Pair | None:
    """Its layout is a matter of convention; with more than two axes it is no matrix."""
    pairs = [s.of(part) for part in (*node.args, *node.args[1 : 1 + (node.text == "2")])]
    if None not in pairs and sum(extent != ONE for pair in pairs if pair for extent in pair) > 2:
        raise Clash
    return None


def defined_as(found: Marks, rules: Rules) -> str:
    """The name under which the note defines a quantity: h for h_theta, if that is a function."""
    key = found.base + found.label
    function = found.base in rules and rules[found.base][0].params and not numbered(found.label)
    return found.base if key not in rules and function else key


@row("apply")
def _apply(s: Shapes, node: Node) -> Pair | None:
    head, *args = node.args
    if head.kind != "name":
        return None
    found = marks(head, s.habits)
    if found.base in CALLS and len(args) == 1:
        return CALLS[found.base](s, s.of(args[0]))
    rule = next(iter(s.rules.get(defined_as(found, s.rules), ())), None)
    if rule is not None:
        return _called(s, rule, found, args)
    return _unknown(s, found, args)


def _called(s: Shapes, rule: Rule, found: Marks, args: list[Node]) -> Pair | None:
    """The body of a definition with the shapes of the arguments; J(w) of a name that takes none is J."""
    given = [s.of(arg) for arg in args]
    if not rule.params or rule.base in s.busy or len(s.busy) > DEEPEST:
        return s.defined(rule, found)
    local = dict(zip(rule.params, given, strict=False))
    return s.inside(rule, {}, local).of(rule.body)


def _unknown(s: Shapes, found: Marks, args: list[Node]) -> Pair | None:
    given = [s.of(arg) for arg in args]
    if found.base in ("max", "min") and len(given) > 1:
        return reduce(s.scaled, given)
    if found.base in ENTRYWISE or found.base in s.habits.functions:
        return given[0] if len(given) == 1 else None
    return s.product(s.leaf(found), given[0]) if len(given) == 1 else None


def _of_square(s: Shapes, pair: Pair | None) -> Pair | None:
    s.square(pair)
    return NUMBER


def _diagonal(s: Shapes, pair: Pair | None) -> Pair | None:
    """Of a column, the matrix with it in the diagonal."""
    if pair is not None and pair[1] != ONE:
        raise Clash
    return pair and (pair[0], pair[0])


CALLS: dict[str, Callable[[Shapes, Pair | None], Pair | None]] = {
    "tr": _of_square,
    "det": _of_square,
    "diag": _diagonal,
}


def shaped(s: Shapes, left: Node, others: tuple[Node, ...]) -> bool:
    """Whether the left side has a shape; the others say what is left open by it, and make none of its extents equal."""
    try:
        s.of(left)
    except (Clash, NotUnderstood):
        return False
    fixed = {extent for whole in s.wholes.values() for extent in whole}
    different = len({s.extents.root(extent) for extent in fixed})
    for other in others:
        before, known = list(s.extents.parents), dict(s.known)
        if not _agrees(s, other) or len({s.extents.root(extent) for extent in fixed}) < different:
            s.extents.parents[: len(before)] = before
            s.known.clear()
            s.known.update(known)
    return True


def _agrees(s: Shapes, other: Node) -> bool:
    try:
        s.of(other)
    except (Clash, NotUnderstood):
        return False
    return True


def normed(bodies: Iterable[Node]) -> Iterator[str]:
    """What stands alone or as a term in a norm, as the n of |a - n|: no count."""
    for norm in (n for body in bodies for n in body.walk() if n.kind == "norm"):
        inside = plain(norm.args[0])
        terms = map(plain, inside.args if inside.kind == "add" else (inside,))
        yield from (term.args[0].text if term.kind == "neg" else term.text for term in terms)
