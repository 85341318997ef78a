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
    r"(?:\[(?P<count>[1-9])\]\s*(?:\[(?P<default>[^\[\]{}]*)\]\s*)?|(?P<slots>(?:#[1-9])*)\s*)(?=\{)"
)
_CALL = re.compile(r"\\(?:[A-Za-z]+|.)", re.DOTALL)
_SLOT = re.compile(r"#([1-9])")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_TOKEN = re.compile(r"\s*(\\[A-Za-z]+|\\.|[^\s{}])", re.DOTALL)


@dataclass(frozen=True)
class Macro:
    """\\name with `count` arguments; the first may be left out where there is a default; `braced`: each in braces."""

    name: str
    count: int
    default: str | None
    body: str
    braced: bool = False

    def with_arguments(self, arguments: list[str]) -> str:
        """The body, the arguments in their places; in a group, as far as it is one in TeX."""
        return _SLOT.sub(lambda slot: _kept(arguments, int(slot[1])), self.body)


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
    [Macro(name='\\pd', count=2, default=None, body='\\frac{\\partial #1}{\\partial #2}', braced=False)]
    """
    for found in islice(_DEFINING.finditer(text), MOST_MACROS):
        end = group_end(text, found.end(), LONGEST)
        if end is not None:
            body = text[found.end() + 1 : end - 1]
            if found["how"] == "DeclareMathOperator":
                body = rf"\operatorname{{{body}}}"
            count = int(found["count"] or len(found["slots"] or "") // 2)
            macro = Macro(found["braced"] or found["bare"], count, found["default"], body)
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
    given: list[str] = []
    offset = start
    if macro.default is not None:
        optional = re.compile(r"\s*\[([^\[\]]*)\]").match(text, offset)
        given.append(optional[1] if optional else macro.default)
        offset = optional.end() if optional else offset
    while len(given) < macro.count:
        argument, offset = _argument(text, offset, macro.braced)
        given.append(argument)
    return given, offset


def _argument(text: str, start: int, braced: bool) -> tuple[str, int]:
    token = _TOKEN.match(text, start)
    if token and not braced:
        return token[1], token.end()
    brace = re.compile(r"\s*\{").match(text, start)
    end = group_end(text, brace.end() - 1, LONGEST) if brace else None
    if brace is None or end is None:
        raise _Unfinished
    return text[brace.end() : end - 1], end
