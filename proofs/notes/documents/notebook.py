"""Jupyter notebooks: the Markdown cells, whose text is JSON strings at places in the file that are kept."""

from __future__ import annotations

import json
import json.scanner
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from proofs.notes.documents import markdown
from proofs.notes.documents.customary import CUSTOMARY
from proofs.notes.documents.document import Section, Span, spliced
from proofs.notes.documents.macros import Macro
from proofs.notes.documents.masks import Lines
from proofs.notes.formula import Formula


class _Literal(str):
    """A string, and where it stands in the file with its quotes."""

    span: Span


class _Decoder(json.JSONDecoder):
    """Keeps the places of strings that are values; only the scanner in Python asks `parse_string` for each."""

    def __init__(self) -> None:
        super().__init__()
        self._parsed: Callable[[str, int, bool], tuple[str, int]] = vars(self)["parse_string"]
        self.parse_string = self._located
        self.scan_once = json.scanner.py_make_scanner(self)  # type: ignore[attr-defined]

    def _located(self, text: str, start: int, strict: bool) -> tuple[str, int]:
        value, end = self._parsed(text, start, strict)
        literal = _Literal(value)
        literal.span = start - 1, end
        return literal, end


_LINE = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True)
class Cell:
    """A Markdown cell: its number, the strings that its text is made of, and its formulas."""

    number: int
    strings: tuple[_Literal, ...]
    formulas: tuple[Formula, ...] = ()

    @property
    def text(self) -> str:
        """The strings as one."""
        return "".join(self.strings)

    def string_at(self, offset: int) -> tuple[int, int]:
        """The number of the string that holds this place of the text, and the offset in it."""
        for number, string in enumerate(self.strings[:-1]):
            if offset < len(string):
                return number, offset
            offset -= len(string)
        return len(self.strings) - 1, offset


@dataclass(frozen=True)
class Notebook:
    """A document that is the text of a notebook file."""

    text: str
    cells: tuple[Cell, ...]

    @property
    def sections(self) -> tuple[Section, ...]:
        """The Markdown cells."""
        return tuple(Section(cell.text, cell.formulas, f"cell {cell.number}") for cell in self.cells)

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self.text)

    @cached_property
    def _numbered(self) -> dict[int, Cell]:
        return {cell.number: cell for cell in self.cells}

    def place(self, formula: Formula) -> tuple[Span, Span]:
        """Where the strings stand in the file that the formula starts and ends in; most often one string is a line."""
        cell = self._numbered[formula.cell or 0]
        first, last = (cell.strings[cell.string_at(offset)[0]].span for offset in (formula.start, formula.end - 1))
        return self._lines.at(first[0]), self._lines.at(last[1])

    def replaced(self, others: Mapping[Formula, str]) -> str:
        """The file with other strings where a formula is replaced, and as it was elsewhere."""
        parts, offset = [], 0
        for cell in self.cells:
            inside = {formula: others[formula] for formula in cell.formulas if formula in others}
            if inside:
                (start, end), strings = self._rewritten(cell, inside)
                parts += [self.text[offset:start], strings]
                offset = end
        return "".join([*parts, self.text[offset:]])

    def _rewritten(self, cell: Cell, others: Mapping[Formula, str]) -> tuple[Span, str]:
        """The strings from the first to the last that is touched, as they are to be written, and their place."""
        first, before = cell.string_at(min(formula.start for formula in others))
        last, _ = cell.string_at(max(formula.end for formula in others) - 1)
        run = cell.strings[first : last + 1]
        shift = min(formula.start for formula in others) - before
        shifted = {replace(f, start=f.start - shift, end=f.end - shift): latex for f, latex in others.items()}
        new = spliced("".join(run), shifted)
        start, end = run[0].span[0], run[-1].span[1]
        ascii_only = self.text[start:end].isascii()
        lines = _LINE.findall(new) if len(run) > 1 else [new]
        return (start, end), self._between(cell).join(json.dumps(line, ensure_ascii=ascii_only) for line in lines)

    def _between(self, cell: Cell) -> str:
        """What stands between two strings of the cell."""
        return self.text[cell.strings[0].span[1] : cell.strings[1].span[0]] if len(cell.strings) > 1 else ", "


def read(text: str) -> Notebook:
    """The Markdown cells of a notebook; ValueError where the file is none."""
    try:
        cells = tuple(_cells(_Decoder().decode(text)))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"this is no notebook: {error}") from error
    return Notebook(text, tuple(_with_formulas(cells)))


def _with_formulas(cells: Iterable[Cell]) -> Iterator[Cell]:
    macros: dict[str, Macro] = dict(CUSTOMARY)
    for cell in cells:
        found = tuple(replace(formula, cell=cell.number) for formula in markdown.read(cell.text, macros))
        yield replace(cell, formulas=found)


def _cells(notebook: Any) -> Iterator[Cell]:
    for number, cell in enumerate(_listed(notebook), start=1):
        if isinstance(cell, dict) and cell.get("cell_type") == "markdown":
            source = cell.get("source")
            strings = source if isinstance(source, list) else [source]
            literals = tuple(string for string in strings if isinstance(string, _Literal))
            if literals and len(literals) == len(strings):
                yield Cell(number, literals)


def _listed(notebook: Any) -> list[Any]:
    """The cells; before version 4 of the format they are in a worksheet."""
    sheets = notebook.get("worksheets") if isinstance(notebook, dict) else None
    holder = sheets[0] if isinstance(sheets, list) and sheets else notebook
    cells = holder.get("cells") if isinstance(holder, dict) else None
    if not isinstance(cells, list):
        raise ValueError("it has no list of cells")
    return cells
