"""What was found of one tensor at one set of arguments, and the sentence that says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

Place = tuple[int, ...]


@dataclass(frozen=True)
class Finding:
    """A verdict, or `open` and `skipped` where there is none; the entry that was judged, or a reason without one."""

    verdict: str
    reason: str = ""
    entry: Place | None = None
    found: float = 0.0
    true: tuple[float, float] = (0.0, 0.0)
    entries: int = 0

    @property
    def refuted(self) -> bool:
        return self.verdict in ("wrong", "non-finite")

    @property
    def relative(self) -> float:
        """How far off the entry is, in units of the derivative."""
        low, high = self.true
        gap = max(self.found - high, low - self.found, 0.0)
        return float(gap / max(abs(low), abs(high), 1e-300)) if np.isfinite(self.found) else float("inf")


SAID: Mapping[str, str] = {
    "digits": "the formula is right, but its digits are lost: a cancellation, an overflow or an underflow",
    "outside": "at a kink, and outside the slopes on its sides",
}


def sentence(name: str, finding: Finding) -> str:
    """What a refuting finding says.

    >>> sentence("x", Finding("wrong", "", (1,), 2.0, (1.0, 1.0)))
    'x[1]: the gradient says 2, the derivative is 1'
    """
    if finding.entry is None:
        return f"{name}: {finding.reason}"
    place = f"{name}[{', '.join(map(str, finding.entry))}]" if finding.entry else name
    low, high = finding.true
    true = f"{low:.12g}" if low == high else f"between {low:.12g} and {high:.12g}"
    tail = f" ({SAID[finding.reason]})" if finding.reason in SAID else ""
    return f"{place}: the gradient says {finding.found:.12g}, the derivative is {true}{tail}"
