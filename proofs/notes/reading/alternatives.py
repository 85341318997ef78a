"""Cases that are written otherwise: an array behind one brace, and a if c, else b on one line."""

from __future__ import annotations

from collections.abc import Iterator

from lark import Token

from proofs.notes.reading.vocabulary import ORDERS, RELATIONS

ARRAYS = ("array", "matrix", "Bmatrix", "aligned", "align")
IF, ELSE = ("if", "for", "when"), ("else", "otherwise")
NOWHERE = ("undefined", "not defined", "does not exist", "DNE", "not differentiable", "N/A")
Tokens = list[Token]


def as_cases(tokens: Tokens) -> Tokens:
    """The tokens with cases in the place of arrays whose rows all say where they hold, behind a brace or in two."""
    at = next((n for n, token in enumerate(tokens) if _opens(tokens, n) and _conditional(_inside(tokens, n))), None)
    if at is None:
        return tokens
    end = at + len(_inside(tokens, at)) + 1
    braced = bool(at and str(tokens[at - 1]) in (r"\{", r"\lbrace"))
    cases = [_called(tokens[at], "begin"), *tokens[at + 1 : end], _called(tokens[end], "end")]
    return [*tokens[: at - braced], *cases, *as_cases(tokens[end + 1 :])]


def _called(token: Token, which: str) -> Token:
    return Token(token.type, rf"\{which}{{cases}}", token.start_pos, line=token.line, end_pos=token.end_pos)


def _opens(tokens: Tokens, at: int) -> bool:
    """Whether an array begins here of which one brace, at its left, says that it has cases."""
    name = str(tokens[at]).partition("{")[2].partition("}")[0] if tokens[at].type == "BEGIN" else ""
    after = tokens[at + len(_inside(tokens, at)) + 2 :] if name else []
    braced = bool(at) and str(tokens[at - 1]) in (r"\{", r"\lbrace") and str([*after, ""][0]) not in (r"\}", r"\rbrace")
    return name == "Bmatrix" or (name in ARRAYS and braced)


def _inside(tokens: Tokens, at: int) -> Tokens:
    """What stands between \\begin and its \\end."""
    depth = 0
    for n in range(at, len(tokens)):
        depth += {"BEGIN": 1, "END": -1}.get(tokens[n].type, 0)
        if depth == 0:
            return tokens[at + 1 : n]
    return tokens[at + 1 :]


def _conditional(inside: Tokens) -> bool:
    """Whether each row has a value and a condition, in signs or in words, and no row is an equation."""
    rows = table(inside)
    return len(rows) > 1 and all(map(_has_condition, rows))


def _has_condition(row: list[Tokens]) -> bool:
    first, *rest = row
    compared = any(str(token) in ORDERS for cell in rest for token in cell)
    worded = any(said(token) in (*IF, *ELSE) for cell in rest for token in cell)
    return bool(first) and (compared or worded) and not any(str(token) in RELATIONS for token in first)


def table(tokens: Tokens) -> list[list[Tokens]]:
    """The cells of each row of an array that has any, of what stands between its marks."""
    rows: list[list[Tokens]] = [[[]]]
    depth = 0
    for token in tokens:
        depth += (token.type == "BEGIN" or token == "{") - (token.type == "END" or token == "}")
        if depth == 0 and token.type == "ROW":
            rows.append([[]])
        elif depth == 0 and token == "&":
            rows[-1].append([])
        else:
            rows[-1][-1].append(token)
    return [row for row in rows if any(row)]


def said(token: Token) -> str:
    """The words of a token in text mode."""
    return str(token).partition("{")[2][:-1].strip(" ,.:$").lower() if token.type == "TEXT" else ""


def nowhere(row: list[Tokens]) -> bool:
    """Whether a case says that there is no value."""
    (first, *_) = [*row, []]
    alone = [token for token in first if token.type != "QUAD" and str(token) != ","]
    return len(alone) == 1 and (said(alone[0]) or str(alone[0])) in NOWHERE


# ---------------------------------------------------------------- on one line


def on_one_line(row: Tokens) -> Tokens:
    """f'(x) = a if c, else b as cases; what has other words beside stays as it is."""
    first_if = next((n for n, token in enumerate(row) if said(token) in IF), 0)
    start = max((n + 1 for n, token in enumerate(row[:first_if]) if str(token) in RELATIONS), default=0)
    parts = list(_parts(row[start:])) if start else []
    heads = [head for _, _, head in parts]
    related = any(str(token) in RELATIONS for value, _, _ in parts for token in value)
    if len(parts) < 2 or heads[0] != "if" or set(heads) - {"if", "else"} or "else" in heads[:-1] or related:
        return row
    rows: Tokens = []
    for value, where, head in parts:
        rows += [*value, _sign(value[0], "&"), *(where if head == "if" else [_words(value[0])]), _row(value[0])]
    first, last = row[start], row[-1]
    begin, end = _called(first.update("BEGIN"), "begin"), _called(last.update("END"), "end")
    return [*row[:start], begin, *rows[:-1], end]


def _sign(by: Token, text: str) -> Token:
    return Token("SIGN", text, by.start_pos, line=by.line, end_pos=by.end_pos)


def _words(by: Token) -> Token:
    return Token("TEXT", r"\text{otherwise}", by.start_pos, line=by.line, end_pos=by.end_pos)


def _row(by: Token) -> Token:
    return Token("ROW", r"\\", by.start_pos, line=by.line, end_pos=by.end_pos)


def _parts(tokens: Tokens) -> Iterator[tuple[Tokens, Tokens, str]]:
    """Each value with its condition and whether it is one that is said (if) or all others (else)."""
    pieces = [(head, part) for head, part in _pieces(tokens) if head != "," or part]
    while pieces:
        (head, first), (follows, second) = [*pieces, ("end", [])][:2]
        if head in ("", ",") and follows in ("if", "else") and first and bool(second) == (follows == "if"):
            yield first, second, follows
            pieces = pieces[2:]
        else:
            yield first, [], head if head == "else" and first else "?"
            pieces = pieces[1:]


def _pieces(tokens: Tokens) -> Iterator[tuple[str, Tokens]]:
    """What stands between the words and commas outside of brackets, with the word before it."""
    head, part, depth = "", Tokens(), 0
    for token in tokens:
        depth += (str(token) in ("(", "[", "{", r"\{")) - (str(token) in (")", "]", "}", r"\}"))
        mark = _mark(token) if not depth else ""
        if mark:
            yield head, part
            head, part = mark, []
        elif token.type != "QUAD":
            part = [*part, token]
    yield head, part


def _mark(token: Token) -> str:
    words = said(token)
    found = "if" if words in IF else "else" if words in ELSE else ""
    return found or ("," if words in ("and", "or") or str(token) in (",", ";") else "")
