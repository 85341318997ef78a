"""Gradient descent driven by a compiled gradient: full batch, stochastic, or mini-batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from derive.backprop import grad
from derive.equation import Program
from numeric.compiler import Gradient, build
from numeric.files import write
from numeric.initializers import initialize
from numeric.optimizers import OPTIMIZERS, Update

Array = npt.NDArray[Any]
Arrays = Mapping[str, Array]


class TrainingError(ValueError):
    """The training cannot start or go on; the message says which tensor, at which epoch, and what to do."""


@dataclass(frozen=True)
class Epoch:
    """What was measured after one pass over the data. The loss is the cost over all of it; accuracies from 0 to 1."""

    epoch: int
    loss: float
    accuracy: float
    validation_accuracy: float


@dataclass(frozen=True)
class Fit:
    """Trained parameters and the history, one row an epoch."""

    parameters: Mapping[str, Array]
    history: tuple[Epoch, ...]

    def write_csv(self, path: str | Path) -> Path:
        """Write the history as CSV with a header; whole or not at all."""
        header = ",".join(f.name for f in fields(Epoch))
        rows = [",".join(repr(v) for v in astuple(epoch)) for epoch in self.history]
        return write(path, "\n".join([header, *rows]) + "\n")


def fit(
    program: Program,
    data: Arrays,
    *,
    init: str | Arrays = "scaled",
    epochs: int = 10,
    batch_size: int | None = None,
    learning_rate: float = 0.1,
    optimizer: str = "gradient_descent",
    seed: int = 0,
    validation: Arrays | None = None,
    progress: Callable[[Epoch], object] = lambda row: None,
) -> Fit:
    """v <- v - eta dL/dv over mini-batches: trains the inputs of `program` that `data` does not give.

    `data` holds arrays that share axis 0, the examples. `batch_size` None is full-batch, 1 stochastic; examples are
    shuffled every epoch and the last batch may be smaller. Equal seeds give weights that are equal to the bit.
    TrainingError for data that do not fit, are not finite, or a loss that stops being finite.

    >>> import derive, numpy as np
    >>> line = derive.program("parameter w\\nL = sum[i]((w*x[i] - y[i])**2)/size[i]")
    >>> x = np.array([1.0, 2.0, 3.0])
    >>> float(fit(line, {"x": x, "y": 2 * x}, epochs=50).parameters["w"].round(6))
    2.0
    """
    trained = [name for name in program.inputs if name not in data]
    count = _checked(program, data, trained, epochs, batch_size, learning_rate, optimizer)
    parameters = _initial(program, data, trained, init, seed)
    gradient = _checked_gradient(program, data, parameters)
    evaluate = _Evaluation(program, parameters)
    update = OPTIMIZERS[optimizer](learning_rate)
    stream = np.random.default_rng(seed)
    history = []
    for number in range(1, epochs + 1):
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # what diverges is reported by name below
            _epoch(gradient, parameters, data, count, batch_size or count, update, stream)
            row = evaluate(number, data, validation)
        history.append(row)
        progress(row)
    return Fit(parameters, tuple(history))


def _checked_gradient(program: Program, data: Arrays, parameters: Arrays) -> Gradient:
    """The compiled gradient, called once on all data: shapes, types and assumptions are checked here, not per step."""
    gradient = build(grad(program, tuple(parameters)))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        gradient(**parameters, **data)
    return gradient


def _epoch(
    gradient: Any,
    parameters: Arrays,
    data: Arrays,
    count: int,
    batch_size: int,
    update: Update,
    stream: np.random.Generator,
) -> None:
    """One pass: the shuffled examples are gathered once, batches are slices of them."""
    order = stream.permutation(count) if batch_size < count else None
    shuffled = {k: v if order is None else v[order] for k, v in data.items()}
    step = _step(gradient, parameters)
    for start in range(0, count, batch_size):
        update(parameters, step(_slice(shuffled, slice(start, start + batch_size))))


def _step(gradient: Any, parameters: Arrays) -> Callable[[Arrays], dict[str, Array]]:
    names, wrt, raw = gradient.arguments, gradient.derivation.wrt, gradient.raw

    def step(batch: Arrays) -> dict[str, Array]:
        found = raw(*[batch[n] if n in batch else parameters[n] for n in names])
        return dict(zip(wrt, found, strict=True))

    return step


def _slice(data: Arrays, rows: slice) -> dict[str, Array]:
    return {name: array[rows] for name, array in data.items()}


def _checked(
    program: Program,
    data: Arrays,
    trained: list[str],
    epochs: int,
    batch_size: int | None,
    learning_rate: float,
    optimizer: str,
) -> int:
    unknown = [name for name in data if name not in program.inputs]
    if unknown or not data or not trained:
        raise TrainingError(f"data must name some inputs and leave parameters; inputs are {', '.join(program.inputs)}")
    if epochs < 1 or (batch_size is not None and batch_size < 1) or not learning_rate > 0:
        raise TrainingError("epochs and batch size are whole numbers from 1, the learning rate is above 0")
    if optimizer not in OPTIMIZERS:
        raise TrainingError(f"unknown optimizer {optimizer!r}; known are {', '.join(OPTIMIZERS)}")
    if not any(np.asarray(array).dtype.kind == "f" for array in data.values()):
        raise TrainingError("the data hold no floating array; convert the inputs with astype(float)")
    counts = {name: len(array) for name, array in data.items()}
    if len(set(counts.values())) != 1 or 0 in counts.values():
        raise TrainingError(f"data arrays must share axis 0, the examples; found {counts}")
    for name, array in data.items():
        if not np.isfinite(array).all():
            where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
            raise TrainingError(f"{name} holds {array[where]} at {where}; remove or fill such entries")
    return next(iter(counts.values()))


def _initial(program: Program, data: Arrays, trained: list[str], init: str | Arrays, seed: int) -> dict[str, Array]:
    dtype = next(a.dtype for a in data.values() if a.dtype.kind == "f")
    if not isinstance(init, str):
        missing = [name for name in trained if name not in init]
        if missing:
            raise TrainingError(f"init gives no value for {', '.join(missing)}")
        return {name: np.array(init[name], dtype=dtype) for name in trained}
    sizes = {size: data[name].shape[axis] for name in data for axis, size in enumerate(program.extents(name))}
    shapes = {}
    for name in trained:
        loose = [e for e in program.extents(name) if not e.is_number and e not in sizes]
        if loose:
            raise TrainingError(f"the data do not fix the extent {loose[0]} of {name}; give its size in the program")
        shapes[name] = tuple(int(sizes.get(e, e)) for e in program.extents(name))
    return initialize(shapes, init, seed, dtype)


class _Evaluation:
    """Loss and accuracy on whole data sets, from the compiled forward program."""

    def __init__(self, program: Program, parameters: Arrays) -> None:
        self.parameters, self.output = parameters, program.output.name
        self.target, self.prediction = _prediction(program)
        wanted = [n for n in (self.output, self.prediction) if n]
        self.measure = Gradient(program, {n: n for n in wanted})
        self.predict = Gradient(program, {self.prediction: self.prediction}) if self.prediction else None

    def __call__(self, number: int, data: Arrays, validation: Arrays | None) -> Epoch:
        found = self._run(self.measure, data)
        loss = float(found[self.output])
        if not np.isfinite(loss):
            raise TrainingError(f"the loss is {loss} after epoch {number}; a smaller learning rate may help")
        held_out = float("nan")
        if self.predict is not None and validation is not None:
            held_out = self._share(self._run(self.predict, validation), validation)
        return Epoch(number, loss, self._share(found, data), held_out)

    def _run(self, compiled: Gradient, data: Arrays) -> dict[str, Array]:
        arguments = [data[n] if n in data else self.parameters[n] for n in compiled.arguments]
        return dict(zip(compiled.outputs, compiled.raw(*arguments), strict=True))

    def _share(self, found: Arrays, data: Arrays) -> float:
        """The share of examples whose largest output (or side of 1/2, for one output) is that of the target."""
        if not self.prediction or self.target not in data:
            return float("nan")
        return float(np.mean(_classes(found[self.prediction]) == _classes(data[self.target])))


def _classes(scores: Array) -> Array:
    if scores.ndim > 1 and scores.shape[1] > 1:
        return np.asarray(np.argmax(scores, axis=1))
    return np.asarray(scores.reshape(len(scores)) > 0.5)


def _prediction(program: Program) -> tuple[str, str]:
    """The target Y that the loss reads, and the last tensor of its shape that is computed without it."""
    floating = [n for n in program.inputs if n not in program.parameters]
    target = floating[-1]
    tainted = {target}
    found = ""
    for equation in program.equations:
        if equation.reads & tainted:
            tainted.add(equation.name)
        elif program.extents(equation.name) == program.extents(target):
            found = equation.name
    return target, found
