"""gradproof certify: theorems about a gradient, checked by Coq."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from derive.backprop import grad
from derive.derivation import Derivation
from derive.functions import ROWS
from derive.losses import LOSSES
from derive.parse import parse
from gradproof.error_bounds import show_bounds
from gradproof.functions import read_functions, read_specifications
from gradproof.options import given_inputs, model_options, read_model
from proofs.certificates.candidates import certify_gradient
from proofs.certificates.certify import Certified, Line, certify, certify_all
from proofs.certificates.claims import FAMILIES, word
from proofs.certificates.coqc import COMPUTING, LIMIT

MOST_SHOWN = 90


@click.command("certify")
@model_options
@click.option("--gradient", help="A gradient of your own, my_module.py:my_gradient, where MODEL is a function.")
@click.option("--output", help="Write the accepted files to this folder: statements, proofs, prelude and check.sh.")
@click.option("--jobs", default=1, show_default=True, type=click.IntRange(1), help="Runs of Coq at once.")
@click.option(
    "--time-limit", "limit", default=LIMIT, type=click.IntRange(1), help="Seconds a proof step.", show_default=True
)
@click.option("--fresh", is_flag=True, help="Ask Coq again what it was asked before.")
@click.option("--bounds", is_flag=True, help="Errors of the compiled code instead: found, and bounded where proved.")
@click.option("--brief", is_flag=True, help="Only what was not accepted, and the counts.")
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
    bounds: bool,
    brief: bool,
    **asked: Any,  # output, jobs, limit, fresh
) -> None:
    """State the derivatives of MODEL as theorems and have Coq check them. Exit status 0, 1 (refused, refuted), 2 or 3.

    MODEL may also be a function (sigmoid), a loss (bce), a family of the library, or all. With --bounds it names
    rows of the library, separated by commas; all are read from the tables that are shipped. With --gradient your own
    gradient is certified or, if it is wrong, refuted by a counterexample that Coq proves.

    \b
    Example:
      gradproof certify sigmoid
      gradproof certify "L = log(1 + exp(-y*w*x))" --wrt w --output proofs
      gradproof certify all --jobs 2
      gradproof certify sigmoid,silu --bounds
      gradproof certify my.py:loss --gradient my.py:grad --inputs "X: n d; w: d; y: n"
    """
    if bounds:
        show_bounds(model, asked["output"])
        return
    if gradient is not None:
        found = _of_functions(model, gradient, wrt, asked)
    elif model == "all" or model in FAMILIES:
        found = certify_all(**asked, only=() if model == "all" else (model,))
    else:
        derivation = _derivation(model, sizes, activation, loss, wrt)
        found = certify(derivation, word(model)[:40], **asked)
    _show(found, brief)
    ctx.exit(found.exit_status)


def _of_functions(model: str, gradient: str, wrt: str | None, asked: Mapping[str, Any]) -> Certified:
    """Named as the gradient's function is."""
    forward, candidate = read_functions(model, gradient)
    names = None if wrt is None else [name.strip() for name in wrt.split(",")]
    inputs = read_specifications(given_inputs())
    return certify_gradient(forward, candidate, inputs, wrt=names, name=gradient.rpartition(":")[2], **asked)


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
    said += [
        f"{line.name}: {line.message}" for line in shown if line.status == "gap" and len(line.message) > MOST_SHOWN
    ]
    said += [f"axioms: {', '.join(dict.fromkeys(map(_axiom, found.axioms)))}"] if found.axioms else []
    said += [f"wrote {found.folder}"] if found.folder is not None and found.accepted else []
    console.print(*said, sep="\n", soft_wrap=True, highlight=False)


def _axiom(name: str) -> str:
    """Those of whole numbers, with which Interval computes, by their module."""
    return f"{name.partition('.')[0]}.*" if name.startswith(COMPUTING) else name


def _table(lines: list[Line]) -> Table:
    table = Table("claim", "verdict", "seconds", "remark")
    for line in lines:
        remark = "" if line.status == "skipped" else line.message[:MOST_SHOWN]
        table.add_row(line.claim, line.status, f"{line.seconds:.2f}", remark)
    return table
