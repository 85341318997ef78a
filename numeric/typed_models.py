"""Gradients of whole networks, chained by hand from those of their layers: (arrays, options) -> {parameter: gradient}.

Nothing here comes from `derive`. Options are those of the model that change more than widths.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from scipy import special

from numeric.analytic import layer_gradient, loss_gradient, model_gradient
from numeric.typed import Array, Gradients, Model, Registry
from numeric.typed_layers import forward_back, gru_gates, heads_back, lstm_gates, pre, project, taps, weights_of

NETWORKS: Registry[Model] = Registry("gradient of a network")
Arrays = Mapping[str, Array]


@NETWORKS.add("linear_regression", "Bishop 2006, eq. 3.13 over n")
def _linear_regression(arrays: Arrays) -> Gradients:
    return model_gradient("perceptron")(arrays, activation="identity", loss="half_mse")


@NETWORKS.add("logistic_regression", "Bishop 2006, eq. 4.91 over n")
def _logistic_regression(arrays: Arrays) -> Gradients:
    return model_gradient("perceptron")(arrays, activation="identity", loss="bce_logits")


@NETWORKS.add("softmax_regression", "Bishop 2006, eq. 4.109 over n")
def _softmax_regression(arrays: Arrays) -> Gradients:
    return model_gradient("multi_output_perceptron")(arrays, activation="identity", loss="softmax_cross_entropy")


@NETWORKS.add("two_layer", "Bishop 2006, section 5.3.2")
def _two_layer(arrays: Arrays, loss: str = "half_mse") -> Gradients:
    return model_gradient("mlp")(arrays, loss=loss)


def _head(arrays: Arrays, features: Array, loss: str, probabilities: bool = False) -> tuple[Gradients, Array]:
    """Z = features V + c and the loss: V̄, c̄ and the adjoint of the features."""
    Z = features @ arrays["V"] + arrays["c"]
    A = special.expit(Z) if probabilities else Z
    Z_bar = loss_gradient(loss)(A, arrays["Y"]) * (A * (1 - A) if probabilities else 1)
    found = layer_gradient("dense")(X=features, W=arrays["V"], b=arrays["c"], Z_bar=Z_bar)
    return {"V": found["W"], "c": found["b"]}, found["X"]


def _add(total: Gradients, more: Gradients, names: list[str]) -> None:
    for name in names:
        total[name] = total[name] + more[name] if name in total else more[name]


# Through time: the states forwards, then their adjoints backwards, parameters summed over the steps.


@NETWORKS.add("rnn", "Goodfellow et al. 2016, eq. 10.20 to 10.28")
def _rnn(arrays: Arrays, loss: str = "half_mse", probabilities: bool = False) -> Gradients:
    return _through_time(
        "rnn_cell", ["W", "U", "b"], lambda X, H, p: np.tanh(pre("", X, H, p)), arrays, loss, probabilities
    )


@NETWORKS.add("gru", "Cho et al. 2014, eq. 5 to 8; Werbos 1990")
def _gru(arrays: Arrays, loss: str = "half_mse", probabilities: bool = False) -> Gradients:
    def step(X: Array, H: Array, p: Gradients) -> Array:
        _, Q, D = gru_gates(X, H, p)
        return Q * H + (1 - Q) * D

    return _through_time("gru_cell", [f"{k}{g}" for g in "RQD" for k in "WUb"], step, arrays, loss, probabilities)


def _through_time(
    cell: str,
    names: list[str],
    step: Callable[[Array, Array, Gradients], Array],
    arrays: Arrays,
    loss: str,
    probabilities: bool,
) -> Gradients:
    X, p = arrays["X"], {name: arrays[name] for name in names}
    states = [arrays["H0"]]
    for t in range(X.shape[1]):
        states.append(step(X[:, t], states[-1], p))
    total, H_bar = _head(arrays, states[-1], loss, probabilities)
    for t in range(X.shape[1] - 1, -1, -1):
        found = layer_gradient(cell)(X=X[:, t], H=states[t], Z_bar=H_bar, **p)
        _add(total, found, names)
        H_bar = found["H"]
    return total


@NETWORKS.add("lstm", "Gers et al. 2000; Greff et al. 2017, section II.B")
def _lstm(arrays: Arrays, loss: str = "half_mse", probabilities: bool = False) -> Gradients:
    X, names = arrays["X"], [f"{k}{g}" for g in "IFOD" for k in "WUb"]
    p = {name: arrays[name] for name in names}
    H, C = [arrays["H0"]], [arrays["C0"]]
    for t in range(X.shape[1]):
        I, F, O, D = lstm_gates(X[:, t], H[t], p)  # noqa: E741
        C.append(F * C[t] + I * D)
        H.append(O * np.tanh(C[-1]))
    total, H_bar = _head(arrays, H[-1], loss, probabilities)
    C_bar = np.zeros_like(H_bar)
    for t in range(X.shape[1] - 1, -1, -1):
        found = layer_gradient("lstm_cell")(X=X[:, t], H=H[t], C=C[t], Z_bar=H_bar, K_bar=C_bar, **p)
        _add(total, found, names)
        H_bar, C_bar = found["H"], found["C"]
    return total


# Convolution, relu, pooling.


def _convolved(X: Array, W: Array, b: Array) -> Array:
    """A convolution that keeps height and width, tap by tap."""
    half = W.shape[2] // 2
    padded = np.pad(X, [(0, 0), (0, 0), (half, half), (half, half)])
    outputs = tuple(n + 2 * half - W.shape[2] + 1 for n in X.shape[2:])
    Z = np.zeros((len(X), len(W), *outputs), X.dtype) + b[:, None, None]
    for (r, s), (rows, columns) in taps(padded.shape, W.shape[2:], outputs, 1, 1):
        Z = Z + np.einsum("nchw,kc->nkhw", padded[:, :, rows, columns], W[:, :, r, s])
    return Z


def _pooled(A: Array) -> Array:
    height, width = (n // 2 for n in A.shape[2:])
    corners = [A[:, :, r : 2 * height : 2, s : 2 * width : 2] for r in (0, 1) for s in (0, 1)]
    return np.asarray(np.max(corners, axis=0))


@NETWORKS.add("cnn", "Goodfellow et al. 2016, eq. 9.11 and 9.13, layer by layer")
def _cnn(arrays: Arrays, loss: str = "softmax_cross_entropy", probabilities: bool = False) -> Gradients:
    depth = sum(1 for name in arrays if name.startswith("W"))
    P, Z = [arrays["X"]], [arrays["X"]]
    for k in range(1, depth + 1):
        Z.append(_convolved(P[-1], arrays[f"W{k}"], arrays[f"b{k}"]))
        P.append(_pooled(np.maximum(Z[-1], 0)))
    total, M_bar = _head(arrays, P[-1].mean(axis=(2, 3)), loss, probabilities)
    P_bar = np.broadcast_to(M_bar[:, :, None, None] / (P[-1].shape[2] * P[-1].shape[3]), P[-1].shape)
    for k in range(depth, 0, -1):
        Z_bar = layer_gradient("max_pool2d")(X=np.maximum(Z[k], 0), Z_bar=P_bar)["X"] * np.heaviside(Z[k], 0)
        W, b = arrays[f"W{k}"], arrays[f"b{k}"]
        found = layer_gradient("conv2d")(X=P[k - 1], W=W, b=b, Z_bar=Z_bar, padding=W.shape[2] // 2)
        total |= {f"W{k}": found["W"], f"b{k}": found["b"]}
        P_bar = found["X"]
    return total


# The encoder.


def _norm(X: Array, g: Array, b: Array) -> Array:
    off = X - X.mean(axis=-1, keepdims=True)
    return np.asarray(g * off / np.sqrt((off**2).mean(axis=-1, keepdims=True) + 1e-5) + b)


def _attended(X: Array, p: Gradients, causal: bool) -> Array:
    Q, K, V = (project(X, p[f"W{name}"]) for name in "QKV")
    return np.asarray(np.einsum("nhse,hek->nsk", weights_of(Q, K, causal) @ V, p["WO"]) + p["b"])


def _block(arrays: Arrays, k: int) -> tuple[Gradients, Gradients]:
    """Parameters of block k's attention and of its feed-forward layer, under the layers' names for them."""
    attention = {f"W{name}": arrays[f"W{name}{k}"] for name in "QKVO"} | {"b": arrays[f"bO{k}"]}
    names = {"W1": "WU", "b1": "bU", "W2": "WD", "b2": "bD"}
    return attention, {own: arrays[f"{name}{k}"] for own, name in names.items()}


@NETWORKS.add("transformer", "Vaswani et al. 2017, section 3.1, layer by layer")
def _transformer(
    arrays: Arrays, loss: str = "softmax_cross_entropy", probabilities: bool = False, causal: bool = False
) -> Gradients:
    depth = sum(1 for name in arrays if name.startswith("WQ"))
    X, R, Y, T = [arrays["X"] + arrays["E"]], [arrays["X"]], [arrays["X"]], [arrays["X"]]
    for k in range(1, depth + 1):
        attention, hidden = _block(arrays, k)
        R.append(X[-1] + _attended(X[-1], attention, causal))
        Y.append(_norm(R[k], arrays[f"g{k}a"], arrays[f"b{k}a"]))
        D = np.maximum(Y[k] @ hidden["W1"] + hidden["b1"], 0)
        T.append(Y[k] + D @ hidden["W2"] + hidden["b2"])
        X.append(_norm(T[k], arrays[f"g{k}f"], arrays[f"b{k}f"]))
    total, M_bar = _head(arrays, X[-1].mean(axis=1), loss, probabilities)
    X_bar = np.broadcast_to(M_bar[:, None] / X[-1].shape[1], X[-1].shape)
    for k in range(depth, 0, -1):
        X_bar = _block_back(arrays, k, (X[k - 1], R[k], Y[k], T[k]), X_bar, causal, total)
    return {**total, "E": X_bar.sum(axis=0)}


def _block_back(
    arrays: Arrays, k: int, states: tuple[Array, Array, Array, Array], X_bar: Array, causal: bool, total: Gradients
) -> Array:
    """The adjoint of what goes into block k; its parameters' gradients are put into `total`."""
    X, R, Y, T = states
    attention, hidden = _block(arrays, k)
    last = _norm_back(arrays, f"{k}f", T, X_bar, total)
    found = forward_back(X=Y, Z_bar=last, **hidden)
    total |= {f"WU{k}": found["W1"], f"bU{k}": found["b1"], f"WD{k}": found["W2"], f"bD{k}": found["b2"]}
    first = _norm_back(arrays, f"{k}a", R, last + found["X"], total)
    found = heads_back(X=X, Z_bar=first, causal=causal, **attention)
    total |= {f"W{name}{k}": found[f"W{name}"] for name in "QKVO"} | {f"bO{k}": found["b"]}
    return np.asarray(first + found["X"])


def _norm_back(arrays: Arrays, place: str, X: Array, Z_bar: Array, total: Gradients) -> Array:
    found = layer_gradient("layer_norm")(X=X, g=arrays[f"g{place}"], b=arrays[f"b{place}"], Z_bar=Z_bar)
    total |= {f"g{place}": found["g"], f"b{place}": found["b"]}
    return found["X"]
