"""Claims about vectors and matrices: no verdict is wrong, few are left open, and shapes are said."""

import pytest
from array_claims import LEAST, RIGHT, WRONG, sometimes
from note_verdicts import judged, last

from proofs.notes.arrays.declarations import declared

HOLDS = ("proved", "true under")


OPEN = (
    r"w \leftarrow w - \eta X^T (Xw - y)",  # the cost has 1/m, which the step may leave to its rate
    r"\theta = \theta + \alpha v",
    r"\delta^{(l)} = W^{(l+1)} \delta^{(l+1)} \odot f'(z^{(l)})",  # nothing says that layers are not z = W^T a
    r"\frac{\partial L}{\partial W} = 2 (z - t) x",  # right where vectors side by side are their outer product
)


@pytest.mark.parametrize("note", sometimes(RIGHT))
def test_right_claims_of_arrays_hold(note: tuple[str, ...]) -> None:
    assert (last(*note).verdict in HOLDS) is (note[-1] not in OPEN)


@pytest.mark.parametrize("note", sometimes(WRONG))
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


def test_the_usual_definitions_are_said_and_refute_where_others_hold_by_them() -> None:
    note = (
        r"\frac{\partial f}{\partial \gamma} = \sum_{i=1}^m \frac{\partial f}{\partial y_i} \hat{x}_i",
        r"\frac{\partial \mu}{\partial x_i} = \frac{1}{m}",
        r"\frac{\partial \sigma^2}{\partial x_i} = \frac{x_i - \mu}{m}",
    )
    held, also, wrong = judged(*note)
    assert held.conventions[-1] == also.conventions[-1] == "batch normalisation, y = gamma hat x + beta"
    assert wrong.verdict == "refuted"
    assert judged(*note[1:], note[0])[1].verdict == "not understood"


def test_a_sum_without_an_index_binds_what_nothing_else_gives() -> None:
    cost = r"f(m,b) = \frac{1}{N} \sum_{i=1}^{N} (y_i - (mx_i + b))^2"
    rows = r"\frac{1}{N} \sum -2x_i(y_i - (mx_i + b)) \\ \frac{1}{N} \sum -2(y_i - (mx_i + b))"
    right = rf"f'(m,b) = \begin{{bmatrix}} {rows} \end{{bmatrix}}"
    assert last(cost, right).verdict == "true under"
    assert last(cost, right.replace(r"\sum -2x_i", r"\sum 2x_i")).verdict == "refuted"


NEITHER = [
    (r"f(x) = x^T A x", r"f'(x) = (A + A^T) x"),  # a prime at a function of a vector
]


@pytest.mark.parametrize("note", NEITHER, ids=lambda note: note[-1])
def test_what_may_be_right_is_not_refuted(note: tuple[str, ...]) -> None:
    assert last(*note).verdict == "not understood"


@pytest.mark.parametrize("norm", [r"\|w\|_1", r"\|w\|_\infty", r"\|W\|_2"])
def test_norms_other_than_the_root_of_the_squares_are_not_taken_for_it(norm: str) -> None:
    name = norm[2]
    assert last(rf"f = {norm}", rf"\nabla_{name} f = \frac{{{name}}}{{\|{name}\|}}").verdict not in HOLDS


def test_slopes_of_what_goes_entry_by_entry_may_be_their_diagonal() -> None:
    rows = r"u_i \in \mathbb{R}^D", r"r \in \mathbb{R}^D", r"q_i = \frac{u_i}{r}"
    diagonal = r"<q_j/r> = -\frac{u_j}{r^2}"
    assert last(*rows, diagonal).verdict == "not understood"
    assert last(*rows, diagonal.replace("-", "")).verdict == "refuted"
