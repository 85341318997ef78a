"""A formula of a note and what was found of it: what the readers of documents give, and what the reports take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

VERDICTS = ("refuted", "not understood", "true under", "proved", "not a claim")
FAILED = "the checker failed on this"  # formula, or note: a fault of ours


@dataclass(frozen=True)
class Formula:
    """LaTeX without its delimiters; line and column are 1-based, start and end offsets into the text.

    In a notebook they count from the start of the cell, whose number, from 1, is `cell`. `given` is the number that the
    text gives to it, if it is a name: 2 in `Input ($x$): 2`.
    `aim` is `up` where the text before it speaks of making something large, `down` where of making it small; `costs`
    has the kinds of costs that the whole text speaks of, `models` the numbers of the usual models, `functions` the
    letters of which it says which function they are, `part` is how many headings stand before it. `written` is what the
    text has, where its own macros are put in for it in `latex`.
    """

    latex: str
    line: int = 1
    column: int = 1
    start: int = 0
    end: int = 0
    display: bool = True
    cell: int | None = None
    given: str = ""
    aim: str = ""
    costs: tuple[str, ...] = ()
    models: tuple[int, ...] = ()
    part: int = 0
    functions: tuple[tuple[str, str], ...] = ()
    written: str = ""


@dataclass(frozen=True)
class Finding:
    """The verdict on one formula, the reading under which it was reached, and why.

    `conventions` are what the claim needs (1/n or 1/2n, a layout, an elementwise activation); `counterexample` the
    smallest numbers that refute it, as they print; `correction` the right formula as LaTeX, whole, to stand in its
    place; `slip` the likely mistake by its name in the catalogue of faults.
    """

    formula: Formula
    verdict: str
    reason: str
    reading: str = ""
    conventions: tuple[str, ...] = ()
    counterexample: Mapping[str, str] = field(default_factory=dict)
    correction: str | None = None
    slip: str | None = None

    @property
    def line(self) -> int:
        """The line of the formula, from 1."""
        return self.formula.line

    @property
    def latex(self) -> str:
        """The formula, as written."""
        return self.formula.written or self.formula.latex
