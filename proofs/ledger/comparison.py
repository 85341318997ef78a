"""A ledger beside a page that was written before: which cells hold, fail or are gaps in one and not in the other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from proofs.ledger.formats import markdown
from proofs.ledger.grid import NOT_ASKED, NOT_RUN, Ledger

BAR = re.compile(r"(?<!\\)\|")


def differences(ledger: Ledger, page: str) -> list[str]:
    """A line for each cell that is not as the page, in Markdown, has it; what was not run is as no page has it.

    Only what was asked for is compared. Rows of the same registries that only the page has are differences too.
    """
    ours, theirs = dict(_cells(markdown(ledger))), dict(_cells(page))
    registries = {kind for kind, _ in ledger.rows}
    gone = (key for key in theirs if key not in ours and key[0].split()[0] in registries)
    return [
        f"{row}, {heading}: {_said(ours, row, heading)}; on the page: {_said(theirs, row, heading)}"
        for row, heading in (*ours, *gone)
        if not _same(_said(ours, row, heading), _said(theirs, row, heading))
    ]


def _cells(page: str) -> Iterator[tuple[tuple[str, str], str]]:
    """Row, heading and words of each cell of a table."""
    lines = [[word.strip() for word in BAR.split(line)[1:-1]] for line in page.splitlines() if line.startswith("|")]
    for row, *cells in lines[2:]:
        yield from (((row.replace("\\", ""), heading), cell) for heading, cell in zip(lines[0][1:], cells, strict=True))


def _said(cells: Mapping[tuple[str, str], str], row: str, heading: str) -> str:
    return cells.get((row, heading), "no such cell")


def _same(ours: str, theirs: str) -> bool:
    """One sign before the colon; seconds stand in no cell, and words may name a version."""
    if ours.endswith(NOT_ASKED):
        return True
    return NOT_RUN not in ours + theirs and ours.partition(":")[0] == theirs.partition(":")[0]


__all__ = ["differences"]
