"""Components of functions of a vector, sums over sets, and sums without a letter."""

import pytest

from proofs.notes.formula import Formula
from proofs.notes.reading.components import as_components
from proofs.notes.reading.sets import over_sets
from proofs.notes.reading.statements import statements
from proofs.notes.verdicts.judge import judge

HELD = ("proved", "true under")
LINE = (r"\hat{y}_i = w x_i + b", r"E = \frac{1}{N} \sum_N (y_i - \hat{y}_i)^2")


def verdict(claim: str, *note: str) -> str:
    return judge([Formula(latex) for latex in (*note, claim)])[-1].verdict


@pytest.mark.parametrize(
    ("note", "right", "wrong"),
    [
        ((r"S(z)_i = \frac{e^{z_i}}{\sum_{j=1}^K e^{z_j}}",), r"<S(z)_i/z_j> = S(z)_i (\delta_{ij} - S(z)_j)", "+"),
        ((r"S(z)_i = \frac{e^{z_i}}{\sum e^{z_j}}",), r"<S_i/z_i> = S_i (1 - S_i)", "+"),
        (
            (r"\sigma(a_i) = \frac{e^{a_i}}{\sum_j e^{a_j}}",),
            r"<\sigma(a_i)/a_j> = \sigma(a_i) (1[i = j] - \sigma(a_j))",
            "+",
        ),
        (LINE, r"<E/w> = -\frac{2}{N} \sum_N x_i (y_i - \hat{y}_i)", "+"),
    ],
)
def test_each_is_held_and_not_with_its_last_sign_turned(note: tuple[str, ...], right: str, wrong: str) -> None:
    slope = right.replace("<", r"\frac{\partial ").replace("/", r"}{\partial ", 1).replace(">", "}")
    assert verdict(slope, *note) in HELD
    assert verdict(wrong.join(slope.rsplit("-", 1)), *note) == "refuted"


def test_a_function_of_numbers_has_no_components() -> None:
    read = [statements(r"\sigma(z_i) = \frac{1}{1 + e^{-z_i}}"), statements(r"a = \sigma(z_j)")]
    assert as_components(read) == read


def test_a_sum_over_a_set_has_the_letter_of_its_terms() -> None:
    (found,), (open_one,) = over_sets([statements(r"L = \sum_K y_k p_{ik}"), statements(r"L = \sum_N y_k p_{ik}")])
    assert found == statements(r"L = \sum_k^K y_k p_{ik}")[0]
    assert open_one == statements(r"L = \sum_N y_k p_{ik}")[0]
