r"""LaTeX documents and parts of them: $..$, $$..$$, \(..\), \[..\], environments; without comments and verbatim."""

from __future__ import annotations

import re
from collections.abc import Iterator, MutableMapping

from proofs.notes.documents.displays import WRAPPERS
from proofs.notes.documents.macros import Macro
from proofs.notes.documents.masks import hidden, plain
from proofs.notes.documents.own_displays import CLOSES, OPENS, marked
from proofs.notes.documents.places import formulas
from proofs.notes.documents.scanner import DISPLAY, ESCAPED, INLINE, ODD_BACKSLASHES, SKIPPED, Row, Rows, stretches
from proofs.notes.formula import Formula

_VERBATIM = "verbatim|Verbatim|lstlisting|minted|comment|alltt|filecontents"
UNREAD = Rows(
    (
        Row(r"\\verb\*?(?P<name>[|!+@/=\"'~^])", lambda m: rf"(?P<end>{re.escape(m['name'])})"),
        Row(rf"\\begin\{{(?P<name>(?:{_VERBATIM})\*?)\}}",
            lambda m: rf"(?P<end>\\end\{{{re.escape(m['name'])}\}})", paragraph=False),
        Row(r"\\end\{document\}", r"(?P<end>\Z)", paragraph=False),
        Row(r"\\[^\n]", kind=ESCAPED),
        Row(r"%", r"(?P<end>$)", paragraph=False),
    ),
    "\\%",
)  # fmt: skip
SHOWN = Rows(
    (
        Row(OPENS, f"(?P<end>{CLOSES})", DISPLAY, paragraph=False),
        Row(r"\\\(", ODD_BACKSLASHES + r"(?P<end>\\\))", INLINE),
        Row(r"\\\[", ODD_BACKSLASHES + r"(?P<end>\\\])", DISPLAY),
        Row(rf"\\begin\{{(?P<name>(?:{'|'.join(WRAPPERS)})\*?)\}}",
            lambda m: rf"(?P<end>\\end\{{{re.escape(m['name'])}\}})", DISPLAY, paragraph=False, whole=True),
        Row(r"\\[^\n]"),
        Row(r"\$\$", ODD_BACKSLASHES + r"(?P<end>\$\$)", DISPLAY),
        Row(r"\$", ODD_BACKSLASHES + r"(?P<end>\$)", INLINE),
    ),
    f"$\\{OPENS}",
)  # fmt: skip


def read(text: str, macros: MutableMapping[str, Macro]) -> Iterator[Formula]:
    """The formulas of a text in LaTeX, in their order."""
    whole = plain(text)
    unread = (s for s in stretches(whole, UNREAD) if s.kind == SKIPPED)
    shown = marked(hidden(whole, ((stretch.first, stretch.last) for stretch in unread)))
    yield from formulas(text, shown, stretches(shown, SHOWN), macros)
