"""What the tokens ahead settle: whether a bar opens a pair, and whether a bracket is what stands beside a bar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lark import Token

from proofs.notes.reading.tree import NotUnderstood
from proofs.notes.reading.vocabulary import NORMS

OPENING, CLOSING = ("{", "(", "[", r"\{"), ("}", ")", "]", r"\}")
BARS = ("|", r"\mid", *NORMS)


def opens_pair(tokens: Sequence[Token], at: int) -> bool:
    """Whether the bar at a place is the first of a pair: |x| and ||x|| are, the bars of P(a|b) and D(p || q) not."""
    sign = str(tokens[at])
    bars = [n for n in level(tokens, at) if str(tokens[n]) in BARS]
    if sign == "|" and at + 1 in bars:
        return sum(str(tokens[n]) == "|" for n in bars) >= 4
    alike = [n for n in bars if (str(tokens[n]) in NORMS) == (sign in NORMS)]
    return len(alike) % 2 == 0


def lists(tokens: Sequence[Token], at: int) -> bool:
    """Whether the bracket that opens here holds several expressions: N(m, v), and N(x|m), but not N(|x|)."""
    signs = [str(tokens[n]) for n in level(tokens, at + 1)] if str(tokens[at]) == "(" else []
    return bool({",", ";"} & set(signs)) or sum(sign in BARS for sign in signs) % 2 == 1


def level(tokens: Sequence[Token], at: int) -> Iterator[int]:
    """The places from here to the end of the bracket or of the member that are within no other bracket."""
    depth = 0
    for n in range(at, len(tokens)):
        depth -= tokens[n].type == "END" or str(tokens[n]) in CLOSING
        if depth < 0:
            return
        if depth == 0:
            yield n
        depth += tokens[n].type == "BEGIN" or str(tokens[n]) in OPENING


def below_the_bar(tokens: Sequence[Token], at: int) -> bool:
    """Whether what follows the 2 of 1/2 stands below the bar with it: a count does, and sigma; (a - b)^2 does not."""
    letter, before, after = tokens[at], tokens[at - 1], [*map(str, tokens[at + 1 : at + 2]), ""][0]
    touching = letter.type == "LETTER" and letter.start_pos == before.end_pos
    if before.type == "NUMBER" and letter in BELOW:
        return after != "("
    if touching and (before.type == "LETTER" or (before.type == "NUMBER" and after != "^")):
        raise NotUnderstood(f"{before}{letter} behind a slash, of which only {before} may be below it")
    return False


BELOW = ("m", "n", "N", "M", "K", "T", r"\sigma", r"\pi")
