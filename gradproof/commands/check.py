"""gradproof check: the claims about derivatives in notes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import click

from gradproof.notes.page import write_pages
from gradproof.notes.sarif import sarif
from gradproof.notes.terminal import show
from gradproof.notes.workflow import workflow_commands
from numeric.files import write
from numeric.jobs import cores
from proofs import kept
from proofs.notes.cache import Cache
from proofs.notes.checking import check_content, check_notes
from proofs.notes.documents.formats import FORMATS as DOCUMENTS
from proofs.notes.fixes import corrections, write_fixed
from proofs.notes.report import NotesReport

STANDARD_INPUT = "-"
FORMATS: Mapping[str, Callable[[NotesReport], str]] = {
    "json": NotesReport.to_json,
    "sarif": sarif,
    "github": workflow_commands,
}


@click.command("check")
@click.argument("paths", metavar="FILE...", nargs=-1, required=True)
@click.option("--as", "form", type=click.Choice(list(DOCUMENTS)), help="The format; default: as the name ends.")
@click.option("--format", "shown", type=click.Choice(["terminal", *FORMATS]), default="terminal", show_default=True)
@click.option("--output", help="Write what --format says to this file.")
@click.option("--html", "folder", help="Write a copy of each note into this folder, with the verdicts in the margin.")
@click.option("--fix", is_flag=True, help="Write name.fixed.md beside name.md, with the right forms in it.")
@click.option("--all", "everything", is_flag=True, help="Show also what is not a claim.")
@click.option("--strict", is_flag=True, help="Exit status 3 where a formula was not understood.")
@click.option("--jobs", type=click.IntRange(1), help="Processes at once; default: one a core.")
@click.option("--cache", "cache_folder", help=f"Keep findings here; default: ${kept.VARIABLE}, or the system's folder.")
@click.option("--no-cache", is_flag=True, help="Judge all anew, and keep nothing.")
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[str, ...],
    form: str | None,
    shown: str,
    output: str | None,
    folder: str | None,
    fix: bool,
    everything: bool,
    strict: bool,
    jobs: int | None,
    cache_folder: str | None,
    no_cache: bool,
) -> None:
    """Check the claims about derivatives in notes: Markdown, LaTeX, reStructuredText, notebooks, and folders of them.

    The exit status is 1 where a formula is refuted, 2 where a file could not be read, 0 elsewhere. FILE may be - for
    standard input, with --as.

    \b
    Example:
      gradproof check post.md
      gradproof check notes/ --html checked --fix
      gradproof check notes/ --format sarif --output gradproof.sarif
    """
    cache = None if no_cache else Cache(Path(cache_folder) if cache_folder else kept.folder())
    report = _of_input(form, fix, cache) if paths == (STANDARD_INPUT,) else _of_files(paths, form, jobs, cache)
    _put(report, shown, output, everything)
    for line in _written(report, folder, fix):
        click.echo(line, err=True)
    ctx.exit(report.exit_status(strict))


def _of_files(paths: tuple[str, ...], form: str | None, jobs: int | None, cache: Cache | None) -> NotesReport:
    if STANDARD_INPUT in paths:
        raise click.UsageError("- stands for standard input, and goes alone")
    return check_notes(paths, form=form, jobs=jobs or cores(), cache=cache)


def _of_input(form: str | None, fix: bool, cache: Cache | None) -> NotesReport:
    if form is None or fix:
        raise click.UsageError("standard input goes with --as, which says its format, and without --fix")
    return check_content(sys.stdin.buffer.read(), STANDARD_INPUT, form, cache=cache)


def _put(report: NotesReport, shown: str, output: str | None, everything: bool) -> None:
    if shown == "terminal":
        if output:
            raise click.UsageError("--output goes with --format json, sarif or github")
        show(report, everything)
    elif output:
        click.echo(f"wrote {write(output, FORMATS[shown](report))}")
    else:
        click.echo(FORMATS[shown](report), nl=False)


def _written(report: NotesReport, folder: str | None, fix: bool) -> Iterator[str]:
    """Pages and corrected copies, and what is said of them."""
    if folder:
        for place in write_pages(report, Path(folder)):
            yield f"wrote {place}"
    for note in report.notes if fix else ():
        copy = write_fixed(note)
        if copy is not None:
            yield f"wrote {copy} ({corrections(note)} corrected)"
