"""gradproof verify: the verdict on a gradient."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from derive.backprop import grad
from gradproof.functions import read_functions, read_specifications
from gradproof.junit import junit
from gradproof.options import given_inputs, model_options, read_model, read_ranges, read_seconds
from gradproof.progress import shown
from numeric.figures import can_draw
from numeric.files import write
from proofs.arguments.nests import container
from proofs.campaign import ORDERS
from proofs.claim import MOST_WRITTEN, Report
from proofs.parallel import Task, spread
from proofs.picture import draw_errors
from proofs.profiles import PROFILES
from proofs.verdicts import verify

NO_END = 10**9  # examples, where the time ends the search
FORMATS: Mapping[str, Callable[[Report, str], str | None]] = {
    "table": lambda report, name: show(report),
    "json": lambda report, name: report.to_json(),
    "junit": junit,
}


@click.command("verify")
@model_options
@click.option("--gradient", help="A gradient of your own, my_module.py:my_gradient, where MODEL is a function.")
@click.option("--dims", help='Ranges of the sizes in --inputs: "n=1..8, d=3".')
@click.option("--of", "of", type=click.Choice(list(ORDERS)), default="gradient", help="What --gradient returns.")
@click.option("--time", "given_time", help="Time for the search, such as 90s, 10m or 1.5h; 5s with --gradient.")
@click.option("--jobs", default=1, show_default=True, type=click.IntRange(1), help="Searches of other seeds at once.")
@click.option("--backend", help="Where the jobs run: threading, loky, dask, ray, or another that joblib has.")
@click.option("--profile", type=click.Choice(list(PROFILES)), help="How much is tried; default: GRADPROOF_PROFILE.")
@click.option("--database", help="A folder that keeps the arguments which refute; they are tried first the next time.")
@click.option("--examples", type=int, help="Sets of arguments to try.")
@click.option("--seed", default=0, show_default=True)
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="table", show_default=True)
@click.option("--plot", help="Draw the error of differences against their step into this file: .png, .svg or .pdf.")
@click.option("--output", help="Write the report to this file: as JSON, or as JUnit if that is the format.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    model: str,
    sizes: str | None,
    activation: str | None,
    loss: str | None,
    wrt: str | None,
    gradient: str | None,
    dims: str | None,
    of: str,
    given_time: str | None,
    jobs: int,
    backend: str | None,
    seed: int,
    form: str,
    plot: str | None,
    output: str | None,
    **tried: Any,  # examples, profile, database
) -> None:
    """Hold MODEL's compiled gradient, or one of your own, against independent witnesses. Exit status 0, 1, 2 or 3.

    \b
    Example:
      gradproof verify mlp --sizes 3,4,2 --loss bce
      gradproof verify my.py:loss --gradient my.py:grad --inputs "X: n d; w: d; y: n"
    """
    _check_plot(plot, gradient, of)
    seconds = None if given_time is None else read_seconds(given_time)
    if gradient is None:
        task: Task = partial(_of_model, (model, sizes, activation, loss), wrt, tried)
    else:
        task = _task(model, gradient, tried | {"wrt": _names(wrt), "dims": read_ranges(dims), "of": of}, seconds)
    with shown(seconds, jobs) as done:
        # A search with a gradient of one's own takes its time itself.
        report = spread(task, seed, jobs, (seconds or 0.0) if gradient is None else 0.0, done, backend)
    if plot and gradient:
        _draw(plot, report, model, gradient, dims)
    _put(report, gradient or model, form, output)
    ctx.exit(report.exit_status)


def _task(model: str, gradient: str, options: dict[str, Any], seconds: float | None) -> Task:
    """With a time but no count of examples the time ends the search."""
    if seconds is not None:
        options |= {"seconds": seconds, "examples": options["examples"] or NO_END}
    return partial(_of_functions, model, gradient, read_specifications(given_inputs()), options)


def _of_model(model: tuple[Any, ...], wrt: str | None, options: Mapping[str, Any], seed: int) -> Report:
    """One search, which another process can be sent."""
    return verify(grad(read_model(*model), wrt), random_seed=seed, **options)


def _of_functions(model: str, gradient: str, inputs: Any, options: Mapping[str, Any], seed: int) -> Report:
    """One search; the file is read where the search runs."""
    forward, candidate = read_functions(model, gradient)
    return verify(forward, candidate, inputs, random_seed=seed, **options)


def _check_plot(plot: str | None, gradient: str | None, of: str) -> None:
    """Before the search, which may be long."""
    if plot is not None:
        if gradient is None or of != "gradient":
            raise click.UsageError("--plot goes with --gradient and --of gradient")
        can_draw()


def _draw(plot: str, report: Report, model: str, gradient: str, dims: str | None) -> None:
    forward, candidate = read_functions(model, gradient)
    inputs = read_specifications(given_inputs())
    click.echo(f"wrote {draw_errors(plot, report, forward, candidate, inputs, read_ranges(dims))}", err=True)


def _put(report: Report, name: str, form: str, output: str | None) -> None:
    """On the terminal; in a file what a program can read."""
    text = FORMATS[form](report, name)
    if output:
        click.echo(f"wrote {write(output, text or report.to_json())}")
    elif text:
        click.echo(text, nl=False)


def show(report: Report) -> None:
    """The report as a table, the counterexample below it."""
    table = Table("tensor", "verdict", "entries checked", "largest discrepancy / error bound")
    for name, tensor in report.tensors.items():
        table.add_row(name, tensor.verdict, str(tensor.entries), f"{tensor.discrepancy:.2g}")
    console = Console()
    console.print(table)
    console.print(f"verdict: {report.verdict}   examples: {report.examples}   seed: {report.seed}")
    for name, value in (report.counterexample or {}).items():
        console.print(f"  {name} = {_shown(value)}", markup=False, soft_wrap=True)
    for line in (*report.reasons, *([f"diagnosis: {report.diagnosis}"] if report.diagnosis else [])):
        console.print(f"  {line}", markup=False, soft_wrap=True)
    if report.test:
        console.print(f"\n{report.test}", markup=False, soft_wrap=True)


def _shown(value: Any) -> str:
    """The numbers if they are few, in their containers; else what they are."""
    kind = container(value)
    if kind is not None:
        parts = (f"{step.removeprefix('.')}: {_shown(part)}" for step, part in kind.parts(value).items())
        return f"{{{', '.join(parts)}}}"
    array = np.asarray(value)
    return str(array.tolist()) if array.size <= MOST_WRITTEN else f"{array.dtype} array of shape {array.shape}"


def _names(wrt: str | None) -> list[str] | None:
    return None if wrt is None else [name.strip() for name in wrt.split(",")]
