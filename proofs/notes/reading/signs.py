r"""Signs that are written in several tokens, or by a name, as the one that they are: \not=, \dot=, \mathbin{@}, += ."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lark import Token

from proofs.notes.reading.vocabulary import NAMES, RELATIONS

CLASSES = (r"\mathbin", r"\mathrel")
TOGETHER: dict[tuple[str, ...], str] = {
    (r"\not", "="): r"\neq",
    (r"\dot", "="): r"\doteq",
    (r"\dot", "{", "=", "}"): r"\doteq",
    ("=", "="): "=",
    (r"\part",): r"\partial",
    (r"\bigtriangledown",): r"\nabla",
    (r"\triangledown",): r"\nabla",
    (r"\div",): "/",
    (r"\lang",): r"\langle",
    (r"\rang",): r"\rangle",
    **{(rf"\text{{{sign}}}",): sign for sign in "+-*="},
    (r"\text{\*}",): "*",
}
STACKED = (r"\overset", r"\stackrel")
ABOVE = {r"\sim": r"\tilde", r"\wedge": r"\hat", "-": r"\bar", r"\to": r"\vec", r"\rightarrow": r"\vec"}
STEPS = ("+", "-")
BOUNDS, FAR = re.compile(r"\^(\{[^{}]*\}|\w)_\{\w="), 16  # \Sigma^n_{i=1}, its bounds the other way round
OPENED, CLOSED = ("(", "[", "{", r"\{"), (")", "]", "}", r"\}")
OPERANDS = ((")", "]", "}"), ("(", "[", r"\frac", r"\dfrac"))  # on both sides of a dot with space before it
ENDING = (Token("ENDING", ""),) * 2
Tokens = list[Token]


def joined(tokens: Tokens) -> Tokens:
    """The tokens with one for each such sign; what only says what kind of sign one is has no part in it."""
    found: Tokens = []
    at = 0
    while at < len(tokens):
        sign, size = _sign(tokens, at)
        found.append(_spanning(sign, tokens[at : at + size]) if sign else tokens[at])
        at += size
    return found


def _sign(tokens: Tokens, at: int) -> tuple[str, int]:
    """The sign that begins here and how many tokens it has; no sign, and one."""
    if str(tokens[at]) in CLASSES:
        inside = [str(token) for token in tokens[at + 1 : at + 4]]
        if inside[:1] == ["{"] and inside[2:] == ["}"] and tokens[at + 2].type != "LETTER":
            return inside[1], 4
        if inside and inside[0] != "{":
            return inside[0], 2
    if str(tokens[at]) in STACKED:
        return _accent(tokens, at)
    if tokens[at] == r"\Sigma" and BOUNDS.match("".join(map(str, tokens[at + 1 : at + FAR]))):
        return r"\sum", 1
    if tokens[at] == "." and at:
        return _dot(tokens, at), 1
    for row, sign in TOGETHER.items():
        if tuple(map(str, tokens[at : at + len(row)])) == row:
            return sign, len(row)
    return "", 1


def _accent(tokens: Tokens, at: int) -> tuple[str, int]:
    r"""\overset{\sim}{y} is \tilde{y}; over a relation it says which one is meant."""
    braced = tokens[at + 1 : at + 2] == ["{"]
    end = at + 2 + 2 * braced
    mark, over = tokens[at + 1 + braced : at + 2 + braced], tokens[end : end + 2]
    letter = over[1:] if over[:1] == ["{"] else over[:1]
    named = letter and (letter[0].type == "LETTER" or str(letter[0])[1:] in NAMES)
    accent = ABOVE.get(str(mark[0])) if mark and named else None
    return (accent, end - at) if accent else ("", 1)


def _dot(tokens: Tokens, at: int) -> str:
    """(a - b).c and W.[h, x] and W.x_t, without a space, are products, X.T is a transpose; a.size is none of these."""
    before, first, second = [*tokens[at - 1 : at + 3], *ENDING][:1] + [*tokens[at + 1 : at + 3], *ENDING][:2]
    if before.end_pos != tokens[at].start_pos and (str(before) in OPERANDS[0] and str(first) in OPERANDS[1]):
        return r"\cdot"
    if before.end_pos != tokens[at].start_pos or tokens[at].end_pos != first.start_pos:
        return ""
    closed, word = str(before) in (")", "]"), second.type == "LETTER" and first.end_pos == second.start_pos
    factor = closed or before.type == "LETTER" or before == "}"
    if first == "T":
        return "^" if factor and not word and str(second) not in ("_", "^", "'", "(") else ""
    indexed = first.type == "LETTER" and not word and (closed or second == "_")
    multiplies = str(first) in ("(", "[") or indexed
    return r"\cdot" if factor and multiplies else ""


def _spanning(sign: str, tokens: Tokens) -> Token:
    kind = "COMMAND" if sign.startswith("\\") else "SIGN"
    first, last = tokens[0], tokens[-1]
    return Token(kind, sign, first.start_pos, line=first.line, end_pos=last.end_pos)


def increments(clause: Tokens) -> Tokens:
    """w += a is w := w + (a), as programs have it; what has another relation beside stays as it is."""
    related = list(_related(clause))
    at = related[0] if len(related) == 1 else 0
    left, sign, right = clause[: max(at - 1, 0)], clause[at - 1 : at], clause[at + 1 :]
    if not (left and right and sign[0] in STEPS and clause[at] == "=" and sign[0].end_pos == clause[at].start_pos):
        return clause
    assigns = Token("ARROW", ":=", sign[0].start_pos, line=sign[0].line, end_pos=clause[at].end_pos)
    opened, closed = (_spanning(bracket, right) for bracket in "()")
    return [*left, assigns, *left, *sign, opened, *right, closed]


def _related(clause: Tokens) -> Iterator[int]:
    """The places of the relations outside of every bracket."""
    depth = 0
    for n, token in enumerate(clause):
        text = str(token)
        depth += (text in OPENED or token.type == "BEGIN") - (text in CLOSED or token.type == "END")
        if depth == 0 and text in RELATIONS:
            yield n
