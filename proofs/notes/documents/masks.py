"""A text of the same length in which what is not to be read is blank: offsets into one are offsets into the other."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable

# A carriage return before a newline is a space, one alone is a newline, and what cannot be text is the sign for that.
_ODD = re.compile("\r\n|\r|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff]")
_INK = re.compile(r"[^\n]+")


def plain(text: str) -> str:
    r"""The text with newlines alone as ends of lines, and no other control characters; as long as before.

    >>> plain("a\r\nb\rc\x00")
    'a \nb\nc�'
    """
    return _ODD.sub(lambda found: {"\r\n": " \n", "\r": "\n"}.get(found[0], "\ufffd"), text)


def blank(text: str) -> str:
    r"""Spaces for all but newlines.

    >>> blank("ab\nc")
    '  \n '
    """
    return _INK.sub(lambda found: " " * len(found[0]), text)


def hidden(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with these stretches blank; one that starts within another counts as part of it.

    >>> hidden("abcd", [(1, 3)])
    'a  d'
    """
    parts, offset = [], 0
    for start, end in spans:
        if start >= offset:
            parts += [text[offset:start], blank(text[start:end])]
            offset = end
    return "".join([*parts, text[offset:]])


class Lines:
    """Line and column, each from 1, of an offset into a text; LF, CRLF and CR alone end lines.

    >>> Lines("ab\\r\\ncd").at(5)
    (2, 2)
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = array("Q", (0, *(found.end() for found in re.finditer("\r\n|\r|\n", text))))

    def __len__(self) -> int:
        return len(self._starts)

    def __getitem__(self, number: int) -> str:
        """A line, counted from 0, with its end."""
        return self.text[self.start(number) : self.start(number + 1)]

    def start(self, number: int) -> int:
        """The offset of a line, counted from 0; the length of the text after the last."""
        return self._starts[number] if number < len(self._starts) else len(self.text)

    def at(self, offset: int) -> tuple[int, int]:
        """The place of an offset."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1
