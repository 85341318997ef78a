"""gradproof compile: a standalone module."""

from __future__ import annotations

import click

from gradproof.options import BUILT, model_options, of_option, read_model
from numeric.compiler import build
from numeric.files import write
from numeric.targets.table import TARGETS


@click.command("compile")
@model_options
@of_option
@click.option("--target", type=click.Choice(list(TARGETS)), default="numpy", help="The library that the module calls.")
@click.option("--output", required=True, help="The Python file to write.")
def command(
    model: str,
    sizes: str | None,
    activation: str | None,
    loss: str | None,
    wrt: str | None,
    of: str,
    target: str,
    output: str,
) -> None:
    """Write a Python module with MODEL's gradient, or what --of names; it imports only the library of --target.

    \b
    Example:
      gradproof compile mlp --sizes 784,30,10 --loss bce --output grads.py
      gradproof compile "L = sum[i](x[i]**3)" --of hessian --output second.py
      gradproof compile mlp --sizes 784,30,10 --target numba --output grads.py
    """
    derivation = BUILT[of](read_model(model, sizes, activation, loss), wrt)
    derivation.check()
    try:
        source = build(derivation, target=target).source
    except ImportError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"wrote {write(output, source)}")
