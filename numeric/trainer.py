"""Training any program: descent by its compiled gradient, watched, stopped and resumed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypedDict, Unpack

import numpy.typing as npt

from derive.equation import Program
from numeric.batches import Data, Examples, TrainingError
from numeric.checkpoint import Checkpoint
from numeric.clips import clipping
from numeric.course import Course
from numeric.formulas import Formula, formula
from numeric.history import Epoch, Fit
from numeric.measures import Measure
from numeric.optimizers import WHOLE_BATCH
from numeric.optimizers import algorithm as algorithm_row
from numeric.problem import Problem, posed
from numeric.schedules import schedule as schedule_row
from numeric.training import Settings, Training
from numeric.whole_batch import Newton, WholeBatch, lbfgs

Array = npt.NDArray[Any]
Arrays = Mapping[str, Array]
MEASURES = ("data", "batches", "nothing")


class Descent(TypedDict, total=False):
    """How `fit` descends. Rows are given by name, or as `numeric.algorithm("adam", beta1=0.8)` with numbers of theirs.

    algorithm: gradient_descent, momentum, nesterov, adagrad, rmsprop, adam, adamw, newton, lbfgs. learning_rate: eta,
    by default the row's. schedule: constant, step, cosine, warmup, warmup_cosine, plateau. clip: value, norm or None.
    dropout: a share for each tensor named. batch_size: None is full-batch, 1 stochastic; the last may be smaller.
    shuffle: in a new order every epoch. seed: equal ones give weights that are equal to the bit.
    """

    algorithm: str | Formula
    learning_rate: float | None
    schedule: str | Formula
    clip: str | Formula | None
    dropout: Mapping[str, float] | None
    batch_size: int | None
    shuffle: bool
    seed: int


def fit(
    program: Program,
    data: Data,
    *,
    init: str | Arrays = "lecun_normal",
    constants: Data | None = None,
    epochs: int = 10,
    validation: Data | None = None,
    patience: int | None = None,
    measure: str = "data",
    checkpoint: str | Path | Checkpoint | None = None,
    progress: Callable[[Epoch], object] = lambda row: None,
    tick: Callable[[int, int], object] = lambda epoch, examples: None,
    watch: Callable[[int, Arrays], object] = lambda epoch, weights: None,
    **descent: Unpack[Descent],
) -> Fit:
    """w' of an algorithm's row, over mini-batches: trains the inputs that neither `data` nor `constants` gives.

    `data` holds arrays that share axis 0, the examples; `constants` what is the same for all. `descent` is as in
    `Descent`. `patience` ends the run when the loss (on `validation`, if given) has not fallen for so many epochs.
    `measure` the loss over the "data" after each epoch, over the "batches" on the way, or "nothing". A run whose
    `checkpoint` exists goes on from it. TrainingError for data that do not fit or are not finite, and if it diverges.

    >>> import derive, numpy as np
    >>> line = derive.program("parameter w\\nL = sum[i]((w*x[i] - y[i])**2)/size[i]")
    >>> x = np.array([1.0, 2.0, 3.0])
    >>> float(fit(line, {"x": x, "y": 2 * x}, epochs=50).parameters["w"].round(6))
    2.0
    """
    settings = settings_of(measure == "batches", **descent)
    kept = Checkpoint(checkpoint) if isinstance(checkpoint, str | Path) else checkpoint
    _check(epochs, patience, settings, kept)
    _check_measure(measure, patience, settings, validation is not None)
    problem = posed(program, data, constants or {}, init, settings.seed)
    course = course_of(problem, settings, validation, patience, kept, measure == "data")
    course.progress, course.tick, course.watch = progress, tick, watch
    return run(course, epochs)


def run(course: Course, epochs: int) -> Fit:
    """Until so many epochs are behind: by the course itself, or by SciPy."""
    if isinstance(course.training, WholeBatch) and not isinstance(course.training, Newton):
        return lbfgs(course, course.training, epochs)
    return course.train(epochs)


def settings_of(
    with_loss: bool = False,
    algorithm: str | Formula = "gradient_descent",
    learning_rate: float | None = None,
    schedule: str | Formula = "constant",
    clip: str | Formula | None = None,
    dropout: Mapping[str, float] | None = None,
    batch_size: int | None = None,
    shuffle: bool = True,
    seed: int = 0,
) -> Settings:
    """The options of `Descent` with names looked up; ProgramError for an unknown row, TrainingError for bad numbers."""
    chosen = _row(algorithm_row, algorithm)
    if learning_rate is not None:
        chosen = formula(chosen.row, **{**chosen.numbers, "eta": learning_rate})
    if batch_size is not None and batch_size < 1:
        raise TrainingError(f"a batch size is a whole number from 1, or None for all examples; found {batch_size}")
    if seed < 0:
        raise TrainingError(f"a seed is a whole number from 0; found {seed}")
    clipped = _row(clipping, clip) if clip is not None else None
    shares = {name: float(share) for name, share in (dropout or {}).items()}
    size = int(batch_size) if batch_size is not None else None
    return Settings(chosen, _row(schedule_row, schedule), clipped, shares, size, shuffle, int(seed), with_loss)


def _row(known: Callable[[str], Formula], given: str | Formula) -> Formula:
    return known(given) if isinstance(given, str) else given


def _check_measure(measure: str, patience: int | None, settings: Settings, held_out: bool) -> None:
    if measure not in MEASURES:
        raise TrainingError(f"unknown measure {measure!r}; known are {', '.join(MEASURES)}")
    if measure == "nothing" and not held_out and (patience is not None or settings.schedule.name == "plateau"):
        raise TrainingError("patience and plateau look at a loss: measure the data or the batches, or give validation")


def _check(epochs: int, patience: int | None, settings: Settings, kept: Checkpoint | None) -> None:
    if epochs < 1 or (patience is not None and patience < 1):
        raise TrainingError(f"epochs and patience are whole numbers from 1; found {epochs} and {patience}")
    name = settings.algorithm.name
    if name not in WHOLE_BATCH:
        return
    plain = Settings(settings.algorithm, batch_size=settings.batch_size, shuffle=settings.shuffle, seed=settings.seed)
    if settings.fingerprint != plain.fingerprint or settings.batch_size is not None:
        raise TrainingError(f"{name} looks at all examples at once: leave out batch size, schedule, clip and dropout")
    if name == "lbfgs" and kept is not None:
        raise TrainingError("lbfgs keeps its memory inside SciPy, so it cannot go on from a file; leave out checkpoint")


def course_of(
    problem: Problem,
    settings: Settings,
    validation: Data | None = None,
    patience: int | None = None,
    kept: Checkpoint | None = None,
    measured: bool = False,
) -> Course:
    """A run before its first step, compiled and checked; `measured` says whether the loss over all data is wanted."""
    examples, constants = problem.examples, problem.constants
    held = Examples(problem.program, validation, examples.dtype) if validation is not None else None
    training = _training(problem, settings)
    measure = Measure(problem.program, examples, constants)
    watched = {"validation": held.fingerprint if held is not None else None, "measured": measured}
    run = {**problem.fingerprint, **settings.fingerprint, **watched, "patience": patience}
    own = measure if measured else None
    return Course(problem.program, training, examples, held, own, measure, patience, kept, run)


def _training(problem: Problem, settings: Settings) -> Training | WholeBatch:
    """Compiled, and checked on all examples."""
    given = (problem.program, problem.parameters, problem.constants)
    problem.check_batches(settings.batch_size)
    if settings.algorithm.name in WHOLE_BATCH:
        numbers = settings.algorithm.numbers
        made = Newton(*given, problem.examples, numbers) if numbers else WholeBatch(*given, problem.examples)
        problem.check(made.gradient)
        return made
    training = Training(*given, settings)
    problem.check(training.gradient)
    return training
