"""What a note says around a claim: renamed arguments, redefined names, fixed quantities; and older spellings."""

import pytest
from note_verdicts import last

from proofs.notes.reading.statements import statements
from proofs.notes.reading.tree import Node
from proofs.notes.verdicts.claim import may_claim
from proofs.notes.verdicts.slips import handwritten

SAME = {
    r"\boxed{\frac{df}{dx} = 2x}": r"\frac{df}{dx} = 2x",
    r"\boxed{\color{red}{\frac{df}{dx} = 2x}}": r"\frac{df}{dx} = 2x",
    r"{\partial E \over \partial u} = {1 \over 2} {\partial \over \partial u} v": (
        r"\frac{\partial E}{\partial u} = {\frac{1}{2}} {\frac{\partial}{\partial u} v}"
    ),
    r"a_{\rm in} = b": r"a_{\text{in}} = b",
    r"\pmatrix{a & b \\ c & d} = e": r"\begin{pmatrix} a & b \\ c & d \end{pmatrix} = e",
}


@pytest.mark.parametrize("older", SAME)
def test_older_spellings_are_read_as_the_usual_ones(older: str) -> None:
    (old,), (new,) = statements(older), statements(SAME[older])
    assert [_texts(m) for m in old.members] == [_texts(m) for m in new.members]


def _texts(node: Node) -> list[str]:
    return [n.text for n in node.walk() if n.kind in ("name", "num", "word")]


HOLDING = [
    (r"f(x) = \max(0, x)", r"f'(x) = \begin{cases} 1 & \text{if } x > 0 \\ 0 & \text{otherwise} \end{cases}"),
    (r"r = \max(0, x)", r"\frac{dr}{dx} = 1(x > 0)"),
    (
        r"v_i = (x_i - \mu) / s",
        r"\mu = \frac{1}{3} \sum_{i=1}^3 x_i",
        r"\frac{\partial v_i}{\partial x_i} = \frac{1}{s}",
    ),
    (r"\sigma^2 = u + \mu", r"y = x \sigma^2", r"\frac{\partial y}{\partial \sigma^2} = x"),
    (r"\sigma(z) = \frac{1}{1 + e^{-z}}", r"\delta^L = \nabla_a C \odot \sigma'(z^L)"),
    (r"f(x) = \log x", r"\frac{d}{dx} f(x) = x^{-1}"),  # at negative numbers it has no value
]


@pytest.mark.parametrize("note", HOLDING, ids=lambda note: note[-1])
def test_right_claims_hold(note: tuple[str, ...]) -> None:
    found = last(*note)
    assert found.verdict in ("proved", "true under"), found.reason


REFUTED = [
    (r"f(x) = \max(0, x)", r"f'(x) = \begin{cases} 2 & \text{if } x > 0 \\ 0 & \text{otherwise} \end{cases}"),
    (r"f(x) = \log x", r"\frac{d}{dx} f(x) = x^{-2}"),
    (r"z = x", "z = y", r"\frac{\partial C}{\partial a^L_k} = 2(a^L_i - y_i)"),
]


@pytest.mark.parametrize("note", REFUTED, ids=lambda note: note[-1])
def test_wrong_look_alikes_are_refuted(note: tuple[str, ...]) -> None:
    assert last(*note).verdict == "refuted"


OPEN = [
    (r"h(x) = x^3", r"\frac{dh}{db} = 3b^2"),  # b may be another name for the argument
    (r"E = \frac{1}{2}(y - t)^2", r"\delta^L_j = (y_j - t_j)^2 \phi'(z^L_j)"),  # which cost is meant is a guess
    (r"v = x", r"\frac{d v}{d x^2} = 2"),  # by x twice, or by its square
]


@pytest.mark.parametrize("note", OPEN, ids=lambda note: note[-1])
def test_what_may_be_right_is_not_refuted(note: tuple[str, ...]) -> None:
    assert last(*note).verdict == "not understood"


def test_what_equates_nothing_is_no_claim() -> None:
    assert last(r"a^{(0)} \to").verdict == "not a claim"
    assert last(r"\text{Repeat} \; \lbrace").verdict == "not a claim"
    assert last(r"\frac{\partial f}{\partial x} = (").verdict == "not understood"
    assert may_claim("x = (")
    assert not may_claim("x + (")


def test_a_counterexample_says_where_it_was_computed() -> None:
    found = last(r"f(x, y) = x^2 \sin(y)", r"\frac{\partial f}{\partial y} = x^2 \sin(y)")
    assert set(found.counterexample) == {"x", "y", "left side", "right side"}
    assert found.correction == r"\frac{\partial f}{\partial y} = x^2 \cos(y)"


def test_a_slip_of_an_index_says_which() -> None:
    assert "the index i should be k" in last(r"\frac{\partial C}{\partial a^L_k} = 2(a^L_i - y_i)").reason


def test_shapes_are_said_in_words() -> None:
    found = last("f(x,y) = x y", r"\frac{\partial f}{\partial x} = \begin{bmatrix} y \\ x \end{bmatrix}")
    assert found.reason == "a number on one side, a vector of 2 on the other"


def test_fractions_keep_the_size_of_their_brackets() -> None:
    assert handwritten(r"\left(\frac{x}{2}\right)^{2}") == r"\left(\frac{x}{2}\right)^2"


@pytest.mark.parametrize("alone", [r"dW = 3X", r"\Delta C = 2C", r"\Delta w = -w"])
def test_a_claim_does_not_speak_for_itself(alone: str) -> None:
    """dW = ... and a change are claims, not definitions by which they would hold whatever they say."""
    assert last(alone).verdict == "not understood"


def test_a_cost_that_the_note_defines_is_not_replaced_by_another() -> None:
    cost = r"J(w) = \frac{1}{2m}\|Xw-y\|^2"
    assert last(cost, r"\nabla_w J = X^T(Xw-y)").verdict not in ("proved", "true under")
    assert last(cost, r"\nabla_w J = \frac{1}{m}X^T(Xw-y)").verdict == "true under"


def test_what_holds_for_symmetric_matrices_says_so() -> None:
    found = last(r"\frac{\partial}{\partial x} x^T A x = 2Ax")
    assert found.verdict == "true under"
    assert found.conventions == ("A is a matrix, x is a vector", "square matrices are symmetric")
    assert last(r"\phi'(U) = \phi(U)(1-\phi(U))").verdict == "true under"


def test_a_change_that_equals_its_function_is_refuted_by_its_arguments() -> None:
    found = last(r"\Delta J = J(a,b)")
    assert found.correction == r"\nabla J = \left(\frac{\partial J}{\partial a}, \frac{\partial J}{\partial b}\right)"
    assert last(r"\Delta J \approx J(a+h) - J(a)").verdict != "refuted"
