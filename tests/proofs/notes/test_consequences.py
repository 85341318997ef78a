"""What follows from a slope that is set to 0, and steps from one date to the next."""

from __future__ import annotations

import pytest
from note_verdicts import last

MARGINS = r"L = \frac{1}{2} w^T w - \sum_{i=1}^{n} \alpha_i [y_i(w^T x_i + b) - 1]"
RIDGE = r"J(w) = \|Xw - y\|^2 + \lambda \|w\|^2"
ZERO = r"\nabla_w J(w) = 2 X^T (Xw - y) + 2\lambda w = 0 \Rightarrow "
COIN = r"\ell(p) = k \log p + (n - k) \log(1 - p)"
TOSS = r"\frac{d\ell}{dp} = \frac{k}{p} - \frac{n - k}{1 - p} = 0 \implies "

FOLLOWING = (
    (MARGINS, r"<L/b> = 0 \Rightarrow \sum_{i=1}^n \alpha_i y_i = 0"),
    (MARGINS, r"<L/w> = w - \sum_{i=1}^n \alpha_i y_i x_i = 0 \implies w = \sum_{i=1}^n \alpha_i y_i x_i"),
    pytest.param(RIDGE, ZERO + r"w = (X^T X + \lambda I)^{-1} X^T y", marks=pytest.mark.slow),
    (COIN, TOSS + r"\hat{p} = \frac{k}{n}"),
)
NOT_FOLLOWING = (
    (MARGINS, r"<L/b> = 0 \Rightarrow \sum_{i=1}^n \alpha_i = 0"),
    pytest.param(RIDGE, ZERO + r"w = (X^T X + 2\lambda I)^{-1} X^T y", marks=pytest.mark.slow),
    pytest.param(RIDGE, ZERO + r"w = (X^T X + \lambda I)^{-1} X y", marks=pytest.mark.slow),
    (COIN, TOSS + r"p = \frac{n}{k}"),
)


@pytest.mark.parametrize(("cost", "claim"), FOLLOWING)
def test_what_follows_holds(cost: str, claim: str) -> None:
    assert last(cost, claim).verdict == "true under"


@pytest.mark.parametrize(("cost", "claim"), NOT_FOLLOWING)
def test_what_does_not_follow_is_not_held(cost: str, claim: str) -> None:
    assert last(cost, claim).verdict == "not understood"


PARABOLA = r"f(x) = \frac{1}{2} a x^2"


@pytest.mark.parametrize(
    "step",
    [
        r"x_{k+1} = x_k - \eta a x_k = (1 - \eta a) x_k",
        r"x_i = x_{i-1} - \eta f'(x_{i-1})",
        r"x^{(1)} = x^{(0)} - \eta f'(x^{(0)})",
        r"x_{t+1} = x_t - \eta f'(x_t) = x_t - \eta a x_t",
        r"x_{n+1} = x_n - \frac{f(x_n)}{f'(x_n)} = \frac{1}{2} x_n",
    ],
)
def test_steps_by_any_counter(step: str) -> None:
    assert last(PARABOLA, step).verdict == "true under"


@pytest.mark.parametrize(
    "step",
    [
        r"x_{t+1} = x_t - \eta f'(x_t) = x_t - 2 \eta a x_t",
        r"x_{n+1} = x_n - \frac{f(x_n)}{f'(x_n)} = 2 x_n",
        r"x := x - 2 \eta a x",
    ],
)
def test_another_step_is_refuted(step: str) -> None:
    assert last(PARABOLA, step).verdict == "refuted"
