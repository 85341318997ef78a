"""Notes on disk: those that a path stands for, and what a file says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from proofs.notes.documents.document import Document
from proofs.notes.documents.encodings import Decoded, decoded
from proofs.notes.documents.formats import SUFFIXES, format_of, read

# Folders with copies of what others wrote.
PASSED_OVER = frozenset(("node_modules", "__pycache__", "venv", "site-packages"))


@dataclass(frozen=True)
class Note:
    """A document, its name, the format that it was read in, and how its bytes were decoded."""

    path: str
    format: str
    source: Decoded
    document: Document


def note_of(path: str, content: bytes, name: str | None = None) -> Note:
    """The note that these bytes are, in a format that is named or told by the path; ValueError where there is none."""
    form = name or format_of(path)
    source = decoded(content)
    return Note(path, form, source, read(source.text, form))


def load(path: str, name: str | None = None) -> Note:
    """The note in this file."""
    return note_of(path, Path(path).read_bytes(), name)


def notes_at(path: str) -> Iterator[str]:
    """The path, or the notes in and below a folder, but not in hidden ones; ValueError where there is none."""
    if not os.path.isdir(path):
        yield path
        return
    found = sorted(_below(path))
    if not found:
        raise ValueError(f"{path}: no note is in this folder; notes end in {', '.join(SUFFIXES)}")
    yield from found


def _below(folder: str) -> Iterator[str]:
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in PASSED_OVER]
        yield from (os.path.join(place, name) for name in files if Path(name).suffix.lower() in SUFFIXES)
