"""Backpropagation by units whose letters tell the layers apart: what a note does not define is assumed and named."""

import pytest
from note_verdicts import last

INPUTS, OUTPUTS = r"u_j = \sum_i w_{ij} x_i", r"x_j = \phi(u_j)"
CALLED = r"\delta_j = \frac{\partial E}{\partial u_j}"
DEFINED = (INPUTS, OUTPUTS, CALLED)
SLOPE, BEHIND = r"\frac{\partial E}{\partial w_{ij}} = ", r"\sum_k w_{jk} \delta_k"
CHAINED = r"\frac{\partial J}{\partial w_{ji}} = \frac{\partial J}{\partial a_j} \frac{\partial a_j}{\partial w_{ji}}"
IDENTITY = r"\sum_k \frac{\partial J}{\partial y_k} \frac{\partial y_k}{\partial z_j}"
LAST = r" = \sum_k \frac{\partial J}{\partial y_k} w_{kj}"


HOLDING = [
    ((CHAINED + r" = \delta_j z_i",), "delta_j is the slope of the cost by a_j"),
    ((r"\delta_j = h'(a_j) \sum_k w_{kj} \delta_k",), "a_j is the sum of what units i before give, times w_ji"),
    ((r"\delta_j = h'(a_j) \sum_k w_{jk} \delta_k",), "a_j is the sum of what units i before give, times w_ij"),
    ((CHAINED, rf"\frac{{\partial J}}{{\partial z_j}} = {IDENTITY}" + LAST), "y_k is a_k"),
    ((CHAINED, r"\frac{\partial J}{\partial w_{ji}} = h'(a) z_i \frac{\partial J}{\partial z_j}"), "h'(a) is at the"),
    ((INPUTS, r"E = \frac{1}{2} \|N(x) - F(x)\|^2", SLOPE + r"\frac{\partial E}{\partial u_j} x_i"), "E is any cost"),
    ((*DEFINED, SLOPE + r"\delta_j x_i"), "delta_j is the slope of the cost by u_j"),
    ((*DEFINED, r"\delta_j = \phi'(u_j)" + BEHIND), "u_j is the sum of what units i before give, times w_ij"),
    ((*DEFINED, SLOPE + r"x_i \phi'(u_j)" + BEHIND), "u_j is the sum"),
    ((INPUTS, r"\delta_j = -\frac{\partial E}{\partial u_j}", SLOPE + r"-\delta_j x_i"), "delta_j is minus the slope"),
    ((INPUTS, r"x_j = \sigma(u_j)", r"\delta_j = x_j (1 - x_j)" + BEHIND), "the activation is the logistic function"),
]
WRONG = [
    (SLOPE + r"\delta_j x_j", "x_i for x_j"),
    (SLOPE + r"x_i \phi'(u_i)" + BEHIND, "u_j for u_i"),
    (SLOPE + r"x_i \phi'(u_j) \sum_k w_{kj} \delta_k", "w_jk for w_kj"),
    (r"\delta_j = \phi'(u_j) \sum_k w_{kj} \delta_k", "w_jk for w_kj"),
    (r"\delta_j = \phi'(u_k)" + BEHIND, "u_j for u_k"),
    (r"\delta_j =" + BEHIND, "the slope of the activation"),
    (SLOPE + r"-\delta_j x_i", "the other sign"),
]
OPEN = [
    (r"\delta_j = h'(a_j) \sum_k \delta_k",),
    (r"\delta_j = \sum_k w_{kj} \delta_k",),
    (CHAINED + r" = \delta_j z_j",),
    (INPUTS, r"E = \frac{1}{2} \|N(x) - F(x)\|^2", SLOPE + r"\frac{\partial E}{\partial u_i} x_j"),
    (CHAINED, r"\delta_j = h'(a_j) \sum_k w_{jk} \delta_k"),  # here w leads to its first letter, or the note errs
    (CHAINED, SLOPE.replace("E", "J") + r"\delta_j t_i"),
]


@pytest.mark.parametrize(("note", "assumed"), HOLDING)
def test_what_holds_by_units(note: tuple[str, ...], assumed: str) -> None:
    found = last(*note)
    assert found.verdict == "true under", found.reason
    assert any(assumed in said for said in found.conventions), found.conventions


@pytest.mark.parametrize(("claim", "mend"), WRONG)
def test_what_another_index_mends_is_refuted_by_units_that_the_note_defines(claim: str, mend: str) -> None:
    found = last(*DEFINED, claim)
    assert found.verdict == "refuted"
    assert mend in found.reason
    assert last(INPUTS, claim).verdict == "not understood"  # without what units give, or what delta is


def test_delta_is_minus_the_slope_where_the_note_says_so() -> None:
    turned = r"\delta_j = -\frac{\partial E}{\partial u_j}"
    assert "other sign" in last(INPUTS, OUTPUTS, turned, SLOPE + r"\delta_j x_i").reason
    assert last(INPUTS, turned, SLOPE + r"\delta_j x_i").verdict == "not understood"


@pytest.mark.parametrize("note", OPEN)
def test_what_a_note_does_not_define_is_never_refuted(note: tuple[str, ...]) -> None:
    assert last(*note).verdict == "not understood"
