"""Names with an index in some formulas and without in others, and letters that are labels."""

from __future__ import annotations

import pytest
from note_verdicts import last

from proofs.notes.reading.labels import as_labels
from proofs.notes.reading.statements import statements

GOOD = ("proved", "true under")
NEURON = (r"\hat{y} = \sigma(w x)", r"L = -[y \log(\hat{y}) + (1 - y) \log(1 - \hat{y})]")
SECOND = r"\frac{\partial^2 L}{\partial w^2} = \sum_i "
PRIOR = (r"D_{KL} = \frac{1}{2}(\mu^2 + s - \log s - 1)", r"\frac{\partial D_{KL}}{\partial \mu_i} = ")
GAUSS = (
    r"D_{kl} = \log s_m - \log s_{gt} + \frac{1}{2 s_m^2}(s_{gt}^2 + (\mu_{gt} - \mu_m)^2)",
    r"\frac{\partial D_{kl}}{\partial \mu_m} = ",
)
ERRORS = (r"e_i = y_i - w x_i", r"L = \frac{1}{n} \sum_{i=1}^n e_i^2", r"\frac{\partial L}{\partial w} = ")
UNITS = (r"E = \frac{1}{2}(t_k - o_k)^2", r"o_k = \sigma(\sum_j w_{jk} o_j)", r"\frac{\partial E}{\partial w_{jk}} = ")

MEANT = [  # may only hold
    (NEURON, SECOND + r"\hat{y}^{(i)} (1 - \hat{y}^{(i)}) (x^{(i)})^2", SECOND + r"\hat{y}^{(i)} (x^{(i)})^2"),
    (PRIOR[:1], PRIOR[1] + r"\mu_i", PRIOR[1] + r"2 \mu_i"),
    (UNITS[:2], UNITS[2] + r"-(t_k - o_k) o_k (1 - o_k) o_j", UNITS[2] + r"(t_k - o_k) o_k (1 - o_k) o_j"),
]
OUTPUT = (r"\hat{y}_i = \frac{e^{z_i}}{\sum_c e^{z_c}} = p_i", r"\frac{\partial \hat{y}_i}{\partial z_j} = ")
CERTAIN = [
    (OUTPUT[:1], OUTPUT[1] + r"-p_i p_j, \quad i \neq j", OUTPUT[1] + r"p_i p_j, \quad i \neq j"),
    (GAUSS[:1], GAUSS[1] + r"\frac{\mu_m - \mu_{gt}}{s_m^2}", GAUSS[1] + r"\frac{\mu_{gt} - \mu_m}{s_m^2}"),
    (ERRORS[:2], ERRORS[2] + r"-\frac{2}{n} \sum_{i=1}^n e_i x_i", ERRORS[2] + r"\frac{2}{n} \sum_{i=1}^n e_i x_i"),
]


@pytest.mark.parametrize(("note", "right", "wrong"), MEANT)
def test_a_definition_of_one_element_is_said_of_each(note: tuple[str, ...], right: str, wrong: str) -> None:
    assert last(*note, right).verdict in GOOD
    assert last(*note, wrong).verdict == "not understood"


@pytest.mark.parametrize(("note", "right", "wrong"), CERTAIN)
def test_labels_errors_and_other_names_are_what_they_are(note: tuple[str, ...], right: str, wrong: str) -> None:
    assert last(*note, right).verdict in GOOD
    assert last(*note, wrong).verdict == "refuted"


@pytest.mark.parametrize(
    ("note", "claim"),
    [
        ((r"L = \frac{1}{2}(w x - y)^2",), r"\frac{\partial L}{\partial w_j} = (w_j x_j - y) x_j"),  # of vectors no
        ((r"p = \text{softmax}(z)",), r"\frac{\partial p_i}{\partial z_i} = p_i"),
        ((r"L = \frac{1}{2}(a - y)^2", r"a = V x"), r"\frac{\partial L}{\partial x_i} = (a_i - y_i) V"),
    ],
)
def test_what_may_be_of_whole_arrays_is_not_said_of_each(note: tuple[str, ...], claim: str) -> None:
    assert last(*note, claim).verdict not in GOOD


INDICES = [
    r"w_{in} = x_i a_n",
    r"w_{ij} = 3",
    r"w_{ip} = w_{iq} + 1",
    r"w_{i,p} = 3",
    r"s = \sum_p D_{kp}",
]


@pytest.mark.parametrize("latex", INDICES)
def test_letters_that_may_be_indices_stay_so(latex: str) -> None:
    assert as_labels([statements(latex)]) == [statements(latex)]


@pytest.mark.parametrize("latex", [r"\mu_m = \sigma_{gt} + 1", r"a_m = a_n + a_{gt}", r"a_m = a_{gt} + b_m"])
def test_one_letter_is_a_label_beside_another_of_the_same_name_alone(latex: str) -> None:
    read = as_labels([statements(latex)])
    assert not isinstance(read[0], str)
    below = [sub for member in read[0][0].members for n in member.walk() for sub in n.subs]
    assert {sub.kind for sub in below if sub.text in ("m", "n")} == {"name"}
    assert "gt" in {sub.text for sub in below}
