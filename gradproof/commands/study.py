"""gradproof study: the whole job for a model, into one folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from derive.backprop import grad, value_and_grad
from derive.equation import Program, ProgramError
from gradproof.commands.verify import show
from gradproof.options import model_options, read_model
from gradproof.training import Task, data_option, sized, task, training_options
from numeric.compiler import build
from numeric.data import load
from numeric.figures import NoMatplotlib, save_figure
from numeric.files import write
from numeric.history import Fit
from numeric.pictures import Run, draw
from proofs.claim import Report
from proofs.verdicts import verify


@click.command("study")
@model_options
@training_options
@data_option(required=True)
@click.option("--output", default="study", show_default=True, help="The folder to write.")
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
    output: str,
    **training: Any,
) -> None:
    """Derive MODEL's gradient, compile it, verify it, train with it; write all of it to a folder.

    The folder gets derivation.tex, derivation.md, gradient.py, verification.json, history.csv, and history.png where
    matplotlib is installed.

    \b
    Example:
      gradproof study mlp --data digits --output study
    """
    examples = load(data)
    program = read_model(model, sized(model, sizes, examples), activation, loss)
    folder = _folder(output)
    _derive(folder, program, wrt)
    report = _verify(folder, _small(model, program, activation, loss), wrt, training["seed"])
    work = task(program, examples, **training)
    result = work.train()
    result.write_csv(folder / "history.csv")
    _plot(folder, work, result)
    _say(result, folder)
    ctx.exit(report.exit_status)


def _say(result: Fit, folder: Path) -> None:
    last = result.history[-1]
    click.echo(f"held-out accuracy after {last.epoch} epochs: {last.validation_accuracy:.2%}")
    click.echo(f"wrote {', '.join(sorted(p.name for p in folder.iterdir()))} to {folder}")


def _folder(output: str) -> Path:
    folder = Path(output)
    if folder.exists() and not folder.is_dir():
        raise ProgramError(f"{output} is a file; --output takes a folder")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _derive(folder: Path, program: Program, wrt: str | None) -> None:
    """The derivation, replayed, and the compiled module."""
    derivation = grad(program, wrt)
    derivation.check()
    write(folder / "derivation.tex", derivation.latex())
    write(folder / "derivation.md", derivation.markdown())
    write(folder / "gradient.py", build(value_and_grad(program, wrt)).source)


def _verify(folder: Path, program: Program, wrt: str | None, seed: int) -> Report:
    """The verdict, shown and written."""
    report = verify(grad(program, wrt), random_seed=seed)
    write(folder / "verification.json", report.to_json())
    show(report)
    return report


def _small(model: str, program: Program, activation: str | None, loss: str | None) -> Program:
    """The same network with narrow layers: every entry of it can be held against exact differences.

    A derivation holds for all widths, so what is verified is the formula that the wide network uses.
    """
    if model != "mlp":
        return program
    depth = sum(name.startswith("W") for name in program.parameters)
    widths = [2, *([3] * (depth - 1)), 2]
    return read_model(model, ",".join(map(str, widths)), activation, loss)


def _plot(folder: Path, work: Task, result: Fit) -> None:
    try:
        figure = draw(Run(work.program, work.given, (result.parameters,), result.history), "curves")
    except NoMatplotlib as error:
        click.echo(f"no history.png: {error}")
        return
    save_figure(figure, folder / "history.png")
