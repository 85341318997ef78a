r"""Macros of a document's own that stand around a display: \newcommand{\be}{\begin{equation}}, \def\eqs#1{...}."""

from __future__ import annotations

import re
from collections.abc import Iterator

from proofs.notes.documents.displays import WRAPPERS
from proofs.notes.documents.macros import Definition, Macro, definitions, group_end
from proofs.notes.documents.masks import hidden

OPENS, CLOSES = "\x02", "\x03"  # no characters of a text: `plain` leaves no control characters in it
LONGEST = 4_000
_NAME = rf"(?P<name>(?:{'|'.join(WRAPPERS)})\*?)"
_OPENING = re.compile(rf"\s*\\begin\{{{_NAME}\}}\s*")
_CLOSING = re.compile(rf"\s*\\end\{{{_NAME}\}}\s*")
_AROUND = re.compile(rf"\s*\\begin\{{{_NAME}\}}\s*#1\s*\\end\{{(?P=name)\}}\s*")
_CALL = re.compile(r"\\[A-Za-z]+")


def marked(text: str) -> str:
    r"""The text with OPENS and CLOSES where such macros are called; as long as before.

    >>> marked(r"\def\be{\begin{align}}\def\ee{\end{align}}\be a \ee")[-9:]
    '  \x02 a \x03  '
    """
    defined = list(definitions(text))
    own = {d.macro.name: d.macro for d in defined if _stands_around(d.macro)}
    return "".join(_marked(text, defined, own)) if own else text


def _stands_around(macro: Macro) -> bool:
    if macro.count == 1:
        return _AROUND.fullmatch(macro.body) is not None
    return macro.count == 0 and any(row.fullmatch(macro.body) for row in (_OPENING, _CLOSING))


def _marked(text: str, defined: list[Definition], own: dict[str, Macro]) -> Iterator[str]:
    """Parts of the text, one after the other."""
    offset = 0
    for call in _CALL.finditer(hidden(text, ((d.start, d.end) for d in defined))):
        macro = own.get(call[0])
        end = _end(text, call, macro) if macro and call.start() >= offset else None
        if macro is None or end is None:
            continue
        yield text[offset : call.start()]
        yield _with_marks(text[call.start() : end], macro)
        offset = end
    yield text[offset:]


def _end(text: str, call: re.Match[str], macro: Macro) -> int | None:
    """Where a call ends, with what it is given."""
    given = re.compile(r"\s*(?=\{)").match(text, call.end()) if macro.count else None
    return group_end(text, given.end(), LONGEST) if given else (None if macro.count else call.end())


def _with_marks(call: str, macro: Macro) -> str:
    if macro.count:
        start = call.index("{") + 1
        return " " * (start - 1) + OPENS + call[start:-1] + CLOSES
    space = " " * (len(call) - 1)
    return space + OPENS if _OPENING.fullmatch(macro.body) else CLOSES + space
