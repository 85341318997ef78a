"""Options that several commands share, and the reading of MODEL."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

import derive
from derive import models
from derive.backprop import grad, value_and_grad, vjp
from derive.curvature import gauss_newton
from derive.derivation import Derivation
from derive.equation import Program, ProgramError
from derive.forward_mode import jacobian, jvp
from derive.parse import parse
from derive.second_order import hessian, hvp
from gradproof.functions import read_function, read_specifications

INPUTS = "gradproof.inputs"
Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def model_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """MODEL --inputs --sizes --activation --loss --wrt."""
    for option in (
        click.option(
            "--inputs",
            expose_value=False,
            callback=_keep_inputs,
            help='Specifications where MODEL is a function, my_module.py:my_loss: "X: n d; w: d; y: n". '
            "The file is run, as importing it would.",
        ),
        click.option("--wrt", help="Tensors to differentiate by, separated by commas; default: the parameters."),
        click.option("--loss", help="Loss of a library model: mse, half_mse, bce, softmax_cross_entropy, ..."),
        click.option("--activation", help="Activation of a library model: sigmoid, tanh, relu, ..."),
        click.option("--sizes", help="Widths of a library model, from input to output: 784,30,10."),
        click.argument("model"),
    ):
        command = option(command)
    return command


def _keep_inputs(ctx: click.Context, option: click.Parameter, given: str | None) -> None:
    """The option belongs to the reading of MODEL, so it lies beside the command's own."""
    ctx.meta[INPUTS] = given


def given_inputs() -> str | None:
    """The text of --inputs."""
    return _inputs()


def read_ranges(given: str | None) -> dict[str, tuple[int, int]]:
    """n=1..8, d=3 as ranges of sizes.

    >>> read_ranges("n=1..8, d=3")
    {'n': (1, 8), 'd': (3, 3)}
    """
    found = {}
    for part in filter(str.strip, (given or "").split(",")):
        match = re.fullmatch(r"\s*(\w+)\s*=\s*(\d+)(?:\.\.(\d+))?\s*", part)
        if match is None:
            raise ValueError(f"--dims takes sizes such as n=1..8, d=3; found {part.strip()!r}")
        found[match[1]] = (int(match[2]), int(match[3] or match[2]))
    return found


def _inputs() -> str | None:
    context = click.get_current_context(silent=True)
    given: str | None = context.meta.get(INPUTS) if context is not None else None
    return given


# What a derivation may be of, as the field calls it; a module that is written gives the value beside a gradient.
DERIVATIVES: Mapping[str, Callable[..., Derivation]] = {
    "gradient": grad,
    "jacobian": jacobian,
    "hessian": hessian,
    "gauss-newton": gauss_newton,
    "hvp": hvp,
    "vjp": vjp,
    "jvp": jvp,
}
BUILT: Mapping[str, Callable[..., Derivation]] = {**DERIVATIVES, "gradient": value_and_grad}


def of_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """--of gradient, jacobian, hessian, gauss-newton, hvp, vjp or jvp."""
    said = "The derivative: a gradient, all second derivatives, or a product with a vector that is given."
    return click.option("--of", "of", type=click.Choice(list(DERIVATIVES)), default="gradient", help=said)(command)


def read_model(model: str, sizes: str | None, activation: str | None, loss: str | None) -> Program:
    """A registered name, a function, a .grad file, a saved model, or text; a bare expression means f = expression.

    Only `file.py:function` runs anything: that file.
    """
    if _inputs() is not None and ".py:" not in model:
        raise ProgramError("--inputs goes with a function of a Python file, such as my_module.py:my_loss")
    if model in models.MODELS:
        given = {"sizes": _sizes(sizes), "activation": activation, "loss": loss}
        return models.make(model, **{k: v for k, v in given.items() if v is not None})
    if sizes or activation or loss:
        raise ProgramError(f"--sizes, --activation and --loss go with a library model: {', '.join(models.MODELS)}")
    if ".py:" in model:
        return derive.trace(read_function(model), **read_specifications(_inputs()))
    if model.endswith(".npz"):
        return _saved(model)
    if model.endswith(".grad"):
        return parse(Path(model).read_text(encoding="utf-8"))
    return parse(model)


def _saved(path: str) -> Program:
    # What only prints should not wait for arrays.
    from numeric.saved import load_model

    return load_model(path).program


def _sizes(text: str | None) -> list[int] | None:
    if text is None:
        return None
    parts = [p.strip() for p in text.split(",")]
    if not all(p.isascii() and p.isdigit() and len(p) < 10 for p in parts):
        raise ProgramError(f"--sizes takes whole numbers separated by commas, such as 784,30,10; found {text!r}")
    return [int(p) for p in parts]


def read_symbol(given: str) -> tuple[str, str]:
    """W=Theta as a pair; ValueError without the sign.

    >>> read_symbol("W=Theta")
    ('W', 'Theta')
    """
    old, sign, new = given.partition("=")
    if not sign:
        raise ValueError(f"--symbol takes OLD=NEW, such as W=Theta; found {given!r}")
    return old.strip(), new.strip()


def read_numbers(given: str) -> dict[str, Any]:
    """x=2,y=[1,2] as numbers and nested lists by name; ValueError for anything else.

    >>> read_numbers("x=2, y=[1,2]")
    {'x': 2, 'y': [1, 2]}
    """
    found: dict[str, Any] = {}
    for part in re.split(r",(?=\s*\w+\s*=)", given):
        name, _, value = part.partition("=")
        try:
            found[name.strip()] = json.loads(value)
        except json.JSONDecodeError as error:
            raise ValueError(f"--at takes numbers and lists, such as x=2,y=[1,2]; found {part!r}") from error
    return found


UNITS: Mapping[str, float] = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}


def read_seconds(given: str) -> float:
    """10m, 90s, 1.5h or a plain number of seconds.

    >>> read_seconds("10m")
    600.0
    """
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([smh]?)\s*", given)
    if match is None:
        raise ValueError(f"a time is a number with s, m or h, such as 90s, 10m or 1.5h; found {given!r}")
    return float(match[1]) * UNITS[match[2]]
