"""The course of a run: epoch after epoch, measured, watched, kept on disk, ended early."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass, field
from math import inf, isfinite, nan
from typing import Any, Protocol

import numpy.typing as npt

from derive.equation import Program
from numeric.archive import ArchiveError
from numeric.batches import Examples, TrainingError
from numeric.checkpoint import Checkpoint
from numeric.history import Epoch, Fit
from numeric.interruption import Wish, interruptible
from numeric.measures import Measure, Measured

Array = npt.NDArray[Any]
TICK = 0.1  # seconds between two calls of `tick`
NOTHING = Measured(nan, nan)


class Trained(Protocol):
    """What is trained: weights that an epoch changes in place."""

    parameters: dict[str, Array]
    loss: float
    norm: float

    @property
    def with_loss(self) -> bool: ...
    @property
    def learning_rate(self) -> float: ...
    def epoch(self, examples: Examples, number: int, start: int, between: Callable[[int], bool]) -> int: ...
    def steps_of(self, count: int) -> int: ...
    def after(self, loss: float) -> None: ...
    def arrays(self) -> dict[str, Array]: ...
    def place(self) -> dict[str, Any]: ...
    def restore(self, arrays: Mapping[str, Array], place: Mapping[str, Any]) -> None: ...


@dataclass
class Course:
    """One run. `measure` is None where the loss is the mean over the batches; `run` has what makes two runs the same.

    `progress` gets each epoch's row, `tick` the epoch and how many examples of it are behind, ten times a second, and
    `watch` how many epochs are behind, and the weights, which are written over afterwards.
    """

    program: Program
    training: Trained
    examples: Examples
    validation: Examples | None
    measure: Measure | None
    validate: Measure
    patience: int | None
    checkpoint: Checkpoint | None
    run: Mapping[str, Any]
    progress: Callable[[Epoch], object] = lambda row: None
    tick: Callable[[int, int], object] = lambda epoch, examples: None
    watch: Callable[[int, Mapping[str, Array]], object] = lambda epoch, weights: None
    history: list[Epoch] = field(default_factory=list)
    position: int = 0
    best: dict[str, Array] = field(default_factory=dict)
    best_epoch: int = 0
    best_loss: float = inf
    _ticked: float = 0.0

    def train(self, epochs: int) -> Fit:
        """Until so many epochs are behind, counted with those of the checkpoint; a Fit that says why it ended."""
        self._resume()
        self.watch(len(self.history), self.training.parameters)
        with interruptible() as wish:
            while self.ended(epochs, wish) == "":
                self._epoch(wish)
        if self.checkpoint is not None:
            self._write()
        return self.fit(self.ended(epochs, wish))

    def ended(self, epochs: int, wish: Wish) -> str:
        """Why the run is over, or nothing."""
        stale = self.patience is not None and len(self.history) - self.best_epoch >= self.patience
        if wish.stop and len(self.history) < epochs:
            return "interrupted"
        return "epochs" if len(self.history) >= epochs else "early" if stale and self.history else ""

    def fit(self, ended: str) -> Fit:
        """What there is so far."""
        best = self.best or self._copy()
        return Fit(self.program, self.training.parameters, tuple(self.history), best, self.best_epoch, ended)

    def _epoch(self, wish: Wish) -> None:
        number, steps = len(self.history) + 1, self.training.steps_of(self.examples.count)

        def between(step: int) -> bool:
            self.position = step
            if self.checkpoint is not None and self.checkpoint.due and step < steps:
                self._write()
            self._tell(number, step / steps)
            return wish.stop

        if self.training.epoch(self.examples, number, self.position, between) == steps:
            self.position = 0
            self.finish_epoch()

    def _tell(self, number: int, share: float) -> None:
        now = time.monotonic()
        if now - self._ticked >= TICK:
            self._ticked = now
            self.tick(number, round(share * self.examples.count))

    def finish_epoch(self) -> None:
        """Measure, keep the best weights, tell the schedule and whoever watches, write the file."""
        row = self._row(len(self.history) + 1)
        decisive = row.loss if self.validation is None else row.validation_loss
        self.history.append(row)
        if decisive < self.best_loss:
            self.best, self.best_epoch, self.best_loss = self._copy(), row.epoch, decisive
        self.training.after(decisive)
        self.progress(row)
        self.watch(row.epoch, self.training.parameters)
        if self.checkpoint is not None and (self.checkpoint.minutes is None or self.checkpoint.due):
            self._write()

    def _row(self, number: int) -> Epoch:
        training, weights = self.training, self.training.parameters
        found = self.measure(weights, self.examples) if self.measure else Measured(training.loss, nan)
        if not isfinite(found.loss if self.measured else training.norm):
            said = f"loss is {found.loss}" if self.measured else f"gradient's norm is {training.norm}"
            raise TrainingError(f"the {said} after epoch {number}; a smaller learning rate may help")
        held = self.validate(weights, self.validation) if self.validation is not None else NOTHING
        rate = training.learning_rate
        return Epoch(number, found.loss, found.accuracy, held.loss, held.accuracy, rate, training.norm)

    def _copy(self) -> dict[str, Array]:
        return {name: array.copy() for name, array in self.training.parameters.items()}

    @property
    def measured(self) -> bool:
        """Whether there is a loss to look at: over the data, or over the batches."""
        return self.measure is not None or self.training.with_loss

    # ------------------------------------------------------------ on disk

    def _write(self) -> None:
        assert self.checkpoint is not None
        history = [astuple(row) for row in self.history]
        place = {"position": self.position, "best_epoch": self.best_epoch, "best_loss": self.best_loss}
        best = {f"best/{name}": array for name, array in self.best.items()}
        about = {"run": self.run, "history": history, **place, "training": self.training.place()}
        self.checkpoint.write({**self.training.arrays(), **best}, about)

    def _resume(self) -> None:
        """Go on from the file, if there is one."""
        found = self.checkpoint.read(json.loads(json.dumps(self.run))) if self.checkpoint is not None else None
        if found is None or self.checkpoint is None:
            return
        arrays, about = found
        try:
            self.training.restore(arrays, about["training"])
            self.history = [Epoch(*row) for row in about["history"]]
            self.position = about["position"]
            self.best_epoch, self.best_loss = about["best_epoch"], about["best_loss"]
            self.best = {n: arrays[f"best/{n}"] for n in self.training.parameters} if self.best_epoch else {}
        except (KeyError, TypeError) as error:
            raise ArchiveError(f"{self.checkpoint.path}: it lacks {error}; it is damaged") from error
