"""The losses and Hessians of speed.py: each once for gradproof, as text, and once for peers, as their users write it.

`run(xp, **arrays)` takes `Torch` or `Jax`, which differ in a few names only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

import derive
from derive import models
from derive.equation import Program

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Workload:
    """A loss of arrays: its program, the same for peers, what is differentiated, and the arguments."""

    name: str
    program: Callable[[], Program]
    run: Callable[..., Any]
    wrt: tuple[str, ...]
    arrays: Callable[[], Mapping[str, Array]]
    floor: Callable[..., Any] | None = None
    note: str = ""


def _layers(sizes: list[int], batch: int) -> dict[str, Array]:
    rng = np.random.default_rng(0)
    made: dict[str, Array] = {"X": rng.random((batch, sizes[0]))}
    for k, (below, above) in enumerate(pairwise(sizes), start=1):
        made[f"W{k}"] = rng.standard_normal((below, above)) / np.sqrt(below)
        made[f"b{k}"] = rng.standard_normal(above)
    return made


def mlp(sizes: list[int], batch: int, floor: bool = False) -> Workload:
    """Sigmoid layers and binary cross-entropy, summed over outputs and averaged over examples."""
    depth = len(sizes) - 1

    def arrays() -> dict[str, Array]:
        made = _layers(sizes, batch)
        return made | {"Y": np.random.default_rng(1).integers(0, 2, (batch, sizes[-1])).astype(float)}

    def run(xp: Any, X: Any, Y: Any, **p: Any) -> Any:
        a = X
        for k in range(1, depth):
            a = xp.sigmoid(a @ p[f"W{k}"] + p[f"b{k}"])
        return xp.bce_with_logits(a @ p[f"W{depth}"] + p[f"b{depth}"], Y) / len(X)

    wrt = tuple(f"{letter}{k}" for k in range(1, depth + 1) for letter in "Wb")
    name = f"MLP {'-'.join(map(str, sizes))}, batch {batch}"
    return Workload(
        name, lambda: models.mlp(sizes, loss="bce"), run, wrt, arrays, _products(sizes, batch) if floor else None
    )


def _products(sizes: list[int], batch: int) -> Callable[..., None]:
    """The matrix products of one gradient, into arrays that are there already."""
    given = _layers(sizes, batch)
    a = [given["X"], *(np.ones((batch, s)) for s in sizes[1:])]
    out = [np.empty_like(x) for x in a]
    weights = [given[f"W{k}"] for k in range(1, len(sizes))]
    slopes = [np.empty_like(w) for w in weights]

    def run(*_: Any) -> None:
        for k, w in enumerate(weights):
            np.matmul(a[k], w, out=out[k + 1])
        for k in reversed(range(len(weights))):
            np.matmul(a[k].T, a[k + 1], out=slopes[k])
            if k:
                np.matmul(a[k + 1], weights[k].T, out=out[k])

    return run


# ---------------------------------------------------------------- losses


def _logistic(xp: Any, X: Any, w: Any, b: Any, y: Any) -> Any:
    return xp.bce_with_logits(X @ w + b, y) / len(y)


def _softmax_regression(xp: Any, X: Any, W: Any, b: Any, Y: Any) -> Any:
    return -(Y * xp.log_softmax(X @ W + b, -1)).sum() / len(X)


def _factorisation(xp: Any, T: Any, U: Any, V: Any) -> Any:
    return ((T - U @ V.T) ** 2).sum()


def _convolutional(xp: Any, X: Any, K: Any, M: Any, W: Any, Y: Any) -> Any:
    first = xp.maximum_zero(xp.conv2d(X, K))
    second = xp.maximum_zero(xp.conv2d(first, M))
    return -(Y * xp.log_softmax(xp.einsum("nchw,chwk->nk", second, W), -1)).sum() / len(X)


def _attention(xp: Any, X: Any, Q: Any, K: Any, V: Any, O: Any) -> Any:  # noqa: E741 -- the output's weights
    q, k, v = X @ Q, X @ K, X @ V
    weights = xp.softmax(xp.einsum("bic,bjc->bij", q, k) / np.sqrt(q.shape[-1]), -1)
    return ((weights @ v @ O) ** 2).sum() / 2


def _layer_norm(xp: Any, X: Any, g: Any, b: Any, T: Any) -> Any:
    centred = X - X.mean(-1, keepdims=True)
    scaled = centred / xp.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5)
    return (T * (g * scaled + b)).sum()


def _mixture(xp: Any, X: Any, alpha: Any, M: Any, q: Any, R: Any) -> Any:
    apart = X[:, None, :] - M[None, :, :]
    turned = xp.exp(q)[None] * apart + xp.einsum("kij,nkj->nki", R, apart)
    inside = alpha + q.sum(-1) - 0.5 * (turned**2).sum(-1)
    return xp.logsumexp(inside, -1).sum() - len(X) * xp.logsumexp(alpha, -1)


def _rng(seed: int = 0) -> Any:
    return np.random.default_rng(seed)


def _onehot(n: int, k: int) -> Array:
    return np.eye(k)[_rng(3).integers(0, k, n)]


def _mixture_arrays(n: int, d: int, k: int) -> dict[str, Array]:
    rng = _rng()
    lower = np.tril(rng.standard_normal((k, d, d)), -1) / d
    return {
        "X": rng.standard_normal((n, d)),
        "alpha": rng.standard_normal(k),
        "M": rng.standard_normal((k, d)),
        "q": 0.1 * rng.standard_normal((k, d)),
        "R": lower,
    }


MIXTURE = """
    T[n,k,i] = exp(q[k,i])*(X[n,i] - M[k,i]) + sum[j](R[k,i,j]*(X[n,j] - M[k,j]))
    S[n,k] = alpha[k] + sum[i](q[k,i]) - sum[i](T[n,k,i]**2)/2
    L = sum[n](logsumexp[k](S[n,k])) - size[X,0]*logsumexp[k](alpha[k])
    parameter alpha, M, q, R
"""


def mixture(d: int, k: int) -> Workload:
    """Log-likelihood of a Gaussian mixture whose precisions are triangular, a factor each."""
    return Workload(
        f"Gaussian mixture, d = {d}, K = {k}, n = 1000",
        lambda: derive.program(MIXTURE),
        _mixture,
        ("alpha", "M", "q", "R"),
        lambda: _mixture_arrays(1000, d, k),
    )


SMALL = (mlp([2, 3, 1], 1), mlp([4, 16, 1], 32), mlp([784, 30, 10], 10))
WIDE = (mlp([784, 128, 64, 10], 128, floor=True), mlp([784, 512, 512, 10], 512, floor=True))
LOSSES = (
    Workload(
        "logistic regression, 2000 x 500",
        lambda: derive.program("""
            Z[i] = sum[j](X[i,j]*w[j]) + b
            A[i] = sigmoid(Z[i])
            L = -mean[i](y[i]*log(A[i]) + (1 - y[i])*log(1 - A[i]))
            parameter w, b
        """),
        _logistic,
        ("w", "b"),
        lambda: {
            "X": _rng().standard_normal((2000, 500)),
            "w": _rng(1).standard_normal(500) / 20,
            "b": np.array(0.1),
            "y": _rng(2).integers(0, 2, 2000).astype(float),
        },
    ),
    Workload(
        "softmax regression, 2000 x 500 x 10",
        lambda: derive.program("""
            Z[i,k] = sum[j](X[i,j]*W[j,k]) + b[k]
            P[i,k] = softmax[k](Z[i,k])
            L = -sum[i,k](Y[i,k]*log(P[i,k]))/size[i]
            parameter W, b
            assume sum[k](Y[i,k]) == 1
        """),
        _softmax_regression,
        ("W", "b"),
        lambda: {
            "X": _rng().standard_normal((2000, 500)),
            "W": _rng(1).standard_normal((500, 10)) / 20,
            "b": _rng(2).standard_normal(10),
            "Y": _onehot(2000, 10),
        },
    ),
    Workload(
        "matrix factorisation, 300 x 200, rank 10",
        lambda: derive.program("L = sum[i,j]((T[i,j] - sum[k](U[i,k]*V[j,k]))**2)\nparameter U, V"),
        _factorisation,
        ("U", "V"),
        lambda: {
            "T": _rng().standard_normal((300, 200)),
            "U": _rng(1).standard_normal((300, 10)),
            "V": _rng(2).standard_normal((200, 10)),
        },
    ),
    Workload(
        "two-layer CNN on 28 x 28, batch 16",
        lambda: derive.program("""
            A[n,k,h: size[X,2]-size[K,2]+1,w: size[X,3]-size[K,3]+1] = relu(sum[c,r,s](X[n,c,h+r,w+s]*K[k,c,r,s]))
            B[n,m,h: size[A,2]-size[M,2]+1,w: size[A,3]-size[M,3]+1] = relu(sum[k,r,s](A[n,k,h+r,w+s]*M[m,k,r,s]))
            Z[n,o] = sum[m,h,w](B[n,m,h,w]*W[m,h,w,o])
            P[n,o] = softmax[o](Z[n,o])
            L = -sum[n,o](Y[n,o]*log(P[n,o]))/size[n]
            parameter K, M, W
            assume sum[o](Y[n,o]) == 1
        """),
        _convolutional,
        ("K", "M", "W"),
        lambda: {
            "X": _rng().random((16, 1, 28, 28)),
            "K": _rng(1).standard_normal((8, 1, 3, 3)) / 3,
            "M": _rng(2).standard_normal((16, 8, 3, 3)) / 9,
            "W": _rng(4).standard_normal((16, 24, 24, 10)) / 90,
            "Y": _onehot(16, 10),
        },
    ),
    Workload(
        "attention block, 8 x 64 x 64",
        lambda: derive.program("""
            q[b,i,c] = sum[a](X[b,i,a]*Q[a,c])
            k[b,i,c] = sum[a](X[b,i,a]*K[a,c])
            v[b,i,c] = sum[a](X[b,i,a]*V[a,c])
            S[b,i,j] = sum[c](q[b,i,c]*k[b,j,c])/sqrt(size[Q,1])
            P[b,i,j] = softmax[j](S[b,i,j])
            H[b,i,c] = sum[j](P[b,i,j]*v[b,j,c])
            F[b,i,d] = sum[c](H[b,i,c]*O[c,d])
            L = sum[b,i,d](F[b,i,d]**2)/2
            parameter Q, K, V, O
        """),
        _attention,
        ("Q", "K", "V", "O"),
        lambda: {
            "X": _rng().standard_normal((8, 64, 64)),
            **{name: _rng(k).standard_normal((64, 64)) / 8 for k, name in enumerate("QKVO")},
        },
    ),
    Workload(
        "layer norm, 512 x 256",
        lambda: derive.program("""
            mu[i] = mean[j](X[i,j])
            v[i] = mean[j]((X[i,j] - mu[i])**2)
            L = sum[i,j](T[i,j]*(g[j]*(X[i,j] - mu[i])/sqrt(v[i] + 1/100000) + b[j]))
        """),
        _layer_norm,
        ("X", "g", "b"),
        lambda: {
            "X": _rng().standard_normal((512, 256)),
            "g": _rng(1).standard_normal(256),
            "b": _rng(2).standard_normal(256),
            "T": _rng(3).standard_normal((512, 256)),
        },
    ),
)
MIXTURES = (mixture(10, 25), mixture(32, 25), mixture(10, 200), mixture(32, 200))


# ---------------------------------------------------------------- Hessians


HESSIANS = (
    Workload(
        "Hessian of xᵀAx, n = 1000",
        lambda: derive.program("L = sum[i,j](x[i]*A[i,j]*x[j])"),
        lambda xp, A, x: x @ A @ x,
        ("x",),
        lambda: {"A": _rng().standard_normal((1000, 1000)), "x": _rng(1).standard_normal(1000)},
    ),
    Workload(
        "Hessian of matrix factorisation in U, 100 x 100, k = 5",
        lambda: derive.program("L = sum[i,j]((T[i,j] - sum[k](U[i,k]*V[j,k]))**2)"),
        _factorisation,
        ("U",),
        lambda: {
            "T": _rng().standard_normal((100, 100)),
            "U": _rng(1).standard_normal((100, 5)),
            "V": _rng(2).standard_normal((100, 5)),
        },
    ),
    Workload(
        "Hessian of logistic regression, 2000 x 500",
        lambda: derive.program("""
            Z[i] = sum[j](X[i,j]*w[j])
            A[i] = sigmoid(Z[i])
            L = -sum[i](y[i]*log(A[i]) + (1 - y[i])*log(1 - A[i]))
            parameter w
        """),
        lambda xp, X, w, y: xp.bce_with_logits(X @ w, y),
        ("w",),
        lambda: {
            "X": _rng().standard_normal((2000, 500)),
            "w": _rng(1).standard_normal(500) / 20,
            "y": _rng(2).integers(0, 2, 2000).astype(float),
        },
    ),
    Workload(
        "Hessian of softmax cross-entropy in the logits, k = 1000",
        lambda: derive.program("""
            P[k] = softmax[k](z[k])
            L = -sum[k](y[k]*log(P[k]))
            assume sum[k](y[k]) == 1
        """),
        lambda xp, z, y: -(y * xp.log_softmax(z, -1)).sum(),
        ("z",),
        lambda: {"z": _rng().standard_normal(1000), "y": _onehot(1, 1000)[0]},
    ),
)

__all__ = ["HESSIANS", "LOSSES", "MIXTURES", "SMALL", "WIDE", "Workload"]
