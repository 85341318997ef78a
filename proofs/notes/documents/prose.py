"""Tells formulas from prose: prices between dollars, and lines that are equations without dollars."""

from __future__ import annotations

import re

_MATHEMATICAL = re.compile(r"[\\^_=<>+*/|]|\b[A-Za-z]\(")
_DOLLAR = re.compile(r"(?<!\\)\$")
# From the start of a word, and the whole of it: a part of a long one is not tried again at each letter.
_WORDS = re.compile(r"(?<![^\W\d_])[^\W\d_]{3,}+[,;:]? +[^\W\d_]{2,}")
_AMOUNT = re.compile(r"\d[\d,.]*(?:k|K|M|B|bn|m)?\b(?!\s*[\\^_=(])")


def is_formula(inside: str) -> bool:
    r"""What TeX would set in mathematics, as opposed to the words between two amounts of money.

    >>> [is_formula(text) for text in ("x", " a = b ", "5 and ", "20 in cash or 30 US", "10k-", r"\alpha")]
    [True, True, False, False, False, True]
    """
    if not inside.strip() or _DOLLAR.search(inside):
        return False
    mathematical = _MATHEMATICAL.search(inside) is not None
    if inside != inside.strip() and not mathematical:
        return False
    if _AMOUNT.match(inside) and (_WORDS.search(inside) or inside[-1] in "-–—" or inside != inside.strip()):
        return False
    return mathematical or not _WORDS.search(inside)


_NAME = r"[A-Za-z](?:_[A-Za-z0-9])?"
_SIGNS = r"-+*/^() 0-9.²³⁴½−·"
# A line such as `y = g(z);`: names of one letter, numbers, signs, and nothing else; each can be read in one way only.
PLAIN_EQUATION = rf"^[ \t]*(?={_NAME}(?:\({_NAME}(?:, ?{_NAME})*\))? = (?:{_NAME}|[{_SIGNS}])++[;,.]?\\?[ \t]*$)"
PLAIN_END = r"(?P<end>[;,.]?\\?(?:(?<![ \t])[ \t]++)?$)"


def is_plain_equation(line: str) -> bool:
    """Letters of variables, not the letters of a word.

    >>> [is_plain_equation(line) for line in ("y = g(z)", "a = b c", "n = ten")]
    [True, True, False]
    """
    return re.search(r"[A-Za-z]{2}", line) is None
