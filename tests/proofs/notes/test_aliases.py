"""What a note gives another name is what it is: \\hat y = a; and a cost of which there are parts is their sum."""

import pytest
from note_verdicts import last

NEURON = ("z = wx + b", r"a = \sigma(z)", r"\hat{y} = a", r"L = \frac{1}{2}(y - \hat{y})^2")
LINE = ("z = wx + b", r"\hat{y} = z", r"L = \frac{1}{2}(y - \hat{y})^2")
TRUE = ("z = wx + b", r"a = \sigma(z)", "y = a", r"L = \frac{1}{2}(y - y_{true})^2")
AT_ONCE = ("z = wx + b", r"\hat{y} = a = \sigma(z)", r"L = \frac{1}{2}(y - \hat{y})^2")
PERFECT = ("z = wx + b", r"a = \sigma(z)", r"C = \frac{1}{2}(y - a)^2", "y = a")
PARTS = (r"o = \sigma(w h)", "E_{total} = E_1 + E_2", r"E_1 = \frac{1}{2}(t_1 - o)^2", r"E_2 = (t_2 - o)^2")

RULED = [
    (LINE, r"\frac{\partial \hat{y}}{\partial z} = 1", "proved"),
    (LINE, r"\frac{\partial \hat{y}}{\partial w} = x", "proved"),
    (LINE, r"\frac{\partial \hat{y}}{\partial w} = w", "refuted"),
    (LINE, r"\frac{\partial L}{\partial z} = y - \hat{y}", "refuted"),
    (NEURON, r"\frac{\partial \hat{y}}{\partial z} = a (1 - a)", "true under"),
    (NEURON, r"\frac{\partial \hat{y}}{\partial z} = a (1 + a)", "refuted"),
    (NEURON, r"\frac{\partial L}{\partial w} = (y - \hat{y})\hat{y}(1 - \hat{y}) x", "refuted"),
    (TRUE, r"\frac{\partial L}{\partial w} = (a - y_{true}) y (1 - y) x", "true under"),
    (TRUE, r"\frac{\partial L}{\partial w} = (y_{true} - a) y (1 - y) x", "refuted"),
    (AT_ONCE, r"\frac{\partial L}{\partial z} = (\hat{y} - y) a (1 - a)", "true under"),
    (AT_ONCE, r"\frac{\partial L}{\partial z} = (y - \hat{y}) a (1 - a)", "refuted"),
    (PERFECT, r"\frac{\partial C}{\partial a} = a - y", "true under"),
    (PARTS, r"\frac{\partial E_{total}}{\partial w} = ((o - t_1) + 2(o - t_2)) o (1 - o) h", "true under"),
    (PARTS, r"\frac{\partial E_{total}}{\partial w} = (o - t_1) o (1 - o) h", "refuted"),
]


@pytest.mark.parametrize(("note", "claim", "verdict"), RULED)
def test_another_name_is_a_definition(note: tuple[str, ...], claim: str, verdict: str) -> None:
    assert last(*note, claim).verdict == verdict


NORMAL = (
    r"\log L(\mu) = \sum_{i=1}^n \log P(x_i)",
    r"P(x_i) = \frac{1}{\sqrt{2\pi\sigma^2}} \exp(-\frac{(x_i - \mu)^2}{2\sigma^2})",
    r"\log L(\mu) = -\frac{n}{2} \log 2\pi\sigma^2 - \sum_{i=1}^n \frac{(x_i - \mu)^2}{2\sigma^2}",
)
TWICE = (r"E = \frac{1}{2} (t - w x)^2", "E = (t - w x)^2 / 2")
UNLIKE = (r"E = \frac{1}{2} (t - w x)^2", "E = (t - w x)^2")

DEFINED_TWICE = [
    (NORMAL, r"\frac{\partial \log L}{\partial \mu} = \sum_{i=1}^n \frac{x_i - \mu}{\sigma^2}", "proved"),
    (NORMAL, r"\frac{\partial \log L}{\partial \mu} = -\sum_{i=1}^n \frac{x_i - \mu}{\sigma^2}", "refuted"),
    (NORMAL[:2], r"\frac{\partial \log L}{\partial \mu} = -\sum_{i=1}^n \frac{x_i - \mu}{\sigma^2}", "refuted"),
    (TWICE, r"\frac{\partial E}{\partial w} = (t - w x) x^2", "refuted"),
    (UNLIKE, r"\frac{\partial E}{\partial w} = (t - w x) x^2", "not understood"),
]


@pytest.mark.parametrize(("note", "claim", "verdict"), DEFINED_TWICE)
def test_equal_definitions_are_one(note: tuple[str, ...], claim: str, verdict: str) -> None:
    assert last(*note, claim).verdict == verdict


OF_ANY = (r"f(x_i) = w x_i + b", r"\ell(y_i, z_i) = \log(1 + e^{-y_i z_i})", r"z_i = w^T x_i")


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"\frac{\partial}{\partial w} \sum_i (f(x_i) - y_i)^2 = 2 \sum_i (f(x_i) - y_i) x_i", "proved"),
        (r"\frac{\partial}{\partial w} \sum_i (f(x_i) - y_i)^2 = 2 \sum_i (f(x_i) - y_i)", "refuted"),
        (r"\frac{\partial \ell}{\partial z_i} = \frac{-y_i}{1 + e^{y_i z_i}}", "true under"),
    ],
)
def test_what_a_function_is_of_an_entry_it_is_of_any(claim: str, verdict: str) -> None:
    assert last(*OF_ANY, claim).verdict == verdict
