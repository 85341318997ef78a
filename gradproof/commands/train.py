"""gradproof train: fit a network with its derived gradient."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from derive.equation import ProgramError
from gradproof.options import model_options, read_model
from gradproof.training import run, sized, training_options
from numeric.checkpoint import Checkpoint
from numeric.data import load
from numeric.history import Fit

INTERRUPTED = 130
LEFT = "gradproof-best.npz"


@click.command("train")
@model_options
@training_options
@click.option("--output", help="Write the history to this file as CSV.")
@click.option("--save", help="Write the best weights and the program to this .npz file.")
@click.option("--checkpoint", help="Keep the run in this .npz file; if it exists, the run goes on from it.")
@click.option("--minutes", type=float, help="Write the checkpoint every so many minutes instead of every epoch.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    model: str,
    sizes: str | None,
    activation: str | None,
    loss: str | None,
    wrt: str | None,
    data: str,
    output: str | None,
    save: str | None,
    checkpoint: str | None,
    minutes: float | None,
    **training: Any,
) -> None:
    """Train MODEL with mini-batches driven by its compiled gradient. Ctrl-C keeps the best weights.

    \b
    Example:
      gradproof train mlp --data digits --loss bce
    """
    if wrt is not None:
        raise ProgramError("train fits every input that the data do not give; --wrt has no meaning here")
    examples = load(data)
    program = read_model(model, sized(model, sizes, examples), activation, loss)
    kept = Checkpoint(checkpoint, minutes) if checkpoint is not None else None
    result, tested = run(program, examples, checkpoint=kept, **training)
    _say(result)
    if tested is not None:
        click.echo(f"test, with the best weights: loss {tested.loss:.6f}, accuracy {tested.accuracy:.2%}")
    if output is not None:
        click.echo(f"wrote {result.write_csv(output)}")
    if save is not None or (result.ended == "interrupted" and checkpoint is None):
        click.echo(f"wrote the best weights to {result.model.save(save or LEFT)}")
    if result.ended == "interrupted":
        ctx.exit(_stopped(result, checkpoint))


def _say(result: Fit) -> None:
    if result.history:
        last = result.history[-1]
        click.echo(
            f"epoch {last.epoch}: loss {last.loss:.6f}, accuracy {last.accuracy:.2%}, "
            f"held out {last.validation_accuracy:.2%}"
        )


def _stopped(result: Fit, checkpoint: str | None) -> int:
    """Say what there is, and how to go on."""
    best = f"the best weights so far are those of epoch {result.best_epoch}"
    where = f", in {Path(checkpoint)}; the same command goes on from there" if checkpoint is not None else ""
    click.echo(f"stopped in epoch {len(result.history) + 1}: {best}{where}", err=True)
    return INTERRUPTED
