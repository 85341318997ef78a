"""A document that was read: its formulas, their places in the file, and copies with other LaTeX in their place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from proofs.notes.documents.masks import Lines
from proofs.notes.formula import Formula

Span = tuple[int, int]


@dataclass(frozen=True)
class Section:
    """A text and the formulas in it: a whole document, or a cell of a notebook, whose number is in `title`."""

    text: str
    formulas: tuple[Formula, ...]
    title: str = ""


class Document(Protocol):
    """What each reader gives."""

    @property
    def sections(self) -> tuple[Section, ...]:
        """The texts that it consists of."""
        ...

    def place(self, formula: Formula) -> tuple[Span, Span]:
        """Line and column in the file where the formula starts and where it ends, from 1."""
        ...

    def replaced(self, others: Mapping[Formula, str]) -> str:
        """The file with other LaTeX in the place of these formulas."""
        ...


@dataclass(frozen=True)
class Text:
    """A document that is one text."""

    text: str
    formulas: tuple[Formula, ...]

    @property
    def sections(self) -> tuple[Section, ...]:
        """The text is all."""
        return (Section(self.text, self.formulas),)

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self.text)

    def place(self, formula: Formula) -> tuple[Span, Span]:
        """Where the formula starts and ends."""
        return self._lines.at(formula.start), self._lines.at(formula.end)

    def replaced(self, others: Mapping[Formula, str]) -> str:
        """The text with other LaTeX in the place of these formulas."""
        return spliced(self.text, others)


def spliced(text: str, others: Mapping[Formula, str]) -> str:
    r"""The text with other LaTeX in the place of formulas; all else is kept to the letter.

    >>> spliced("so $x$.", {Formula("x", start=4, end=5): "y"})
    'so $y$.'
    """
    parts, offset = [], 0
    for formula, latex in sorted(others.items(), key=lambda pair: pair[0].start):
        parts += [text[offset : formula.start], _closed(text[formula.start : formula.end], latex)]
        offset = formula.end
    return "".join([*parts, text[offset:]])


def _closed(written: str, latex: str) -> str:
    """On one line, as a quote's marks need it; with the dollars that stood in the middle of what is replaced."""
    return " ".join(latex.split("\n")) + ("$$" if "$$" in written else "")


def count(document: Document) -> int:
    """How many formulas it has."""
    return sum(len(section.formulas) for section in document.sections)
