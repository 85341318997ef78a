"""Costs that no formula of a note defines: what the claim has of them, and what the words say."""

import pytest
from note_verdicts import judged, last

from proofs.notes.checking import check_content
from proofs.notes.formula import Finding

LINE = r"The line is $\hat y = m x + c$, and the cost is the MSE."
LOGISTIC = r"The output is $p = \frac{1}{1+e^{-z}}$, and $l$ is the negative log-likelihood."
LIKELIHOOD = r"The output is $p = \frac{1}{1+e^{-z}}$, and $l$ is the log-likelihood."
LEAST = "We solve it by least squares."
NOTHING = "It is this."
CLASSES = "The cost is the cross-entropy of the classes."
LARGE = "This is made large by maximum likelihood."
EITHER = r"The line is $\hat y = m x + c$; the MSE is made small, the reward is maximised."

RULED = [
    (LINE, r"\frac{\partial J}{\partial m} = \frac{2}{n} \sum_{i=1}^n (\hat y_i - y_i) x_i", "true under"),
    (LINE, r"\frac{\partial J}{\partial m} = -\frac{1}{n} \sum_{i=1}^n (y_i - \hat y_i) x_i", "true under"),
    (LINE, r"\frac{\partial J}{\partial m} = \frac{1}{n} \sum_{i=1}^n (y_i - \hat y_i) x_i", "refuted"),
    (LINE, r"\frac{\partial J}{\partial m} = \frac{2}{n} \sum_{i=1}^n (\hat y_i - y_i)", "not understood"),
    (LINE, r"\frac{\partial J}{\partial c} = \frac{2}{n} \sum_{i=1}^n (y_i - (m x_i + c))", "refuted"),
    (EITHER, r"\frac{\partial J}{\partial c} = \frac{2}{n} \sum_{i=1}^n (y_i - (m x_i + c))", "not understood"),
    (LOGISTIC, r"\frac{\partial l}{\partial z} = p - y", "true under"),
    (LOGISTIC, r"\frac{\partial l}{\partial z} = y - p", "refuted"),
    (LIKELIHOOD, r"\frac{\partial l}{\partial z} = y - p", "not understood"),
    (LEAST, r"\nabla f(u) = A^T(Au - b)", "true under"),
    (LEAST, r"\nabla f(u) = A^T(b - Au)", "refuted"),
    (LEAST, r"\nabla f(u) = A(Au - b)", "not understood"),
    (NOTHING, r"\nabla L(u) = A^T(Au - b)", "true under"),
    (NOTHING, r"\nabla L(u) = A^T(b - Au)", "not understood"),
    (CLASSES, r"\nabla L(u) = A^T(Au - b)", "not understood"),
    (LARGE, r"\nabla L(u) = A^T(Au - b)", "not understood"),
    (NOTHING, r"\frac{\partial L}{\partial \beta} = -2X^T(y - X\beta)", "true under"),
]


def worded(text: str, claim: str) -> Finding:
    return check_content(f"{text}\n\n$${claim}$$\n".encode(), "n.md", "markdown").notes[0].findings[-1]


@pytest.mark.parametrize(("text", "claim", "verdict"), RULED)
def test_words_say_what_the_cost_is(text: str, claim: str, verdict: str) -> None:
    assert worded(text, claim).verdict == verdict


def test_the_verdict_names_the_cost() -> None:
    found = worded(LEAST, r"\nabla f(u) = 2A^T(Au - b)")
    assert "f is the squared norm of the error" in found.conventions


def test_a_cost_that_is_defined_is_no_other() -> None:
    found = last("J = (y - w x)^2", r"\frac{\partial L}{\partial w} = (w x - y) x")
    assert found.verdict == "not understood"


def test_braces_around_the_brackets_of_a_call() -> None:
    note = (r"a = \sigma{(z)} = \frac{1}{1 + e^{-z}}", r"b = \sigma{(a)}")
    claims = (r"\frac{\partial b}{\partial a} = b (1 - b)", r"\frac{\partial b}{\partial a} = b (1 + b)")
    found = [last(*note, claim).verdict for claim in claims]
    assert found == ["proved", "refuted"]
    primed = ("f{(x)} = x^2 - 2x + 1", "f' {(x)} = 2x - 2", "f'' {(x)} = 2", "f' {(x)} = 2x + 2")
    assert [one.verdict for one in judged(*primed)[1:]] == ["proved", "proved", "refuted"]


def test_a_definition_that_lost_an_activation_refutes_nothing() -> None:
    note = (r"a = \sigma(h)", "h = u x", "o = w h + b")
    found = [last(*note, rf"\frac{{\partial o}}{{\partial w}} = {s}") for s in "axh"]
    assert [one.verdict for one in found] == ["not understood", "refuted", "proved"]
