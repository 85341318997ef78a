"""Text of notes that can be shown: without signs that steer a terminal or turn text around."""

from __future__ import annotations

import re

_SPACE = re.compile(r"\s+")
_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def visible(text: str) -> str:
    """The text with a sign in the place of each that is not shown.

    >>> visible("a\\x1b[2J")
    'a�[2J'
    """
    return _STEERING.sub("\ufffd", text.replace("\r\n", "\n"))


def one_line(text: str, longest: int = 0) -> str:
    """On one line, cut where it is longer.

    >>> one_line("a\\n  b c", 4)
    'a b…'
    """
    line = visible(_SPACE.sub(" ", text)).strip()
    return line if not longest or len(line) <= longest else line[: longest - 1] + "…"
