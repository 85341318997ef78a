"""gradproof compile: a standalone module."""

from __future__ import annotations

import click

from derive.backprop import value_and_grad
from gradproof.options import model_options, read_model
from numeric.compiler import build
from numeric.files import write


@click.command("compile")
@model_options
@click.option("--output", required=True, help="The Python file to write.")
def command(
    model: str, sizes: str | None, activation: str | None, loss: str | None, wrt: str | None, output: str
) -> None:
    """Write a Python module with MODEL's gradient; it imports only NumPy (and SciPy where needed).

    \b
    Example:
      gradproof compile mlp --sizes 784,30,10 --loss bce --output grads.py
    """
    derivation = value_and_grad(read_model(model, sizes, activation, loss), wrt)
    derivation.check()
    click.echo(f"wrote {write(output, build(derivation).source)}")
