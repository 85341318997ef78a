"""Chains of slopes that dots go on with: dh_t/dh_{t-1} dh_{t-1}/dh_{t-2} ... dh_{k+1}/dh_k is a product over steps."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace

from proofs.notes.reading.tree import Chain, Node, factors_of, number, plain

BETWEEN, APART = 2, "what holds of two steps is said of any number"
STEPS = ("i", "j", "s", "r")
LAYERS = ("l", "L", "ell")


def without_telescopes(chain: Chain) -> Chain:
    """The chain with each product of slopes with dots, of which every slope goes one step back, as a product."""
    used = {n.text for member in chain.members for n in member.walk() if n.kind == "name"}
    return _two_apart(replace(chain, members=tuple(_product(member, used) for member in chain.members)))


def _two_apart(chain: Chain) -> Chain:
    """A claim about steps t and k, with a product over those between, as the one about t and t - 2."""
    ends = {ends for member in chain.members for n in member.walk() if n.kind == "prod" for ends in [_ends(n)]}
    pair = ends.pop() if len(ends) == 1 else None
    if pair is None:
        return chain
    members = tuple(_at(member, *pair) for member in chain.members)
    return replace(chain, members=members, said=(*chain.said, APART))


def _ends(product: Node) -> tuple[str, str] | None:
    """t and k of a product from k + 1 to t, over what has its letter as a step."""
    lower, upper, body = product.args
    if lower.kind != "compare" or lower.text != "=" or plain(upper).kind != "name":
        return None
    first, letter = _sum(plain(lower.args[1]), 0), plain(lower.args[0]).text
    slopes = [n for n in body.walk() if n.kind == "derivative"]  # what only defines something holds of all steps
    stepped = any(sub.text == letter for slope in slopes for n in slope.walk() for sub in n.subs)
    return (plain(upper).text, first[0]) if first and stepped and first[0] != plain(upper).text else None


def _at(node: Node, last: str, first: str) -> Node:
    """An expression with t - 2 for k, and its products written out."""
    if node.kind == "prod" and _ends(node) == (last, first):
        letter, start = plain(node.args[0].args[0]).text, _sum(plain(node.args[0].args[1]), 0)
        steps = range(0, (start[1] if start else 0) - BETWEEN - 1, -1)
        return _times([_moved(node.args[2], letter, last, far) for far in steps] or [number(1)])
    return _moved(node, first, last, -BETWEEN, _at)


def _moved(node: Node, letter: str, last: str, far: int, inside: Callable[..., Node] | None = None) -> Node:
    """An expression with t + far in the place of a letter below names."""
    args = tuple(inside(a, last, letter) if inside else _moved(a, letter, last, far) for a in node.args)
    subs = tuple(_stepped(sub, letter, last, far) for sub in node.subs)
    return replace(node, args=args, subs=subs)


def _stepped(sub: Node, letter: str, last: str, far: int) -> Node:
    found = _sum(sub, 0)
    if found is None or found[0] != letter:
        return sub
    size, name = found[1] + far, Node("name", text=last)
    more = Node("neg", (number(-size),)) if size < 0 else number(size)
    return Node("add", (name, more)) if size else name


def _product(member: Node, used: set[str]) -> Node:
    factors = list(factors_of(member))
    at = [n for n, factor in enumerate(factors) if factor.kind == "gap"]
    if len(at) != 1 or not 0 < at[0] == len(factors) - 2:
        return member
    before, last = factors[: at[0]], factors[-1]
    start = next((n for n, factor in enumerate(before) if _step(factor)), len(before))
    first = before[start:]
    linked = all(plain(a.args[1]) == plain(b.args[0]) for a, b in itertools.pairwise(first))
    if not first or not all(map(_step, first)) or not _step(last) or not linked:
        return member
    letter = next((name for name in _letters(last) if name not in used), "")
    body = _one(first[0], letter)
    if not letter or body != _one(last, letter):
        return member
    compare = Node("compare", (Node("name", text=letter), _mark(last.args[0])), "=")
    whole = Node("prod", (compare, _mark(first[0].args[0]), body), span=member.span)
    return _times([*before[:start], whole])


def _letters(slope: Node) -> Sequence[str]:
    layered = bool(plain(slope.args[0]).sups)
    return ("ell",) if layered else STEPS


def _mark(name: Node) -> Node:
    """The step of h_t, the layer of a^l."""
    name = plain(name)
    return plain((name.subs or name.sups)[0])


def _step(slope: Node) -> bool:
    """Whether it is of a name by the same name one step or layer before."""
    if slope.kind != "derivative" or len(slope.args) != 2 or slope.primes:
        return False
    above, below = map(plain, slope.args)
    marks = [(name.subs, name.sups) for name in (above, below) if name.kind == "name" and not name.primes]
    single = len(marks) == 2 and all(len(subs) + len(sups) == 1 for subs, sups in marks)
    alike = single and above.text == below.text and bool(above.subs) == bool(below.subs)
    return alike and _sum(_mark(above), -1) == _sum(_mark(below), 0)


def _sum(mark: Node, more: int) -> tuple[str, int] | None:
    """t + 1 as t and 1, with more added to it."""
    if mark.kind == "name" and not (mark.subs or mark.sups):
        return mark.text, more
    if mark.kind != "add" or len(mark.args) != 2 or mark.args[0].kind != "name":
        return None
    size = plain(mark.args[1].args[0] if mark.args[1].kind == "neg" else mark.args[1])
    known = size.kind == "num" and size.text.isdigit()
    return (mark.args[0].text, more + int(size.text) * (-1 if mark.args[1].kind == "neg" else 1)) if known else None


def _one(slope: Node, letter: str) -> Node:
    """The slope at a letter: dh_i/dh_{i-1}."""
    name = Node("name", text=letter)
    before = Node("add", (name, Node("neg", (number(1),))))
    args = tuple(_with(plain(arg), mark) for arg, mark in zip(slope.args, (name, before), strict=True))
    return slope.with_args(*args)


def _with(name: Node, mark: Node) -> Node:
    if name.subs:
        return replace(name, subs=(mark,))
    (old,) = name.sups
    return replace(name, sups=(old.with_args(mark) if old.kind == "group" else mark,))


def _times(factors: list[Node]) -> Node:
    whole = factors[0]
    for factor in factors[1:]:
        whole = Node("mul", (whole, factor))
    return whole
