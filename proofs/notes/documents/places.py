"""From stretches to formulas: statements, without comments and with macros put in, at their places in the text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from dataclasses import replace
from functools import partial
from itertools import islice

from proofs.notes.documents.activations import activations
from proofs.notes.documents.aims import Named, aim, costs
from proofs.notes.documents.displays import statements
from proofs.notes.documents.headings import Headings
from proofs.notes.documents.macros import Macro, definitions, expanded
from proofs.notes.documents.masks import Lines, hidden
from proofs.notes.documents.scanner import DISPLAY, INLINE, Stretch
from proofs.notes.documents.told import told
from proofs.notes.formula import Formula
from proofs.notes.usual_models import models

_LINE_START = re.compile(r"(?:^|\n)[ \t]*(?:[-*+:]|\d+[.)])?[ \t]*\Z")
_COMMENT = re.compile(r"(?<![\\%])((?:\\\\)*)(%[^\n]*)")


MOST_FORMULAS = 20_000


def formulas(text: str, masked: str, found: Iterable[Stretch], macros: MutableMapping[str, Macro]) -> Iterator[Formula]:
    """The formulas of the stretches that hold some; `macros` has what was defined before, and learns what is here.

    `masked` is as long as the text and says what is read; a formula's LaTeX is masked[start:end], which is
    text[start:end] but for the marks of a block quote, comments and macros. No more than MOST_FORMULAS and one.
    """
    # One more shows that there are more.
    yield from islice(_all(text, masked, found, macros), MOST_FORMULAS + 1)


def _all(text: str, masked: str, found: Iterable[Stretch], macros: MutableMapping[str, Macro]) -> Iterator[Formula]:
    defined = list(definitions(masked))
    # What only defines is no formula.
    readable = hidden(masked, ((d.start, d.end) for d in defined))
    ahead = iter(defined)
    following = next(ahead, None)
    lines, headings, named = Lines(text), Headings(readable), Named(readable)
    spoken = partial(replace, costs=costs(masked), models=models(masked), functions=activations(masked))
    display = 0  # where the last one ends
    for stretch in found:
        while following is not None and following.start < stretch.end:
            macros[following.macro.name] = following.macro
            following = next(ahead, None)
        found_here, part = _of(stretch, readable, lines, macros), headings.before(stretch.first)
        words = named.near(stretch.first, display)
        yield from (spoken(one, part=part, near=words) for one in found_here)
        display = stretch.end if stretch.kind == DISPLAY else display
    macros.update({d.macro.name: d.macro for d in defined})


def _of(stretch: Stretch, readable: str, lines: Lines, macros: Mapping[str, Macro]) -> Iterator[Formula]:
    if stretch.kind not in (INLINE, DISPLAY):
        return
    inside = _COMMENT.sub(lambda c: c[1] + " " * len(c[2]), readable[stretch.start : stretch.end])
    for start, end in statements(inside, 0, len(inside)):
        latex, offset = inside[start:end], stretch.start + start
        line, column = lines.at(offset)
        whole = expanded(latex, macros) if macros else latex
        given = told(readable, stretch.last) if (start, end) == (0, len(inside)) else ""
        said = _displayed(stretch, readable), None, given, aim(readable, stretch.first)
        written = latex if whole != latex else ""
        yield Formula(whole, line, column, offset, stretch.start + end, *said, written=written)


def _displayed(stretch: Stretch, text: str) -> bool:
    """Display marks within a line of text are those of a formula in the line, as kramdown has it."""
    return stretch.kind == DISPLAY and _LINE_START.search(text, max(0, stretch.first - 80), stretch.first) is not None
