"""The ledger as a table, as Markdown and as a page: one line a row, one column a kind of evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape

from proofs.ledger.grid import FAILS, GAP, HOLDS, Cell, Ledger

SIGNS = {HOLDS: "yes", FAILS: "FAILS", GAP: "gap"}


MADE = (
    "Made by `gradproof ledger --jobs 2 --format markdown --output docs/ledger.md`. What holds says for which values or"
    " shapes, and under which assumptions; it was computed for this code, or read from a cache whose keys are the code"
    " (for Coq: the statement, the proof and the prelude). Errors in float64 are those recorded in `table.json` and"
    " `programs.json` of `proofs/bounds/`. A gap is a row without this evidence, for the reason that its cell gives:"
    " nothing is typed, stated or proved of it, Coq or the program's limits refused or ended it, or it was not asked"
    " for."
)


def _grid(ledger: Ledger, shown: Callable[[Cell], str]) -> list[list[str]]:
    """A head, then a line a row."""
    head = ["row", *(kind.heading for kind in ledger.kinds)]
    lines = [
        [f"{kind} {name}", *(shown(ledger.cell((kind, name), e.name)) for e in ledger.kinds)]
        for kind, name in ledger.rows
    ]
    return [head, *lines]


def _summary(ledger: Ledger) -> list[str]:
    """How many rows each kind of evidence has, and what it trusts."""
    made = []
    for kind in ledger.kinds:
        counts = ledger.counts(kind.name)
        seconds = sum(ledger.cell(row, kind.name).seconds for row in ledger.rows)
        said = (
            f"{counts[HOLDS]} of {len(ledger.rows)} rows, {counts[GAP]} gaps, {counts[FAILS]} failures, {seconds:.0f} s"
        )
        made.append(f"{kind.heading}: {said}. Trusts {kind.trusts}.")
    return made


def table(ledger: Ledger) -> str:
    """Columns of yes, gap and FAILS for a terminal, then what fails or is missing, and why."""
    grid = _grid(ledger, lambda cell: SIGNS[cell.status])
    widths = [max(map(len, column)) for column in zip(*grid, strict=True)]
    lines = ["  ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)).rstrip() for line in grid]
    return "\n".join([*lines, "", *_summary(ledger), "", *_reasons(ledger)]).rstrip() + "\n"


def _reasons(ledger: Ledger) -> list[str]:
    cells = ((row, kind, ledger.cell(row, kind.name)) for row in ledger.rows for kind in ledger.kinds)
    return [f"{SIGNS[c.status]}: {' '.join(row)}, {k.heading}: {c.words}" for row, k, c in cells if c.status != HOLDS]


def markdown(ledger: Ledger) -> str:
    """A table with what each cell says."""
    head, *lines = _grid(ledger, lambda cell: f"{SIGNS[cell.status]}: {cell.words}")
    rule = ["---"] * len(head)
    body = [f"| {' | '.join(plain(word) for word in line)} |" for line in (head, rule, *lines)]
    return "\n".join(["# Ledger", "", MADE, "", *(f"- {line}" for line in _summary(ledger)), "", *body]) + "\n"


def plain(word: str) -> str:
    """The words as they stand in a cell of Markdown."""
    return word.replace("|", "\\|").replace("\n", " ").replace("*", "\\*").replace("_", "\\_")


def html(ledger: Ledger) -> str:
    """A page that opens without a network; gaps and failures are coloured."""
    rows = []
    for kind, name in ledger.rows:
        cells = (ledger.cell((kind, name), evidence.name) for evidence in ledger.kinds)
        words = "".join(f'<td class="{c.status}">{SIGNS[c.status]}: {escape(c.words)}</td>' for c in cells)
        rows.append(f"<tr><th>{escape(kind)} {escape(name)}</th>{words}</tr>")
    head = "".join(f"<th>{escape(kind.heading)}</th>" for kind in ledger.kinds)
    summary = "".join(f"<li>{escape(line)}</li>" for line in _summary(ledger))
    return PAGE.format(summary=summary, head=head, rows="\n".join(rows))


PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Ledger</title>
<style>
body {{ font-family: sans-serif }}
table {{ border-collapse: collapse }}
td, th {{ border: 1px solid #999; padding: 2px 6px }}
th {{ text-align: left }} .gap {{ background: #fdb }} .fails {{ background: #f88 }}
</style></head><body><h1>Ledger</h1><ul>{summary}</ul>
<table><tr><th>row</th>{head}</tr>
{rows}
</table></body></html>
"""

FORMATS: Mapping[str, Callable[[Ledger], str]] = {"table": table, "markdown": markdown, "html": html}

__all__ = ["FORMATS", "html", "markdown", "table"]
