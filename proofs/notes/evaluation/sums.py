"""The values of sums, norms, products, conditions and cases, and which indices of an expression are free."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import numpy as np

from proofs.notes.evaluation import values
from proofs.notes.evaluation.point import Point, visits
from proofs.notes.evaluation.values import Value, scalar
from proofs.notes.reading.dots import COLUMN, ROW
from proofs.notes.reading.tree import Node, NotUnderstood, plain


def holds(p: Point, condition: Node) -> bool:
    """Whether a condition on indices or values is met."""
    condition = plain(condition)
    if condition.kind == "all":
        return all(holds(p, part) for part in condition.args)
    if condition.kind != "compare":
        raise NotUnderstood("a condition that is no comparison")
    left, right = (np.real(p.value(arg).data).ravel() for arg in condition.args)
    if left.size > 1 or right.size > 1:
        raise NotUnderstood("a comparison of arrays")
    return COMPARED[condition.text](left[0] - right[0])


COMPARED: dict[str, Callable[[float], bool]] = {
    "=": lambda d: abs(d) < 1e-12,
    "!=": lambda d: abs(d) > 1e-12,
    "<": lambda d: d < 0,
    ">": lambda d: d > 0,
    "<=": lambda d: d <= 0,
    ">=": lambda d: d >= 0,
}


@visits("indicator")
def _indicator(p: Point, node: Node) -> Value:
    """1 or 0; of an array that is compared with a number, entry by entry."""
    condition = plain(node.args[0])
    sides = [p.value(arg) for arg in condition.args] if condition.kind == "compare" else []
    if len(sides) != 2 or {side.rank for side in sides} not in ({0, 1}, {0, 2}) or condition.text not in ENTRIES:
        return scalar(float(holds(p, condition)))
    rank = max(side.rank for side in sides)
    left, right = (side.data.real if side.rank else side.data.real.reshape((1,) * rank + (-1,)) for side in sides)
    return Value(ENTRIES[condition.text](left, right).astype(complex))


ENTRIES = {">": np.greater, "<": np.less, ">=": np.greater_equal, "<=": np.less_equal}


@visits("cases")
def _cases(p: Point, node: Node) -> Value:
    for case in node.args:
        if len(case.args) == 1 or holds(p, case.args[1]):
            return p.value(case.args[0])
    raise NotUnderstood("cases of which none holds")


@visits("sum")
def _sum(p: Point, node: Node) -> Value:
    lower, _, body = node.args
    letters = _bound_letters(p, lower, body)
    if letters is None:
        return _over_layers(p, node, values.added)
    if not letters:
        return _over_all(p, p.value(body))
    _check_shifted(node)
    keep = lower if lower.kind == "compare" and lower.text != "=" else None
    return _total(p, letters, body, keep)


def _total(p: Point, letters: list[str], body: Node, keep: Node | None) -> Value:
    total = None
    for env in _ranges(p, letters, body):
        with p.bound(env):
            if keep is None or holds(p, keep):
                part = p.value(body)
                total = part if total is None else values.added(total, part)
    return scalar(0) if total is None else total


def _ranges(p: Point, letters: list[str], body: Node) -> Iterator[dict[str, int]]:
    sizes = [p.extent(letter, body) for letter in letters]
    for places in itertools.product(*map(range, sizes)):
        yield dict(zip(letters, places, strict=True))


def _over_all(p: Point, value: Value) -> Value:
    """A sum without an index: of all entries, or of all examples where a mean over these is meant."""
    if p.reading.each and value.rank == 2:
        return Value(value.data.sum(1 if p.reading.shape.name.endswith("columns") else 0))
    return _entries(value)


def _check_shifted(node: Node) -> None:
    """A product of h_i by h_{i-1}, or a sum from k + 1 on, is over steps, and over no entries of an array."""
    lower, _, body = node.args
    letters = {n.text for n in lower.args[0].walk()} if lower.kind == "compare" else set()
    first = lower.args[1] if lower.kind == "compare" and lower.text == "=" else Node("none")
    between = any(n.kind == "name" for n in first.walk())
    shifted = (sub for n in body.walk() if n.kind == "name" for sub in n.subs if sub.kind == "add")
    if between or (node.kind == "prod" and any(n.text in letters for sub in shifted for n in sub.walk())):
        raise NotUnderstood(f"a {SAID[node.kind]} between steps")


SAID = {"sum": "sum", "prod": "product"}


def _entries(value: Value) -> Value:
    """A sum without an index is over all entries."""
    return Value(value.data.reshape(-1, value.data.shape[-1]).sum(0))


@visits("total")
def _of_array(p: Point, node: Node) -> Value:
    """The sum of all entries, or along one axis of a matrix."""
    whole = p.value(node.args[0])
    if not node.text:
        return _entries(whole)
    if whole.rank != 2:
        raise values.Mismatch(f"a sum along an axis of {values.said(whole)}")
    return Value(whole.data.sum(int(node.text)))


def _bound_letters(p: Point, lower: Node, body: Node) -> list[str] | None:
    """The letters of a sum, None where it runs over layers; without any, those of the body that nothing else gives."""
    if lower.kind == "none":
        return [letter for letter in letters_of(p, body) if letter not in p.env]
    names = lower.args if lower.kind == "vector" else (lower.args[0] if lower.kind == "compare" else lower,)
    if any(name.kind != "name" for name in names):
        raise NotUnderstood("a sum that binds no letter")
    if names[0].text in ("l", "ell") and names[0].text not in p.habits.letters:
        return None
    return [name.text for name in names]


def letters_of(p: Point, node: Node) -> list[str]:
    """The index letters that stand free in an expression, in the order in which they are met."""
    if node.kind == "table":
        return [letter for letter in letters_of(p, node.args[0]) if letter not in (ROW, COLUMN)]
    if node.kind in ("sum", "prod") and node.args[0].kind == "none":
        return []  # it binds what nothing else gives
    if node.kind in ("sum", "prod"):
        bound = {name.text for name in node.args[0].walk() if name.kind == "name"}
        return [letter for letter in letters_of(p, node.args[2]) if letter not in bound]
    found: list[str] = []
    parts = node.args
    if node.kind == "name":
        places = p.marks(node)
        parts = (places.power,) if places.power is not None else ()  # e^{z_j}
        used = (*places.places, *([places.sample] if places.sample is not None else []))
        found = [n.text for use in used for n in use.walk() if n.kind == "name" and n.text not in p.habits.classes]
    if node.kind == "indexed":
        found = [n.text for sub in node.subs for n in sub.walk() if n.kind == "name" and n.text in p.habits.letters]
    return list(dict.fromkeys([*found, *(letter for part in parts for letter in letters_of(p, part))]))


def _over_layers(p: Point, node: Node, join: Callable[[Value, Value], Value]) -> Value:
    lower, upper, body = node.args
    name = (lower.args[0] if lower.kind == "compare" else lower).text
    first = p.integer(lower.args[1]) if lower.kind == "compare" else 1
    last = p.integer(upper) if upper.kind != "none" else p.habits.depth
    total = None
    for layer in range(first, last + 1):
        with p.bound({name: layer}):
            part = p.value(body)
        total = part if total is None else join(total, part)
    if total is None:
        raise NotUnderstood("a sum over no layers")
    return total


@visits("norm")
def _norm(p: Point, node: Node) -> Value:
    inside = p.value(node.args[0])
    data = inside.data.reshape(-1, inside.data.shape[-1])
    if node.text == "1" and inside.rank < 2:
        return Value(_positive(data).sum(0))
    if node.text not in ("", "2", "F") or (node.text == "2" and inside.rank > 1):
        raise NotUnderstood(f"the norm {node.text} of {values.said(inside)}")
    return Value(np.sqrt((data * data).sum(0)))


def _positive(data: values.Array) -> values.Array:
    return np.where(data.real < 0, -data, data)


@visits("abs")
def _abs(p: Point, node: Node) -> Value:
    """Of a matrix, its determinant."""
    inside = p.value(node.args[0])
    return values.determinant(inside) if inside.rank == 2 else Value(_positive(inside.data))


@visits("prod")
def _prod(p: Point, node: Node) -> Value:
    lower, _, body = node.args
    letters = _bound_letters(p, lower, body)
    if letters is None:
        return _over_layers(p, node, lambda a, b: values.product(a, b, p.reading.shape.rows))
    _check_shifted(node)
    total = scalar(1)
    for env in _ranges(p, letters, body):
        with p.bound(env):
            total = values.hadamard(total, p.value(body))
    return total


@visits("table")
def _table(p: Point, node: Node) -> Value:
    """An array that is given by what an entry of it is; lists are columns, as are arrays of one where vectors are."""
    (body,) = node.args
    whole = p.tabulated((ROW, COLUMN) if node.text == "matrix" else (ROW,), body)
    if node.text == "row" and body.kind == "derivative":
        p.assumed.add("a gradient may be written as a row")
    elif node.text == "row":
        return Value(whole.data[None])
    return Value(whole.data[:, None]) if node.text == "column" and p.reading.shape.rows else whole
