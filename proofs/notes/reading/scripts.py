"""Words of scripts in which quantities have no letters: Chinese, Japanese and Korean."""

from __future__ import annotations

import itertools

from lark import Token

from proofs.notes.reading.tree import NotUnderstood
from proofs.notes.reading.vocabulary import FONTS, NAMES

FIRST = "⺀"  # the radicals, before all letters of these scripts
OPERANDS = (r"\frac", r"\dfrac", r"\tfrac", r"\partial", r"\nabla")
Tokens = list[Token]


def spelt(tokens: Tokens) -> Tokens:
    r"""A run of such letters is one word. Before what a row says it is no factor of that: \u6709 \sigma' = ...

    NotUnderstood where one stands behind an operand, or in brackets behind it: it may say what that is, or be a factor.
    """
    joined: Tokens = []
    for is_word, some in itertools.groupby(tokens, _spells):
        run = list(some)
        if is_word and _follows(joined):
            raise NotUnderstood(f"the words {''.join(run)} behind an operand")
        joined += [_word(run)] if is_word else run
    return [token for n, token in enumerate(joined) if not _remark(joined, n)]


def _follows(before: Tokens) -> bool:
    if before[-2:] in (["{", "d"], ["d"]):
        return False  # a differential
    last = before[-2:-1] if before[-1:] == ["("] else before[-1:]
    return any(token.type in ("LETTER", "WORD", "NUMBER") or str(token) in (")", "}", "]") for token in last)


def _spells(token: Token) -> bool:
    return token.type in ("LETTER", "WORD") and all(letter >= FIRST for letter in token)


def _word(run: Tokens) -> Token:
    first, last, said = run[0], run[-1], "".join(run)
    return Token("TEXT", rf"\text{{{said}}}", first.start_pos, line=first.line, end_pos=last.end_pos)


def _remark(tokens: Tokens, at: int) -> bool:
    """Whether this is a word at the start of a row, with an operand right behind it."""
    starts = at == 0 or tokens[at - 1].type in ("ROW", "QUAD") or str(tokens[at - 1]) in ("&", ",")
    return starts and tokens[at].type == "TEXT" and max(tokens[at]) >= FIRST and _operand(tokens[at + 1 : at + 2])


def _operand(after: Tokens) -> bool:
    commands = (token for token in after if token.type == "COMMAND")
    named = any(str(c) in OPERANDS or str(c)[1:] in NAMES or str(c)[1:] in FONTS for c in commands)
    return named or any(token.type in ("LETTER", "WORD") for token in after)
