"""Slopes and steps of a cost that is another with a penalty."""

from __future__ import annotations

import pytest
from note_verdicts import last

HALF = r"C = C_0 + \frac{\lambda}{2n} \sum_w w^2"
TILDE = r"\tilde{J}(w; X, y) = \frac{\alpha}{2} w^\top w + J(w; X, y)"
L1 = r"E(w) = E_D(w) + \mu \|w\|_1"
NET = r"J = L + \lambda_1 \|w\|_1 + \lambda_2 \|w\|^2"

RIGHT = (
    (HALF, r"<C/w> = <C_0/w> + \frac{\lambda}{n} w"),
    (HALF, r"<C/b> = <C_0/b>"),
    (HALF, r"w \to w' = w - \eta <C_0/w> - \frac{\eta\lambda}{n} w = (1 - \frac{\eta\lambda}{n}) w - \eta <C_0/w>"),
    (TILDE, r"\nabla_w \tilde{J}(w; X, y) = \alpha w + \nabla_w J(w; X, y)"),
    (TILDE, r"w \leftarrow (1 - \epsilon\alpha) w - \epsilon \nabla_w J(w; X, y)"),
    (L1, r"\nabla E(w) = \nabla E_D(w) + \mu \, \text{sign}(w)"),
    (NET, r"<J/w_i> = <L/w_i> + \lambda_1 \operatorname{sgn}(w_i) + 2\lambda_2 w_i"),
    (r"v = 1", r"\theta_{t+1} = (1 - \eta\lambda) \theta_t - \eta \nabla L(\theta_t)"),
)
WRONG = (
    (HALF, r"<C/w> = <C_0/w> + \frac{\lambda}{2n} w", "penalty"),
    (HALF, r"<C/b> = <C_0/b> + \frac{\lambda}{n} b", "penalty"),
    (HALF, r"w \leftarrow w - \eta <C_0/w> + \frac{\eta\lambda}{n} w", "sign"),
    (TILDE, r"w \leftarrow (1 + \epsilon\alpha) w - \epsilon \nabla_w J(w; X, y)", "sign"),
    (L1, r"\nabla E(w) = \nabla E_D(w) + \mu", "penalty"),
    (NET, r"<J/w_i> = <L/w_i> + \lambda_1 \operatorname{sgn}(w_i) + \lambda_2 w_i", "penalty"),
)
UNSAID = (
    (r"v = 1", r"\theta_{t+1} = (1 - \eta) \theta_t - \eta \nabla L(\theta_t)"),
    (HALF, r"w \leftarrow (1 - \frac{\lambda}{n}) w - \eta <C_0/w>"),
    (HALF, r"w \leftarrow (1 - \eta\lambda) w - \frac{\eta}{m} \sum_x <C_x/w>"),
    (r"v = 1", r"\theta_{t+1} = (1 - \lambda) \theta_t - \eta \nabla L(\theta_t)"),
    (r"v = 1", r"\theta_{t+1} = (1 + \eta\lambda) \theta_t - \eta \nabla L(\theta_t)"),
    (r"J = L + \lambda \sum_{j=1}^n \theta_j^2", r"<J/\theta_0> = <L/\theta_0>"),
)


@pytest.mark.parametrize(("cost", "claim"), RIGHT)
def test_the_penalty_has_its_slope(cost: str, claim: str) -> None:
    assert last(cost, claim).verdict == "true under"


@pytest.mark.parametrize(("cost", "claim", "slip"), WRONG)
def test_another_slope_of_the_penalty_is_refuted(cost: str, claim: str, slip: str) -> None:
    found = last(cost, claim)
    assert (found.verdict, found.slip) == ("refuted", slip)


@pytest.mark.parametrize(("cost", "claim"), UNSAID)
def test_a_decay_by_itself_is_neither(cost: str, claim: str) -> None:
    assert last(cost, claim).verdict == "not understood"


def test_one_of_two_penalties_is_enough() -> None:
    ridge, lasso = r"J = L + \frac{\lambda}{2} \|w\|^2", r"J = L + \lambda \|w\|_1"
    assert last(ridge, lasso, r"\nabla_w J = \nabla_w L + \lambda w").verdict == "true under"
    assert last(ridge, lasso, r"w := w - \eta (\nabla_w L + \lambda w)").verdict == "true under"
    assert last(lasso, r"\nabla_w J = \nabla_w L + \lambda w").verdict == "refuted"
