"""A display says one thing a statement: its rows, with those that go on with the row before joined to it.

What wraps the whole (equation, align, split) is a mark, as dollars are, and no part of the formula.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]

WRAPPERS = (
    *("equation", "displaymath", "math", "split", "dmath", "subequations", "empheq"),
    *("align", "aligned", "alignat", "alignedat", "flalign", "eqnarray", "gather", "gathered", "multline", "multlined"),
)
_LABELS = r"(?:\s|\\label\{[^{}]*\}|\\tag\*?\{[^{}]*\}|\\nonumber\b|\\notag\b|\\displaystyle\b|\\allowdisplaybreaks\b)*"
_OPENING = re.compile(
    _LABELS + r"\\begin\{(?P<name>(?:" + "|".join(WRAPPERS) + r")\*?)\}(?:\[[^\[\]{}]*\])?(?:\{\s*\d+\s*\})?"
)
_TABLE = re.compile(_LABELS + r"\\begin\{(?P<name>array|d?cases)\}(?:\s*\{[lcr| ]+\})?")
_BRACE = re.compile(r"\s*\\left\s*\\(?:\{|lbrace\b)\s*(?=\\begin\{)")
_NO_BRACE = re.compile(r"\\right\s*\.\s*\Z")
# Marks of a formula within the marks of a display, as some programs write them.
_DELIMITED = re.compile(
    r"\s*(?:\$(?P<dollars>[^$]+)\$|\\\((?P<round>(?:(?!\\[()]).)+)\\\)|\\\[(?P<square>(?:(?!\\[\[\]]).)+)\\\])\s*",
    re.DOTALL,
)
_LABELS_END = re.compile(_LABELS)
_TOKEN = re.compile(
    r"\\begin\s*\{|\\end\s*\{|\\left\b|\\right\b|(?P<row>(?:\\\\)+(?!_)\*?(?:\[[^\[\]\n]{0,20}\])?|\\(?:cr|newline)\b)"
    r"|\\[A-Za-z]+|\\.|[{}()\[\]]"
)
_STEP = {"{": 1, "(": 1, "[": 1, "}": -1, ")": -1, "]": -1}
# What may stand before a left side; that one thing follows from another is said between them, and is no part of either.
_BETWEEN = re.compile(
    r"(?:[&\s]|\\(?:quad|qquad|displaystyle|Rightarrow|Longrightarrow|implies|therefore)(?![A-Za-z])"
    r"|\\hspace\*?\{[^{}]*\}|\\[,;:!\s])*"
)
_RELATION = re.compile(
    r":?=|≡|≈|←|\\(?:equiv|approx|leftarrow|gets|longleftarrow|Leftarrow|coloneqq|triangleq|propto|doteq|simeq)(?![A-Za-z])"
)
# A mark of a column that stands at no relation.
_COLUMN = re.compile(r"&(?!\s*(?:[-=&:≈≡<>]|\\(?:equiv|approx|leftarrow|gets|propto)\b))(?<![=≈≡]&)(?<![=≈≡] &)")
_FOLLOWING = re.compile(
    r"(?:[&\s]|\\q?quad\b|\\[,;:! ])*"
    r"\\(?:Rightarrow|Longrightarrow|implies|therefore|iff|Leftrightarrow)(?![A-Za-z])[&\s]*"
)
_GOES_ON = re.compile(
    r"[-+*/=:<>≈≡]|\\(?:cdot|times|odd|odot|equiv|approx|leq?|geq?|ll|gg|pm|mp|propto|simeq|triangleq|coloneqq|div"
    r"|iff|Leftrightarrow|right|rightarrow|to|sim|leftarrow|gets|mapsto)(?![A-Za-z])|[\])}]"
)
_WORDS = re.compile(
    r"(?:[\s&]|\\(?:text|textrm|mathrm|textbf|textit)\s*\{[^{}$]*\}|\\[{},;:! ]|\\(?:l|r)brace\b|\\q?quad\b)*\Z"
)


def statements(text: str, start: int, end: int) -> Iterator[Span]:
    r"""Where each statement of the display text[start:end] stands.

    >>> text = r"\begin{align} a &= b \\ &= c \\ d &= e \end{align}"
    >>> [text[i:j] for i, j in statements(text, 0, len(text))]
    ['a &= b \\\\ &= c', 'd &= e']
    """
    inside = _unwrapped(text, start, end)
    rows = [part for row in _rows(text, *inside) for part in _system(text, *row)]
    for first, last in _joined(text, rows):
        span = _trimmed(text, first, last)
        if span[0] < span[1]:
            yield span


def _unwrapped(text: str, start: int, end: int) -> Span:
    """Without an environment that is all there is; one that is closed twice in it stays."""
    if within := _DELIMITED.fullmatch(text, start, end):
        start, end = within.span(within.lastgroup or 0)
    start, end = _without_brace(text, start, end)
    while opened := _OPENING.match(text, start, end) or _TABLE.match(text, start, end):
        closing = f"\\end{{{opened['name']}}}"
        closed = text.rfind(closing, opened.end(), end)
        after = _LABELS_END.match(text, closed + len(closing), end) if closed >= 0 else None
        if after is None or after.end() < end or text.find(closing, opened.end(), closed) >= 0:
            break
        if opened.re is _TABLE and not _equations(text, opened.end(), closed):
            break
        start, end = opened.end(), closed
    return start, end


def _without_brace(text: str, start: int, end: int) -> Span:
    """Without the brace before a system of equations, which nothing closes."""
    opened, closed = _BRACE.match(text, start, end), _NO_BRACE.search(text, max(start, end - 30), end)
    return (opened.end(), closed.start()) if opened and closed else (start, end)


def _system(text: str, start: int, end: int) -> Iterator[Span]:
    """The equations that stand behind one brace, of which the name before it is a heading; else the row itself."""
    opened = _BRACED.match(text, start, end)
    closing = f"\\end{{{opened['name']}}}" if opened else ""
    closed = text.rfind(closing, opened.end(), end) if opened else -1
    after = text[closed + len(closing) : end] if closed >= 0 else ""
    alone = opened is not None and closed >= 0 and not re.sub(r"\\right\s*\.|[\s,.;]", "", after)
    rows = (
        [row for row in _rows(text, opened.end(), closed) if not _DOTS.fullmatch(text, *row)]
        if opened and alone
        else []
    )
    system = opened is not None and len(rows) > 1 and _equations(text, opened.end(), rows[-1][1])
    yield from rows if system and all(_starts(text, *row) for row in rows) else ((start, end),)


_BRACED = re.compile(
    r"(?P<head>[^=]*(?<![<>!:])=)?\s*(?:\\left\s*)?(?:\\\{|\\lbrace\b)?\s*\\begin\{(?P<name>array|d?cases|aligned)\}"
    r"(?:\s*\{[lcr| ]+\})?"
)
_DOTS = re.compile(r"(?:\s|\.|\\[clv]?dots\b|\\ldots\b|&)*")


def _equations(text: str, start: int, end: int) -> bool:
    """Whether the rows of a table are equations, whose columns meet at the relation."""
    rows = list(_rows(text, start, end))
    goes_on = [bool(_GOES_ON.match(text, _head(text, *row), row[1])) for row in rows[1:]] + [False]
    related = [_related(text, *row) for row in rows]
    return bool(rows) and all(map(max, related, goes_on)) and not _COLUMN.search(_FOLLOWING.sub("", text[start:end]))


def _head(text: str, start: int, end: int) -> int:
    between = _BETWEEN.match(text, start, end)
    return between.end() if between else start


def _rows(text: str, start: int, end: int) -> Iterator[Span]:
    """Split where a row ends outside of every bracket and environment; the whole where brackets do not match."""
    rows, begin, depth = [], start, 0
    for token in _TOKEN.finditer(text, start, end):
        if token["row"]:
            if depth == 0:
                rows.append((begin, token.start()))
                begin = token.end()
        else:
            depth += _depth(token[0])
            if depth < 0:
                break
    found = [*rows, (begin, end)] if depth == 0 else [(start, end)]
    return (row for row in found if text[slice(*row)].strip())


def _depth(token: str) -> int:
    if token.startswith(("\\begin", "\\end")):
        # The brace that the token ends with is closed after the name.
        return 2 if token.startswith("\\begin") else 0
    return _STEP.get(token, 0)


def _joined(text: str, rows: list[Span]) -> Iterator[Span]:
    """A row that starts a statement of its own ends the one before."""
    begin, last = None, 0
    for start, end in rows:
        if begin is not None and _starts(text, start, end):
            yield begin, last
            begin = None
        begin, last = start if begin is None else begin, end
        if _WORDS.match(text, start, end):
            yield begin, last
            begin = None
    if begin is not None:
        yield begin, last


def _starts(text: str, start: int, end: int) -> bool:
    """Whether a row has a left side of its own."""
    head = _head(text, start, end)
    if head >= end or _GOES_ON.match(text, head, end):
        return False
    return _related(text, head, end)


def _related(text: str, start: int, end: int) -> bool:
    """Whether a relation stands outside of every bracket."""
    depth, begin = 0, start
    for token in _TOKEN.finditer(text, start, end):
        if depth == 0 and _RELATION.search(text, begin, token.end()):
            return True
        depth, begin = depth + _depth(token[0]), token.start() if token[0][0] == "\\" else token.end()
    return depth == 0 and _RELATION.search(text, begin, end) is not None


def _trimmed(text: str, start: int, end: int) -> Span:
    start = _head(text, start, end)
    while start < end and text[end - 1].isspace() and text[end - 2 : end - 1] != "\\":
        end -= 1
    return start, end
