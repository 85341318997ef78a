"""gradproof derive: print the derivation."""

from __future__ import annotations

from typing import Any

import click

from derive.pages.document import FORMATS
from derive.pages.view import CHOICES
from gradproof.options import DERIVATIVES, model_options, of_option, read_model, read_numbers, read_symbol
from numeric.files import write


@click.command("derive")
@model_options
@of_option
@click.option("--format", "pages", type=click.Choice(sorted(FORMATS)), default="text", show_default=True)
@click.option("--detail", type=click.Choice(CHOICES["detail"]), default="brief", show_default=True)
@click.option("--form", type=click.Choice(CHOICES["form"]), default="both", show_default=True)
@click.option("--layout", type=click.Choice(CHOICES["layout"]), default="rows", show_default=True)
@click.option("--adjoints", type=click.Choice(CHOICES["adjoints"]), help="Default: bar, or delta with columns.")
@click.option("--symbol", "symbols", multiple=True, metavar="OLD=NEW", help=r"Rename in print: --symbol W=\Theta.")
@click.option("--at", help="Put numbers in: x=2,y=3, or x=[1,2].")
@click.option("--output", help="Write to this file instead of the terminal.")
def command(
    model: str,
    sizes: str | None,
    activation: str | None,
    loss: str | None,
    wrt: str | None,
    of: str,
    pages: str,
    symbols: tuple[str, ...],
    at: str | None,
    output: str | None,
    **options: Any,
) -> None:
    """Print the derivation of MODEL's gradient, or of what --of names: text, Markdown, LaTeX, or an HTML page.

    \b
    Example:
      gradproof derive "x**2*sin(y)" --wrt x,y --at x=2,y=3
      gradproof derive mlp --sizes 784,30,10 --loss bce --format latex
      gradproof derive mlp --layout columns --symbol L=C
      gradproof derive "L = sum[i,j](x[i]*A[i,j]*x[j])" --of hessian --wrt x
    """
    derivation = DERIVATIVES[of](read_model(model, sizes, activation, loss), wrt)
    derivation.check()
    numbers = read_numbers(at) if at is not None else None
    page = FORMATS[pages](derivation, symbols=dict(map(read_symbol, symbols)), at=numbers, **options)
    if output is None:
        click.echo(page)
    else:
        click.echo(f"wrote {write(output, page)}")
