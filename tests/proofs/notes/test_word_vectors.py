"""Word vectors: one of all words, samples beside it, and names of distributions that no formula computes."""

from __future__ import annotations

import pytest
from note_verdicts import last

CHOICE = (
    r"P(O = o | C = c) = p_o = \frac{\exp(u_o^T v_c)}{\sum_w \exp(u_w^T v_c)}",
    r"J = -\log P(O = o | C = c) = -u_o^T v_c + \log \sum_w \exp(u_w^T v_c)",
)
SAMPLES = (r"J = -\log \sigma(u_o^T v_c) - \sum_{k=1}^K \log \sigma(-u_k^T v_c)",)


@pytest.mark.parametrize(("claim", "verdict"), [
    (r"<J/v_c> = -u_o + \sum_w p_w u_w", "true under"),
    ("<J/u_o> = (p_o - 1) v_c", "true under"),
    ("<J/u_w> = p_w v_c", "true under"),
    ("<J/u_o> = (1 - p_o) v_c", "refuted"),
    pytest.param(r"<J/v_c> = u_o - \sum_w p_w u_w", "refuted", marks=pytest.mark.slow),
])  # fmt: skip
def test_one_of_all_words(claim: str, verdict: str) -> None:
    """The o that the cost leaves free is that of the claim, and not w."""
    assert last(*CHOICE, claim).verdict == verdict


@pytest.mark.parametrize(("claim", "verdict"), [
    (r"<J/v_c> = (\sigma(u_o^T v_c) - 1) u_o + \sum_{k=1}^K \sigma(u_k^T v_c) u_k", "true under"),
    (r"<J/u_o> = (\sigma(u_o^T v_c) - 1) v_c", "true under"),
    (r"<J/u_k> = (1 - \sigma(-u_k^T v_c)) v_c", "true under"),
    (r"<J/u_k> = (1 - \sigma(u_k^T v_c)) v_c", "refuted"),
    pytest.param(r"<J/u_o> = (1 - \sigma(u_o^T v_c)) v_c", "refuted", marks=pytest.mark.slow),
])  # fmt: skip
def test_samples_are_apart(claim: str, verdict: str) -> None:
    """u_o is none of u_1 to u_K."""
    assert last(*SAMPLES, claim).verdict == verdict


def test_one_of_all_is_in_the_sum() -> None:
    """z_{true} may be one of all z_j, where all that is said is a word."""
    note = (r"L = -z_{true} + \log \sum_j e^{z_j}",)
    assert last(*note, r"<L/z_{true}> = \frac{e^{z_{true}}}{\sum_j e^{z_j}} - 1").verdict != "refuted"


def test_keys_that_are_told_apart_by_a_sign() -> None:
    """k_+ is a name, and the q of L_q no index where something is by q."""
    note = (r"L_q = -\log \frac{\exp(q^T k_+ / s)}{\sum_{i=0}^K \exp(q^T k_i / s)}",)
    mean = r"\frac{\sum_{i=0}^K \exp(q^T k_i / s) k_i}{\sum_{i=0}^K \exp(q^T k_i / s)}"
    assert last(*note, rf"\nabla_q L_q = \frac{{1}}{{s}} ({mean} - k_+)").verdict == "true under"
    assert last(*note, rf"\nabla_q L_q = {mean} - k_+").verdict == "refuted"


def test_divergences_of_distributions() -> None:
    """KL(q(z), p(z)) is the name of what the formula gives; sigma may be by itself beside its square."""
    note = (r"D_{KL}(q(z|x) \,\|\, p(z)) = -\frac12 \sum_j (1 + \log \sigma_j^2 - \mu_j^2 - \sigma_j^2)",)
    square = r"<D_{KL}/\sigma_j^2> = \frac12 (1 - \frac{1}{\sigma_j^2})"
    assert last(*note, square).verdict == "true under"
    assert last(*note, square, r"<D_{KL}/\sigma_j> = \sigma_j - \frac{1}{\sigma_j}").verdict == "true under"
    assert last(*note, square, r"<D_{KL}/\sigma_j> = \sigma_j - \frac{2}{\sigma_j}").verdict == "refuted"


def test_indices_are_no_kink() -> None:
    """i = j is no side of a kink: a factor that is lost is not held for where T is 1."""
    note = (r"p_i = \frac{e^{z_i / T}}{\sum_j e^{z_j / T}}", r"L = -\sum_i y_i \log p_i")
    assert last(*note, r"<p_i/z_j> = \frac1T p_i (\mathbb{1}[i = j] - p_j)").verdict == "true under"
    assert last(*note, r"<p_i/z_j> = p_i (\mathbb{1}[i = j] - p_j)").verdict != "true under"
    actions = (r"\pi_a = \frac{e^{H_a}}{\sum_b e^{H_b}}",)
    assert last(*actions, r"<\pi_a/H_b> = \pi_a (\mathbb{1}_{a = b} - \pi_b)").verdict == "true under"


def test_arrays_that_no_network_has() -> None:
    """A claim of matrices with no part of a network is none of a neuron."""
    note = (r"L = \|R - P Q^T\|_F^2", r"L = \frac12 \|R - P Q^T\|_F^2 + \frac{\lambda}{2} \|Q\|_F^2")
    assert last(*note, r"\nabla_Q L = (P Q^T - R)^T P + \lambda Q").verdict == "true under"
    assert last(*note, r"\nabla_Q L = (P Q^T - R) P + \lambda Q").verdict != "true under"
    scores = (r"S = \frac{1}{\sqrt{d}} Q K^T", r"P = \text{softmax}(S)", "O = P V")
    assert last(*scores, r"<L/K> = \frac{1}{\sqrt{d}} <L/S> Q").verdict == "refuted"


def test_a_deviation_is_no_logistic_function() -> None:
    """What has the function sigma alone says nothing of a slope by the deviation sigma."""
    note = (r"p = \sigma(w x)", r"\log \pi(a) = a \log p + (1 - a) \log (1 - p)")
    assert last(*note, r"<\log \pi/\sigma> = \frac{(a - m)^2 - \sigma^2}{\sigma^3}").verdict == "not understood"


@pytest.mark.parametrize(
    ("left", "right", "wrong"),
    [
        ("<J/v_c>", r"U^T (\hat{y} - y)", r"U^T (y - \hat{y})"),
        ("<J/u_o>", r"(\hat{y}_o - 1) v_c", r"(1 - \hat{y}_o) v_c"),
        pytest.param("<J/u_w>", r"(\hat{y}_w - y_w) v_c", r"(y_w - \hat{y}_w) v_c", marks=pytest.mark.slow),
    ],
)
def test_targets_of_words_that_nothing_defines(left: str, right: str, wrong: str) -> None:
    chance = r"\hat{y}_o = P(O = o | C = c) = \frac{\exp(u_o^T v_c)}{\sum_{w \in V} \exp(u_w^T v_c)}"
    note = (chance, r"J(v_c, o, U) = -\log \hat{y}_o")
    assert last(*note, f"{left} = {right}").verdict == "true under"
    assert last(*note, f"{left} = {wrong}").verdict == "refuted"
