"""Claims of a cost or a function that no formula writes out: they hold whatever it is, and numbers refute none."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from proofs.notes.evaluation.functions import nearby
from proofs.notes.formula import Finding, Formula
from proofs.notes.verdicts.judge import judge

HELD = ("proved", "true under")


def judged(*lines: str) -> list[Finding]:
    return list(judge([Formula(line) for line in lines]))


def slope(of: str, by: str) -> str:
    return rf"\frac{{\partial {of}}}{{\partial {by}}}"


def product(*names: str) -> str:
    return " ".join(slope(of, by) for of, by in itertools.pairwise(names))


# ---------------------------------------------------------------- slopes of entries

ENTRIES = {
    "entry": (("E", "q_j"), product("E", "y_j", "q_j")),
    "weight": (("E", "w_{ij}"), product("E", "y_j", "net_j", "w_{ij}")),
    "label": (("E", "w_{jk}"), product("E", r"n_{\text{in},k}", "w_{jk}")),
    "sum": (("E", "h_i"), r"\sum_j " + product("E", "y_j", "net_j", "h_i")),
}
LOST = {
    "entry": (("E", "q_j"), product("E", "y_i", "q_j")),
    "weight": (("E", "w_{ij}"), product("E", "y_j", "net_i", "w_{ij}")),
    "label": (("E", "w_{jk}"), r"\sum_k " + product("E", r"n_{\text{in},k}", "w_{jk}")),
    "sum": (("E", "h_i"), product("E", "y_j", "net_j", "h_i")),
}
ALIGNED = "what has an index depends on what has the same index, entry by entry"


@pytest.mark.parametrize("case", ENTRIES)
def test_a_chain_rule_of_entries_holds_where_each_depends_on_its_own_index(case: str) -> None:
    (top, by), right = ENTRIES[case]
    (finding,) = judged(f"{slope(top, by)} = {right}")
    assert finding.verdict in HELD
    assert ALIGNED in finding.conventions


@pytest.mark.parametrize("case", LOST)
def test_an_index_that_is_lost_is_not_held(case: str) -> None:
    (top, by), wrong = LOST[case]
    assert judged(f"{slope(top, by)} = {wrong}")[0].verdict not in HELD


@pytest.mark.parametrize("normalised", [r"p_i = \frac{e^{z_i}}{\sum_k e^{z_k}}", r"p = \text{softmax}(z)"])
def test_entries_of_what_is_normalised_depend_on_all(normalised: str) -> None:
    assert judged(normalised, f"{slope('E', 'q_j')} = {product('E', 'y_j', 'q_j')}")[-1].verdict not in HELD


def test_an_entry_depends_on_what_is_along_its_axes() -> None:
    assert np.array_equal(nearby((3,), [(3,)], (((0, 0),),)), np.eye(3))
    assert np.array_equal(nearby((2,), [(3,), ()], ()), np.ones((2, 4)))
    assert np.array_equal(nearby((2,), [(1, 2)], (((0, 1),),)), np.eye(2))
