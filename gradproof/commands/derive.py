"""gradproof derive: print the derivation."""

from __future__ import annotations

import click

from derive.backprop import grad
from derive.document import FORMATS
from gradproof.options import model_options, read_model
from numeric.files import write


@click.command("derive")
@model_options
@click.option("--format", "form", type=click.Choice(sorted(FORMATS)), default="text", show_default=True)
@click.option("--detail", type=click.Choice(["answer", "brief", "full"]), default="brief", show_default=True)
@click.option("--output", help="Write to this file instead of the terminal.")
def command(
    model: str,
    sizes: str | None,
    activation: str | None,
    loss: str | None,
    wrt: str | None,
    form: str,
    detail: str,
    output: str | None,
) -> None:
    """Print the derivation of MODEL's gradient: text, markdown or LaTeX.

    \b
    Example:
      gradproof derive "x**2*sin(y)" --wrt x,y
      gradproof derive mlp --sizes 784,30,10 --loss bce --format latex
    """
    derivation = grad(read_model(model, sizes, activation, loss), wrt)
    derivation.check()
    page = FORMATS[form](derivation, detail=detail)
    if output is None:
        click.echo(page)
    else:
        click.echo(f"wrote {write(output, page)}")
