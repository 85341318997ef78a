"""For which indices or values something is said: a < b, a < b < c, and what words in text mode compare."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from lark import Token

from proofs.notes.reading.lookahead import level
from proofs.notes.reading.names import LETTERS
from proofs.notes.reading.reader import Reader
from proofs.notes.reading.signs import CLOSED, OPENED
from proofs.notes.reading.tree import Node, NotUnderstood
from proofs.notes.reading.vocabulary import ORDERS, RELATIONS
from proofs.notes.reading.words import words

BEFORE = ("if", "for", "when", "where", "with", "as", "otherwise,", "else", "elif")
Tokens = list[Token]


def condition(tokens: Tokens, r: Reader | None = None) -> Node:
    """All tokens as comparisons, each of which goes on with the right side of the one before: 0 < x < 1."""
    reader = r.inner(tokens) if r else Reader(tokens)
    terms, signs = [reader.expression()], list[str]()
    while reader.peek() in ORDERS:
        signs.append(ORDERS[str(reader.next())])
        terms.append(reader.expression())
    if reader.at < len(reader.tokens):
        raise NotUnderstood(f"{reader.peek()} in a condition")
    pairs = zip(itertools.pairwise(terms), signs, strict=True)
    found = tuple(Node("compare", pair, sign) for pair, sign in pairs)
    return found[0] if len(found) == 1 else Node("all", found) if found else terms[0]


def all_of(tokens: Tokens, r: Reader) -> Node | None:
    """The comparisons between words and commas, all of which must hold; None where words alone stand."""
    if any(token.type == "TEXT" and " or " in f" {token[:-1].partition('{')[2]} " for token in tokens):
        raise NotUnderstood("one of two conditions")
    apart = itertools.groupby(tokens, lambda token: token.type in ("TEXT", "QUAD") or token == ",")
    found = [condition(list(part), r) for between, part in apart if not between]
    return Node("all", tuple(found)) if len(found) > 1 else found[0] if found else None


def bounds(clause: Tokens) -> Iterator[Node]:
    """What a clause compares its last member with, a number: a = b <= 1."""
    depth, related = 0, 0
    for n, token in enumerate(clause):
        text = str(token)
        depth += (text in OPENED or token.type == "BEGIN") - (text in CLOSED or token.type == "END")
        related = n + 1 if depth == 0 and text in RELATIONS else related
        if depth == 0 and related and text in ORDERS and text not in RELATIONS:
            found = condition(clause[related:])
            to_number = found.kind == "compare" and all(part.kind in NUMBERS for part in found.args[1].walk())
            if not to_number or found.text == "!=":
                raise NotUnderstood(f"the relation {text}")
            yield found
            return


NUMBERS = ("num", "neg", "frac", "div", "group")


def spoken(token: Token) -> Tokens:
    r"""What \text{if $x > 0$} and \text{i = j} compare, in dollars or without; nothing where words alone stand."""
    inside = str(token).partition("{")[2][:-1].replace("$", " ").strip(" ,:") if token.type == "TEXT" else ""
    head, _, rest = inside.partition(" ")
    found = words(rest if head.lower() in BEFORE else inside) if any(sign in inside for sign in SIGNS) else []
    plain = all(part.type not in ("TEXT", "WORD") for part in found)
    return found if plain and any(str(part) in ORDERS for part in found) else []


SIGNS = ("=", "<", ">", "\\")


def of_indices(part: Tokens) -> bool:
    """i = j and i != j, alone, say where the formula before them holds; so does k = y_i, of the class of an example."""
    if len(part) < 3 or (part[1] != "=" and ORDERS.get(str(part[1])) != "!="):
        return False
    first, other = str(part[0]), "".join(map(str, part[2:]))
    apart = LETTERS if part[1] == "=" else LETTERS | {"w", "o", "c"}
    labelled = first in LETTERS - {"p", "q", "t"} and CLASS.fullmatch(other) is not None
    return labelled or (first in apart and other in apart)


CLASS = re.compile(r"y(_\{?[a-z]\}?|\^\{?\([a-z]\)\}?)?")


def for_values(part: Tokens, head: str, after: Tokens) -> bool:
    """Whether a part only says for which indices or values: i = j, x > 0, and j = 0 where no range goes on with it."""
    if head not in (",", "quad", "for", "where", "with"):
        return False
    signs = [str(token) for token in part if str(token) in ORDERS]
    compared = bool(signs) and not any(str(token) in RELATIONS for token in part)
    single = head == "for" and not after and len(part) == 3 and part[1] == "=" and part[2].type == "NUMBER"
    return single or of_indices(part) or (compared and all(token.type in PLAIN for token in part) and part[0] != "{")


PLAIN = ("LETTER", "NUMBER", "SIGN", "ARROW", "COMMAND")


def leading(row: Tokens) -> tuple[Node | None, Tokens]:
    """What a row begins with, i = j: ... and if i = j, ..., as the condition of what it says then."""
    said, rest, worded = _said_first(row)
    compared = any(str(token) in ORDERS for token in said) and any(str(token) in RELATIONS for token in rest)
    defines = any(str(token) in RELATIONS for token in said) and len(said) != 3  # if f(x) = x^2, then ...
    if not compared or not worded or defines or rest[0].type == "DOTS":
        return None, row
    if of_indices(rest[:3]) and any(map(_parts, rest[3:4])):
        raise NotUnderstood("several conditions before what they are of")
    valued = len(said) == 3 and str(said[0]) in LETTERS and said[2].type == "NUMBER"
    if valued and said[0] not in rest:
        return None, rest  # j = 0: ..., of which the claim is written out
    return condition(said), rest


def _said_first(row: Tokens) -> tuple[Tokens, Tokens, bool]:
    """What stands before the first mark that parts, what stands after it, and whether that may be a condition."""
    said = str(row[0]).partition("{")[2].strip(" }").lower() if row and row[0].type == "TEXT" else ""
    worded = said.partition(" ")[0] in LEADING
    ends = (n for n in level(row, worded) if str(row[n]) in (":", ",") or row[n].type in ("QUAD", "TEXT"))
    end = next(ends, 0)
    first, rest = (row[worded:end], row[end:]) if said in ("", *LEADING) else (spoken(row[0]), row[1:])
    return first, list(itertools.dropwhile(_parts, rest)), worded or row[end : end + 1] == [":"]


def _parts(token: Token) -> bool:
    return token.type in ("QUAD", "TEXT") or str(token) in (",", ":")


LEADING = ("if", "when", "case", "si", "wenn", "falls")
