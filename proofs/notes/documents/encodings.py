"""Bytes to text and back: UTF-8, UTF-16 and UTF-32, mark or none; what is none of these is a byte a character."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True)
class Decoded:
    """A text, how it was encoded, and the mark that stood before it."""

    text: str
    encoding: str
    mark: bytes = b""

    def encoded(self, text: str) -> bytes:
        """Another text in the same encoding; what it has no bytes for becomes a character reference.

        >>> decoded(b"caf\\xe9").encoded("cafés")
        b'caf\\xe9s'
        """
        errors = "surrogatepass" if self.encoding.startswith("utf") else "xmlcharrefreplace"
        return self.mark + text.encode(self.encoding, errors)


def decoded(content: bytes) -> Decoded:
    r"""The text of a file. Formulas are ASCII, so they are the same where an 8-bit encoding is unknown.

    >>> decoded(b"\xff\xfe$\x00x\x00$\x00").text
    '$x$'
    """
    for mark, encoding in _candidates(content):
        try:
            return Decoded(content[len(mark) :].decode(encoding), encoding, mark)
        except UnicodeDecodeError:
            continue
    return Decoded(content.decode("latin-1"), "latin-1")


def _candidates(content: bytes) -> Iterator[tuple[bytes, str]]:
    yield from ((mark, encoding) for mark, encoding in _MARKS if content.startswith(mark))
    yield from ((b"", encoding) for encoding in (*_without_mark(content), "utf-8"))


def _without_mark(content: bytes) -> list[str]:
    """UTF-16 shows in that every other byte of an ASCII letter is 0."""
    even, odd = content[:1000:2].count(0), content[1:1000:2].count(0)
    length = len(content[:1000]) // 2
    return ["utf-16-le"] if odd > length / 2 > even else ["utf-16-be"] if even > length / 2 > odd else []
