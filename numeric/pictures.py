"""Pictures of a training run: curves, slopes, the way down, borders between classes, gradients layer by layer.

A picture is one row below. They need the extra [plot].
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from derive.backprop import grad
from derive.equation import Program
from numeric.compiled import tensors_of
from numeric.compiler import build
from numeric.figures import new_figure, save_figure
from numeric.history import Epoch
from numeric.measures import classes_of, prediction_of

Array = npt.NDArray[Any]
Arrays = Mapping[str, Array]
Place = tuple[str, tuple[int, ...]]
FEW = 500  # examples that a landscape is computed on, so that it takes seconds
STEPS = 41  # points along a line, and along each side of a grid


@dataclass(frozen=True)
class Run:
    """What is drawn: a program, its examples, the weights before training and after each epoch, and the history.

    `held_out` are examples that were not trained on; `constants` are inputs that are neither examples nor weights.
    """

    program: Program
    data: Arrays
    path: tuple[Arrays, ...]
    history: tuple[Epoch, ...]
    held_out: Arrays | None = None
    constants: Arrays = field(default_factory=dict)

    @cached_property
    def few(self) -> dict[str, Array]:
        """The first examples, on which landscapes are drawn."""
        return {name: np.asarray(array[:FEW]) for name, array in self.data.items()}

    @cached_property
    def _loss(self) -> Any:
        return tensors_of(self.program, [self.program.output.name])

    def loss(self, weights: Arrays) -> float:
        """The loss of the first examples at these weights."""
        known = {**self.constants, **self.few, **weights}
        with np.errstate(all="ignore"):
            return float(self._loss.raw(*(known[name] for name in self._loss.arguments))[0])

    @cached_property
    def _gradient(self) -> Any:
        return build(grad(self.program, tuple(self.path[0])))

    def slopes(self, weights: Arrays) -> dict[str, Array]:
        """The gradient of that loss by each weight."""
        found: dict[str, Array] = self._gradient(check=False, **self.constants, **self.few, **weights)
        return {name: np.asarray(array) for name, array in found.items()}

    @cached_property
    def target_and_prediction(self) -> tuple[str, str]:
        """The data array that is predicted, and the tensor that predicts it; empty where there is none."""
        return prediction_of(self.program, tuple(self.data))

    def classes(self, data: Arrays) -> tuple[Array, Array]:
        """The right class of each example, and the predicted one."""
        target, _ = self.target_and_prediction
        return classes_of(np.asarray(data[target])), classes_of(self.predicted(data))

    def predicted(self, data: Arrays) -> Array:
        """The prediction for these examples at the last weights."""
        compiled = tensors_of(self.program, [self.target_and_prediction[1]])
        known = {**self.constants, **data, **self.path[-1]}
        return np.asarray(compiled.raw(*(known[name] for name in compiled.arguments))[0])

    def moved(self, weights: Arrays, changes: Mapping[Place, float]) -> dict[str, Array]:
        """The weights with some entries changed."""
        made = {name: array.copy() for name, array in weights.items()}
        for (name, at), value in changes.items():
            made[name][at] = value
        return made


# ---------------------------------------------------------------- the pictures


def _curves(figure: Any, run: Run) -> None:
    left, right = figure.subplots(1, 2)
    epochs = [row.epoch for row in run.history]
    for axes, what in ((left, "loss"), (right, "accuracy")):
        for name, label in ((what, "training"), (f"validation_{what}", "held out")):
            values = [getattr(row, name) for row in run.history]
            if np.isfinite(values).any():
                axes.plot(epochs, values, label=label)
        axes.set(xlabel="epoch", title=what)
        axes.legend(loc="best")


def _tangent(figure: Any, run: Run) -> None:
    """At the start and at the end: the loss along one weight, and the line that the derived slope gives."""
    name, at = _largest(run.slopes(run.path[0]), 1)[0]
    for axes, weights, when in zip(figure.subplots(1, 2), (run.path[0], run.path[-1]), ("start", "end"), strict=True):
        here, slope, loss = float(weights[name][at]), float(run.slopes(weights)[name][at]), run.loss(weights)
        along = here + np.linspace(-3, 3, STEPS)
        axes.plot(along, [run.loss(run.moved(weights, {(name, at): w})) for w in along], label="loss")
        near = along[abs(along - here) < 1.5]
        axes.plot(near, loss + slope * (near - here), label=f"tangent, slope {slope:.3g}")
        axes.plot([here], [loss], "o", color="black")
        axes.set(xlabel=_named(name, at), title=when)
        axes.legend(loc="best")


def _descent(figure: Any, run: Run) -> None:
    """The cost over the two weights that moved most; the others are as they are in the end."""
    travelled = {name: run.path[-1][name] - start for name, start in run.path[0].items()}
    first, second = _largest(travelled, 2)
    way = np.array([[weights[name][at] for name, at in (first, second)] for weights in run.path])
    sides = [np.linspace(*_around(way[:, k]), STEPS) for k in (0, 1)]
    heights = [[run.loss(run.moved(run.path[-1], {first: x, second: y})) for x in sides[0]] for y in sides[1]]
    axes = figure.subplots()
    figure.colorbar(axes.contourf(*sides, np.array(heights), levels=25, cmap="viridis_r"))
    axes.plot(*way.T, "o-", color="black", markersize=3, linewidth=1)
    axes.plot(*way[-1], "*", color="white", markersize=12)
    axes.set(xlabel=_named(*first), ylabel=_named(*second), title="cost, and the way down")


def _borders(figure: Any, run: Run) -> None:
    """Which class the plane is given to, and the examples."""
    name = next(iter(run.data))
    points = np.asarray(run.data[name])
    right, _ = run.classes(run.data)
    sides = [np.linspace(*_around(points[:, k], 0.15), 200) for k in (0, 1)]
    grid = np.stack(np.meshgrid(*sides), axis=-1).reshape(-1, 2).astype(points.dtype)
    given = classes_of(run.predicted({name: grid})).reshape(200, 200).astype(int)
    axes = figure.subplots()
    axes.contourf(*sides, given, levels=np.arange(given.max() + 2) - 0.5, alpha=0.3, cmap="tab10", vmin=0, vmax=10)
    axes.scatter(*points.T, c=right.astype(int), s=14, cmap="tab10", vmin=0, vmax=10, edgecolors="k", linewidths=0.3)
    axes.set(xlabel=f"{name}[0]", ylabel=f"{name}[1]", title="borders between the classes")


def _gradients(figure: Any, run: Run) -> None:
    """How large the entries of each weight's gradient are: small ones in the first layers are vanishing gradients."""
    matrices = [n for n, w in run.path[0].items() if w.ndim > 1] or list(run.path[0])
    for axes, weights, when in zip(figure.subplots(1, 2), (run.path[0], run.path[-1]), ("start", "end"), strict=True):
        slopes = run.slopes(weights)
        sizes = {n: np.log10(np.abs(slopes[n][slopes[n] != 0])) for n in matrices}
        sizes = {n: found for n, found in sizes.items() if found.size}
        bins = np.histogram_bin_edges(np.concatenate([*sizes.values(), np.zeros(0)]), 30)
        for name, found in sizes.items():
            axes.hist(found, bins, weights=np.full(found.size, 1 / found.size), alpha=0.5, label=name)
        axes.set(xlabel="log10 of |gradient|", ylabel="share of the entries", title=when)
        axes.legend(loc="best")


def _confusion(figure: Any, run: Run) -> None:
    """How often class i was taken for class j."""
    right, predicted = (a.astype(int) for a in run.classes(run.held_out or run.data))
    count = max(2, int(max(right.max(), predicted.max())) + 1)
    table = np.zeros((count, count), int)
    np.add.at(table, (right, predicted), 1)
    axes = figure.subplots()
    axes.imshow(table, cmap="Blues")
    for at, number in np.ndenumerate(table):
        axes.text(at[1], at[0], str(number), ha="center", va="center", color="w" if number > table.max() / 2 else "k")
    axes.set(xticks=range(count), yticks=range(count))
    axes.set(xlabel="predicted", ylabel="right", title="held out" if run.held_out else "training")


def _named(name: str, at: tuple[int, ...]) -> str:
    return f"{name}[{','.join(map(str, at))}]" if at else name


def _largest(arrays: Arrays, count: int) -> list[Place]:
    """The places of the entries that are largest in size."""
    places = [(abs(float(v)), name, at) for name, array in arrays.items() for at, v in np.ndenumerate(array)]
    return [(name, at) for _, name, at in sorted(places, key=lambda p: -p[0])[:count]]


def _around(values: Array, margin: float = 0.4) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    room = margin * max(high - low, 0.1)
    return low - room, high + room


# ---------------------------------------------------------------- rows


@dataclass(frozen=True)
class Picture:
    """How a picture is drawn, and of which runs it can be."""

    draw: Callable[[Any, Run], None]
    applies: Callable[[Run], bool] = lambda run: True


def _has_classes(run: Run) -> bool:
    target, prediction = run.target_and_prediction
    return bool(prediction) and bool(np.isin(np.asarray(run.data[target]), (0, 1)).all())


def _has_a_plane(run: Run) -> bool:
    first = np.asarray(next(iter(run.data.values())))
    return _has_classes(run) and first.ndim == 2 and first.shape[1] == 2


def _has_two_weights(run: Run) -> bool:
    return sum(array.size for array in run.path[0].values()) > 1


PICTURES: dict[str, Picture] = {
    "curves": Picture(_curves, lambda run: bool(run.history)),
    "tangent": Picture(_tangent),
    "descent": Picture(_descent, _has_two_weights),
    "borders": Picture(_borders, _has_a_plane),
    "gradients": Picture(_gradients),
    "confusion": Picture(_confusion, _has_classes),
}


def draw(run: Run, name: str) -> Any:
    """The picture of this name as a matplotlib Figure. ValueError where the run has nothing to draw it of."""
    if name not in PICTURES or not PICTURES[name].applies(run):
        raise ValueError(f"there is no picture {name!r} of this run; there are {', '.join(drawable(run))}")
    figure = new_figure(8, 3.6)
    PICTURES[name].draw(figure, run)
    return figure


def drawable(run: Run) -> Iterator[str]:
    """The names of the pictures that can be drawn of this run."""
    return (name for name, picture in PICTURES.items() if picture.applies(run))


def save(run: Run, folder: str | Path) -> list[Path]:
    """All pictures of the run as PNG files in the folder, each whole or not at all."""
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    return [save_figure(draw(run, name), place / f"{name}.png") for name in drawable(run)]


__all__ = ["PICTURES", "Run", "draw", "drawable", "save"]
