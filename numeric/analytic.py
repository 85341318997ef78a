"""Gradients as textbooks print them, typed by hand in plain NumPy: the second witness.

Nothing here comes from `derive`, so that an error there and an error here would have to coincide to pass unseen.
Every row carries the place in the literature that it was typed from:

- Bishop 2006: Pattern Recognition and Machine Learning.
- DLMF: NIST Digital Library of Mathematical Functions.
- Goodfellow et al. 2016: Deep Learning.
- Nielsen 2015: Neural Networks and Deep Learning; BP1-BP4 are the four equations of its chapter 2.

Arrays are floating, all of one dtype, which is that of the result. n is the number of rows of A.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from scipy import special

from numeric.typed import Array, Gradients, Layer, Loss, Model, Registry, Scalar
from numeric.typed_layers import LAYERS
from numeric.typed_losses import LOSSES, OBJECTIVES

SLOPES: Registry[Scalar] = Registry("slope")
PARTIALS: Registry[Callable[[Array, Array], tuple[Array, Array]]] = Registry("pair of partial derivatives")
MODELS: Registry[Model] = Registry("gradient of a model")


def slope(name: str) -> Scalar:
    """x -> f'(x), elementwise, for the scalar function `name`; the names are `list(SLOPES)`.

    At a kink relu, abs and sign have slope 0. KeyError for a name that has no row.

    >>> slope("sigmoid")(np.array([0.0])).tolist()
    [0.25]
    """
    return SLOPES[name].gradient


def partials(name: str) -> Callable[[Array, Array], tuple[Array, Array]]:
    """(a, b) -> (∂f/∂a, ∂f/∂b), elementwise, for `max` and `min`; a tie gives all to b.

    >>> [d.tolist() for d in partials("max")(np.array([3.0, 1.0]), np.array([2.0, 1.0]))]
    [[1.0, 0.0], [0.0, 1.0]]
    """
    return PARTIALS[name].gradient


def loss_gradient(name: str) -> Loss:
    """(A, Y) -> ∂L/∂A, of the shape of A, for the loss `name`; the names are `list(LOSSES)`.

    L sums over the outputs of an example and averages over the n rows, except half_sse (no average) and
    mse_entries (average over all entries). A holds probabilities in (0, 1) for bce, logits for bce_logits and
    softmax_cross_entropy, where each row of Y sums to 1. KeyError for a name that has no row.

    >>> loss_gradient("half_mse")(np.array([[3.0], [1.0]]), np.array([[1.0], [1.0]])).tolist()
    [[1.0], [0.0]]
    """
    return LOSSES[name].gradient


def layer_gradient(name: str) -> Layer:
    """(inputs, parameters, Z̄) -> the gradient by each of them; the names are `list(LAYERS)`.

    >>> X, W, b = np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]), np.array([5.0])
    >>> {k: g.tolist() for k, g in layer_gradient("dense")(X, W, b, np.array([[1.0]])).items()}
    {'X': [[3.0, 4.0]], 'W': [[1.0], [2.0]], 'b': [1.0]}
    """
    return LAYERS[name].gradient


def objective_gradient(name: str) -> Layer:
    """(tensors, options) -> the gradient by each floating tensor; the names are `list(OBJECTIVES)`.

    >>> objective_gradient("l2_penalty")(np.array([[3.0]]), strength=0.5)["W"].tolist()
    [[3.0]]
    """
    return OBJECTIVES[name].gradient


def model_gradient(name: str) -> Model:
    """(arrays, activation="sigmoid", loss="half_mse") -> {parameter: ∂L/∂parameter}; names are `list(MODELS)`.

    `activation` is that of every layer, except that bce ends in sigmoid and the losses on logits end in identity.

    >>> arrays = {"X": np.ones((1, 2)), "W": np.zeros(2), "b": np.array(0.0), "Y": np.array([1.0])}
    >>> {k: g.tolist() for k, g in model_gradient("perceptron")(arrays, loss="bce").items()}
    {'W': [-0.5, -0.5], 'b': -0.5}
    """
    return MODELS[name].gradient


@SLOPES.add("identity", "DLMF, section 1.4(iii)")
def _identity(x: Array) -> Array:
    return np.ones_like(x)


@SLOPES.add("exp", "DLMF, section 4.7(ii)")
def _exp(x: Array) -> Array:
    return np.exp(x)


@SLOPES.add("log", "DLMF, eq. 4.7.1")
def _log(x: Array) -> Array:
    return np.reciprocal(x)


@SLOPES.add("sqrt", "DLMF, section 4.7(ii)")
def _sqrt(x: Array) -> Array:
    return np.asarray(0.5 / np.sqrt(x))


@SLOPES.add("sin", "DLMF, eq. 4.20.1")
def _sin(x: Array) -> Array:
    return np.cos(x)


@SLOPES.add("cos", "DLMF, eq. 4.20.2")
def _cos(x: Array) -> Array:
    return np.negative(np.sin(x))


@SLOPES.add("tanh", "DLMF, eq. 4.34.3 and 4.28.3")
def _tanh(x: Array) -> Array:
    # sech x by exp(-|x|): 1 - tanh² x cancels in the tails and cosh overflows there.
    e = np.exp(-np.abs(x))
    return np.asarray((2 * e / (1 + e * e)) ** 2)


@SLOPES.add("sigmoid", "Goodfellow et al. 2016, eq. 3.34 and 3.35; Bishop 2006, eq. 4.88")
def _sigmoid(x: Array) -> Array:
    return np.asarray(special.expit(x) * special.expit(-x))


@SLOPES.add("softplus", "Goodfellow et al. 2016, eq. 3.37")
def _softplus(x: Array) -> Array:
    return np.asarray(special.expit(x))


@SLOPES.add("relu", "Goodfellow et al. 2016, section 6.3; slope 0 at 0")
def _relu(x: Array) -> Array:
    return np.heaviside(x, 0)


@SLOPES.add("abs", "DLMF, eq. 1.9.7; slope 0 at 0")
def _abs(x: Array) -> Array:
    return np.sign(x)


@SLOPES.add("sign", "DLMF, section 1.4(iii); constant on both sides of 0, slope 0 there")
def _sign(x: Array) -> Array:
    return np.zeros_like(x)


@PARTIALS.add("max", "Goodfellow et al. 2016, section 6.3.1 (maxout)")
def _max(a: Array, b: Array) -> tuple[Array, Array]:
    left = np.heaviside(a - b, 0)
    return left, 1 - left


@PARTIALS.add("min", "max of the negatives, negated")
def _min(a: Array, b: Array) -> tuple[Array, Array]:
    left = np.heaviside(b - a, 0)
    return left, 1 - left


# The forward functions that the models need; a model's activation is one of these.
ACTIVATIONS: Mapping[str, Scalar] = {
    "identity": lambda z: z,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "tanh": np.tanh,
    "sigmoid": special.expit,
    "softplus": lambda z: np.logaddexp(0, z),
    "relu": lambda z: np.maximum(z, 0),
    "abs": np.abs,
    "sign": np.sign,
}

CHAIN = ("x", "y", "w2", "b2", "w3", "b3", "w4", "b4")

# The losses that fix the last activation, and the loss on Z that the two are together: bce after sigmoid is
# bce_logits, whose gradient (σ(Z) - Y)/n has no division that a saturated output could make 0/0.
ON_LOGITS: Mapping[str, str] = {
    "bce": "bce_logits",
    "bce_logits": "bce_logits",
    "softmax_cross_entropy": "softmax_cross_entropy",
    "label_smoothing": "label_smoothing",
    "poisson_nll": "poisson_nll",
}
ON_PROBABILITIES = ("focal", "kl_divergence")


def _output_error(Z: Array, Y: Array, activation: str, loss: str) -> Array:
    """BP1: δ = ∂L/∂A ⊙ f'(Z) at the output layer."""
    if loss in ON_LOGITS:
        return loss_gradient(ON_LOGITS[loss])(Z, Y)
    activation = "sigmoid" if loss in ON_PROBABILITIES else activation
    return loss_gradient(loss)(ACTIVATIONS[activation](Z), Y) * slope(activation)(Z)


@MODELS.add("perceptron", "Bishop 2006, eq. 4.91; Nielsen 2015, BP1, BP3 and BP4")
def _perceptron(arrays: Mapping[str, Array], activation: str = "sigmoid", loss: str = "half_mse") -> Gradients:
    """Z = X W + b, A = f(Z): W̄ = Xᵀ δ, b̄ = 1ᵀ δ for X[n,d], W[d], a number b, Y[n]."""
    X, W, b, Y = (arrays[name] for name in ("X", "W", "b", "Y"))
    delta = _output_error(X @ W + b, Y, activation, loss)
    return {"W": X.T @ delta, "b": np.asarray(delta.sum())}


@MODELS.add("multi_output_perceptron", "Bishop 2006, eq. 4.109; Nielsen 2015, BP1, BP3 and BP4")
def _multi_output_perceptron(
    arrays: Mapping[str, Array], activation: str = "sigmoid", loss: str = "half_mse"
) -> Gradients:
    """Z = X W + b, A = f(Z): W̄ = Xᵀ δ, b̄ = 1ᵀ δ for X[n,d], W[d,m], b[m], Y[n,m]."""
    X, W, b, Y = (arrays[name] for name in ("X", "W", "b", "Y"))
    delta = _output_error(X @ W + b, Y, activation, loss)
    return {"W": X.T @ delta, "b": delta.sum(axis=0)}


@MODELS.add("neuron_chain", "3Blue1Brown 2017, Backpropagation calculus; Nielsen 2015, BP1-BP4")
def _neuron_chain(arrays: Mapping[str, Array], activation: str = "sigmoid", loss: str = "half_mse") -> Gradients:
    """z_k = w_k a_(k-1) + b_k, a_k = f(z_k) for k = 2, 3, 4 from a_1 = x; the loss of a_4 and y; all are numbers."""
    f, df = ACTIVATIONS[activation], slope(activation)
    x, y, w2, b2, w3, b3, w4, b4 = (np.reshape(arrays[k], 1) for k in CHAIN)
    z2 = w2 * x + b2
    z3 = w3 * f(z2) + b3
    z4 = w4 * f(z3) + b4
    d4 = _output_error(z4, y, activation, loss)
    d3 = w4 * d4 * df(z3)
    d2 = w3 * d3 * df(z2)
    found = {"w2": x * d2, "b2": d2, "w3": f(z2) * d3, "b3": d3, "w4": f(z3) * d4, "b4": d4}
    return {name: np.reshape(gradient, ()) for name, gradient in found.items()}


@MODELS.add("mlp", "Nielsen 2015, BP1-BP4; Goodfellow et al. 2016, algorithm 6.4")
def _mlp(arrays: Mapping[str, Array], activation: str = "sigmoid", loss: str = "half_mse") -> Gradients:
    """Z_k = A_(k-1) W_k + b_k, A_k = f(Z_k) from A_0 = X, and backwards δ_(k-1) = δ_k W_kᵀ ⊙ f'(Z_(k-1)).

    W̄_k = A_(k-1)ᵀ δ_k and b̄_k = 1ᵀ δ_k, for X[n,d0], Wk[d(k-1),dk], bk[dk], Y[n,dL].
    """
    depth = sum(1 for name in arrays if name.startswith("W"))
    A, Z = {0: arrays["X"]}, dict[int, Array]()
    for k in range(1, depth + 1):
        Z[k] = A[k - 1] @ arrays[f"W{k}"] + arrays[f"b{k}"]
        A[k] = ACTIVATIONS[activation](Z[k])
    gradients = dict[str, Array]()
    delta = _output_error(Z[depth], arrays["Y"], activation, loss)
    for k in range(depth, 0, -1):
        gradients |= {f"W{k}": A[k - 1].T @ delta, f"b{k}": delta.sum(axis=0)}
        if k > 1:
            delta = (delta @ arrays[f"W{k}"].T) * slope(activation)(Z[k - 1])
    return gradients
