"""A name that a note gives to a slope has no part in what it says of it."""

from __future__ import annotations

import pytest
from note_verdicts import judged, last

SLOPE = r"\frac{\partial L}{\partial w}"
JACOBIAN = (
    r"\begin{bmatrix} \frac{\partial f_1}{\partial x_1} & \cdots & \frac{\partial f_1}{\partial x_n} \\"
    r"\vdots & \ddots & \vdots \\"
    r"\frac{\partial f_m}{\partial x_1} & \cdots & \frac{\partial f_m}{\partial x_n} \end{bmatrix}"
)


def test_a_named_slope_is_judged_as_one_without_a_name() -> None:
    note = "L = w^2", f"g = {SLOPE} = 2 w", f"g = {SLOPE} = 3 w"  # the second says that g is another
    right, wrong = judged(*note)[1:]
    assert right.verdict == "true under"
    assert right.conventions[0] == "g is the name of the slope"
    assert (wrong.verdict, wrong.correction) == ("refuted", None)


def test_a_name_that_the_note_defines_is_part_of_the_claim() -> None:
    assert "g is the name of the slope" not in last("g = 3 w", "L = w^2", f"g = {SLOPE} = 2 w").conventions


@pytest.mark.parametrize("head", ["J", "J_f(x)", r"\mathbf{J}"])
def test_an_array_of_slopes_that_has_a_name_says_its_layout(head: str) -> None:
    found = last(f"{head} = {JACOBIAN}")
    assert found.verdict == "true under"
    assert found.conventions[0] == "J is the name of the array"
    other = last(f"{head} = {JACOBIAN.replace('f_m}{', 'f_1}{')}")  # the last row is the first again
    assert other.verdict != "true under"


def test_an_array_of_the_slopes_of_one_quantity_is_its_gradient() -> None:
    cells = (r"\frac{\partial C}{\partial w_1}", r"\vdots", r"\frac{\partial C}{\partial w_n}")
    found = last(r"g = \begin{bmatrix} " + r" \\ ".join(cells) + r" \end{bmatrix}")
    assert found.conventions == ("g is the name of the array", "C is a function of w")


def test_a_part_of_a_definition_has_its_name() -> None:
    """After a = sigma(w x + b) and z = w x + b, a is sigma(z)."""
    note = (r"a = \sigma(w x + b)", "z = w x + b", "C = (a - y)^2")
    assert last(*note, "<a/z> = a (1 - a)").verdict == "true under"
    assert last(*note, "<C/z> = (a - y) a (1 - a)").verdict == "refuted"
