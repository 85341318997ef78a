"""Brackets that were forgotten, put where all places that they may have say the same; and asides in brackets."""

from __future__ import annotations

from collections.abc import Iterator

from lark import Token

from proofs.notes.reading.vocabulary import ORDERS, PRODUCTS, RELATIONS

OPENING, CLOSING = ("(", "["), (")", "]")
SUMS = ("+", "-", r"\pm", ",", ";", ":", "&")
CLOSED = "a bracket that is missing stands around the whole product"
CALLED = (r"\sigma", r"\phi", r"\varphi", "f", "g")  # what is a function where a bracket stands behind it
TAKING = (r"\frac", r"\dfrac", r"\tfrac", "^", "_")  # before the first of two arguments, or a mark
Tokens = list[Token]


def mended(tokens: Tokens) -> tuple[Tokens, bool]:
    """A row with the one bracket that it lacks, if what it must hold is a single product; and whether it lacked one."""
    lone = list(_lone(tokens))
    if len(lone) != 1:
        return tokens, False
    at = lone[0]
    opened = str(tokens[at]) in OPENING
    start, end = (at + 1, _end(tokens, at + 1)) if opened else (_start(tokens, at), at)
    if not _product(tokens[start:end]) or (opened and _calls(tokens, at)):
        return tokens, False
    place = end if opened else start
    sign = Token("SIGN", ")" if opened else "(", tokens[at].start_pos, line=tokens[at].line, end_pos=tokens[at].end_pos)
    return [*tokens[:place], sign, *tokens[place:]], True


def unbraced(tokens: Tokens) -> Tokens:
    r"""\sigma{(z)} is \sigma(z): braces around nothing but the brackets of a call are no group."""
    left_out = {n for at in range(len(tokens) - 4) if _calls_in_braces(tokens, at) for n in _braces(tokens, at + 1)}
    return [token for n, token in enumerate(tokens) if n not in left_out]


def _calls_in_braces(tokens: Tokens, at: int) -> bool:
    argument = at > 0 and str(tokens[at - 1]) in TAKING
    return not argument and str(tokens[at]) in CALLED and tokens[at + 1 : at + 3] == ["{", "("]


def _braces(tokens: Tokens, at: int) -> tuple[int, ...]:
    """The places of a brace and its partner, if the bracket behind the one ends before the other."""
    depth = 0
    for n in range(at + 1, len(tokens) - 1):
        depth += (str(tokens[n]) in (*OPENING, "{")) - (str(tokens[n]) in (*CLOSING, "}"))
        if depth == 0:
            return (at, n + 1) if tokens[n + 1] == "}" else ()
    return ()


def _lone(tokens: Tokens) -> Iterator[int]:
    """The places of brackets that have no partner within their braces."""
    stack: list[int] = []
    for n, token in enumerate(tokens):
        text = str(token)
        if text in (*OPENING, "{") or token.type == "BEGIN":
            stack.append(n)
        elif text == "}" or token.type == "END":
            while stack and str(tokens[stack[-1]]) in OPENING:
                yield stack.pop()
            stack = stack[:-1]
        elif text in CLOSING and stack and str(tokens[stack[-1]]) in OPENING:
            stack.pop()
        elif text in CLOSING:
            yield n
    yield from (n for n in stack if str(tokens[n]) in OPENING)


def _end(tokens: Tokens, at: int) -> int:
    """Where the braces around a place close, or a relation or the row ends what stands there."""
    depth = 0
    for n in range(at, len(tokens)):
        text = str(tokens[n])
        depth += (text in (*OPENING, "{")) - (text in (*CLOSING, "}"))
        if depth < 0 or (depth == 0 and (text in RELATIONS or text in ORDERS)):
            return n
    return len(tokens)


def _start(tokens: Tokens, at: int) -> int:
    depth = 0
    for n in range(at - 1, -1, -1):
        text = str(tokens[n])
        depth += (text in (*CLOSING, "}")) - (text in (*OPENING, "{"))
        if depth < 0 or (depth == 0 and (text in RELATIONS or text in ORDERS)):
            return n + 1
    return 0


def _product(tokens: Tokens) -> bool:
    """Whether no sum, list or remark stands outside of brackets."""
    depth = 0
    for token in tokens:
        text = str(token)
        depth += (text in (*OPENING, "{")) - (text in (*CLOSING, "}"))
        if depth == 0 and (text in SUMS or token.type in ("ROW", "QUAD", "TEXT", "BEGIN", "END")):
            return False
    return bool(tokens)


def _calls(tokens: Tokens, at: int) -> bool:
    """Whether a bracket may hold the argument of what stands before it."""
    before = tokens[at - 1] if at else None
    named = before is not None and before.type in ("LETTER", "WORD", "COMMAND", "TEXT") and str(before) not in PRODUCTS
    return named or str(before) in ("}", "'", ")", "]")


def without_asides(tokens: Tokens) -> Tokens:
    """(where a = b), behind a space, as a clause of its own."""
    pairs = (aside(tokens, n) for n in range(1, len(tokens) - 1))
    dropped = {place for pair in pairs for place in pair}
    return [t for n, t in enumerate(tokens) if n not in dropped]


def aside(tokens: Tokens, at: int) -> tuple[int, ...]:
    """The places of the two brackets, if one with words begins here and ends what it stands in."""
    begins = tokens[at] == "(" and tokens[at + 1].type == "TEXT" and tokens[at - 1].type == "QUAD"
    end = _end(tokens, at + 1) if begins else at
    while begins and end < len(tokens) and str(tokens[end]) in (*RELATIONS, *ORDERS):
        end = _end(tokens, end + 1)
    ends = begins and end < len(tokens) and tokens[end] == ")"
    return (at, end) if ends and _last(tokens[end + 1 :]) else ()


def _last(after: Tokens) -> bool:
    return not after or after[0].type == "ROW" or str(after[0]) in (".", ",")
