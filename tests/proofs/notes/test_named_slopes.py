"""Names of slopes, delta_2 = dL/dz_2, are put in where a claim uses them; errors are the slopes that they fit."""

import pytest
from note_verdicts import judged, last

CLASSIFIER = (
    "z_1 = W_1 x + b_1",
    r"h = \tanh(z_1)",
    "z_2 = W_2 h + b_2",
    r"\hat y = \text{softmax}(z_2)",
    r"L = -\sum_k y_k \log \hat y_k",
)
SQUARES = ("z = V x + c", r"h = \tanh(z)", "o = W h", r"L = \frac{1}{2} \|o - y\|^2")
UNNAMED = (r"h = \tanh(V x + b_h)", "o = W h", r"L = \frac{1}{2} \|o - y\|^2", r"\delta_o = o - y")


def test_softmax_of_a_numbered_name_is_of_that_name() -> None:
    found = judged(*CLASSIFIER, r"<L/z_2> = \hat y - y", r"<L/z_2> = y - \hat y")
    assert [one.verdict for one in found[-2:]] == ["true under", "refuted"]


def test_a_named_slope_is_what_the_note_says() -> None:
    claims = (r"<L/V> = \delta x^T", r"<L/x> = V^T \delta", r"<L/x> = V \delta", r"<L/c> = \delta x")
    found = judged(*SQUARES, r"\delta = <L/z>", *claims)[-4:]
    assert [one.verdict for one in found] == ["true under", "true under", "refuted", "refuted"]
    assert {one.conventions[0] for one in found} == {"delta is the slope that the note says"}


@pytest.mark.slow
def test_a_name_that_does_not_bear_out_refutes_nothing() -> None:
    named = r"\delta_2 = <L/h> = o - y"
    assert last(*SQUARES, named, r"<L/W> = \delta_2 h^T").verdict == "not understood"


@pytest.mark.slow
def test_an_error_is_the_slope_by_an_input_that_has_its_mark() -> None:
    right = r"\delta_h = W^T \delta_o \odot (1 - h \odot h)"
    assert last(*UNNAMED, right).conventions[0] == "delta_h is the slope of L by b_h"
    assert last(*UNNAMED, r"\delta_h = W^T \delta_o").verdict == "not understood"
    assert last(*UNNAMED, right, r"<L/V> = \delta_h x^T").verdict == "true under"
    assert last(*UNNAMED, right, r"<L/b_h> = \delta_h x").verdict == "not understood"


LOW_RANK = (r"h = W x + \frac{\alpha}{r} B A x", "g = <L/h>")


@pytest.mark.parametrize(("claim", "verdict"), [
    (r"<L/B> = \frac{\alpha}{r} \, g \, (A x)^T", "true under"),
    (r"<L/A> = \frac{\alpha}{r} B^T g x^T", "true under"),
    (r"<L/x> = W^T g + \frac{\alpha}{r} A^T B^T g", "true under"),
    ("<L/B> = g (A x)^T", "not understood"),
    (r"<L/x> = W^T g + \frac{\alpha}{r} B^T A^T g", "not understood"),
])  # fmt: skip
def test_a_name_of_a_slope(claim: str, verdict: str) -> None:
    """g is dL/dh, and before a bracket a factor."""
    assert last(*LOW_RANK, claim).verdict == verdict


ENTRIES = ("z_j = v_j x", r"L = \sum_j z_j^2", r"\delta_j = <L/z_j>")


def test_indices_of_named_slopes() -> None:
    """delta_k is the slope by z_k after delta_j = dL/dz_j."""
    assert last(*ENTRIES, r"<L/x> = \sum_k \delta_k v_k").verdict == "true under"
    assert last(*ENTRIES, r"<L/x> = \sum_k \delta_k v_k^2").verdict == "refuted"


def test_a_name_of_two_slopes_refutes_nothing() -> None:
    other = r"\delta_j = <L/v_j>"
    assert last(*ENTRIES, other, r"<L/x> = \sum_k \delta_k v_k").verdict != "refuted"


@pytest.mark.parametrize("claim", ["db = r", r"db = \frac{1}{n} \sum r", r"\delta_b = r"])
def test_a_slope_that_the_claim_alone_names_is_refuted_by_nothing(claim: str) -> None:
    assert last("r = h - y", claim).verdict == "not understood"
    assert last("r = h - y", "L = r^2", "<L/h> = 2r").verdict == "proved"
    assert last("r = h - y", "L = r^2", "<L/h> = r").verdict == "refuted"


@pytest.mark.parametrize("before", [True, False])
def test_a_step_along_a_slope_is_not_refuted_by_what_it_comes_to(before: bool) -> None:
    """The slope that is put in is wrong, not the step."""
    cost, step, filled = "L = (v x - y)^2", r"\hat v = v - \eta <L/v>", r"\hat v = v + 2 \eta x (y + v x)"
    formulas = (cost, filled, step) if before else (cost, step, filled)
    assert judged(*formulas)[formulas.index(step)].verdict == "not understood"
    assert last(*formulas, "<L/v> = 2x(v x + y)").verdict == "refuted"


def test_a_change_that_the_note_takes_away_goes_down() -> None:
    change = r"\Delta v = \eta <E/v>"
    assert judged(change, r"v_{new} = v_{old} - \Delta v")[0].verdict == "not understood"
    assert judged(change, r"v_{new} = v_{old} + \Delta v")[0].verdict == "refuted"
