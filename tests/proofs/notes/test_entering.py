"""Slopes of a cost that nothing defines by what enters one definition alone."""

import pytest
from note_verdicts import judged

CELL = (
    r"r_t = \sigma(W_r x_t + U_r s_{t-1})",
    r"q_t = \sigma(W_q x_t + U_q s_{t-1})",
    r"\tilde{s}_t = \tanh(W_s x_t + U_s s_{t-1})",
    r"c_t = r_t \odot c_{t-1} + q_t \odot \tilde{s}_t",
)
LOSS = r"L = \text{Loss}(y, \hat{y})"
DC = r"\frac{\partial L}{\partial c_t}"


def verdicts(claims: list[str], *note: str) -> list[tuple[str, str]]:
    found = judged(*note, *claims)[len(note) :]
    return [(one.verdict, one.reason) for one in found]


def slope(by: str, factor: str) -> str:
    return rf"\frac{{\partial L}}{{\partial {by}}} = {DC} \odot {factor}"


RIGHT = [("r_t", r"c_{t-1}"), ("q_t", r"\tilde{s}_t"), (r"\tilde{s}_t", "q_t"), ("r_t", r"(c_{t-1} + c_t - c_t)")]
NOTES = [
    pytest.param((CELL[-1],), id="no cost"),
    pytest.param((CELL[-1], LOSS), id="a cost of which nothing is said"),
    pytest.param((*CELL, LOSS), id="with the gates", marks=pytest.mark.slow),
]
WRONG = {
    ("r_t", "c_t"): "c_t-1",
    ("q_t", r"\tilde{s}_t \odot (1 - \tilde{s}_t^2)"): "tilde s_t",
    (r"\tilde{s}_t", r"q_t \odot (1 - \tilde{s}_t^2)"): "q_t",
}


@pytest.mark.parametrize("note", NOTES)
def test_the_right_factors_hold_and_others_are_refuted(note: tuple[str, ...]) -> None:
    found = verdicts([slope(*one) for one in (*RIGHT, *WRONG, ("r_t", "d_t"))], *note)
    assert [verdict for verdict, _ in found] == ["true under"] * 4 + ["refuted"] * 3 + ["not understood"]
    assert [reason for _, reason in found[4:7]] == [
        f"by what c_t is, the factor is {right}" for right in WRONG.values()
    ]


OPEN = {
    "what enters two definitions": (CELL[-1], r"o_t = \tanh(c_t \odot r_t)"),
    "two definitions of one": (CELL[-1], r"c_t = r_t \odot \tilde{s}_t"),
    "a product of matrices": (r"c_t = r_t c_{t-1} + q_t \tilde{s}_t",),
    "the same by another name": (CELL[-1], r"c_{t-1} = \tilde{s}_t"),
    "nothing is defined": (r"x = 1",),
}


@pytest.mark.parametrize("note", OPEN.values(), ids=OPEN)
def test_nothing_is_refuted_where_more_may_be_meant(note: tuple[str, ...]) -> None:
    assert verdicts([slope("r_t", r"\tilde{s}_t")], *note)[0][0] != "refuted"


def test_a_cost_that_is_given_is_no_open_one() -> None:
    given = (r"L = \text{Loss}(y, a)", r"\text{Loss}(y, a) = (y - a)^2")
    claims = [rf"\frac{{\partial L}}{{\partial a}} = {factor} (a - y)" for factor in (2, 3)]
    right, wrong = verdicts(claims, *given)
    assert right[0] in ("proved", "true under")
    assert wrong[0] == "refuted"
