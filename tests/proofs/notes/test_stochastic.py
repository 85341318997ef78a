"""Steps by one example, and steps up a likelihood, whose gradients are written out."""

from proofs.notes.formula import Finding, Formula
from proofs.notes.reading.statements import statements
from proofs.notes.verdicts.judge import judge
from proofs.notes.verdicts.likelihoods import likelihood
from proofs.notes.verdicts.stochastic import STOCHASTIC

SQUARES = (r"h_\theta(x) = \theta^T x", r"J(\theta) = \frac12 \sum_{i=1}^m (h_\theta(x^{(i)}) - y^{(i)})^2")
LIKELY = (
    r"h_i = \frac{1}{1 + e^{-w x_i}}",
    r"\ell = \sum_{i=1}^m y_i \log h_i + (1 - y_i) \log(1 - h_i)",
)


def last(*note: str) -> Finding:
    return judge([Formula(latex) for latex in note])[-1]


def test_a_step_by_one_example() -> None:
    found = last(*SQUARES, r"\theta_j := \theta_j + \alpha (y^{(i)} - h_\theta(x^{(i)})) x_j^{(i)}")
    assert found.verdict == "true under"
    assert STOCHASTIC in found.conventions
    wrong = last(*SQUARES, r"\theta_j := \theta_j - \alpha (y^{(i)} - h_\theta(x^{(i)})) x_j^{(i)}")
    assert (wrong.verdict, wrong.slip) == ("refuted", "sign")


def test_a_step_goes_up_a_likelihood() -> None:
    step = r"w := w %s \alpha \sum_{i=1}^m (y_i - h_i) x_i"
    assert last(*LIKELY, step % "+").verdict == "true under"
    assert last(*LIKELY, step % "-").verdict == "refuted"


def test_what_a_likelihood_is() -> None:
    bodies = [r"L = \sum_i \log p_i + (1 - y) \log q", r"L = -\sum_i \log p_i", r"L = \sum_i (y_i - p_i)^2"]
    assert [likelihood(statements(body)[0].members[1]) for body in bodies] == [True, False, False]
