"""Flows along a gradient, steps by an error times what goes in, and what a recurrence carries on besides."""

import pytest
from note_verdicts import judged, last


@pytest.mark.parametrize(("claim", "verdict"), [
    (r"\frac{dx_i}{dt} = -\gamma <E/x_i>", "true under"),
    (r"\frac{dx_i}{dt} = \gamma <E/x_i>", "refuted"),
    (r"\dot w = -\nabla L(w)", "true under"),
    (r"\frac{dw(t)}{dt} = -\nabla L(w(t))", "true under"),
    (r"\frac{dp}{dt} = -<H/q>", "not understood"),
])  # fmt: skip
def test_a_flow_is_down_the_gradient(claim: str, verdict: str) -> None:
    assert last(claim).verdict == verdict


@pytest.mark.parametrize(("claim", "verdict"), [
    (r"v_j := v_j + \alpha (y^{(i)} - h_v(x^{(i)})) x_j^{(i)}", "true under"),
    (r"v_j := v_j - \alpha (y^{(i)} - h_v(x^{(i)})) x_j^{(i)}", "refuted"),
    (r"v_j := v_j - \alpha \sum_{i=1}^n (y^{(i)} - h_v(x^{(i)})) x_j^{(i)}", "refuted"),
    (r"v_j := v_j + \alpha (y^{(i)} - h_v(x^{(i)})) x_i^{(j)}", "not understood"),
    (r"v := v - \alpha (\sigma(v^T x) - t) x", "true under"),
    (r"v := v + \alpha (\sigma(v^T x) - t) x", "refuted"),
])  # fmt: skip
def test_a_step_by_an_error_goes_to_the_target(claim: str, verdict: str) -> None:
    assert last(claim).verdict == verdict


def test_a_step_of_a_unit_that_the_note_writes() -> None:
    found = judged("u = w^T x + b", r"a = \sigma(u)", r"w := w + \eta (a - y) x", r"w := w + \eta (y - a) u")
    assert [one.verdict for one in found[2:]] == ["refuted", "not understood"]


@pytest.mark.parametrize(("change", "step", "verdict"), [
    (r"\Delta v = -\eta <E/v>", r"v \leftarrow v + \Delta v", "true under"),
    (r"\Delta v = -\eta <E/v>", r"v \leftarrow v - \Delta v", "not understood"),
    (r"\Delta v_o = <E/v_o>", r"v_{new} = v_{old} - \eta \Delta v", "true under"),
    (r"\Delta v = <E/b>", r"v := v - \eta \Delta v", "not understood"),
])  # fmt: skip
def test_a_change_is_what_the_note_says(change: str, step: str, verdict: str) -> None:
    assert judged(step, change)[0].verdict == verdict


NORMALISED = (r"\mu = \frac{1}{n} \sum_i x_i", r"u_i = (x_i - \mu) \gamma")


def test_words_at_a_bar_say_along_which_way() -> None:
    assert last(*NORMALISED, r"<u_i/x_i> |_{\text{direct}} = \gamma").verdict == "true under"
    assert last(*NORMALISED, r"<u_i/x_i> |_{\text{direct}} = 2 \gamma").verdict == "not understood"


CELL = (r"f_t = \sigma(W h_{t-1})", r"c_t = f_t \odot c_{t-1} + \tanh(U h_{t-1})", r"h_t = \tanh(c_t)")
OVER_ONE_STEP = r"<L/h_t> = <L/h_{t+1}> <h_{t+1}/h_t>"


def test_a_cell_is_another_way_to_later_steps() -> None:
    assert last(*CELL, OVER_ONE_STEP).verdict == "not understood"
    assert last(r"h_t = \tanh(W h_{t-1} + U x_t)", OVER_ONE_STEP).verdict == "true under"
