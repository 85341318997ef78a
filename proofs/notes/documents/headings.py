"""Where the parts of a text begin: its headings, in all formats that are read, lines that open in bold, and rules."""

from __future__ import annotations

import re
from bisect import bisect_right

_HEADING = re.compile(
    r"^[ \t]{0,3}(?:#{1,6}[ \t]|<h[1-6]\b|\*\*[^*\n]{3,}\*\*|\\(?:sub)*(?:section|paragraph)\b|\\chapter\b"
    r"|(?:={3,}|-{3,}|~{3,}|\*{3,})[ \t]*$)",
    re.MULTILINE,
)


class Headings:
    r"""The headings of a text, by their offsets.

    >>> text = "$a$\n# Adam\n$b$\n\\section{SGD}\n$c$"
    >>> [Headings(text).before(text.index(name)) for name in "abc"]
    [0, 1, 2]
    """

    def __init__(self, text: str) -> None:
        self.offsets = [found.start() for found in _HEADING.finditer(text)]

    def before(self, offset: int) -> int:
        """How many headings stand before an offset."""
        return bisect_right(self.offsets, offset)
