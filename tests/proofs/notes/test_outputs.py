"""Costs written for one output, errors as slopes by what goes into their units, and their slips."""

import pytest
from note_verdicts import judged, last

TWO_LAYERS = (
    "z_1 = W_1 x + b_1",
    r"a_1 = \sigma(z_1)",
    "z_2 = W_2 a_1 + b_2",
    r"a_2 = \sigma(z_2)",
)
LOGARITHMS = (*TWO_LAYERS, r"E = -t \log a_2 - (1 - t) \log(1 - a_2)")
BATCH = ("Z = X W + b", r"A = \sigma(Z)", r"L = -(Y \log A + (1 - Y) \log(1 - A))")


@pytest.mark.parametrize(("claim", "verdict"), [
    (r"<E/W_2> = (a_2 - t) a_1^T", "true under"),
    (r"<E/W_1> = (W_2^T (a_2 - t) \odot \sigma'(z_1)) x^T", "true under"),
    (r"<E/W_2> = (t - a_2) a_1^T", "refuted"),
    (r"<E/W_2> = (a_2 - t) x^T", "refuted"),
    (r"<E/W_2> = a_1^T (a_2 - t)", "not understood"),
])  # fmt: skip
def test_a_cost_of_one_output_is_summed_over_all(claim: str, verdict: str) -> None:
    found = last(*LOGARITHMS, claim)
    assert found.verdict == verdict
    assert verdict != "true under" or "E is summed over the outputs" in found.conventions


@pytest.mark.parametrize(("claim", "verdict"), [
    ("<L/W> = X^T (A - Y)", "true under"),
    ("<L/W> = X (A - Y)", "not understood"),
])  # fmt: skip
def test_a_cost_of_a_batch_goes_entry_by_entry(claim: str, verdict: str) -> None:
    assert last(*BATCH, claim).verdict == verdict


ERRORS = ("u_1 = X V_1", r"h_1 = \tanh(u_1)", "u_2 = h_1 V_2", r"p = \tanh(u_2)")


@pytest.mark.parametrize(("claim", "verdict"), [
    (r"\delta_1 = \delta_2 V_2^T \odot \tanh'(u_1)", "true under"),
    (r"<L/V_2> = h_1^T \delta_2", "true under"),
    (r"<L/V_1> = X^T \delta_2", "refuted"),
    (r"\delta_1 = \delta_2 V_2^T", "refuted"),
    (r"\delta_1 = V_2^T \delta_2 \odot \tanh'(u_1)", "not understood"),
])  # fmt: skip
def test_errors_are_slopes_by_what_has_their_marks(claim: str, verdict: str) -> None:
    assert last(*ERRORS, claim).verdict == verdict


def test_errors_that_may_be_rows_are_not_refuted() -> None:
    assert last(*TWO_LAYERS, r"\delta_1 = \delta_2 W_2 \odot \sigma'(z_1)").verdict == "not understood"


def test_what_an_error_is_refutes_no_other_form_of_it() -> None:
    forms = (r"\delta_2 = a_2 - t", r"\delta_1 = W_2^T \delta_2 \odot \sigma'(z_1)", r"\delta_1 = W_2 \delta_2")
    *_, right, wrong = judged(*LOGARITHMS, *forms)
    assert right.verdict == "true under"
    assert wrong.verdict != "true under"


LAYERS = ("z^{[l]} = w^{[l]} a^{[l-1]} + b^{[l]}", "a^{[l]} = g^{[l]}(z^{[l]})")


@pytest.mark.parametrize(("claim", "verdict"), [
    (r"dz^{[l]} = da^{[l]} g^{'[l]}(z^{[l]})", "true under"),
    (r"<C/b^{[l]}> = <C/a^{[l]}> g'^{[l]}", "true under"),
    (r"<C/w^{[l]}> = <C/a^{[l]}> g' a^{[l-1]}", "true under"),
    (r"<C/w^{[l]}> = <C/a^{[l]}> g' a^{[l]}", "refuted"),
])  # fmt: skip
def test_a_slope_of_an_activation_needs_no_argument(claim: str, verdict: str) -> None:
    assert last(*LAYERS, claim).verdict == verdict
