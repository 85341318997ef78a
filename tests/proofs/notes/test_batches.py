"""Batches of rows with biases, what is summed over examples, and terms that a chain writes out."""

import pytest
from note_verdicts import judged, last

ROWS = ("Z = X W_1 + b_1", r"H = \max(0, Z)", "S = H W_2 + b_2")
GOOD = ("proved", "true under")


def test_slopes_of_a_batch_lie_as_the_arrays_do() -> None:
    found = judged(*ROWS, "dH = dS W_2^T", "dH = dS W_2", r"dZ = dH \odot 1[Z > 0]")[-3:]
    assert [one.verdict for one in found] == ["true under", "refuted", "true under"]


def test_a_bias_goes_to_each_row() -> None:
    batch = ("Z = X W + b", r"L = \frac{1}{2n} \|Z - Y\|^2")
    found = judged(*batch, r"<L/b> = \frac{1}{n} \sum_{i=1}^n (Z - Y)_i", r"<L/b> = \frac{1}{n} (Z - Y)")[-2:]
    assert [one.verdict for one in found] == ["true under", "refuted"]


def test_a_times_one_less_a_is_entry_by_entry() -> None:
    batch = ("Z = X W", r"A = \sigma(Z)", r"C = \frac{1}{2} \|A - Y\|^2")
    assert last(*batch, r"<C/Z> = (A - Y) \odot A(1 - A)").verdict in GOOD
    assert last(*batch, r"<C/Z> = (A - Y) \odot (1 - A)").verdict not in GOOD


def test_a_sum_over_examples_is_said_of_each() -> None:
    layers = "z^l = w^l a^{l-1} + b^l"
    assert last(layers, r"w^l \to w^l - \frac{\eta}{m} \sum_x \delta^{x,l} (a^{x,l-1})^T").verdict == "true under"
    assert last(layers, r"w^l \to w^l - \frac{\eta}{m} \sum_x \delta^{x,l} (a^{x,l})^T").verdict == "refuted"


OF_EACH = r"b^l \to b^l - \frac{\eta}{m} \sum_x \delta^{x,l}"


@pytest.mark.parametrize(
    ("right", "part", "other"),
    [
        (r"\delta^{x,l} = ((w^{l+1})^T \delta^{x,l+1}) \odot \sigma'(z^{x,l})", "z^{x,l}", "z^{x,l+1}"),
        (r"\delta^{x,L} = \nabla_a C_x \odot \sigma'(z^{x,L})", "= ", "= -"),
        (r"<C_x/w^l> = \delta^{x,l} (a^{x,l-1})^T", "l-1", "l"),
        (r"dZ^{[2](i)} = A^{[2](i)} - Y^{(i)}", "-", "+"),
    ],
)
def test_what_has_the_letter_of_one_example_everywhere_is_of_one_network(right: str, part: str, other: str) -> None:
    found = last(OF_EACH, right)
    assert found.verdict == "true under"
    assert "all quantities are those of one example" in found.conventions
    assert last(OF_EACH, right.replace(part, other)).verdict not in GOOD


def test_a_sum_over_examples_beside_a_step_by_their_matrix_is_said_of_each() -> None:
    found = judged(r"w^l \to w^l - \frac{\eta}{m} \delta^l (A^{l-1})^T", OF_EACH)
    assert [one.verdict for one in found] == ["true under"] * 2


LISTED = r"X = [x_1, x_2, \ldots, x_m]"


def test_the_last_of_a_list_counts_and_is_no_index() -> None:
    """So that m is the number of examples in a step by their mean."""
    assert last(LISTED, r"w^l \to w^l - \frac{\eta}{m} \delta^l (A^{l-1})^T").verdict == "true under"
    assert last(LISTED, r"w^l \to w^l - \frac{\eta}{m} \delta^l (A^l)^T").verdict == "refuted"


def test_x_with_a_layer_is_what_the_layer_gives() -> None:
    layers = (r"s^{(l)}_i = \sum_j w^{(l)}_{ij} x^{(l-1)}_j", "x^{(l)}_i = f(s^{(l)}_i)")
    step = r"w^{(l)}_{ij} \leftarrow w^{(l)}_{ij} - \eta x^{(l-1)}_j \delta^{(l)}_i"
    assert last(*layers, step).verdict == "true under"


@pytest.mark.parametrize("claim", ["g^{[1]'}(z^{[1]}) = 1 - (a^{[1]})^2", "g^{[1]'}(z^{[1]}) = 1 - a^{[1]}"])
def test_the_slope_of_a_function_that_nothing_defines_is_not_refuted(claim: str) -> None:
    assert last("a^{[1]} = g^{[1]}(z^{[1]})", claim).verdict != "refuted"


def test_terms_that_a_chain_writes_out() -> None:
    chain = r"E = E_1 + E_2 = \frac12 (t - o)^2 + \frac12 (s - p)^2"
    assert last(chain, "<E_1/o> = o - t").verdict in GOOD
    assert last(chain, "<E_1/o> = t - o").verdict == "refuted"


def test_numbers_that_an_index_may_be() -> None:
    assert last(r"W_k \leftarrow W_k - \eta <L/W_k>, \quad k = 1, 2").verdict == "true under"


def test_units_with_tanh() -> None:
    units = (r"a_j = \sum_i w_{ji} z_i", "z_j = h(a_j)")
    assert last(*units, r"\delta_j = (1 - z_j^2) \sum_k w_{kj} \delta_k").verdict == "true under"
    assert last(*units, r"\delta_j = (1 - z_j) \sum_k w_{kj} \delta_k").verdict not in GOOD


def test_an_error_named_e_is_no_base_of_a_power() -> None:
    note = ("s = V x", r"\hat y = w^T s", r"C = (\hat y - y)^2", r"e = 2(\hat y - y)")
    assert last(*note, "<C/w> = e s").verdict in GOOD
    assert last(*note[:3], "<C/w> = e s").verdict == "not understood"
