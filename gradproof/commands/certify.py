"""gradproof certify: theorems about a gradient, checked by Coq."""

from __future__ import annotations

from collections import Counter

import click
from rich.console import Console
from rich.table import Table

from derive.backprop import grad
from derive.derivation import Derivation
from derive.functions import ROWS
from derive.losses import LOSSES
from derive.parse import parse
from gradproof.error_bounds import show_bounds
from gradproof.options import model_options, read_model
from proofs.certificates.certify import Certified, Line, certify, certify_all
from proofs.certificates.claims import FAMILIES, word
from proofs.certificates.coqc import LIMIT

MOST_SHOWN = 90


@click.command("certify")
@model_options
@click.option("--output", help="Write the accepted files to this folder: statements, proofs, prelude and check.sh.")
@click.option("--jobs", default=1, show_default=True, type=click.IntRange(1), help="Runs of Coq at once.")
@click.option("--time-limit", default=LIMIT, show_default=True, type=click.IntRange(1), help="Seconds a proof step.")
@click.option("--fresh", is_flag=True, help="Ask Coq again what it was asked before.")
@click.option("--bounds", is_flag=True, help="Errors of the compiled code instead: found, and of functions bounded.")
@click.option("--brief", is_flag=True, help="Only what was not accepted, and the counts.")
@click.pass_context
def command(
    ctx: click.Context,
    model: str,
    sizes: str | None,
    activation: str | None,
    loss: str | None,
    wrt: str | None,
    output: str | None,
    jobs: int,
    time_limit: int,
    fresh: bool,
    bounds: bool,
    brief: bool,
) -> None:
    """State the derivatives of MODEL as theorems and have Coq check them. Exit status 0, 1 (refused), 2 or 3.

    MODEL may also be a function (sigmoid), a loss (bce), a family of the library, or all. With --bounds it names
    rows of the library, separated by commas; all are read from the tables that are shipped.

    \b
    Example:
      gradproof certify sigmoid
      gradproof certify "L = log(1 + exp(-y*w*x))" --wrt w --output proofs
      gradproof certify all --jobs 2
      gradproof certify sigmoid,silu --bounds
    """
    if bounds:
        show_bounds(model, output)
        return
    if model == "all" or model in FAMILIES:
        found = certify_all(output, jobs, time_limit, fresh, () if model == "all" else (model,))
    else:
        derivation = _derivation(model, sizes, activation, loss, wrt)
        found = certify(derivation, word(model)[:40], output, jobs, time_limit, fresh)
    _show(found, brief)
    ctx.exit(found.exit_status)


def _derivation(model: str, sizes: str | None, activation: str | None, loss: str | None, wrt: str | None) -> Derivation:
    if model in ROWS and not (sizes or activation or loss):
        row = ROWS[model]
        return grad(parse(f"f = {row.text()}"), wrt or list(row.names))
    if model in LOSSES and not (sizes or activation or loss):
        return grad(parse(LOSSES[model].text()), wrt or "A")
    return grad(read_model(model, sizes, activation, loss), wrt)


def _show(found: Certified, brief: bool) -> None:
    """A row a claim; below it the counts, the axioms and where the files are."""
    console = Console()
    shown = [line for line in found.lines if not brief or line.status != "accepted"]
    if shown:
        console.print(_table(shown))
    counts = Counter(line.status for line in found.lines)
    said = [", ".join(f"{n} {status}" for status, n in counts.most_common())]
    said += dict.fromkeys(line.message for line in found.lines if line.status == "skipped")
    said += [f"axioms: {', '.join(found.axioms)}"] if found.axioms else []
    said += [f"wrote {found.folder}"] if found.folder is not None and found.accepted else []
    console.print(*said, sep="\n", soft_wrap=True, highlight=False)


def _table(lines: list[Line]) -> Table:
    table = Table("claim", "verdict", "seconds", "remark")
    for line in lines:
        remark = "" if line.status == "skipped" else line.message[:MOST_SHOWN]
        table.add_row(line.claim, line.status, f"{line.seconds:.2f}", remark)
    return table
