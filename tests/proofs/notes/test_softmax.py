"""Cross-entropy of a softmax by its words: what stands in it is a vector, its targets are shares or one class."""

from __future__ import annotations

import pytest
from note_verdicts import verdicts


def d(below: str, of: str = "J") -> str:
    return rf"\frac{{\partial {of}}}{{\partial {below}}} = "


ENTROPY, SHARES = r"J = -\sum_k y_k \log q_k", r"q = \text{softmax}(s)"
BY_WORDS = (ENTROPY, r"s = U^T v", SHARES)
BY_ROWS = (ENTROPY, r"s = U v", SHARES)
CASES = {
    "its logits": (BY_WORDS, d("s") + "q - y", d("s") + "y - q"),
    "what stands before them": (BY_WORDS, d("v") + "U (q - y)", d("v") + "U^T (q - y)"),
    "rows before them": (BY_ROWS, d("v") + "U^T (q - y)", d("v") + "U (q - y)"),
    "a matrix before them": (BY_WORDS, d("U") + "v (q - y)^T", d("U") + "v (q + y)^T"),
    "a call": (
        (r"\text{CE}(y, q) = -\sum_k y_k \log q_k", SHARES),
        d("s", r"\text{CE}(y, q)") + "q - y",
        d("s", r"\text{CE}(y, q)") + "q + y",
    ),
    "the class that it is": ((ENTROPY, SHARES), d("s_k") + "q_k - 1", d("s_k") + "q_k - 2"),
    "an index in braces": ((ENTROPY, SHARES), d("s{_k}") + "q_k - y_k", d("s{_k}") + "2q_k - y_k"),
}


@pytest.mark.parametrize("name", CASES)
def test_right_and_wrong(name: str) -> None:
    note, right, wrong = CASES[name]
    assert verdicts(*note, right)[-1] == "true under"
    assert verdicts(*note, wrong)[-1] == "refuted"


def test_a_class_that_it_is_not_may_be_meant() -> None:
    assert verdicts(ENTROPY, SHARES, d("s_k") + "q_k")[-1] == "not understood"
    assert verdicts(ENTROPY, SHARES, d("s_k") + "q_k + y_k")[-1] == "refuted"
