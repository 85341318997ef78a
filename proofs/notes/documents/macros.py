"""What a note defines by \\newcommand, \\def and \\DeclareMathOperator, put in the place of its calls, as TeX does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

MOST_MACROS, MOST_ROUNDS, LONGEST = 300, 12, 4_000
_DEFINING = re.compile(
    r"\\(?P<how>newcommand|renewcommand|providecommand|DeclareMathOperator|def|gdef)\b\*?\s*+"
    r"(?:\{\s*(?P<braced>\\(?:[A-Za-z]+|.))\s*\}|(?P<bare>\\(?:[A-Za-z]+|.)))\s*+"
    r"(?:\[(?P<count>[1-9])\]\s*(?:\[(?P<default>(?:[^\[\]{}]|\{[^{}]*\})*+)\]\s*)?|(?P<slots>[^\\{}#\n]{0,9}(?:#[1-9][^\\{}#\n]{0,9})*))(?=\{)"
)
_CALL = re.compile(r"\\(?:[A-Za-z]+|.)", re.DOTALL)
_SLOT = re.compile(r"#([1-9])")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_TOKEN = re.compile(r"\s*(\\[A-Za-z]+|\\.|[^\s{}])", re.DOTALL)


@dataclass(frozen=True)
class Macro:
    """\\name with `count` arguments; the first may be left out where there is a default; `braced`: each in braces.

    `marks`: what a definition by \\def has before the first argument and after each; none where that is nothing.
    """

    name: str
    count: int
    default: str | None
    body: str
    braced: bool = False
    marks: tuple[str, ...] = ()

    def with_arguments(self, arguments: list[str]) -> str:
        """The body, the arguments in their places; in a group, as far as it is one in TeX."""
        put = ""
        for place, part in enumerate(_SLOT.split(self.body)):
            piece = _kept(arguments, int(part)) if place % 2 else part
            put += _gap(put, piece, 0) + piece
        return put


@dataclass(frozen=True)
class Definition:
    """A macro, and where its definition stands."""

    macro: Macro
    start: int
    end: int


def _kept(arguments: list[str], number: int) -> str:
    return arguments[number - 1] if number <= len(arguments) else f"#{number}"


def definitions(text: str) -> Iterator[Definition]:
    r"""The macros that a text defines, in their order.

    >>> [d.macro for d in definitions(r"\newcommand{\pd}[2]{\frac{\partial #1}{\partial #2}}")]
    [Macro(name='\\pd', count=2, default=None, body='\\frac{\\partial #1}{\\partial #2}', braced=False, marks=())]
    """
    for found in islice(_DEFINING.finditer(text), MOST_MACROS):
        end = group_end(text, found.end(), LONGEST)
        if end is not None:
            body = text[found.end() + 1 : end - 1].replace("\n", " ")  # the end of a line is a space
            if found["how"] == "DeclareMathOperator":
                body = rf"\operatorname{{{body}}}"
            marks = [mark.strip() for mark in _SLOT.split(found["slots"] or "")[::2]]
            count = int(found["count"] or len(marks) - 1)
            delimited = tuple(marks) if any(marks) else ()
            macro = Macro(found["braced"] or found["bare"], count, found["default"], body, marks=delimited)
            yield Definition(macro, found.start(), end)


def group_end(text: str, start: int, longest: int) -> int | None:
    """The offset after the brace that closes the one at `start`; None where none does, within so many characters."""
    depth = 0
    for brace in _BRACE.finditer(text, start, start + longest):
        depth += {"{": 1, "}": -1}.get(brace[0], 0)
        if depth == 0:
            return brace.end()
    return None


def expanded(latex: str, macros: Mapping[str, Macro]) -> str:
    r"""The formula with no macro in it; as it was, where that has no end or grows too long.

    >>> pd = Macro(r"\pd", 2, None, r"\frac{\partial #1}{\partial #2}")
    >>> expanded(r"\pd{f}x", {pd.name: pd})
    '\\frac{\\partial f}{\\partial x}'
    """
    text = latex
    for _ in range(MOST_ROUNDS):
        if len(text) > LONGEST:
            break
        if not any(call[0] in macros for call in _CALL.finditer(text)):
            return text
        try:
            text = "".join(_once(text, macros))
        except _Unfinished:
            break
    return latex


class _Unfinished(Exception):
    """A call that is not given all its arguments."""


def _once(text: str, macros: Mapping[str, Macro]) -> Iterator[str]:
    offset, size = 0, 0
    for call in _CALL.finditer(text):
        if call.start() >= offset and call[0] in macros and size <= LONGEST:
            arguments, end = _arguments(text, call.end(), macros[call[0]])
            put = macros[call[0]].with_arguments(arguments)
            yield from (text[offset : call.start()], put, _gap(put, text, end))
            offset, size = end, size + len(put)
    yield text[offset:]


def _gap(put: str, text: str, end: int) -> str:
    """A space, where a command would run into the letter after it."""
    return " " if re.search(r"\\[A-Za-z]+\Z", put) and text[end : end + 1].isalpha() else ""


def _arguments(text: str, start: int, macro: Macro) -> tuple[list[str], int]:
    """What a call is given, and where it ends."""
    if macro.marks:
        return _delimited(text, start, macro.marks)
    given, offset = list[str](), start
    if macro.default is not None:
        optional = re.compile(r"\s*\[").match(text, start)
        given[:], offset = _delimited(text, start, ("[", "]")) if optional else ([macro.default], start)
    while len(given) < macro.count:
        argument, offset = _argument(text, offset, macro.braced)
        given.append(argument)
    return given, offset


def _delimited(text: str, start: int, marks: tuple[str, ...]) -> tuple[list[str], int]:
    """Arguments up to what the definition has after each; where that is nothing, one group or token."""
    given: list[str] = []
    offset = _past(text, start, marks[0])
    for mark in marks[1:]:
        argument, offset = _until(text, offset, mark) if mark else _argument(text, offset, braced=False)
        given.append(argument)
    return given, offset


def _past(text: str, start: int, mark: str) -> int:
    begin = re.compile(r"\s*" + re.escape(mark)).match(text, start)
    if begin is None:
        raise _Unfinished
    return begin.end()


def _until(text: str, start: int, mark: str) -> tuple[str, int]:
    """What stands before a mark outside of every brace, without its braces where it is one group."""
    offset = start
    while not text.startswith(mark, offset):
        token = _BRACE.match(text, offset)
        end = group_end(text, offset, LONGEST) if token and token[0] == "{" else (token.end() if token else offset + 1)
        if offset >= len(text) or end is None or (token and token[0] == "}"):
            raise _Unfinished
        offset = end
    given = text[start:offset].strip()
    whole = given.startswith("{") and group_end(given, 0, LONGEST) == len(given)
    return given[1:-1] if whole else given, offset + len(mark)


def _argument(text: str, start: int, braced: bool) -> tuple[str, int]:
    token = _TOKEN.match(text, start)
    if token and not braced:
        return token[1], token.end()
    brace = re.compile(r"\s*\{").match(text, start)
    end = group_end(text, brace.end() - 1, LONGEST) if brace else None
    if brace is None or end is None:
        raise _Unfinished
    return text[brace.end() : end - 1], end
