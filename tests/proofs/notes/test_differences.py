"""Slopes that are written as quotients of differences."""

from __future__ import annotations

import pytest
from note_verdicts import last

RIGHT = (
    r"f'(x) \approx \frac{f(x + h) - f(x - h)}{2h}",
    r"\frac{dg(x)}{dx} = \frac{g(x + h) - g(x)}{h} + O(h)",
    r"<J/\theta_j> \approx \frac{J(\theta + \epsilon e_j) - J(\theta - \epsilon e_j)}{2\epsilon}",
    r"<C/w_j> \approx \frac{C(w_1, \dots, w_j + \epsilon, \dots, w_n) - C(w_1, \dots, w_n)}{\epsilon}",
    r"<f/x> \approx \frac{f(x + \Delta x, y) - f(x, y)}{\Delta x}",
    r"f'(x) \approx \frac{8f(x + h) - 8f(x - h) - f(x + 2h) + f(x - 2h)}{12h}",
)
WRONG = (
    r"f'(x) \approx \frac{f(x + h) - f(x - h)}{h}",
    r"f'(x) \approx \frac{f(x + h) - f(x)}{2h}",
    r"f'(x) \approx \frac{f(x - h) - f(x + h)}{2h}",
    r"<C/w_j> \approx \frac{C(w + \epsilon e_j) + C(w)}{\epsilon}",
    r"f'(x) \approx \frac{8f(x + h) - 8f(x - h) - f(x + 2h) - f(x - 2h)}{12h}",
)


@pytest.mark.parametrize("claim", RIGHT)
def test_the_quotients_tend_to_the_slope(claim: str) -> None:
    assert last(claim).verdict == "true under"


@pytest.mark.parametrize("claim", WRONG)
def test_quotients_that_tend_elsewhere_are_refuted(claim: str) -> None:
    assert last(claim).verdict == "refuted"


OTHER = (r"<f/x> \approx \frac{f(x, y + h) - f(x, y)}{h}", r"f'(x) \approx c\,\frac{f(x + h) - f(x)}{h}")


@pytest.mark.parametrize("claim", OTHER)
def test_other_quotients_are_not_understood(claim: str) -> None:
    assert last(claim).verdict == "not understood"


def test_a_slope_with_the_name_of_a_function_is_a_definition() -> None:
    assert last(r"g(\theta) = \frac{d}{d\theta} J(\theta)").verdict == "not a claim"
    assert last(r"g(x) = x^3", r"f(x) = x^2", r"g(x) = \frac{df}{dx}").verdict == "refuted"
