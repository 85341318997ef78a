"""The values of derivatives, gradients and functions at a point."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

import numpy as np

from proofs.notes.evaluation import values
from proofs.notes.evaluation.point import Point, visits
from proofs.notes.evaluation.values import Value, scalar
from proofs.notes.evaluation.world import STEP, Key, Nested, Rule, Unbound, moved_by_step
from proofs.notes.reading.names import said, shifted
from proofs.notes.reading.tree import Node, NotUnderstood, plain
from proofs.notes.reading.vocabulary import NAMES

DIFFERENCE = 1e-5
BEYOND_ALL = (-1,)  # the place of an entry that an array does not have, by which a slope is 0
HELD = "held"  # the mark of a copy of a name by which, or of which, a slope is taken with all else held fixed
RADIUS, AROUND, BEYOND = 0.06, 12, 1e12  # a limit that does not exist is beyond all numbers


# ---------------------------------------------------------------- derivatives


@visits("derivative")
def _derivative(p: Point, node: Node) -> Value:
    of, *by = node.args
    names = [name for part in by for name in _repeated(p, part, bool(node.primes))]
    found = differentiated(p, of, names)
    return _laid_out(p, found)


def _laid_out(p: Point, found: Value) -> Value:
    """In denominator layout the Jacobian is transposed; in numerator layout what a number is differentiated by."""
    if p.reading.entrywise and found.top and found.rank == 2 * found.top:
        return values.diagonal(found) or found
    if p.reading.denominator and found.top == 1 and found.rank == 2:
        return values.transposed(found, False)
    return values.transposed(found, False) if p.reading.numerator and not found.top else found


def differentiated(p: Point, of: Node, names: list[Node]) -> Value:
    """The derivative by the names, the last taken first."""
    if factor := next(_factor_or_function(p, of, names), None):
        raise NotUnderstood(f"{factor}, a factor or a function")
    if _at_a_point(of, names):
        raise NotUnderstood("a slope at a point")
    if len(names) == 1:
        found = _slope(p, lambda: p.value(of), names[0], said_by(of))
        _check_depends(p, of, found)
        return found
    if len(names) > 2:
        raise NotUnderstood("a derivative of order 3")
    return _differences(p, lambda: differentiated(p, of, names[1:]), names[0], "")


def _factor_or_function(p: Point, of: Node, names: list[Node]) -> Iterator[str]:
    """A name before the bracket with what is differentiated by; a word of which nothing is said before it."""
    if of.kind == "mul" and of.args[0].kind == "name" and of.args[1].kind == "group" and plain(of.args[1]) in names:
        yield f"{of.args[0].text} before a bracket"
    for node in of.walk():
        first, *others = node.args if node.kind == "mul" else (node,)
        word = first.text.isalpha() and len(first.text) > 1 and first.text not in (*NAMES, *p.rules)
        if first.kind == "name" and word and others and others[0] in names:
            yield f"{first.text} before {others[0].text}"


def _at_a_point(of: Node, names: list[Node]) -> bool:
    """Whether it may be meant as the slope by x at x_0: df(x_0)/dx."""
    call = plain(of)
    points = [plain(arg) for arg in call.args[1:]] if call.kind == "apply" and call.args[0].kind == "name" else []
    pairs = [(point, name) for point in points for name in names if not name.subs and not name.sups]
    return any(p.text == n.text and p.kind == "name" and p.subs and p.subs[0].kind == "num" for p, n in pairs)


def _repeated(p: Point, part: Node, again: bool) -> list[Node]:
    """dx^2 is by x, twice, if the order stands above too; else it is by the square of x."""
    part = plain(part)
    if part.kind != "name":
        raise NotUnderstood(f"a derivative by {part.kind}")
    found = p.marks(part)
    if found.power is None:
        return [part]
    if found.power.kind != "num" or not again:
        raise NotUnderstood("a derivative by a power")
    base = Node("name", text=part.text, subs=part.subs, sups=tuple(s for s in part.sups if s is not found.power))
    return [base] * int(found.power.text)


def said_by(node: Node) -> str:
    """What a derivative is of or by, to match the one with the other in a chain."""
    node = plain(node)
    node = node.args[0] if node.kind == "apply" else node
    marks = ("_".join(said(sub) for sub in node.subs if not sub.text.startswith(HELD)), "^".join(map(said, node.sups)))
    return f"{node.text} {marks}" if node.kind == "name" else ""


def _check_depends(p: Point, of: Node, found: Value) -> None:
    """A name of which nothing says that it depends on what it is differentiated by is not a constant."""
    of = plain(of)
    if of.kind == "name" and not np.any(found.data):
        key = p.key(p.marks(of))
        if key not in p.overrides and p.rule(key[0], key[1]) is None and key[0] not in p.templates:
            raise Unbound(of.text)


def _slope(p: Point, value: Callable[[], Value], by: Node, of: str) -> Value:
    if p.stepping:
        raise Nested
    try:
        return _complex_step(p, value, by, of)
    except Nested:
        return _differences(p, value, by, of)


def _target(p: Point, by: Node) -> tuple[Key, Value, tuple[int, ...]]:
    found = p.marks(by)
    key = p.key(found)
    whole = p.tensor(key, max(len(found.places), p.ranks(found)))
    if found.sample is not None and not found.places and whole.rank > 1:
        raise NotUnderstood("a derivative by one example of a batch")
    places = p.places(found)
    if shifted(found.places) and any(not 0 <= at < size for at, size in zip(places, whole.shape, strict=False)):
        return key, whole, BEYOND_ALL
    if any(not 0 <= at < size for at, size in itertools.zip_longest(places, whole.shape[: len(places)], fillvalue=0)):
        raise NotUnderstood(f"a derivative by {found.base} with {len(places)} indices, which has {whole.rank}")
    return key, whole, places


def _complex_step(p: Point, value: Callable[[], Value], by: Node, of: str) -> Value:
    key, whole, places = _target(p, by)
    spots = _spots(whole, places)
    if not spots:
        return scalar(0)
    data = np.repeat(whole.data[..., :1], len(spots), axis=-1)
    for lane, spot in enumerate(spots):
        data[(*spot, lane)] += 1j * STEP
    with p.overriding(key, Value(data), True):
        found = value()
    moved = np.broadcast_to(moved_by_step(found.data), (*found.shape, len(spots)))
    return _shaped(moved, found, whole, places, of, said_by(by))


def _spots(whole: Value, places: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Where a quantity is moved: at its place, along the row that is named, or everywhere."""
    if places == BEYOND_ALL:
        return []
    return [(*places, *rest) for rest in np.ndindex(whole.shape[len(places) :])]


def _shaped(moved: values.Array, top: Value, whole: Value, places: tuple[int, ...], of: str, by: str) -> Value:
    """The axes of what is differentiated, a row being a vector, and then those of what it is by."""
    above = tuple(size for size in top.shape if size != 1) if top.rank == 2 else top.shape
    entry = whole.rank == 2 and len(places) == 1 and whole.shape[1] == 1  # of a column
    below = values.flat(whole) if whole.rank == 2 and not places else () if entry else whole.shape[len(places) :]
    return Value(moved.reshape(*above, *below, 1).astype(complex), len(above), of, by)


def _differences(p: Point, value: Callable[[], Value], by: Node, of: str) -> Value:
    key, whole, places = _target(p, by)
    spots = _spots(whole, places)
    parts = [_difference(p, value, key, whole, spot) for spot in spots]
    moved = np.stack([part.data[..., 0] for part in parts], axis=-1)
    return _shaped(moved, parts[0], whole, places, of, said_by(by))


def _difference(p: Point, value: Callable[[], Value], key: Key, whole: Value, spot: tuple[int, ...]) -> Value:
    """The slope by differences of order 4."""
    total: values.Array | None = None
    for far, weight in ((1, 8.0), (-1, -8.0), (2, -1.0), (-2, 1.0)):
        data = whole.data.copy()
        data[spot] += far * DIFFERENCE * 100
        with p.overriding(key, Value(data), False):
            part = weight * value().data / (12 * DIFFERENCE * 100)
        total = part if total is None else total + part
    assert total is not None
    return Value(total)


@visits("nabla")
def _nabla(p: Point, node: Node) -> Value:
    """The gradient; by one name it has its shape, by several it is the column of partial derivatives."""
    of, *by = node.args
    if _elsewhere(p, plain(of)):
        return _nabla_elsewhere(p, node, plain(of))
    names = list(by) or depends_on(p, of)
    if node.text == "2":
        names = names * 2 if len(names) == 1 else names
        return differentiated(p, of, names)
    if len(names) == 1:
        return _gradient(p, differentiated(p, of, names))
    return _column([differentiated(p, of, [name]) for name in names])


def _nabla_elsewhere(p: Point, node: Node, of: Node) -> Value:
    rule = rule_of(p, of)
    assert rule is not None
    with placed(p, rule, of.args[1:]):
        return p.value(node.with_args(of.args[0], *(node.args[1:] or map(named, rule.params))))


def _elsewhere(p: Point, of: Node) -> bool:
    """Whether the arguments of a call are others than those by which the note defines the function."""
    rule = rule_of(p, of) if of.kind == "apply" else None
    if rule is None or not rule.params or len(rule.params) != len(of.args) - 1:
        return False
    return list(map(plain, of.args[1:])) != list(map(named, rule.params))


@contextmanager
def placed(p: Point, rule: Rule, args: Sequence[Node]) -> Iterator[None]:
    """With the arguments of a function at other values: f'(x) at x = 2."""
    given = [p.value(arg) for arg in args]
    with ExitStack() as stack:
        for param, value in zip(rule.params, given, strict=True):
            stack.enter_context(p.overriding(p.key(p.marks(named(param))), value, False))
        yield


@visits("at")
def _at(p: Point, node: Node) -> Value:
    """A slope where names that nothing defines have these values; what is defined would not move any more."""
    of, *marks = node.args
    names = [plain(mark.args[0]) for mark in marks if mark.kind == "compare" and mark.text == "="]
    keys = [p.key(p.marks(name)) for name in names if name.kind == "name" and p.marks(name).power is None]
    known = any(p.rule(key[0], key[1]) is not None or key[0] in p.templates or key[1] is not None for key in keys)
    if len(keys) < len(marks) or known or any(key[0] in p.habits.letters or key in p.overrides for key in keys):
        raise NotUnderstood("a value at a point that is no number of a name")
    given = [p.value(mark.args[1]) for mark in marks]
    with ExitStack() as stack:
        for key, value in zip(keys, given, strict=True):
            stack.enter_context(p.overriding(key, value, False))
        return p.value(of)


def _gradient(p: Point, found: Value) -> Value:
    """Of a vector, the gradient has its components in columns; in numerator layout that by a vector is a row."""
    columns = found.top == 1 and found.rank == 2
    row = p.reading.numerator and not found.top and found.rank == 1
    return values.transposed(found, False) if columns or row else found


def _column(parts: list[Value]) -> Value:
    if not parts or any(part.rank for part in parts):
        raise NotUnderstood("the gradient of a function by arguments that are not all numbers")
    return Value(np.stack([part.data for part in parts]))


def depends_on(p: Point, of: Node) -> list[Node]:
    """The arguments of a function, in their order."""
    of = plain(of)
    rule = rule_of(p, of)
    if of.kind == "name" and rule is None and p.reading.network and p.habits.roles.get(of.text) == "cost":
        return [Node("name", text=next(b for b, r in p.habits.roles.items() if r == "weight"))]
    params = rule.params or rule.uses if rule else ()
    if not params and of.kind == "apply" and len(of.args) > 1:
        return [arg for arg in of.args[1:] if arg.kind == "name"]
    if not params:
        raise NotUnderstood("a gradient by names that are not said")
    return [named(param) for param in params]


def named(param: str) -> Node:
    """A name from its key, the label as a word below it."""
    base, _, label = param.partition("_")
    return Node("name", text=base, subs=(Node("word", text=label),) if label else ())


def rule_of(p: Point, of: Node) -> Rule | None:
    """The definition of what is differentiated, if the note has one."""
    head = of.args[0] if of.kind == "apply" else of
    if head.kind != "name":
        return None
    found = p.marks(head)
    return p.rule_of(found)


@visits("operator")
def _operator(p: Point, node: Node) -> Value:
    raise NotUnderstood("an operator without an operand")


@visits("limit")
def _limit(p: Point, node: Node) -> Value:
    """The mean over a small circle: the value in its middle, as the body is analytic there but for a pole."""
    variable, to, body = node.args
    if p.stepping:
        raise Nested
    if not any(n.kind == "name" and n.text == variable.text for n in body.walk()):
        raise NotUnderstood("a limit of what does not change")  # of a quotient with numbers, which is near it
    centre = p.value(to).data[0]
    steps = RADIUS * np.exp(2j * np.pi * (np.arange(AROUND) + 0.5) / AROUND)
    parts = []
    for step in steps:
        with p.bound({}, {variable.text: scalar(centre + step)}):
            parts.append(p.value(body).data)
    return _in_the_middle(np.stack(parts), steps)


def _in_the_middle(around: values.Array, steps: values.Array) -> Value:
    """The limit from values on a circle: their mean, if those times the distance have the mean 0."""
    weights = steps.reshape(-1, *(1,) * (around.ndim - 1))
    pole = np.abs((around * weights).mean(0)) > 1e-9 * RADIUS * np.abs(around).max(0)
    return Value(np.where(pole, BEYOND, around.mean(0).real).astype(complex))


# ---------------------------------------------------------------- primes and changes


@visits("primed")
def _primed(p: Point, node: Node) -> Value:
    """f' is the slope of a function that the note defines, by its own argument."""
    found = p.marks(node)
    rule = p.rule(found.base + found.label, None)
    if rule is None or not rule.params or found.primes != 1:
        raise NotUnderstood(f"a prime at {found.base}, which is no function that the note defines")
    parts = [differentiated(p, Node("name", text=node.text, subs=node.subs), [named(name)]) for name in rule.params]
    return parts[0] if len(parts) == 1 else _column(parts)


@visits("change")
def _change(p: Point, node: Node) -> Value:
    """The change of a quantity to first order in the changes of what it depends on; of others, a number drawn."""
    inside = plain(node.args[0])
    if inside.kind != "name":
        raise NotUnderstood("the change of an expression")
    found = p.marks(inside)
    key = p.key(found)
    rule = p.rule(key[0], key[1])
    if rule is not None and (rule.uses or rule.params):
        return _total(p, inside, [named(use) for use in rule.uses or rule.params])
    whole = p.rule(f"Delta {found.base}", None)
    parts = [
        use for rules in p.rules.values() for rule in rules for use in rule.uses if use.startswith(found.base + "_")
    ]
    if parts and not found.label and not found.places:
        return _column([_change(p, Node("change", (named(use),))) for use in dict.fromkeys(parts)])
    if whole is not None and found.label and found.base + found.label in parts:
        return Value(p.value(whole.body).data[list(dict.fromkeys(parts)).index(found.base + found.label)])
    return p.read(found, p.tensor((f"Delta {key[0]}", key[1], False), max(len(found.places), p.ranks(found))))


def _total(p: Point, of: Node, names: list[Node]) -> Value:
    total = scalar(0)
    for name in names:
        slope, moved = differentiated(p, of, [name]), _change(p, Node("change", (name,)))
        total = values.added(total, Value((slope.data * moved.data).reshape(-1, 1).sum(0)))
    return total


@visits("half derivative")
def _half(p: Point, node: Node) -> Value:
    raise NotUnderstood("a differential without the other one")
