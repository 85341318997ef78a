"""Corrected copies: the refuted formulas that have a right form are replaced, and nothing else is touched."""

from __future__ import annotations

from pathlib import Path

from numeric.files import write
from proofs.notes.formula import Formula
from proofs.notes.report import REFUTED, CheckedNote


def fixed_path(path: str) -> Path:
    """Where the corrected copy of a note is put: beside it, under a name of its own.

    >>> str(fixed_path("a/post.md"))
    'a/post.fixed.md'
    """
    original = Path(path)
    return original.with_name(f"{original.stem}.fixed{original.suffix}")


def corrections(note: CheckedNote) -> int:
    """How many formulas of the note have a correction."""
    return len(_others(note))


def fixed(note: CheckedNote) -> bytes:
    """The note with each refuted formula that has a correction replaced by it, in the encoding of the note."""
    return note.note.source.encoded(note.note.document.replaced(_others(note)))


def write_fixed(note: CheckedNote) -> Path | None:
    """Write the corrected copy, if there is something to correct, and say where; the note stays as it is."""
    return write(fixed_path(note.path), fixed(note)) if _others(note) else None


def _others(note: CheckedNote) -> dict[Formula, str]:
    return {f.formula: f.correction for f in note.findings if f.verdict == REFUTED and f.correction is not None}
