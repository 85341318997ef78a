"""The first updates of a training run with their numbers put in, as in an example done by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Unpack

import numpy as np
import numpy.typing as npt

from derive.approximation import with_changes
from derive.equation import Program
from derive.pages.latex import TEXT
from derive.pages.worked import LARGEST
from numeric.batches import Data, TrainingError
from numeric.formulas import NEXT
from numeric.optimizers import WHOLE_BATCH
from numeric.problem import Problem, posed
from numeric.trainer import Descent, settings_of
from numeric.training import Settings, Training

Array = npt.NDArray[Any]
Arrays = Mapping[str, Array]
STYLE = with_changes(TEXT)


def explain(
    program: Program,
    data: Data,
    updates: int = 1,
    *,
    init: str | Arrays = "lecun_normal",
    constants: Data | None = None,
    **descent: Unpack[Descent],
) -> str:
    """What is given, each equation with its numbers, and what each entry of a weight becomes, for the first updates.

    They are those that `fit` makes when it is called with the same arguments. TrainingError where an array has more
    than 64 entries, so that nobody could follow, or where the update is not the algorithm's alone: with dropout or
    clipping, and for newton and lbfgs.

    >>> import derive
    >>> line = derive.program("parameter w\\nL = sum[i]((w*x[i] - y[i])**2)/size[i]")
    >>> page = explain(line, {"x": np.array([1.0, 2]), "y": np.array([2.0, 4])}, init={"w": np.array(0.0)})
    >>> print(page[page.rindex("Update"):])
    Update
      w' = w - η g
      η = 0.1
    <BLANKLINE>
         w    g  w'
      w  0  -10   1
    """
    settings = settings_of(**descent)
    _check(settings, updates)
    problem = posed(program, data, constants or {}, init, settings.seed)
    training = Training(program, problem.parameters, problem.constants, settings)
    return "\n\n".join(_update(problem, training, k) for k in range(updates))


def _check(settings: Settings, updates: int) -> None:
    if updates < 1:
        raise TrainingError(f"the number of updates to explain is a whole number from 1; found {updates}")
    if settings.dropout or settings.clip is not None or settings.algorithm.name in WHOLE_BATCH:
        raise TrainingError("updates are explained without dropout and clipping, and not for newton and lbfgs")


def _update(problem: Problem, training: Training, number: int) -> str:
    """One update as text; the training is one step further afterwards."""
    count = problem.examples.count
    epoch, step = divmod(number, training.steps_of(count))
    rows = training.rows(count, epoch + 1, step)
    batch = dict(zip(problem.examples.names, problem.examples.take(rows), strict=True))
    given = {**batch, **problem.constants, **training.parameters}
    _check_sizes(given)
    before = {v: _copies({"w": w, **training.state[v]}) for v, w in training.parameters.items()}
    gradients = training.gradient(check=False, **given)
    page = list(_page(training.gradient.derivation, given))  # now: the step writes over the weights
    training.epoch(problem.examples, epoch + 1, step, lambda behind: True)
    title = f"Update {number + 1}, epoch {epoch + 1}, examples {', '.join(str(k + 1) for k in rows)}"
    return "\n\n".join([title, *page, "\n".join(_new(training, before, gradients))])


def _copies(arrays: Arrays) -> dict[str, Array]:
    return {name: array.copy() for name, array in arrays.items()}


def _check_sizes(given: Arrays) -> None:
    for name, array in given.items():
        if array.size > LARGEST:
            raise TrainingError(
                f"{name} has {array.size} entries; an example by hand shows at most {LARGEST}: "
                "take a smaller network, or a smaller batch"
            )


def _page(derivation: Any, given: Arrays) -> Iterator[str]:
    shown = [f"  {STYLE.tensor(name)} = {_array(array)}" for name, array in given.items()]
    yield "\n".join(["Given", *shown])
    yield derivation.text("answer", at=dict(given)).strip()


def _array(array: Array) -> str:
    if not array.ndim:
        return _number(array)
    last = array.shape[-1] if array.ndim > 1 else 1
    return STYLE.array([[_number(value) for value in row] for row in array.reshape(-1, last)])


def _number(value: Any) -> str:
    return f"{float(value):.6g}"


def _new(training: Training, before: Mapping[str, Arrays], gradients: Arrays) -> Iterator[str]:
    """The rule, and a row for each entry of each weight: what it was, its slope, what it is now."""
    rule = training.settings.algorithm
    carried = [f"{name}{NEXT}" for name in rule.state]
    yield "Update"
    yield from (f"  {line}" for line in rule.text().splitlines())
    if training.learning_rate != rule.numbers["eta"]:
        yield f"  now η = {_number(training.learning_rate)}"
    yield ""
    head = ["", *(STYLE.tensor(name) for name in ("w", *rule.state, "g", *carried, "w_next"))]
    yield from _table([head, *_rows(training, before, gradients)])


def _rows(training: Training, before: Mapping[str, Arrays], gradients: Arrays) -> Iterator[list[str]]:
    for name, old in before.items():
        new = [*training.state[name].values(), training.parameters[name]]
        for at in np.ndindex(old["w"].shape):
            values = (*(a[at] for a in old.values()), np.asarray(gradients[name])[at], *(a[at] for a in new))
            place = f"[{','.join(map(str, at))}]" if at else ""
            yield [STYLE.tensor(name) + place, *map(_number, values)]


def _table(rows: list[list[str]]) -> Iterator[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for first, *rest in rows:
        yield "  " + "  ".join([first.ljust(widths[0]), *(c.rjust(w) for c, w in zip(rest, widths[1:], strict=True))])


__all__ = ["explain"]
