"""Numbers in notes: extents that a claim meets by luck, and how exactly a number is meant."""

from __future__ import annotations

import pytest

from proofs.notes.formula import Formula
from proofs.notes.verdicts.judge import judge


def verdicts(*lines: str) -> list[str]:
    return [finding.verdict for finding in judge([Formula(line) for line in lines])]


@pytest.mark.parametrize(("number", "verdict"), [("m", "proved"), ("3", "refuted"), ("4", "refuted"), ("1", "refuted")])
def test_a_number_that_is_the_extent_tried_by_luck_is_not_a_count(number: str, verdict: str) -> None:
    slope = rf"\frac{{\partial J}}{{\partial w}} = \frac{{2}}{{{number}}}\sum_{{i=1}}^m (w x_i - y_i) x_i"
    assert verdicts(r"J = \frac{1}{m}\sum_{i=1}^m (w x_i - y_i)^2", slope)[-1] == verdict


@pytest.mark.parametrize(("factor", "verdict"), [(r"\frac{2}{m}", "proved"), (r"\frac{1}{2}", "refuted")])
def test_examples_are_not_as_many_as_a_fraction_says(factor: str, verdict: str) -> None:
    slope = rf"\frac{{\partial J}}{{\partial w}} = {factor}\sum_{{i=1}}^m (w x^{{(i)}} - y^{{(i)}}) x^{{(i)}}"
    assert verdicts(r"J = \frac{1}{m}\sum_{i=1}^m (w x^{(i)} - y^{(i)})^2", slope)[-1] == verdict


@pytest.mark.parametrize(
    ("x", "written", "verdict"),
    [
        ("5", "= 100", "true under"),
        ("5", "= 104", "refuted"),
        ("5.1", "= 110", "refuted"),  # 106.08: a whole number is meant to its last digit, 0 or not
        ("5.1", r"\approx 110", "true under"),
        ("5.1", r"\approx 120", "refuted"),
    ],
)
def test_zeros_at_the_end_of_a_whole_number_are_digits_unless_it_is_said_to_be_rough(
    x: str, written: str, verdict: str
) -> None:
    given = ("L = (w x - y)^2", f"x = {x}", "w = 4", "y = 10")
    assert verdicts(*given, rf"\frac{{dL}}{{dw}} = 2(w x - y) x {written}")[-1] == verdict
