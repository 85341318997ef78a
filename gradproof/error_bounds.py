"""The tables of errors of compiled code, as `gradproof certify --bounds` prints them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.table import Column, Table

from numeric.files import write
from proofs.bounds import Line, error_bounds, markdown, recorded
from proofs.bounds.programs import ProgramLine, found, programs_markdown, recorded_program
from proofs.bounds.programs.record import MEANING, PROGRAM_HEAD, program_cells
from proofs.bounds.record import HEAD, cells
from proofs.enclosure import NoBalls
from proofs.library import rows


def show_bounds(names: str, output: str | None) -> None:
    """A row a function or slope, and one a tensor of a program; with `output` in Markdown, too, in that folder."""
    functions, programs = _lines([name.strip() for name in names.split(",")])
    console = Console()
    _print(console, HEAD, map(cells, functions))
    if functions:
        said = "found: the largest error of a search, no bound; bound: for every float of the box"
        console.print(said, highlight=False)
    _print(console, PROGRAM_HEAD, (row for line in programs for row in program_cells(line)))
    if programs:
        console.print(MEANING, highlight=False)
    if output is not None:
        text = "\n".join([markdown(functions)] * bool(functions) + [programs_markdown(programs)] * bool(programs))
        Path(output).mkdir(parents=True, exist_ok=True)
        console.print(f"wrote {write(Path(output) / 'bounds.md', text)}", soft_wrap=True, highlight=False)


def _print(console: Console, head: Sequence[str], lines: Iterable[Sequence[str]]) -> None:
    """A table, if it has a row."""
    table = Table(Column(head[0], no_wrap=True), *head[1:])
    for line in lines:
        table.add_row(*line)
    if table.row_count:
        console.print(table)


def _lines(names: list[str]) -> tuple[list[Line], list[ProgramLine]]:
    """Of functions, and of all else: recorded for all, computed now for some."""
    if names == ["all"]:
        kept = [recorded_program(kind, name) for kind, name in rows() if kind != "function"]
        return [line for _, name in rows("function") for line in recorded(name)], [line for line in kept if line]
    asked = [row for name in names for row in _named(name)]
    try:
        functions = [line for kind, name in asked if kind == "function" for line in error_bounds(name)]
        return functions, [found(*row) for row in asked if row[0] != "function"]
    except NoBalls as error:
        raise click.UsageError(str(error)) from error


def _named(name: str) -> Iterator[tuple[str, str]]:
    """The rows of this name, in whatever registries."""
    every = list(rows())
    if not any(name == known for _, known in every):
        known = ", ".join(dict.fromkeys(known for _, known in every))
        raise click.UsageError(f"--bounds takes names of rows, found {name!r}; known are {known}, and all")
    yield from (row for row in every if row[1] == name)
