"""Findings for a person: place, verdict and reason, then the formula, its right form and the numbers that refute it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from gradproof.notes.printable import one_line
from proofs.notes.formula import Finding
from proofs.notes.report import NOT_A_CLAIM, CheckedNote, NotesReport

STYLES = {
    "refuted": "bold red",
    "not understood": "yellow",
    "true under": "cyan",
    "proved": "green",
    "not a claim": "dim",
}
LONGEST = 100


def show(report: NotesReport, everything: bool = False, console: Console | None = None) -> None:
    """The findings in the order of the notes, what is no claim left out unless all are asked for; then the counts."""
    console = console or Console(highlight=False)
    for note in report.notes:
        for finding in note.findings:
            if everything or finding.verdict != NOT_A_CLAIM:
                for line in lines(note, finding):
                    console.print(line, soft_wrap=True)
    for problem in report.problems:
        console.print(Text(f"{one_line(problem.path)}: {one_line(problem.reason)}", "bold red"), soft_wrap=True)
    console.print(Text(str(report)), soft_wrap=True)


def lines(note: CheckedNote, finding: Finding) -> Iterator[Text]:
    """Place, verdict and reason; the formula; then what is known of a finding beside them."""
    reason = said(finding)
    place, verdict = (f"{one_line(note.where(finding))}: ", "bold"), (finding.verdict, STYLES[finding.verdict])
    yield Text.assemble(place, verdict, f": {reason}" if reason else "")
    yield Text(f"    {one_line(finding.latex, LONGEST)}")
    for name, text in details(finding):
        yield Text.assemble((f"    {name}: ", "dim"), one_line(text))


def said(finding: Finding) -> str:
    """The reason, with the conventions that it does not name."""
    missing = [text for text in finding.conventions if text not in finding.reason]
    return one_line("; ".join(filter(None, (finding.reason, *missing))))


def details(finding: Finding) -> Iterator[tuple[str, str]]:
    """What else is known: the right form, the numbers that refute, the likely slip, and how the formula was read."""
    numbers = ", ".join(f"{name} = {value}" for name, value in finding.counterexample.items())
    rows = (("right", finding.correction), ("at", numbers), ("slip", finding.slip), ("read as", finding.reading))
    yield from ((name, text) for name, text in rows if text)
