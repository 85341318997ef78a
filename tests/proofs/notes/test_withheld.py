"""Claims that are right by what the note says elsewhere, and their wrong twins, which must not hold."""

import pytest
from note_verdicts import last

from proofs.notes.formula import Formula
from proofs.notes.verdicts.judge import judge

HOLDS = ("proved", "true under")
SQUARES = (r"a^l = \sigma(W^l a^{l-1} + b^l)", r"C = \frac{1}{2} \sum_j (y_j - a_j^L)^2")
RIDGE = (
    r"J(w,b) = \frac{1}{2m} \sum_{i=1}^m (f_{w,b}(x^{(i)}) - y^{(i)})^2 + \frac{\lambda}{2m} \sum_{j=1}^n w_j^2",
    r"\frac{\partial J}{\partial w_j} = \frac1m \sum_{i=1}^m (f_{w,b}(x^{(i)})-y^{(i)}) x_j^{(i)} + \frac\lambda m w_j",
)
EXAMPLE = (
    r"h_\theta(x) = g(z)",
    r"g(z) = \frac{1}{1+e^{(-z)}}",
    r"z = \theta^T x^{(i)}",
    r"f(\theta) = y^{(i)} \log(h_\theta(x^{(i)})) + (1-y^{(i)}) \log(1-h_\theta(x^{(i)}))",
    r"J(\theta) = -\frac1m \sum_{i=1}^m [y^{(i)} \log h_\theta(x^{(i)}) + (1-y^{(i)}) \log(1-h_\theta(x^{(i)}))]",
)
CALLED = (
    r"J(\theta) = \frac1m \sum_{i=1}^m \operatorname{Cost}(h_\theta(x^{(i)}), y^{(i)})",
    r"\operatorname{Cost}(p, y) = -(y \log(p) + (1-y) \log(1-p))",
)
LOGISTIC = r"\nabla J(\theta) = \frac1m X (g(\theta^T X) - Y)^T"
ROWS = (r"U^l = H^{l-1} W^l + \boldsymbol{1} b^l", r"H^l = \phi(U^l)")
EACH = r"\frac{\partial f}{\partial \theta_j} = (y^{(i)} - h_\theta(x^{(i)})) x_j^{(i)}"
THROUGH = (
    r"\frac{\partial C}{\partial W^l} = \frac{\partial C}{\partial z^l} \frac{\partial z^l}{\partial W^l} = \delta^l "
)

PAIRS = {
    "the cost that the note defines": (SQUARES, r"\nabla_a C = a^L - y", r"\nabla_a C = 2(a^L - y)"),
    "its penalty": (RIDGE[:1], RIDGE[1], RIDGE[1].replace(r"\frac\lambda m", r"\lambda")),
    "a cost of calls": (CALLED, LOGISTIC, LOGISTIC.replace("- Y", "+ Y")),
    "a definition of one example": (EXAMPLE, EACH, EACH.replace("y^{(i)} - h", "y^{(i)} + h")),
    "a sum of those": (
        EXAMPLE,
        r"\frac{\partial J}{\partial \theta_j} = -\frac1m \sum_{i=1}^m \frac{\partial f(\theta)}{\partial \theta_j}",
        r"\frac{\partial J}{\partial \theta_j} = \frac1m \sum_{i=1}^m \frac{\partial f(\theta)}{\partial \theta_j}",
    ),
    "a function in the middle": ((r"a = f(z) = z^2 + z",), r"f'(z) = 2z + 1", r"f'(z) = 2z"),
    "a numbered function": (("f_1(x) = x^2", "f_2(x) = x^3"), r"f_1'(x) = 2x", r"f_2'(x) = 2x"),
    "behind another name": (
        (r"y_j = \phi_j = \frac{e^{u_j}}{\sum_k e^{u_k}}",),
        r"\frac{\partial y_i}{\partial u_j} = y_i (1_{i=j} - y_j)",
        r"\frac{\partial y_i}{\partial u_j} = y_i (1_{i=j} - y_i)",
    ),
    "entry by entry": (
        (r"a^{(l)} = g(z^{(l)})", r"g(z) = \frac{1}{1+e^{-z}}"),
        r"\frac{\partial}{\partial z^{(l)}} g(z^{(l)}) = g(z^{(l)}) \odot (1 - g(z^{(l)}))",
        r"\frac{\partial}{\partial z^{(l)}} g(z^{(l)}) = g(z^{(l)}) \odot (1 + g(z^{(l)}))",
    ),
    "rows of ones": (
        ROWS,
        r"\frac{\partial E}{\partial b^L} = \boldsymbol{1}^\top \delta^L",
        r"\frac{\partial E}{\partial b^L} = \boldsymbol{1} \delta^L",
    ),
    "whole rows": (
        (*ROWS, r"E = \sum_q E^q"),
        r"\delta_{q\cdot}^L = \frac{\partial E^q}{\partial H_{q\cdot}^L} \odot \phi'(U_{q\cdot}^L)",
        r"\delta_{q\cdot}^L = \frac{\partial E^q}{\partial H_{q\cdot}^L} \odot \phi(U_{q\cdot}^L)",
    ),
    "a chain through a layer": (
        (),
        THROUGH + r"(a^{l-1})^T",
        THROUGH + "(a^l)^T",
    ),
    "a product of the chain rule": (
        (r"o = w h", r"J = l(o, y) + s", r"s = \frac{\lambda}{2} w^2"),
        r"\frac{\partial J}{\partial w} = prod(\frac{\partial J}{\partial s}, \frac{\partial s}{\partial w})"
        r" + \frac{\partial J}{\partial o} h",
        r"\frac{\partial J}{\partial w} = prod(\frac{\partial J}{\partial s}, \frac{\partial s}{\partial w})"
        r" - \frac{\partial J}{\partial o} h",
    ),
    "a batch beside its examples": (
        (*EXAMPLE[1:2], r"h = g(X\theta)", r"J(\theta) = -\frac1m (y^T \log(h) + (1-y)^T \log(1-h))"),
        r"\theta := \theta - \frac{\alpha}{m} X^T (g(X\theta) - y)",
        r"\theta := \theta - \frac{\alpha}{m} X^T (g(X\theta) + y)",
    ),
    "a lost bracket": (
        (),
        r"\delta^l = (w^{l+1})^T \delta^{l+1}) \odot \sigma'(z^l)",
        r"\delta^l = (w^{l+1}) \delta^{l+1}) \odot \sigma'(z^l)",
    ),
    "an aside": (
        ("f(x) = x^3",),
        r"f'(x) = 3x^2 \qquad (\text{where} \quad f''(x) = 6x)",
        r"f'(x) = 3x^2 \qquad (\text{where} \quad f''(x) = 5x)",
    ),
}


LONG = ("behind another name", "whole rows", "its penalty", "a cost of calls", "a lost bracket")


@pytest.mark.parametrize("name", [pytest.param(n, marks=[pytest.mark.slow] if n in LONG else []) for n in PAIRS])
def test_what_is_right_holds_and_its_wrong_twin_does_not(name: str) -> None:
    note, right, wrong = PAIRS[name]
    assert last(*note, right).verdict in HOLDS, last(*note, right)
    assert last(*note, wrong).verdict not in HOLDS, last(*note, wrong)


UNHELD = {
    "outputs that the note defines otherwise": (
        r"a_j = \frac{1}{1+e^{-z_j}}",
        r"L = -\sum_j y_j \log a_j",
        r"\frac{\partial L}{\partial z_j} = a_j - y_j",
    ),
    "an activation that the note defines otherwise": (
        r"g(z) = \tanh(z)",
        r"a^l = g(W^l a^{l-1} + b^l)",
        r"C = \frac12 \sum_j (y_j - a_j^L)^2",
        r"\delta^L = (a^L - y) \odot a^L \odot (1 - a^L)",
    ),
    "the error of another cost": (
        r"a^l = \sigma(W^l a^{l-1} + b^l)",
        r"C = \frac12 \sum_j (y_j - a_j^L)^2",
        r"\delta^L = a^L - y",
    ),
    "a slope that is a matrix": (
        r"a = softmax(z)",
        r"\frac{\partial a}{\partial z} = a \odot (1 - a)",
    ),
    "the slope that another cost would have": (
        "C = (y-a)^2/2",
        r"\frac{\partial a}{\partial w} = \sigma'(z) x",
        r"\frac{\partial C}{\partial w_i} = (a - y) x_i",
    ),
    "an error of the outputs": (*SQUARES, r"\delta^L = \frac{\partial C}{\partial a^L}"),
    "a call that lost its bracket": ("f(x) = x^2", r"f'(x) = 2 f(x \cdot \frac1x"),
    "a sum that lost its bracket": ("f(x) = x^2 + 3x", "f'(x) = (2x + 3"),
}


@pytest.mark.parametrize("name", UNHELD)
def test_what_the_note_contradicts_does_not_hold(name: str) -> None:
    assert last(*UNHELD[name]).verdict not in HOLDS, last(*UNHELD[name])


UNREFUTED = [
    ("L = -y_i \\log p_i", r"p_i = \frac{e^{z_i}}{\sum_k e^{z_k}}", r"\frac{\partial L}{\partial z_j} = p_j - y_j"),
    (
        r"h_\theta(x) = P(y=1 | x; \theta)",
        r"\frac{\partial h_\theta(x)}{\partial \theta_j} = h_\theta(x)(1-h_\theta(x)) x_j",
    ),
    (r"\Theta \to z \to a \to J", r"\frac{\partial J}{\partial z} = \frac{\partial J}{\partial a} a (1-a)"),
    ("f(x) = x^2", "f'(x) = 3x) + 0"),
    (r"y = \max_i h^{(i)}(x)", r"\frac{\partial y}{\partial x} = h'(x)"),
]


@pytest.mark.parametrize("note", UNREFUTED, ids=lambda note: note[-1])
def test_what_may_be_meant_otherwise_is_not_refuted(note: tuple[str, ...]) -> None:
    assert last(*note).verdict != "refuted", last(*note)


def test_a_mended_bracket_is_said_and_proves_nothing() -> None:
    found = last("f(x) = x^2 + 3x", "f'(x) = 2x) + 3")
    assert found.verdict == "true under"
    assert found.conventions[0] == "a bracket that is missing stands around the whole product"


def test_the_cost_of_the_note_and_the_outputs_that_are_guessed_are_said() -> None:
    said = last(*RIDGE).conventions
    assert {"the cost is the one that the note defines", "the output is z itself"} <= set(said)


def test_a_display_goes_on_with_one_that_cannot_be_read() -> None:
    first = Formula(r"\frac{\partial E}{\partial W^L} = \begin{pmatrix} a & \vdots \\ b \end{pmatrix}", display=True)
    after = Formula(r"= \delta^L (a^{L-1})^T", line=2, display=True)
    assert judge([first, after])[1].verdict == "true under"
    wrong = Formula(r"= \delta^L (a^L)^T", line=2, display=True)
    assert judge([first, wrong])[1].verdict == "not understood"


def test_no_reason_leaves_out_the_name() -> None:
    found = last(r"u = x^2", r"\frac{d}{dx} u^2 \approx 4 x^3 + 1")
    assert found.verdict == "not understood"
    assert not found.reason.startswith((" ", "is nowhere")), found.reason


MISTYPED = r"f(x) = \sigma(x) = \frac{1}{1 + e^x}"
WRITTEN = r"\frac{\partial \sigma}{\partial x} = \frac{\partial}{\partial x}(\frac{1}{1 + e^{-x}}) = "


def test_what_is_right_of_another_function_than_is_defined() -> None:
    found = last(MISTYPED, WRITTEN + r"\frac{e^{-x}}{(1 + e^{-x})^2}")
    assert (found.verdict, found.reason) == ("not understood", "the note defines another sigma")


@pytest.mark.parametrize("claim", [WRITTEN + r"\frac{e^{-x}}{(1 - e^{-x})^2}", r"\sigma' = \sigma (1 + \sigma)"])
def test_what_is_wrong_of_both_is_refuted(claim: str) -> None:
    assert last(MISTYPED, claim).verdict == "refuted"


@pytest.mark.parametrize(
    "claim", [r"g = \frac{dC}{dq}", r"g = \frac{dC}{dq} = 4", r"\mathrm{MC} = \frac{dC}{dq} \approx 20.97"]
)
def test_a_name_for_a_derivative_is_not_refuted(claim: str) -> None:
    assert last("C = k q^2", claim).verdict != "refuted"
