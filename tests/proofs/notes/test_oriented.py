"""Claims that say how arrays lie, and definitions that a note writes otherwise than everybody: none is held or refuted
by a reading that makes it come out."""

from __future__ import annotations

import pytest
from note_verdicts import last

HOLDS = ("proved", "true under")


ERROR = r"\delta = <L/z>"
LOGITS = (r"\theta = w^T x + b", r"\hat y = \text{softmax}(\theta)", r"J = -\sum_i y_i \log \hat y_i")
MEAN = (r"J(\theta) = \frac{1}{2m}\sum_{i=1}^m (h_\theta(x^{(i)})-y^{(i)})^2", r"h_\theta(x) = \theta^T x")

# A note, a claim that is right in it, and one that is not.
PAIRS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "a layer of columns": (("z = W x + b", ERROR), r"<L/W> = \delta x^T", r"<L/W> = x \delta^T"),
    "an outer product that is none": (("z = W x + b", ERROR), r"<L/x> = W^T \delta", r"<L/W> = \delta^T x"),
    "layers": (("z^l = W^l a^{l-1}+b^l",), r"<C/W^l> = \delta^l (a^{l-1})^T", r"<C/W^l> = (\delta^l)^T a^{l-1}"),
    "rows of examples": (("Z = X W + b",), "<L/W> = X^T <L/Z>", "<L/W> = <L/Z> X^T"),
    "what is before a layer": (("Z = X W + b",), "<L/X> = <L/Z> W^T", "<L/X> = W^T <L/Z>"),
    "one example of a batch": (("Z = X W + b", ERROR), r"<L/w> = x^T \delta", r"<L/w> = \delta x^T"),
    "slopes by their names": (("Z = XW",), "dW = X^T dZ", "dW = dZ X^T"),
    "weights in columns": (LOGITS, r"<J/w> = x(\hat y - y)^T", r"<J/w> = x^T(\hat y - y)"),
    "a mean over examples": (
        MEAN,
        r"<J/\theta_j> = \frac1m \sum_{i=1}^m (h_\theta(x^{(i)})-y^{(i)})x_j^{(i)}",
        r"<J/\theta_j> = \sum_{i=1}^m (h_\theta(x^{(i)})-y^{(i)})x_j^{(i)}",
    ),
    "two functions": (
        (r"h(x) = \frac{f(x)}{g(x)}",),
        r"h'(x) = \frac{f'(x)g(x)-f(x)g'(x)}{g(x)^2}",
        r"h'(x) = \frac{f(x)g'(x)-f'(x)g(x)}{g(x)^2}",
    ),
    "the sign of a cost": (
        (r"J = \frac1m\sum_{i=1}^m [y_i\log h_i + (1-y_i)\log(1-h_i)]", r"h_i = \sigma(w^Tx_i)"),
        r"\nabla_w J = \frac1m\sum_{i=1}^m (y_i-h_i)x_i",
        r"\nabla_w J = \frac1m\sum_{i=1}^m (h_i-y_i)x_i",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", PAIRS)
def test_a_wrong_claim_is_not_held_by_another_reading(name: str) -> None:
    note, right, wrong = PAIRS[name]
    assert last(*note, wrong).verdict not in HOLDS
    assert last(*note, right).verdict != "refuted"


@pytest.mark.parametrize("name", ["a layer of columns", "layers", "rows of examples", "slopes by their names"])
def test_the_right_one_holds(name: str) -> None:
    note, right, _ = PAIRS[name]
    assert last(*note, right).verdict in HOLDS


def test_a_gradient_may_be_a_row() -> None:
    said = last(r"J(\theta) = \frac{1}{2m}\|X\theta - y\|^2", r"\nabla_\theta J = \frac1m (X\theta - y)^TX")
    assert (said.verdict, "numerator layout" in said.conventions) == ("true under", True)


@pytest.mark.parametrize("letter", [r"\sigma", "f", "S"])
def test_a_function_before_a_bracket_with_itself_is_a_factor(letter: str) -> None:
    logistic = rf"{letter}(x) = \frac{{1}}{{1+e^{{-x}}}}"
    assert last(logistic, f"{letter}' = {letter}(1-{letter})").verdict in HOLDS
    assert last(logistic, f"{letter}' = {letter}({letter}-1)").verdict == "refuted"


def test_a_logistic_function_that_is_mistyped_refutes_nothing_that_is_right_of_it() -> None:
    mistyped = r"f(x) = \sigma(x) = \frac{1}{1+e^{x}}"
    assert last(mistyped, r"\sigma' = \sigma(1-\sigma)").verdict == "not understood"
    assert last(mistyped, r"\sigma' = \sigma(1+\sigma)").verdict == "refuted"


LINE = (r"\hat y_i = \beta_0 + \beta_1 x_i", r"RSS = \sum_{i=1}^n (y_i - \hat y_i)^2")
UNITS = (r"L = \sum_i (t_i - o_i)^2", r"o_i = \sum_j w_{ij} x_j")
LIKELIHOOD = (r"J = %s\frac1m\sum_{i=1}^m [y_i\log h_i + (1-y_i)\log(1-h_i)]", r"h_i = \sigma(w^Tx_i)")

# A note, a claim that holds for a guessed network or for numbers alone, the slip in it, and what is right.
MENDED: dict[str, tuple[tuple[str, ...], str, str, str]] = {
    "the 2 of a square": (LINE, r"<RSS/\beta_0> = -\sum_i (y_i-\hat y_i)", "factor", "- 2 \\sum_i"),
    "the indices of a weight": (UNITS, r"<L/w_{ij}> = -2(t_j-o_j)x_i", "index", "-2(t_i-o_i)x_j"),
    "a weight turned over": (UNITS, r"<L/x_j> = -2\sum_i (t_i-o_i)w_{ji}", "index", "w_{ij}"),
    "the 2 of a penalty": (
        (r"J(w) = (Xw-y)^T(Xw-y) + \lambda w^Tw",),
        r"\nabla_w J = 2X^T(Xw-y) + \lambda w",
        "factor",
        r"2 \lambda w",
    ),
    "a sum for its term": (
        (r"MSE = \frac{1}{n}\sum_{i=1}^n (y_i - \hat y_i)^2",),
        r"<MSE/\hat y_i> = -\frac{2}{n}\sum_{i=1}^n(y_i - \hat y_i)",
        "sum",
        r"-\frac{2}{n} (y_i",
    ),
    "a transpose of keys": (("S = QK^T",), "<L/Q> = <L/S> K^T", "transpose", r"{\partial S} K"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", MENDED)
def test_what_one_slip_mends_by_the_same_definitions_is_refuted(name: str) -> None:
    note, wrong, slip, right = MENDED[name]
    said = last(*note, wrong)
    assert (said.verdict, said.slip) == ("refuted", slip)
    assert right in (said.correction or "")
    assert last(*note, said.correction or "").verdict in HOLDS


@pytest.mark.slow
def test_a_logarithm_of_what_nothing_defines_is_of_the_logistic_function() -> None:
    note = (LIKELIHOOD[0] % "-", LIKELIHOOD[1])
    assert last(*note, r"\nabla_w J = \frac1m\sum_{i=1}^m (h_i-y_i)x_i").verdict in HOLDS
    assert last(*note, r"\nabla_w J = \frac1m\sum_{i=1}^m (y_i-h_i)x_i").verdict == "refuted"


@pytest.mark.slow
def test_the_sign_that_a_cost_has_lost_refutes_no_gradient() -> None:
    note = (LIKELIHOOD[0] % "", LIKELIHOOD[1])
    assert last(*note, r"\nabla_w J = \frac1m\sum_{i=1}^m (h_i-y_i)x_i").verdict == "not understood"


def test_a_power_of_e_is_no_name_that_something_must_define() -> None:
    assert last(r"\frac{d}{dx} e^{-x^2} = -x e^{-x^2}").verdict == "refuted"
    assert last(r"\frac{d}{dx} e^{-x^2} = -2x e^{-x^2}").verdict in HOLDS


LEAVING = r"z^{(l+1)} = W^{(l)} a^{(l)} + b^{(l)}"
ENTERING = r"z^{(l)} = W^{(l)} a^{(l-1)} + b^{(l)}"
BACK = r"\delta^{(l)} = ((W^{(%s)})^T \delta^{(l+1)}) \odot f'(z^{(l)})"
BY_WEIGHTS = r"<J/W^{(l)}> = \delta^{(%s)} (a^{(%s)})^T"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("layers", "right", "wrong"),
    [
        (LEAVING, BACK % "l", BACK % "l+1"),
        (ENTERING, BACK % "l+1", BACK % "l"),
        (LEAVING, BY_WEIGHTS % ("l+1", "l"), BY_WEIGHTS % ("l", "l-1")),
        (ENTERING, BY_WEIGHTS % ("l", "l-1"), BY_WEIGHTS % ("l+1", "l")),
    ],
)
def test_weights_are_numbered_as_the_note_numbers_them(layers: str, right: str, wrong: str) -> None:
    assert last(layers, right).verdict in HOLDS
    assert last(layers, wrong).verdict == "refuted"


def test_weights_that_nothing_numbers_are_of_either_layer() -> None:
    assert last(BACK % "l+1").verdict in HOLDS
    assert last(BACK % "l").verdict == "not understood"


def test_a_right_formula_is_no_other_by_a_reading_under_which_the_wrong_one_holds() -> None:
    said = last(r"C = \sum_j (y_j - a_j^L)^2", r"<C/a^L_j> = (a_j^L-y_j)")
    assert (said.verdict, said.slip) == ("refuted", "factor")


HALF = r"C = \frac12 \sum_j (y_j - a_j^L)^2"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("right", "wrong", "slip"),
    [
        (r"\delta^L_j = (a^L_j-y_j)\sigma'(z_j^L)", r"\delta^L_j = 2(a^L_j-y_j)\sigma'(z_j^L)", "factor"),
        (r"<C/z^L_j> = (a^L_j-y_j)\sigma'(z_j^L)", r"<C/z^L_j> = (y_j-a^L_j)\sigma'(z_j^L)", "sign"),
        (
            r"<C/w^L_{jk}> = (a^L_j-y_j)\sigma'(z_j^L)a_k^{L-1}",
            r"<C/w^L_{jk}> = (a^L_j-y_j)\sigma'(z_j^L)a_k^L",
            "layer",
        ),
    ],
)
def test_the_one_cost_of_a_note_refutes_on_all_networks(right: str, wrong: str, slip: str) -> None:
    assert last(HALF, right).verdict in HOLDS
    said = last(HALF, wrong)
    assert (said.verdict, said.slip) == ("refuted", slip)
    assert last(r"C = \sum_j (y_j - a_j^L)^2", HALF, wrong).verdict != "refuted"  # it may be either


def test_a_delta_may_be_minus_the_derivative() -> None:
    assert last(HALF, r"\delta^L_j = (y_j-a^L_j)\sigma'(z_j^L)").verdict == "not understood"


def test_a_batch_is_not_written_as_one_example_is() -> None:
    one = (r"z = w^T x + b", r"\hat y = \sigma(z)", r"L = -y \log \hat y - (1-y)\log(1-\hat y)")
    assert last(*one, r"\nabla_w L = X^T(\hat y - y)").verdict in HOLDS


def test_a_note_that_writes_its_layers_in_two_ways_refutes_neither() -> None:
    columns = r"z_i^{L-1} = \sum_j w_{ij}^{L-1} a_j^{L-2}"
    rows = (r"z_j^l = \sum_i w_{ij}^l a_i^{l-1}", r"\Delta w_{ij}^l = <C/w_{ij}^l> = \delta_j^l a_i^{l-1}")
    claim = r"\delta_j^{l-1} = g'(z_j^{l-1}) \sum_k w_{kj}^l \delta_k^l"
    assert last(columns, *rows, claim).verdict == "not understood"
    assert last(*rows, claim).verdict == "refuted"
