"""Blocks of Markdown, line by line: front matter, code, hidden HTML and block quotes; what is left is paragraphs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from proofs.notes.documents.masks import Lines, blank, hidden
from proofs.notes.documents.scanner import DISPLAY, Row, Stretch

_QUOTE = re.compile(r"(?:[ \t]*>)+ ?")
# An item of a list, a footnote, a definition, or an admonition (!!! note, ??? tip, === "tab"): its lines are indented.
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)]|\[\^[^\]\n]{1,60}\]:|:|!!!|\?\?\?\+?|===[+!]?(?= *\"))(?:[ \t]+|$)")
_FENCE = re.compile(r"[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(?P<mark>`{3,}+|~{3,}+)[ \t]*+(?P<info>[^`\n]*+)$")
_MATH_FENCE = re.compile(r"(?:math|\{math\}|\{\s*\.math[^}]*\})(?:\s.*)?$")
_OPTIONS = re.compile(r"(?:[ \t]*:[\w-]+:(?:[ \t][^\n]*)?\n)+|[ \t]*---[ \t]*\n(?:[^\n]*\n)*?[ \t]*---[ \t]*\n")
_CODE = re.compile(r" {4}|\t")
_FRONT = re.compile(r"(---|\+\+\+)[ \t]*\n(?![ \t]*\n)")


@dataclass(frozen=True)
class Line:
    """A line of a block quote, or none: what is said, and how many marks stand before it."""

    said: str
    quotes: int
    masked: str


def unquoted(line: str) -> Line:
    r"""The line with the marks of a block quote apart.

    >>> unquoted("> > a\n")
    Line(said='a\n', quotes=2, masked='    a\n')
    """
    quote = _QUOTE.match(line)
    if quote is None:
        return Line(line, 0, line)
    said = line[quote.end() :]
    return Line(said, quote[0].count(">"), " " * quote.end() + said)


class Blocks:
    """`paragraphs` is as long as the text, with all else blank; `fences` are the code blocks that are mathematics.

    `readable` has both. `unread` are rows that may go over many lines, whose inside is not Markdown.
    """

    def __init__(self, text: str, unread: Sequence[Row]) -> None:
        self.fences: list[Stretch] = []
        self._lines, self._unread = Lines(text), unread
        self._masked: list[str] = []
        self._nowhere: dict[str, int] = {}
        self._after_empty, self._in_list, self._in_code = True, False, False
        number = self._hide(0, _front_matter(self._lines))
        while number < len(self._lines):
            number = self._block(number)
        self.readable = "".join(self._masked)

    @property
    def paragraphs(self) -> str:
        """The text without the fences, which are found already."""
        return hidden(self.readable, ((fence.first, fence.last) for fence in self.fences))

    def _block(self, number: int) -> int:
        """Put the block that starts at this line; the number of the line after it."""
        line = unquoted(self._lines[number])
        if not line.said.strip():
            self._after_empty = True
            return self._put(line, number)
        if self._indented(line.said):
            self._in_code = True
            return self._hide(number, number + 1)
        fence = _FENCE.match(line.said.rstrip("\n"))
        return self._fenced(fence, line.quotes, number) if fence else self._other(line, number)

    def _other(self, line: Line, number: int) -> int:
        for row in self._unread:
            if opened := row.opening.match(line.said.lstrip()):
                end = self._closing(row.closing(opened), number)
                if end is not None and end > number:
                    return self._hide(number, end + 1)
        return self._paragraph(line, number)

    def _paragraph(self, line: Line, number: int) -> int:
        if _ITEM.match(line.said):
            self._in_list = True
        elif self._after_empty and not line.said[0].isspace():
            self._in_list = False
        self._after_empty = self._in_code = False
        return self._put(line, number)

    def _indented(self, said: str) -> bool:
        """Code by indentation, which within a list is a paragraph of the item."""
        return bool(_CODE.match(said)) and (self._in_code or self._after_empty) and not self._in_list

    def _put(self, line: Line, number: int) -> int:
        self._masked.append(line.masked)
        return number + 1

    def _hide(self, first: int, last: int) -> int:
        self._masked += [blank(self._lines[number]) for number in range(first, last)]
        return last

    def _closing(self, closes: re.Pattern[str], number: int) -> int | None:
        """The line on which it closes; looked for once, since what is closed nowhere is a paragraph."""
        if number >= self._nowhere.get(closes.pattern, len(self._lines)):
            return None
        for later in range(number, len(self._lines)):
            if closes.search(self._lines[later]):
                return later
        self._nowhere[closes.pattern] = number
        return None

    def _fenced(self, fence: re.Match[str], quotes: int, number: int) -> int:
        self._after_empty = True
        end, last = self._fence_end(fence["mark"], quotes, number)
        if not _MATH_FENCE.match(fence["info"]):
            return self._hide(number, last)
        at = self._lines.start
        options = _OPTIONS.match(self._lines.text, at(number + 1), at(end))
        first = self._hide(number, number + 1 + (options[0].count("\n") if options else 0))
        self._masked += [unquoted(self._lines[n]).masked for n in range(first, end)]
        self.fences.append(Stretch(DISPLAY, at(first), at(end), at(number), at(last)))
        return self._hide(end, last)

    def _fence_end(self, mark: str, quotes: int, number: int) -> tuple[int, int]:
        """The line after the inside, and the line after the block, which a quote that ends closes too."""
        closing = re.compile(rf"[ \t]*{re.escape(mark[0])}{{{len(mark)},}}[ \t]*$")
        for later in range(number + 1, len(self._lines)):
            line = unquoted(self._lines[later])
            if line.quotes < quotes:
                return later, later
            if closing.match(line.said.rstrip("\n")):
                return later, later + 1
        return len(self._lines), len(self._lines)


def _front_matter(lines: Lines) -> int:
    """How many lines it has: YAML between ---, or TOML between +++."""
    front = _FRONT.match(lines.text)
    if front is None:
        return 0
    closed = re.compile(rf"^(?:{re.escape(front[1])}|\.\.\.)[ \t]*$", re.MULTILINE).search(lines.text, front.end())
    return lines.at(closed.start())[0] if closed else 0
