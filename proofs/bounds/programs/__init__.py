"""Errors of compiled losses, objectives, layers and models: the largest found by search, and some bounds.

    >>> line = found("loss", "mae")
    >>> line.errors["ordinary"]["A"].roundings
    0.5

`recorded_program` reads what benchmarks/bounds_programs.py wrote, without computing anything.
"""

from __future__ import annotations

from proofs.bounds.programs.arguments import REACHES
from proofs.bounds.programs.compiled import compiled
from proofs.bounds.programs.entries import labels, proved
from proofs.bounds.programs.record import (
    ProgramLine,
    program_evidence,
    programs_markdown,
    recorded_program,
    written_programs,
)
from proofs.bounds.programs.search import searched
from proofs.enclosure import exact


def found(kind: str, name: str) -> ProgramLine:
    """What a search finds now of one row, and what is proved: some seconds.

    NoBalls says what to install.
    """
    exact.needed()
    of = compiled(kind, name)
    results = {reach.name: searched(of, reach) for reach in REACHES}
    errors = {reach: {of.shown(t): e for t, e in made.errors.items()} for reach, made in results.items()}
    counts = {reach: made.points for reach, made in results.items()}
    return ProgramLine(kind, name, of.size, counts, errors, proved(of), labels(of))


__all__ = [
    "ProgramLine",
    "found",
    "program_evidence",
    "programs_markdown",
    "recorded_program",
    "written_programs",
]
