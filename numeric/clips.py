"""Gradient clipping as rows: what the gradient g becomes before the step. `norm` is that of all tensors together."""

from __future__ import annotations

from derive.operations import Operation, Operations, Option
from numeric.formulas import Formula, formula

CLIPS = Operations("clipping")


def clipping(name: str, **numbers: float) -> Formula:
    """The clipping of this name: `value` or `norm`, with its `limit`.

    ProgramError for an unknown name or number, or one that is out of range.

    >>> clipping("norm", limit=5)
    g' = g limit/max(norm, limit)
    limit = 5
    """
    return formula(CLIPS[name], **numbers)


_LIMIT = {"limit": Option(1.0, 1e-300)}
CLIPS.add(
    Operation(
        "value", ("g_next = max(min(g, {limit}), -{limit})",), "Goodfellow et al. 2016, section 10.11.1", options=_LIMIT
    )
)
CLIPS.add(
    Operation("norm", ("g_next = g*{limit}/max(norm, {limit})",), "Pascanu et al. 2013, algorithm 1", options=_LIMIT)
)
