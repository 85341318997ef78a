r"""What a note declares of its arrays: X \in \mathbb{R}^{m \times n} says that X has two axes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from proofs.notes.reading.vocabulary import FONTS

IN = re.compile(r"\\in(?![a-zA-Z])")
REALS = re.compile(
    r"\s*(?:\\(?:mathbb|mathbf|Bbb|mathcal)\s*\{?\s*R\s*\}?|\\R(?![a-zA-Z])|ℝ)\s*(?:\^\s*(\{[^{}]*\}|\w))?"
)
NAME = re.compile(
    rf"(?:\\(?:{'|'.join(FONTS)})\s*)?\{{?\\?([a-zA-Z]+)\}}?(?:_\{{?([a-z])\}}?)?(?:\^\{{?[\[(]\w[\])]\}}?)?"
)
NEAREST = 80  # letters before the sign that may name what is declared


def declared(formulas: Iterable[str]) -> dict[str, int]:
    r"""How many axes the names of a note have, by the first formula that says so.

    >>> declared([r"X \in \mathbb{R}^{m \times n},\; \mathbf{w}, y_i \in \mathbb{R}^n, \quad b \in \mathbb{R}"])
    {'X': 2, 'w': 1, 'y': 2, 'b': 0}
    """
    found: dict[str, int] = {}
    for latex in formulas:
        for sign in IN.finditer(latex):
            reals = REALS.match(latex, sign.end())
            axes = _axes(reals[1] or "") if reals is not None else 0
            for name, places in _names(latex[max(0, sign.start() - NEAREST) : sign.start()]) if reals else ():
                found.setdefault(name, axes + places)
    return found


def _names(text: str) -> Iterator[tuple[str, int]]:
    """The names at the end of a text, with commas between them, in the order in which they stand."""
    found: list[tuple[str, int]] = []
    for part in reversed(text.split(",")):
        words = re.split(r"\\q?quad(?![a-zA-Z])|\\[;,:! ]|\s{2,}", part)
        name = NAME.fullmatch(words[-1].strip())
        if name is None:
            break
        found.append((name[1], len(name[2] or "")))
        if len(words) > 1:
            break
    yield from reversed(found)


def _axes(power: str) -> int:
    """n has one axis, n x 1 too, m x n two."""
    sizes = [size.strip(" {}") for size in re.split(r"\\times|\\cdot|×|x", power.strip("{}")) if size.strip(" {}")]
    return len([size for size in sizes if size != "1"])
