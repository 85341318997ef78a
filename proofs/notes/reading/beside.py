"""What stands in a row beside what it claims: numbers of equations, the range of an index, reasons; and named heads."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from lark import Token

from proofs.notes.reading.brackets import aside
from proofs.notes.reading.lookahead import level
from proofs.notes.reading.names import LETTERS
from proofs.notes.reading.vocabulary import JOINTS, RELATIONS

REASONS = ("because", "since", "as", "using", "by", "from", "note", "recall")
SIZES = ("shape", "size", "dim", "dimension", "dimensions")
Tokens = list[Token]


def columns(row: Tokens) -> Tokens:
    """A row without the marks of its columns; before words in brackets, or an equation, one parts as a space does."""
    found: Tokens = []
    for n, token in enumerate(row):
        words = row[n + 1 : n + 2] == ["("] and [t.type for t in row[n + 2 : n + 3]] == ["TEXT"]
        if token.type != "COLUMN":
            found.append(token)
        elif words or (_relates(_behind_space(found)) and _another_equation(row[n + 1 :])):
            found.append(space(token))
    return found


def _behind_space(tokens: Tokens) -> Tokens:
    return list(itertools.takewhile(lambda t: t.type != "QUAD", reversed(tokens)))[::-1]


def _relates(tokens: Tokens) -> bool:
    """Whether an equation stands here, in no bracket."""
    return any(str(tokens[n]) in RELATIONS for n in level(tokens, 0))


def _another_equation(rest: Tokens) -> bool:
    """Whether an equation begins with an operand here: its relation is in this column, or next."""
    column = list(itertools.takewhile(lambda t: t.type != "COLUMN", rest))
    after = rest[len(column) + 1 : len(column) + 2]
    begins = bool(column) and str(column[0]) not in (*RELATIONS, *JOINTS) and column[0].type != "QUAD"
    return begins and (_relates(column) or any(str(token) in RELATIONS for token in after))


def going_on(rows: list[Tokens]) -> list[Tokens]:
    """A row that ends in a relation goes on in the next, which may write the same relation again."""
    found: list[Tokens] = []
    for row in rows:
        sign = str(found[-1][-1]) if found else ""
        if sign not in RELATIONS or (str(row[0]) in RELATIONS and str(row[0]) != sign):
            found.append(row)
        else:
            found[-1] = [*found[-1], *row[str(row[0]) == sign :]]
    return found


def ended(row: Tokens) -> Tokens:
    """A row without the space behind a relation, and without a relation at its end that says nothing of anything."""
    kept = [t for n, t in enumerate(row) if not (t.type == "QUAD" and n and str(row[n - 1]) in RELATIONS)]
    dangling = str(kept[-1]) in RELATIONS and any(str(token) in RELATIONS for token in operands(kept[:-1]))
    return kept[:-1] if dangling else kept


def remark(part: Tokens, head: str) -> bool:
    r"""Whether a part says nothing that is claimed: dots, (\epsilon \text{ is small}) and \text{shape } (n, m)."""
    numbered = head == "quad" and all(token.type == "NUMBER" or str(token) in ("(", ")", ".", "-") for token in part)
    if numbered or all(token.type == "DOTS" for token in part):
        return True
    if head == "" or any(str(token) in RELATIONS for token in part):
        return False
    if any(str(token) == r"\in" for token in part[1:2]):
        return True  # x \in \mathbb{R}
    if head != "quad":
        return False
    words = [token for token in part if token.type == "TEXT"]
    declares = any(str(token) == r"\in" or (token.type == "TEXT" and " " in token.strip("} ")) for token in part)
    sized = bool(words) and part[0] is words[0] and words[0].partition("{")[2].strip(" }:") in SIZES
    return sized or (declares and part[0] == "(" and part[-1] == ")")


def followed(rows: list[Tokens]) -> list[bool]:
    """Whether the row after each goes on with a relation."""
    return [any(str(token) in RELATIONS for token in after[:1]) for after in [*rows[1:], []][: len(rows)]]


def claimed(row: Tokens) -> Tokens:
    """A row without its number and without the range of an index; words at the head of a function as its name."""
    return _without_range(_without_number(_named(_without_head(row))))


def _without_head(row: Tokens) -> Tokens:
    """A word and a colon before a claim say what it is about."""
    headed = len(row) > 2 and row[0].type == "WORD" and row[1] == ":"
    return row[2:] if headed and any(str(token) in RELATIONS for token in operands(row[2:])) else row


def _named(row: Tokens) -> Tokens:
    r"""\text{Leaky ReLU}'(x) = ... is about a function of that name."""
    after = [str(token) for token in row[1:6]]
    primed = after[:1] == ["'"]
    called = after[primed:][:1] == ["("] and after[primed:][2:3] == [")"] and row[2 + primed].type != "NUMBER"
    if not row or row[0].type != "TEXT" or not called or "".join(after[3 + primed :][:1]) not in RELATIONS:
        return row
    name = str(row[0]).partition("{")[2][:-1]
    plain = name == name.strip() and name.replace(" ", "").isalnum() and row[0].end_pos == row[1].start_pos
    return [row[0].update("WORD", name), *row[1:]] if plain else row


def _without_number(row: Tokens) -> Tokens:
    """(1) behind a space at the end is the number of the equation."""
    *before, space, opened, number, closed = ["", "", "", "", *row]
    ends = (str(opened), str(closed)) == ("(", ")") and isinstance(number, Token) and number.type == "NUMBER"
    behind = isinstance(space, Token) and space.type == "QUAD"
    return row[:-4] if ends and behind and any(str(token) in RELATIONS for token in before) else row


def _without_range(row: Tokens) -> Tokens:
    """Without i = 1, ..., n at the end, if i is a mark everywhere: what holds for each says nothing of its value."""
    for at in range(2, len(row) - 2):
        said = row[at:]
        begins = row[at - 1].type == "QUAD" or row[at - 1] == "," or said[0] == r"\forall"
        index = str(said[said[0] == r"\forall"])
        if begins and _ranges(said) and index not in map(str, operands(row[:at])):
            return row[: at - (row[at - 1].type == "QUAD" or row[at - 1] == ",")]
    return row


def _ranges(said: Tokens) -> bool:
    """Whether all there is are the values of one letter, from 0 or 1 to another: a last number is a size."""
    every = said[0] == r"\forall"
    name, sign, first, *rest = [*said[every:], "", ""]
    kinds = [getattr(token, "type", "") for token in rest if token]
    listed = len(kinds) % 2 == 0 and all(str(token) == "," for token in rest[: len(kinds) : 2])
    single = all(kind in ("NUMBER", "LETTER", "DOTS") for kind in kinds[1::2])
    from_start = str(name) in LETTERS and str(sign) == "=" and str(first) in ("0", "1")
    return from_start and listed and single and kinds[-1:] == ["LETTER"]


def operands(tokens: Tokens) -> Iterator[Token]:
    """The tokens that stand in no index and no exponent."""
    depth, mark = 0, False
    for token in tokens:
        inside = mark or depth > 0
        depth += (token == "{" and inside) - (token == "}" and depth > 0)
        if not inside and str(token) not in ("_", "^"):
            yield token
        mark = str(token) in ("_", "^")


def reasons(row: Tokens) -> tuple[Tokens, Tokens]:
    """A row without the (because a = b) that it ends with, and what is said there; words alone say nothing."""
    for at in range(1, len(row) - 1):
        pair = aside(row, at)
        said = row[at + 1 : pair[1]] if pair else []
        first = str(said[0]).partition("{")[2].strip(" }").split(" ")[0].lower() if said else ""
        if said and all(token.type == "TEXT" for token in said):
            return [*row[:at], *row[pair[1] + 1 :]], []
        if first in REASONS and str(said[1]) not in RELATIONS:
            return [*row[:at], *row[pair[1] + 1 :]], [space(t) if t.type == "TEXT" else t for t in said]
    return row, []


def space(token: Token) -> Token:
    """A space in the place of a token."""
    return Token("QUAD", r"\quad", token.start_pos, line=token.line, end_pos=token.end_pos)
