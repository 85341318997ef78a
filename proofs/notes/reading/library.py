"""Calls of NumPy in formulas: np.dot(W, x), np.multiply(a, b), np.sum(dZ, axis=1, keepdims=True)."""

from __future__ import annotations

import re
from collections.abc import Callable

from lark import Token

from proofs.notes.reading.tree import Node, NotUnderstood, plain
from proofs.notes.reading.vocabulary import FUNCTIONS

PREFIX = re.compile(r"(\\(text|mathrm|mathtt|texttt|operatorname)\s*\{)?\s*(np|numpy)\s*\.\s*([a-z]+)\s*\}?$")
LONGEST = 16
Tokens = list[Token]
Row = Callable[[list[Node], dict[str, Node]], Node]


def called_by_name(tokens: Tokens) -> Tokens:
    """The tokens with np.sum before a bracket as one word."""
    found: Tokens = []
    at = 0
    while at < len(tokens):
        size = _size(tokens, at)
        found.append(_word(tokens[at : at + size]) if size else tokens[at])
        at += max(size, 1)
    return found


def _size(tokens: Tokens, at: int) -> int:
    """How many tokens the name of a function has that begins here, up to its bracket."""
    begins = str(tokens[at]) in ("n", "numpy") or "np." in tokens[at] or "np" in tokens[at + 2 : at + 3]
    if not (begins or str(tokens[at]) in FONTS):
        return 0
    end = next((n for n in range(at, min(at + LONGEST, len(tokens))) if str(tokens[n]) == "("), at)
    return end - at if PREFIX.match("".join(map(str, tokens[at:end]))) else 0


FONTS = (r"\mathrm", r"\mathtt", r"\texttt", r"\operatorname")


def _word(tokens: Tokens) -> Token:
    found = PREFIX.match("".join(map(str, tokens)))
    assert found is not None
    first, last = tokens[0], tokens[-1]
    return Token("WORD", f"np.{found[4]}", first.start_pos, line=first.line, end_pos=last.end_pos)


def computed(name: str, args: list[Node]) -> Node:
    """What a call is, in the notation of formulas."""
    named = {plain(arg.args[0]).text: plain(arg.args[1]) for arg in args if arg.kind == "compare" and arg.text == "="}
    given = [arg for arg in args if arg.kind != "compare"]
    row = ROWS.get(name.removeprefix("np."))
    if row is None or len(given) + len(named) != len(args):
        raise NotUnderstood(f"{name} of {len(args)} arguments")
    return row(given, named)


def _pair(kind: str) -> Row:
    def row(given: list[Node], named: dict[str, Node]) -> Node:
        if len(given) != 2 or named:
            raise NotUnderstood(f"a product of {len(given)} arguments")
        return Node("group", (Node(kind, tuple(Node("group", (arg,), text="(") for arg in given)),), text="(")

    return row


def _sum(given: list[Node], named: dict[str, Node]) -> Node:
    if len(given) != 1 or named.keys() - {"axis", "keepdims", "keepdim"}:
        raise NotUnderstood("a sum that is called with something else")
    axis = named.get("axis", Node("none"))
    if axis.kind == "none":
        return Node("total", (given[0],))
    if axis.kind != "num" or axis.text not in ("0", "1"):
        raise NotUnderstood("a sum along another axis than 0 and 1")
    return Node("total", (given[0],), axis.text)


def _function(name: str) -> Row:
    def row(given: list[Node], named: dict[str, Node]) -> Node:
        if len(given) != 1 or named:
            raise NotUnderstood(f"{name} of {len(given)} arguments")
        return Node("apply", (Node("name", text=name), given[0]), "(")

    return row


def _transpose(given: list[Node], named: dict[str, Node]) -> Node:
    if len(given) != 1 or named:
        raise NotUnderstood("a transpose of several arguments")
    return Node("transpose", (Node("group", (given[0],), text="("),))


ROWS: dict[str, Row] = {
    **dict.fromkeys(("dot", "matmul"), _pair("mul")),
    "multiply": _pair("hadamard"),
    "sum": _sum,
    "transpose": _transpose,
    **{name: _function(FUNCTIONS[name]) for name in ("exp", "log", "tanh", "sin", "cos")},
}
