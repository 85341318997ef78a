r"""Derivatives that lack the differential below, \frac{\partial}{x} f, read as they are meant; the verdict says so.

So is \frac{\partial C}{z_j} where the same formula has \frac{\partial C}{\partial z_i} in full; alone it is malformed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lark import Token

from proofs.notes.reading.operators import FRACTIONS
from proofs.notes.reading.vocabulary import ACCENTS, FONTS, NAMES

COMPLETED = "a derivative that lacks the differential below is one by what stands there"
SIGN, GRANTED = r"\partial", "GRANTED"
Tokens = list[Token]


def completed(tokens: Tokens) -> Tokens:
    """The tokens with the differential that stands below no name, where it is clear that one is meant."""
    fractions = list(_fractions(tokens))
    whole = {(_text(above), _base(below[1:])) for _, above, below in fractions if _text(below[:1]) == SIGN}
    places = {at for at, above, below in fractions if _lacking(above, below, whole)}
    found = (
        [Token(GRANTED, SIGN, t.start_pos, end_pos=t.start_pos), t] if n in places else [t]
        for n, t in enumerate(tokens)
    )
    return [token for some in found for token in some]


def granted(tokens: Sequence[Token]) -> bool:
    """Whether a differential was put there."""
    return any(token.type == GRANTED for token in tokens)


def _lacking(above: Tokens, below: Tokens, whole: set[tuple[str, str]]) -> bool:
    if _text(above[:1]) != SIGN or not _named(below):
        return False
    return len(above) == 1 or (_text(above), _base(below)) in whole


def _fractions(tokens: Tokens) -> Iterator[tuple[int, Tokens, Tokens]]:
    """Where the lower part of each fraction begins, and what stands above and below."""
    for n, token in enumerate(tokens):
        end = _closing(tokens, n + 1) if str(token) in FRACTIONS else 0
        last = _closing(tokens, end + 1) if end else 0
        if last:
            yield end + 2, tokens[n + 2 : end], tokens[end + 2 : last]


def _closing(tokens: Tokens, at: int) -> int:
    """Where the brace closes that opens here; 0 where none does."""
    depth = 0
    for n in range(at, len(tokens)):
        depth += {"{": 1, "}": -1}.get(str(tokens[n]), 0)
        if depth == 0:
            return n if n > at else 0
    return 0


def _named(below: Tokens) -> bool:
    """Whether it is one name with its marks."""
    if not below or not (below[0].type == "LETTER" or str(below[0])[1:] in (*NAMES, *FONTS, *ACCENTS)):
        return False
    rest = below[1:]
    while rest and str(rest[0]) in ("{", "_", "^"):
        marked = int(str(rest[0]) != "{")
        rest = rest[max(_closing(rest, marked), marked) + 1 :]
    return not rest


def _base(below: Tokens) -> str:
    """The name without its marks."""
    return _text(below).partition("_")[0].partition("^")[0]


def _text(tokens: Tokens) -> str:
    return "".join(map(str, tokens))
