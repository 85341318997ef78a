"""Steps whose gradient is written out: up what is made large, down what is made small."""

import pytest
from note_verdicts import last

LIKELY, STEP = r"l(w) = \sum_{i=1}^n \log \sigma(y_i w x_i)", r"w := w + \eta \sum_i y_i x_i (1 - \sigma(y_i w x_i))"
ALONG = r"w := w + \eta \frac{\partial l}{\partial w} := " + STEP.removeprefix("w := ")


@pytest.mark.parametrize("step", [STEP, ALONG])
def test_a_likelihood_is_made_large(step: str) -> None:
    assert last(LIKELY, step).verdict == "true under"
    assert last(LIKELY, step.replace(r"+ \eta \sum", r"- \eta \sum")).verdict not in ("proved", "true under")


def test_minus_a_likelihood_is_made_small() -> None:
    assert last(LIKELY.replace("= ", "= -"), STEP).verdict == "true under"
    assert last(LIKELY.replace("= ", "= -"), STEP.replace("w + ", "w - ")).verdict == "not understood"


def test_what_nothing_says_to_be_made_small_may_be_made_large() -> None:
    function, up = "f(w) = (w - 3)^2", r"w := w + 2 \eta (w - 3)"
    assert last(function, up).verdict == "not understood"
    assert last(function, up, aim="up").verdict == "true under"
    assert last(function, up, aim="down").verdict == "refuted"
    assert last(function, up.replace("w +", "w -")).verdict == "true under"


def test_a_rate_that_is_put_for_another_may_take_in_a_factor() -> None:
    cost, step = "L = (y - wx)^2", r"w := w - \eta (wx - y) x"
    assert last(cost, step).verdict == "refuted"
    assert last(cost, r"\alpha = 2\eta", step).verdict == "not understood"
    assert last(cost, r"\alpha = 2\eta", step.replace("w - ", "w + ")).verdict == "refuted"
    assert last(cost, r"\alpha = 2\eta", step.replace(" x", "")).verdict == "refuted"
