"""A judge of notes that looks its verdicts up, for tests of all that is around it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from proofs.notes.formula import Finding, Formula

WRONG, RIGHT = r"\frac{df}{dx} = 3x", r"\frac{df}{dx} = 2x"
FOUND: dict[str, dict[str, Any]] = {
    WRONG: {
        "verdict": "refuted",
        "reason": "the sides differ",
        "counterexample": {"x": "1", "left": "2", "right": "3"},
        "correction": RIGHT,
        "slip": "another factor",
    },
    RIGHT: {"verdict": "proved", "reason": "derived and replayed"},
    "g' = 1": {"verdict": "not understood", "reason": "g is nowhere defined", "reading": "g is a function"},
    "h' = w": {"verdict": "true under", "reason": "", "conventions": ("scalars",)},
    "p' = <b>": {"verdict": "refuted", "reason": "<script>alert(1)</script> & \x1b[31m"},
}
NOTE = f"# Title\n\nLet $f = x^2$, so\n\n$${WRONG}$$\n\nand $g' = 1$ and $h' = w$, ${RIGHT}$.\n"


def judge(formulas: Sequence[Formula]) -> tuple[Finding, ...]:
    other = {"verdict": "not a claim", "reason": "no derivative"}
    return tuple(Finding(formula, **FOUND.get(formula.latex, other)) for formula in formulas)
