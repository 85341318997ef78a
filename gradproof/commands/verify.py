"""gradproof verify: the verdict on a gradient."""

from __future__ import annotations

import click
from rich.console import Console
from rich.table import Table

from derive.backprop import grad
from gradproof.options import model_options, read_model
from numeric.files import write
from proofs.claim import Report
from proofs.verdicts import verify


@click.command("verify")
@model_options
@click.option("--examples", default=25, show_default=True, help="Sets of arguments to try.")
@click.option("--seed", default=0, show_default=True)
@click.option("--output", help="Write the report to this file as JSON.")
@click.pass_context
def command(
    ctx: click.Context,
    model: str,
    sizes: str | None,
    activation: str | None,
    loss: str | None,
    wrt: str | None,
    examples: int,
    seed: int,
    output: str | None,
) -> None:
    """Hold MODEL's compiled gradient against independent witnesses. Exit status 0, 1, 2 or 3.

    \b
    Example:
      gradproof verify mlp --sizes 3,4,2 --loss bce
    """
    report = verify(grad(read_model(model, sizes, activation, loss), wrt), examples=examples, random_seed=seed)
    show(report)
    if output:
        click.echo(f"wrote {write(output, report.to_json())}")
    ctx.exit(report.exit_status)


def show(report: Report) -> None:
    """The report as a table, the counterexample below it."""
    table = Table("tensor", "verdict", "entries checked", "largest discrepancy / error bound")
    for name, tensor in report.tensors.items():
        table.add_row(name, tensor.verdict, str(tensor.entries), f"{tensor.discrepancy:.2g}")
    console = Console()
    console.print(table)
    console.print(f"verdict: {report.verdict}   examples: {report.examples}   seed: {report.seed}")
    for name, array in (report.counterexample or {}).items():
        console.print(f"  {name} = {array.tolist()}")
