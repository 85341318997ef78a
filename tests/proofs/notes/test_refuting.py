"""Wrong claims that rest on names which a note defines twice, or not at all, each beside the right one."""

from __future__ import annotations

import pytest
from note_verdicts import last

HOLDS = ("proved", "true under")


DENSITY = r"p(x_i|\theta) = \frac{1}{\sqrt{2\pi v}} e^{-\frac{(x_i - \mu)^2}{2v}}"
LIKELIHOOD = r"\log L = \sum_{i=1}^n \log p(x_i|\theta)"
WRITTEN_OUT = r"\log L = -\frac{n}{2} \log(2\pi v) - \sum_{i=1}^n \frac{(x_i-\mu)^2}{2v}"
VARIANCE = r"\log L = -\frac{n}{2}\log(\sigma^2) - \frac{1}{2\sigma^2}\sum_{i=1}^n (x_i - \mu)^2"
NORMAL = r"\mathcal{N}(x|\mu_k, v_k) = \frac{1}{\sqrt{2\pi v_k}}e^{-\frac{(x-\mu_k)^2}{2v_k}}"
OUTPUT = (r"E = \frac{1}{2}\sum_{k=1}^l (T_k - \hat{T}_k)^2", r"\hat{T}_k = f(I_k)", r"f(x) = \frac{1}{1+e^{-x}}")
LINK = r"<E/I_k> = <E/O_k> \cdot <O_k/I_k> = %s f(I_k)[1-f(I_k)]"
RECURRENT = r"<L/W_{hh}> = \sum_{t=1}^T <F_t/h_t> <h_t/s_t> <s_t/W_{%s}>"
SQUARES = r"E = \frac{1}{2} \sum_k (a_k - t_k)^2"

# The note, and the claim with what is right and what is wrong in it.
PAIRS: dict[str, tuple[tuple[str, ...], str, str, str]] = {
    "definitions that say the same": (
        (DENSITY, LIKELIHOOD, WRITTEN_OUT),
        r"<\log L/\mu> = %s\sum_{i=1}^n \frac{x_i - \mu}{v}",
        "",
        "-",
    ),
    "the fourth power of a deviation": (
        (VARIANCE,),
        r"<\log L/\sigma^2> = %s\frac{n}{2\sigma^2} + \frac{1}{2\sigma^4}\sum_{i=1}^n (x_i-\mu)^2",
        "-",
        "",
    ),
    "the order of a slope and weights": (
        (r"h_t = \tanh(W h_{t-1} + U x_t)",),
        r"<h_t/h_{t-1}> = %s",
        r"\text{diag}(1 - h_t^2) W",
        r"W \text{diag}(1 - h_t^2)",
    ),
    "that order in the other layout": (
        (r"h_t = \tanh(W h_{t-1} + U x_t)",),
        r"<h_t/h_{t-1}> = %s",
        r"W^T \cdot \text{diag}(1 - h_t^2)",
        r"\text{diag}(1 - h_t^2) \cdot W^T",
    ),
    "that order in a layer": (
        ("z = Wx", r"a = \sigma(z)"),
        r"<a/x> = %s",
        r"\text{diag}(\sigma'(z)) W",
        r"W \text{diag}(\sigma'(z))",
    ),
    "a normal density": (
        (NORMAL,),
        r"<\mathcal{N}(x|\mu_k, v_k)/\mu_k> = %s\mathcal{N}(x|\mu_k, v_k) \frac{x - \mu_k}{v_k}",
        "",
        "-",
    ),
}
UNDECIDED: dict[str, tuple[tuple[str, ...], str, str, str]] = {
    "the ends of a chain": (OUTPUT, LINK, r"(\hat{T}_k - T_k)", r"(T_k - \hat{T}_k)"),
    "the end of a sum of links": ((), RECURRENT, "hh", "xh"),
    "a sum that is lost": ((), r"<L/c> = \sum_{t=1}^T <L_t/z_t> <z_t/c> = %s<L_t/z_t>", r"\sum_{t=1}^T ", ""),
    "no derivative is taken": ((SQUARES,), r"<E/w_j> = %s", r"\sum_k (a_k - t_k) <a_k/w_j>", SQUARES[4:]),
}


@pytest.mark.parametrize("kind", [*PAIRS, *UNDECIDED])
def test_the_wrong_one_is_refuted_and_the_right_one_is_not(kind: str) -> None:
    note, claim, right, wrong = (PAIRS | UNDECIDED)[kind]
    assert last(*note, claim % wrong).verdict == "refuted"
    verdict = last(*note, claim % right).verdict
    assert verdict in HOLDS or (kind in UNDECIDED and verdict == "not understood")


LEFT_ALONE: dict[str, tuple[str, ...]] = {
    "definitions that say other things": ("f(x) = x^2", "f(x) = x^3", "<f/x> = x"),
    "one of all targets is 1": (r"<L/\theta> = -\sum_i y_i <\log p_i/\theta> = -<\log p_i/\theta>",),
    "what is differentiated is written out": (
        *OUTPUT,
        r"<E/I_k> = <(T_k - O_k)/I_k> = -<O_k/I_k> = (T_k - \hat{T}_k) f(I_k)[1-f(I_k)]",
    ),
    "an exponential": (r"L = e^{x^2}", r"<L/w> = e^{x^2}"),
    "the terms of an array": (r"<L/w_{ij}> = \sum_k <L/a_k> <a_k/z_k> <z_k/w_{kj}>",),
    "a number, after the same": (r"<E/I_k> = <E/O_k> \cdot <O_k/I_k> = 0.5",),
}


@pytest.mark.parametrize("kind", LEFT_ALONE)
def test_what_a_note_may_mean_otherwise_is_left_alone(kind: str) -> None:
    assert last(*LEFT_ALONE[kind]).verdict != "refuted"


def test_a_step_up_is_refuted_where_the_text_minimises() -> None:
    step = r"\theta := \theta + \alpha \nabla J(\theta)"
    assert [last(step, aim=aim).verdict for aim in ("down", "up", "")] == ["refuted", "true under", "not understood"]
