"""Models as rows: a name and a function that writes the program. Tensors are X, W1, b1, Z1, A1, ..., Y, L."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from numbers import Integral
from types import MappingProxyType
from typing import Any

from derive.equation import Program, ProgramError
from derive.functions import ROWS
from derive.layers import LAYERS
from derive.losses import LOSSES
from derive.operations import Operation, rename, without
from derive.parse import parse

LAST_ACTIVATION = {"outputs": None, "probabilities": "sigmoid", "logits": "identity"}


def mlp(sizes: Sequence[int] = (2, 3, 1), activation: str = "sigmoid", loss: str = "half_mse") -> Program:
    """Z_l = A_{l-1} W_l + b_l,  A_l = f(Z_l),  L = loss(A, Y); widths from input to output in `sizes`.

    `activation` is that of every layer, except that bce ends in sigmoid and the losses on logits in identity.
    ProgramError for sizes that are not two or more whole numbers from 1, an unknown activation or loss.

    >>> mlp([784, 30, 10], loss="bce").parameters
    ('W1', 'b1', 'W2', 'b2')
    """
    widths = _checked(sizes)
    lines, out = [], "X"
    for number in range(1, len(widths)):
        last = number == len(widths) - 1
        names = {"X": out, "W": f"W{number}", "b": f"b{number}", "Z": f"Z{number}"}
        lines += [rename(e, names) for e in LAYERS["dense"].equations]
        function = _activation(activation, loss if last else None)
        out = names["Z"]
        if function != "identity":
            lines.append(f"A{number}[i,k] = {function}(Z{number}[i,k])")
            out = f"A{number}"
    shapes = [f"W{k}[{a},{b}], b{k}[{b}]" for k, (a, b) in enumerate(pairwise(widths), start=1)]
    inputs = f"input X[n,{widths[0]}], {', '.join(shapes)}, Y[n,{widths[-1]}]"
    parameters = [f"{p}{k}" for k in range(1, len(widths)) for p in "Wb"]
    return _program([inputs, f"parameter {', '.join(parameters)}"], lines, LOSSES[loss], out, ())


def perceptron(inputs: int | None = None, activation: str = "sigmoid", loss: str = "half_mse") -> Program:
    """Z[i] = sum_j X[i,j] W[j] + b,  A = f(Z),  L = loss(A, Y): one output; `inputs` of them, or any number d.

    >>> perceptron().inputs
    ('X', 'W', 'b', 'Y')
    """
    lines = [without(e, "k") for e in LAYERS["dense"].equations]
    lines, out = _activated(lines, "Z[i]", _activation(activation, loss))
    d = _width("inputs", inputs, "d")
    return _program([f"input X[n,{d}], W[{d}], b, Y[n]", "parameter W, b"], lines, LOSSES[loss], out, ("k",))


def multi_output_perceptron(
    inputs: int | None = None, outputs: int | None = None, activation: str = "sigmoid", loss: str = "half_mse"
) -> Program:
    """Z = X W + b,  A = f(Z),  L = loss(A, Y): one layer; its `inputs` and `outputs`, or any numbers d and m.

    >>> multi_output_perceptron().extents("W")
    (d, m)
    """
    lines, out = _activated(list(LAYERS["dense"].equations), "Z[i,k]", _activation(activation, loss))
    d, m = _width("inputs", inputs, "d"), _width("outputs", outputs, "m")
    return _program([f"input X[n,{d}], W[{d},{m}], b[{m}], Y[n,{m}]", "parameter W, b"], lines, LOSSES[loss], out, ())


def neuron_chain(activation: str = "sigmoid", loss: str = "half_sse") -> Program:
    """z_l = w_l a_{l-1} + b_l,  a_l = f(z_l): four neurons in a line (a1 = x), three weights and three biases.

    >>> neuron_chain().parameters
    ('w2', 'b2', 'w3', 'b3', 'w4', 'b4')
    """
    lines, out = [], "x"
    for number in (2, 3, 4):
        lines.append(f"z{number} = w{number}*{out} + b{number}")
        out = f"z{number}"
        function = _activation(activation, loss if number == 4 else None)
        if function != "identity":
            lines.append(f"a{number} = {function}(z{number})")
            out = f"a{number}"
    parameters = ", ".join(f"w{k}, b{k}" for k in (2, 3, 4))
    header = [f"input x, {parameters}, y", f"parameter {parameters}"]
    return _program(header, lines, LOSSES[loss], out, ("k", "i"), target="y")


def _activated(lines: list[str], left: str, function: str) -> tuple[list[str], str]:
    if function == "identity":
        return lines, "Z"
    return [*lines, f"{left.replace('Z', 'A')} = {function}({left})"], "A"


def _activation(activation: str, last_loss: str | None) -> str:
    if activation not in ROWS or ROWS[activation].arity != 1:
        known = ", ".join(name for name, row in ROWS.items() if row.arity == 1)
        raise ProgramError(f"unknown activation {activation!r}; known are {known}")
    forced = LAST_ACTIVATION[LOSSES[last_loss].reads] if last_loss is not None else None
    return forced or activation


def _program(
    header: list[str], lines: list[str], loss: Operation, out: str, dropped: tuple[str, ...], target: str = "Y"
) -> Program:
    if dropped and loss.assumes:
        raise ProgramError(f"{loss.name} needs one output for each class; use multi_output_perceptron or mlp")
    names = {"A": out, "Y": target}
    equations = [rename(_drop(e, dropped), names) for e in (*loss.lines(), *loss.assumes)]
    return parse("\n".join([*header, *lines, *equations]))


def _drop(equation: str, letters: tuple[str, ...]) -> str:
    for letter in letters:
        equation = without(equation, letter)
    return equation


def _checked(sizes: Sequence[int]) -> list[int]:
    widths = list(sizes) if isinstance(sizes, Iterable) else [sizes]
    if len(widths) < 2 or not all(map(_whole, widths)):
        raise ProgramError(f"sizes must be two or more whole numbers from 1, such as 784,30,10; found {widths}")
    return [int(w) for w in widths]


def _width(name: str, width: int | None, symbol: str) -> str:
    if width is not None and not _whole(width):
        raise ProgramError(f"{name} must be a whole number from 1, or None for any number; found {width!r}")
    return symbol if width is None else str(int(width))


def _whole(width: Any) -> bool:
    return isinstance(width, Integral) and not isinstance(width, bool) and int(width) >= 1


MODELS: Mapping[str, Callable[..., Program]] = MappingProxyType(
    {f.__name__: f for f in (mlp, perceptron, multi_output_perceptron, neuron_chain)}
)


def make(name: str, **options: Any) -> Program:
    """The registered model `name`; ProgramError if it does not take an option that is given."""
    if name not in MODELS:
        raise ProgramError(f"unknown model {name!r}; known are {', '.join(MODELS)}")
    known = inspect.signature(MODELS[name]).parameters
    for option in options:
        if option not in known:
            raise ProgramError(f"{name} has no option {option}; it has {', '.join(known)}")
    return MODELS[name](**options)
