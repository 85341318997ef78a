"""Steps of descent: batches through the compiled gradient into the compiled update, in place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from derive.equation import Program
from derive.regularize import dropped, mask_of
from numeric.arguments import bind_extents
from numeric.batches import Examples, TrainingError
from numeric.compiled import gradient_of
from numeric.elementwise import Elementwise
from numeric.formulas import Formula
from numeric.optimizers import algorithm
from numeric.schedules import Rate, schedule

Array = npt.NDArray[Any]
Arrays = Mapping[str, Array]


@dataclass(frozen=True)
class Settings:
    """How to descend: the rows, how many examples a step takes (None: all), and the seed of every draw."""

    algorithm: Formula = field(default_factory=lambda: algorithm("gradient_descent"))
    schedule: Formula = field(default_factory=lambda: schedule("constant"))
    clip: Formula | None = None
    dropout: Mapping[str, float] = field(default_factory=dict)
    batch_size: int | None = None
    shuffle: bool = True
    seed: int = 0
    with_loss: bool = False

    @property
    def fingerprint(self) -> dict[str, Any]:
        """What makes two runs the same, in words and numbers."""
        rows = {"algorithm": self.algorithm, "schedule": self.schedule, "clipping": self.clip}
        plain = {"dropout": dict(self.dropout), "batch size": self.batch_size, "shuffled": self.shuffle}
        return {**{k: repr(row) for k, row in rows.items()}, **plain, "seed": self.seed, "loss": self.with_loss}


class Training:
    """The weights and what the algorithm carries; `epoch` goes once through the examples.

    What is drawn depends on the seed, the epoch and the step alone, so that a run goes on from any step as if it had
    never stopped.
    """

    def __init__(self, program: Program, parameters: Arrays, constants: Arrays, settings: Settings) -> None:
        self.parameters, self.constants, self.settings = dict(parameters), dict(constants), settings
        self.steps = 0
        self.loss = self.norm = float("nan")
        self._program = dropped(program, settings.dropout)
        self.gradient = gradient_of(self._program, tuple(parameters), settings.with_loss)
        self._shapes: dict[int, list[tuple[int, ...]]] = {}
        self.rate = Rate(settings.schedule, settings.algorithm.numbers["eta"])
        names = settings.algorithm.state
        self.state = {v: {name: np.zeros_like(w) for name in names} for v, w in parameters.items()}
        groups = [{"w": w, **self.state[v]} for v, w in self.parameters.items()]
        self._update = Elementwise(settings.algorithm.program, groups, settings.algorithm.numbers)
        clip = settings.clip
        self._clip = Elementwise(clip.program, groups, clip.numbers) if clip is not None else None

    @property
    def with_loss(self) -> bool:
        """Whether `loss` is the mean over the epoch's batches."""
        return self.settings.with_loss

    def batch_size(self, count: int) -> int:
        """How many examples a step takes."""
        return min(self.settings.batch_size or count, count)

    def steps_of(self, count: int) -> int:
        """How many steps an epoch has."""
        return ceil(count / self.batch_size(count))

    @property
    def learning_rate(self) -> float:
        """That of the last step."""
        return self.rate.rate

    def after(self, loss: float) -> None:
        """Tell the schedule how an epoch ended."""
        self.rate.after(loss)

    def epoch(
        self, examples: Examples, number: int, start: int = 0, between: Callable[[int], bool] = lambda step: False
    ) -> int:
        """Epoch `number` from step `start`; how many steps of it are behind.

        `between` is called with that number after each step; True ends the epoch there.
        """
        size = self.batch_size(examples.count)
        batches = self.steps_of(examples.count)
        order = self._order(examples.count, size, number)
        step = self._stepper(examples)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # what diverges is reported by name
            for k in range(start, batches):
                rows = order[k * size : (k + 1) * size] if order is not None else None
                step(rows, number, k, batches)
                if between(k + 1):
                    return k + 1
        return batches

    def rows(self, count: int, number: int, step: int) -> Array:
        """The numbers of the examples that this step of this epoch takes."""
        size = self.batch_size(count)
        order = self._order(count, size, number)
        return np.arange(count) if order is None else order[step * size : (step + 1) * size]

    def _order(self, count: int, size: int, number: int) -> Array | None:
        """The order of the examples, or None for a full batch in the order in which they come."""
        if size == count:
            return None
        return self._stream(number).permutation(count) if self.settings.shuffle else np.arange(count)

    def _stream(self, *place: int) -> np.random.Generator:
        return np.random.default_rng([self.settings.seed, *place])

    def _stepper(self, examples: Examples) -> Callable[[Array | None, int, int, int], None]:
        """One step on the rows of these numbers."""
        known = {**self.constants, **self.parameters}
        names = self.gradient.arguments
        arguments: list[Any] = [known.get(name) for name in names]
        feeds = [(names.index(n), k) for k, n in enumerate(examples.names) if n in names]
        whole = [examples.part(0, examples.count)[n] for n in examples.names] if self._whole(examples) else None
        masks = [(names.index(mask_of(name)), share) for name, share in self.settings.dropout.items()]
        raw, with_loss = self.gradient.raw, self.settings.with_loss

        def step(rows: Array | None, number: int, k: int, batches: int) -> None:
            batch = whole if rows is None else examples.take(rows)
            assert batch is not None
            for place, source in feeds:
                arguments[place] = batch[source]
            if masks:
                stream = self._stream(number, k)
                shapes = self._shapes_for(dict(zip(examples.names, batch, strict=True)))
                for (place, share), shape in zip(masks, shapes, strict=True):
                    arguments[place] = (stream.random(shape) >= share).astype(examples.dtype)
            value, gradients = 0.0, raw(*arguments)
            if with_loss:
                value, *gradients = gradients
            self._apply(gradients, number - 1 + k / batches, 1 / batches, k == batches - 1)
            if with_loss:
                self._add_loss(float(value), len(batch[0]) / examples.count, k)

        return step

    def _whole(self, examples: Examples) -> bool:
        return self.batch_size(examples.count) == examples.count

    def _add_loss(self, value: float, share: float, k: int) -> None:
        """The mean over the epoch's batches, weighted by their examples."""
        self.loss = value * share + (self.loss if k else 0.0)

    def _apply(self, gradients: Sequence[Any], behind: float, part: float, last: bool) -> None:
        """Clipping and the update; gradients are written over."""
        given = [np.asarray(g) for g in gradients]
        self.steps += 1
        if self._clip is not None or last:
            self.norm = sqrt(sum(float(np.vdot(g, g)) for g in given))
        if self._clip is not None:
            self._clip.step(given, norm=self.norm)
        self._update.step(given, eta=self.rate.at(behind, part), t=self.steps)

    def _shapes_for(self, batch: Arrays) -> list[tuple[int, ...]]:
        """The shape of each mask for such a batch."""
        count = len(next(iter(batch.values())))
        if count not in self._shapes:
            known = {**self.constants, **self.parameters, **batch}
            sizes = bind_extents({name: self._program.extents(name) for name in known}, known)
            axes = [self._program.extents(name) for name in self.settings.dropout]
            self._shapes[count] = [tuple(int(size.subs(sizes)) for size in extents) for extents in axes]
        return self._shapes[count]

    # ------------------------------------------------------------ what a checkpoint holds

    def arrays(self) -> dict[str, Array]:
        """Weights and what the algorithm carries, by name."""
        carried = {f"state/{s}/{v}": a for v, states in self.state.items() for s, a in states.items()}
        return {**{f"parameters/{v}": w for v, w in self.parameters.items()}, **carried}

    def place(self) -> dict[str, Any]:
        """How many steps are behind, and what the schedule carries."""
        rate = self.rate
        return {"steps": self.steps, "rate": rate.rate, "carried": rate.state, "loss": self.loss, "norm": self.norm}

    def restore(self, arrays: Arrays, place: Mapping[str, Any]) -> None:
        """Go on from there; TrainingError where an array is missing or has another shape or type."""
        restore(self.arrays(), arrays)
        self.steps, self.loss, self.norm = place["steps"], place["loss"], place["norm"]
        self.rate.rate, self.rate.state = place["rate"], dict(place["carried"])


def restore(arrays: Arrays, found: Arrays) -> None:
    """Fill the arrays with those found; TrainingError where one is missing or has another shape or type."""
    for name, array in arrays.items():
        new = found.get(name)
        if new is None or new.shape != array.shape or new.dtype != array.dtype:
            what = "is missing" if new is None else f"is {new.dtype} of shape {new.shape}"
            raise TrainingError(f"{name} {what}, where {array.dtype} of shape {array.shape} is needed")
        array[...] = new
