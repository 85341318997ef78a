"""Definitions that everybody shares, by the name of what is defined and the words before it."""

import pytest

from proofs.notes.checking import check_content


def _found(text: str, formula: str) -> str:
    note = check_content(f"{text}\n\n$$\n{formula}\n$$\n".encode(), "a.md", "markdown").notes[0]
    return note.findings[-1].verdict


def test_a_slope_of_the_logistic_function_is_another() -> None:
    assert _found("", r"\sigma'(u) = \frac{1}{1 + e^{-u}} - \frac{1}{(1 + e^{-u})^2}") == "true under"


@pytest.mark.parametrize(("text", "formula", "wrong"), [
    ("", r"\sigma(u) = \frac{1}{1 + e^{u}}", True),
    ("", r"\sigma(u) = \frac{e^u}{1 + e^{u}}", False),
    ("", r"\sigma(u) = \frac{1}{1 - e^{-u}}", True),
    ("", r"\sigma(u) = \frac{e^u - e^{-u}}{e^u + e^{-u}}", False),
    ("", r"\sigma(u) = \frac{1}{1 + e^{-ku}}", False),
    ("", r"\sigma(t) = 1 - e^{-t}", False),
    ("The softmax is", r"p_j = \frac{e^j}{\sum_i e^i}", True),
    ("The softmax is", r"p_j = \frac{e^{u_j}}{\sum_i e^{u_i}}", False),
    ("", r"\text{softmax}(u_j) = \frac{u_j}{\sum_i u_i}", True),
    ("We minimise the cross-entropy", r"J = \frac{1}{n} \sum_i [y_i \log p_i + (1 - y_i) \log(1 - p_i)]", True),
    ("We minimise the cross-entropy", r"J = -\frac{1}{n} \sum_i y_i \log p_i", False),
    ("We minimise the logistic loss", r"L = \sum_i \log(1 + e^{-y_i f_i})", False),
    ("We minimise the cross-entropy", r"L = (1 - y) z + \log(1 + e^{-z})", False),
    ("We minimise the cross-entropy", r"L = \sum_k y_k \log \frac{1}{p_k}", False),
    ("We minimise the cross-entropy", r"L = \sum_k y_k \log p_k", True),
    ("A loss is minus the log-likelihood", r"L = \sum_i y_i \log p_i + (1 - y_i) \log(1 - p_i)", False),
    ("The mean absolute error", r"C = \frac{1}{n} \sum_i |y_i - a_i|^2", True),
    ("The mean absolute error", r"C = \frac{1}{n} \sum_i |y_i - a_i|", False),
    ("The mean squared error", r"C = \frac{1}{n} \sum_i (y_i - a_i)", True),
    ("The MSE and the mean absolute error", r"C = \frac{1}{n} \sum_i (y_i - a_i)^2", False),
])  # fmt: skip
def test_what_all_mean_by_a_name(text: str, formula: str, wrong: bool) -> None:
    assert _found(text, formula) == ("refuted" if wrong else "not a claim")


def test_a_sum_of_logarithms_that_another_cost_takes_away() -> None:
    first = "The loss is the cross-entropy\n\n$$\nL = y \\log p + (1 - y) \\log(1 - p)\n$$\n"
    note = check_content((first + "\n$$\nJ = -\\frac{1}{n} \\sum_i L_i\n$$\n").encode(), "a.md", "markdown").notes[0]
    assert {finding.verdict for finding in note.findings} == {"not a claim"}
