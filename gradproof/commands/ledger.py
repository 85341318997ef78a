"""gradproof ledger: which evidence there is for which row of the library."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from numeric.files import write
from proofs.ledger import EVIDENCE, FORMATS, Ledger, compile_ledger, differences
from proofs.library import KINDS


@click.command("ledger")
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="table", help="How it is written.")
@click.option("--output", help="The file to write; without it the ledger is printed.")
@click.option("--rows", "kinds", type=click.Choice(list(KINDS)), multiple=True, help="Rows of this registry only.")
@click.option(
    "--evidence", "asked", type=click.Choice(list(EVIDENCE)), multiple=True, help="This kind of evidence only."
)
@click.option("--jobs", default=1, show_default=True, help="How many processes work side by side.")
@click.option("--minutes", default=math.inf, help="After so many no further row is begun.")
@click.option(
    "--compare", "page", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A page in Markdown."
)
@click.pass_context
def command(ctx: click.Context, /, form: str, output: str | None, page: Path | None, **options: Any) -> None:
    """Print, for every row of the library, what proves its gradient, and where there is a gap.

    What was found for the same code before is read from the cache. With --compare, what is printed are the cells that
    hold, fail or are gaps where the page says something else; the status is 1 if there are any.

    \b
    Example:
      gradproof ledger --rows loss --evidence kernel
      gradproof ledger --jobs 2 --format markdown --output docs/ledger.md
      gradproof ledger --jobs 2 --compare docs/ledger.md
    """
    made = _shown(options)
    unlike = differences(made, page.read_text(encoding="utf-8")) if page else []
    if output or page is None:
        text = FORMATS[form](made)
        click.echo(f"wrote {write(output, text)}" if output else text, nl=bool(output))
    if page is not None:
        click.echo("\n".join(unlike) or f"all cells are as in {page}")
    ctx.exit(1 if unlike else made.exit_status)


def _shown(options: Mapping[str, Any]) -> Ledger:
    """The ledger; on a terminal a line says which cell came last."""
    console = Console(stderr=True)
    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        line = progress.add_task("the first row", total=None)

        def done(heading: str, row: tuple[str, str]) -> None:
            progress.update(line, description=f"{heading}: {' '.join(row)}")

        return compile_ledger(done=done, **options)
