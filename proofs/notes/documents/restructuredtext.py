"""reStructuredText: the role :math:`..` and the directive `.. math::`; without literal blocks, code and comments."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator, MutableMapping

from proofs.notes.documents.macros import Macro
from proofs.notes.documents.masks import Lines, blank, hidden, plain
from proofs.notes.documents.places import formulas
from proofs.notes.documents.prose import is_formula
from proofs.notes.documents.scanner import DISPLAY, INLINE, Row, Rows, Stretch, stretches
from proofs.notes.formula import Formula

_DIRECTIVE = re.compile(r"(?P<indent>[ \t]*)\.\. +(?:\|[^|\n]+\| +)?(?P<name>[\w:.+-]+)::(?:[ \t]+|$)(?P<rest>.*)")
_COMMENT = re.compile(r"(?P<indent>[ \t]*)\.\.(?=[ \t]*$| +(?![\[_|]))")
_LITERAL = re.compile(r"(?P<indent>[ \t]*)(?!\.\. )\S.*::[ \t]*$|(?P<alone>[ \t]*)::[ \t]*$")
_OPTIONS = re.compile(r"[^\n]*\n(?:[ \t]*:[\w-]+:(?:[ \t][^\n]*)?\n)+")
_LATE_OPTION = re.compile(r"^[ \t]+:(?:label|name|nowrap|class|no-wrap):.*$", re.MULTILINE)  # below the formula
_PART = re.compile(r"(?:^[ \t]*\S[^\n]*(?:\n|\Z))+", re.MULTILINE)
_CODE = (
    *("code", "code-block", "sourcecode", "highlight", "literalinclude", "raw", "parsed-literal", "doctest"),
    *("testcode", "ipython", "plot", "jupyter-execute", "graphviz", "prompt", "program-output"),
)
ROWS = Rows(
    (
        Row(r":math:`", r"(?<!\\)(?P<end>`)", INLINE),
        Row(r"`(?=[^`\n]+`:math:)", r"(?P<end>`):math:", INLINE),
        Row(r"``", r"(?P<end>``)"),
        # Not reStructuredText, and yet in notes: an escaped bracket is no formula.
        Row(r"\\\(", r"(?P<end>\\\))", INLINE, wanted=is_formula),
        Row(r"\\[^\n]"),
    ),
    ":`\\",
)


class _Blocks:
    """The text with literal blocks, code and comments blank, and the insides of `.. math::`."""

    def __init__(self, text: str) -> None:
        self.lines, self.masked = Lines(text), list[str]()
        self.displays: list[Stretch] = []
        number = 0
        while number < len(self.lines):
            number = self._block(number)
        self.readable = "".join(self.masked)

    def _block(self, number: int) -> int:
        line = self.lines[number].rstrip("\n")
        directive = _DIRECTIVE.match(line)
        if directive and directive["name"] == "math":
            return self._mathematics(number, directive)
        unread = _COMMENT.match(line) if directive is None else directive["name"] in _CODE
        self.masked.append(blank(self.lines[number]) if unread else self.lines[number])
        if not unread and not (directive is None and _LITERAL.match(line)):
            return number + 1
        end = self._end(number, _width(line))
        self.masked += [blank(self.lines[later]) for later in range(number + 1, end)]
        return end

    def _end(self, number: int, width: int) -> int:
        """The first line after `number` that is not empty and not deeper than `width`."""
        for later in range(number + 1, len(self.lines)):
            line = self.lines[later]
            if line.strip() and _width(line) <= width:
                return later
        return len(self.lines)

    def _mathematics(self, number: int, directive: re.Match[str]) -> int:
        """What is said on the line of the directive, and below it; an empty line parts two formulas."""
        end = self._end(number, len(directive["indent"]))
        start = self.lines.start(number)
        block = self.lines.text[start : self.lines.start(end)]
        options = _OPTIONS.match(block)
        head = options.end() if options else 0
        unread = [(0, directive.start("rest")), (directive.end("rest"), max(head, directive.end("rest")))]
        unread += [option.span() for option in _LATE_OPTION.finditer(block, unread[-1][-1])]
        self.masked.append(hidden(block, unread))
        for part in _PART.finditer(self.masked[-1]):
            first, last = start + part.start(), start + part.end()
            self.displays.append(Stretch(DISPLAY, first, last, first, last))
        return end

    @property
    def paragraphs(self) -> str:
        """The text without the displays, which are found already."""
        return hidden(self.readable, ((display.first, display.last) for display in self.displays))


def _width(line: str) -> int:
    return len(line) - len(line.lstrip())


def read(text: str, macros: MutableMapping[str, Macro]) -> Iterator[Formula]:
    """The formulas of a text in reStructuredText, in their order."""
    blocks = _Blocks(plain(text))
    inline = stretches(blocks.paragraphs, ROWS)
    found = heapq.merge(blocks.displays, inline, key=lambda stretch: stretch.start)
    yield from formulas(text, blocks.readable, found, macros)
