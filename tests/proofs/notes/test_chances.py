"""Probabilities whose arguments are indices: P(o|c), of the words u_o and v_c."""

from __future__ import annotations

import pytest
from note_verdicts import last

from proofs.notes.reading.chances import as_entries
from proofs.notes.reading.statements import statements

WORDS = r"\frac{\exp(u_o^T v_c)}{\sum_{w=1}^V \exp(u_w^T v_c)}"
LOG, LOSS = r"\frac{\partial}{\partial v_c} \log ", r"J = -\log "


def verdict(*lines: str) -> str:
    return last(*lines).verdict


SPELLINGS = [("P(o|c)", "P(w|c)"), ("P(O=o|C=c)", "P(O=w|C=c)")]


@pytest.mark.parametrize(("one", "other"), SPELLINGS)
def test_the_slope_of_a_logarithm_by_the_word_in_the_middle(one: str, other: str) -> None:
    assert verdict(f"{one} = {WORDS}", rf"{LOG} {one} = u_o - \sum_{{w=1}}^V {other} u_w") == "true under"


@pytest.mark.slow
@pytest.mark.parametrize(("one", "other"), SPELLINGS)
def test_a_sum_of_another_probability_is_refuted(one: str, other: str) -> None:
    assert verdict(f"{one} = {WORDS}", rf"{LOG} {one} = u_o - \sum_{{w=1}}^V {one} u_w") == "refuted"
    assert verdict(f"{one} = {WORDS}", rf"{LOG} {one} = u_o + \sum_{{w=1}}^V {other} u_w") == "refuted"


def test_the_slope_of_the_loss_by_the_word_beside_it() -> None:
    note = f"P(o|c) = {WORDS}", LOSS + "P(o|c)"
    assert verdict(*note, r"\frac{\partial J}{\partial u_o} = (P(o|c) - 1) v_c") == "true under"


@pytest.mark.parametrize(
    "kept",
    [
        r"P(x|m) = \frac{e^{x m}}{\sum_k e^{z_k m}}",  # of numbers
        "P(o|c) = u_o v_c",  # over nothing is summed
        rf"P(o, 2) = {WORDS}",
    ],
)
def test_a_probability_of_anything_else_stays_a_function(kept: str) -> None:
    read = [statements(kept)]
    assert as_entries(read) == read


def test_a_probability_under_another_condition_is_another() -> None:
    defined, other = as_entries([statements(f"P(o|c) = {WORDS}"), statements("q = P(o|d) + P(w|c)")])
    assert not isinstance(defined, str)
    assert not isinstance(other, str)
    kinds = [n.kind for n in other[0].members[1].args]
    assert (defined[0].members[0].kind, kinds) == ("name", ["apply", "name"])


def test_a_function_of_indices_is_none_of_numbers() -> None:
    right = r"\frac{\partial}{\partial v_c} \log s(o, c) = u_o - \sum_{w=1}^V s(w, c) u_w"
    assert verdict(f"s(o, c) = {WORDS}", right) != "refuted"
