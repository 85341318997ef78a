r"""Thin spaces that have lost their backslash: \frac12,x^T x and \eta,\nabla L, as Markdown leaves them of \,."""

from __future__ import annotations

import itertools
import re

from lark import Token

from proofs.notes.reading.lookahead import level
from proofs.notes.reading.vocabulary import ORDERS, RELATIONS

THIN = "a comma without a space is a thin space that has lost its backslash"
Tokens = list[Token]


def without_thin(tokens: Tokens) -> Tokens:
    """The tokens without the commas, outside of brackets, that touch a factor on both sides."""
    outside = set(level(tokens, 0))
    lost = {n for n in range(1, len(tokens) - 1) if n in outside and _thin(*tokens[n - 1 : n + 2])}
    return [token for n, token in enumerate(tokens) if n not in lost]


def without_blank(tokens: Tokens) -> Tokens:
    r"""The tokens without \text{ }, a space that is no factor."""
    return [token for token in tokens if not (token.type == "TEXT" and BLANK.fullmatch(token))]


BLANK = re.compile(r"\\\w+\s*\{\s*\}")


def _thin(before: Token, comma: Token, after: Token) -> bool:
    touching = all(a.end_pos == b.start_pos for a, b in itertools.pairwise((before, comma, after)))
    factor = after.type in ("LETTER", "COMMAND") and str(after) not in RELATIONS and str(after) not in ORDERS
    return str(comma) == "," and touching and factor
