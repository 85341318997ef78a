"""Verdicts on small notes: right claims of every construct hold, and each slip planted in one is refuted."""

import pytest
from note_verdicts import judged, last

GOOD = ("proved", "true under")


PROVED = [
    (r"\frac{d}{dx}(x^5) = 5x^4",),
    ("f(x,y) = x^2sin(y)", r"\frac{\partial f}{\partial x} = 2xsin(y)"),
    (r"s(x) = \frac{1}{1+e^{-x}}", r"s'(x) = s(x)(1-s(x))"),
    ("y = u^2", r"\dfrac{dy}{du} = 2u"),
    (r"(kx^2)' = 2kx",),
    (r"\frac{d}{dx}\left[\tanh x\right] = 1 - \tanh^2 x",),
    ("f(x) = x^3", r"f'(x) &= 3x^2 \\ &= 3 x \cdot x"),
    (r"C = \frac12 (a-y)^2", r"\frac{\partial C}{\partial a} = a - y"),
]


@pytest.mark.parametrize("note", PROVED, ids=lambda note: note[-1])
def test_scalars_are_proved(note: tuple[str, ...]) -> None:
    assert last(*note).verdict == "proved"


HOLDING = [
    (r"\frac{\partial L}{\partial w} = \frac{\partial L}{\partial a} \cdot \frac{\partial a}{\partial w}",),
    (r"\delta^l = ((W^{l+1})^T \delta^{l+1}) \odot \sigma'(z^l)",),
    (r"\delta^{[l]} = W^{[l+1]\top} \delta^{[l+1]} * g'(z^{[l]})",),
    (r"\frac{\partial C}{\partial w^l_{jk}} = a^{l-1}_k \delta^l_j",),
    (r"\frac{\partial C}{\partial b^l_j} = \delta^l_j",),
    (r"\frac{\partial p_i}{\partial z_j} = p_i(\delta_{ij} - p_j)",),
    (r"\frac{\partial p_i}{\partial z_k} = \begin{cases} p_i(1-p_i) & \text{if } i = k \\ -p_i p_k \end{cases}",),
    (r"\frac{\partial J}{\partial \theta_j} = \frac{1}{m}\sum_{i=1}^m (h_\theta(x^{(i)}) - y^{(i)}) x_j^{(i)}",),
    (r"\nabla_x x^T x = 2x",),
    (r"f'(x) = \lim_{h \to 0} \frac{f(x+h) - f(x)}{h}",),
    ("g_k = y_k - t_k", r"\frac{\partial g_k}{\partial y_k} = 1"),
    ("f(x,y) = x y", r"\nabla f = [\frac{\partial f}{\partial x}, \frac{\partial f}{\partial y}] = [y, x]"),
    (r"\frac{\partial L}{\partial b} = \frac{\partial L}{\partial z}",),
    (r"dw = \frac1n X^\top (\hat y - y)",),
    (r"\frac{\partial a}{\partial z} = a(1-a)", r"\frac{\partial a}{\partial z} = 0.7 \cdot (1 - 0.7) = 0.21"),
]


@pytest.mark.parametrize("note", HOLDING, ids=lambda note: note[-1])
def test_right_claims_hold_and_say_what_they_assume(note: tuple[str, ...]) -> None:
    found = last(*note)
    assert found.verdict == "true under", found.reason
    assert found.conventions


UPDATES = [
    r"w := w - \eta \frac{\partial C}{\partial w}",
    r"\theta_j \leftarrow \theta_j + \alpha \frac{\partial}{\partial \theta_j} \ell(\theta)",
    r"\Delta v = -\eta \nabla C",
    r"\theta := \theta - \frac{f(\theta)}{f'(\theta)}",
    r"\theta_j := \theta_j - \alpha \frac1m \sum_{i=1}^m (h_\theta(x^{(i)}) - y^{(i)}) x_j^{(i)}",
    r"w = w - \alpha dw",
]


@pytest.mark.parametrize("latex", UPDATES)
def test_steps_down_a_gradient(latex: str) -> None:
    assert last(latex).verdict == "true under"


WRONG = {
    "sign": ("f(x) = x^3", "f'(x) = -3x^2"),
    "order of components": (
        "f(x,y) = x^2 y",
        r"\nabla f = \begin{bmatrix} x^2 \\ 2xy \end{bmatrix}",
    ),
    "transpose": (
        r"z^l = W^l a^{l-1} + b^l",
        r"\delta^l = (W^{l+1} \delta^{l+1}) \odot \sigma'(z^l)",
    ),
    "index": (r"\frac{\partial C}{\partial a^L_k} = 2(a^L_i - y_i)",),
    "slope at the wrong variable": (r"o = \sigma(h)", r"\frac{\partial o}{\partial h} = \frac{e^{-o}}{(1+e^{-o})^2}"),
    "factor": ("f(x) = x^2", "f'(x) = x"),
    "lost differential": (r"\frac{\partial C}{w} = x",),
    "index bound twice": (r"z_i = b_i + \sum_{i=1}^n x_i + w_{ji}",),
    "minimum over another name": (r"W^* = argmin_m J(W)",),
    "arithmetic": (r"\frac{\partial f}{\partial x} = 2 \cdot 1.5 = 3.4",),
}


@pytest.mark.parametrize("slip", WRONG)
def test_a_planted_slip_is_refuted_and_named(slip: str) -> None:
    found = last(*WRONG[slip])
    assert (found.verdict, found.slip) == ("refuted", slip), found


@pytest.mark.parametrize("slip", ["sign", "order of components", "transpose", "index", "factor"])
def test_the_correction_holds(slip: str) -> None:
    *before, _ = WRONG[slip]
    correction = last(*WRONG[slip]).correction
    assert correction is not None
    assert last(*before, correction).verdict in GOOD


REFUTED = [
    (r"W \leftarrow W + \eta \frac{\partial E}{\partial W}",),
    (r"\theta := \theta + H^{-1} \nabla_\theta \ell(\theta)",),
    (r"w := w - \eta \frac{\partial C}{\partial b}",),
    (r"f(g(x)) = f'(g(x)) g'(x)",),
    (r"\nabla_w J = \frac{\nabla_z J}{\nabla_w z}",),
    ("f(x,y) = x y", r"\frac{\partial f}{\partial x} = \begin{bmatrix} y \\ x \end{bmatrix}"),
]


@pytest.mark.parametrize("note", REFUTED, ids=lambda note: note[-1])
def test_wrong_claims_are_refuted(note: tuple[str, ...]) -> None:
    assert last(*note).verdict == "refuted"


OPEN = [
    (r"\frac{\partial f}{\partial x} = 3x",),  # f is nowhere defined
    (r"o = g(h)", r"\frac{\partial o}{\partial h} = 1 - o^2"),  # right for tanh
    (r"\frac{\partial p_i}{\partial z_k} = p_k (1 - p_k)",),  # for i = k only
    (r"f'(x) = 1 - f(x)^2",),  # right for tanh
    (r"f'(x) = A'(B(x)) B'(x)",),  # right where f is A of B
    (r"\frac{\partial L}{\partial x} = 1 \cdot (-0.2) = -0.2",),
    (r"\theta := \theta + \alpha \nabla_\theta J(\theta)",),  # J may be a reward
    ("f(x) = x^2", "f(x) = x^3 + x", r"f'(x) = 4x"),  # two definitions, neither nearer to what is meant
    (r"\frac{\partial C}{\partial w} = \pm x",),
    (r"\frac{\partial C}{\partial w} = (x",),
]


@pytest.mark.parametrize("note", OPEN, ids=lambda note: note[-1])
def test_what_may_be_right_is_not_refuted(note: tuple[str, ...]) -> None:
    assert last(*note).verdict == "not understood"


def test_definitions_are_no_claims() -> None:
    found = judged("z = wx + b", r"a = \sigma(z)", "x_1, x_2, \\dots")
    assert {f.verdict for f in found} == {"not a claim"}


def test_the_note_says_how_its_networks_are_written() -> None:
    rows = r"\frac{\partial L}{\partial W^{l}} = \delta^{l} (a^{l-1})^T"
    assert last(rows, r"\delta^{l} = (\delta^{l+1} W^{l+1}) \odot \sigma'(z^{l})").verdict == "refuted"


def test_two_sides_that_vanish_prove_nothing() -> None:
    """Of undefined names every derivative would be 0."""
    found = last(r"\frac{\partial e_1}{\partial w} = \frac{\partial y}{\partial z} \frac{\partial z}{\partial w}")
    assert found.verdict == "not understood"
