"""Teaching runs: data with a network and numbers that suit them, for `gradproof train xor` and its like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click
from click.core import ParameterSource

from numeric.data import Dataset, load


@dataclass(frozen=True)
class Lesson:
    """Widths of the hidden layers, and options that hold where the command line gives none; `data` may be asked for."""

    hidden: str
    data: str | None
    options: Mapping[str, Any]


SMOOTH = {"activation": "tanh", "loss": "bce"}
LESSONS: dict[str, Lesson] = {
    "xor": Lesson("3", "xor", {**SMOOTH, "epochs": 500, "batch_size": 0, "learning_rate": 1.0}),
    "moons": Lesson("8", "moons", {**SMOOTH, "epochs": 100, "batch_size": 20}),
    "spirals": Lesson("24,24", "spirals", {**SMOOTH, "algorithm": "adam", "learning_rate": 0.01, "epochs": 200}),
    "digits": Lesson("30", "digits", {"loss": "bce"}),
    "mnist": Lesson("30", None, {"loss": "bce", "epochs": 10}),
}


def prepared(ctx: click.Context, given: dict[str, Any]) -> Dataset:
    """The data; where the model is a lesson, a network for them and its options are put into `given`."""
    lesson = LESSONS.get(given["model"])
    source = given.pop("data") or (lesson.data if lesson is not None else None)
    if source is None:
        raise click.UsageError(f"Missing option '--data'{_where(given['model'])}.", ctx)
    data = load(source)
    if lesson is not None:
        typed = {k for k in given if ctx.get_parameter_source(k) not in (None, ParameterSource.DEFAULT)}
        given |= {name: value for name, value in lesson.options.items() if name not in typed}
        given |= {"model": "mlp", "sizes": given["sizes"] or f"{data.X.shape[1]},{lesson.hidden},{data.Y.shape[1]}"}
    return data


def _where(model: str) -> str:
    return ": a folder with the images and labels of MNIST, as IDX files" if model in LESSONS else ""
