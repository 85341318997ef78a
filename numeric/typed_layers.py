"""Gradients of layers, typed by hand: (inputs, parameters, Z̄, options) -> the gradient by each of them.

Nothing here comes from `derive`. Arrays are floating, all of one dtype; convolutions go tap by tap.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy import special

from numeric.typed import Array, Gradients, Layer, Registry

LAYERS: Registry[Layer] = Registry("gradient of a layer")


@LAYERS.add("dense", "Goodfellow et al. 2016, section 6.5.6; Nielsen 2015, BP3 and BP4")
def _dense(X: Array, W: Array, b: Array, Z_bar: Array) -> Gradients:
    """Z = X W + b: X̄ = Z̄ Wᵀ, W̄ = Xᵀ Z̄, b̄ = 1ᵀ Z̄ for X[n,d], W[d,m], b[m]."""
    return {"X": Z_bar @ W.T, "W": X.T @ Z_bar, "b": Z_bar.sum(axis=0)}


@LAYERS.add("linear", "Goodfellow et al. 2016, section 6.5.6")
def _linear(X: Array, W: Array, Z_bar: Array) -> Gradients:
    return {"X": Z_bar @ W.T, "W": X.T @ Z_bar}


@LAYERS.add("residual", "He et al. 2016, eq. 1, differentiated")
def _residual(X: Array, F: Array, Z_bar: Array) -> Gradients:
    return {"X": Z_bar, "F": Z_bar}


@LAYERS.add("dropout", "Srivastava et al. 2014, section 10, differentiated")
def _dropout(X: Array, M: Array, Z_bar: Array, p: float = 0.5) -> Gradients:
    return {"X": Z_bar * M / (1 - p), "M": Z_bar * X / (1 - p)}


@LAYERS.add("embedding", "Bengio et al. 2003, section 3.2: each row gets what its occurrences get")
def _embedding(E: Array, w: Array, Z_bar: Array) -> Gradients:
    rows = np.stack([Z_bar[w == v].sum(axis=0) for v in range(len(E))])
    return {"E": rows}


@LAYERS.add("positions", "Gehring et al. 2017, section 3.1, differentiated")
def _positions(X: Array, E: Array, Z_bar: Array) -> Gradients:
    return {"X": Z_bar, "E": Z_bar.sum(axis=0)}


def softmax_back(P: Array, P_bar: Array) -> Array:
    """P ⊙ (P̄ - 1ᵀ(P ⊙ P̄)) along the last axis (Bishop 2006, eq. 4.106)."""
    return np.asarray(P * (P_bar - (P * P_bar).sum(axis=-1, keepdims=True)))


@LAYERS.add("softmax", "Bishop 2006, eq. 4.106")
def _softmax(X: Array, Z_bar: Array) -> Gradients:
    return {"X": softmax_back(special.softmax(X, axis=1), Z_bar)}


@LAYERS.add("log_softmax", "Bishop 2006, eq. 4.106, divided by the probabilities")
def _log_softmax(X: Array, Z_bar: Array) -> Gradients:
    return {"X": Z_bar - special.softmax(X, axis=1) * Z_bar.sum(axis=1, keepdims=True)}


# ---------------------------------------------------------------- convolution and pooling


def taps(
    shape: tuple[int, ...], kernel: tuple[int, ...], outputs: tuple[int, ...], stride: int, dilation: int
) -> Iterator[tuple[tuple[int, ...], tuple[slice, ...]]]:
    """Each tap of a kernel, and where on the padded input it reads for all outputs at once."""
    for tap in np.ndindex(*kernel):
        starts = [dilation * r for r in tap]
        yield tap, tuple(slice(a, a + stride * (n - 1) + 1, stride) for a, n in zip(starts, outputs, strict=True))


def _convolution(X: Array, W: Array, Z_bar: Array, stride: int, padding: int, dilation: int) -> tuple[Array, Array]:
    """X̄ and W̄ for any number of axes behind the channels, tap by tap (Goodfellow et al. 2016, eq. 9.11 and 9.13)."""
    axes = X.ndim - 2
    padded = np.pad(X, [(0, 0), (0, 0), *[(padding, padding)] * axes])
    X_bar, W_bar = np.zeros_like(padded), np.zeros_like(W)
    flat = tuple(range(2, X.ndim))
    for tap, place in taps(padded.shape, W.shape[2:], Z_bar.shape[2:], stride, dilation):
        at: Any = (slice(None), slice(None), *place)
        whole: Any = (slice(None), slice(None), *tap)
        W_bar[whole] = np.tensordot(Z_bar, padded[at], axes=((0, *flat), (0, *flat)))
        X_bar[at] += np.moveaxis(np.tensordot(W[whole], Z_bar, axes=(0, 1)), 0, 1)
    inside = tuple(slice(padding, padding + n) for n in X.shape[2:])
    return X_bar[(slice(None), slice(None), *inside)], W_bar


@LAYERS.add("conv1d", "Goodfellow et al. 2016, eq. 9.11 and 9.13, along one axis")
def _conv1d(
    X: Array, W: Array, b: Array, Z_bar: Array, stride: int = 1, padding: int = 0, dilation: int = 1
) -> Gradients:
    X_bar, W_bar = _convolution(X, W, Z_bar, stride, padding, dilation)
    return {"X": X_bar, "W": W_bar, "b": Z_bar.sum(axis=(0, 2))}


@LAYERS.add("conv2d", "Goodfellow et al. 2016, eq. 9.11 and 9.13")
def _conv2d(
    X: Array, W: Array, b: Array, Z_bar: Array, stride: int = 1, padding: int = 0, dilation: int = 1
) -> Gradients:
    X_bar, W_bar = _convolution(X, W, Z_bar, stride, padding, dilation)
    return {"X": X_bar, "W": W_bar, "b": Z_bar.sum(axis=(0, 2, 3))}


@LAYERS.add("grouped_conv2d", "Goodfellow et al. 2016, eq. 9.11 and 9.13, group by group")
def _grouped_conv2d(
    X: Array, W: Array, b: Array, Z_bar: Array, stride: int = 1, padding: int = 0, dilation: int = 1
) -> Gradients:
    groups = [_convolution(X[:, g], W[g], Z_bar[:, g], stride, padding, dilation) for g in range(len(W))]
    X_bar, W_bar = (np.stack(parts, axis=axis) for parts, axis in zip(zip(*groups, strict=True), (1, 0), strict=True))
    return {"X": X_bar, "W": W_bar, "b": Z_bar.sum(axis=(0, 3, 4))}


@LAYERS.add("average_pool2d", "LeCun et al. 1998, section II.A, differentiated")
def _average_pool2d(X: Array, Z_bar: Array, window: int = 2, stride: int = 2, padding: int = 0) -> Gradients:
    X_bar = np.zeros_like(np.pad(X, [(0, 0), (0, 0), (padding, padding), (padding, padding)]))
    for _, (rows, columns) in taps(X_bar.shape, (window, window), Z_bar.shape[2:], stride, 1):
        X_bar[:, :, rows, columns] += Z_bar / window**2
    height, width = X.shape[2:]
    return {"X": X_bar[:, :, padding : padding + height, padding : padding + width]}


@LAYERS.add("max_pool2d", "Goodfellow et al. 2016, section 9.3; a tie is shared evenly")
def _max_pool2d(X: Array, Z_bar: Array, window: int = 2, stride: int = 2) -> Gradients:
    X_bar = np.zeros_like(X)
    places = [(slice(None), slice(None), *at) for _, at in taps(X.shape, (window, window), Z_bar.shape[2:], stride, 1)]
    top = np.max([X[place] for place in places], axis=0)
    ties = np.sum([X[place] == top for place in places], axis=0)
    for place in places:
        X_bar[place] += np.where(X[place] == top, Z_bar / ties.astype(X.dtype), 0)
    return {"X": X_bar}


# ---------------------------------------------------------------- normalization, in the form with three terms


def _normalized(
    X: Array, g: Array, Z_bar: Array, over: tuple[int, ...], epsilon: float, centre: bool = True
) -> tuple[Array, Array]:
    """X̄ = (N̄ - mean N̄ - N mean(N̄ ⊙ N)) / s, and N; without the middle term where nothing is centred."""
    off = X - X.mean(axis=over, keepdims=True) if centre else X
    s = np.sqrt((off**2).mean(axis=over, keepdims=True) + epsilon)
    N, N_bar = off / s, g * Z_bar
    middle = N_bar.mean(axis=over, keepdims=True) if centre else 0
    return (N_bar - middle - N * (N_bar * N).mean(axis=over, keepdims=True)) / s, N


@LAYERS.add("batch_norm", "Ioffe and Szegedy 2015, section 3, the six equations in one")
def _batch_norm(X: Array, g: Array, b: Array, Z_bar: Array, epsilon: float = 1e-5) -> Gradients:
    X_bar, N = _normalized(X, g, Z_bar, (0,), epsilon)
    return {"X": X_bar, "g": (Z_bar * N).sum(axis=0), "b": Z_bar.sum(axis=0)}


@LAYERS.add("batch_norm2d", "Ioffe and Szegedy 2015, sections 3 and 3.2")
def _batch_norm2d(X: Array, g: Array, b: Array, Z_bar: Array, epsilon: float = 1e-5) -> Gradients:
    X_bar, N = _normalized(X, g[:, None, None], Z_bar, (0, 2, 3), epsilon)
    return {"X": X_bar, "g": (Z_bar * N).sum(axis=(0, 2, 3)), "b": Z_bar.sum(axis=(0, 2, 3))}


@LAYERS.add("layer_norm", "Ba et al. 2016, section 3, differentiated")
def _layer_norm(X: Array, g: Array, b: Array, Z_bar: Array, epsilon: float = 1e-5) -> Gradients:
    X_bar, N = _normalized(X, g, Z_bar, (X.ndim - 1,), epsilon)
    rows = tuple(range(X.ndim - 1))
    return {"X": X_bar, "g": (Z_bar * N).sum(axis=rows), "b": Z_bar.sum(axis=rows)}


LAYERS.add("layer_norm_sequence", "Ba et al. 2016, section 3, differentiated")(_layer_norm)


@LAYERS.add("rms_norm", "Zhang and Sennrich 2019, section 3, differentiated")
def _rms_norm(X: Array, g: Array, Z_bar: Array, epsilon: float = 1e-5) -> Gradients:
    X_bar, N = _normalized(X, g, Z_bar, (1,), epsilon, centre=False)
    return {"X": X_bar, "g": (Z_bar * N).sum(axis=0)}


# ---------------------------------------------------------------- recurrent cells


def pre(name: str, X: Array, H: Array, p: Gradients) -> Array:
    """What goes into a gate: X W + H U + b."""
    return np.asarray(X @ p[f"W{name}"] + H @ p[f"U{name}"] + p[f"b{name}"])


def gate_back(name: str, X: Array, H: Array, p: Gradients, a_bar: Array) -> tuple[Gradients, Array, Array]:
    """The gradients of a gate's parameters, and X̄ and H̄, from that of what goes into it."""
    own = {f"W{name}": X.T @ a_bar, f"U{name}": H.T @ a_bar, f"b{name}": a_bar.sum(axis=0)}
    return own, a_bar @ p[f"W{name}"].T, a_bar @ p[f"U{name}"].T


@LAYERS.add("rnn_cell", "Goodfellow et al. 2016, eq. 10.20 to 10.28, one step")
def rnn_back(X: Array, H: Array, Z_bar: Array, **p: Array) -> Gradients:
    """Z = tanh(X W + H U + b)."""
    own, X_bar, H_bar = gate_back("", X, H, p, (1 - np.tanh(pre("", X, H, p)) ** 2) * Z_bar)
    return {**own, "X": X_bar, "H": H_bar}


def lstm_gates(X: Array, H: Array, p: Gradients) -> tuple[Array, Array, Array, Array]:
    """The gates I, F, O and the candidate D."""
    I, F, O = (special.expit(pre(name, X, H, p)) for name in "IFO")  # noqa: E741
    return I, F, O, np.tanh(pre("D", X, H, p))


@LAYERS.add("lstm_cell", "Gers et al. 2000; Greff et al. 2017, section II.B, without peepholes")
def lstm_back(X: Array, H: Array, C: Array, Z_bar: Array, K_bar: Array | float = 0.0, **p: Array) -> Gradients:
    """K = F ⊙ C + I ⊙ D, Z = O ⊙ tanh K: from the adjoints of both."""
    I, F, O, D = lstm_gates(X, H, p)  # noqa: E741
    t = np.tanh(F * C + I * D)
    K_bar = K_bar + Z_bar * O * (1 - t**2)
    inside = {"I": K_bar * D * I * (1 - I), "F": K_bar * C * F * (1 - F)}
    inside |= {"O": Z_bar * t * O * (1 - O), "D": K_bar * I * (1 - D**2)}
    return {**_gates_back(X, H, p, inside), "C": K_bar * F}


def _gates_back(X: Array, H: Array, p: Gradients, inside: Gradients) -> Gradients:
    found, X_bar, H_bar = Gradients(), np.zeros_like(X), np.zeros_like(H)
    for name, a_bar in inside.items():
        own, x, h = gate_back(name, X, H, p, a_bar)
        found, X_bar, H_bar = found | own, X_bar + x, H_bar + h
    return {**found, "X": X_bar, "H": H_bar}


def gru_gates(X: Array, H: Array, p: Gradients) -> tuple[Array, Array, Array]:
    """The gates R and Q, and the candidate D."""
    R, Q = (special.expit(pre(name, X, H, p)) for name in "RQ")
    return R, Q, np.tanh(pre("D", X, R * H, p))


@LAYERS.add("gru_cell", "Cho et al. 2014, eq. 5 to 8, differentiated")
def gru_back(X: Array, H: Array, Z_bar: Array, **p: Array) -> Gradients:
    """Z = Q ⊙ H + (1 - Q) ⊙ D, D = tanh(X W + (R ⊙ H) U + b)."""
    R, Q, D = gru_gates(X, H, p)
    own, x, B_bar = gate_back("D", X, R * H, p, Z_bar * (1 - Q) * (1 - D**2))
    found = _gates_back(X, H, p, {"Q": Z_bar * (H - D) * Q * (1 - Q), "R": B_bar * H * R * (1 - R)})
    return {**found, **own, "X": found["X"] + x, "H": found["H"] + B_bar * R + Z_bar * Q}


# ---------------------------------------------------------------- attention


def weights_of(Q: Array, K: Array, causal: bool) -> Array:
    """softmax(Q Kᵀ / √c) over positions on the axis before the last; later ones masked out if causal."""
    S = Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.dtype.type(Q.shape[-1]))
    if causal:
        S = np.where(np.tri(*S.shape[-2:]) == 1, S, -np.inf)
    return np.asarray(special.softmax(S, axis=-1))


def attention_back(Q: Array, K: Array, V: Array, Z_bar: Array, causal: bool = False) -> Gradients:
    """V̄ = Pᵀ Z̄, P̄ = Z̄ Vᵀ, S̄ through the softmax, Q̄ = S̄ K / √c, K̄ = S̄ᵀ Q / √c (Dao et al. 2022, appendix B.2)."""
    P, root = weights_of(Q, K, causal), np.sqrt(Q.dtype.type(Q.shape[-1]))
    S_bar = softmax_back(P, Z_bar @ np.swapaxes(V, -1, -2)) / root
    return {"Q": S_bar @ K, "K": np.swapaxes(S_bar, -1, -2) @ Q, "V": np.swapaxes(P, -1, -2) @ Z_bar}


LAYERS.add("attention", "Dao et al. 2022, appendix B.2")(attention_back)


@LAYERS.add("causal_attention", "Dao et al. 2022, appendices B.2 and B.5")
def _causal_attention(Q: Array, K: Array, V: Array, Z_bar: Array) -> Gradients:
    return attention_back(Q, K, V, Z_bar, causal=True)


def project(X: Array, W: Array) -> Array:
    """X[n,s,j] W[j,h,c] as [n,h,s,c]."""
    return np.asarray(np.einsum("nsj,jhc->nhsc", X, W))


@LAYERS.add("multi_head_attention", "Vaswani et al. 2017, section 3.2.2; Dao et al. 2022, appendix B.2")
def heads_back(X: Array, Z_bar: Array, causal: bool = False, **p: Array) -> Gradients:
    """Each head's attention, then the projections before and after."""
    Q, K, V = (project(X, p[f"W{name}"]) for name in "QKV")
    H = weights_of(Q, K, causal) @ V
    found = {"WO": np.einsum("nhse,nsk->hek", H, Z_bar), "b": Z_bar.sum(axis=(0, 1))}
    inner = attention_back(Q, K, V, np.einsum("nsk,hek->nhse", Z_bar, p["WO"]), causal)
    found |= {f"W{name}": np.einsum("nsj,nhsc->jhc", X, bar) for name, bar in inner.items()}
    return {**found, "X": sum(np.einsum("nhsc,jhc->nsj", bar, p[f"W{name}"]) for name, bar in inner.items())}


@LAYERS.add("causal_multi_head_attention", "Vaswani et al. 2017, section 3.2.3; Dao et al. 2022, appendix B.5")
def _causal_heads(X: Array, Z_bar: Array, **p: Array) -> Gradients:
    return heads_back(X, Z_bar, causal=True, **p)


@LAYERS.add("feed_forward", "Vaswani et al. 2017, eq. 2; Nielsen 2015, BP2 to BP4")
def forward_back(X: Array, Z_bar: Array, **p: Array) -> Gradients:
    """Z = relu(X W1 + b1) W2 + b2 at each position."""
    D = X @ p["W1"] + p["b1"]
    D_bar = (Z_bar @ p["W2"].T) * np.heaviside(D, 0)
    found = {"W1": np.einsum("nsj,nsk->jk", X, D_bar), "b1": D_bar.sum(axis=(0, 1)), "X": D_bar @ p["W1"].T}
    return {**found, "W2": np.einsum("nsj,nsk->jk", np.maximum(D, 0), Z_bar), "b2": Z_bar.sum(axis=(0, 1))}
