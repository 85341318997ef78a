r"""What is typed as on a keyboard, as the LaTeX that it stands for: e^-x, 1e-8, \delta y/\delta a, X.dot(Y)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lark import Token

from proofs.notes.reading.scripts import FIRST
from proofs.notes.reading.tree import NotUnderstood
from proofs.notes.reading.vocabulary import FONTS, NAMES
from proofs.notes.reading.words import SHORT

OPENING, CLOSING = ("(", "[", "{"), (")", "]", "}")
VARIED = r"\delta"
Tokens = list[Token]


def as_typed(tokens: Tokens) -> Tokens:
    """The tokens with what a keyboard has put in the usual way."""
    for row in ROWS:
        tokens = row(tokens)
    return tokens


def _token(kind: str, text: str, at: Token) -> Token:
    return Token(kind, text, at.start_pos, line=at.line, end_pos=at.end_pos)


def _touch(before: Token, after: Token) -> bool:
    return before.end_pos == after.start_pos


def closed(tokens: Tokens, at: int) -> int:
    """The place behind what the bracket at a place holds."""
    depth = 0
    for n in range(at, len(tokens)):
        depth += (str(tokens[n]) in OPENING) - (str(tokens[n]) in CLOSING)
        if depth == 0:
            return n + 1
    raise NotUnderstood("a bracket that is not closed")


# ---------------------------------------------------------------- powers


def _powers(tokens: Tokens) -> Tokens:
    """e^-x is e^{-x}, e^(-x) is it too, and 10^-3 is 10^{-3}."""
    found: Tokens = []
    at = 0
    while at < len(tokens):
        end = _exponent(tokens, at)
        found += tokens[at : at + 1] if end == at else _braced(tokens[at:end])
        at = max(end, at + 1)
    return found


def _exponent(tokens: Tokens, at: int) -> int:
    """Where the power ends that begins here without braces; the place itself where there is none."""
    base, sign = tokens[max(at - 2, 0) : at] if at > 1 else ["", ""]
    if sign != "^" or not (base == "e" or getattr(base, "type", "") == "NUMBER") or at + 1 >= len(tokens):
        return at
    if tokens[at] == "(":
        return closed(tokens, at)
    if tokens[at] != "-" or not _touch(tokens[at], tokens[at + 1]):
        return at
    end = _operand(tokens, at + 1)
    if end < len(tokens) and tokens[end].type in ("LETTER", "WORD") and _touch(tokens[end - 1], tokens[end]):
        raise NotUnderstood(f"a power that may end before {tokens[end]}")
    return end


def _operand(tokens: Tokens, at: int) -> int:
    """Where a name with what stands below it ends, a number, or a bracket."""
    end = closed(tokens, at) if str(tokens[at]) in OPENING else at + 1
    while end + 1 < len(tokens) and tokens[end] == "_":
        end = closed(tokens, end + 1) if tokens[end + 1] == "{" else end + 2
    return end


def _braced(inside: Tokens) -> Tokens:
    return [_token("SIGN", "{", inside[0]), *inside, _token("SIGN", "}", inside[-1])]


def _tens(tokens: Tokens) -> Tokens:
    r"""1e-8 is 1 \cdot 10^{-8}."""
    found: Tokens = []
    at = 0
    while at < len(tokens):
        some = tokens[at : at + 4]
        if _scientific(some):
            power = _braced([some[2], some[3]])
            found += [some[0], _token("COMMAND", r"\cdot", some[1]), _token("NUMBER", "10", some[1])]
            found += [_token("SIGN", "^", some[1]), *power]
        else:
            found += some[:1]
        at += 4 if _scientific(some) else 1
    return found


def _scientific(some: Tokens) -> bool:
    kinds = [token.type for token in some] == ["NUMBER", "LETTER", "SIGN", "NUMBER"]
    return kinds and some[1:3] == ["e", "-"] and all(map(_touch, some, some[1:]))


# ---------------------------------------------------------------- slopes


def _variations(tokens: Tokens) -> Tokens:
    r"""\delta y/\delta a is \partial y/\partial a."""
    found = list(tokens)
    for n in range(2, len(tokens) - 2):
        if tokens[n] == "/" and tokens[n + 1] == VARIED and str(tokens[n + 2]) not in ("_", "^"):
            start = next((m for m in range(n - 1, -1, -1) if tokens[m] == VARIED), -1)
            if start >= 0 and _name(tokens[start + 1 : n]):
                for place in (start, n + 1):
                    found[place] = _token("COMMAND", r"\partial", tokens[place])
    return found


def _name(tokens: Tokens) -> bool:
    """Whether this is one name, with marks and arguments."""
    at = 0
    while at < len(tokens) and str(tokens[at])[1:] in FONTS:
        at += 1
    if at >= len(tokens) or not _names(tokens[at]):
        return False
    at = closed(tokens, at) if tokens[at] == "{" else at + 1
    while at < len(tokens) and str(tokens[at]) in ("_", "^", "("):
        at += tokens[at] != "("
        at = closed(tokens, at) if at < len(tokens) and str(tokens[at]) in OPENING else at + 1
    return at == len(tokens)


def _names(token: Token) -> bool:
    return token.type in ("LETTER", "WORD", "TEXT") or token == "{" or str(token)[1:] in NAMES


def _words_varied(tokens: Tokens) -> Tokens:
    r"""dLoss at the head of a fraction's part, and dnet beside a slash, are d of a word."""
    found: Tokens = []
    for n, token in enumerate(tokens):
        varied = token.type == "WORD" and str(token)[:1] == "d" and _word(str(token)[1:])
        found += _apart(token) if varied and _heads(tokens[:n]) else [token]
        if varied and found[-1] is token and _beside_slash(tokens, n):
            found[-1] = _token("WORD", f"d {token[1:]}", token)
    return found


def _word(text: str) -> bool:
    return text in WORDS or text[:1].isupper() or text[:1] >= FIRST


def _apart(token: Token) -> Tokens:
    start = token.start_pos or 0
    rest = Token("WORD", str(token)[1:], start + 1, line=token.line, end_pos=token.end_pos)
    return [Token("LETTER", "d", start, line=token.line, end_pos=start + 1), rest]


def _heads(before: Tokens) -> bool:
    """Whether a part of a fraction begins here."""
    last = [str(token) for token in before[-2:]]
    return len(last) == 2 and last[1] == "{" and (last[0] == "}" or last[0].endswith("frac"))


def _beside_slash(tokens: Tokens, at: int) -> bool:
    return "/" in map(str, (*tokens[max(at - 1, 0) : at], *tokens[_operand(tokens, at) :][:1]))


WORDS = SHORT | {"loss", "cost", "error", "err", "input", "output", "score", "scores", "logits", "target"}


# ---------------------------------------------------------------- calls and marks


def _methods(tokens: Tokens) -> Tokens:
    """X.dot(Y) is the product of the two."""
    found: Tokens = []
    at = 0
    while at < len(tokens):
        called = [str(token) for token in tokens[at : at + 5]] == [*".dot("] and at > 0
        touching = called and all(map(_touch, tokens[at - 1 : at + 4], tokens[at : at + 5]))
        found.append(_token("COMMAND", r"\cdot", tokens[at]) if touching else tokens[at])
        at += 4 if touching else 1
    return found


def _underscores(tokens: Tokens) -> Tokens:
    r"""\sum*{i=1} is \sum_{i=1}: some editors write the underscores of Markdown as stars."""
    stars = [n for n, token in enumerate(tokens) if n and token == "*" and str(tokens[n - 1]) in (r"\sum", r"\prod")]
    if not stars:
        return tokens
    others = [n for n, token in enumerate(tokens[:-1]) if n and token == "*" and n not in stars]
    if any(_touch(tokens[n - 1], tokens[n]) and _touch(tokens[n], tokens[n + 1]) for n in others):
        raise NotUnderstood("a star that may be an underscore")
    return [_token("SIGN", "_", token) if n in stars else token for n, token in enumerate(tokens)]


def _primes(tokens: Tokens) -> Tokens:
    """g{'} is g'."""
    dropped: set[int] = set()
    for n in range(1, len(tokens) - 2):
        if [str(token) for token in tokens[n : n + 3]] in (["{", "'", "}"], ["{", r"\prime", "}"]):
            dropped |= {n, n + 2} if str(tokens[n - 1]) not in ("^", "_") else set()
    return [token for n, token in enumerate(tokens) if n not in dropped]


def _norms(tokens: Tokens) -> Tokens:
    r"""\|w\|^2_2 is \|w\|_2^2."""
    return list(_below_first(tokens))


def _below_first(tokens: Tokens) -> Iterator[Token]:
    at = 0
    while at < len(tokens):
        yield tokens[at]
        at += 1
        if str(tokens[at - 1]) not in BARS or tokens[at : at + 1] != ["^"] or at + 1 >= len(tokens):
            continue
        end = _operand_of_mark(tokens, at)
        if tokens[end : end + 1] == ["_"] and end + 1 < len(tokens):
            last = _operand_of_mark(tokens, end)
            yield from [*tokens[end:last], *tokens[at:end]]
            at = last


def _operand_of_mark(tokens: Tokens, at: int) -> int:
    return closed(tokens, at + 1) if tokens[at + 1] == "{" else at + 2


BARS = (r"\|", r"\rVert", r"\Vert", "|")
Row = Callable[[Tokens], Tokens]
ROWS: tuple[Row, ...] = (_tens, _powers, _variations, _words_varied, _methods, _underscores, _primes, _norms)
