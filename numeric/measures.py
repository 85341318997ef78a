"""What is measured of weights on data: the loss, and the share of examples whose class is right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from derive.equation import Program
from numeric.batches import Examples
from numeric.compiled import tensors_of

Array = npt.NDArray[Any]
NAN = float("nan")


@dataclass(frozen=True)
class Measured:
    """The loss over examples, and the share from 0 to 1 whose class is right: NaN where there are no classes."""

    loss: float
    accuracy: float


class Measure:
    """Loss and accuracy from the compiled forward program.

    Where the data are gone through in parts, the loss is the mean over the parts, weighted by their examples.
    """

    def __init__(self, program: Program, data: Examples, constants: Mapping[str, Array]) -> None:
        self.loss, self.constants = program.output.name, constants
        self.target, self.prediction = prediction_of(program, data.names)
        self.classes = bool(self.prediction) and _holds_classes(program, self.target, data)
        wanted = [self.loss, *([self.prediction] if self.classes else [])]
        self.compiled = tensors_of(program, wanted)

    def __call__(self, parameters: Mapping[str, Array], data: Examples) -> Measured:
        loss, right = 0.0, 0.0
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            for part in data.parts():
                count = len(next(iter(part.values())))
                known = {**parameters, **self.constants, **part}
                found = self.compiled.raw(*(known[name] for name in self.compiled.arguments))
                made = dict(zip(self.compiled.outputs, found, strict=True))
                loss += float(made[self.loss]) * (count / data.count)
                if self.classes:
                    right += float(np.sum(classes_of(made[self.prediction]) == classes_of(part[self.target])))
        return Measured(loss, right / data.count if self.classes else NAN)


def classes_of(scores: Array) -> Array:
    """The class of each row: the place of the largest, the side of 1/2 of a single one, a whole number itself.

    >>> classes_of(np.array([[0.1, 0.9], [0.8, 0.2]]))
    array([1, 0])
    """
    if scores.ndim > 1 and scores.shape[1] > 1:
        return np.asarray(np.argmax(scores, axis=1))
    flat = scores.reshape(len(scores))
    return flat if flat.dtype.kind in "iu" else np.asarray(flat > 0.5)


def _holds_classes(program: Program, target: str, data: Examples) -> bool:
    """Whether the first part of the target is whole numbers used as an index, or only 0 and 1."""
    first = next(data.parts())[target]
    return program.tensors[target].integer or bool(np.isin(first, (0, 1)).all())


def prediction_of(program: Program, data: tuple[str, ...]) -> tuple[str, str]:
    """The last data array that the loss reads, and the last tensor of its rows that is computed without it.

    For classes as whole numbers y[n] that is the last tensor P[n,k] with one axis more. Empty where there is none.
    """
    target = next((name for name in reversed(data)), "")
    shape = program.extents(target)
    axes = len(shape) + (1 if program.tensors[target].integer else 0)
    tainted = program.dependents([target])
    plain = [e.name for e in program.equations if e.name not in tainted]
    alike = [name for name in plain if _alike(program, name, target, axes)]
    return target, alike[-1] if alike and target != data[0] else ""


def _alike(program: Program, name: str, target: str, axes: int) -> bool:
    shape, wanted = program.extents(name), program.extents(target)
    return len(shape) == axes and shape[: len(wanted)] == wanted
