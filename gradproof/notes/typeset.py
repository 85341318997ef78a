"""LaTeX as MathML, where latex2mathml is installed and can read it; as it was written elsewhere."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from functools import lru_cache

from gradproof.notes.printable import visible

LONGEST = 3_000
_OTHER = re.compile(r"<(?!/?m[a-z]+[\s/>])|<[^>]*\s(?:on\w+|href|src|style)\s*=|<maction|&(?!#?\w+;)")
_TAG = re.compile(r"\\(?:tag|label)\*?\{[^{}]*\}")


def typeset(latex: str, display: bool) -> str:
    """Markup for a page; never the note's own HTML."""
    convert = _converter()
    if convert is not None and len(latex) <= LONGEST:
        try:
            return _kept(convert(_aligned(latex), display="block" if display else "inline"))
        except Exception:  # What the library makes of broken LaTeX is any error; then the source is shown.
            pass
    return f"<code>{html.escape(visible(latex))}</code>"


def _aligned(latex: str) -> str:
    """Rows need an environment around them; numbers of equations are no part of the formula."""
    plain = _TAG.sub("", visible(latex))
    rows = "\\\\" in plain or "&" in plain
    return rf"\begin{{align*}}{plain}\end{{align*}}" if rows and "\\begin" not in plain else plain


def _kept(markup: str) -> str:
    """MathML without links and handlers; ValueError where there is more."""
    if _OTHER.search(markup):
        raise ValueError("this is more than a formula")
    return markup


@lru_cache(maxsize=1)
def _converter() -> Callable[..., str] | None:
    try:
        from latex2mathml.converter import convert
    except ImportError:
        return None
    return convert
