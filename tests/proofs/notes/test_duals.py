"""Lagrangians and their duals: margins, kernels, symmetric forms; and spaces that have lost their backslash."""

from __future__ import annotations

import pytest
from note_verdicts import last

MARGIN = r"L = \frac12 |w|^2 + C\sum_i \xi_i - \sum_i \alpha_i (y_i (w^T x_i + b) - 1 + \xi_i) - \sum_i \mu_i \xi_i"
DUAL = r"W(\alpha) = \sum_{i=1}^n \alpha_i - \frac12 \sum_{i=1}^n \sum_{j=1}^n \alpha_i \alpha_j y_i y_j "
KERNEL, ENTRIES, ANGLES = (DUAL + k for k in ("K(x_i, x_j)", "K_{ij}", r"\langle x_i, x_j \rangle"))
PLANE = r"L = \frac12 |w|^2 - \lambda (a^T w - c)"
RIGHT = (
    (MARGIN, r"<L/w> = 0 \Rightarrow w = \sum_i \alpha_i y_i x_i"),
    (MARGIN, r"<L/\xi_i> = 0 \Rightarrow C = \alpha_i + \mu_i"),
    (MARGIN, r"\nabla_w L = w - \sum_i \alpha_i y_i x_i"),
    (KERNEL, r"<W/\alpha_i> = 1 - y_i \sum_{j=1}^n \alpha_j y_j K(x_i, x_j)"),
    (ENTRIES, r"<W/\alpha_k> = 1 - y_k \sum_{j=1}^n \alpha_j y_j K_{kj}"),
    (ANGLES, r"<W/\alpha_i> = 1 - \sum_{j=1}^n \alpha_j y_i y_j \langle x_i, x_j \rangle"),
    (r"J = \|u - v\|^2", r"v \leftarrow v - \eta,<J/v>"),
)
WRONG = (
    (PLANE, r"<L/w> = 0 \Rightarrow w = -\lambda a"),
    (PLANE, r"\nabla_w L = w + \lambda a"),
    (KERNEL, r"<W/\alpha_i> = 1 - \frac12 y_i \sum_{j=1}^n \alpha_j y_j K(x_i, x_j)"),
    (ENTRIES, r"<W/\alpha_i> = 1 - y_i \sum_{j=1}^n \alpha_j K_{ij}"),
    (ANGLES, r"<W/\alpha_i> = 1 - \sum_{j=1}^n \alpha_j y_j \langle x_i, x_j \rangle"),
)


@pytest.mark.parametrize(("cost", "claim"), RIGHT)
def test_slopes_of_lagrangians_hold(cost: str, claim: str) -> None:
    assert last(cost, claim).verdict in ("proved", "true under")


@pytest.mark.parametrize(("cost", "claim"), WRONG)
def test_wrong_slopes_of_lagrangians_are_refuted(cost: str, claim: str) -> None:
    assert last(cost, claim).verdict == "refuted"


def test_a_condition_that_does_not_follow_is_not_held_by_itself() -> None:
    slack = r"L = s^2 + C s - a s - m s"
    assert last(slack, r"<L/s> = 0 \Rightarrow C = a - m - 2s").verdict == "not understood"
    assert last(slack, r"<L/s> = 0 \Rightarrow C = a + m - 2s").verdict == "true under"


def test_a_comma_that_is_one_joins_nothing() -> None:
    assert last(r"J = \|u - v\|^2", r"v \leftarrow v - \eta, <J/v>").verdict == "not understood"
