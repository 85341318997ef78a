"""Convolutions by their entries: indices that are sums of others, and arrays that are 0 beyond their entries."""

import pytest

from proofs.notes.formula import Formula
from proofs.notes.verdicts.judge import judge

HELD = ("proved", "true under")
VALID = r"y_i = \sum_k w_k x_{i+k}"
FLIPPED = r"s_i = \sum_{k=1}^K w_k x_{i-k+1} + b"
IMAGE = r"z_{ij} = \sum_m \sum_n w_{mn} x_{i+m, j+n} + b"


def verdict(*note: str) -> str:
    return judge([Formula(latex) for latex in note])[-1].verdict


@pytest.mark.parametrize(
    ("definition", "left", "right", "wrong"),
    [
        (VALID, "L/w_k", r"\sum_i <L/y_i> x_{i+k}", r"\sum_i <L/y_i> x_{i-k}"),
        (VALID, "L/x_j", r"\sum_k <L/y_{j-k}> w_k", r"\sum_k <L/y_{j+k}> w_k"),
        (FLIPPED, "L/x_j", r"\sum_k <L/s_{j+k-1}> w_k", r"\sum_k <L/s_{j-k+1}> w_k"),
        (FLIPPED, "L/b", r"\sum_i <L/s_i>", ""),
        pytest.param(
            IMAGE,
            "L/x_{ij}",
            r"\sum_m \sum_n <L/z_{i-m,j-n}> w_{mn}",
            r"\sum_m \sum_n <L/z_{i+m,j+n}> w_{mn}",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_slopes_of_any_cost(definition: str, left: str, right: str, wrong: str) -> None:
    assert verdict(definition, _latex(f"<{left}> = {right}")) in HELD
    assert not wrong or verdict(definition, _latex(f"<{left}> = {wrong}")) == "refuted"


def _latex(claim: str) -> str:
    first, *others = claim.split("<")
    return first + "".join(r"\frac{\partial " + part.replace("/", r"}{\partial ").replace(">", "}") for part in others)


def test_an_index_of_the_step_before_is_no_sum_of_indices() -> None:
    assert verdict(r"h_t = u h_{t-1} + v x_t", _latex("<h_t/v> = x_t + u <h_{t-1}/v>")) in HELD


def test_what_is_defined_in_two_ways_refutes_nothing() -> None:
    claim = _latex(r"<L/W_{ij}> = -<L/z_i> x_j")
    assert verdict(r"z_i = \sum_j W_{ij} x_j", claim) == "refuted"
    assert verdict(r"z_i = \sum_j W_{ij} x_j", r"z_i = -\sum_j W_{ij} x_j", claim) != "refuted"
