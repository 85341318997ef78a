"""Brackets and labels that notes leave out or write otherwise: a right claim holds, and a wrong one is refuted."""

from __future__ import annotations

import pytest
from note_verdicts import last

from proofs.notes.reading.reach import FARTHER, far_sums
from proofs.notes.reading.statements import statements
from proofs.notes.reading.tree import Chain

GOOD = ("proved", "true under")
LOGS = r"L = -\frac{1}{n} \sum_{i=1}^n y_i \log p_i + (1 - y_i) \log(1 - p_i)"
PARTS = (r"E_{total} = E_1 + E_2", r"E_1 = \frac{1}{2}(t_1 - o_1)^2", r"E_2 = \frac{1}{2}(t_2 - o_2)^2")
SOFTMAX = (r"softmax(z)_i = \frac{e^{z_i}}{\sum_j e^{z_j}}",)
OF_ENTRY = r"\frac{\partial softmax(z)_i}{\partial z_j} = \begin{cases} softmax(z)_i (1 - softmax(z)_i) & i = j \\ "
CASES = {
    "a sum over two terms": (
        (LOGS,),
        r"\frac{\partial L}{\partial p_i} = \frac{1}{n}\left(\frac{1 - y_i}{1 - p_i} - \frac{y_i}{p_i}\right)",
        r"\frac{\partial L}{\partial p_i} = \frac{1}{n}\left(\frac{1 - y_i}{1 - p_i} + \frac{y_i}{p_i}\right)",
    ),
    "a sum over differences": (
        (r"f(a) = \sum_i x_i^2 - a x_i",),
        r"\frac{df}{da} = -\sum_i x_i",
        r"\frac{df}{da} = \sum_i x_i",
    ),
    "braces around an argument": (
        (r"f(x) = \tanh{(x)}", r"g(x) = f{(2 x)}"),
        r"g'(x) = 2(1 - \tanh^2(2x))",
        r"g'(x) = 1 - \tanh^2(2x)",
    ),
    "a label beside numbers": (
        PARTS,
        r"\frac{\partial E_{total}}{\partial o_1} = o_1 - t_1",
        r"\frac{\partial E_{total}}{\partial o_1} = t_1 - o_1",
    ),
    "an entry of what a function gives": (
        SOFTMAX,
        OF_ENTRY + r"-softmax(z)_i softmax(z)_j & i \neq j \end{cases}",
        OF_ENTRY + r"softmax(z)_i softmax(z)_j & i \neq j \end{cases}",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_right_claim_holds_and_a_wrong_one_is_refuted(name: str) -> None:
    note, right, wrong = CASES[name]
    assert last(*note, right).verdict in GOOD
    assert last(*note, wrong).verdict == "refuted"


ALONE = [
    r"y_i = \sum_i a_i + b_i",  # i has a meaning around the sum
    r"L = -\sum_i a_i - b_i",  # -(a - b), or -a - b
    r"L = \sum_i a_i + c + b_i",
    r"L = \sum_i (a_i + 1) + b_i",
    r"L = \sum_i a_i + \sum_i b_i",
]


@pytest.mark.parametrize("latex", ALONE)
def test_a_sum_ends_where_it_is_not_certain_that_it_goes_on(latex: str) -> None:
    assert far_sums([statements(latex)]) == [statements(latex)]


def test_a_sum_takes_in_what_has_its_index_alone() -> None:
    chain = far_sums([statements(r"L = \frac{1}{n} \sum_i a_i + b_i + c")])[0][0]
    assert isinstance(chain, Chain)
    assert chain.said == (FARTHER,)
    total, rest = chain.members[1].args
    assert [part.kind for part in total.args] == ["frac", "sum"]
    assert rest.text == "c"
    assert total.args[1].args[2].kind == "add"


def test_what_fails_by_a_slip_in_a_definition_is_not_refuted() -> None:
    note = (r"h = w_1 x", r"a = \sigma(h) = \frac{1}{1 + e^{-h}}", r"o = w_2 h + w_3 c")
    assert last(*note, r"\frac{\partial o}{\partial w_2} = a").verdict == "not understood"
    assert last(*note, r"\frac{\partial o}{\partial w_2} = w_2").verdict == "refuted"
