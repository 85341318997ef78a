"""NumPy: the target whose tables are those of the printer."""

from __future__ import annotations

from numeric.targets.target import Target

NUMPY = Target(
    name="numpy",
    library="numpy",
    runtime="numeric.runtime",
    eager=True,
    imports={"np": "import numpy as np", "special": "from scipy import special"},
)
