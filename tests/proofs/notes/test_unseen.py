"""Kinds of claims on which notes that were never seen before got a wrong verdict; the formulas here are our own."""

from pathlib import Path

import pytest
from note_verdicts import judged, last

from proofs.notes.checking import check_notes

SOFTMAX = (r"L = -\sum_i y_i \log p_i", r"p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}")
FORWARD = ("C = (y - a)^2/2", r"a = \sigma(z)", "z = wx + b", r"\sigma(z) = \frac{1}{1 + e^{-z}}")
RIGHT = {
    "one side of a kink": (r"a = \max(0, z)", r"M = \frac12 (a - 1)^2", r"\frac{\partial M}{\partial z} = a - 1"),
    "a slope at a point": ("y = x^2", r"\frac{dy}{dx} = 6"),
    "a slope on one side": ("a = \\max(0, z)", r"\frac{\partial a}{\partial z} = 1"),
    "a factor of what is set to 0": (
        r"J = \frac{1}{2m} \|X w - y\|^2",
        r"\nabla_w J = X^T (X w - y) = 0",
    ),
    "a number on one side": ("f(x) = |x|", r"\frac{df}{dx} = -1"),
    "an equation to solve": ("M = (w - 3)^2", r"\frac{dM}{dw} = 2(w - 3) = 0"),
    "a lone equation to solve": ("M = (w - 3)^2", r"dM/dw = 0"),
    "gathered slopes": (r"g := g + \frac{\partial L}{\partial w}",),
    "a gathered gradient": (r"W_{grad} = W_{grad} + \frac{\partial E}{\partial W}",),
    "a likelihood": (r"w := w + \eta \frac{\partial L}{\partial w}",),
    "L above, as a layer": (r"\delta^{(L)} = \frac{\partial J}{\partial a^{(L)}} \odot \sigma'(z^{(L)})",),
    "a logarithm to a base": (r"\frac{d}{dx} \log_2 x = \frac{1}{x \ln 2}",),
    "a mean or a sum": (r"\frac{\partial J}{\partial W^{(l)}} = \frac1m \delta^{(l)} (a^{(l-1)})^T",),
    "values that the text gives": (
        *FORWARD,
        r"\frac{\partial C}{\partial w} = (a - y)\sigma'(z) = a\sigma'(z)",
    ),
    "a layer left out": (
        r"\frac{\partial E}{\partial w_{ij}^l}"
        r" = \frac{\partial E}{\partial z_j} \frac{\partial z_j}{\partial w_{ij}^l}",
    ),
    "a condition that is used": (
        r"M = r^2 + \sum_i b_i (w_i - r)",
        r"\frac{\partial M}{\partial r} = 2r - \sum_i b_i = 2r - 1 = 0",
    ),
    "another delta": (r"\delta_j^{(l)} \equiv \frac{\partial E}{\partial a_j^{(l)}}",),
    "a slope that is called a change": (r"\Delta w_{ij} = \frac{\partial E}{\partial w_{ij}}",),
    "a gradient at a point": (r"M(w) = w^2", r"\nabla_w M(w_0) = 2 w_0"),
    "a gradient at a number": (r"M(w) = w^2", r"\nabla_w M(w_1) = 2(4) = 8"),
    "a partial derivative at a point": (r"f(x,y) = x^2 y", r"\frac{\partial f}{\partial x}(x_0, y_0) = 2 x_0 y_0"),
    "an upright d": (r"{d}W^{[2]} = \frac{{dJ}}{dW^{[2]}}",),
    "a sum without bounds": (
        r"\hat y = w x + b",
        r"M = \frac1n \sum_{i=1}^n (y_i - \hat{y_i})^2",
        r"\frac{dM}{dw} = -\frac2n \sum (y_i - \hat{y_i}) x_i",
    ),
    "an activation that the note names alone": (
        r"J(w) = -y \log \sigma(w^T x) - (1 - y) \log(1 - \sigma(w^T x))",
        r"\nabla_w J = (\sigma(w^T x) - y) \cdot x",
    ),
    "a letter that is also something else": ("A = B + C", r"\frac{d X^T A X}{dX} = 2 A X"),
    "a letter of a count": ("M(w) = (w - 3)^2", r"\frac{dM(w)}{dw} = 2(w - 3)"),
    "a vector beside vectors": (
        "y = f(Wx + b)",
        r"M = \frac12 \|y - t\|^2",
        r"\frac{\partial M}{\partial W} = (y - t) f'(Wx + b) x",
    ),
    "a partial derivative as an index": ("f(x, y) = y^2 - x^2", "f_{xx}(0, 0) = -2"),
    "a gradient that is set to 0": (r"M(w) = \|X w - y\|^2", r"\nabla_w M(w) = 0"),
    "t as a transpose": (r"\frac{\partial}{\partial x} x^t B x = (B + B^t) x",),
    "a factor that no cost reaches": (
        r"J = \mathbb E[A \log\pi]",
        r"\nabla_\theta (A \log\pi_\theta(s, a)) = A \nabla_\theta \log\pi_\theta(s, a)",
    ),
}


@pytest.mark.parametrize("note", RIGHT.values(), ids=RIGHT)
def test_what_may_be_right_is_not_refuted(note: tuple[str, ...]) -> None:
    assert last(*note).verdict != "refuted"


def test_what_is_defined_further_on_may_be_another() -> None:
    general, _ = judged(r"x \frac{\partial f}{\partial x} = n f(x)", "f(x) = x^2")
    assert general.verdict != "refuted"


WRONG = {
    "a step written again": (
        r"\theta_j := \theta_j - \alpha \frac{\partial J}{\partial \theta_j}"
        r" = \theta_j + \frac{\alpha}{m} \sum_{i=1}^m (\hat y^{(i)} - y^{(i)}) x_j^{(i)}",
    ),
    "a cost without the 1/2": (r"MSE = \frac1n \sum_{i=1}^n (y_i - \hat y_i)^2", r"dw = \frac1n X^\top (\hat y - y)"),
    "a mean as a sum": (
        r"\frac{\partial J}{\partial \theta_j} = \sum_{i=1}^m (h_\theta(x^{(i)}) - y^{(i)}) x_j^{(i)}",
        r"J = -\frac1m \sum_{i=1}^m y^{(i)} \log h_i",
    ),
    "one of a mean": (
        r"L_{BCE} = -\frac1n \sum_i (y_i \log p_i + (1 - y_i) \log(1 - p_i))",
        r"\frac{\partial L}{\partial z_i} = p_i - y_i",
    ),
    "nothing that moves": ("f(x) = x^2", r"\frac{d}{dx} f(u) = \lim_{h \to 0} \frac{f(u) - f(u)}{h}"),
    "an equation": ("y = X w", r"M(w) = \|X w - y\|^2", r"\nabla_w M(w) = 0"),
    "a sum left out": (
        *SOFTMAX,
        r"\frac{\partial L}{\partial z_i} = \frac{\partial L}{\partial p_i} \frac{\partial p_i}{\partial z_i}",
    ),
    "an equation of an unknown": (r"M(w) = (w - 3)^2", r"\nabla_w M(w) = 0"),
    "another at a point": (r"f(x,y) = x^2 y", r"\frac{\partial f}{\partial x}(x_0, y_0) = x_0 y_0"),
    "an error with the other sign": (r"\delta = (y - a) \sigma'(z)", r"b = b - \alpha \delta"),
    "parts of no network": (
        r"\frac{\partial L}{\partial h_t} = \frac{\partial L_t}{\partial h_t}"
        r" + \frac{\partial L_{t+1:T}}{\partial h_t}",
    ),
    "a lost transpose": (r"f(x) = \|Ax - b\|^2", r"\nabla f(x) = 2A(Ax - b)"),
    "nothing, of what is held fixed": (
        r"h_\theta(x) = \theta_0 + \theta_1 x",
        r"J(\theta_0, \theta_1) = \frac{1}{2m} \sum_i (h_\theta(x_i) - y_i)^2",
        r"\frac{\partial}{\partial \theta_1} J(\theta_0, \theta_1) = 0 \iff \theta_1 = \sum_i x_i y_i",
    ),
    "residuals that the note makes 0": (
        "y = ux + c",
        r"L = \frac1m \sum_{i=1}^m (y_i - u x_i - c)^2",
        r"u \leftarrow u - \eta \frac2m \sum_{i=1}^m (y_i - u x_i - c) x_i",
    ),
    "a name that says itself": (r"Q_{dW} = \beta V_{dW} + (1 - \beta) dW^2",),
}


@pytest.mark.parametrize("note", WRONG.values(), ids=WRONG)
def test_what_is_wrong_does_not_hold(note: tuple[str, ...]) -> None:
    assert [f.verdict for f in judged(*note) if f.verdict in ("proved", "true under")] == []


HOLDING = {
    "a step written again": (
        r"\theta_j := \theta_j - \alpha \frac{\partial J}{\partial \theta_j}"
        r" = \theta_j - \frac{\alpha}{m} \sum_{i=1}^m (\hat y^{(i)} - y^{(i)}) x_j^{(i)}",
    ),
    "targets that sum to 1": (*SOFTMAX, r"\frac{\partial L}{\partial z_i} = p_i - y_i"),
    "a letter that is also something else": ("A = B + C", r"\frac{d X^T A X}{dX} = 2 A X"),
    "an activation that the note names alone": RIGHT["an activation that the note names alone"],
    "a solution further on": (
        r"M = \|X \theta - y\|^2",
        r"\nabla_\theta M = 2 X^T (X \theta - y) \\ \theta = (X^T X)^{-1} X^T y",
    ),
    "another count of examples": (
        r"\hat{x}_i = \gamma",
        r"\frac{\partial L}{\partial x_i} = \frac{\partial L}{\partial \hat{x}_i} \frac{1}{\sqrt{\sigma^2 + \epsilon}}"
        r" + \frac{\partial L}{\partial \sigma^2} \frac{2(x_i - \mu)}{N} + \frac{\partial L}{\partial \mu} \frac1N",
    ),
    "a label in letters": (r"M = \frac12 (a - y_{true})^2", r"\frac{dM}{da} = a - y_{true}"),
    "a norm in bars": (r"M = \frac12 ||a - t||^2", r"\frac{\partial M}{\partial a} = a - t"),
    "where it holds": (SOFTMAX[1], r"\frac{\partial p_i}{\partial z_j} = p_i(1 - p_i), \quad i = j"),
    "where it does not": (SOFTMAX[1], r"\frac{\partial p_i}{\partial z_j} = -p_i p_j, \quad i \neq j."),
    "a formula that goes on": (r"\frac{d}{dx} x^2 = x + x", "= 2x"),
    "braces with words": (
        r"\frac{d}{dx} x^2 \stackrel{\text{rule}}{=} \underbrace{2x}_{\text{slope}} \quad (\text{so})",
    ),
    "a condition in words": (
        r"a = \max(0, z)",
        r"\frac{da}{dz} = \begin{cases} 1 & \text{if $z > 0$} \\ 0 & \text{otherwise} \end{cases}",
    ),
    "new and old": (r"w_{new} = w_{old} - \eta \frac{\partial L}{\partial w}",),
    "an upright d": (r"\frac{\mathrm{d}}{\mathrm{d}x} x^2 = 2x",),
    "a fraction on one line": ("y = x^2", "dy/dx = 2x"),
    "an equation to solve": ("M = (w - 3)^2", r"\frac{dM}{dw} = 2(w - 3) = 0"),
}


@pytest.mark.parametrize("note", HOLDING.values(), ids=HOLDING)
def test_what_holds_is_said_to_hold(note: tuple[str, ...]) -> None:
    found = last(*note)
    assert found.verdict in ("proved", "true under"), found.reason


def test_a_formula_that_goes_on_is_not_refuted_by_the_one_before() -> None:
    assert last(r"\frac{d}{dx} x^2 = x + x", "= 3x").verdict == "not understood"


def test_a_display_does_not_go_on_with_a_formula_in_the_text(tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    note.write_text("$$f(x) = x^2 + x$$\n\nWith $x^2 + x = x(x + 1)$:\n\n$$= x^2 + 2x$$\n", encoding="utf-8")
    assert check_notes(note).notes[0].findings[-1].verdict == "not understood"


def test_a_wrong_number_for_a_slope_that_is_the_same_everywhere_is_refuted() -> None:
    assert last("y = 2x + 1", r"\frac{dy}{dx} = 3").verdict == "refuted"


def test_the_output_that_a_note_defines_is_that_of_its_network() -> None:
    found = last(r"A^{[2]} = \text{softmax}(Z^{[2]})", r"dZ^{[2]} = A^{[2]} - Y")
    assert any("softmax" in said for said in found.conventions), found


def test_z_may_be_what_a_unit_gives() -> None:
    found = last(r"a_j = \sum_i w_{ij} z_i", "z_j = h(a_j)", r"\delta_j = \frac{\partial E}{\partial a_j}")
    assert found.verdict == "true under"


def test_a_lost_factor_is_refuted() -> None:
    assert last(*FORWARD, r"\frac{\partial C}{\partial w} = (a - y)\sigma'(z)").verdict == "refuted"
