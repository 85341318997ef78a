"""Slips of update rules: how one expression differs from another by a sign, a rate, a root, a square or a weight."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from proofs.notes.reading.tree import SLOPES, Chain, Node, plain

Names = frozenset[str]
ANOTHER = "another quantity"


@dataclass(frozen=True)
class Edit:
    """An expression with one slip undone; `top` says that a term of the whole changed its sign."""

    body: Node
    slip: str
    top: bool = False
    place: tuple[int, int] = (0, 0)
    text: str = ""


Row = Callable[[Node, Names], Iterator[Edit]]
ROWS: list[Row] = []


def slip(row: Row) -> Row:
    """Register the ways to undo a slip at a node."""
    ROWS.append(row)
    return row


def edits(chain: Chain, rates: Names) -> Iterator[Edit]:
    """The right side of an assignment with one slip undone."""
    yield from _all(chain.members[1], rates, True)


def _all(node: Node, rates: Names, top: bool) -> Iterator[Edit]:
    for row in ROWS:
        yield from (replace(edit, top=top and edit.slip == "sign") for edit in row(node, rates))
    for n, arg in enumerate(node.args):
        inside = top and node.kind in ("group", "neg")
        for edit in _all(arg, rates, inside):
            yield replace(edit, body=node.with_args(*node.args[:n], edit.body, *node.args[n + 1 :]))


@slip
def _sign(node: Node, rates: Names) -> Iterator[Edit]:
    if node.kind != "add":
        return
    for n, arg in enumerate(node.args[1:], 1):
        other, sign = (arg.args[0], "+") if arg.kind == "neg" else (Node("neg", (arg,), span=arg.span), "-")
        body = node.with_args(*node.args[:n], other, *node.args[n + 1 :])
        yield Edit(body, "sign", place=(arg.span[0], arg.span[0]), text=sign)


@slip
def _rate(node: Node, rates: Names) -> Iterator[Edit]:
    """Another of the numbered rates."""
    if node.kind != "name" or len(node.subs) != 1 or _written(node) not in rates:
        return
    for other in sorted(rates - {_written(node)}):
        base, _, number = other.partition("_")
        if base == node.text and number.isdigit():
            sub = Node("num", text=number)
            yield Edit(replace(node, subs=(sub,)), "another rate", place=node.subs[0].span, text=number)


def _written(name: Node) -> str:
    return name.text + "".join(f"_{sub.text}" for sub in name.subs)


@slip
def _root(node: Node, rates: Names) -> Iterator[Edit]:
    if node.kind == "apply" and node.args[0].text == "sqrt":
        yield Edit(node.args[1], "lost root")
    elif node.kind == "name" and _written(node) not in rates and not node.sups:
        yield Edit(Node("apply", (Node("name", text="sqrt"), node), text="("), "lost root")


@slip
def _square(node: Node, rates: Names) -> Iterator[Edit]:
    two = Node("num", text="2")
    if node.kind == "pow" and node.args[1] == two:
        yield Edit(node.args[0], "lost square")
    elif node.kind == "name" and two in node.sups:
        yield Edit(replace(node, sups=tuple(sup for sup in node.sups if sup != two)), "lost square")
    elif node.kind in ("name", *SLOPES) and _written(node) not in rates:
        yield Edit(Node("pow", (node, two)), "lost square")


@slip
def _share(node: Node, rates: Names) -> Iterator[Edit]:
    """The weight of the old and that of the new are beta and 1 - beta."""
    inside = plain(node)
    if node.kind == "name" and _written(node) in rates and not node.sups:
        yield Edit(Node("add", (Node("num", text="1"), Node("neg", (node,)))), "the same weight for old and new")
    elif node.kind == "group" and inside.kind == "add" and len(inside.args) == 2 and inside.args[1].kind == "neg":
        yield Edit(inside.args[1].args[0], "the same weight for old and new")


def powered(node: Node, rates: Names) -> Node:
    """With the number of the step above a rate, where a quotient is by 1 less this rate."""
    node = node.inside(lambda arg: powered(arg, rates))
    below = plain(node.args[1]) if node.kind in ("frac", "div") else node
    if below is node or below.kind != "add" or len(below.args) != 2 or below.args[1].kind != "neg":
        return node
    one, rate = below.args[0], plain(below.args[1].args[0])
    if one != Node("num", text="1") or rate.kind != "name" or rate.sups or _written(rate) not in rates:
        return node
    raised = replace(rate, sups=(Node("name", text="t"),))
    return node.with_args(node.args[0], below.with_args(one, Node("neg", (raised,))))


def differential(chain: Chain, name: str, other: str) -> Edit | None:
    """The text with dw for db, where this is written once."""
    found = [n for n in chain.members[1].walk() if n.kind == "name" and n.text == f"d {name}"]
    if len(found) != 1 or found[0].span[1] - found[0].span[0] != len(f"d{name}") or len(other) != 1:
        return None
    end = found[0].span[1]
    return Edit(chain.members[1], ANOTHER, place=(end - len(name), end), text=other)


def written(edit: Edit, latex: str) -> tuple[tuple[int, int, str], ...]:
    """The edit of the text, where it is one: the sign before a place, or a number or letter."""
    start, end = edit.place
    if edit.slip in ("another rate", ANOTHER):
        return ((start, end, edit.text),)
    if edit.slip != "sign":
        return ()
    at = start if latex[start : start + 1] in ("-", "\u2013", "\u2212") else _before(latex, start)
    return ((at, at + 1, edit.text),) if at >= 0 else ()


def _before(latex: str, start: int) -> int:
    found = len(latex[:start].rstrip()) - 1
    return found if latex[found : found + 1] == "+" else -1
