"""Claims that are made of slopes of a cost alone: they fail whatever the cost is, be they written dX or not."""

import pytest
from note_verdicts import judged

NUMBERED = (
    "u^{[1]} = W^{[1]} x + b^{[1]}",
    r"h^{[1]} = \tanh(u^{[1]})",
    "u^{[2]} = W^{[2]} h^{[1]} + b^{[2]}",
)
CALLED = ("dW^{[2]} = du^{[2]} h^{[1]T}", "db^{[2]} = du^{[2]}")


def verdicts(*formulas: str, of: int = 2) -> list[str]:
    return [one.verdict for one in judged(*formulas)[-of:]]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("dW^{[1]} = du^{[1]} x^T", "dW^{[1]} = du^{[1]} h^{[1]T}"),
        ("du^{[1]} = W^{[2]T} du^{[2]} * (1 - (h^{[1]})^2)", "du^{[1]} = W^{[2]} du^{[2]} * (1 - (h^{[1]})^2)"),
    ],
)
def test_numbered_layers(right: str, wrong: str) -> None:
    assert verdicts(*NUMBERED, *CALLED, right, wrong) == ["true under", "refuted"]


def test_a_differential_is_no_slope() -> None:
    found = judged("q = v w", "dq = v\\,dw + w\\,dv", "dq = w\\,dv - v\\,dw")[-2:]
    assert all("derivative of" not in one.reason for one in found)


def test_an_unknown_function_that_is_not_between() -> None:
    layers = ("Z_1 = W_1 X + b_1", "A_1 = g(Z_1)", "Z_2 = W_2 A_1 + b_2")
    assert verdicts(*layers, "<J/W_2> = <J/Z_2> A_1^T", "<J/W_2> = <J/Z_2> Z_1^T") == ["true under", "refuted"]


def test_an_unknown_function_below_what_a_slope_is_by() -> None:
    cost = r"E = \frac12 \sum_k (t_k - o_k)^2"
    assert verdicts("o_k = f(s_k)", cost, "<E/o_k> = o_k - t_k", "<E/o_k> = t_k - o_k") == ["true under", "refuted"]


def test_a_name_for_what_a_kink_gives() -> None:
    layers = ("h = W_1 x + b_1", r"r = \max(0, h)", "s = W_2 r + b_2", r"L = \frac12 \|s - t\|^2")
    assert verdicts(*layers, "<L/W_2> = <L/s> r^T", "<L/W_2> = <L/s> h^T") == ["true under", "refuted"]
