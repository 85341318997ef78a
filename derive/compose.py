"""How models are put together: rows under their names, the last activation that a loss asks for, checked widths."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral
from typing import Any

from derive.equation import Program, ProgramError
from derive.functions import ROWS
from derive.losses import LOSSES
from derive.operations import Operation, rename, without
from derive.parse import parse

LAST_ACTIVATION = {"outputs": None, "probabilities": "sigmoid", "logits": "identity"}


def placed(row: Operation, names: Mapping[str, str], suffix: Any = "", **options: Any) -> list[str]:
    """The equations of a row with tensors called by the names given; the others take the suffix.

    >>> from derive.layers import LAYERS
    >>> placed(LAYERS["linear"], {"X": "A1", "Z": "Z2"}, 2)
    ['Z2[i,k] = sum[j](A1[i,j] * W2[j,k])']
    """
    called = {name: names.get(name, f"{name}{suffix}") for name in row.tensors}
    return [rename(line, called) for line in row.lines(**options)]


def activated(lines: list[str], left: str, function: str) -> tuple[list[str], str]:
    """The lines and the name of the output, with A = function(Z) added unless it is the identity."""
    if function == "identity":
        return lines, "Z"
    return [*lines, f"{left.replace('Z', 'A')} = {function}({left})"], "A"


def activation_of(activation: str, last_loss: str | None) -> str:
    """The activation of a layer: what the loss asks for in the last one, else the one given, checked."""
    if activation not in ROWS or ROWS[activation].arity != 1:
        known = ", ".join(name for name, row in ROWS.items() if row.arity == 1)
        raise ProgramError(f"unknown activation {activation!r}; known are {known}")
    forced = LAST_ACTIVATION[LOSSES[last_loss].reads] if last_loss is not None else None
    return forced or activation


def finished(
    header: list[str], lines: list[str], loss: Operation, out: str, dropped: tuple[str, ...], target: str = "Y"
) -> Program:
    """The program of these lines with the loss of `out` and the target; without the axes of the dropped letters."""
    if dropped and loss.assumes:
        raise ProgramError(f"{loss.name} needs one output for each class; use multi_output_perceptron or mlp")
    names = {"A": out, "Y": target}
    equations = [rename(_drop(e, dropped), names) for e in (*loss.lines(), *loss.assumes)]
    return parse("\n".join([*header, *lines, *equations]))


def _drop(equation: str, letters: tuple[str, ...]) -> str:
    for letter in letters:
        equation = without(equation, letter)
    return equation


def checked_sizes(sizes: Sequence[int]) -> list[int]:
    """Widths from input to output; ProgramError unless they are two or more whole numbers from 1."""
    widths = list(sizes) if isinstance(sizes, Iterable) else [sizes]
    if len(widths) < 2 or not all(map(_whole, widths)):
        raise ProgramError(f"sizes must be two or more whole numbers from 1, such as 784,30,10; found {widths}")
    return [int(w) for w in widths]


def written_sizes(sizes: Sequence[int | str]) -> list[str]:
    """Widths as the language writes them, where a name stands for any number; else as in `checked_sizes`."""
    given = list(sizes) if isinstance(sizes, Iterable) and not isinstance(sizes, str) else [sizes]
    names = [w for w in given if isinstance(w, str) and w.isidentifier()]
    checked_sizes([1 if w in names else w for w in given])  # type: ignore[misc]
    return [str(w) for w in given]


def width_of(name: str, width: int | None, symbol: str) -> str:
    """An extent as the language writes it: the number, or the symbol for None."""
    if width is not None and not _whole(width):
        raise ProgramError(f"{name} must be a whole number from 1, or None for any number; found {width!r}")
    return symbol if width is None else str(int(width))


def _whole(width: Any) -> bool:
    return isinstance(width, Integral) and not isinstance(width, bool) and int(width) >= 1


def whole(name: str, value: Any) -> None:
    """ProgramError unless the value is a whole number from 1."""
    if not _whole(value):
        raise ProgramError(f"{name} must be a whole number from 1; found {value!r}")
