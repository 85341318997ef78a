"""Numbers in notes: extents that a claim meets by luck, and how exactly a number is meant."""

from __future__ import annotations

import pytest
from note_verdicts import verdicts

DOUBT = "not understood"  # the note may have 3 examples


@pytest.mark.parametrize(("number", "verdict"), [("m", "proved"), ("3", DOUBT), ("4", DOUBT), ("1", "refuted")])
def test_a_number_that_is_the_extent_tried_by_luck_is_not_a_count(number: str, verdict: str) -> None:
    slope = rf"\frac{{\partial J}}{{\partial w}} = \frac{{2}}{{{number}}}\sum_{{i=1}}^m (w x_i - y_i) x_i"
    assert verdicts(r"J = \frac{1}{m}\sum_{i=1}^m (w x_i - y_i)^2", slope)[-1] == verdict


@pytest.mark.parametrize(
    ("factor", "verdict"),
    [(r"\frac{2}{m}", "proved"), (r"\frac{1}{2}", "refuted"), ("", "refuted"), (r"\frac{2}{5}", DOUBT)],
)
def test_examples_are_not_as_many_as_a_fraction_says(factor: str, verdict: str) -> None:
    slope = rf"\frac{{\partial J}}{{\partial w}} = {factor}\sum_{{i=1}}^m (w x^{{(i)}} - y^{{(i)}}) x^{{(i)}}"
    assert verdicts(r"J = \frac{1}{m}\sum_{i=1}^m (w x^{(i)} - y^{(i)})^2", slope)[-1] == verdict


@pytest.mark.parametrize(
    ("factor", "verdict"), [(r"\frac{1}{2}", DOUBT), ("0.5", DOUBT), ("2", "refuted"), (r"\frac{3}{m}", "refuted")]
)
def test_a_sum_that_does_not_say_how_far_it_goes_may_be_of_few_examples(factor: str, verdict: str) -> None:
    slope = rf"\frac{{\partial J}}{{\partial w}} = {factor}\sum_i (w x_i - y_i) x_i"
    assert verdicts(r"J = \frac{1}{m}\sum_{i=1}^m (w x_i - y_i)^2", slope)[-1] == verdict


@pytest.mark.parametrize(
    ("x", "written", "verdict"),
    [
        ("5", "= 100", "true under"),
        ("5", "= 104", "refuted"),
        ("5.1", "= 110", "refuted"),  # 106.08: a whole number is meant to its last digit, 0 or not
        ("5.1", r"\approx 110", "true under"),
        ("5.1", r"\approx 120", "refuted"),
    ],
)
def test_zeros_at_the_end_of_a_whole_number_are_digits_unless_it_is_said_to_be_rough(
    x: str, written: str, verdict: str
) -> None:
    given = ("L = (w x - y)^2", f"x = {x}", "w = 4", "y = 10")
    assert verdicts(*given, rf"\frac{{dL}}{{dw}} = 2(w x - y) x {written}")[-1] == verdict


CALCULATED = (r"z = w_1 x_1 + w_2 x_2 + b", r"a = \sigma(z)", r"z = 0.4 \cdot 1 + 0.5 \cdot 2 + (-0.9) = 0.5")


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"\frac{\partial z}{\partial w_2} = 2", "true under"),
        (r"\frac{\partial z}{\partial x_1} = 0.4", "true under"),
        (r"\frac{\partial z}{\partial w_2} = 3", "not understood"),  # the note may put numbers in in another order
        (r"\frac{\partial a}{\partial w_2} = 0.47", "true under"),  # 2 times 0.6225 times 0.3775
    ],
)
def test_a_calculation_gives_the_names_of_a_formula_their_numbers(claim: str, verdict: str) -> None:
    assert verdicts(*CALCULATED, claim)[-1] == verdict


@pytest.mark.parametrize(
    ("last", "verdict"),
    [("-0.22382", "true under"), ("-0.2218", "true under"), ("0.22", "refuted"), ("-0.25", "refuted")],
)
def test_a_slope_is_the_product_of_those_that_the_note_rounded(last: str, verdict: str) -> None:
    """a is 0.62246, and the slope -0.2218; -0.38 times 0.2356 times 2.5 is -0.22382."""
    given = ("z = w x + b", r"a = \sigma(z)", r"L = \frac{1}{2}(a - y)^2", "x = 2.5, w = 0.4, b = -0.5, y = 1")
    slopes = (
        r"\frac{\partial L}{\partial a} = a - y = -0.38",
        r"\frac{\partial a}{\partial z} = 0.62(1 - 0.62) = 0.2356",
    )
    assert verdicts(*given, *slopes, rf"\frac{{\partial L}}{{\partial w}} = {last}")[-1] == verdict


@pytest.mark.parametrize(
    ("step", "verdict"),
    [
        ("w = 2 - 0.8 = 1.2", "true under"),  # 0.1 times 2 (4 - 2) 2
        ("w_{new} = -0.8 + 2 = 1.2", "true under"),
        ("w = 2 - 0.8 = 1.3", "refuted"),
        ("w = 2 + 0.8 = 2.8", "refuted"),  # up the slope of an error
        (r"w = 2 - 0.1 \cdot 2 (2 \cdot 2 - 2) \cdot 2 = 1.2", "true under"),
        (r"w = 2 - 0.1 \cdot 8 = 2 - 0.8 = 1.2", "true under"),
        (r"w = 2 - 0.1 \cdot 9 = 1.1", "not a claim"),
        (r"\Delta w = -0.1 \cdot 8 = -0.8", "true under"),
        (r"\Delta w = 0.1 \cdot 8 = 0.8", "not understood"),  # which may be taken away
        ("w = 2 - 0.9 = 1.1", "not a claim"),
        ("w = 3 - 0.8 = 2.2", "not a claim"),
        ("b = 2 - 0.8 = 1.2", "not a claim"),
    ],
)
def test_a_step_may_say_what_the_rate_makes_of_a_slope(step: str, verdict: str) -> None:
    assert verdicts("E = (w x - y)^2", r"x = 2, w = 2, y = 2, \eta = 0.1", step)[-1] == verdict


@pytest.mark.parametrize(
    ("step", "verdict"),
    [
        (r"x_1 = 1 - 0.1 (-2) = 1.2", "true under"),
        (r"x_1 = 1 + 0.2 = 1.2", "true under"),
        (r"x_1 = 1 + 0.3 = 1.3", "not a claim"),
        (r"x_2 = 1 + 0.2 = 1.2", "not a claim"),
    ],
)
def test_a_step_goes_from_the_point_before(step: str, verdict: str) -> None:
    assert verdicts("f(x) = x^2 - 4x", r"x_0 = 1, \alpha = 0.1", step)[-1] == verdict


def test_a_step_goes_on_from_the_step_before() -> None:
    given = ("f(w) = (w^2 - y)^2", r"y = 4, w = 1, \eta = 0.1", "w = 1 + 1.2 = 2.2")
    assert verdicts(*given)[-1] == "true under"
    assert verdicts(*given, "w = 2.2 - 0.74 = 1.46")[-1] == "true under"  # 0.1 times 4 (2.2) 0.84
    assert verdicts(*given, "w = 2.2 + 0.74 = 2.94")[-1] == "not a claim"  # f may be made large
    assert verdicts(*given, r"\frac{dL}{dw} = 4 w (w^2 - y) = 7.392")[-1] == "true under"
    assert verdicts(*given, r"\frac{dL}{dw} = 4 w (w^2 - y) = 3.696")[-1] == "refuted"
    assert verdicts(*given, r"\frac{dL}{dw} = 3.696")[-1] == "not understood"  # L may be half of f


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (r"2(\log(w) - y)/w = -0.307", "true under"),  # the slope of f at w = 2
        (r"2(\log(w) - y)/w = -0.153", "refuted"),
        (r"(\log(w) - y)/w = -0.153", "not a claim"),  # right, and no slope of what the note has
        (r"3 \log(w) = 0.903", "not a claim"),  # to the base 10
        (r"3 \log(w) = 3.0", "not a claim"),  # to the base 2
        (r"3 \log(w) = 2.4", "refuted"),
        (r"3 \sin(w) = 0.105", "not a claim"),  # of degrees
        (r"3 \sin(w) = 0.2", "refuted"),
    ],
)
def test_a_formula_beside_a_number_is_worked_out_in_all_usual_units(line: str, verdict: str) -> None:
    assert verdicts(r"f(w) = (\log(w) - y)^2", "y = 1, w = 2", line)[-1] == verdict


@pytest.mark.parametrize(("given", "verdict"), [("x = 2, w = 4", "refuted"), ("w = 4", "not understood")])
def test_a_number_is_of_no_example_before_if_all_names_are_given_again(given: str, verdict: str) -> None:
    """y = (w x)^2 has the slope 2 w x^2 by w: 32, and for x = 1 and w = 2 the slope 4."""
    slope = r"\frac{dy}{dw} = "
    lines = ("y = (w x)^2", "x = 1, w = 2", slope + "4", "x = 3, w = 1", slope + "18", given)
    assert verdicts(*lines, slope + "10")[-1] == verdict


@pytest.mark.parametrize(
    ("given", "claim", "verdict"),
    [
        (r"\hat y = z", r"\frac{\partial \hat y}{\partial z} = 1", "proved"),
        (r"\hat y = z", r"\frac{\partial \hat y}{\partial z} = 2", "refuted"),
        (r"\hat y = z", r"\frac{\partial z}{\partial w} = 1", "not understood"),  # it is x
        (r"\hat y = \sigma(z)", r"\frac{\partial \hat y}{\partial z} = 1", "not understood"),
        (r"\hat y = a", r"\frac{\partial \hat y}{\partial z} = 1", "not understood"),
    ],
)
def test_the_slope_of_a_name_by_what_it_is_is_1(given: str, claim: str, verdict: str) -> None:
    assert verdicts("z = w x + b", given, claim)[-1] == verdict


ADAM = (
    r"m_t = \beta_1 m_{t-1} + (1 - \beta_1) g_t",
    r"c_t = \frac{m_t}{1 - \beta_1^t}",
    r"\beta_1 = 0.8, \beta_2 = 0.9",
    "g_1 = 3",
)


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (r"c_1 = \frac{0.6}{1 - 0.8^1} = 3", "not a claim"),
        (r"c_1 = \frac{0.6}{1 - 0.8^2} = 1.6667", "refuted"),  # t is 1
        (r"c_2 = \frac{0.6}{1 - 0.8^2} = 1.6667", "not a claim"),  # with a number for m_2 that is not known
        (r"c_1 = \frac{0.6}{1 - 0.9^2} = 3.1579", "not a claim"),  # of another formula, with beta_2
        (r"c_1 = \frac{0.7}{1 - 0.8^2} = 1.9444", "not a claim"),  # of another example
    ],
)
def test_a_letter_has_the_number_of_the_name_that_a_formula_computes(line: str, verdict: str) -> None:
    assert verdicts(*ADAM, r"m_1 = 0.8 \cdot 0 + 0.2 \cdot 3 = 0.6", line)[-1] == verdict


def _matrix(*rows: str) -> str:
    return r"\begin{bmatrix}" + r" \\ ".join(rows) + r"\end{bmatrix}"


W, SLOPE, PRODUCT = _matrix("1 & 2", "3 & 5"), _matrix("1 & -1"), _matrix("-1 & -2")  # (1, -1) W^T


@pytest.mark.parametrize(
    ("factor", "product", "verdict", "in_chain"),
    [
        (_matrix("1 & 3", "2 & 5"), PRODUCT, "true under", "true under"),
        (_matrix("1 & 3", "2 & 5"), _matrix("-1 & 2"), "refuted", "refuted"),
        (W, _matrix("-2 & -3"), "not understood", "refuted"),  # W, where its transpose should be
        (_matrix("1 & 3"), PRODUCT, "not understood", "not understood"),
    ],
)
def test_arrays_of_numbers_stand_for_names_and_slopes_of_a_formula_before(
    factor: str, product: str, verdict: str, in_chain: str
) -> None:
    left = r"\frac{\partial L}{\partial X} = "
    formula = left + r"\frac{\partial L}{\partial Y} W^T"
    numbers = f"{SLOPE} {factor} = {product}"
    assert verdicts("Y = X W + B", f"W = {W}", formula, left + numbers)[-1] == verdict
    assert verdicts("Y = X W + B", f"W = {W}", f"{formula} = {numbers}")[-1] == in_chain


CHAIN = r"\frac{\partial f}{\partial x} = \frac{\partial f}{\partial a} \frac{\partial a}{\partial x} = "


@pytest.mark.parametrize(
    ("given", "numbers", "verdict"),
    [
        ((), r"(-4) \cdot 3 = -12", "not understood"),  # the numbers may be those of other slopes
        ((), r"(-4) \cdot 3 = -11", "refuted"),
        ((), r"-4 + 3 = -1", "not understood"),
        (("a = 3 x",), r"(-4) \cdot 3 = -12", "not understood"),
        (("a = 2 x",), r"(-4) \cdot 3 = -12", "refuted"),
    ],
)
def test_numbers_for_slopes_that_are_not_known_hold_nothing(given: tuple[str, ...], numbers: str, verdict: str) -> None:
    assert verdicts(*given, CHAIN + numbers)[-1] == verdict


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"\frac{\partial z_4}{\partial x_5} = w_{5,4}", "true under"),
        (r"\frac{\partial z_4}{\partial x_5} = w_{4,5}", "refuted"),
        (r"\frac{\partial z_4}{\partial x_5} = w_{54}", "true under"),
        (r"\frac{\partial z_2}{\partial w_{32}} = x_3", "true under"),
        (r"\frac{\partial z_2}{\partial w_{32}} = x_2", "refuted"),
        (r"\frac{\partial z_2}{\partial w_{23}} = x_2", "refuted"),
        (r"\frac{\partial z_2}{\partial x_0} = w_{02}", "not understood"),  # what a sum begins with is not read
    ],
)
def test_indices_that_are_numbers_are_entries_of_arrays_that_are_large_enough(claim: str, verdict: str) -> None:
    assert verdicts(r"z_j = \sum_i w_{ij} x_i", claim)[-1] == verdict


@pytest.mark.parametrize(
    ("own", "verdict"), [((), "refuted"), (("a_3 = w_{1,3} y_1 + w_{2,3} y_2",), "not understood")]
)
def test_an_entry_with_a_formula_of_its_own_is_not_refuted_by_that_of_all(own: tuple[str, ...], verdict: str) -> None:
    slope = r"\frac{\partial a_3}{\partial w_{1,3}} = "
    note = (r"a_j = \sum_i w_{ij} x_i", r"y_j = \sigma(a_j)", *own)
    assert verdicts(*note, slope + "y_1")[-1] == verdict
    assert verdicts(*note, slope + "x_1")[-1] == "true under"


@pytest.mark.parametrize(
    ("numbers", "verdict"), [("0.55 * 0.4 = 0.22", "not a claim"), ("0.55 * 0.4 = 0.23", "refuted")]
)
def test_factors_may_be_put_in_in_another_order(numbers: str, verdict: str) -> None:
    assert verdicts(r"a = \frac{1}{1 + e^{-z}} = 0.55", f"p = w a = {numbers}")[-1] == verdict
