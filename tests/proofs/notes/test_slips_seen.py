"""Slips that are seen without a definition of the cost: each wrong formula beside the right one in the same note."""

from __future__ import annotations

import pytest
from note_verdicts import last

HOLDS = ("proved", "true under", "not a claim")

NORMED = (r"u_i = \frac{x_i - \mu}{\sqrt{v + \epsilon}}", r"y_i = \gamma u_i + \beta")
UNITS = (r"s_i = \sum_j w_{ij} h_j", "q_i = g(s_i)")
ENTROPY = ("z = wx + b", r"\hat{y} = \sigma(z)", r"J = -y\log\hat{y} - (1-y)\log(1-\hat{y})")

# The note, and the claim with what is right and what is wrong in it.
OF_ANY_COST: dict[str, tuple[tuple[str, ...], str, str, str]] = {
    "a factor lost in a sum": (NORMED, r"<L/\gamma> = \sum_i <L/y_i>%s", " u_i", ""),
    "an index of another unit": (UNITS, r"<J/w_{ij}> = <J/q_i> g'(s_i) h_%s", "j", "i"),
    "a factor too many": (("z = wx + b",), "<L/b> = <L/z>%s", "", " x"),
    "a slope that the cost has cancelled": (ENTROPY, r"<J/w> = (\hat{y} - y)%s x", "", r"\sigma'(z)"),
}
LINKS: dict[str, tuple[tuple[str, ...], str, str, str]] = {
    "an inner slope lost": ((), r"<L/w> = <\frac{1}{2}(wx + b - y)^2/w> = (wx + b - y)%s", "x", ""),
    "a sign lost at the end": (
        (),
        r"\nabla_w L = <(y - wx)^2/w> = 2(y - wx)<(y - wx)/w> = %s2(y - wx)x",
        "-",
        "",
    ),
    "algebra, with a target beside it": (
        (),
        r"<L/z> = \left(-\frac{y}{a} + \frac{1-y}{1-a}\right) a(1-a) = %s",
        "a - y",
        "y - a",
    ),
    "a bracket lost before an input": ((), r"<L/w> = (a - y) x = a%s - yx", "x", ""),
    "a numerator without its sign": ((), r"\frac{%sJ(w)}{\partial w} = (a - y) x", r"\partial ", ""),
}
ITSELF: dict[str, tuple[tuple[str, ...], str, str, str]] = {
    "a layer": (("a^{[2]} = g(z^{[2]})",), "z^{[2]} = W^{[2]} a^{[%s]} + b^{[2]}", "1", "2"),
    "the slope of a layer": ((), r"\delta^{(l)} = (W^{(l+1)})^T \delta^{(%s)} \odot \sigma'(z^{(l)})", "l+1", "l"),
    "a parameter": ((), r"b \leftarrow %s - \eta <C/b>", "b", "w"),
    "a gradient": ((), r"\theta := \theta - \alpha \nabla_\theta %s", r"J(\theta)", r"\theta"),
}
GIVEN = ("<J/z> = a - y", "<z/w> = x")
GATES = "<L/x> = <L/f><f/x> + <L/i><i/%s>"
NEIGHBOURS: dict[str, tuple[tuple[str, ...], str, str, str]] = {
    "slopes that stand before": (GIVEN, "<J/w> = <J/z><z/w> = (%s) x", "a - y", "y - a"),
    "a path to something else": (("f = 2x", "i = 3x", "h = fi"), GATES, "x", "h"),
}
SIGMA: dict[str, tuple[tuple[str, ...], str, str, str]] = {
    "a factor lost": ((), r"\frac{d}{dx}\sigma(x) = %s", r"\sigma(x)(1 - \sigma(x))", r"1 - \sigma(x)"),
    "a square lost": ((), r"\sigma'(x) = \frac{e^{-x}}{%s}", "(1 + e^{-x})^2", "1 + e^{-x}"),
}
PAIRS = SIGMA | OF_ANY_COST | LINKS | ITSELF | NEIGHBOURS


@pytest.mark.parametrize("kind", PAIRS)
def test_the_wrong_one_is_refuted_and_the_right_one_is_not(kind: str) -> None:
    note, claim, right, wrong = PAIRS[kind]
    assert last(*note, claim % wrong).verdict == "refuted"
    assert last(*note, claim % right).verdict in HOLDS


LEFT_ALONE: dict[str, tuple[str, ...]] = {
    "a function that may be tanh": ("z = wx", r"a = \sigma(z)", "<L/z> = <L/a>(1 - a^2)"),
    "a sum over what is not written": ("Z = WA + b", r"<L/b> = \frac{1}{m}\sum_i <L/Z>"),
    "a mean or a sum": (*UNITS, r"<J/w_{ij}> = \frac{1}{3} <J/s_i> h_j"),
    "a penalty": ("z = wx", r"<L/w> = <L/z> x + \lambda w"),
    "a count of the same name": (r"Y = XW + B, X \in \mathbb{R}^{b \times n}", "<L/b> = <L/Y>"),
    "a layer that its input has": ("a^{(l+1)} = g(z^{(l)})", "z^{(l)} = W^{(l)} a^{(l)} + b^{(l)}"),
    "weights that leave the input": (r"<J/W^{(1)}> = \delta^{(2)} x^T",),
    "a name for what is called": (r"\frac{d}{dx}(x\sigma) = \sigma + x\sigma(1 - \sigma)",),
    "a target that is its square": ("<L/z> = y(y - a) - (1 - y)a = y - a",),
    "the class of the example": (r"L = -\sum_k y_k \log p_k", r"<L/z_j> = -\frac{1}{p_k}<p_k/z_j>"),
    "slopes before it that are wrong": ("<E/o> = t - o", "<o/z> = x", "<E/z> = <E/o><o/z> = -(t - o) x"),
    "a sum of one class": (r"<L/w> = -\sum_k y_k \frac{1}{p_k}<p_k/w> = -\frac{1}{p_k}<p_k/w>",),
    "tanh by another name": (r"\sigma'(x) = 1 - \sigma(x)^2",),
    "the output by the name of the input": (r"\sigma'(x) = x(1 - x)",),
    "a change over a slope": (r"\frac{\Delta L}{\partial w} = (a - y)x",),
}


@pytest.mark.parametrize("kind", LEFT_ALONE)
def test_what_a_note_may_mean_otherwise_is_left_alone(kind: str) -> None:
    assert last(*LEFT_ALONE[kind]).verdict != "refuted"


@pytest.mark.parametrize("claim", ["<L/x> = W <L/z>", "<L/x> = <L/z> W^T"])
def test_what_holds_for_numbers_alone_is_not_held_of_capitals(claim: str) -> None:
    assert last("z = Wx + b", claim).verdict not in HOLDS
    assert last("z = Wx + b", "<L/x> = W^T <L/z>").verdict in HOLDS
