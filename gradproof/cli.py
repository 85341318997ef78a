"""gradproof: derive, compile, verify and train from forward mathematics. Each command's module is loaded on demand."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

import click

COMMANDS = {
    "derive": "Print the derivation of a model's gradient.",
    "compile": "Write a standalone module that computes a gradient: NumPy, Numba, JAX or PyTorch.",
    "verify": "Hold a gradient against independent witnesses.",
    "certify": "State a gradient as theorems and have Coq check them.",
    "check": "Check the claims about derivatives in notes: Markdown, LaTeX, reStructuredText, notebooks.",
    "ledger": "Print which evidence there is for every row of the library.",
    "train": "Train a network with its derived gradient.",
    "study": "Derive, compile, verify and train; write everything to a folder.",
}
BAD_INPUT = 2


class Lazy(click.Group):
    """Lists the commands without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"gradproof.commands.{name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="gradproof")
def root() -> None:
    """Gradients that are derived, compiled and verified.

    \b
    Example:
      gradproof derive "x**2*sin(y)" --wrt x,y
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; bad input ends in one clear line and exit status 2."""
    try:
        status = root.main(args=arguments, standalone_mode=False, prog_name="gradproof")
    except click.exceptions.Abort:
        status = 130
    except click.ClickException as error:
        error.show()
        status = BAD_INPUT
    except (ValueError, OSError, NotImplementedError, KeyError) as error:
        click.echo(f"gradproof: {_line(error)}", err=True)
        status = BAD_INPUT
    sys.exit(status if isinstance(status, int) else 0)


def _line(error: Exception) -> str:
    return str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
