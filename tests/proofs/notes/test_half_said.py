"""What a note says half, otherwise or with other letters is neither held nor refuted by what it does not mean."""

from __future__ import annotations

import pytest
from note_labels import HOLDS
from note_verdicts import judged, last, verdicts

from proofs.notes.formula import Formula
from proofs.notes.verdicts.judge import judge

LOGISTIC = r"f'(z) = f(z) (1 - f(z))"


@pytest.mark.parametrize("other", ["f(z) = z^2", r"f(z) = \tanh(z)"])
def test_a_function_that_is_defined_beside_is_not_the_logistic_one(other: str) -> None:
    assert last(other, LOGISTIC).verdict == "refuted"
    assert last(r"f(z) = \frac{1}{1 + e^{-z}}", LOGISTIC).verdict in HOLDS


def test_a_function_that_is_defined_far_off_may_be_another() -> None:
    between = tuple(f"y = {n}" for n in range(8))
    assert last("f(x) = w x + b", *between, LOGISTIC).verdict == "not understood"


def test_numbers_are_not_refuted_by_a_garbled_logistic_function() -> None:
    slope = r"\frac{\partial a}{\partial z} = \sigma'(z) = 0.7685 (1 - 0.7685) = 0.1779"
    assert last(r"\sigma(x) = 1 + e^{-x}", "z = 1.2", slope).verdict == "not understood"
    assert last(r"\sigma(x) = \frac{1}{1 + e^{-x}}", "z = 1.2", slope).verdict in HOLDS
    wrong = slope.replace("0.1779", "0.2779")
    assert last(r"\sigma(x) = \frac{1}{1 + e^{-x}}", "z = 1.2", wrong).verdict == "refuted"


def test_numbers_below_braces_say_what_the_parts_are() -> None:
    note = r"a = \tanh(z)", r"z = w x", r"L = \frac{1}{2} (a - y)^2", "w = 1", "x = 2", "y = 1"
    below = r"<L/w> = \underbrace{(a - y)}_{-0.5} \cdot \underbrace{(1 - a^2)}_{1.0} \cdot \underbrace{x}_{1.0} = -0.5"
    assert last(*note, below).verdict == "not understood"
    assert last(*note, r"<L/w> = (a - y) (1 - a^2) x = -0.5").verdict == "refuted"


def test_words_that_nothing_defines_are_no_numbers() -> None:
    loss = "L = (w x - y)^2"
    assert last(loss, r"New\ Weight = w - (\eta \times <L/w>)").verdict == "not understood"
    assert last(loss, r"<L/w> = Leaky\, x").verdict == "not understood"
    assert last(loss, r"<L/w> = 2 (w x - y)").verdict == "refuted"


def test_any_layer_may_be_the_last_one() -> None:
    layers = r"z^l = W^l a^{l-1} + b^l", r"a^l = \sigma(z^l)", r"\delta^l = <C/z^l>"
    chain = r"<C/W^l> = <C/z^l> <z^l/W^l> = "
    assert last(*layers, chain + r"\delta^L (a^{L-1})^T").verdict != "refuted"
    assert last(*layers, r"\delta_j^l = <C/z^L_j> \sigma'(z^L_j)").verdict == "refuted"
    assert last(*layers, chain + r"\delta^l (a^{l-1})^T").verdict in HOLDS


def test_the_bounds_of_a_sum_may_stand_the_other_way_round() -> None:
    variance = r"v = \frac{1}{m} \Sigma^m_{i=1} (x_i - \mu)^2"
    slope = r"\frac{\partial}{\partial x_i} [\frac{1}{m} \Sigma^{m}_{i=1} (x_i - \mu)^2]"
    right = rf"<v/x_i> = {slope} = \frac{{2}}{{m}} (x_i - \mu)"
    assert last(variance, right).verdict in HOLDS
    assert last(variance, right.replace(r"\frac{2}{m} (", r"\frac{1}{m} (")).verdict == "refuted"


def test_an_entry_does_not_move_along_a_whole_gradient() -> None:
    assert verdicts(r"w_j := w_j - \alpha <J/\vec{w}>", r"w_j := w_j - \alpha <J/w_j>") == [
        "not understood",
        "true under",
    ]


def test_what_is_transposed_is_no_number() -> None:
    layers = (
        r"\mathbf{z}^{(l)} = W^{(l)} \mathbf{a}^{(l-1)} + \mathbf{b}^{(l)}",
        r"\mathbf{a}^{(l)} = g(\mathbf{z}^{(l)})",
    )
    delta = r"\delta^{(l)} = <L/\mathbf{z}^{(l)}>"
    left = r"<L/\mathbf{a}^{(l)}> = "
    assert last(*layers, delta, left + r"\delta^{(l+1)} (W^{(l+1)})^T").verdict not in HOLDS
    assert last(*layers, delta, left + r"(W^{(l+1)})^T \delta^{(l+1)}").verdict in HOLDS


NORMALISED = (
    r"x, \gamma \in \mathbb{R}^d",
    r"\mu = \frac{1}{m} \sum_{i=1}^m x_i",
    r"\sigma^2 = \frac{1}{m} \sum_{i=1}^m (x_i - \mu)^2",
    r"\hat{x}_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}}",
)


def test_a_partial_derivative_along_one_path_is_not_refuted_by_arrays() -> None:
    slope = r"<\hat{x}_i/\mu> = \frac{\partial}{\partial \mu} [\frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}}]"
    assert last(*NORMALISED, slope + r" = \frac{-1}{\sqrt{\sigma^2 + \epsilon}}").verdict != "refuted"
    assert last(*NORMALISED, slope + r" = \frac{1}{\sqrt{\sigma^2 + \epsilon}}").verdict not in HOLDS


def test_indices_that_the_text_says_to_be_equal_are_so_below() -> None:
    sums, slope = r"g_k = \sum_p e^{v_{kp}}", r"<g_k/v_{ij}> = e^{v_{ij}}"
    found = verdicts(sums, slope, "i = k", slope, slope.replace("= ", "= -"))
    assert found[1::2] == ["refuted", "not understood"]
    assert found[-1] == "refuted"


@pytest.mark.parametrize("arrow", [r"\delta^l \to \delta^{l-1}", r"<C/w> \to <C/b>"])
def test_an_arrow_from_one_quantity_to_another_claims_nothing(arrow: str) -> None:
    layers = r"z^l = W^l a^{l-1} + b^l", r"a^l = \sigma(z^l)", r"\delta^l = <C/z^l>", "C = (y - wx - b)^2"
    assert last(*layers, arrow).verdict in ("not understood", "not a claim")
    assert last(*layers, r"<C/w> \to -2x(y - wx - b)").verdict in HOLDS
    assert last(*layers, r"<C/w> \to 2x(y - wx - b)").verdict == "refuted"


@pytest.mark.slow
def test_an_entry_of_a_list_is_no_product() -> None:
    layer = "y = W h + b", r"a = \tanh(q)"
    assert last(*layer, r"<L/W> = <L/y> <y/W> = dy * hs[t]").verdict == "not understood"
    assert last(*layer, r"<a/q> = 1 + a^2").verdict == "refuted"


def test_what_has_a_transpose_is_no_number() -> None:
    assert last("Y = Gx", "<Y/x> = G^T", "<Y/G> = x").verdict == "not understood"
    assert last("Y = gx", "<Y/g> = x").verdict in HOLDS


def test_the_cost_that_is_guessed_is_one_that_the_text_speaks_of() -> None:
    slope = r"\frac{\partial L}{\partial W_2} = (a_2 - y) a_1^T"
    for words, said in ((("logs",), "cross-entropy"), (("squares",), "squares"), ((), "squares")):
        (found,) = judge([Formula(slope, costs=words)])
        assert any(said in one for one in found.conventions)


@pytest.mark.parametrize("layer", ["", "^{[1]}", "^l"])
def test_the_slope_of_what_a_unit_gives_says_which_function_it_has(layer: str) -> None:
    """Of each layer by itself: a hidden one may have tanh where the last one is logistic."""
    a, slope = f"(a{layer})", f"<a{layer}/z{layer}>"
    found = judged(rf"{slope} = 1 - {a}^2", r"<a^{[3]}/z^{[3]}> = a^{[3]} (1 - a^{[3]})")
    assert [one.verdict for one in found] == ["true under"] * 2
    assert "the activation is tanh" in found[0].conventions
    assert last(rf"{slope} = 1 - {a}").verdict == "not understood"
    logistic = rf"a{layer} = \frac{{1}}{{1 + e^{{-z{layer}}}}}"
    assert last(logistic, rf"{slope} = 1 - {a}^2").verdict == "refuted"
