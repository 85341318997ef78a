r"""\frac{d}{dx} a + b without brackets: the operator is of a, or was meant to be of the sum."""

from __future__ import annotations

from lark import Token

from proofs.notes.reading.lookahead import level
from proofs.notes.reading.vocabulary import FONTS, PRODUCTS

SHORT = "an operator is of the one term behind it"
FRACTIONS, SIGNS = (r"\frac", r"\dfrac", r"\tfrac"), (r"\partial", "d")
DIFFERENTIALS = (*SIGNS, r"\nabla", "'")
OPENED = ("(", "[", "{", r"\{")
Tokens = list[Token]


def short(member: Tokens) -> bool:
    """Whether an operator stands before a sum that has no bracket, and no slope in what follows its first term."""
    return any(_short(member[_end(member, n) :]) for n in range(len(member)) if _operates(member, n))


def _operates(tokens: Tokens, at: int) -> bool:
    parts = [str(token) for token in tokens[at : at + 6]]
    whole = len(parts) == 6 and parts[0] in FRACTIONS and parts[1:2] + parts[3:5] == ["{", "}", "{"]
    return whole and parts[2] in SIGNS and parts[5] == parts[2]


def _end(tokens: Tokens, at: int) -> int:
    """The place behind the lower part of the fraction."""
    inside = list(level(tokens, at + 5))
    return inside[-1] + 2 if inside else len(tokens)


def _short(after: Tokens) -> bool:
    if not after or str(after[0]) in OPENED:
        return False
    places = list(level(after, 0))
    sums = [n for n in places if n and str(after[n]) in ("+", "-") and str(after[n - 1]) not in PRODUCTS]
    rest = after[sums[0] : places[-1] + 1] if sums else []
    return bool(rest) and not _quantity(after[: sums[0]]) and not any(str(t) in DIFFERENTIALS for t in rest)


def _quantity(operand: Tokens) -> bool:
    """Whether this is a capital or a word alone, a cost and the like, with marks and arguments."""
    head = next((token for token in operand if str(token)[1:] not in FONTS and token != "{"), operand[0])
    named = head.type in ("WORD", "TEXT") or str(head).isupper() or str(head) == r"\ell"
    return named and not any(str(operand[n]) in PRODUCTS or operand[n].type == "LETTER" for n in level(operand, 1))
