"""Claims about vectors and matrices: no verdict is wrong, few are left open, and shapes are said."""

import pytest
from array_claims import LEAST, RIGHT, WRONG

from proofs.notes.declarations import declared
from proofs.notes.formula import Finding, Formula
from proofs.notes.judge import judge

HOLDS = ("proved", "true under")


def last(*latex: str) -> Finding:
    """The finding on the last formula of a note."""
    return judge([Formula(text) for text in latex])[-1]


OPEN = (
    r"w \leftarrow w - \eta X^T (Xw - y)",  # the cost has 1/m, which the step may leave to its rate
    r"\theta = \theta - \alpha v",
    r"\theta = \theta + \alpha v",
)


@pytest.mark.parametrize("note", RIGHT, ids=lambda note: note[-1])
def test_right_claims_of_arrays_hold(note: tuple[str, ...]) -> None:
    assert (last(*note).verdict in HOLDS) is (note[-1] not in OPEN)


@pytest.mark.parametrize("note", WRONG, ids=lambda note: note[-1])
def test_wrong_claims_of_arrays_are_refuted(note: tuple[str, ...]) -> None:
    found = last(*note)
    assert found.verdict == ("not understood" if note[-1] in OPEN else "refuted"), found.reason


def test_a_lost_transpose_is_put_in() -> None:
    found = last(LEAST, r"\nabla_w J = \frac{1}{m} X (Xw - y)")
    assert (found.slip, found.correction) == ("transpose", r"\nabla_w J = \frac{1}{m} (X)^\top (Xw - y)")


def test_the_reading_is_said() -> None:
    found = last(r"f(x) = x^T A x", r"\frac{\partial f}{\partial x} = 2 x^T A")
    assert found.conventions == ("A is a matrix, x is a vector", "numerator layout", "square matrices are symmetric")


def test_what_is_declared_is_of_arrays_only() -> None:
    wrong = (r"J = \sum_i (X w - y)_i^2", r"\nabla_w J = 2 X (Xw - y)")
    assert last(*wrong).verdict == "not understood"
    assert last(r"X \in \mathbb{R}^{m \times n}, w \in \mathbb{R}^n", *wrong).verdict == "refuted"


def test_declarations_of_columns_of_numbers_and_of_examples() -> None:
    found = declared([r"\mathbf{x}^{(i)} \in \mathbb{R}^{d \times 1}", r"a = b, c \in \R", r"n \in \mathbb{N}"])
    assert found == {"x": 1, "c": 0}


NUMBERS = (r"f(x) = (ax)^2", r"f'(x) = 2 a x a")


def test_claims_of_numbers_are_not_read_as_of_arrays() -> None:
    assert last(*NUMBERS).verdict == "proved"


@pytest.mark.parametrize("norm", [r"\|w\|_1", r"\|w\|_\infty", r"\|W\|_2"])
def test_norms_other_than_the_root_of_the_squares_are_not_taken_for_it(norm: str) -> None:
    name = norm[2]
    assert last(rf"f = {norm}", rf"\nabla_{name} f = \frac{{{name}}}{{\|{name}\|}}").verdict not in HOLDS
