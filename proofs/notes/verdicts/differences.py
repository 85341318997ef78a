"""Slopes as quotients of differences, f'(x) ~ (f(x + h) - f(x - h)) / 2h, for a small step and any function."""

from __future__ import annotations

import math
from collections.abc import Iterator

from proofs.notes.reading.tree import SLOPES, Chain, Node, NotUnderstood, number, plain
from proofs.notes.verdicts.claim import Claim
from proofs.notes.verdicts.scalars import value

STEPS, CLOSE = (1e-2, 1e-3), 30.0
TAYLOR = ((0.7, -1.3, 0.9, 0.4), (-0.4, 0.8, -1.1, 0.3))  # a function near a point: its value and its slopes
UNITS, CHANGE = frozenset(("e", "error e", "d", "u")), "change"
SMALL, WRONG = "the step is small", "for a small step this is not the slope"


def difference(_: object, chain: Chain) -> Claim | None:
    """The verdict on a slope that is written as a quotient of differences; none of what is none."""
    left = _slope(plain(chain.members[0])) if len(chain.members) == 2 and chain.condition is None else None
    if left is None or chain.signs[0] not in ("=", "~"):
        return None
    try:
        steps = {step for call in _calls(chain.members[1], left[0]) for step in _steps(_moved(call, left[1]), left[1])}
        right = _is_slope(chain.members[1], left, min(steps)) if len(steps) == 1 else None
    except (NotUnderstood, ArithmeticError):
        return None
    if right is None:
        return None
    said = Claim(chain, "true under", "the limit of these quotients", (SMALL,))
    return said if right else Claim(chain, "refuted", WRONG, slip="lost factor")


def _slope(left: Node) -> tuple[str, str] | None:
    """The function and the name of what it is differentiated by."""
    if left.kind == "apply" and len(left.args) == 2 and left.args[0].primes == 1:
        return left.args[0].text, plain(left.args[1]).text
    if left.kind not in SLOPES or left.primes or left.text == "2" or len(left.args) != 2:
        return None
    of, by = map(plain, left.args)
    return plain(of.args[0] if of.kind == "apply" else of).text, by.text if by.kind == "name" else ""


def _calls(node: Node, function: str) -> list[Node]:
    return [n for n in node.walk() if n.kind == "apply" and n.args[0].text == function and not n.args[0].primes]


def _moved(call: Node, by: str) -> Node:
    """The argument that differs from call to call."""
    args = list(map(plain, call.args[1:]))
    several = [arg for arg in args if arg.kind == "add" and any(n.text == by for n in arg.args)]
    alone = [arg for arg in args if arg.text == by]
    if len(several) > 1 or not (several or alone):
        raise NotUnderstood("several arguments that are moved")
    return (several or alone)[0]


def _steps(arg: Node, by: str) -> Iterator[str]:
    """What is added to the name: h, or a change of it."""
    for term in arg.args if arg.kind == "add" else ():
        for leaf in _leaves(term):
            if leaf.kind == "change":
                yield CHANGE
            elif leaf.text != by and not _is_unit(leaf):
                yield leaf.text


def _leaves(node: Node) -> Iterator[Node]:
    """The names and changes in an expression, marks aside."""
    if node.kind in ("name", "change"):
        yield node
    else:
        for arg in node.args:
            yield from _leaves(arg)


def _is_unit(name: Node) -> bool:
    """Whether this is a unit vector, as e_i is."""
    return name.text in UNITS and bool(name.subs)


def _is_slope(node: Node, left: tuple[str, str], step: str) -> bool | None:
    """Whether the quotients tend to the slope; none where something else stands in them."""
    known = _without_calls(node, left, step, 0.1, TAYLOR[0])
    if any(leaf.text != step for leaf in _leaves(known)):
        return None
    return all(_near(node, left, step, size, terms) for size in STEPS for terms in TAYLOR)


def _near(node: Node, left: tuple[str, str], step: str, size: float, terms: tuple[float, ...]) -> bool:
    found = value(_without_calls(node, left, step, size, terms), {step: size}, {})
    return abs(found - terms[1]) < CLOSE * size * max(map(abs, terms)) / 10


def _without_calls(node: Node, left: tuple[str, str], step: str, size: float, terms: tuple[float, ...]) -> Node:
    """The node with numbers for the function at its points, and for what is left out at the end."""
    function, by = left
    if node.kind == "change":
        return Node("name", text=step)
    if node.kind == "apply" and node.args[0].text == "O":
        return number(0)
    if node in _calls(node, function):
        there = value(_put(_moved(node, by), by, step), {by: 0.0, step: size}, {})
        return Node("num", text=repr(sum(a * there**n / math.factorial(n) for n, a in enumerate(terms))))
    return node.over(lambda part: _without_calls(part, left, step, size, terms))


def _put(arg: Node, by: str, step: str) -> Node:
    """The argument with 1 for a unit vector, and a change as the step that it is."""
    if arg.kind == "change":
        return Node("name", text=step)
    if arg.kind == "name" and arg.text != by and _is_unit(arg):
        return number(1)
    return arg.over(lambda part: _put(part, by, step))
