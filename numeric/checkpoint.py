"""Where a run stands, on disk: weights, what the algorithm carries, place and history, and the program's text."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy.typing as npt

from numeric.archive import ArchiveError, read_archive, write_archive
from numeric.batches import TrainingError

Array = npt.NDArray[Any]
KIND = "gradproof run 1"


@dataclass
class Checkpoint:
    """The file `path`, written whole after every epoch, or with `minutes` whenever so many have passed.

    What is drawn in training depends on the seed, the epoch and the step: the place is the state of the generator.
    """

    path: str | Path
    minutes: float | None = None
    _written: float = field(default_factory=time.monotonic, init=False)

    @property
    def due(self) -> bool:
        """Whether the minutes have passed; never without them."""
        return self.minutes is not None and time.monotonic() - self._written >= 60 * self.minutes

    def write(self, arrays: Mapping[str, Array], about: Mapping[str, Any]) -> None:
        """Write the file, whole or not at all."""
        write_archive(self.path, arrays, {"kind": KIND, **about})
        self._written = time.monotonic()

    def read(self, run: Mapping[str, Any]) -> tuple[dict[str, Array], dict[str, Any]] | None:
        """What the file has, or None where there is none; TrainingError if it is that of another run."""
        if not Path(self.path).exists():
            return None
        arrays, about = read_archive(self.path)
        if about.get("kind") != KIND or not isinstance(about.get("run"), dict):
            raise ArchiveError(f"{self.path}: not a run that was saved with --checkpoint; give another path")
        there = about["run"]
        other = [name for name in {**run, **there} if run.get(name) != there.get(name)]
        if other:
            found = "; ".join(f"{n}: {_short(there.get(n))} there, {_short(run.get(n))} here" for n in other)
            raise TrainingError(f"{self.path} is of another run ({found}); give another path, or the same options")
        return arrays, about


def _short(value: Any) -> str:
    text = " ".join(str(value).split())
    return text if len(text) < 60 else f"{text[:57]}..."
