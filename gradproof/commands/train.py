"""gradproof train: fit a network with its derived gradient."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import click

from derive.equation import ProgramError
from gradproof.lessons import prepared
from gradproof.options import model_options, read_model
from gradproof.training import Task, data_option, sized, task, training_options
from numeric.checkpoint import Checkpoint
from numeric.figures import can_draw
from numeric.history import Fit
from numeric.measures import Measured
from numeric.pictures import Run
from numeric.pictures import save as save_pictures

INTERRUPTED = 130
LEFT = "gradproof-best.npz"


@click.command("train")
@model_options
@training_options
@data_option(required=False)
@click.option("--output", help="Write the history to this file as CSV.")
@click.option("--save", help="Write the best weights and the program to this .npz file.")
@click.option("--checkpoint", help="Keep the run in this .npz file; if it exists, the run goes on from it.")
@click.option("--minutes", type=float, help="Write the checkpoint every so many minutes instead of every epoch.")
@click.option("--plots", help="Draw the run into this folder: curves, the way down, borders, gradients, ...")
@click.option("--explain", "updates", type=int, help="Print the first updates with their numbers, then train.")
@click.option("--runs", type=int, help="Only train from so many seeds, and say how each run ended.")
@click.option("--jobs", type=int, help="How many runs at a time; default: as joblib is configured.")
@click.pass_context
def command(ctx: click.Context, /, updates: int | None, runs: int | None, jobs: int | None, **given: Any) -> None:
    """Train MODEL with mini-batches driven by its compiled gradient. Ctrl-C keeps the best weights.

    MODEL may also be a lesson, data with a network that suits them: xor, moons, spirals, digits, mnist.

    \b
    Examples:
      gradproof train mlp --data digits --loss bce
      gradproof train xor --explain 1 --plots pictures
    """
    files = Files(**{field.name: given.pop(field.name) for field in fields(Files)})
    work = _read(ctx, given)
    if runs is not None:
        _say_runs(work, runs, jobs)
        return
    if updates is not None:
        click.echo(work.explain(updates) + "\n")
    result = files.train(work)
    _say(result)
    _say_test(work.test(result))
    for line in files.write(work, result):
        click.echo(line)
    if result.ended == "interrupted":
        ctx.exit(_stopped(result, files.checkpoint))


@dataclass
class Files:
    """What a run reads and leaves; `path` has the weights on the way, where pictures are asked for."""

    output: str | None
    save: str | None
    checkpoint: str | None
    minutes: float | None
    plots: str | None

    def __post_init__(self) -> None:
        if self.plots is not None:
            can_draw()
        self.path: list[dict[str, Any]] = []

    def train(self, work: Task) -> Fit:
        kept = Checkpoint(self.checkpoint, self.minutes) if self.checkpoint is not None else None
        return work.train(checkpoint=kept, **({"watch": self._watch} if self.plots is not None else {}))

    def _watch(self, epoch: int, weights: Mapping[str, Any]) -> None:
        """Training writes over the weights."""
        self.path.append({name: array.copy() for name, array in weights.items()})

    def write(self, work: Task, result: Fit) -> Iterator[str]:
        """What was written, as it is."""
        if self.output is not None:
            yield f"wrote {result.write_csv(self.output)}"
        if self.plots is not None:
            run = Run(work.program, work.given, tuple(self.path), result.history, work.held_out)
            yield f"drew {', '.join(made.name for made in save_pictures(run, self.plots))} in {self.plots}"
        if self.save is not None or (result.ended == "interrupted" and self.checkpoint is None):
            yield f"wrote the best weights to {result.model.save(self.save or LEFT)}"


def _read(ctx: click.Context, given: dict[str, Any]) -> Task:
    if given.pop("wrt") is not None:
        raise ProgramError("train fits every input that the data do not give; --wrt has no meaning here")
    data = prepared(ctx, given)
    model, sizes, activation, loss = (given.pop(name) for name in ("model", "sizes", "activation", "loss"))
    return task(read_model(model, sized(model, sizes, data), activation, loss), data, **given)


def _say_runs(work: Task, runs: int, jobs: int | None) -> None:
    rows = []
    for seed, row in enumerate(work.seeds(runs, jobs), start=work.options["seed"]):
        rows.append(row)
        click.echo(f"seed {seed}: loss {row.loss:.6f}, held out {row.validation_accuracy:.2%}")
    shares = [row.validation_accuracy for row in rows]
    spread = f", standard deviation {stdev(shares):.2%}" if runs > 1 else ""
    click.echo(f"held out {fmean(shares):.2%} on average{spread}")


def _say(result: Fit) -> None:
    if result.history:
        last = result.history[-1]
        click.echo(
            f"epoch {last.epoch}: loss {last.loss:.6f}, accuracy {last.accuracy:.2%}, "
            f"held out {last.validation_accuracy:.2%}"
        )


def _say_test(found: Measured | None) -> None:
    if found is not None:
        click.echo(f"test, with the best weights: loss {found.loss:.6f}, accuracy {found.accuracy:.2%}")


def _stopped(result: Fit, checkpoint: str | None) -> int:
    """Say what there is, and how to go on."""
    best = f"the best weights so far are those of epoch {result.best_epoch}"
    where = f", in {Path(checkpoint)}; the same command goes on from there" if checkpoint is not None else ""
    click.echo(f"stopped in epoch {len(result.history) + 1}: {best}{where}", err=True)
    return INTERRUPTED
