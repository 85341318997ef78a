"""Steps of descent: the sign may stand in brackets, the rate be two letters, the cost be squares."""

import pytest

from proofs.notes.formula import Formula
from proofs.notes.verdicts.judge import judge

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
    assert judge([Formula(text) for text in note])[-1].verdict == verdict
