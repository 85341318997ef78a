"""The numbers that a note puts in: whether its arithmetic is right to the digits that it prints."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from proofs.notes.evaluation import values
from proofs.notes.evaluation.functions import BUILT_IN
from proofs.notes.evaluation.point import Point
from proofs.notes.evaluation.values import Value
from proofs.notes.reading.names import Habits
from proofs.notes.reading.tree import SLOPES, Chain, Node, NotUnderstood, plain
from proofs.notes.verdicts.readings import Reading

PRODUCTS = ("mul", "times", "hadamard")
QUOTIENTS = ("frac", "div")


def is_numeric(node: Node) -> bool:
    """Whether a member has numbers only."""
    kinds = {part.kind for part in node.walk()}
    lone = node.kind == "num" and "." not in node.text
    return not lone and "num" in kinds and not kinds & {"name", "derivative", "nabla", "sum", "word", "gap", "cases"}


def is_number(node: Node) -> bool:
    """Whether a member is one number, with a sign or without."""
    node = plain(node)
    return node.kind == "num" or (node.kind == "neg" and is_number(node.args[0]))


def split(chain: Chain) -> tuple[Chain, tuple[Node, ...]]:
    """The members with names, and those at the end that have numbers only."""
    symbolic = [n for n, m in enumerate(chain.members) if not is_numeric(m)]
    last = symbolic[-1] if symbolic else -1
    return Chain(chain.members[: last + 1], chain.signs[:last] if last > 0 else (), chain.condition), chain.members[
        last + 1 :
    ]


def set_to_zero(chain: Chain) -> bool:
    """Whether a formula is set to 0, and no calculation gives this 0."""
    last = plain(chain.members[-1])
    return last.kind == "num" and not float(last.text) and not any(map(is_numeric, chain.members[1:-1]))


def number_of(member: Node) -> Value | None:
    """What the arithmetic gives; None where it has no reading."""
    try:
        with np.errstate(all="ignore"):
            return Point(Reading(elementwise=True), Habits(), {}).value(member)
    except (values.Mismatch, NotUnderstood, ZeroDivisionError, OverflowError):
        return None


def disagreement(members: tuple[Node, ...]) -> tuple[str, str] | None:
    """Two neighbours of which the second is not what the first gives, to its digits."""
    for left, right in itertools.pairwise(members):
        a, b = number_of(left), number_of(right)
        if a is None or b is None or values.flat(a) != values.flat(b):
            continue
        if differ(a, b, _tolerance(left, right)):
            return shown(a), shown(b)
    return None


def differ(a: Value, b: Value, tolerance: float) -> bool:
    """Whether two results are further apart than the tolerance."""
    x, y = a.data.reshape(-1).real, b.data.reshape(-1).real
    return bool((np.abs(x - y) > tolerance * np.maximum(1e-300, 1)).any())


def _tolerance(*members: Node) -> float:
    """One unit in the last place of the coarsest result, and what rounded factors make of theirs."""
    units = [_unit(m) for m in members]
    return max(units) * 1.01 + 1e-12


def _unit(member: Node) -> float:
    """How far a member may be from what was meant, by the digits of its numbers: each moved by a unit, all added up."""
    numbers = [n for n in member.walk() if n.kind == "num"]
    if len(numbers) == 1 or all(m.kind in ("vector", "matrix", "row", "num", "neg", "group") for m in member.walk()):
        return max(_last_place(n) for n in numbers)
    return sum(_moved(member, n) for n in numbers)


def _last_place(number: Node) -> float:
    digits = number.text.partition(".")[2]
    return 10.0 ** -len(digits) if digits else 0.0


def _moved(member: Node, number: Node) -> float:
    if not _last_place(number):
        return 0.0
    more = Node("num", text=repr(float(number.text) + _last_place(number) / 2))
    before, after = number_of(member), number_of(replaced(member, number, more))
    if before is None or after is None:
        return 0.0
    return float(np.abs(before.data - after.data).max())


def replaced(node: Node, old: Node, new: Node) -> Node:
    """The tree with one node in place of another."""
    if node is old:
        return new
    return node.inside(lambda arg: replaced(arg, old, new))


def shown(value: Value) -> str:
    """Numbers as they print."""
    data = value.data[..., 0].real
    return np.array2string(data, precision=4, separator=", ").replace("\n", "")


def written_out(numeric: Node) -> bool:
    """Whether a member is more than a result: numbers joined by signs."""
    kinds = {n.kind for n in numeric.walk()}
    return bool(kinds - {"num", "neg", "group", "vector", "matrix", "row"})


def matches(symbolic: Node, numeric: Node, found: dict[str, float]) -> bool:
    """Whether numbers stand where names stood, the same for the same name; for slopes they say nothing."""
    if symbolic.kind in SLOPES:
        return False
    symbolic, numeric = _powered(plain(symbolic)), plain(numeric)
    if numeric.kind in ("num", "neg", "matrix", "vector") and symbolic.kind not in ("num", "neg"):
        key = repr((symbolic.kind, symbolic.text, symbolic.subs, symbolic.sups, symbolic.args))
        value = number_of(numeric)
        size = float(value.data.ravel()[0].real) if value is not None else float("nan")
        return abs(found.setdefault(key, size) - size) < 1e-12
    if _family(symbolic.kind) != _family(numeric.kind) or len(symbolic.args) != len(numeric.args):
        return False
    if symbolic.kind == "num":
        return symbolic.text == numeric.text
    return all(matches(s, n, found) for s, n in zip(symbolic.args, numeric.args, strict=True))


def aligned(symbolic: Node, numeric: Node) -> Iterator[tuple[Node, Node]]:
    """The names and slopes of a formula, each with the number that stands in its place in another of the same form."""
    symbolic, numeric = _powered(plain(symbolic)), plain(numeric)
    if symbolic.kind in ("name", "derivative", "at"):
        yield symbolic, numeric
    elif _family(symbolic.kind) == _family(numeric.kind) and len(symbolic.args) == len(numeric.args):
        for s, n in zip(symbolic.args, numeric.args, strict=True):
            yield from aligned(s, n)


def _powered(node: Node) -> Node:
    """x^2 as the power of a name, a(1 - a) as a product."""
    if node.kind == "apply" and len(node.args) == 2 and node.args[0].text not in BUILT_IN:
        return Node("mul", node.args)
    if node.kind == "name" and len(node.sups) == 1 and node.sups[0].kind == "num":
        return Node("pow", (replace(node, sups=()), node.sups[0]))
    return node


def _family(kind: str) -> str:
    return "product" if kind in PRODUCTS else "quotient" if kind in QUOTIENTS else kind
