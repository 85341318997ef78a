"""The values of functions: built in, defined by the note, parts of a network, or unknown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from proofs.notes.evaluation import values
from proofs.notes.evaluation.functions import BUILT_IN, FUNCTIONAL, Function, unknown
from proofs.notes.evaluation.point import Point, visits
from proofs.notes.evaluation.slopes import DIFFERENCE, differentiated, named, placed, rule_of
from proofs.notes.evaluation.values import Value
from proofs.notes.evaluation.world import STEP, Nested, Rule, moved_by_step
from proofs.notes.reading.names import Marks
from proofs.notes.reading.tree import Node, NotUnderstood, plain


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
    """df/dx (x, y): the derivative where the arguments have these values."""
    rule = rule_of(p, plain(head.args[0])) if head.kind == "derivative" else None
    if rule is not None and len(rule.params) == len(args):
        with placed(p, rule, args):
            return p.value(head)
    if head.kind == "derivative" and all(plain(arg).kind == "name" for arg in args):
        return p.value(head)
    if head.kind == "derivative" and len(args) == 1 and _is_quantity(p, plain(head.args[0])):
        return p.value(Node("mul", (head, args[0])))
    raise NotUnderstood("a derivative that is called")


def _is_quantity(p: Point, top: Node) -> bool:
    """Whether what is differentiated has its arguments, or is no function, so that a bracket after it is a factor."""
    if top.kind == "apply":
        return True
    rule = rule_of(p, top)
    quantity = (rule is not None and not rule.params) or (top.kind == "name" and p.part(p.marks(top)))
    return quantity and top.text not in FUNCTIONAL


def _composed(p: Point, head: Node, args: list[Node]) -> Value:
    """(f o g)'(x) is the derivative of f(g(x))."""
    inside = plain(head.args[0])
    names = inside.args if inside.kind == "circle" else ()
    if len(args) != 1 or plain(args[0]).kind != "name" or any(n.kind != "name" for n in names) or not names:
        raise NotUnderstood("a prime at an expression that is called")
    inner = Node("apply", (names[1], plain(args[0])), text="(")
    return differentiated(p, Node("apply", (names[0], inner), text="("), [plain(args[0])])


Call = Callable[[Point, Marks, list[Node]], Value]


def _call_kind(p: Point, found: Marks, node: Node) -> Call:
    """Whether a name before a bracket is a function, a quantity with what it depends on, or a factor."""
    rule = p.rule_of(found)
    if rule is not None and rule.params and not _of_itself(node):
        return _defined
    if p.multiplies(node) or (rule is not None and rule.params):
        return _product
    return _whole if (rule is not None or p.part(found)) and not found.primes else _unknown


def _of_itself(node: Node) -> bool:
    """Whether the bracket has the name before it, as a quantity: S(1 - S) is a product, f(f(x)) is none."""
    head, *args = node.args
    called = {id(n.args[0]) for arg in args for n in arg.walk() if n.kind == "apply"}
    return any(
        n.kind == "name" and replace(n, primes=head.primes, sups=head.sups) == head and id(n) not in called
        for arg in args
        for n in arg.walk()
    )


def _whole(p: Point, found: Marks, args: list[Node]) -> Value:
    """J(theta) is J; h(x) of an example is what is computed from it."""
    if p.part(found):
        given = p.marks(plain(args[0])) if plain(args[0]).kind == "name" else Marks("")
        found = replace(found, label="", sample=found.sample or given.sample)
    key = p.key(found)
    return p.read(found, p.tensor(key, p.ranks(found)))


def _product(p: Point, found: Marks, args: list[Node]) -> Value:
    if len(args) != 1:
        raise NotUnderstood(f"{found.base} before a list")
    local = p.local.get(found.base + found.label)
    left = local or p.tensor(p.key(found), max(len(found.places), p.ranks(found)))
    left = p.read(found, left)
    power = found.power and p.value(found.power)
    left = values.raised(left, power) if power else left
    right = p.value(args[0])
    entries = left.rank > 0 and values.flat(left) == values.flat(right) and _less_than_one(p, found, args[0])
    return values.hadamard(left, right) if entries else values.product(left, right, p.reading.shape.rows)


def _less_than_one(p: Point, found: Marks, inside: Node) -> bool:
    """Whether this is 1 - A, beside A."""
    terms = plain(inside).args if plain(inside).kind == "add" else ()
    names = [plain(term.args[0]) for term in terms if term.kind == "neg"]
    one = len(terms) == 2 and plain(terms[0]) == Node("num", text="1")
    return one and any(n.kind == "name" and p.marks(n) == found for n in names)


def _defined(p: Point, found: Marks, args: list[Node]) -> Value:
    """A function that the note defines, or its slope."""
    rule = p.rule_of(found)
    assert rule is not None
    if rule.base == found.base and set(found.label.split("_")) & set(rule.params):
        raise NotUnderstood(f"{found.base} with its argument as an index")
    if found.primes and len(rule.params) > 1:
        return _gradient(p, found, rule, args)
    given = [p.value(arg) for arg in args]
    if len(given) != len(rule.params):
        raise NotUnderstood(f"{found.base} of {len(given)} arguments, defined with {len(rule.params)}")
    return function_value(p, rule, given, found.primes)


def _gradient(p: Point, found: Marks, rule: Rule, args: list[Node]) -> Value:
    """f'(m, b) is the column of the derivatives by the arguments."""
    if [plain(arg).text for arg in args] != list(rule.params):
        raise NotUnderstood("a prime at a function of several arguments, which are others than in its definition")
    return p.value(replace(named(found.base + found.label), primes=found.primes))


def function_value(p: Point, rule: Rule, given: list[Value], primes: int) -> Value:
    """The function or its slope of that order at given values."""
    if primes > 1:
        ahead, behind = (_moved(p, rule, given, primes - 1, step) for step in (DIFFERENCE, -DIFFERENCE))
        return Value((ahead.data - behind.data) / (2 * DIFFERENCE))
    if primes and len(given) > 1:
        raise NotUnderstood("a prime at a function of several arguments")
    if primes and p.stepping:
        raise Nested
    if primes and given[0].rank and not _entrywise(p, rule, given[0]):
        raise NotUnderstood("a prime at a function of an array that does not go entry by entry")
    step = 1j * STEP if primes else 0
    found = _with(p, rule, [Value(v.data + step, v.top, v.of, v.by) for v in given])
    return Value(moved_by_step(found.data).astype(complex)) if primes else found


def _with(p: Point, rule: Rule, given: list[Value]) -> Value:
    with p.bound({}, dict(zip(rule.params, given, strict=True))):
        return p.value(rule.body)


def _entrywise(p: Point, rule: Rule, given: Value) -> bool:
    """Whether the first entry of what a function gives is all that moves with the first entry of its argument."""
    first = (0,) * given.rank
    data = given.data.copy()
    data[first] += 1j * STEP
    found = _with(p, rule, [Value(data)])
    moved = np.abs(moved_by_step(found.data)) if found.shape == given.shape else np.ones(1)
    return bool(moved.sum() <= moved[first].sum() if moved.ndim > 1 else False)


def _moved(p: Point, rule: Rule, given: list[Value], primes: int, step: float) -> Value:
    return function_value(p, rule, [Value(v.data + step) for v in given], primes)


def _unknown(p: Point, found: Marks, args: list[Node]) -> Value:
    given = [p.value(arg) for arg in args]
    mixed = given[0].data
    for n, more in enumerate(given[1:]):
        mixed = mixed + (0.7 + n / 8) * more.data + 0.3 * mixed * more.data
    if len(given) > 1 and found.primes:
        raise NotUnderstood("a prime at a function of several arguments")
    if found.base in LOSSES and len(given) > 1:
        flat = mixed.reshape(-1, mixed.shape[-1])
        mixed = (flat * (1 + np.arange(len(flat))[:, None] / 8)).sum(0)
    return Value(slopes(p, found.base + found.label)[found.primes](mixed))


LOSSES = frozenset(("l", "ell", "loss", "Loss"))  # of all entries of outputs and targets, one number


def slopes(p: Point, name: str) -> tuple[Function, ...]:
    """A function's value and slopes: built in, the one that the reading says, or drawn."""
    if name in BUILT_IN:
        return BUILT_IN[name]
    base = name.partition("_")[0]
    said = READ_AS.get(p.reading.activation) if base in OF_UNITS or base == p.habits.activation else None
    return BUILT_IN[said] if said else unknown(name)


OF_UNITS = FUNCTIONAL - {"f", "g", "h", "F", "G"}  # of these one at most is an activation: (f/g)' is of any two
READ_AS = {"logistic": "sigmoid", "relu": "relu", "tanh": "tanh"}


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
    value = Value(BUILT_IN[found.base][found.primes](p.value(args[0]).data))
    return value if not found.label else Value(value.data / np.log(base_of(found)))


def base_of(found: Marks) -> int:
    """The number below a logarithm."""
    below = found.label.removeprefix("_")
    if found.base != "log" or not below.isdigit() or int(below) < 2:
        raise NotUnderstood(f"{found.base} with the mark {below}")
    return int(below)


def _softmax(p: Point, found: Marks, args: list[Node]) -> Value:
    inside = plain(args[0])
    marks = p.marks(inside) if inside.kind == "name" else None
    entry = marks if marks and (marks.places or marks.sample) else None
    given = p.value(_unindexed(p, inside))
    if given.rank not in (1, 2) or found.primes:
        raise NotUnderstood("softmax of what is no vector")
    lines = given.data.shape[:2] if given.rank == 2 else ()
    several = bool(lines) and 1 not in lines
    axis = int(not p.reading.down if several else lines[:1] == (1,))  # a column or a row has no other
    p.assumed.update([f"softmax of each {'row' if axis else 'column'}"] if several else [])
    powers = np.exp(given.data)
    result = Value(powers / powers.sum(axis, keepdims=True))
    return p.read(entry, result) if entry else result


def _unindexed(p: Point, name: Node) -> Node:
    """All entries of what an index is below, as of z in z_i; the step t of o_t is no index of a vector."""
    if name.kind != "name":
        return name
    found = p.marks(name)
    indices = (*found.places, found.sample)
    return replace(name, subs=tuple(sub for sub in name.subs if not any(sub is place for place in indices)))


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
    whole = p.value(_unindexed(p, plain(args[0])))
    if whole.rank != 1:
        raise NotUnderstood("a maximum over what is no vector")
    return whole.data


def _product_call(p: Point, found: Marks, args: list[Node]) -> Value:
    """prod(dJ/do, do/dW) is the product of the chain rule, whatever the orientation."""
    left, right = (p.value(arg) for arg in args)
    chained = values.chained(left, right)
    if left.rank == 0 and left.by and left.by == right.of:
        return values.scaled(left, right)
    if chained is None:
        raise NotUnderstood("prod of what is no chain of derivatives")
    return chained


def _diag(p: Point, found: Marks, args: list[Node]) -> Value:
    given = p.value(args[0])
    size = values.flat(given)
    if len(size) != 1:
        raise values.Mismatch("diag of what is no vector")
    return Value(np.eye(*size)[..., None] * given.data.reshape(*size, 1, -1))


def _of_matrix(row: Callable[[Value], Value]) -> Call:
    def call(p: Point, found: Marks, args: list[Node]) -> Value:
        if len(args) != 1 or found.primes:
            raise NotUnderstood(f"{found.base} of {len(args)} arguments")
        return row(p.value(args[0]))

    return call


CALLS: dict[str, Call] = {
    **dict.fromkeys(BUILT_IN, _built_in),
    "tr": _of_matrix(values.trace),
    "det": _of_matrix(values.determinant),
    "sign": _of_matrix(lambda value: Value(np.sign(value.data.real).astype(complex))),
    "softmax": _softmax,
    "max": _extreme(1),
    "min": _extreme(-1),
    "diag": _diag,
    "prod": _product_call,
}


@visits("prime")
def _prime(p: Point, node: Node) -> Value:
    """(f(x))' is by x; (a)' of a layer is the slope of its activation."""
    inside = plain(node.args[0])
    if inside.kind == "name" and p.reading.network and _of_a_layer(p, inside):
        return _activation_slope(p, inside)
    names = [n for n in inside.walk() if n.kind == "name" and n.text == "x" and not n.subs]
    if not names:
        raise NotUnderstood("a prime at an expression without x")
    return differentiated(p, inside, [Node("name", text="x")])


def _of_a_layer(p: Point, name: Node) -> bool:
    """Whether it is what a layer gives, or the function by which it does: (a^l)' and (f^l)'."""
    function = name.text == p.habits.activation and p.marks(name).layer is not None
    return p.habits.roles.get(name.text) == "act" or function


def _activation_slope(p: Point, name: Node) -> Value:
    layer = p.key(p.marks(name))[1]
    pre = p.tensor(("<pre>", layer, False), 0)
    return Value(slopes(p, p.habits.activation)[1](pre.data))
