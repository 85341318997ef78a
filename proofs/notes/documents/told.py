"""Numbers that a text gives to a name: `Input ($x$): 2`, `**Weight** $w$ = 3`, `| Rate | $\\eta$ | 0.1 |`."""

from __future__ import annotations

import re

_NUMBER = r"(?P<number>[-−–]?(?:\d+(?:\.\d+)?|\.\d+))"
_SAID = rf"[ \t]*[)\]）]?[*_]{{0,3}}[ \t]*(?:[:：=]|\\approx|≈)[*_]{{0,3}}[ \t]*[*_`]{{0,3}}{_NUMBER}[*_`]{{0,3}}"
# A list of numbers, a range and what is counted are no one number of the name.
_ENDS = r"(?=[ \t]*(?:$|[)）|]|[,;](?![ \t]*[-\d])(?:[ \t]|$)|\.?[ \t]*$))"
_IN_TEXT = re.compile(_SAID + _ENDS, re.MULTILINE)
_IN_A_ROW = re.compile(
    rf"[ \t]*[)）]?[ \t]*\|[ \t]*[*_`]{{0,3}}{_NUMBER}[*_`]{{0,3}}[ \t]*(?:\|[^|\d\n]*)*\|?[ \t]*$", re.MULTILINE
)


def told(text: str, end: int) -> str:
    r"""The number that follows what ends at an offset; nothing where there is none, or where there are several.

    >>> [told(text, 2) for text in ("$x): 2", "$x: 2, 3", "$x = 0.5, as", "$x | −1 |", "$x is 2")]
    ['2', '', '0.5', '-1', '']
    """
    found = _IN_TEXT.match(text, end) or _IN_A_ROW.match(text, end)
    return re.sub("[−–]", "-", found["number"]) if found else ""
