"""Functions that a note calls by their names and defines nowhere are what everybody means by these."""

from __future__ import annotations

import math

import numpy as np
import pytest
from note_labels import HOLDS
from note_verdicts import last, verdicts

from proofs.notes.evaluation.functions import BUILT_IN
from proofs.notes.named_functions import ROWS

SLOPES = [
    (r"\frac{d}{dx} ELU(x)", r"\begin{cases} 1 & x > 0 \\ \alpha e^x & x \le 0 \end{cases}"),
    (r"\text{Leaky ReLU}'(x)", r"\begin{cases} 1 & x > 0 \\ 0.01 & x < 0 \end{cases}"),
    (r"\text{LeakyReLU}'(x)", r"\begin{cases} 1 & x > 0 \\ \alpha & x < 0 \end{cases}"),
    (r"\frac{d\,\mathrm{SELU}(x)}{dx}", r"\lambda \begin{cases} 1 & x > 0 \\ \alpha e^x & x < 0 \end{cases}"),
    (r"\operatorname{softplus}'(x)", r"\frac{1}{1 + e^{-x}}"),
    (r"\text{SiLU}'(x)", r"\sigma(x)(1 + x(1 - \sigma(x)))"),
    (r"\text{Swish}'(x)", r"\text{Swish}(x) + \sigma(x)(1 - \text{Swish}(x))"),
    (r"\text{GELU}'(x)", r"\Phi(x) + x \phi(x)"),
    (r"\text{softsign}'(x)", r"\frac{1}{(1 + |x|)^2}"),
    (r"\frac{d}{dp} \text{logit}(p)", r"\frac{1}{p (1 - p)}"),
    (r"\text{HardTanh}'(x)", r"\begin{cases} 1 & -1 < x < 1 \\ 0 & x < -1 \\ 0 & x > 1 \end{cases}"),
    (r"\text{erf}'(x)", r"\frac{2}{\sqrt{\pi}} e^{-x^2}"),
]
SURE = [pair for pair in SLOPES if any(name in pair[0] for name in ("softsign", "logit", "erf"))]


@pytest.mark.parametrize(("left", "right"), SLOPES, ids=[left for left, _ in SLOPES])
def test_a_slope_of_a_function_that_everybody_knows(left: str, right: str) -> None:
    assert last(f"{left} = {right}").verdict in HOLDS
    assert last(f"{left} = 2 {right}").verdict not in HOLDS


@pytest.mark.parametrize(("left", "right"), SURE, ids=[left for left, _ in SURE])
def test_what_has_one_meaning_refutes(left: str, right: str) -> None:
    assert last(f"{left} = -{right}").verdict == "refuted"


def test_the_verdict_says_that_the_note_does_not_define_it() -> None:
    assert last(r"\text{softsign}'(x) = \frac{1}{(1 + |x|)^2}").conventions == ("the usual softsign",)


def test_a_note_may_define_it_otherwise() -> None:
    own = r"\text{softsign}(x) = \frac{2x}{1 + |x|}", r"\text{softsign}'(x) = \frac{2}{(1 + |x|)^2}"
    assert verdicts(*own)[1] in HOLDS
    assert verdicts(own[0], own[1].replace("frac{2}", "frac{1}"))[1] == "refuted"


NOBODY_KNOWS = (r"\frac{d}{dx} Foo(x) = x^2", r"\frac{d}{dx} (2 u(x)) = x^2", r"\frac{d}{dx} ABC(x) = ABC(x)")


@pytest.mark.parametrize("claim", NOBODY_KNOWS)
def test_functions_of_which_nothing_is_known_refute_nothing(claim: str) -> None:
    assert last(claim).verdict == "not understood"


def test_a_factor_before_a_bracket_is_no_function() -> None:
    assert last(r"\frac{d}{dw} w(x + b) = x").verdict == "refuted"


def test_the_error_function_and_its_slope_by_a_complex_step() -> None:
    value, slope = (BUILT_IN["erf"][n] for n in (0, 1))
    at = np.array([-2.0, 0.0, 0.3, 1.5])
    assert np.array_equal(value(at).real, [math.erf(x) for x in at])
    assert np.allclose(value(at + 1e-30j).imag / 1e-30, slope(at), rtol=4 * np.finfo(float).eps)


def test_names_are_written_as_they_are_looked_up() -> None:
    assert all(name.isalnum() and name == name.lower() for name in ROWS)
