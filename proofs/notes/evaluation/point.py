"""The value of a formula at a point: one small function for each kind of node."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from proofs.notes.evaluation import values
from proofs.notes.evaluation.biases import added
from proofs.notes.evaluation.functions import BUILT_IN, FUNCTIONAL, nearby, smooth
from proofs.notes.evaluation.values import Value, scalar
from proofs.notes.evaluation.world import Key, Rule, World
from proofs.notes.reading.names import Marks, marks, numbered, said, shifted
from proofs.notes.reading.rewrites import entrywise_last
from proofs.notes.reading.tree import Node, NotUnderstood, plain, registering

CALLED = frozenset((*BUILT_IN, "softmax", "max", "min", "diag", "prod", "tr", "det", "sign"))
LAYERED = frozenset(("<pre>", "<weight>", "<bias>", "<d pre>", "<d weight>", "<d bias>"))
NUMBERED = ("Theta", "theta", "W", "w", "b")  # by the layer that they leave, in some notes
Visit = Callable[["Point", Node], Value]
VISITS: dict[str, Visit] = {}


class Point(World):
    """A world that evaluates formulas."""

    def value(self, node: Node) -> Value:
        self.count()
        visit = VISITS.get(node.kind)
        if visit is None:
            raise NotUnderstood(f"{KIND_SAID.get(node.kind, node.kind)} in a claim")
        return visit(self, node)

    # ------------------------------------------------------------ names

    def marks(self, name: Node) -> Marks:
        return marks(name, self.habits)

    def key(self, found: Marks) -> Key:
        layer = self.integer(found.layer) if found.layer is not None else None
        base = self.canonical(found.base) if not found.label else found.base + found.label
        if layer is None and self.habits.layered:
            layer = self.unlayered(base, found.base)
        if base == "<cost>" and (found.sample is not None or found.places):
            base = "<costs>"
        if self.reading.leaving and layer is not None and found.base.removeprefix("d ") in NUMBERED:
            layer += 1
        return base, layer, self.sampled(found)

    def unlayered(self, base: str, written: str) -> int | None:
        """The layer of what is written without one in a note that has layers: outputs are those of the last."""
        if base in LAYERED:
            raise NotUnderstood(f"{written} without a layer, beside others with one")
        return self.habits.depth if base == "<act>" else None

    def canonical(self, base: str) -> str:
        """The part of a network that a name stands for, so that w and W are one."""
        role = self.habits.roles.get(base.removeprefix("d ").removeprefix("bar ")) if self.reading.network else None
        if role is None:
            return base
        return f"<d {role}>" if base.startswith(("d ", "bar ")) else f"<{role}>"

    def integer(self, node: Node) -> int:
        """A layer or an index as a number."""
        node = plain(node)
        if node.kind == "num":
            return int(float(node.text))
        if node.kind == "name" and node.text in self.env:
            return self.env[node.text]
        if node.kind == "add":
            return sum(map(self.integer, node.args))
        if node.kind == "neg":
            return -self.integer(node.args[0])
        if node.kind == "name" and node.text in self.habits.classes:
            return int(self.quantity(node).data.real.ravel()[0]) - 1
        raise NotUnderstood(f"{said(node)} as an index")

    def places(self, found: Marks) -> tuple[int, ...]:
        """Where a quantity is read: numbers of a note begin with 1."""
        places = tuple(self.integer(p) - (p.kind == "num") for p in found.places)
        if any(place < 0 for place in places) and not shifted(found.places):
            raise NotUnderstood(f"{found.base} with an index beyond the entries that it is given here")
        sample = found.sample
        return places if sample is None else (self.integer(sample) - (sample.kind == "num"), *places)

    def sampled(self, found: Marks) -> bool:
        """Whether the array of a name has an axis of examples of its own: a batch of a network has it already."""
        return found.sample is not None and not self.canonical(found.base).startswith("<")

    def read(self, found: Marks, whole: Value) -> Value:
        places = self.places(found)
        if self.lined(found, whole, places):
            places = (*places, 0) if whole.shape[1] == 1 else (0, *places)  # an entry of a column, or of a row
        if found.sample is not None and self.reading.shape.name.endswith("columns"):
            places = places[1:] + places[:1] if found.places or whole.shape[:1] != (1,) else (0, *places)
        if len(places) > whole.rank:
            raise values.Mismatch(f"{found.base} with {len(places)} indices, which has {whole.rank}")
        if any(not 0 <= p < n for p, n in zip(places, whole.shape, strict=False)):
            if shifted(found.places):
                return Value(np.zeros_like(whole.data[(0,) * len(places)]))  # beyond its entries an array is 0
            if all(place.kind == "name" for place in found.places):
                raise values.Mismatch(f"an index of {found.base} outside its range")
            raise NotUnderstood(f"{found.base} with an index beyond the entries that it is given here")
        return Value(whole.data[places]) if places else whole

    def lined(self, found: Marks, whole: Value, places: tuple[object, ...]) -> bool:
        """Whether one index counts the entries of a matrix that has one row, or one column."""
        arrays = bool(self.reading.sizes) or (self.reading.network and found.sample is None)
        return arrays and whole.rank == 2 and len(places) == 1 and 1 in whole.shape

    def quantity(self, name: Node) -> Value:
        """A name's value, its power aside."""
        found = self.marks(name)
        local = self.local.get(found.base + found.label)
        if local is not None:
            return self.read(replace(found, sample=None), local)
        ranks = max(len(found.places), self.ranks(found))
        return self.read(found, self.tensor(self.key(found), ranks))

    def ranks(self, found: Marks) -> int:
        """How many axes an undefined name has."""
        known = self.habits.axes.get(found.base, 0)
        size = self.reading.size(found.base + found.label)
        if size is not None:
            return len(size)
        if self.reading.shape.name != "typed" or known:
            return known
        letter = found.base.removeprefix("hat ").removeprefix("tilde ").removeprefix("bar ")
        return (2 if letter.isupper() else 1) if len(letter) == 1 else 0

    def multiplies(self, call: Node) -> bool:
        """Whether what looks like a call is a product: of a name that stands in the bracket too, or has axes."""
        head, *args = call.args
        if head.kind != "name" or head.text in CALLED or len(args) != 1:
            return False
        found = self.marks(head)
        rule = self.rule_of(found)
        if (rule is not None and rule.params) or found.primes:
            return False
        inside = {part.text for arg in args for part in arg.walk() if part.kind == "name"}
        if found.base in inside or (
            found.base in self.habits.axes and found.base not in FUNCTIONAL and not self.part(found)
        ):
            return True
        roles = self.habits.roles
        if self.part(found) and roles[found.base] == "target" and roles.get(plain(args[0]).text) == "act":
            return True  # y_k (p_i)
        if self.part(found) and self.factors(args):
            return True
        if rule is not None or self.part(found):
            return not all(plain(arg).kind in ("name", "gap", "apply") for arg in args)
        return found.base not in self.habits.functions

    def factors(self, args: list[Node]) -> bool:
        """Whether these are parts of a network by which nothing is computed going forward: delta, dZ, the target."""
        roles = [self.habits.roles.get(plain(arg).text) for arg in args]
        return all(
            role in ("delta", "target") or plain(arg).text.startswith("d ")
            for role, arg in zip(roles, args, strict=True)
        )

    def rule_of(self, found: Marks) -> Rule | None:
        own = self.rule(found.base + found.label, None)
        return own if own is not None or numbered(found.label) else self.rule(found.base, None)

    def part(self, found: Marks) -> bool:
        """Whether a name stands for a part of a network, labels such as the theta of h aside."""
        role = self.habits.roles.get(found.base) if self.reading.network else None
        return role is not None and (not found.label or role in ("act", "cost"))

    # ------------------------------------------------------------ rules

    def apply_rule(self, rule: Rule, layer: int | None, sampled: bool) -> Value:
        outer, local, self.env, self.local = self.env, self.local, self.fixed(rule, layer), {}
        try:
            if rule.uses:
                return self.unknown_quantity(rule, layer)
            letters = ((rule.sample,) if sampled and rule.sample else ()) + rule.places
            return self.tabulated(letters, rule.body)
        finally:
            self.env, self.local = outer, local

    def fixed(self, rule: Rule, layer: int | None) -> dict[str, int]:
        """The layers' letters inside a rule; an index there is its own."""
        env = {name: n for name, n in self.env.items() if self.reading.scoped or name in ("l", "ell", "L")}
        if layer is not None and rule.layer is not None:
            offset = self.integer_offset(rule.layer)
            env |= {name: layer - offset for name in ("l", "ell") if rule.layer.kind != "num"}
        return env

    def integer_offset(self, layer: Node) -> int:
        return self.integer(layer.args[1]) if layer.kind == "add" else 0

    def tabulated(self, letters: tuple[str, ...], body: Node) -> Value:
        """The body for all values of the letters, which become axes."""
        if not letters:
            return self.value(body)
        sizes = [self.extent(letter, body) for letter in letters]
        table = []
        for places in itertools.product(*map(range, sizes)):
            with self.bound(dict(zip(letters, places, strict=True)), self.local):
                table.append(self.value(body).data)
        lanes = max(t.shape[-1] for t in table)
        stacked = np.stack([np.broadcast_to(t, (*t.shape[:-1], lanes)) for t in table])
        return Value(stacked.reshape(*sizes, *stacked.shape[1:]))

    def unknown_quantity(self, rule: Rule, layer: int | None) -> Value:
        """A smooth function of the names that it depends on, drawn for this quantity."""
        rank = self.habits.axes.get(rule.base, 0)
        parts = [self.tensor((use, layer, False), self.habits.axes.get(use, 0)) for use in rule.uses]
        lanes = max(p.data.shape[-1] for p in parts)
        flat = np.concatenate([np.broadcast_to(p.data, (*p.shape, lanes)).reshape(-1, lanes) for p in parts])
        linear, square = smooth(rule.base, (self.reading.axis,) * rank, len(flat))
        near = nearby((self.reading.axis,) * rank, [p.shape for p in parts], rule.along)
        linear, square = linear * near, square * near[..., None] * near[..., None, :]
        data = linear @ flat + np.einsum("...ab,ap,bp->...p", square, flat, flat)
        return Value(data)

    # ------------------------------------------------------------ letters

    def extent(self, letter: str, body: Node) -> int:
        """How far an index runs: the axis of the first tensor that is read with it."""
        for name in body.walk():
            if name.kind == "name" and (name.subs or name.sups):
                found = self.marks(name)
                size = self._axis(letter, found)
                if size:
                    return size
        return self.reading.axis

    def _axis(self, letter: str, found: Marks) -> int:
        if found.sample is not None and letter == found.sample.text:
            return self.reading.examples
        at = [n for n, p in enumerate(found.places) if p.kind == "name" and p.text == letter]
        if not at or (found.base == "delta" and len(found.places) == 2):
            return 0
        whole = self.local.get(found.base + found.label)
        whole = whole or self.tensor(self.key(found), max(len(found.places), self.ranks(found)))
        columns = self.reading.shape.name.endswith("columns")
        axis = at[0] + (found.sample is not None and not columns)
        axis += found.sample is None and whole.shape[:1] == (1,) and self.lined(found, whole, found.places)
        return whole.shape[axis] if axis < whole.rank else 0


KIND_SAID = {
    "gap": "dots",
    "half derivative": "a lone differential",
    "word": "words",
    "vector": "a list",
    "recurrence": "a recurrence",
}
visits = registering(VISITS)  # how nodes of these kinds are evaluated


@visits("num")
def _num(p: Point, node: Node) -> Value:
    return scalar(float(node.text))


@visits("group")
def _group(p: Point, node: Node) -> Value:
    return p.value(node.args[0])


@visits("name")
def _name(p: Point, node: Node) -> Value:
    found = p.marks(node)
    if found.base == "delta" and len(found.places) == 2 and found.layer is None:
        return scalar(float(p.integer(found.places[0]) == p.integer(found.places[1])))
    if found.base == "ones":
        count = p.reading.examples
        sizes = p.reading.size("ones") or ((count, 1) if p.reading.shape.rows else (count,))
        return Value(np.ones((*sizes, 1), dtype=complex))
    if found.primes:
        return VISITS["primed"](p, node)
    if node.text in p.env and node.text in p.habits.letters and not node.subs and not node.sups:
        return scalar(p.env[node.text] + 1)
    base = scalar(np.e) if found.base == "e" and found.power is not None else None
    value = base or _constant(found) or p.quantity(node)
    return value if found.power is None else values.raised(value, p.value(found.power))


def _constant(found: Marks) -> Value | None:
    return scalar(np.pi) if found.base == "pi" and not found.places and not found.label else None


@visits("neg")
def _neg(p: Point, node: Node) -> Value:
    return values.negated(p.value(node.args[0]))


@visits("add")
def _add(p: Point, node: Node) -> Value:
    return added([(arg, p.value(arg)) for arg in node.args])


@visits("mul", "times")
def _mul(p: Point, node: Node) -> Value:
    if plain(node.args[1]).kind == "compare" and node.args[0].kind == "num" and node.args[0].text == "1":
        return p.value(Node("indicator", (plain(node.args[1]),)))  # 1(x > 0)
    try:
        return _multiplied(p, node)
    except values.Mismatch:
        other = entrywise_last(node) or _by_slope(node)
        if other is None:
            raise
        return p.value(other)


def _by_slope(node: Node) -> Node | None:
    """dA g'(Z), which goes entry by entry: the slopes of an activation are no matrix to multiply by."""
    sloped = any(arg.kind == "apply" and arg.args[0].primes == 1 for arg in map(plain, node.args))
    return replace(node, kind="hadamard") if sloped else None


def _multiplied(p: Point, node: Node) -> Value:
    left, right = map(p.value, node.args)
    if p.reading.beside and left.rank == right.rank == 1 and values.chained(left, right) is None:
        return values.beside(left, right, p.reading.beside)
    elementwise = p.reading.elementwise and node.kind == "times"
    return values.product(left, right, p.reading.shape.rows, elementwise, node.text == r"\cdot")


@visits("by diagonal")
def _by_diagonal(p: Point, node: Node) -> Value:
    """A product in which a vector beside a matrix stands for its diagonal matrix."""
    left, right = map(p.value, node.args)
    if {len(values.flat(left)), len(values.flat(right))} == {1, 2}:
        return values.by_diagonal(left, right)
    return values.product(left, right, p.reading.shape.rows)


@visits("hadamard", "circle")
def _hadamard(p: Point, node: Node) -> Value:
    left, right = map(p.value, node.args)
    return values.hadamard(*((left, right) if not p.reading.shape.rows else map(values.row, (left, right))))


@visits("frac", "div")
def _frac(p: Point, node: Node) -> Value:
    above, below = map(p.value, node.args)
    if below.rank and above.rank and below.shape != above.shape:
        raise values.Mismatch("a quotient by an array")
    inverse = Value(1 / below.data)
    return values.hadamard(above, inverse) if below.rank else values.scaled(above, inverse)


@visits("pow")
def _pow(p: Point, node: Node) -> Value:
    """f(x)^2 is the square of a call, but b(x+h)^2 has the square of the bracket."""
    return _factored(p, node) or values.raised(p.value(node.args[0]), p.value(node.args[1]))


@visits("transpose")
def _transpose(p: Point, node: Node) -> Value:
    """(a, b)^T is a column, as is what a list stands for."""
    if plain(node.args[0]).kind == "vector" or plain(node.args[0]).text == "list":
        return p.value(node.args[0])
    return _factored(p, node) or values.transposed(p.value(node.args[0]), p.reading.shape.rows)


def _factored(p: Point, node: Node) -> Value | None:
    inside = node.args[0]
    if inside.kind != "apply" or len(inside.args) != 2 or not p.multiplies(inside):
        return None
    marked = node.with_args(inside.args[1], *node.args[1:])
    return p.value(Node("mul", (inside.args[0], marked)))


@visits("indexed")
def _indexed(p: Point, node: Node) -> Value:
    whole = p.value(node.args[0])
    found = Marks("the expression", places=tuple(s for s in node.subs if s.kind in ("name", "num", "add")))
    return p.read(found, whole)


@visits("vector")
def _vector(p: Point, node: Node) -> Value:
    return values.stacked([p.value(arg) for arg in node.args])


@visits("matrix")
def _matrix(p: Point, node: Node) -> Value:
    if [len(row.args) for row in node.args] == [1]:
        return p.value(node.args[0].args[0])  # brackets around a matrix that is written as a whole
    rows = [values.stacked([p.value(cell) for cell in row.args]) for row in node.args]
    whole = values.stacked(rows)
    return Value(whole.data[:, 0]) if whole.shape[1:] == (1,) and not p.reading.shape.rows else whole
