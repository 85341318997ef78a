"""What `train` and `study` share: the options of training, the task, and its progress on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import click
import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, TaskID, TextColumn, TimeRemainingColumn

from derive.equation import Program, ProgramError
from derive.parse import parse
from derive.program_text import to_text
from derive.regularize import PENALTIES, penalized
from numeric.batches import Examples
from numeric.clips import CLIPS, clipping
from numeric.data import Dataset, Standardization
from numeric.explained import explain
from numeric.history import Epoch, Fit
from numeric.initializers import INITIAL_LAWS
from numeric.jobs import side_by_side
from numeric.measures import Measure, Measured
from numeric.optimizers import ALGORITHMS, algorithm
from numeric.schedules import SCHEDULES, schedule
from numeric.trainer import fit

Options = Callable[..., Any]


def _listed(names: Mapping[str, object], example: str) -> str:
    return f"{', '.join(names)}; numbers follow, as in {example}."


def training_options(command: Options) -> Options:
    """--train to --seed: everything that `task` takes beside program and data."""
    for option in (
        click.option("--seed", default=0, show_default=True),
        click.option("--init", default="lecun_normal", show_default=True, help=f"{', '.join(INITIAL_LAWS)}."),
        click.option("--patience", type=int, help="End when the held-out loss has not fallen for so many epochs."),
        click.option("--penalty", help=_listed(PENALTIES, "l2,strength=0.001")),
        click.option("--dropout", help="Shares of tensors that are dropped: A1=0.5,A2=0.2."),
        click.option("--clip", help=_listed(CLIPS, "norm,limit=1")),
        click.option("--schedule", default="constant", show_default=True, help=_listed(SCHEDULES, "step,every=30")),
        click.option("--learning-rate", type=float, help="Default: the algorithm's; for gradient descent 0.5."),
        click.option("--algorithm", default="gradient_descent", help=_listed(ALGORITHMS, "adam,beta1=0.8")),
        click.option("--batch-size", default=10, show_default=True, help="Examples a step; 0 for all of them."),
        click.option("--epochs", default=30, show_default=True),
        click.option("--standardize", is_flag=True, help="Inputs to mean 0 and deviation 1 on the training set."),
        click.option("--validation", "held", default=0.0, help="Share that --patience looks at, apart from the rest."),
        click.option("--train", "share", default=0.8, show_default=True, help="Share of the examples to train on."),
    ):
        command = option(command)
    return command


def data_option(required: bool) -> Options:
    """--data."""
    said = "A named set, a file of numbers, or a folder; docs/training.md."
    return click.option("--data", required=required, help=said)


def sized(model: str, sizes: str | None, data: Dataset) -> str | None:
    """Widths for the data where none are given: inputs, 30 hidden neurons, outputs."""
    if sizes is None and model == "mlp":
        return f"{data.X.shape[1]},30,{data.Y.shape[1]}"
    return sizes


Arrays = Mapping[str, np.ndarray[Any, Any]]


@dataclass(frozen=True)
class Task:
    """What is trained, on what, measured on what, and the options of the descent as they were typed.

    `left` are examples that neither training nor stopping looks at, where there are such.
    """

    program: Program
    given: Arrays
    held_out: Arrays
    options: Mapping[str, Any]
    left: Arrays | None = None

    def train(self, **more: Any) -> Fit:
        """The fit, with progress on a terminal; `more` goes to `numeric.fit`."""
        count = len(next(iter(self.given.values())))
        with progress(self.options["epochs"], count) as (show, tick):
            return self.fit(progress=show, tick=tick, **more)

    def fit(self, **more: Any) -> Fit:
        """The fit, in silence."""
        return fit(self.program, self.given, validation=self.held_out, **_chosen(**self.options), **more)

    def test(self, result: Fit) -> Measured | None:
        """What the best weights are worth on the examples that are left."""
        if self.left is None:
            return None
        examples = Examples(self.program, self.left)
        return Measure(self.program, examples, {})(result.best, examples)

    def explain(self, updates: int) -> str:
        """The first updates, with their numbers."""
        options = {k: v for k, v in _chosen(**self.options).items() if k not in ("epochs", "patience")}
        return explain(self.program, self.given, updates, **options)

    def seeds(self, runs: int, jobs: int | None) -> Iterator[Epoch]:
        """How runs from as many seeds end, counted from that of the options."""
        numbers = range(self.options["seed"], self.options["seed"] + runs)
        text = to_text(self.program)
        tasks = ((text, self.given, self.held_out, {**self.options, "seed": seed}) for seed in numbers)
        return side_by_side(_end, tasks, jobs)


def _end(text: str, given: Arrays, held_out: Arrays, options: Mapping[str, Any]) -> Epoch:
    return Task(parse(text), given, held_out, options).fit().history[-1]


def task(
    program: Program, data: Dataset, share: float, held: float, standardize: bool, penalty: str | None, **options: Any
) -> Task:
    """The data split, standardized and in the shapes that the program declares; the penalty added to its loss."""
    parts = _split(data, share, held, options["seed"])
    if standardize:
        parts = [Standardization.of(parts[0])(part) for part in parts]
    given, held_out, *left = (arrays_for(program, part) for part in parts)
    return Task(_penalized(program, penalty), given, held_out, options, *left)


def _split(data: Dataset, share: float, held: float, seed: int) -> list[Dataset]:
    """Those to train on, those to measure on, and with a share of its own for these a part that nobody looks at."""
    if len(data.X) <= 4:
        return [data, data]
    return list(data.parts(share, held, seed=seed) if held else data.split(share, seed))


def _penalized(program: Program, given: str | None) -> Program:
    if given is None:
        return program
    name, numbers = read_row(given)
    more: dict[str, Any] = {**numbers}
    return penalized(program, name, **more)


def _chosen(
    algorithm: str, learning_rate: float | None, batch_size: int, schedule: str, clip: str | None, dropout: str | None,
    **options: Any,
) -> dict[str, Any]:  # fmt: skip
    """The options as the trainer takes them: a batch size of 0 means all examples."""
    rate = 0.5 if learning_rate is None and algorithm == "gradient_descent" else learning_rate
    return {
        "algorithm": _row(algorithm_row, algorithm),
        "schedule": _row(schedule_row, schedule),
        "clip": _row(clipping, clip) if clip is not None else None,
        "dropout": read_row(f"dropout,{dropout}")[1] if dropout else {},
        "learning_rate": rate,
        "batch_size": batch_size or None,
        **options,
    }


algorithm_row, schedule_row = algorithm, schedule


def _row(make: Options, given: str) -> Any:
    name, numbers = read_row(given)
    return make(name, **numbers)


def read_row(given: str) -> tuple[str, dict[str, float]]:
    """adam,beta1=0.8 as a name and numbers; ValueError for anything else.

    >>> read_row("step,every=30,gamma=0.5")
    ('step', {'every': 30.0, 'gamma': 0.5})
    """
    name, *parts = (part.strip() for part in given.split(","))
    numbers = {}
    for part in parts:
        key, sign, value = part.partition("=")
        try:
            numbers[key.strip()] = float(value) if sign else float("nan")
        except ValueError:
            sign = ""
        if not sign:
            raise ValueError(f"a name and numbers such as step,every=30 are wanted; found {part!r} in {given!r}")
    return name, numbers


def arrays_for(program: Program, data: Dataset) -> dict[str, np.ndarray[Any, Any]]:
    """X and Y in the shapes that the program declares."""
    arrays = data.arrays()
    missing = [name for name in arrays if name not in program.inputs]
    if missing:
        raise ProgramError(f"the data give X and Y, but the program has the inputs {', '.join(program.inputs)}")
    if len(program.extents("Y")) == 1 and arrays["Y"].shape[1] <= 2:
        arrays["Y"] = arrays["Y"][:, -1]
    return arrays


class _Speed(ProgressColumn):
    """How many examples a second."""

    def render(self, task: Any) -> Any:
        speed = task.finished_speed or task.speed
        return f"{speed:,.0f} examples/s" if speed else ""


Watcher = tuple[Callable[[Epoch], None], Callable[[int, int], None]]


@contextmanager
def progress(epochs: int, examples: int) -> Iterator[Watcher]:
    """A bar with loss, accuracy, examples a second and time left on a terminal; nothing where the output is piped."""
    console = Console(stderr=True)
    columns = (TextColumn("epoch {task.fields[epoch]}"), BarColumn(), TextColumn("{task.fields[note]}"), _Speed())
    with Progress(*columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("training", total=epochs * examples, note="", epoch=f"1/{epochs}")

        def show(row: Epoch) -> None:
            _advance(bar, task, row.epoch * examples, note=_note(row), epoch=f"{row.epoch}/{epochs}")

        def tick(epoch: int, behind: int) -> None:
            _advance(bar, task, (epoch - 1) * examples + behind, epoch=f"{epoch}/{epochs}")

        yield show, tick


def _advance(bar: Progress, task: TaskID, completed: int, **fields: str) -> None:
    bar.update(task, completed=completed, **fields)  # type: ignore[arg-type]


def _note(row: Epoch) -> str:
    accuracy = "" if np.isnan(row.validation_accuracy) else f"  accuracy {row.validation_accuracy:.2%}"
    return f"loss {row.loss:.4f}{accuracy}"
