"""Names with an example's index in one formula of a note and without it, or with another spelling, in the next."""

from __future__ import annotations

import pytest
from note_verdicts import last

HOLDS = ("proved", "true under")


FITTED = (r"y_{model} = v \cdot U + c", r"Loss = \frac{1}{2M} \sum_{i=1}^M (y^{(i)} - y_{model}^{(i)})^2")
LEFT = r"\frac{1}{M} \sum_{i=1}^M (y^{(i)} - y_{model}^{(i)})"
SLOPE = f"<Loss/v> = %s{LEFT} U^{{(i)}}"
LINE = (
    r"g_\theta(x) = \theta_0 + \theta_1 x",
    r"J(\theta_0, \theta_1) = \frac{1}{2n} \sum_{i=1}^n (g_\theta(x^{(i)}) - y^{(i)})^2",
)
STEP = r"\theta_1 \leftarrow \theta_1 %s \alpha \frac{1}{n} \sum_{i=1}^n (g_\theta(x_{(i)}) - y_{(i)}) x_{(i)}"
LOGISTIC = (
    r"f(x) = \frac{1}{1 + e^{-w^T x}}",
    r"\ell = \sum_{i=1}^m t^{(i)} \log f(x^{(i)}) + (1 - t^{(i)}) \log(1 - f(x^{(i)}))",
)

RATED = (
    r"\hat{s}_{ij} = u_i^T v_j = \sum_{k=1}^K u_{ik} v_{kj}",
    r"e_{ij}^2 = (s_{ij} - \hat{s}_{ij})^2 = (s_{ij} - \sum_{k=1}^K u_{ik} v_{kj})^2",
)
PENALTY = r"e_{ij}^2 = (s_{ij} - \hat{s}_{ij})^2 + \frac{\beta}{2} \sum_{k=1}^K (\|U\|^2 + \|V\|^2)"
RATING = r"u'_{ik} = u_{ik} %s \eta \frac{\partial}{\partial u_{ik}} e_{ij}^2 = u_{ik} + 2 \eta e_{ij} v_{kj}"

# The note, the claim, and what is right and what is wrong in it.
PAIRS: dict[str, tuple[tuple[str, ...], str, str, str]] = {
    "a prediction of another name": (FITTED, SLOPE, "-", ""),
    "that by what has no example": ((*FITTED, SLOPE % "-"), f"<Loss/c> = %s{LEFT}", "-", ""),
    "the example in brackets below": (LINE, STEP, "-", "+"),
    "the example below": (LOGISTIC, r"<\ell/w_j> = %s\sum_{i=1}^m (t_i - f(x^{(i)})) x_j^{(i)}", "", "-"),
    "the square of an error": (RATED, r"\frac{\partial}{\partial u_{ik}} e_{ij}^2 = %s2 e_{ij} v_{kj}", "-", ""),
    "a sum of the slopes of one example's cost": (
        (r"E = \frac{1}{2} (v x_i + c - d_i)^2",),
        r"<E/v> = %s\frac{1}{N} \sum_{i=1}^N (v x_i + c - d_i) x_i",
        "",
        "-",
    ),
    "a step down that square": (RATED, RATING, "-", "+"),
}
UNDECIDED: dict[str, tuple[tuple[str, ...], str, str, str]] = {
    "a hinge": (
        (r"E = \max(0, 1 - d_i (v x_i + c))",),
        r"<E/v> = \frac{1}{N} \sum_{i=1}^N %s (-d_i x_i)",
        r"\mathbb{1}[d_i (v x_i + c) < 1]",
        "",
    ),
    "a line": (("y = wx + b", r"L = \sum_{i=1}^n (y_i - w x_i - b)^2"), r"<y/w> = %sx_i", "", "2"),
    "a likelihood without its sign": (
        (r"p = \sigma(a)", r"a = wx + b", r"L = \sum_i y_i \log p_i + (1 - y_i) \log (1 - p_i)"),
        r"<L/w> = \sum_i %s x_i",
        "(y_i - p_i)",
        "(p_i - y_i)",
    ),
}


@pytest.mark.parametrize("kind", [*PAIRS, *UNDECIDED])
def test_the_right_one_holds_and_the_wrong_one_does_not(kind: str) -> None:
    note, claim, right, wrong = (PAIRS | UNDECIDED)[kind]
    assert last(*note, claim % right).verdict in HOLDS
    assert last(*note, claim % wrong).verdict == ("refuted" if kind in PAIRS else "not understood")


def test_an_index_of_weights_is_no_example() -> None:
    note = (r"C = \sum_i x^{(i)} w_i", r"<C/w_i> = x_i")
    assert last(*note).verdict not in HOLDS


def test_behind_a_penalty_the_square_of_an_error_is_not_that_of_the_difference() -> None:
    step = RATING.replace("2 \\eta e_{ij} v_{kj}", r"\eta (2 e_{ij} v_{kj} - \beta u_{ik})")
    assert last(*RATED, PENALTY, step % "-").verdict == "not understood"
    assert last(*RATED, PENALTY, step % "+").verdict == "refuted"


def test_targets_that_may_be_a_line_refute_nothing() -> None:
    note = ("d = v x + c", r"E = \max(0, 1 - d_i (v x_i + c))")
    assert last(*note, r"<E/v> = \frac{1}{N} \sum_{i=1}^N (-d_i x_i)").verdict == "not understood"
