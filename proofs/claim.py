"""What was claimed of a gradient, what was found, and what the verdict trusts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

MOST_WRITTEN = 10_000
VERDICTS = ("wrong", "non-finite", "inconclusive", "kink", "agree")
EXIT_STATUS = {"agree": 0, "kink": 0, "wrong": 1, "non-finite": 1, "inconclusive": 3}


def worst(verdicts: list[str]) -> str:
    """The first of wrong > non-finite > inconclusive > kink > agree that occurs; inconclusive if there is none."""
    return next((v for v in VERDICTS if v in verdicts), "inconclusive")


@dataclass(frozen=True)
class TensorReport:
    """The verdict on one tensor's gradient; `discrepancy` is the largest |found - true| in units of its error bound."""

    verdict: str
    discrepancy: float = 0.0
    entries: int = 0
    witness: str = ""


@dataclass(frozen=True)
class Report:
    """The verdict on a gradient, tensor by tensor, with what is needed to see it again."""

    tensors: Mapping[str, TensorReport]
    examples: int
    skipped: int
    seed: int
    witnesses: tuple[str, ...]
    trusts: tuple[str, ...]
    counterexample: Mapping[str, Any] | None = None
    diagnosis: str | None = None
    reasons: tuple[str, ...] = field(default=())
    test: str = ""

    @property
    def verdict(self) -> str:
        return worst([t.verdict for t in self.tensors.values()])

    @property
    def exit_status(self) -> int:
        """0 for agree and kink, 1 for wrong and non-finite, 3 for inconclusive."""
        return EXIT_STATUS[self.verdict]

    def to_json(self) -> str:
        """The report as JSON text; arrays as nested lists, but for large ones."""
        record = asdict(self) | {"verdict": self.verdict}
        return json.dumps(record, indent=2, default=_plain) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray) and value.size > MOST_WRITTEN:
        return f"{value.dtype} array of shape {value.shape}, drawn from the seed"
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    return str(value)
