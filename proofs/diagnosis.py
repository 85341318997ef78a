"""Which fault turns the right gradient into the user's: none is known yet."""

from __future__ import annotations

from collections.abc import Mapping

from proofs.drawing import Case, Drawing
from proofs.formula import Finding
from proofs.trial import Trial


def diagnose(trial: Trial, drawing: Drawing, case: Case, found: Mapping[str, Finding]) -> str | None:
    """A sentence, or None."""
    return None
