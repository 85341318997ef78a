"""Worked examples whose numbers stand in the text beside the formulas, and examples that go on with a step."""

from __future__ import annotations

import pytest

from proofs.notes.documents.markdown import read
from proofs.notes.verdicts.judge import judge


def verdicts(text: str) -> dict[str, str]:
    return {finding.latex.strip(): finding.verdict for finding in judge(list(read(text, {})))}


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("- Weight ($w$): 3", "3"),
        ("- **Rate ($\\eta$):** 0.1", "0.1"),
        ("where $x$ = −2, and", "-2"),
        ("| input | $x_1$ | 0.5 |", "0.5"),
        ("for $k$: 2, 3 and 5", ""),
        ("in $n$: 2-4 steps", ""),
        ("$x$: 2 values", ""),
        ("| $f$ | 1 | 2 |", ""),
    ],
)
def test_a_number_beside_a_name_is_given_to_it(text: str, given: str) -> None:
    assert [formula.given for formula in read(text, {})] == [given]


LINE = r"""
- Input ($x$): 4
- Weight ($w$): 2
- Target ($t$): 5
- Rate ($\eta$): 0.01

$$o = w \cdot x = 2 \cdot 4 = 8$$

$$MSE = (t - o)^2 = (5 - 8)^2 = 9$$
"""


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"\frac{\partial o}{\partial w} = 4", "true under"),
        (r"\frac{\partial o}{\partial w} = 2", "refuted"),
        (r"\frac{\partial MSE}{\partial o} = -2(5 - 8) = 6", "true under"),
        (r"\frac{\partial MSE}{\partial o} = 2(5 - 8) = -6", "refuted"),
        (r"\frac{\partial L}{\partial w} = 6 \cdot 4 = 24", "true under"),  # L is the only cost, whose name is MSE
        (r"\frac{\partial L}{\partial w} = 3 \cdot 4 = 12", "not understood"),  # L may be half of it
        (r"\frac{\partial L}{\partial w} = 6 \cdot 4 = 28", "refuted"),
    ],
)
def test_numbers_of_the_text_are_put_through_the_formulas(claim: str, verdict: str) -> None:
    assert verdicts(f"{LINE}\n$${claim}$$\n")[claim] == verdict


STEP = r"""
$$\frac{\partial MSE}{\partial w} = 6 \cdot 4 = 24$$

$$w_{new} = 2 - 0.01 \cdot 24 = 1.76$$
"""


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"\frac{\partial MSE}{\partial o} = -2(5 - 7.04) = 4.08", "true under"),
        (r"\frac{\partial MSE}{\partial o} = -2(5 - 7.04) = -4.08", "refuted"),
        (r"\frac{\partial MSE}{\partial o} = -(5 - 7.04) = 2.04", "refuted"),
    ],
)
def test_a_calculation_with_the_number_of_a_step_goes_on_from_there(claim: str, verdict: str) -> None:
    again = r"$$o = 1.76 \cdot 4 = 7.04$$"
    assert verdicts(f"{LINE}{STEP}\n{again}\n\n$${claim}$$\n")[claim] == verdict


def test_two_costs_are_no_one_cost() -> None:
    claim = r"\frac{\partial L}{\partial w} = 6 \cdot 4 = 24"
    assert verdicts(f"{LINE}\n$$J = (t - o)^2 + w^2$$\n\n$${claim}$$\n")[claim] == "not understood"


@pytest.mark.parametrize(("result", "verdict"), [("-0.1095", "not understood"), ("-0.1195", "refuted")])
def test_a_result_that_is_rounded_is_no_step_of_algebra(result: str, verdict: str) -> None:
    r"""\delta = -0.21905 times 0.5 is -0.109525."""
    claim = rf"\delta_h = -0.21905 \times 0.5 = {result}"
    assert verdicts(f"$${claim}$$")[claim] == verdict


def test_a_quotient_with_a_small_step_put_in_is_no_limit() -> None:
    claim = r"L'(1) = \lim_{h \to 0} \frac{L(1 + 0.001) - L(1)}{0.001} \approx 4"
    assert verdicts(f"$L(w) = (2w - 1)^2$\n\n$${claim}$$")[claim] == "not understood"


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"w_{new} = 2 - 0.01 \cdot 24 = 1.76", "true under"),
        (r"w := 2 - 24 \times 0.01 = 1.76", "true under"),
        (r"w_{new} = 2 + 0.01 \cdot 24 = 2.24", "refuted"),
        (r"w_{new} = 2 - 0.01 \cdot 24 = 1.67", "refuted"),
        (r"w_{new} = 2 - 0.01 \cdot 34 = 1.66", "not a claim"),  # with a slope that the note does not give
    ],
)
def test_a_step_with_numbers_is_judged_by_the_slope_before_it(claim: str, verdict: str) -> None:
    slope = r"\frac{\partial MSE}{\partial w} = 6 \cdot 4 = 24"
    assert verdicts(f"{LINE}\n$${slope}$$\n\n$${claim}$$\n")[claim] == verdict


def test_a_step_by_a_slope_that_is_not_right_is_no_claim() -> None:
    slope, claim = r"\frac{\partial MSE}{\partial w} = 3 \cdot 4 = 12", r"w_{new} = 2 - 0.01 \cdot 12 = 1.88"
    found = verdicts(f"{LINE}\n$${slope}$$\n\n$${claim}$$\n")
    assert (found[slope], found[claim]) == ("refuted", "not a claim")


SHEET = r"""
$\hat{y} = w_1 x_1 + w_2 x_2$ with $w_1 = 0$, $w_2 = 0$, $\alpha = 0.001$

$$\frac{\partial MSE}{\partial w_j} = 2(\hat{y} - y) \cdot x_j$$
"""


def test_numbers_are_put_into_a_formula_with_letters() -> None:
    claim, after = (
        r"\frac{\partial MSE}{\partial w_2} = 2(0 - 50) \cdot 30 = -3{,}000",
        r"w_2 = 0 - 0.001 \cdot (-3{,}000) = 3",
    )
    found = verdicts(f"{SHEET}\n$${claim}$$\n\n$${after}$$\n")
    assert (found[claim], found[after]) == ("true under", "true under")


def test_a_number_put_in_for_a_name_that_has_another_is_not_held() -> None:
    claim = r"\frac{\partial MSE}{\partial w_2} = 2(0 - 50) \cdot 30 = -3{,}000"
    assert verdicts(f"{SHEET}\n$x_2 = 20$\n\n$${claim}$$\n")[claim] != "true under"


GRID = r"""
$$W = \begin{bmatrix} u_1 \\ u_2 \end{bmatrix}$$

$x = (0.5, 0.2)$, $W = [[0.4], [0.6]]$, $t = 1$, $q = x_1 u_1 + x_2 u_2$

$$E = \frac{1}{2}(q - t)^2$$
"""


@pytest.mark.parametrize(
    ("number", "verdict"), [("-0.34", "true under"), ("-0.136", "refuted"), ("0.34", "refuted"), ("-0.35", "refuted")]
)
def test_entries_of_an_array_have_its_numbers(number: str, verdict: str) -> None:
    r"""q = 0.5 0.4 + 0.2 0.6 = 0.32 and dE/du_1 = (q - 1) 0.5 = -0.34."""
    claim = rf"\frac{{\partial E}}{{\partial u_1}} = {number}"
    assert verdicts(f"{GRID}\n$${claim}$$\n")[claim] == verdict


DESCENT = r"""
$f(x) = x^2 - 3x$, $\eta = 0.1$, $x_0 = 5$

$$f'(x_0) = 2 \cdot 5 - 3 = 7$$

$$x_1 = 5 - 0.1 \cdot 7 = 4.3$$
"""


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"\frac{df}{dx}(x_1) = 5.6", "true under"),
        (r"\frac{df}{dx}(x_1) = 5.5", "refuted"),
        (r"\nabla f(x_1) = 5.6", "true under"),
        (r"\nabla_x f(x_0) = 5.6", "refuted"),
        (r"\frac{df(x_0)}{dx} = 7", "true under"),
        (r"\frac{df(x_0)}{dx} = 2 x_0 - 3", "not understood"),  # at x_0, not of f(x_0)
        ("x_2 = 4.3 - 0.1 \\cdot 7 = 3.6", "not a claim"),  # the slope is that at x_0
    ],
)
def test_a_slope_at_a_point_that_has_a_name(claim: str, verdict: str) -> None:
    found = verdicts(f"{DESCENT}\n$${claim}$$\n")
    assert (list(found.values())[-2], found[claim]) == ("true under", verdict)


def test_a_second_weight_is_no_next_step_of_the_first() -> None:
    note = r"""$J = (w_1 - 3)^2 + (w_2 - 1)^2$, $w_1 = 1$, $w_2 = 1$, $\eta = 0.1$

$$\frac{\partial J}{\partial w_1} = -4$$

$$w_2 = 1 - 0.1 \cdot (-4) = 1.4$$
"""
    assert list(verdicts(note).values())[-1] == "not a claim"


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"\frac{\partial J}{\partial w_2} = 2(1 - 1) = 0", "true under"),
        (r"\frac{\partial J}{\partial w_2} = 2", "not understood"),  # a slope that is 0 may be one at a kink
        (r"\frac{\partial J}{\partial w_1} = 2(w_1 - 3) = 0", "true under"),  # it is set to 0, whatever w_1 was before
        (r"\frac{\partial J}{\partial w_1} = 2(1 - 3) = 0", "refuted"),
    ],
)
def test_a_slope_that_is_0_and_one_that_is_set_to_0(claim: str, verdict: str) -> None:
    note = "$J = (w_1 - 3)^2 + (w_2 - 1)^2$, $w_1 = 1$, $w_2 = 1$"
    assert verdicts(f"{note}\n\n$${claim}$$\n")[claim] == verdict
