"""What is said of a note that a test writes, formula by formula; <C/w> in it is the derivative of C by w."""

from __future__ import annotations

import re

from proofs.notes.formula import Finding, Formula
from proofs.notes.verdicts.judge import judge

_SLOPE = re.compile("<([^<>]*)/([^<>]*)>")


def judged(*latex: str, aim: str = "") -> list[Finding]:
    """The finding on each formula."""
    written = (_SLOPE.sub(r"\\frac{\\partial \1}{\\partial \2}", one) for one in latex)
    return list(judge([Formula(one, line=n + 1, aim=aim) for n, one in enumerate(written)]))


def last(*latex: str, aim: str = "") -> Finding:
    """The finding on the last formula."""
    return judged(*latex, aim=aim)[-1]


def verdicts(*latex: str) -> list[str]:
    """The verdict on each formula."""
    return [finding.verdict for finding in judged(*latex)]
