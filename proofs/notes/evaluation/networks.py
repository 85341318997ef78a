"""What the undefined names of a network stand for: one row for each part, computed for each orientation of a layer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from proofs.notes.evaluation import values
from proofs.notes.evaluation.calls import activated
from proofs.notes.evaluation.point import Point
from proofs.notes.evaluation.slopes import differentiated
from proofs.notes.evaluation.values import Array, Value
from proofs.notes.evaluation.world import UNITS, Template, World
from proofs.notes.reading.tree import Node, NotUnderstood, number
from proofs.notes.verdicts.readings import EXAMPLES, Reading

Part = Callable[[Point, int | None], Value]
PARTS: dict[str, Part] = {}
SINGLE = ("scalar", "neuron", "neuron of rows", "neuron of columns")
SIGNS = {"row transposed": "row", "batch rows transposed": "batch rows"}
SIGNS |= {"transposed column": "column", "transposed batch columns": "batch columns"}
FLIPPED = ("row", "batch rows", "transposed column", "transposed batch columns")


def part(role: str) -> Callable[[Part], Part]:
    """Register what a role of a network is worth at a layer; None is the one layer of a note that has no others."""

    def add(row: Part) -> Part:
        PARTS[role] = row
        return row

    return add


def templates(reading: Reading) -> dict[str, Template]:
    """What the parts of a network are worth under this reading."""
    if not reading.network:
        return {}
    found = {f"<{role}>": _at(role) for role in PARTS}
    return found | {f"<d {role}>": _adjoint(role) for role in ("weight", "bias", "pre", "act", "input")}


def _at(role: str) -> Template:
    def row(world: World, layer: int | None) -> Value:
        assert isinstance(world, Point)
        return PARTS[role](world, layer)

    return row


def _adjoint(role: str) -> Template:
    """dW, and W with a bar, are the derivative of the cost by W."""

    def row(world: World, layer: int | None) -> Value:
        assert isinstance(world, Point)
        return _by_cost(world, role, layer)

    return row


def _by_cost(p: Point, role: str, layer: int | None) -> Value:
    found = differentiated(p, named(p, "cost", None), [named(p, role, layer)])
    single = p.reading.each and role in ("pre", "act", "input")
    return replace(found, data=EXAMPLES * found.data) if single else found


def named(p: Point, role: str, layer: int | None) -> Node:
    """A name that stands for a part, at a layer."""
    base = next(b for b, r in p.habits.roles.items() if r == role)
    mark = () if layer is None else (Node("group", (number(layer),), text="("),)
    return Node("name", text=base, sups=mark)


def read_part(p: Point, role: str, layer: int | None) -> Value:
    """The value of a part at a layer."""
    return p.tensor((f"<{role}>", layer, False), 0)


def _depth(p: Point) -> int | None:
    return p.habits.depth if p.habits.layered else None


def _below(layer: int | None) -> int | None:
    return None if layer is None else layer - 1


def _size(layer: int | None, below: bool = False) -> int:
    if layer is None:
        return 2 if below else 3
    if not 0 <= layer < len(UNITS):
        raise NotUnderstood(f"layer {layer}")
    return UNITS[layer]


def _shape_name(p: Point) -> str:
    name = p.reading.shape.name
    return SIGNS.get(name, name)


def _units(p: Point, size: int) -> tuple[int, ...]:
    """The shape of what a layer gives."""
    return {"batch rows": (EXAMPLES, size), "batch columns": (size, EXAMPLES)}.get(_shape_name(p), (size,))


SINGLE_SHAPES: dict[str, dict[str, tuple[int, ...]]] = {
    "scalar": {},
    "neuron": {"input": (2,), "weight": (2,)},
    "neuron of rows": {"input": (EXAMPLES, 2), "weight": (2,), "target": (EXAMPLES,)},
    "neuron of columns": {"input": (2, EXAMPLES), "weight": (2,), "target": (1, EXAMPLES)},
}


def _drawn(p: Point, role: str, layer: int | None, shape: tuple[int, ...]) -> Value:
    single = SINGLE_SHAPES.get(p.reading.shape.name)
    return p.draw((f"<{role}>", layer, False), shape if single is None else single.get(role, ()))


@part("input")
def _input(p: Point, layer: int | None) -> Value:
    return _drawn(p, "input", None, _units(p, _size(0 if p.habits.layered else None, True)))


@part("target")
def _target(p: Point, layer: int | None) -> Value:
    found = _drawn(p, "target", None, _units(p, _size(_depth(p))))
    if "softmax" not in (p.reading.cost, p.reading.activation):
        return found
    if p.reading.shape.name in SINGLE:
        raise NotUnderstood("softmax of a number")
    axis = 0 if _shape_name(p) in ("column", "row", "batch columns") else 1
    return Value(found.data / found.data.sum(axis, keepdims=True))


@part("weight")
def _weight(p: Point, layer: int | None) -> Value:
    out, into = _size(layer), _size(_below(layer) if layer is not None else None, True)
    flipped = p.reading.shape.name in FLIPPED
    return _drawn(p, "weight", layer, (into, out) if flipped else (out, into))


@part("bias")
def _bias(p: Point, layer: int | None) -> Value:
    found = _drawn(p, "bias", layer, (_size(layer),))
    return found if p.habits.biased else Value(0 * found.data)


@part("pre")
def _pre(p: Point, layer: int | None) -> Value:
    """W a + b, in the orientation of the reading."""
    weight, bias = read_part(p, "weight", layer), read_part(p, "bias", layer)
    inside = read_part(p, "input", None) if layer is None else read_part(p, "act", layer - 1)
    return Value(JOINED[p.reading.shape.name](weight.data, inside.data) + _beside(p, bias.data))


def _beside(p: Point, bias: Array) -> Array:
    return bias[:, None] if _shape_name(p) == "batch columns" else bias


def _swap(data: Array) -> Array:
    return np.swapaxes(data, 0, 1)


JOINED: dict[str, Callable[[Array, Array], Array]] = {
    "scalar": lambda w, a: w * a,
    "neuron": lambda w, a: (w * a).sum(0),
    "neuron of rows": lambda w, a: (a * w[None]).sum(1),
    "neuron of columns": lambda w, a: (a * w[:, None]).sum(0)[None],
    "column": lambda w, a: (w * a[None]).sum(1),
    "row": lambda w, a: (w * a[:, None]).sum(0),
    "row transposed": lambda w, a: (w * a[None]).sum(1),
    "transposed column": lambda w, a: (w * a[:, None]).sum(0),
    "transposed batch columns": lambda w, a: (w[:, :, None] * a[:, None]).sum(0),
    "batch rows": lambda w, a: (a[:, :, None] * w[None]).sum(1),
    "batch columns": lambda w, a: (w[:, :, None] * a[None]).sum(1),
    "batch rows transposed": lambda w, a: (a[:, None] * w[None]).sum(2),
}


@part("act")
def _act(p: Point, layer: int | None) -> Value:
    if layer == 0:
        return read_part(p, "input", None)
    if layer is None and p.habits.layered:
        return read_part(p, "act", p.habits.depth)
    if layer is not None and layer < 0:
        raise NotUnderstood("a layer before the first")
    pre = read_part(p, "pre", layer)
    if "softmax" in (p.reading.cost, p.reading.activation) and layer == _depth(p):
        return _softmax(p, pre)
    return pre if p.reading.activation == "linear" else activated(p, p.habits.activation, pre)


def _softmax(p: Point, pre: Value) -> Value:
    if p.reading.shape.name in SINGLE:
        raise values.Mismatch("softmax of a number")
    axis = 1 if _shape_name(p) == "batch rows" else 0
    powers = np.exp(pre.data)
    return Value(powers / powers.sum(axis, keepdims=True))


@part("cost")
def _cost(p: Point, layer: int | None) -> Value:
    """Of the output and the target: a cost by name, or one drawn; summed over examples, or their mean."""
    each = read_part(p, "costs", None).data
    examples = EXAMPLES if p.reading.mean else 1
    return Value(each.sum(0) / examples + _penalty(p))


@part("mean cost")
def _mean_cost(p: Point, layer: int | None) -> Value:
    return Value(read_part(p, "cost", None).data / EXAMPLES)


@part("costs")
def _costs(p: Point, layer: int | None) -> Value:
    """The cost of each example."""
    if p.reading.cost not in LOSSES:
        raise NotUnderstood("the cost of one example, where the note defines the cost of all")
    output, target = (_by_example(p, read_part(p, *of).data) for of in (("act", _depth(p)), ("target", None)))
    return Value(LOSSES[p.reading.cost](output, target).sum(1))


def _by_example(p: Point, data: Array) -> Array:
    """Axes of examples, units and lanes, whatever the orientation."""
    shape = _shape_name(p)
    if shape == "batch columns":
        return _swap(data)
    if shape in ("batch rows", "neuron of rows"):
        return data.reshape(data.shape[0], -1, data.shape[-1])
    if shape == "neuron of columns":
        return data[0][:, None]
    return data.reshape(1, -1, data.shape[-1])


def _penalty(p: Point) -> Array:
    """lambda/(2m) times the squares of the weights."""
    if not p.reading.penalty:
        return np.zeros(1, dtype=complex)
    weights = read_part(p, "weight", _depth(p)).data
    squares = (weights**2).reshape(-1, weights.shape[-1]).sum(0)
    examples = EXAMPLES if p.reading.mean else 1
    return np.asarray(p.tensor(("lambda", None, False), 0).data * squares / (2 * examples))


def _any(a: Array, y: Array) -> Array:
    """A smooth cost in which each output counts differently, and with each other output."""
    weights = 1 + np.arange(a.shape[1])[:, None] / 3
    mixed = (a * weights).sum(1, keepdims=True)
    return np.asarray(a * weights * (0.7 + y) + (a - y) ** 2 * weights + a**3 / 9 + a * mixed / 5)


LOSSES: dict[str, Callable[[Array, Array], Array]] = {
    "any": _any,
    "half squares": lambda a, y: (a - y) ** 2 / 2,
    "squares": lambda a, y: (a - y) ** 2,
    "logistic": lambda a, y: -(y * np.log(a) + (1 - y) * np.log(1 - a)),
    "softmax": lambda a, y: -y * np.log(a),
    "cross": lambda a, y: -y * np.log(a),
}


@part("delta")
def _delta(p: Point, layer: int | None) -> Value:
    """The error of a layer is the derivative of the cost by its inputs."""
    return _by_cost(p, "pre", layer)
