"""How far a long search has come, on a terminal; nothing is shown where the output is piped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from proofs.claim import Report


@contextmanager
def shown(seconds: float | None, jobs: int, console: Console | None = None) -> Iterator[Callable[[Report], None]]:
    """A line with the time that has passed, of how much, and what was examined; what it gives is told each report."""
    console = console or Console(stderr=True)
    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    seen = {"searches": 0, "examples": 0}
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        line = progress.add_task(_said(seconds, jobs, seen), total=None)

        def done(report: Report) -> None:
            seen["searches"] += 1
            seen["examples"] += report.examples
            progress.update(line, description=_said(seconds, jobs, seen))

        yield done


def _said(seconds: float | None, jobs: int, seen: dict[str, int]) -> str:
    words = ["searching", *([f"{seconds:g} s"] if seconds else []), *([f"on {jobs} jobs"] if jobs > 1 else [])]
    done = f": {seen['examples']} arguments in {seen['searches']} searches so far" if seen["searches"] else ""
    return " ".join(words) + done
