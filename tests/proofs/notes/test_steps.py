"""Steps of descent: the sign may stand in brackets, the rate be two letters, the cost be squares."""

import pytest
from note_verdicts import last

SQUARES = r"J(\theta) = \frac{1}{2} \sum_i (\theta^T x_i - y_i)^2"
VARIANCE = r"J(u) = \frac{1}{2} \sum_i (u^T x_i)^2"

RULED = [
    ((r"w \leftarrow w + \alpha \cdot \left(-\frac{\partial E}{\partial w}\right)",), "true under"),
    ((r"w \leftarrow w - \alpha \cdot \left(-\frac{\partial E}{\partial w}\right)",), "refuted"),
    ((r"w \leftarrow w - \alpha (-1) \frac{\partial E}{\partial w}",), "refuted"),
    ((r"V = V - lr * \frac{\partial E}{\partial V}",), "true under"),
    ((r"V = V + lr \frac{\partial E}{\partial V}",), "refuted"),
    ((r"V = V - lr \frac{\partial E}{\partial U}",), "refuted"),
    ((SQUARES, r"\theta := \theta - \alpha \nabla J(\theta)"), "true under"),
    ((SQUARES, r"\theta := \theta + \alpha \nabla J(\theta)"), "refuted"),
    ((VARIANCE, r"u := u + \alpha \nabla J(u)"), "not understood"),
    ((r"\theta := \theta + \alpha \nabla J(\theta)",), "not understood"),
]


@pytest.mark.parametrize(("note", "verdict"), RULED)
def test_a_step_goes_down_a_cost(note: tuple[str, ...], verdict: str) -> None:
    assert last(*note).verdict == verdict


UNIT = (r"E = \frac{1}{2} (t - o)^2", r"o = \sigma(z)", r"z = \sum_i w_i x_i")
LAYER = (
    r"E = \frac{1}{2} \sum_k (t_k - y_k)^2",
    r"y_k = \sigma(z_k)",
    r"z_k = \sum_j w_{jk} h_j",
    r"\delta_k = -\frac{\partial E}{\partial z_k}",
)
WRITTEN_OUT = [
    (UNIT, r"\Delta w_i = \eta (t - o) o (1 - o) x_i", "true under"),
    (UNIT, r"\Delta w_i = \eta (o - t) o (1 - o) x_i", "refuted"),
    (UNIT, r"\Delta w_i = \eta (t - o) x_i", "not understood"),
    (UNIT, r"\Delta w_i = -\eta \frac{\partial E}{\partial w_i} = \eta (t - o) o (1 - o) x_i", "true under"),
    (UNIT, r"\Delta w_i = -\eta \frac{\partial E}{\partial w_i} = \eta (o - t) o (1 - o) x_i", "refuted"),
    (("E = (t - o)^2", *UNIT[1:]), r"\Delta w_i = \eta (t - o) o (1 - o) x_i", "true under"),
    (LAYER, r"\Delta w_{jk} = \eta \delta_k h_j", "true under"),
    (LAYER, r"\Delta w_{jk} = -\eta \delta_k h_j", "refuted"),
    (LAYER, r"\Delta w_{jk} = \eta \delta_k h_k", "not understood"),
    (LAYER, r"w_{jk} := w_{jk} + \eta \delta_k h_j", "true under"),
    (LAYER[:3], LAYER[3], "not understood"),
]


@pytest.mark.parametrize(("note", "step", "verdict"), WRITTEN_OUT)
def test_a_change_is_a_step(note: tuple[str, ...], step: str, verdict: str) -> None:
    assert last(*note, step).verdict == verdict
