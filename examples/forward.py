"""Forward functions in the plain style of networks written from scratch in NumPy; none of them knows of tracing."""

import numpy as np
from scipy.special import expit, gammaln, logsumexp


def logistic_regression(X, w, b, y):
    z = X @ w + b
    a = 1 / (1 + np.exp(-z))
    return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))


def relu(x):
    return np.maximum(0, x)


def mlp(X, layers, Y):
    a = X
    for W, b in layers[:-1]:
        a = relu(a @ W + b)
    W, b = layers[-1]
    out = a @ W + b
    return 0.5 * np.sum((out - Y) ** 2) / X.shape[0]


def softmax_regression(X, params, y, reg=0.01):
    scores = X.dot(params["W"]) + params["b"]
    scores -= np.max(scores, axis=1, keepdims=True)
    probs = np.exp(scores)
    probs /= np.sum(probs, axis=1, keepdims=True)
    n = X.shape[0]
    data_loss = -np.sum(np.log(probs[np.arange(n), y])) / n
    return data_loss + 0.5 * reg * np.sum(params["W"] * params["W"])


def convolve(X, K, b):
    n, _, height, width = X.shape
    filters, _, r, s = K.shape
    out = np.zeros((n, filters, height - r + 1, width - s + 1))
    for i in range(r):
        for j in range(s):
            patch = X[:, :, i : i + out.shape[2], j : j + out.shape[3]]
            out += np.einsum("nchw,kc->nkhw", patch, K[:, :, i, j])
    return out + b[:, None, None]


def cnn(X, K1, b1, K2, b2, W, y):
    A1 = relu(convolve(X, K1, b1))
    A2 = relu(convolve(A1, K2, b2))
    flat = A2.reshape(A2.shape[0], -1)
    logits = flat @ W
    logp = logits - logsumexp(logits, axis=1, keepdims=True)
    return -np.mean(logp[np.arange(len(y)), y])


def rnn(x, Wx, Wh, b, Wy, targets):
    h = np.zeros((x.shape[0], Wh.shape[0]))
    loss = 0
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ Wx + h @ Wh + b)
        loss += np.mean((h @ Wy - targets[:, t]) ** 2)
    return loss / x.shape[1]


def lstm(x, W, b, v):
    n, steps, _ = x.shape
    hidden = W.shape[1] // 4
    h = np.zeros((n, hidden))
    c = np.zeros((n, hidden))
    for t in range(steps):
        gates = np.hstack((h, x[:, t, :])) @ W + b
        i = expit(gates[:, :hidden])
        f = expit(gates[:, hidden : 2 * hidden])
        o = expit(gates[:, 2 * hidden : 3 * hidden])
        g = np.tanh(gates[:, 3 * hidden :])
        c = f * c + i * g
        h = o * np.tanh(c)
    return np.sum((h @ v) ** 2) / n


def word2vec(V, U, center, context, negative):
    """Skip-gram with negative samples: one context word and k noise words for each centre."""
    v = V[center]
    positive = np.sum(v * U[context], axis=1)
    noise = np.einsum("nd,nkd->nk", v, U[negative])
    return -np.mean(np.log(expit(positive)) + np.sum(np.log(expit(-noise)), axis=1))


def matrix_factorisation(R, mask, P, Q, lam=0.1):
    error = mask * (R - P @ Q.T)
    return (error**2).sum() + lam * (np.linalg.norm(P) ** 2 + np.linalg.norm(Q) ** 2)


def gaussian_mixture(X, logits, mu, log_sigma):
    """Negative log-likelihood of a mixture of k Gaussians with diagonal covariance."""
    n, d = X.shape
    weights = logits - logsumexp(logits)
    z = (X[:, None, :] - mu[None]) / np.exp(log_sigma)
    logp = -0.5 * np.sum(z**2, axis=2) - np.sum(log_sigma, axis=1) - 0.5 * d * np.log(2 * np.pi)
    return -np.sum(logsumexp(logp + weights, axis=1)) / n


class Encoder:
    def __init__(self, W, Wm, Ws):
        self.W, self.Wm, self.Ws = W, Wm, Ws

    def __call__(self, x):
        h = np.tanh(x @ self.W)
        return h @ self.Wm, h @ self.Ws


def vae(x, eps, W, Wm, Ws, V):
    """Negative evidence lower bound, with the noise given."""
    encode = Encoder(W, Wm, Ws)
    mu, log_var = encode(x)
    z = mu + np.exp(0.5 * log_var) * eps
    x_hat = expit(z @ V)
    reconstruction = -np.sum(x * np.log(x_hat) + (1 - x) * np.log(1 - x_hat))
    kl = -0.5 * np.sum(1 + log_var - mu**2 - np.exp(log_var))
    return (reconstruction + kl) / x.shape[0]


def poisson_regression(X, w, counts):
    rate = X @ w
    return np.mean(np.exp(rate) - counts * rate + gammaln(counts + 1))


SPECIFICATIONS = {
    logistic_regression: {"X": "n d", "w": "d", "b": "", "y": "n in {0,1}"},
    mlp: {"X": "n d", "layers": [("d h", "h"), ("h p", "p"), ("p m", "m")], "Y": "n m"},
    softmax_regression: {"X": "n d", "params": {"W": "d m", "b": "m"}, "y": "n int"},
    cnn: {
        "X": "n 1 5 5",
        "K1": "2 1 2 2",
        "b1": "2",
        "K2": "k 2 2 3",
        "b2": "k",
        "W": "6*k m",
        "y": "n int",
    },
    rnn: {"x": "n 3 d", "Wx": "d h", "Wh": "h h", "b": "h", "Wy": "h m", "targets": "n 3 m"},
    lstm: {"x": "n 2 d", "W": "h+d 4*h", "b": "4*h", "v": "h"},
    word2vec: {"V": "v d", "U": "v d", "center": "n int", "context": "n int", "negative": "n k int"},
    matrix_factorisation: {"R": "u v", "mask": "u v in {0,1}", "P": "u k", "Q": "v k"},
    gaussian_mixture: {"X": "n d", "logits": "k", "mu": "k d", "log_sigma": "k d"},
    vae: {"x": "n d", "eps": "n k", "W": "d h", "Wm": "h k", "Ws": "h k", "V": "k d"},
    poisson_regression: {"X": "n d", "w": "d", "counts": "n"},
}
