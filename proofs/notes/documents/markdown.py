r"""Markdown as Jekyll, Hugo, Obsidian, Quarto, GitHub and GitLab read it: $..$, $$..$$, \(..\), \[..\], \\(..\\), ...

Code is not read, unless it is all one formula in dollars, as themes that typeset `$x$` have it.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator, MutableMapping
from dataclasses import replace

from proofs.notes.documents.blocks import Blocks
from proofs.notes.documents.displays import WRAPPERS
from proofs.notes.documents.macros import Macro
from proofs.notes.documents.masks import plain
from proofs.notes.documents.places import formulas
from proofs.notes.documents.prose import PLAIN_END, PLAIN_EQUATION, is_formula, is_plain_equation
from proofs.notes.documents.scanner import DISPLAY, INLINE, LONGEST, ODD_BACKSLASHES, Row, Rows, Stretch, stretches
from proofs.notes.formula import Formula

_MATRICES = ("array", "bmatrix", "pmatrix", "matrix", "vmatrix", "Bmatrix", "Vmatrix", "smallmatrix", "cases")
_ENVIRONMENTS = "|".join((*WRAPPERS, *_MATRICES))
_FORMULA_TAG = r"katex|mathjax|latex|math"


def _same_block(opened: re.Match[str]) -> str:
    return rf"(?P<end>\{{%-?\s*end{opened['name']}\b[^%]*%\}})"


def _same_shortcode(opened: re.Match[str]) -> str:
    return rf"(?P<end>\{{\{{[<%]\s*/\s*{opened['name']}\s*[%>]\}}\}})"


def _same_code(opened: re.Match[str]) -> str:
    return rf"(?<!`)(?P<end>{opened[0]})(?!`)"


def _same_environment(opened: re.Match[str]) -> str:
    return rf"(?P<end>\\end\{{{re.escape(opened['name'])}\}})"


def _no_delimiters(inside: str) -> bool:
    """A shortcode around dollars only says that there are some."""
    return inside.strip() != "" and not re.match(r"\s*(?:\$|\\\(|\\\[|\\\\\(|\\\\\[)", inside)


def _no_code(inside: str) -> bool:
    return "`" not in inside and "$" not in inside


HIDDEN = (
    Row(r"<!--", r"(?P<end>-->)", paragraph=False),
    Row(r"<script\b(?![^<>]*math/tex)[^<>]*>?", r"(?P<end></script\s*>)", paragraph=False),
    Row(r"<(?P<name>style|pre|code|textarea)\b[^<>]*>?", lambda m: rf"(?P<end></{m['name']}\s*>)", paragraph=False),
    Row(r"\{%-?\s*(?P<name>highlight|comment)\b", _same_block, paragraph=False),
    Row(r"\{\{[<%]\s*(?P<name>highlight)\b", r"(?P<end>\{\{[<%]\s*/\s*highlight\s*[%>]\}\})", paragraph=False),
    Row(r"^%%", r"(?P<end>%%)", paragraph=False),
)
ROWS = Rows(
    (
        Row(PLAIN_EQUATION, PLAIN_END, INLINE, wanted=is_plain_equation),
        Row(r"\$`", r"(?P<end>`\$)", INLINE),
        Row(r"`\$\$?(?![`$])", r"(?<!\\)(?P<end>\$\$?`)", INLINE, wanted=_no_code),
        Row(r"(?<!`)`{1,8}(?!`)", _same_code),
        Row(r"`+"),
        *HIDDEN,
        Row(r'<script\s+type="math/tex[^<>]*>', r"(?P<end></script>)", DISPLAY, paragraph=False),
        Row(rf"\{{\{{[<%]\s*(?P<name>{_FORMULA_TAG})\b[^<>%]*[%>]\}}\}}",
            _same_shortcode, DISPLAY, paragraph=False, wanted=_no_delimiters),
        Row(rf"\{{%-?\s*(?P<name>{_FORMULA_TAG})\b[^%]*%\}}",
            _same_block, DISPLAY, paragraph=False, wanted=_no_delimiters),
        Row(r"\{\{", r"(?P<end>\}\})"),
        Row(r"\{%", r"(?P<end>%\})"),
        Row(r"\\\\\(", r"(?<!\\)(?P<end>\\\\\))", INLINE),
        Row(r"\\\\\[", r"(?<!\\)(?P<end>\\\\\])", DISPLAY),
        Row(r"\\\(", ODD_BACKSLASHES + r"(?P<end>\\\))", INLINE),
        Row(r"\\\[", ODD_BACKSLASHES + r"(?P<end>\\\])", DISPLAY),
        Row(rf"\\begin\{{(?P<name>(?:{_ENVIRONMENTS})\*?)\}}", _same_environment, DISPLAY, whole=True),
        Row(r"\\[^\n]"),
        Row(r"^[ \t]*\$\$[ \t]*$", ODD_BACKSLASHES + r"(?P<end>\$\$)", DISPLAY, paragraph=False),
        Row(r"\$\$", ODD_BACKSLASHES + r"(?P<end>\$\$)", DISPLAY),
        Row(r"\$", ODD_BACKSLASHES + r"(?P<end>\$)(?!\d)", INLINE, wanted=is_formula),
    ),
    "$`\\<{",
)  # fmt: skip
_RELATION_LAST = re.compile(r"(?:=|\\approx|\\equiv|\\leftarrow)\s*\Z")
_OUTSIDE = re.compile(rf"[ \t]*\\begin\{{({'|'.join(_MATRICES)})\}}")


def read(text: str, macros: MutableMapping[str, Macro]) -> Iterator[Formula]:
    """The formulas of a text in Markdown, in their order."""
    blocks = Blocks(plain(text), HIDDEN)
    outside = _extended(blocks.paragraphs)
    found = heapq.merge(blocks.fences, outside, key=lambda stretch: stretch.start)
    yield from formulas(text, blocks.readable, found, macros)


def _extended(text: str) -> Iterator[Stretch]:
    """A claim whose right side stands behind the closing dollars, by mistake, is read as it was meant."""
    last = 0
    for stretch in stretches(text, ROWS):
        if stretch.first >= last:
            end = _outside(text, stretch)
            yield stretch if end is None else replace(stretch, end=end, last=end)
            last = end or last


def _outside(text: str, stretch: Stretch) -> int | None:
    """Where the matrix ends that follows `$$ a = $$`."""
    if stretch.kind != DISPLAY or not _RELATION_LAST.search(text, max(stretch.start, stretch.end - 40), stretch.end):
        return None
    matrix = _OUTSIDE.match(text, stretch.last)
    closing = f"\\end{{{matrix[1]}}}" if matrix else ""
    found = text.find(closing, matrix.end(), matrix.end() + LONGEST) if matrix else -1
    return found + len(closing) if found >= 0 and "\n\n" not in text[stretch.last : found] else None
