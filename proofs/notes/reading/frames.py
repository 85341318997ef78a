r"""Older and ornamental spellings as the usual ones: {a \over b}, {\rm in}, \boxed{...}, braces around an equation."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from lark import Token

from proofs.notes.reading.marked import with_marks
from proofs.notes.reading.scripts import spelt
from proofs.notes.reading.signs import joined
from proofs.notes.reading.tree import NotUnderstood
from proofs.notes.reading.typed import as_typed
from proofs.notes.reading.vocabulary import FONTS, NAMES, RELATIONS

FRAMES = (r"\boxed", r"\fbox", r"\bbox", r"\cancel")
BRACES = (r"\underbrace", r"\overbrace")
STACKED = (r"\underset", r"\overset", r"\stackrel")
ROMANS = (r"\rm", r"\bf", r"\it", r"\sf", r"\tt")
DIFFERENTIATED = (r"\theta", r"\beta", r"\gamma", r"\mathbf", r"\boldsymbol", r"\hat")
Tokens = list[Token]


def unframed(tokens: Tokens) -> Tokens:
    """The tokens without what only frames a formula."""
    spelled = _signed(_stepped(spelt(joined(with_marks(as_typed(tokens))))))
    return _opened(_called(_marked(_worded(_divided(_unboxed(_unlabelled(_upright(spelled))))))))


def closing(tokens: Tokens, at: int) -> int:
    """The place of the brace that closes the one at `at`."""
    depth = 0
    for n in range(at, len(tokens)):
        depth += {"{": 1, "}": -1}.get(str(tokens[n]), 0)
        if depth == 0:
            return n
    raise NotUnderstood("a brace that is not closed")


ANGLES = {"<": ">", r"\langle": r"\rangle"}


def _stepped(tokens: Tokens) -> Tokens:
    r"""a^{<t>} and a^{\langle t \rangle} are a^{(t)}."""
    found = list(tokens)
    for n, token in enumerate(tokens):
        if str(token) in ANGLES and [str(t) for t in tokens[max(n - 2, 0) : n]] == ["^", "{"]:
            inside = [str(t) for t in tokens[n : closing(tokens, n - 1)]]
            if ANGLES[str(token)] in inside:
                end = n + inside.index(ANGLES[str(token)])
                found[n], found[end] = _as(token, "("), _as(tokens[end], ")")
    return found


def _signed(tokens: Tokens) -> Tokens:
    """k_+ and k_- are names with a word below; (x)_+ is no name."""
    found = list(tokens)
    for n in range(2, len(tokens)):
        if tokens[n] in ("+", "-") and tokens[n - 1] == "_" and tokens[n - 2].type == "LETTER":
            found[n] = Token("TEXT", r"\text{plus}" if tokens[n] == "+" else r"\text{minus}", tokens[n].start_pos)
            found[n].end_pos = tokens[n].end_pos
    return found


def _as(token: Token, sign: str) -> Token:
    return Token(token.type, sign, token.start_pos, end_pos=token.end_pos)


FONTED = [[font, *d] for font in (r"\mathrm", r"\rm", r"\operatorname", r"\mathsf") for d in (["{", "d", "}"], ["d"])]
UPRIGHT = (*FONTED, ["{", "d", "}"], ["{", r"\rm", "d", "}"], [r"\text{d}"], [r"\textrm{d}"], [r"\text", "d"])


def _upright(tokens: Tokens) -> Tokens:
    r"""\mathrm{d}W is dW."""
    found: Tokens = []
    at = 0
    while at < len(tokens):
        size = next((len(row) for row in UPRIGHT if tokens[at : at + len(row)] == row), 0)
        end = at + size
        if size and end < len(tokens) and _differential(found, tokens[end]):
            found.append(Token("LETTER", "d", tokens[at].start_pos, end_pos=tokens[end].start_pos))
        else:
            found += tokens[at : max(end, at + 1)]
        at = max(end, at + 1)
    return found


def _differential(before: Tokens, after: Token) -> bool:
    """Whether a d between these is one: before a name, or at the head of a part of a fraction."""
    marked = bool(before) and str(before[-1]) in ("_", "^")
    part = len(before) > 1 and before[-1] == "{" and (before[-2] == "}" or str(before[-2]).endswith("frac"))
    named = after.type == "LETTER" or str(after) in DIFFERENTIATED or str(after)[1:] in NAMES
    return (named and not marked) or part


def _unlabelled(tokens: Tokens) -> Tokens:
    r"""\underbrace{a}_{words} is {a}, \stackrel{words}{=} is =."""
    dropped: set[int] = set()
    for n, token in enumerate(tokens[:-1]):
        if str(token) in BRACES and tokens[n + 1] == "{":
            dropped |= {n, *_label(tokens, closing(tokens, n + 1) + 1)}
        elif str(token) in STACKED and tokens[n + 1] == "{":
            end = closing(tokens, n + 1) + 1
            dropped |= {*range(n, end), *_single(tokens, end)}
    return [t for n, t in enumerate(tokens) if n not in dropped]


def _label(tokens: Tokens, at: int) -> range:
    """What stands at a brace, above or below."""
    if at + 1 >= len(tokens) or tokens[at] not in ("_", "^"):
        return range(0)
    return range(at, closing(tokens, at + 1) + 1 if tokens[at + 1] == "{" else at + 2)


def _single(tokens: Tokens, at: int) -> set[int]:
    """The braces around one sign."""
    braced = at + 2 < len(tokens) and tokens[at] == "{" and tokens[at + 2] == "}"
    return {at, at + 2} if braced else set()


def _unboxed(tokens: Tokens) -> Tokens:
    dropped: set[int] = set()
    for n, token in enumerate(tokens[:-1]):
        if str(token) in FRAMES and tokens[n + 1] == "{":
            dropped |= {n, n + 1, closing(tokens, n + 1)}
    return [t for n, t in enumerate(tokens) if n not in dropped]


def _divided(tokens: Tokens) -> Tokens:
    r"""{a \over b} is \frac{a}{b}."""
    overs = [n for n, t in enumerate(tokens) if str(t) == r"\over"]
    if not overs:
        return tokens
    at = overs[0]
    start, end = _around(tokens, at)
    bar = Token("COMMAND", r"\frac", tokens[start].start_pos, end_pos=tokens[start].end_pos)
    middle = [_moved(tokens[end], tokens[at]), _moved(tokens[start], tokens[at])]
    return _divided([*tokens[:start], bar, tokens[start], *tokens[start + 1 : at], *middle, *tokens[at + 1 :]])


def _moved(brace: Token, to: Token) -> Token:
    return Token(brace.type, str(brace), to.start_pos, end_pos=to.end_pos)


def _around(tokens: Tokens, at: int) -> tuple[int, int]:
    depth = 0
    for n in range(at, -1, -1):
        depth += {"{": 1, "}": -1}.get(str(tokens[n]), 0)
        if depth == 1:
            return n, closing(tokens, n)
    raise NotUnderstood(r"\over outside of braces")


def _worded(tokens: Tokens) -> Tokens:
    r"""The letters after \rm are one word."""
    found: Tokens = []
    at = 0
    while at < len(tokens):
        end = at + 1
        while str(tokens[at]) in ROMANS and end < len(tokens) and tokens[end].type in ("LETTER", "WORD"):
            end += 1
        if end > at + 1:
            said = "".join(map(str, tokens[at + 1 : end]))
            found.append(Token("TEXT", rf"\text{{{said}}}", tokens[at].start_pos, end_pos=tokens[end - 1].end_pos))
        else:
            found.append(tokens[at])
        at = end
    return found


def _marked(tokens: Tokens) -> Tokens:
    r"""\theta{_k} is \theta_k: braces before a mark are no group."""
    starts = [n for n in range(1, len(tokens) - 1) if tokens[n] == "{" and str(tokens[n + 1]) in ("_", "^")]
    dropped = {at for n in starts if _name(tokens, n - 1) for at in (n, closing(tokens, n))}
    return [t for n, t in enumerate(tokens) if n not in dropped]


def _called(tokens: Tokens) -> Tokens:
    r"""\sigma{(z)} is \sigma(z), f'{(x)} is f'(x): braces around a whole bracket after a name are no group."""
    dropped: set[int] = set()
    for n in range(1, len(tokens) - 2):
        if tokens[n] == "{" and tokens[n + 1] == "(" and _name(tokens, _unprimed(tokens, n - 1)):
            end = closing(tokens, n)
            dropped |= {n, end} if _bracket(tokens[n + 1 : end]) else set()
    return [t for n, t in enumerate(tokens) if n not in dropped]


def _unprimed(tokens: Tokens, at: int) -> int:
    """Where the primes that end here begin to stand."""
    return next((n for n in range(at, 0, -1) if str(tokens[n]).strip("'")), 0)


def _name(tokens: Tokens, at: int) -> bool:
    """Whether a name stands here that is no mark of another."""
    token = tokens[at]
    named = token.type in ("LETTER", "WORD") or str(token)[1:] in NAMES
    return named and not (at and str(tokens[at - 1]) in ("_", "^"))


def _bracket(tokens: Tokens) -> bool:
    """Whether the bracket that opens at the first token closes at the last."""
    depths = list(itertools.accumulate({"(": 1, ")": -1}.get(str(token), 0) for token in tokens))
    return depths[-1] == 0 and all(depths[:-1])


def _opened(tokens: Tokens) -> Tokens:
    """Braces around a whole equation or a row of one, as a colour leaves them, are no group."""
    dropped: set[int] = set()
    for start, end in _bare(tokens):
        if any(str(t) in RELATIONS for t in _outer(tokens[start + 1 : end])):
            dropped |= {start, end}
    return _opened([t for n, t in enumerate(tokens) if n not in dropped]) if dropped else tokens


def _bare(tokens: Tokens) -> Iterator[tuple[int, int]]:
    """The groups outside of all others that are no argument and no mark."""
    at = 0
    while at < len(tokens):
        if tokens[at] != "{":
            at += 1
            continue
        end = closing(tokens, at)
        if at == 0 or not _takes(tokens[at - 1]):
            yield at, end
        at = end + 1


def _takes(before: Token) -> bool:
    """Whether a brace after this token may be its argument."""
    text = str(before)
    plain = (r"\cdot", r"\times", r"\quad", *RELATIONS)
    return text in ("^", "_", "}") or text[1:] in FONTS or (before.type == "COMMAND" and text not in plain)


def _outer(tokens: Tokens) -> Iterator[Token]:
    depth = 0
    for token in tokens:
        depth -= token == "}" or token.type == "END"
        if depth == 0:
            yield token
        depth += token == "{" or token.type == "BEGIN"
