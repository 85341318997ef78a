"""What a training run leaves: a row for each epoch, and the weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

import numpy.typing as npt

from derive.equation import Program
from numeric.files import write
from numeric.saved import Model

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Epoch:
    """What was measured after one pass over the data; NaN where there is nothing to measure.

    `loss` is the cost over all of the data (or, if asked for, the mean over the batches met on the way), accuracies go
    from 0 to 1, `gradient_norm` is that of the last batch's gradient before clipping.
    """

    epoch: int
    loss: float
    accuracy: float
    validation_loss: float
    validation_accuracy: float
    learning_rate: float
    gradient_norm: float


@dataclass(frozen=True)
class Fit:
    """Trained parameters and the history, one row an epoch.

    `best` has the weights of the epoch `best_epoch`, that of the smallest loss: on the validation set if there is one.
    `ended` says why the run ended: after its epochs, early, or because somebody interrupted it.
    """

    program: Program
    parameters: Mapping[str, Array]
    history: tuple[Epoch, ...]
    best: Mapping[str, Array]
    best_epoch: int
    ended: str = "epochs"

    @property
    def model(self) -> Model:
        """The program with the best weights, to save or to compute with."""
        return Model(self.program, self.best)

    def write_csv(self, path: str | Path) -> Path:
        """Write the history as CSV with a header; whole or not at all."""
        header = ",".join(f.name for f in fields(Epoch))
        rows = [",".join(repr(v) for v in astuple(epoch)) for epoch in self.history]
        return write(path, "\n".join([header, *rows]) + "\n")
