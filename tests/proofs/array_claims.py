r"""Claims about vectors and matrices: the note before the claim, the claim, and whether it is right.

The labels were derived by hand. A claim that is right in one layout or for symmetric matrices counts as right.
"""

import pytest

LEAST = r"J(w) = \frac{1}{2m}\|Xw - y\|^2"
SQUARES = r"\ell(\beta) = (y - X\beta)^\top (y - X\beta)"
QUADRATIC = r"f(x) = x^T A x + b^T x + c"
RIDGE = r"L = \frac{1}{n}\sum_{i=1}^n (w^\top x_i - y_i)^2 + \lambda \|w\|_2^2"
LOGISTIC = (
    r"\sigma(z) = \frac{1}{1 + e^{-z}}",
    r"F(w) = -\sum_i \left[ y_i \log \sigma(w^T x_i) + (1-y_i) \log(1 - \sigma(w^T x_i)) \right]",
)
LAYER = ("z = Wx + b", r"L = \|z - t\|^2")
FROBENIUS = r"f(X) = \frac12 \|AX - B\|_F^2"
DECAYED = r"J(w) = \frac12 \|y - Xw\|^2 + \frac{\lambda}{2} w^T w"
SOFTMAX = r"s_i = \frac{e^{z_i}}{\sum_k e^{z_k}}"
SHIFTED = r"s_i = \frac{e^{z_i - \max_k z_k}}{\sum_j e^{z_j - \max_k z_k}}"
GAUSSIAN = r"q = \frac12 (x - \mu)^T \Sigma^{-1} (x - \mu)"
SUMMED = (r"E = \frac{1}{2} \sum_k (y_k - t_k)^2", r"y_k = \sum_j w_{kj} h_j")
MOMENTUM = r"v = \beta v + (1 - \beta) \nabla_\theta J(\theta)"
ENTROPY = r"H = -\sum_k p_k \log p_k"
LOGSUM = r"g(u) = \log \sum_i e^{u_i}"

RIGHT = [
    (LEAST, r"\nabla_w J = \frac{1}{m} X^T (Xw - y)"),
    (SQUARES, r"\frac{\partial \ell}{\partial \beta} = -2 X^\top (y - X\beta)"),
    (QUADRATIC, r"\nabla f(x) = (A + A^T) x + b"),
    (r"\frac{\partial}{\partial X} \operatorname{tr}(AX) = A^T",),
    (r"\nabla_X \log \det X = X^{-T}",),
    (r"\frac{\partial \det(X)}{\partial X} = \det(X) X^{-\top}",),
    (RIDGE, r"\nabla_w L = \frac{2}{n}\sum_{i=1}^n (w^\top x_i - y_i) x_i + 2\lambda w"),
    (*LOGISTIC, r"\nabla_w F = \sum_i (\sigma(w^T x_i) - y_i) x_i"),
    (*LOGISTIC, r"\nabla^2_w F = \sum_i \sigma(w^T x_i) (1 - \sigma(w^T x_i)) x_i x_i^T"),
    ("z = Wx + b", r"\frac{\partial z}{\partial x} = W"),
    (*LAYER, r"\frac{\partial L}{\partial W} = 2 (z - t) x^T"),
    (*LAYER, r"\frac{\partial L}{\partial b} = 2 (z - t)"),
    (*LAYER, r"\frac{\partial L}{\partial x} = 2 W^T (z - t)"),
    (r"f(X) = \|X\|_F^2", r"\nabla_X f = 2X"),
    (FROBENIUS, r"\nabla_X f = A^T (AX - B)"),
    (r"f(w) = \|w\|_2", r"\nabla f(w) = \frac{w}{\|w\|_2}"),
    (SOFTMAX, r"\frac{\partial s_i}{\partial z_j} = s_i (\delta_{ij} - s_j)"),
    (SHIFTED, r"\frac{\partial s_i}{\partial z_i} = s_i (1 - s_i)"),
    (ENTROPY, r"\frac{\partial H}{\partial p_k} = -\log p_k - 1"),
    (DECAYED, r"\nabla J = -X^T (y - Xw) + \lambda w"),
    (LEAST, r"w \leftarrow w - \eta X^T (Xw - y)"),
    (MOMENTUM, r"\theta = \theta - \alpha v"),
    (r"\delta^{(l)} = (W^{(l+1)})^\top \delta^{(l+1)} \odot f'(z^{(l)})",),
    (GAUSSIAN, r"\frac{\partial q}{\partial x} = \Sigma^{-1} (x - \mu)"),
    (LOGSUM, r"\frac{\partial g}{\partial u_k} = \frac{e^{u_k}}{\sum_i e^{u_i}}"),
    (r"\frac{\partial\, a^T X b}{\partial X} = a b^T",),
    (r"\nabla_A \operatorname{tr}(A B A^T) = A (B + B^T)",),
    (*SUMMED, r"\frac{\partial E}{\partial w_{kj}} = (y_k - t_k) h_j"),
    (*SUMMED, r"\frac{\partial E}{\partial h_j} = \sum_k (y_k - t_k) w_{kj}"),
]
WRONG = [
    (LEAST, r"\nabla_w J = \frac{1}{m} X (Xw - y)"),
    (SQUARES, r"\frac{\partial \ell}{\partial \beta} = 2 X^\top (y - X\beta)"),
    (QUADRATIC, r"\nabla f(x) = (A + A^T) x + b^T"),
    (r"\frac{\partial}{\partial X} \operatorname{tr}(AXB) = AB",),
    (r"\nabla_X \det X = X^{-T}",),
    (RIDGE, r"\nabla_w L = \frac{2}{n}\sum_{i=1}^n (w^\top x_i - y_i) x_i + \lambda w"),
    (*LOGISTIC, r"\nabla_w F = \sum_i (y_i - \sigma(w^T x_i)) x_i"),
    (*LOGISTIC, r"\nabla^2_w F = \sum_i \sigma(w^T x_i) (1 - \sigma(w^T x_i)) x_i^T x_i"),
    (*LAYER, r"\frac{\partial L}{\partial W} = 2 (z - t) x"),
    (*LAYER, r"\frac{\partial L}{\partial x} = 2 W (z - t)"),
    (r"f(X) = \|X\|_F^2", r"\nabla_X f = X"),
    (FROBENIUS, r"\nabla_X f = A (AX - B)"),
    (r"f(w) = \|w\|_2", r"\nabla f(w) = \frac{w}{\|w\|_2^2}"),
    (SOFTMAX, r"\frac{\partial s_i}{\partial z_j} = s_j (\delta_{ij} - s_j)"),
    (SHIFTED, r"\frac{\partial s_i}{\partial z_i} = s_i (1 + s_i)"),
    (ENTROPY, r"\frac{\partial H}{\partial p_k} = -\log p_k + 1"),
    (DECAYED, r"\nabla J = -X^T (y - Xw) + \lambda"),
    (LEAST, r"w \leftarrow w - \eta X^T (y - Xw)"),
    (MOMENTUM, r"\theta = \theta + \alpha v"),
    (r"\delta^{(l)} = W^{(l+1)} \delta^{(l+1)} \odot f'(z^{(l)})",),
    (GAUSSIAN, r"\frac{\partial q}{\partial \mu} = \Sigma^{-1} (x - \mu)"),
    (LOGSUM, r"\frac{\partial g}{\partial u_k} = \frac{u_k}{\sum_i e^{u_i}}"),
    (r"\frac{\partial\, a^T X b}{\partial X} = a^T b",),
    (r"\nabla_A \operatorname{tr}(A B A^T) = (B + B^T) A",),
    (*SUMMED, r"\frac{\partial E}{\partial w_{kj}} = (y_k - t_k) h_k"),
    (*SUMMED, r"\frac{\partial E}{\partial h_j} = \sum_k (y_k - t_k) w_{jk}"),
]

FEW = 5  # one claim in so many is tried whenever the tests run


def sometimes(rows: list[tuple[str, ...]]) -> list[object]:
    """All rows, most of them marked slow."""
    slow = pytest.mark.slow
    return [pytest.param(row, id=row[-1], marks=() if n % FEW == 0 else slow) for n, row in enumerate(rows)]
