"""Worked examples: the numbers of a note, put through its formulas."""

from __future__ import annotations

import pytest
from note_verdicts import verdicts
from worked_notes import NOTES, Line

HOLDS = ("proved", "true under")


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note.__name__)
def test_no_number_is_judged_wrongly_and_at_most_one_in_five_is_not_judged(note) -> None:
    lines: list[Line] = note()
    judged = list(zip(lines, verdicts(*(latex for latex, _ in lines)), strict=True))
    false = [(latex, v) for (latex, right), v in judged if v in (HOLDS if right is False else ("refuted",))]
    assert [f for f in false if dict(lines)[f[0]] is not False or f[1] != "refuted"] == []
    labelled = [(right, v) for (_, right), v in judged if right is not None]
    decided = [v in HOLDS if right else v == "refuted" for right, v in labelled]
    assert sum(decided) >= 0.8 * len(decided)


NEURON = ("z = w x", r"a = \sigma(z)", "L = (a - y)^2", "x = 3, w = 0.4, y = 1")  # z 1.2, a 0.7685, slope -0.2471


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"\frac{\partial L}{\partial w} = -0.2471", "true under"),
        (r"\frac{\partial L}{\partial w} = -0.2470", "true under"),  # cut off after the last digit: -0.24708
        (r"\frac{\partial L}{\partial w} = -0.2473", "refuted"),
        (r"\frac{\partial L}{\partial w} = 0.2471", "refuted"),
        (r"\frac{\partial L}{\partial w} = 2(a - y) a (1 - a) x = -0.0824", "refuted"),
    ],
)
def test_a_slope_is_worked_out_to_the_digits_that_it_prints(claim: str, verdict: str) -> None:
    assert verdicts(*NEURON, claim)[-1] == verdict


def test_what_follows_from_results_as_they_were_rounded_is_not_refuted() -> None:
    """2 (0.8 - 1) 0.8 (1 - 0.8) 3 = -0.192, where the exact slope is -0.2471."""
    claim = r"\frac{\partial L}{\partial w} = 2(a - y) a (1 - a) x = -0.192"
    assert verdicts(*NEURON, "a = 0.8", claim)[-1] == "not understood"
    assert verdicts(*NEURON, "a = 0.768", claim)[-1] == "refuted"


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"w_{new} = 0.5 - 0.1 \cdot 0.3 = 0.47", "not a claim"),
        (r"w_{new} = 0.5 - 0.1 \cdot 0.3 = 0.46", "refuted"),
        (r"\frac{\partial L}{\partial w} = 0.37 \cdot 0.63 = 0.24", "not understood"),  # 0.374 times 0.634 is 0.237
        (r"\frac{\partial L}{\partial w} = 0.37 \cdot 0.63 = 0.26", "refuted"),
    ],
)
def test_arithmetic_alone_refutes_what_no_rounding_explains(claim: str, verdict: str) -> None:
    assert verdicts(claim) == [verdict]


@pytest.mark.parametrize(("claim", "verdict"), [("12", "true under"), ("6", "refuted"), ("4", "not understood")])
def test_numbers_given_again_are_those_of_the_last_example(claim: str, verdict: str) -> None:
    """y = (w x)^2 has the slope 2 w x^2 by w: 12 for x = 2 and w = 1.5, and 4 in the example before."""
    lines = ("y = (w x)^2", "x = 1", "w = 2", r"\frac{dy}{dw} = 4", "x = 2", "w = 1.5", rf"\frac{{dy}}{{dw}} = {claim}")
    assert verdicts(*lines)[3:4] + verdicts(*lines)[-1:] == ["true under", verdict]


def test_a_number_that_may_be_of_the_example_before_refutes_nothing() -> None:
    """The second example says x and not w, so that 8 is refuted by no number of its own."""
    lines = ("y = (w x)^2", "x = 1", "w = 2", r"\frac{dy}{dw} = 4", "x = 2", r"\frac{dy}{dw} = 8")
    assert verdicts(*lines)[-1] == "not understood"


def test_a_definition_with_letters_holds_for_numbers_in_their_place() -> None:
    layer = (r"z_k = \sum_j w_{kj} x_j", r"C = z_1 z_2", "w_{11} = 1, w_{12} = 2, w_{21} = 3, w_{22} = 4", "x = (5, 6)")
    right, wrong = r"\frac{\partial C}{\partial w_{12}} = 234", r"\frac{\partial C}{\partial w_{12}} = 102"
    assert verdicts(*layer, right, wrong)[-2:] == ["true under", "refuted"]


def test_names_written_as_in_a_program_are_read() -> None:
    note = ("z1 = w1*x1 + b1", "a1 = sigmoid(z1)", "L = (a1 - y)^2", "x1 = 2, w1 = 0.5, b1 = -1, y = 1")
    assert verdicts(*note, "dL/da1 = 2(a1 - y) = -1", "dL/dw1 = -0.25 * 2 = -0.5")[-2:] == ["true under"] * 2
    assert verdicts(*note, "dL/dw1 = -0.25 * 2 = 0.5")[-1] == "refuted"


def test_examples_of_a_data_set_are_told_from_layers() -> None:
    data = (r"J = \frac{1}{2m} \sum_{i=1}^{m} (w x^{(i)} - y^{(i)})^2", "x^{(1)} = 1, x^{(2)} = 2", "w = 0.5, m = 2")
    slope = r"\frac{\partial J}{\partial w} = \frac{1}{m} \sum_{i=1}^{m} (w x^{(i)} - y^{(i)}) x^{(i)} = "
    given = (*data, "y^{(1)} = 2, y^{(2)} = 3")
    assert verdicts(*given, slope + "-2.75", slope + "2.75")[-2:] == ["true under", "refuted"]
    assert verdicts(*data, "y^{(1)} = 2", slope + "2.75")[-1] == "not understood"


def test_a_next_step_of_an_example_refutes_nothing() -> None:
    first = (r"L = (y - \hat y)^2", r"\hat y = w x", "x = 2, w = 3, y = 10", r"\hat y = 2 \times 3 = 6")
    slope = r"\frac{\partial L}{\partial w} = "
    step = (slope + r"-8 \times 2 = -16", r"w_{new} = 3 - 0.1 \times (-16) = 4.6")
    right, wrong, arithmetic = slope + r"-1.6 \times 2 = -3.2", slope + "-5.1", slope + r"-1.6 \times 2 = -5.1"
    assert verdicts(*first, slope + r"-8 \times 2 = -16")[-1] == "true under"
    assert verdicts(*first, slope + r"-8 \times 2 = -15")[-1] == "refuted"
    assert verdicts(*first, *step, right)[-1] != "refuted"
    assert verdicts(*first, *step, r"\hat y = 2 \times 4.6 = 9.2", right)[-1] != "refuted"
    assert verdicts(*first, *step, wrong)[-1] == verdicts(*first, *step, arithmetic)[-1] == "refuted"
