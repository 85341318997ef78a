"""The table of errors of compiled functions, as `gradproof certify --bounds` prints it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
from rich.console import Console
from rich.table import Column, Table

from derive.functions import ROWS
from numeric.files import write
from proofs.bounds import Line, error_bounds, markdown, recorded
from proofs.bounds.record import HEAD, cells
from proofs.enclosure import NoBalls


def show_bounds(names: str, output: str | None) -> None:
    """A row a function or slope; with `output` the table in Markdown, too, in that folder."""
    lines = list(_lines([name.strip() for name in names.split(",")]))
    table = Table(Column(HEAD[0], no_wrap=True), *HEAD[1:])
    for line in lines:
        table.add_row(*cells(line))
    console = Console()
    console.print(table)
    console.print("found: the largest error of a search, no bound; bound: for every float of the box", highlight=False)
    if output is not None:
        Path(output).mkdir(parents=True, exist_ok=True)
        console.print(f"wrote {write(Path(output) / 'bounds.md', markdown(lines))}", soft_wrap=True, highlight=False)


def _lines(names: list[str]) -> Iterator[Line]:
    if names == ["all"]:
        for name in ROWS:
            yield from recorded(name)
        return
    for name in names:
        if name not in ROWS:
            raise click.UsageError(f"--bounds takes functions, found {name!r}; known are {', '.join(ROWS)}, and all")
        try:
            yield from error_bounds(name)
        except NoBalls as error:
            raise click.UsageError(str(error)) from error
