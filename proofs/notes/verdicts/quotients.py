"""Difference quotients: f'(x) is nearly (f(x + h) - f(x - h)) / 2h, for all functions and the lowest order in h.

A sum of w f(x + c h) over D h^n has the slope of order n if the sums of w c^m are 0 for m < n, and that of w c^n D n!.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from proofs.notes.evaluation.point import CALLED
from proofs.notes.reading.tree import Chain, Node, factors_of, plain
from proofs.notes.verdicts.claim import Claim

HOLDS = "the difference quotient has this limit, whatever the function is"
FAILS = "the difference quotient has another limit"
DIRECTIONS = ("e", "error e", "u")  # unit vectors, by their index
LOWEST = "to the lowest order in the step"


class NoQuotient(Exception):
    """It is no quotient of differences of one function."""


@dataclass(frozen=True)
class _Slope:
    head: str
    by: Node
    order: int


def quotient(_: object, chain: Chain) -> Claim | None:
    """The verdict on a slope that is nearly a quotient of differences of the same function; None for all else."""
    if set(chain.signs) != {"~"} or chain.condition is not None or len(chain.members) != 2:
        return None
    try:
        slope = _slope(plain(chain.members[0]))
        right = _right(slope, plain(chain.members[1]))
    except NoQuotient:
        return None
    found = ("true under", HOLDS, (LOWEST,)) if right else ("refuted", FAILS, ())
    return Claim(chain, *found)


def _slope(left: Node) -> _Slope:
    """f'(x), df/dx, and the second ones."""
    if left.kind == "apply" and left.args[0].primes and len(left.args) == 2:
        return _Slope(left.args[0].text, plain(left.args[1]), left.args[0].primes)
    of, *by = map(plain, left.args) if left.kind == "derivative" else [Node("none")]
    head = of.args[0] if of.kind == "apply" else of
    squared = len(by) == 1 and left.primes == 1 and [sup.text for sup in by[0].sups] == ["2"]
    if head.kind != "name" or len({*by}) != 1 or (left.primes and not squared) or head.text in CALLED:
        raise NoQuotient
    return _Slope(head.text, Node("name", text=by[0].text, subs=by[0].subs), 2 if squared else len(by))


def _right(slope: _Slope, member: Node) -> bool:
    above, below = _parts(member)
    divisor, power, step = _monomial(below)
    terms = [(weight, _steps(call, slope, step)) for weight, call in _terms(above, slope)]
    sums = [sum((w * c**m for w, c in terms), Fraction(0)) for m in range(slope.order + 1)]
    return not any(sums[:-1]) and sums[-1] == divisor * math.factorial(slope.order) and power == slope.order


def _parts(member: Node) -> tuple[Node, Node]:
    """What stands above and below the line; 1/h before a bracket too."""
    if member.kind in ("frac", "div"):
        return plain(member.args[0]), plain(member.args[1])
    first, second = map(plain, member.args) if member.kind in ("mul", "times") else (member, member)
    if first.kind != "frac" or plain(first.args[0]) != Node("num", text="1"):
        raise NoQuotient
    return second, plain(first.args[1])


def _monomial(node: Node) -> tuple[Fraction, int, Node]:
    """The number, the power and the name of a number times a step."""
    number, names = Fraction(1), []
    for factor in factors_of(node):
        if factor.kind == "num":
            number *= Fraction(factor.text)
        else:
            names.append(factor)
    if len(names) != 1 or names[0].kind not in ("name", "change") or any(sup.kind != "num" for sup in names[0].sups):
        raise NoQuotient
    power = int(names[0].sups[0].text) if names[0].sups else 1
    return number, power, names[0] if names[0].kind == "change" else Node("name", text=names[0].text)


def _terms(node: Node, slope: _Slope) -> Iterator[tuple[Fraction, Node]]:
    """The values of the function, each with its weight."""
    for sign, term in _added(node):
        number, calls = sign, []
        for factor in factors_of(term):
            if factor.kind == "num":
                number *= Fraction(factor.text)
            else:
                calls.append(factor)
        if len(calls) != 1 or calls[0].kind != "apply" or calls[0].args[0] != Node("name", text=slope.head):
            raise NoQuotient
        yield number, calls[0]


def _added(node: Node) -> Iterator[tuple[Fraction, Node]]:
    node = plain(node)
    for term in node.args if node.kind == "add" else (node,):
        negative = term.kind == "neg"
        yield Fraction(-1 if negative else 1), plain(term.args[0]) if negative else plain(term)


def _steps(call: Node, slope: _Slope, step: Node) -> Fraction:
    """How many steps the argument of a call is away from the point of the slope."""
    whole = Node("name", text=slope.by.text)
    point = slope.by if any(slope.by in arg.walk() for arg in call.args[1:]) else whole
    own = [arg for arg in call.args[1:] if point in arg.walk()]
    if len(own) != 1 or any(step in arg.walk() for arg in call.args[1:] if arg is not own[0]):
        raise NoQuotient
    moved = [(sign, term) for sign, term in _added(own[0]) if (sign, term) != (Fraction(1), point)]
    if len(moved) + 1 != len(list(_added(own[0]))):
        raise NoQuotient
    along = slope.by.subs if point != slope.by else ()
    return sum((sign * _count(term, step, along) for sign, term in moved), Fraction(0))


def _count(term: Node, step: Node, along: tuple[Node, ...]) -> Fraction:
    """The k of a term k h, or of h/k; of k h e_i, where that is the direction."""
    if term.kind in ("frac", "div"):
        return _count(plain(term.args[0]), step, along) / _number(plain(term.args[1]))
    factors = list(factors_of(term))
    if along:
        directions = [f for f in factors if f.kind == "name" and f.subs == along and f.text in DIRECTIONS]
        factors = [factor for factor in factors if factor not in directions]
        if len(directions) != 1:
            raise NoQuotient
    if factors.count(step) != 1:
        raise NoQuotient
    return math.prod((_number(factor) for factor in factors if factor != step), start=Fraction(1))


def _number(node: Node) -> Fraction:
    if node.kind != "num":
        raise NoQuotient
    return Fraction(node.text)
