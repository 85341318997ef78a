"""The formats, one row each: what files of it end in, and what reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path

from proofs.notes.documents import latex, markdown, notebook, restructuredtext
from proofs.notes.documents.customary import CUSTOMARY
from proofs.notes.documents.document import Document, Text, count
from proofs.notes.documents.macros import Macro
from proofs.notes.documents.places import MOST_FORMULAS
from proofs.notes.formula import Formula

MOST_CHARACTERS = 100_000_000
Read = Callable[[str, MutableMapping[str, Macro]], Iterator[Formula]]


@dataclass(frozen=True)
class Format:
    """What a document is called that is in it, the ends of names, and its reader."""

    suffixes: tuple[str, ...]
    reader: Callable[[str], Document]


def _whole(read: Read) -> Callable[[str], Document]:
    """The reader of a document that is one text."""
    return lambda text: Text(text, tuple(read(text, dict(CUSTOMARY))))


FORMATS: Mapping[str, Format] = {
    "markdown": Format((".md", ".markdown", ".mdown", ".mkd", ".qmd", ".rmd", ".mdx"), _whole(markdown.read)),
    "latex": Format((".tex", ".ltx", ".latex"), _whole(latex.read)),
    "rst": Format((".rst", ".rest"), _whole(restructuredtext.read)),
    "notebook": Format((".ipynb",), notebook.read),
}
SUFFIXES: Mapping[str, str] = {suffix: name for name, row in FORMATS.items() for suffix in row.suffixes}


def format_of(path: str | Path) -> str:
    """The format that the end of the name tells.

    >>> format_of("post.md")
    'markdown'
    """
    suffix = Path(path).suffix
    try:
        return SUFFIXES[suffix.lower()]
    except KeyError:
        found = f"no format for files that end in {suffix!r}" if suffix else "the name does not say the format"
        raise ValueError(f"{path}: {found}; say which it is: {', '.join(FORMATS)}") from None


def read(text: str, name: str) -> Document:
    """The document that a text in this format is; ValueError where it is not in it, or too large to be a note."""
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"{len(text)} characters are too many for a note; at most {MOST_CHARACTERS} are read")
    document = FORMATS[name].reader(text)
    if count(document) > MOST_FORMULAS:
        raise ValueError(f"more than {MOST_FORMULAS} formulas are too many for a note")
    return document
