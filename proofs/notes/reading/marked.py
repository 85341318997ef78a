r"""Marks below and above as people type them: w_{1 \to 2}, E_{x \sim D}, W^T_{hh}, sums with \underset."""

from __future__ import annotations

from collections.abc import Callable

from lark import Token

from proofs.notes.reading.typed import closed
from proofs.notes.reading.vocabulary import NAMES

ARROWS = (r"\to", r"\rightarrow", "->")
TURNED = ("T", r"\top", r"\intercal")
BELOW, ABOVE = r"\underset", r"\overset"
BIG = (r"\sum", r"\prod", r"\max", r"\min")
PARAMETERS = (r"\theta", r"\phi", r"\psi", r"\pi", "w", "W", r"\omega", r"\mu")
Tokens = list[Token]


def with_marks(tokens: Tokens) -> Tokens:
    """The tokens with marks as they are usually written."""
    for row in ROWS:
        tokens = row(tokens)
    return tokens


def _sign(text: str, at: Token) -> Token:
    return Token("SIGN", text, at.start_pos, line=at.line, end_pos=at.end_pos)


def _under(tokens: Tokens, at: int) -> bool:
    return tokens[at : at + 2] == ["_", "{"]


def _weights(tokens: Tokens) -> Tokens:
    r"""w_{1 \to 2} is w_{1,2}."""
    found = list(tokens)
    for at in (n for n in range(1, len(tokens)) if _under(tokens, n) and _named(tokens[n - 1])):
        inside = [str(token) for token in tokens[at + 2 : closed(tokens, at + 1) - 1]]
        if len(inside) == 3 and inside[1] in ARROWS:
            found[at + 3] = _sign(",", tokens[at + 3])
    return found


def _named(token: Token) -> bool:
    return token.type in ("LETTER", "WORD", "TEXT") or token == "}" or str(token)[1:] in NAMES


def _drawn(tokens: Tokens) -> Tokens:
    r"""E_{x \sim D} is E_x, where D has no parameter: the gradient of E_{a \sim \pi_\theta} is of \pi_\theta too."""
    found: Tokens = []
    at = 0
    while at < len(tokens):
        end = closed(tokens, at + 1) - 1 if _under(tokens, at) else at
        inside = tokens[at:end]
        drawn = next((n for n, token in enumerate(inside) if str(token) == r"\sim"), 0)
        fixed = drawn > 2 and not any(str(token) in PARAMETERS for token in inside[drawn:])
        found += inside[:drawn] if fixed else tokens[at : at + 1]
        at = end if fixed else at + 1
    return found


def _transposes(tokens: Tokens) -> Tokens:
    """w^T_i and W^T_{hh} are w_i^T and W_{hh}^T, of a label or a layer; of two indices they may be an entry."""
    found: Tokens = []
    at = 0
    while at < len(tokens):
        end = _turned(tokens, at)
        last = _label(tokens, end) if end > at and at and _named(tokens[at - 1]) else end
        found += [*tokens[end:last], *tokens[at:end]] if last > end else tokens[at : at + 1]
        at = last if last > end else at + 1
    return found


def _turned(tokens: Tokens, at: int) -> int:
    """Where the transpose that begins here ends."""
    if tokens[at] != "^" or at + 1 >= len(tokens):
        return at
    end = closed(tokens, at + 1) if tokens[at + 1] == "{" else at + 2
    inside = [str(token) for token in tokens[at + 1 : end]]
    return end if len(inside) in (1, 3) and inside[len(inside) // 2] in TURNED else at


def _label(tokens: Tokens, at: int) -> int:
    """Where one mark ends that begins here, which is no pair of indices."""
    if tokens[at : at + 1] != ["_"] or at + 1 >= len(tokens):
        return at
    if tokens[at + 1] != "{":
        return at + 2
    end = closed(tokens, at + 1)
    inside = tokens[at + 2 : end - 1]
    repeated = len(inside) == 2 and inside[0] == inside[1]
    counted = len(inside) == 3 and str(inside[1]) in ("+", "-")
    return end if len(inside) == 1 or repeated or counted else at


def _stacked(tokens: Tokens) -> Tokens:
    r"""\underset{i=1}{\overset{n}{\sum}} is \sum^n_{i=1}."""
    for at in range(len(tokens) - 1, -1, -1):
        if str(tokens[at]) in (BELOW, ABOVE) and tokens[at + 1 : at + 2] == ["{"]:
            middle = closed(tokens, at + 1)
            end = closed(tokens, middle) if tokens[middle : middle + 1] == ["{"] else middle
            big = tokens[middle + 1 : end - 1]
            if big and str(big[0]) in BIG:
                mark = _sign("_" if str(tokens[at]) == BELOW else "^", tokens[at])
                tokens = [*tokens[:at], *big, mark, *tokens[at + 1 : middle], *tokens[end:]]
    return tokens


Row = Callable[[Tokens], Tokens]
ROWS: tuple[Row, ...] = (_stacked, _weights, _drawn, _transposes)
