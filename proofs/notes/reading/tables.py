"""How brackets that are no parentheses are read: bars and norms, matrices, cases."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from lark import Token

from proofs.notes.reading.alternatives import nowhere, said, table
from proofs.notes.reading.conditions import all_of, spoken
from proofs.notes.reading.forms import atoms
from proofs.notes.reading.lookahead import level
from proofs.notes.reading.reader import Reader, prefix
from proofs.notes.reading.signs import CLOSED, OPENED
from proofs.notes.reading.tree import Node, NotUnderstood
from proofs.notes.reading.vocabulary import FUNCTIONS, MATRICES

FONT = re.compile(r"\\(text|textrm|mathrm|rm|mathsf|mathbf|mathcal)(?![a-z])|\\ell_|[{}\s]")


def _barred(kind: str, *ends: str) -> Callable[[Reader], Node]:
    def row(r: Reader) -> Node:
        start = r.at
        r.next()
        outer, r.barred = r.barred, True
        inside = r.expression()
        r.barred = outer
        if not r.take(*ends):
            raise NotUnderstood("a bar that is not closed")
        below = ""
        if kind == "norm" and r.take("_"):
            below = FONT.sub("", "".join(map(str, r.braced())))
        return r.node("norm" if kind == "abs" and _squared(r) else kind, start, inside, text=below)

    return row


@prefix("|")
def bars(r: Reader) -> Node:
    """|x|, or a norm where two bars stand together: ||x||."""
    if r.peek(1) != "|":
        inside = _barred("abs", "|", r"\rvert", r"\vert")(r)
        return replace(inside, kind="norm", text="".join(map(str, r.braced()))) if _of_order(r) else inside
    start = r.at
    r.at += 2
    outer, r.barred = r.barred, True
    inside = r.expression()
    r.barred = outer
    if not (r.take("|") and r.take("|")):
        raise NotUnderstood("a bar that is not closed")
    return r.node("norm", start, inside, text="".join(map(str, r.braced())) if r.take("_") else "")


def _squared(r: Reader) -> bool:
    """Whether |w|^2 is written, of a vector its norm, and of a number the same; beside other bars it is of numbers."""
    above = [str(token) for token in r.tokens[r.at : r.at + 4]]
    alone = sum(str(token) in ("|", r"\lvert", r"\vert") for token in r.tokens) <= 2
    return alone and (above[:2] == ["^", "2"] or above == ["^", "{", "2", "}"])


def _of_order(r: Reader) -> bool:
    """Whether a norm says which it is: |w|_1, but not a value at a point."""
    tokens = [str(token) for token in r.tokens[r.at : r.at + 4]]
    return tokens[:1] == ["_"] and tokens[1 + (tokens[1:2] == ["{"]) :][0:1] in (["1"], ["2"], ["F"]) and r.take("_")


for _kind, _open, _ends in (
    ("abs", (r"\lvert", r"\vert"), ("|", r"\rvert", r"\vert")),
    ("norm", (r"\|", r"\lVert", r"\Vert"), (r"\|", r"\rVert", r"\Vert")),
):
    prefix(*_open)(_barred(_kind, *_ends))


@atoms("BEGIN")
def environment(r: Reader) -> Node:
    """A matrix, or cases."""
    start, token = r.at, str(r.next())
    name = token[token.index("{") + 1 : token.index("}")].rstrip("*")
    tokens = _until_end(r)
    if name in MATRICES:
        rows = list(_rows(r, table(tokens)))
        if len({len(row) for row in rows}) != 1:
            raise NotUnderstood("a matrix with rows of different lengths")
        return r.node("matrix", start, *(Node("row", tuple(row)) for row in rows))
    if name in ("cases", "dcases"):
        return r.node("cases", start, *(_case(r, row) for row in table(tokens) if not nowhere(row)))
    raise NotUnderstood(f"the environment {name}")


@prefix(r"\pmatrix", r"\bmatrix", r"\matrix")
def plain_matrix(r: Reader) -> Node:
    r"""\pmatrix{a & b}; around one quantity it is a pair of brackets."""
    start = r.at
    r.next()
    rows = list(_rows(r, table(r.braced())))
    if len(rows) == len(rows[0]) == 1:
        return r.node("group", start, rows[0][0], text="(")
    if len({len(row) for row in rows}) != 1:
        raise NotUnderstood("a matrix with rows of different lengths")
    return r.node("matrix", start, *(Node("row", tuple(row)) for row in rows))


def _rows(r: Reader, rows: list[list[list[Token]]]) -> Iterator[list[Node]]:
    """The cells; a row of dots alone is as long as the others."""
    for row in rows:
        dotted = all(len(cell) == 1 and cell[0].type == "DOTS" for cell in row if cell)
        yield [Node("gap")] * max(map(len, rows)) if dotted else [part for cell in row for part in _cells(r, cell)]


def _cells(r: Reader, cell: list[Token]) -> list[Node]:
    """What stands in a cell, or between the commas of a row that is written as a list."""
    inner = r.inner(cell)
    if not any(str(cell[n]) == "," for n in level(cell, 0)):
        return [inner.whole()]
    found = inner.items()
    if inner.at < len(inner.tokens):
        raise NotUnderstood(f"{inner.peek()} cannot stand here")
    return found


def _until_end(r: Reader) -> list[Token]:
    depth, start = 1, r.at
    while depth:
        depth += {"BEGIN": 1, "END": -1}.get(r.next().type, 0)
    return r.tokens[start : r.at - 1]


def _case(r: Reader, row: list[list[Token]]) -> Node:
    """A value and its condition, which is `otherwise` where words say so."""
    tokens = [part for cell in row for t in cell for part in (t, *spoken(t))]
    words = list(_words(tokens))
    cut = min([*words, len(row[0])] if row[1:] or not words else words)
    value = r.inner(tokens[:cut]).whole()
    rest = all_of(tokens[cut:], r)
    return Node("case", (value, rest) if rest else (value,))


def _words(tokens: list[Token]) -> Iterator[int]:
    r"""Where words, commas and spaces stand that part a value from its condition: not in brackets, nor \text{sign}."""
    depth = 0
    for n, token in enumerate(tokens):
        depth += (str(token) in OPENED) - (str(token) in CLOSED)
        function = token.type == "TEXT" and said(token) in FUNCTIONS
        if depth == 0 and not function and (token.type in ("TEXT", "QUAD") or token == ","):
            yield n
