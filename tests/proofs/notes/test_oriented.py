"""Claims that say how arrays lie, and definitions that a note writes otherwise than everybody: none is held or refuted
by a reading that makes it come out."""

from __future__ import annotations

import re

import pytest

from proofs.notes.formula import Finding, Formula
from proofs.notes.verdicts.judge import judge

HOLDS = ("proved", "true under")


def found(*latex: str) -> Finding:
    """What is said of the last formula of a note, where <C/w> is the derivative of C by w."""
    written = [re.sub("<([^<>]*)/([^<>]*)>", r"\\frac{\\partial \1}{\\partial \2}", one) for one in latex]
    return judge([Formula(one, line=n + 1) for n, one in enumerate(written)])[-1]


ERROR = r"\delta = <L/z>"
LOGITS = (r"\theta = w^T x + b", r"\hat y = \text{softmax}(\theta)", r"J = -\sum_i y_i \log \hat y_i")
MEAN = (r"J(\theta) = \frac{1}{2m}\sum_{i=1}^m (h_\theta(x^{(i)})-y^{(i)})^2", r"h_\theta(x) = \theta^T x")

# A note, a claim that is right in it, and one that is not.
PAIRS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "a layer of columns": (("z = W x + b", ERROR), r"<L/W> = \delta x^T", r"<L/W> = x \delta^T"),
    "an outer product that is none": (("z = W x + b", ERROR), r"<L/x> = W^T \delta", r"<L/W> = \delta^T x"),
    "layers": (("z^l = W^l a^{l-1}+b^l",), r"<C/W^l> = \delta^l (a^{l-1})^T", r"<C/W^l> = (\delta^l)^T a^{l-1}"),
    "rows of examples": (("Z = X W + b",), "<L/W> = X^T <L/Z>", "<L/W> = <L/Z> X^T"),
    "what is before a layer": (("Z = X W + b",), "<L/X> = <L/Z> W^T", "<L/X> = W^T <L/Z>"),
    "slopes by their names": (("Z = XW",), "dW = X^T dZ", "dW = dZ X^T"),
    "weights in columns": (LOGITS, r"<J/w> = x(\hat y - y)^T", r"<J/w> = x^T(\hat y - y)"),
    "a mean over examples": (
        MEAN,
        r"<J/\theta_j> = \frac1m \sum_{i=1}^m (h_\theta(x^{(i)})-y^{(i)})x_j^{(i)}",
        r"<J/\theta_j> = \sum_{i=1}^m (h_\theta(x^{(i)})-y^{(i)})x_j^{(i)}",
    ),
    "two functions": (
        (r"h(x) = \frac{f(x)}{g(x)}",),
        r"h'(x) = \frac{f'(x)g(x)-f(x)g'(x)}{g(x)^2}",
        r"h'(x) = \frac{f(x)g'(x)-f'(x)g(x)}{g(x)^2}",
    ),
    "the sign of a cost": (
        (r"J = \frac1m\sum_{i=1}^m [y_i\log h_i + (1-y_i)\log(1-h_i)]", r"h_i = \sigma(w^Tx_i)"),
        r"\nabla_w J = \frac1m\sum_{i=1}^m (y_i-h_i)x_i",
        r"\nabla_w J = \frac1m\sum_{i=1}^m (h_i-y_i)x_i",
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_a_wrong_claim_is_not_held_by_another_reading(name: str) -> None:
    note, right, wrong = PAIRS[name]
    assert found(*note, wrong).verdict not in HOLDS
    assert found(*note, right).verdict != "refuted"


@pytest.mark.parametrize("name", ["a layer of columns", "layers", "rows of examples", "slopes by their names"])
def test_the_right_one_holds(name: str) -> None:
    note, right, _ = PAIRS[name]
    assert found(*note, right).verdict in HOLDS


def test_a_gradient_may_be_a_row() -> None:
    said = found(r"J(\theta) = \frac{1}{2m}\|X\theta - y\|^2", r"\nabla_\theta J = \frac1m (X\theta - y)^TX")
    assert (said.verdict, "numerator layout" in said.conventions) == ("true under", True)


@pytest.mark.parametrize("letter", [r"\sigma", "f", "S"])
def test_a_function_before_a_bracket_with_itself_is_a_factor(letter: str) -> None:
    logistic = rf"{letter}(x) = \frac{{1}}{{1+e^{{-x}}}}"
    assert found(logistic, f"{letter}' = {letter}(1-{letter})").verdict in HOLDS
    assert found(logistic, f"{letter}' = {letter}({letter}-1)").verdict == "refuted"


def test_a_logistic_function_that_is_mistyped_refutes_nothing_that_is_right_of_it() -> None:
    mistyped = r"f(x) = \sigma(x) = \frac{1}{1+e^{x}}"
    assert found(mistyped, r"\sigma' = \sigma(1-\sigma)").verdict == "not understood"
    assert found(mistyped, r"\sigma' = \sigma(1+\sigma)").verdict == "refuted"
