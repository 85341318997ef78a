"""For which indices a row holds, where it says so at its end: (i = j), for all i, for all i but j."""

from __future__ import annotations

from lark import Token

from proofs.notes.reading.beside import operands, space
from proofs.notes.reading.conditions import of_indices
from proofs.notes.reading.names import LETTERS
from proofs.notes.reading.vocabulary import RELATIONS

Tokens = list[Token]


def for_which(row: Tokens) -> Tokens:
    """A row with its condition on indices behind a space, without one that holds of all values of an index."""
    at = next((n for n, token in enumerate(row) if n and str(token) == r"\forall"), 0)
    if at and of_indices(row[at + 1 :]):
        return [*row[:at], space(row[at]), *row[at + 1 :]]
    if at and _of_all(row[at + 1 :], row[:at]):
        return row[: at - (row[at - 1].type == "QUAD" or str(row[at - 1]) == ",")]
    listed = max((n for n, token in enumerate(row) if token.type == "QUAD"), default=0)
    if listed and _several(row[listed + 1 :], row[:listed]):
        return row[: listed - (str(row[listed - 1]) == ",")]
    if _bracketed(row):
        at = _opening(row)
        return [*row[:at], space(row[at]), *row[at + 1 : -1]]
    return row


def _of_all(said: Tokens, before: Tokens) -> bool:
    """Whether this is of an index that is a mark everywhere: for all x > 0 is a condition on a value."""
    index, sign, *_ = [*map(str, said), "", ""]
    marks_only = index in LETTERS and index not in map(str, operands(before))
    some = said[-1:] and said[-1].type == "NUMBER" and r"\partial" not in map(str, before)  # y_i = x_i of three entries
    related = any(str(token) in RELATIONS for token in before)
    return marks_only and related and not some and sign in ("", ".", ",", r"\in", "=")


def _several(said: Tokens, before: Tokens) -> bool:
    """Whether this is of an index that is one of some numbers: k = 1, 2, and k in {1, 2, 3}."""
    index, sign, *rest = [*map(str, said), "", ""]
    inside = [text for text in rest if text not in ("", ".", r"\{", r"\}", r"\lbrace", r"\rbrace")]
    numbers = len(inside) > 2 and all(text.isdigit() if n % 2 == 0 else text == "," for n, text in enumerate(inside))
    marks_only = index in LETTERS and index not in map(str, operands(before))
    return numbers and sign in ("=", r"\in") and marks_only and any(str(token) in RELATIONS for token in before)


def _bracketed(row: Tokens) -> bool:
    """Whether (i = j) ends the row behind a space, a bracket or an index: before it is no function."""
    at = _opening(row)
    if at < 2 or not of_indices(row[at + 1 : -1]):
        return False
    before, last = row[at - 2], row[at - 1]
    return last.type == "QUAD" or str(last) in (")", "]") or str(before) == "_" or _index(row[:at])


def _opening(row: Tokens) -> int:
    """Where the bracket opens that closes a row, if none is in it but those of a mark."""
    opened = [n for n, token in enumerate(row[:-1]) if str(token) == "("] if row and str(row[-1]) == ")" else []
    nested = len(opened) > 1 and [*map(str, row[opened[-1] - 1 : opened[-1] + 4])][::4] == ["{", "}"]
    return opened[-1 - nested] if opened else 0


def _index(before: Tokens) -> bool:
    """Whether a group below a name ends here."""
    at = len(before) - 1 - [*map(str, before[::-1]), "{"].index("{")
    return str(before[-1]) == "}" and at > 0 and str(before[at - 1]) == "_"
