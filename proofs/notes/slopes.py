"""The values of derivatives, gradients and functions at a point."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from proofs.notes import values
from proofs.notes.evaluation import Point, visits
from proofs.notes.functions import BUILT_IN, FUNCTIONAL, Function, unknown
from proofs.notes.names import Marks
from proofs.notes.tree import Node, NotUnderstood, plain
from proofs.notes.values import Value, scalar
from proofs.notes.world import STEP, Key, Nested, Rule, Unbound

DIFFERENCE = 1e-5
RADIUS, AROUND = 0.06, 12


# ---------------------------------------------------------------- derivatives


@visits("derivative")
def _derivative(p: Point, node: Node) -> Value:
    of, *by = node.args
    names = [name for part in by for name in _repeated(p, part)]
    found = differentiated(p, of, names)
    return values.transposed(found, False) if p.reading.denominator and found.top == 1 and found.rank == 2 else found


def differentiated(p: Point, of: Node, names: list[Node]) -> Value:
    """The derivative by the names, the last taken first."""
    if len(names) == 1:
        found = _slope(p, lambda: p.value(of), names[0], said_by(of))
        _check_depends(p, of, found)
        return found
    if len(names) > 2:
        raise NotUnderstood("a derivative of order 3")
    return _differences(p, lambda: differentiated(p, of, names[1:]), names[0], "")


def _repeated(p: Point, part: Node) -> list[Node]:
    """dx^2 is by x, twice."""
    part = plain(part)
    if part.kind != "name":
        raise NotUnderstood(f"a derivative by {part.kind}")
    found = p.marks(part)
    if found.power is None:
        return [part]
    if found.power.kind != "num":
        raise NotUnderstood("a derivative by a power")
    base = Node("name", text=part.text, subs=part.subs, sups=tuple(s for s in part.sups if s is not found.power))
    return [base] * int(found.power.text)


def said_by(node: Node) -> str:
    """What a derivative is of or by, to match the one with the other in a chain."""
    node = plain(node)
    node = node.args[0] if node.kind == "apply" else node
    return repr((node.text, node.subs, node.sups)) if node.kind == "name" else ""


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
    return key, whole, p.places(found)


def _complex_step(p: Point, value: Callable[[], Value], by: Node, of: str) -> Value:
    key, whole, places = _target(p, by)
    spots = [places] if len(places) == whole.rank else list(np.ndindex(whole.shape))
    data = np.repeat(whole.data[..., :1], len(spots), axis=-1)
    for lane, spot in enumerate(spots):
        data[(*spot, lane)] += 1j * STEP
    with p.overriding(key, Value(data), True):
        found = value()
    moved = np.broadcast_to(found.data.imag / STEP, (*found.shape, len(spots)))
    return _shaped(moved, found.rank, whole, places, of, said_by(by))


def _shaped(moved: values.Array, rank: int, whole: Value, places: tuple[int, ...], of: str, by: str) -> Value:
    shape = () if len(places) == whole.rank else whole.shape
    return Value(moved.reshape(*moved.shape[:-1], *shape, 1).astype(complex), rank, of, by)


def _differences(p: Point, value: Callable[[], Value], by: Node, of: str) -> Value:
    key, whole, places = _target(p, by)
    spots = [places] if len(places) == whole.rank else list(np.ndindex(whole.shape))
    parts = [_difference(p, value, key, whole, spot) for spot in spots]
    moved = np.stack([part.data[..., 0] for part in parts], axis=-1)
    return _shaped(moved, parts[0].rank, whole, places, of, said_by(by))


def _difference(p: Point, value: Callable[[], Value], key: Key, whole: Value, spot: tuple[int, ...]) -> Value:
    """The slope by differences of order 4."""
    total: values.Array | None = None
    for far, weight in ((1, 8.0), (-1, -8.0), (2, -1.0), (-2, 1.0)):
        data = whole.data.copy()
        data[(*spot, slice(None))] += far * DIFFERENCE * 100
        with p.overriding(key, Value(data), False):
            part = weight * value().data / (12 * DIFFERENCE * 100)
        total = part if total is None else total + part
    assert total is not None
    return Value(total)


@visits("nabla")
def _nabla(p: Point, node: Node) -> Value:
    """The gradient; by one name it has its shape, by several it is the column of partial derivatives."""
    of, *by = node.args
    names = list(by) or depends_on(p, of)
    if node.text == "2":
        names = names * 2 if len(names) == 1 else names
        return differentiated(p, of, names)
    if len(names) == 1:
        return _gradient(p, differentiated(p, of, names))
    return _column([differentiated(p, of, [name]) for name in names])


def _gradient(p: Point, found: Value) -> Value:
    """Of a vector, the gradient has its components in columns."""
    if found.top == 1 and found.rank == 2:
        return values.transposed(found, False)
    return found


def _column(parts: list[Value]) -> Value:
    if not parts or any(part.rank for part in parts):
        raise NotUnderstood("a gradient by several arrays")
    return Value(np.stack([part.data for part in parts]))


def depends_on(p: Point, of: Node) -> list[Node]:
    """The arguments of a function, in their order."""
    of = plain(of)
    rule = _rule_of(p, of)
    if of.kind == "name" and rule is None and p.reading.network and p.habits.roles.get(of.text) == "cost":
        return [Node("name", text=next(b for b, r in p.habits.roles.items() if r == "weight"))]
    params = rule.params or rule.uses if rule else ()
    if not params and of.kind == "apply" and len(of.args) > 1:
        return [arg for arg in of.args[1:] if arg.kind == "name"]
    if not params:
        raise NotUnderstood("a gradient by names that are not said")
    return [named(param) for param in params]


def named(param: str) -> Node:
    base, _, label = param.partition("_")
    return Node("name", text=base, subs=(Node("word", text=label),) if label else ())


def _rule_of(p: Point, of: Node) -> Rule | None:
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
    """The mean over a small circle: the value in its middle, as the body is analytic there."""
    variable, to, body = node.args
    if p.stepping:
        raise Nested
    centre = p.value(to).data[0]
    total = None
    for n in range(AROUND):
        step = centre + RADIUS * np.exp(2j * np.pi * (n + 0.5) / AROUND)
        with p.bound({}, {variable.text: scalar(step)}):
            part = p.value(body)
        total = part if total is None else values.added(total, part)
    assert total is not None
    return Value((total.data / AROUND).real.astype(complex))


# ---------------------------------------------------------------- functions


@visits("apply")
def _apply(p: Point, node: Node) -> Value:
    head, *args = node.args
    if head.kind == "prime":
        return _composed(p, head, args)
    if head.kind != "name":
        return _at_point(p, head, args)
    found = p.marks(head)
    call = CALLS.get(found.base) or _call_kind(p, found, node)
    value = call(p, found, args)
    return value if found.power is None or call is _product else values.raised(value, p.value(found.power))


def _at_point(p: Point, head: Node, args: list[Node]) -> Value:
    """df/dx (x, y): the arguments are those that it has anyway."""
    if head.kind == "derivative" and all(plain(arg).kind == "name" for arg in args):
        return p.value(head)
    if head.kind == "derivative" and all(_numeric(arg) for arg in args):
        return p.value(head)
    raise NotUnderstood("a derivative that is called")


def _composed(p: Point, head: Node, args: list[Node]) -> Value:
    """(f o g)'(x) is the derivative of f(g(x))."""
    inside = plain(head.args[0])
    names = inside.args if inside.kind == "circle" else ()
    if len(args) != 1 or plain(args[0]).kind != "name" or any(n.kind != "name" for n in names) or not names:
        raise NotUnderstood("a prime at an expression that is called")
    inner = Node("apply", (names[1], plain(args[0])), text="(")
    return differentiated(p, Node("apply", (names[0], inner), text="("), [plain(args[0])])


def _numeric(node: Node) -> bool:
    return all(part.kind in ("num", "neg", "group") for part in node.walk())


Call = Callable[[Point, Marks, list[Node]], Value]


def _call_kind(p: Point, found: Marks, node: Node) -> Call:
    """Whether a name before a bracket is a function, a quantity with what it depends on, or a factor."""
    rule = p.rule_of(found)
    if rule is not None and rule.params:
        return _defined
    if p.multiplies(node):
        return _product
    return _whole if (rule is not None or p.part(found)) and not found.primes else _unknown


def _whole(p: Point, found: Marks, args: list[Node]) -> Value:
    """J(theta) is J; h(x) of an example is what is computed from it."""
    if p.part(found):
        given = p.marks(plain(args[0])) if plain(args[0]).kind == "name" else Marks("")
        found = replace(found, label="", sample=found.sample or given.sample)
    key = p.key(found)
    return p.read(found, key, p.tensor(key, p.ranks(found)))


def _product(p: Point, found: Marks, args: list[Node]) -> Value:
    if len(args) != 1:
        raise NotUnderstood(f"{found.base} before a list")
    key = p.key(found)
    local = p.local.get(found.base + found.label)
    left = local or p.tensor(key, max(len(found.places), p.ranks(found)))
    left = p.read(found, key, left)
    power = found.power and p.value(found.power)
    left = values.raised(left, power) if power else left
    return values.product(left, p.value(args[0]), p.reading.shape.rows)


def _defined(p: Point, found: Marks, args: list[Node]) -> Value:
    """A function that the note defines, or its slope."""
    rule = p.rule_of(found)
    assert rule is not None
    given = [p.value(arg) for arg in args]
    if len(given) != len(rule.params):
        raise NotUnderstood(f"{found.base} of {len(given)} arguments, defined with {len(rule.params)}")
    return function_value(p, rule, given, found.primes)


def function_value(p: Point, rule: Rule, given: list[Value], primes: int) -> Value:
    """The function or its slope of that order at given values."""
    if primes > 1:
        ahead, behind = (_moved(p, rule, given, primes - 1, step) for step in (DIFFERENCE, -DIFFERENCE))
        return Value((ahead.data - behind.data) / (2 * DIFFERENCE))
    if primes and len(given) > 1:
        raise NotUnderstood("a prime at a function of several arguments")
    if primes and p.stepping:
        raise Nested
    step = 1j * STEP if primes else 0
    local = dict(zip(rule.params, [Value(v.data + step, v.top, v.of, v.by) for v in given], strict=True))
    with p.bound({}, local):
        found = p.value(rule.body)
    return Value(found.data.imag.astype(complex) / STEP) if primes else found


def _moved(p: Point, rule: Rule, given: list[Value], primes: int, step: float) -> Value:
    return function_value(p, rule, [Value(v.data + step) for v in given], primes)


def _unknown(p: Point, found: Marks, args: list[Node]) -> Value:
    given = [p.value(arg) for arg in args]
    mixed = given[0].data
    for n, more in enumerate(given[1:]):
        mixed = mixed + (0.7 + n / 8) * more.data + 0.3 * mixed * more.data
    if len(given) > 1 and found.primes:
        raise NotUnderstood("a prime at a function of several arguments")
    return Value(slopes(p, found.base + found.label)[found.primes](mixed))


def slopes(p: Point, name: str) -> tuple[Function, ...]:
    """A function's value and slopes: built in, logistic if the reading says so, or drawn."""
    if name in BUILT_IN:
        return BUILT_IN[name]
    if p.reading.activation == "logistic" and name.partition("_")[0] in FUNCTIONAL:
        return BUILT_IN["sigmoid"]
    if p.reading.activation == "relu" and name.partition("_")[0] in FUNCTIONAL:
        return BUILT_IN["relu"]
    return unknown(name)


def activated(p: Point, name: str, given: Value) -> Value:
    """The activation of a layer at its inputs."""
    rule = p.rule(name, None)
    if rule is not None and rule.params:
        return function_value(p, rule, [given], 0)
    return Value(slopes(p, name)[0](given.data))


# ---------------------------------------------------------------- functions by name


def _built_in(p: Point, found: Marks, args: list[Node]) -> Value:
    if len(args) != 1:
        raise NotUnderstood(f"{found.base} of {len(args)} arguments")
    return Value(BUILT_IN[found.base][found.primes](p.value(args[0]).data))


def _softmax(p: Point, found: Marks, args: list[Node]) -> Value:
    inside = plain(args[0])
    whole = Node("name", text=inside.text, sups=inside.sups) if inside.kind == "name" else inside
    given = p.value(whole)
    if given.rank != 1 or found.primes:
        raise NotUnderstood("softmax of what is no vector")
    powers = np.exp(given.data)
    result = Value(powers / powers.sum(0))
    places = p.marks(inside) if inside.kind == "name" and inside.subs else None
    return p.read(places, ("", None, False), result) if places else result


def _extreme(sign: int) -> Call:
    def row(p: Point, found: Marks, args: list[Node]) -> Value:
        best = _several(p, args)
        at = np.argmax(sign * best.real, axis=0)
        return Value(np.take_along_axis(best, at[None], 0)[0])

    return row


def _several(p: Point, args: list[Node]) -> values.Array:
    """What a maximum is over: the arguments, or the entries of the one whose index is left free."""
    if len(args) > 1:
        return np.stack(np.broadcast_arrays(*(p.value(arg).data for arg in args)))
    inside = plain(args[0])
    whole = p.value(Node("name", text=inside.text, sups=inside.sups) if inside.kind == "name" else inside)
    if whole.rank != 1:
        raise NotUnderstood("a maximum over what is no vector")
    return whole.data


def _product_call(p: Point, found: Marks, args: list[Node]) -> Value:
    """prod(dJ/do, do/dW) is the product of the chain rule, whatever the orientation."""
    left, right = (p.value(arg) for arg in args)
    chained = values.chained(left, right)
    if chained is None:
        raise NotUnderstood("prod of what is no chain of derivatives")
    return chained


def _diag(p: Point, found: Marks, args: list[Node]) -> Value:
    given = p.value(args[0])
    if given.rank != 1:
        raise values.Mismatch("diag of what is no vector")
    return Value(np.eye(given.shape[0])[..., None] * given.data[:, None])


CALLS: dict[str, Call] = {**dict.fromkeys((n for n in BUILT_IN if n != "relu"), _built_in)}
CALLS |= {"relu": _built_in, "softmax": _softmax, "max": _extreme(1), "min": _extreme(-1), "diag": _diag, "prod": _product_call}


@visits("prime")
def _prime(p: Point, node: Node) -> Value:
    """(f(x))' is by x; (a)' of a layer is the slope of its activation."""
    inside = plain(node.args[0])
    if inside.kind == "name" and p.habits.roles.get(inside.text) == "act" and p.reading.network:
        return _activation_slope(p, inside)
    names = [n for n in inside.walk() if n.kind == "name" and n.text == "x" and not n.subs]
    if not names:
        raise NotUnderstood("a prime at an expression without x")
    return differentiated(p, inside, [Node("name", text="x")])


def _activation_slope(p: Point, name: Node) -> Value:
    layer = p.key(p.marks(name))[1]
    pre = p.tensor(("<pre>", layer, False), 0)
    return Value(slopes(p, p.habits.activation)[1](pre.data))


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
    parts = [use for rules in p.rules.values() for rule in rules for use in rule.uses if use.startswith(found.base + "_")]
    if parts and not found.label and not found.places:
        return _column([_change(p, Node("change", (named(use),))) for use in dict.fromkeys(parts)])
    if whole is not None and found.label and found.base + found.label in parts:
        return Value(p.value(whole.body).data[list(dict.fromkeys(parts)).index(found.base + found.label)])
    return p.read(found, key, p.tensor((f"Delta {key[0]}", key[1], False), max(len(found.places), p.ranks(found))))


def _total(p: Point, of: Node, names: list[Node]) -> Value:
    total = scalar(0)
    for name in names:
        slope, moved = differentiated(p, of, [name]), _change(p, Node("change", (name,)))
        total = values.added(total, Value((slope.data * moved.data).reshape(-1, 1).sum(0)))
    return total


@visits("half derivative")
def _half(p: Point, node: Node) -> Value:
    raise NotUnderstood("a differential without the other one")
