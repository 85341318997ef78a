"""Models as rows: a name and a function that writes the program. Tensors are X, W1, b1, Z1, A1, ..., Y, L."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from derive.compose import activated, activation_of, finished, width_of, written_sizes
from derive.equation import Program, ProgramError
from derive.layers import LAYERS
from derive.losses import LOSSES
from derive.networks import cnn, gru, lstm, rnn, transformer
from derive.operations import rename, without


def mlp(
    sizes: Sequence[int | str] = (2, 3, 1),
    activation: str = "sigmoid",
    loss: str = "half_mse",
    output: str | None = None,
) -> Program:
    """Z_l = A_{l-1} W_l + b_l,  A_l = f(Z_l),  L = loss(A, Y); widths from input to output in `sizes`, d for any.

    `activation` is that of every layer but the last where `output` is given, and except that bce ends in sigmoid and
    the losses on logits in identity.
    ProgramError for sizes that are not two or more whole numbers from 1, an unknown activation or loss.

    >>> mlp([784, 30, 10], loss="bce").parameters
    ('W1', 'b1', 'W2', 'b2')
    """
    return _network(written_sizes(sizes), activation, loss, output)


def _network(widths: Sequence[str], activation: str, loss: str, output: str | None = None) -> Program:
    lines, out = [], "X"
    for number in range(1, len(widths)):
        last = number == len(widths) - 1
        names = {"X": out, "W": f"W{number}", "b": f"b{number}", "Z": f"Z{number}"}
        lines += [rename(e, names) for e in LAYERS["dense"].equations]
        function = activation_of(output if last and output else activation, loss if last else None)
        out = names["Z"]
        if function != "identity":
            lines.append(f"A{number}[i,k] = {function}(Z{number}[i,k])")
            out = f"A{number}"
    shapes = [f"W{k}[{a},{b}], b{k}[{b}]" for k, (a, b) in enumerate(pairwise(widths), start=1)]
    inputs = f"input X[n,{widths[0]}], {', '.join(shapes)}, Y[n,{widths[-1]}]"
    parameters = [f"{p}{k}" for k in range(1, len(widths)) for p in "Wb"]
    return finished([inputs, f"parameter {', '.join(parameters)}"], lines, LOSSES[loss], out, ())


def perceptron(inputs: int | None = None, activation: str = "sigmoid", loss: str = "half_mse") -> Program:
    """Z[i] = sum_j X[i,j] W[j] + b,  A = f(Z),  L = loss(A, Y): one output; `inputs` of them, or any number d.

    >>> perceptron().inputs
    ('X', 'W', 'b', 'Y')
    """
    lines = [without(e, "k") for e in LAYERS["dense"].equations]
    lines, out = activated(lines, "Z[i]", activation_of(activation, loss))
    d = width_of("inputs", inputs, "d")
    return finished([f"input X[n,{d}], W[{d}], b, Y[n]", "parameter W, b"], lines, LOSSES[loss], out, ("k",))


def multi_output_perceptron(
    inputs: int | None = None, outputs: int | None = None, activation: str = "sigmoid", loss: str = "half_mse"
) -> Program:
    """Z = X W + b,  A = f(Z),  L = loss(A, Y): one layer; its `inputs` and `outputs`, or any numbers d and m.

    >>> multi_output_perceptron().extents("W")
    (d, m)
    """
    lines, out = activated(list(LAYERS["dense"].equations), "Z[i,k]", activation_of(activation, loss))
    d, m = width_of("inputs", inputs, "d"), width_of("outputs", outputs, "m")
    return finished([f"input X[n,{d}], W[{d},{m}], b[{m}], Y[n,{m}]", "parameter W, b"], lines, LOSSES[loss], out, ())


def neuron_chain(activation: str = "sigmoid", loss: str = "half_sse") -> Program:
    """z_l = w_l a_{l-1} + b_l,  a_l = f(z_l): four neurons in a line (a1 = x), three weights and three biases.

    >>> neuron_chain().parameters
    ('w2', 'b2', 'w3', 'b3', 'w4', 'b4')
    """
    lines, out = [], "x"
    for number in (2, 3, 4):
        lines.append(f"z{number} = w{number}*{out} + b{number}")
        out = f"z{number}"
        function = activation_of(activation, loss if number == 4 else None)
        if function != "identity":
            lines.append(f"a{number} = {function}(z{number})")
            out = f"a{number}"
    parameters = ", ".join(f"w{k}, b{k}" for k in (2, 3, 4))
    header = [f"input x, {parameters}, y", f"parameter {parameters}"]
    return finished(header, lines, LOSSES[loss], out, ("k", "i"), target="y")


def linear_regression(inputs: int | None = None) -> Program:
    """Z[i] = sum_j X[i,j] W[j] + b,  L = sum_i (Z - Y)**2/(2n): `inputs` of them, or any number d.

    >>> linear_regression().parameters
    ('W', 'b')
    """
    return perceptron(inputs, "identity", "half_mse")


def logistic_regression(inputs: int | None = None) -> Program:
    """Z[i] = sum_j X[i,j] W[j] + b,  L = sum_i (softplus(Z) - Y Z)/n: Y is 0 or 1.

    >>> logistic_regression(3).extents("W")
    (3,)
    """
    return perceptron(inputs, "identity", "bce_logits")


def softmax_regression(inputs: int | None = None, outputs: int | None = None) -> Program:
    """Z = X W + b,  L = cross-entropy of softmax(Z) and Y: rows of Y sum to 1.

    >>> softmax_regression().extents("W")
    (d, m)
    """
    return multi_output_perceptron(inputs, outputs, "identity", "softmax_cross_entropy")


def two_layer(
    inputs: int | None = None,
    hidden: int | None = None,
    outputs: int | None = None,
    activation: str = "sigmoid",
    loss: str = "half_mse",
) -> Program:
    """Z1 = X W1 + b1,  A1 = f(Z1),  Z2 = A1 W2 + b2,  A2 = f(Z2): widths as given, or any numbers d, h and m.

    >>> two_layer().extents("W2")
    (h, m)
    """
    given = (("inputs", inputs, "d"), ("hidden", hidden, "h"), ("outputs", outputs, "m"))
    return _network([width_of(*width) for width in given], activation, loss)


MODELS: Mapping[str, Callable[..., Program]] = MappingProxyType(
    {
        f.__name__: f
        for f in (
            mlp,
            perceptron,
            multi_output_perceptron,
            neuron_chain,
            two_layer,
            linear_regression,
            logistic_regression,
            softmax_regression,
            rnn,
            lstm,
            gru,
            cnn,
            transformer,
        )
    }
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
