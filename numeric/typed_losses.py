"""Gradients of losses, typed by hand: of the losses of A and Y by A, of the other objectives by every floating input.

Nothing here comes from `derive`. Arrays are floating, all of one dtype; n is the number of rows.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from numeric.typed import Array, Gradients, Layer, Loss, Registry

LOSSES: Registry[Loss] = Registry("gradient of a loss")
OBJECTIVES: Registry[Layer] = Registry("gradient of an objective")


@LOSSES.add("mse", "Goodfellow et al. 2016, eq. 5.5, differentiated")
def _mse(A: Array, Y: Array) -> Array:
    return 2 * (A - Y) / len(A)


@LOSSES.add("half_mse", "Nielsen 2015, eq. 6 and 30")
def _half_mse(A: Array, Y: Array) -> Array:
    return (A - Y) / len(A)


@LOSSES.add("half_sse", "Bishop 2006, eq. 5.14 and 5.18")
def _half_sse(A: Array, Y: Array) -> Array:
    return A - Y


@LOSSES.add("mse_entries", "Goodfellow et al. 2016, eq. 5.5, with every entry an example of its own")
def _mse_entries(A: Array, Y: Array) -> Array:
    return 2 * (A - Y) / A.size


@LOSSES.add("bce", "Bishop 2006, eq. 5.21 by exercise 4.13")
def _bce(A: Array, Y: Array) -> Array:
    return np.asarray((A - Y) / (len(A) * A * (1 - A)))


@LOSSES.add("bce_logits", "Bishop 2006, eq. 4.91 and 5.18")
def _bce_logits(A: Array, Y: Array) -> Array:
    return np.asarray((special.expit(A) - Y) / len(A))


@LOSSES.add("softmax_cross_entropy", "Bishop 2006, eq. 4.108 and 4.109")
def _softmax_cross_entropy(A: Array, Y: Array) -> Array:
    return np.asarray((special.softmax(A, axis=1) - Y) / len(A))


@LOSSES.add("mae", "Hastie et al. 2009, section 10.6; slope 0 at 0")
def _mae(A: Array, Y: Array) -> Array:
    return np.sign(A - Y) / len(A)


@LOSSES.add("huber", "Huber 1964: the residual, clipped")
def _huber(A: Array, Y: Array, delta: float = 1.0) -> Array:
    return np.clip(A - Y, -delta, delta) / len(A)


@LOSSES.add("hinge", "Bishop 2006, eq. 7.44; slope 0 at the margin")
def _hinge(A: Array, Y: Array) -> Array:
    return np.asarray(-Y * np.heaviside(1 - Y * A, 0) / len(A))


@LOSSES.add("perceptron", "Bishop 2006, eq. 4.55; the slope of a wrong answer where A is 0")
def _perceptron(A: Array, Y: Array) -> Array:
    return np.where(Y * A > 0, 0, -Y) / len(A)


@LOSSES.add("squared_hinge", "Hastie et al. 2009, table 12.1, differentiated")
def _squared_hinge(A: Array, Y: Array) -> Array:
    return -2 * Y * np.maximum(1 - Y * A, 0) / len(A)


@LOSSES.add("focal", "Lin et al. 2017, appendix A, with both classes")
def _focal(A: Array, Y: Array, gamma: int = 2) -> Array:
    hit = (1 - A) ** gamma / A - gamma * (1 - A) ** (gamma - 1) * np.log(A)
    miss = A**gamma / (1 - A) - gamma * A ** (gamma - 1) * np.log1p(-A)
    return np.asarray(((1 - Y) * miss - Y * hit) / len(A))


@LOSSES.add("kl_divergence", "Kullback and Leibler 1951, eq. 2.4, differentiated")
def _kl_divergence(A: Array, Y: Array) -> Array:
    return -Y / (len(A) * A)


@LOSSES.add("poisson_nll", "McCullagh and Nelder 1989, section 6.2: fitted less observed")
def _poisson_nll(A: Array, Y: Array) -> Array:
    return (np.exp(A) - Y) / len(A)


@LOSSES.add("label_smoothing", "Szegedy et al. 2016, section 7")
def _label_smoothing(A: Array, Y: Array, epsilon: float = 0.1) -> Array:
    return np.asarray((special.softmax(A, axis=1) - (1 - epsilon) * Y - epsilon / A.shape[1]) / len(A))


# ---------------------------------------------------------------- objectives


@OBJECTIVES.add("weighted_mse", "Bishop 2006, exercise 3.3, differentiated")
def _weighted_mse(A: Array, Y: Array, w: Array) -> Gradients:
    n, off = len(A), A - Y
    slope = 2 * w[:, None] * off / n
    return {"A": slope, "Y": -slope, "w": (off**2).sum(axis=1) / n}


@OBJECTIVES.add("weighted_bce_logits", "Bishop 2006, eq. 4.91, weighted")
def _weighted_bce_logits(A: Array, Y: Array, w: Array) -> Gradients:
    n, weight = len(A), w[:, None]
    entropy = np.logaddexp(0, A) - Y * A
    return {"A": weight * (special.expit(A) - Y) / n, "Y": -weight * A / n, "w": entropy.sum(axis=1) / n}


@OBJECTIVES.add("weighted_softmax_cross_entropy", "Bishop 2006, eq. 4.109, weighted")
def _weighted_softmax_cross_entropy(A: Array, Y: Array, w: Array) -> Gradients:
    n, weight, logs = len(A), w[:, None], special.log_softmax(A, axis=1)
    share = special.softmax(A, axis=1) * Y.sum(axis=1, keepdims=True)
    return {"A": weight * (share - Y) / n, "Y": -weight * logs / n, "w": -(Y * logs).sum(axis=1) / n}


@OBJECTIVES.add("masked_mse", "Goodfellow et al. 2016, eq. 5.5, over some entries")
def _masked_mse(A: Array, Y: Array, M: Array) -> Gradients:
    slope = 2 * np.where(M != 0, A - Y, 0) / np.count_nonzero(M)
    return {"A": slope, "Y": -slope}


@OBJECTIVES.add("masked_bce_logits", "Bishop 2006, eq. 4.91, over some entries")
def _masked_bce_logits(A: Array, Y: Array, M: Array) -> Gradients:
    count = np.count_nonzero(M)
    return {"A": np.where(M != 0, special.expit(A) - Y, 0) / count, "Y": -np.where(M != 0, A, 0) / count}


@OBJECTIVES.add("masked_softmax_cross_entropy", "Bishop 2006, eq. 4.109, over some examples")
def _masked_softmax_cross_entropy(A: Array, Y: Array, m: Array) -> Gradients:
    kept, count = (m != 0)[:, None], np.count_nonzero(m)
    share = special.softmax(A, axis=1) * Y.sum(axis=1, keepdims=True)
    return {
        "A": np.where(kept, share - Y, 0) / count,
        "Y": -np.where(kept, special.log_softmax(A, axis=1), 0) / count,
    }


@OBJECTIVES.add("cross_entropy_labels", "Bishop 2006, eq. 4.109, with a class as a number")
def _cross_entropy_labels(A: Array, y: Array) -> Gradients:
    slope = special.softmax(A, axis=1)
    slope[np.arange(len(A)), y] -= 1
    return {"A": slope / len(A)}


@OBJECTIVES.add("gaussian_nll", "Nix and Weigend 1994, eq. 3 and 4")
def _gaussian_nll(A: Array, Y: Array, V: Array) -> Gradients:
    n, off = len(A), A - Y
    return {"A": off / (n * V), "Y": -off / (n * V), "V": (1 - off**2 / V) / (2 * n * V)}


def _cosine(A: Array, B: Array, c_bar: Array) -> Gradients:
    """The gradient of sum_i c_bar[i] cos(A[i], B[i]): what is left of one direction across the other."""
    a, b = (np.sqrt((T**2).sum(axis=1, keepdims=True)) for T in (A, B))
    u, v = A / a, B / b
    c = (u * v).sum(axis=1, keepdims=True)
    return {"A": c_bar[:, None] * (v - c * u) / a, "B": c_bar[:, None] * (u - c * v) / b}


@OBJECTIVES.add("cosine_distance", "Manning et al. 2008, eq. 6.10, differentiated by the quotient rule")
def _cosine_distance(A: Array, B: Array) -> Gradients:
    return _cosine(A, B, np.full(len(A), -1 / len(A), A.dtype))


@OBJECTIVES.add("cosine_embedding", "Hadsell et al. 2006, eq. 5 and 6, on cosines")
def _cosine_embedding(A: Array, B: Array, y: Array, margin: float = 0.0) -> Gradients:
    c = (A * B).sum(axis=1) / np.sqrt((A**2).sum(axis=1) * (B**2).sum(axis=1))
    return _cosine(A, B, np.where(y == 1, -1, np.heaviside(c - margin, 0)) / len(A))


@OBJECTIVES.add("info_nce", "Chen et al. 2020, eq. 1; Bishop 2006, eq. 4.109 on the similarities")
def _info_nce(A: Array, B: Array, temperature: float = 0.5) -> Gradients:
    a, b = (np.sqrt((T**2).sum(axis=1, keepdims=True)) for T in (A, B))
    u, v = A / a, B / b
    S_bar = (special.softmax(u @ v.T / temperature, axis=1) - np.eye(len(A), dtype=A.dtype)) / (len(A) * temperature)
    u_bar, v_bar = S_bar @ v, S_bar.T @ u
    return {
        "A": (u_bar - u * (u * u_bar).sum(axis=1, keepdims=True)) / a,
        "B": (v_bar - v * (v * v_bar).sum(axis=1, keepdims=True)) / b,
    }


@OBJECTIVES.add("triplet", "Schroff et al. 2015, eq. 3, differentiated")
def _triplet(A: Array, B: Array, N: Array, margin: float = 1.0) -> Gradients:
    gap = ((A - B) ** 2).sum(axis=1) - ((A - N) ** 2).sum(axis=1) + margin
    active = 2 * np.heaviside(gap, 0)[:, None] / len(A)
    return {"A": active * (N - B), "B": active * (B - A), "N": active * (A - N)}


@OBJECTIVES.add("l1_penalty", "Tibshirani 1996; slope 0 at 0")
def _l1_penalty(W: Array, strength: float = 1.0) -> Gradients:
    return {"W": strength * np.sign(W)}


@OBJECTIVES.add("l2_penalty", "Goodfellow et al. 2016, section 7.1.1")
def _l2_penalty(W: Array, strength: float = 1.0) -> Gradients:
    return {"W": 2 * strength * W}


@OBJECTIVES.add("elastic_net_penalty", "Friedman et al. 2010, eq. 3; slope 0 of the absolute value at 0")
def _elastic_net_penalty(W: Array, strength: float = 1.0, ratio: float = 0.5) -> Gradients:
    return {"W": strength * (ratio * np.sign(W) + (1 - ratio) * W)}
