"""gradproof train: fit a network with its derived gradient."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from derive.equation import Program, ProgramError
from gradproof.options import model_options, read_model
from numeric.data import Dataset, load
from numeric.history import Epoch, Fit
from numeric.initializers import INITIAL_LAWS
from numeric.trainer import fit

Options = Callable[..., None]


def training_options(command: Options) -> Options:
    """--data --train --epochs --batch-size --learning-rate --init --seed."""
    for option in (
        click.option("--seed", default=0, show_default=True),
        click.option("--init", default="lecun_normal", show_default=True, help=f"{', '.join(INITIAL_LAWS)}."),
        click.option("--learning-rate", default=0.5, show_default=True),
        click.option("--batch-size", default=10, show_default=True, help="Examples a step; 0 for all of them."),
        click.option("--epochs", default=30, show_default=True),
        click.option("--train", "share", default=0.8, show_default=True, help="Share of the examples to train on."),
        click.option("--data", required=True, help="digits, xor, moons, blobs, a folder of IDX files, or a CSV file."),
    ):
        command = option(command)
    return command


def training(epochs: int, batch_size: int, learning_rate: float, init: str) -> dict[str, object]:
    """The options as the trainer takes them: a batch size of 0 means all examples."""
    return {"epochs": epochs, "batch_size": batch_size or None, "learning_rate": learning_rate, "init": init}


def sized(model: str, sizes: str | None, data: Dataset) -> str | None:
    """Widths for the data where none are given: inputs, 30 hidden neurons, outputs."""
    if sizes is None and model == "mlp":
        return f"{data.X.shape[1]},30,{data.Y.shape[1]}"
    return sizes


def run(program: Program, data: Dataset, share: float, seed: int, **options: object) -> Fit:
    """Split, train with progress on a terminal, and return the fit."""
    first, rest = data.split(share, seed) if len(data.X) > 4 else (data, data)
    given, held_out = arrays_for(program, first), arrays_for(program, rest)
    with progress(int(str(options["epochs"]))) as show:
        return fit(program, given, validation=held_out, seed=seed, progress=show, **options)  # type: ignore[arg-type]


def arrays_for(program: Program, data: Dataset) -> dict[str, np.ndarray]:
    """X and Y in the shapes that the program declares."""
    arrays = data.arrays()
    missing = [name for name in arrays if name not in program.inputs]
    if missing:
        raise ProgramError(f"the data give X and Y, but the program has the inputs {', '.join(program.inputs)}")
    if len(program.extents("Y")) == 1 and arrays["Y"].shape[1] <= 2:
        arrays["Y"] = arrays["Y"][:, -1]
    return arrays


@contextmanager
def progress(epochs: int) -> Iterator[Callable[[Epoch], None]]:
    """A bar with loss and accuracy on a terminal; nothing where the output is piped."""
    columns = (TextColumn("epoch {task.completed}/{task.total}"), BarColumn(), TextColumn("{task.fields[note]}"))
    console = Console(stderr=True)
    with Progress(*columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("training", total=epochs, note="")

        def show(row: Epoch) -> None:
            bar.update(task, completed=row.epoch, note=f"loss {row.loss:.4f}  accuracy {row.validation_accuracy:.2%}")

        yield show


@click.command("train")
@model_options
@training_options
@click.option("--output", help="Write the history to this file as CSV.")
def command(
    model: str,
    sizes: str | None,
    activation: str | None,
    loss: str | None,
    wrt: str | None,
    data: str,
    share: float,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    init: str,
    seed: int,
    output: str | None,
) -> None:
    """Train MODEL with mini-batches driven by its compiled gradient.

    \b
    Example:
      gradproof train mlp --data digits --loss bce
    """
    if wrt is not None:
        raise ProgramError("train fits every input that the data do not give; --wrt has no meaning here")
    examples = load(data)
    program = read_model(model, sized(model, sizes, examples), activation, loss)
    options = training(epochs, batch_size, learning_rate, init)
    result = run(program, examples, share, seed, **options)
    last = result.history[-1]
    click.echo(
        f"epoch {last.epoch}: loss {last.loss:.6f}, accuracy {last.accuracy:.2%}, "
        f"held out {last.validation_accuracy:.2%}"
    )
    if output is not None:
        click.echo(f"wrote {result.write_csv(output)}")
