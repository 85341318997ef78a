"""Names of functions for their values, primes at functions of several arguments, and costs behind min and max."""

import pytest
from note_verdicts import judged, last

LOGISTIC = (r"\sigma(u) = \frac{1}{1 + e^{-u}}", r"\sigma = \sigma(v^T x)")


@pytest.mark.parametrize(("claim", "verdict"), [
    (r"\frac{\partial}{\partial v}[t \log \sigma + (1 - t) \log(1 - \sigma)] = (t - \sigma) x", "true under"),
    (r"\frac{\partial}{\partial v}[t \log \sigma + (1 - t) \log(1 - \sigma)] = (\sigma - t) x", "refuted"),
    (r"<\sigma/v> = \sigma (1 - \sigma) x", "true under"),
    (r"<\sigma/v> = \sigma (1 + \sigma) x", "refuted"),
    (r"\sigma' = \sigma(1 - \sigma)", "true under"),
])  # fmt: skip
def test_a_function_that_is_not_called_is_its_value(claim: str, verdict: str) -> None:
    assert last(*LOGISTIC, claim).verdict == verdict


@pytest.mark.parametrize(("claim", "verdict"), [
    (r"<h_\theta/\theta_j> = h_\theta (1 - h_\theta) x_j", "true under"),
    (r"<h_\theta/\theta_j> = h_\theta (1 + h_\theta) x_j", "refuted"),
])  # fmt: skip
def test_h_theta_needs_no_argument(claim: str, verdict: str) -> None:
    assert last(r"h_\theta(x) = \sigma(\theta^T x)", claim).verdict == verdict


@pytest.mark.parametrize(("claim", "verdict"), [
    ("Q'(a, t) = a - t", "true under"),
    ("Q'(a, t) = 2 (a - t)", "refuted"),
    ("Q'(a, t) = t - a", "not understood"),
])  # fmt: skip
def test_a_prime_is_by_an_argument_that_is_no_target(claim: str, verdict: str) -> None:
    assert last(r"Q(a, t) = \frac{1}{2} (a - t)^2", claim).verdict == verdict


@pytest.mark.parametrize(("claim", "verdict"), [
    (r"\delta^L = C'(a^L) \odot \sigma'(z^L)", "true under"),
    (r"\delta^L = C'(a^L) \odot \sigma(z^L)", "refuted"),
])  # fmt: skip
def test_a_prime_at_a_cost_of_two_is_by_the_outputs(claim: str, verdict: str) -> None:
    layers = r"\delta^l = ((w^{l+1})^T \delta^{l+1}) \odot \sigma'(z^l)"
    assert judged(r"C(x, y) = \frac{1}{2} (y - x)^2", claim, layers)[1].verdict == verdict


def test_a_chance_that_is_called_so_computes_nothing() -> None:
    chances = (r"\hat y = P(y = 1 | x)", r"P(y | x) = \hat y^y (1 - \hat y)^{1 - y}", r"L = -\log P(y | x)")
    right, wrong = judged(*chances, r"<L/\hat y> = -y/\hat y + (1-y)/(1-\hat y)", r"<L/\hat y> = y/\hat y")[-2:]
    assert (right.verdict, wrong.verdict) == ("true under", "refuted")


def test_a_cost_behind_min_is_that_cost() -> None:
    lagrangian = r"\min_{w, b} L_{w, b} = \frac{1}{2} w^2 - \alpha (w x + b - 1)"
    right, wrong = judged(lagrangian, r"<L/w> = w - \alpha x", r"<L/w> = w + \alpha x")[1:]
    assert (right.verdict, wrong.verdict) == ("proved", "refuted")


def test_words_for_the_logistic_function() -> None:
    right, wrong = judged("y = sig(w x)", "<y/w> = y (1 - y) x", "<y/w> = y (1 - y)")[1:]
    assert (right.verdict, wrong.verdict) == ("proved", "refuted")


def test_only_the_bracket_of_a_product_is_squared() -> None:
    found = judged(
        r"g = h (1 - h)^2", r"\frac{dg}{dh} = (1 - h)^2 - 2 h (1 - h)", r"\frac{dg}{dh} = 2 h (1 - h)(1 - 2h)"
    )
    assert [one.verdict for one in found[1:]] == ["proved", "refuted"]
