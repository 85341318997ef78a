"""Claims by what a note means and does not say: each way holds what is right, and nothing else."""

import pytest
from note_verdicts import last

GOOD = ("proved", "true under")
MSE = r"MSE = \frac{1}{n}\sum_{i=1}^{n}(y_i - \hat{y}_i)^2"
ATTENTION = (r"S = \frac{QK^T}{\sqrt{d_k}}", r"A = \text{softmax}(S)", "O = AV")
CELL = (r"c_t = f_t \odot c_{t-1} + i_t \odot \hat{c}_t", r"h_t = o_t \odot \tanh(c_t)")
STEP = (r"h_t = \tanh(W h_{t-1} + U x_t + b)", r"y_t = V h_t + c", r"L_t = \frac{1}{2} \|y_t - d_t\|^2")
SAMPLING = (r"J = -\log \sigma(u_o^T v_c) - \sum_{k=1}^K \log \sigma(-u_k^T v_c)",)
DISTILLED = (r"p_i = \frac{e^{z_i / T}}{\sum_j e^{z_j / T}}", r"C = -\sum_i q_i \log p_i")
GAUSS = (r"\ell = -\frac{m}{2}\ln|\Sigma| - \frac{1}{2}\sum_{i=1}^m(x^{(i)}-\mu)^T\Sigma^{-1}(x^{(i)}-\mu)",)
UNITS = (r"E=\frac{1}{2} \sum_k (t_k-\hat{y}_k)^2", r"\hat{y}_k = a_k = f(O_{in,k})", r"f(x) = \frac{1}{1+e^{-x}}")


LAYERS = (
    r"E = \frac{1}{2} \sum_k (a_k - t_k)^2",
    r"a_k = g_k(z_k)",
    r"z_k = b_k + \sum_j g_j(z_j) w_{jk}",
    r"z_j = b_j + \sum_i a_i w_{ij}",
    r"a_j = g_j(z_j)",
)

LOGISTIC = (r"o_k = \sigma(\sum_j w_{jk} o_j)",)
NETWORK = (r"z_1 = W_1 x + b_1", r"a_1 = \sigma(z_1)", r"z_2 = W_2 a_1 + b_2", r"\hat{y} = \sigma(z_2)")
HIDDEN = r"\frac{\partial L}{\partial a_1} = W_2^T \cdot \frac{\partial L}{\partial z_2} = W_2^T(\hat{y} - y)"

HOLDING = [
    (LOGISTIC, r"\frac{\partial o_k}{\partial w_{jk}} = o_k(1 - o_k) o_j", "the activation is the logistic function"),
    (NETWORK[1:2], HIDDEN, "numbers below W, b, z and a are layers"),
    (NETWORK[-1:], r"\frac{\partial L}{\partial W_2} = (\hat{y} - y) a_1^T", "numbers below W, b, z and a are layers"),
    (LAYERS, r"\frac{\partial E}{\partial w_{jk}} = (a_k - t_k) g_k'(z_k) a_j", "letters of other layers"),
    (LAYERS[:3], r"\frac{\partial E}{\partial w_{jk}} = \delta_k g_j(z_j)", "delta_k is the slope"),
    (
        LAYERS,
        r"\frac{\partial E}{\partial w_{ij}} = \sum_k (a_k - t_k) g_k'(z_k) w_{jk} g_j'(z_j) a_i",
        "letters of other layers",
    ),
    ((MSE,), r"\frac{\partial L}{\partial \hat{y}} = -2(y - \hat{y})", "L is MSE, the cost of one example"),
    ((MSE,), r"\frac{\partial MSE}{\partial \hat{y}_i} = -2(y_i - \hat{y}_i)", "MSE is the cost of one example"),
    ((r"\hat{y} = w x + b",), r"\frac{\partial MSE}{\partial w} = 2(\hat{y} - y) x", "the usual MSE"),
    ((r"L = -\sum_i y_i \log p_i", *ATTENTION), "dV = A^T dO", "dX is the derivative of L by X"),
    (ATTENTION, r"\frac{\partial L}{\partial V} = A^T \frac{\partial L}{\partial O}", "softmax of each row"),
    (ATTENTION[:1], r"\frac{\partial L}{\partial Q} = \frac{1}{\sqrt{d_k}} \frac{\partial L}{\partial S} K", "L is a"),
    (CELL, r"\frac{\partial h_t}{\partial f_t} = o_t \odot (1-\tanh^2(c_t)) c_{t-1}", "what is before step t is given"),
    (STEP, r"\frac{\partial L_t}{\partial h_t} = V^T (y_t - d_t)", "is a vector"),
    (DISTILLED, r"\frac{\partial C}{\partial z_i} = \frac{1}{T}(p_i - q_i)", "the targets sum to 1"),
    (GAUSS, r"\nabla_\mu \ell = \sum_{i=1}^m \Sigma^{-1}(x^{(i)}-\mu)", "square matrices are symmetric"),
    (UNITS, r"\frac{\partial E}{\partial O_{in,k}} = (\hat{y}_k - t_k) \hat{y}_k (1 - \hat{y}_k)", ""),
    (
        SAMPLING,
        r"\frac{\partial J}{\partial v_c} = (\sigma(u_o^T v_c) - 1) u_o + \sum_{k=1}^K (1 - \sigma(-u_k^T v_c)) u_k",
        "the activation is the logistic function",
    ),
]


@pytest.mark.parametrize(("note", "claim", "said"), HOLDING, ids=lambda part: part if isinstance(part, str) else "")
def test_right_claims_hold_by_what_is_said(note: tuple[str, ...], claim: str, said: str) -> None:
    found = last(*note, claim)
    assert found.verdict in GOOD, found.reason
    assert any(said in convention for convention in found.conventions)


WRONG = [
    ((MSE,), r"\frac{\partial L}{\partial \hat{y}} = 2(y - \hat{y})"),
    ((r"\hat{y} = w x + b",), r"\frac{\partial MSE}{\partial w} = -2(\hat{y} - y) x"),
    (CELL, r"\frac{\partial h_t}{\partial f_t} = o_t \odot (1-(c_t)^2) c_{t-1}"),
    (CELL[:1], r"\frac{\partial c_t}{\partial c_{t-1}} = i_t"),
    (DISTILLED, r"\frac{\partial C}{\partial z_i} = p_i - q_i"),
    (ATTENTION, r"dV = A dO"),
    (ATTENTION[:1], r"dK = \frac{dS Q}{\sqrt{d_k}}"),
    (GAUSS, r"\nabla_\mu \ell = -\sum_{i=1}^m \Sigma^{-1}(x^{(i)}-\mu)"),
]


@pytest.mark.parametrize(("note", "claim"), WRONG, ids=lambda part: part if isinstance(part, str) else "")
def test_wrong_claims_are_refuted(note: tuple[str, ...], claim: str) -> None:
    assert last(*note, claim).verdict == "refuted"


OPEN = [
    (LOGISTIC, r"\frac{\partial o_k}{\partial w_{jk}} = o_j(1 - o_j) o_k"),
    ((r"a_1 = \sigma(W_1 z_1)",), HIDDEN),  # it is no network as others
    ((r"z_2 = W_2 a_1^2",), HIDDEN),
    (NETWORK[1:2], HIDDEN.replace("W_2^T(", "W_2(")),
    (NETWORK[-1:], r"\frac{\partial L}{\partial W_2} = (\hat{y} - y) a_2^T"),
    (LAYERS, r"\frac{\partial E}{\partial w_{jk}} = (a_k - t_k) g_j'(z_k) a_j"),
    (LAYERS, r"\frac{\partial E}{\partial w_{jk}} = (a_k - t_k) g_k'(z_k)"),
    (LAYERS, r"\frac{\partial E}{\partial w_{ij}} = \sum_k (a_k - t_k) g_k'(z_k) w_{jk} a_i"),
    (LAYERS, r"\frac{\partial E}{\partial w_{ij}} = \sum_k \delta_k w_{jk} a_i"),
    (("E = (y - t)^2",), r"\frac{\partial L}{\partial z} = y - t"),  # L may be another cost than E
    (
        (*STEP, r"L = \sum_{t=1}^T L_t"),
        r"\frac{\partial L}{\partial h_t} = V^T (y_t - d_t)",
    ),  # what comes later is lost
    ((MSE,), r"\frac{\partial L}{\partial \hat{y}} = -(y - \hat{y})"),
]


@pytest.mark.parametrize(("note", "claim"), OPEN, ids=lambda part: part if isinstance(part, str) else "")
def test_what_rests_on_more_than_is_said_is_left_open(note: tuple[str, ...], claim: str) -> None:
    assert last(*note, claim).verdict == "not understood"
