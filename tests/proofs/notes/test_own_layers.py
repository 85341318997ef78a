"""Layers that a note defines itself are written out: what is right of them holds, what is one slip away is refuted."""

import pytest
from note_verdicts import judged, last

LAYERS = ("a^{(k)} = b^{(k)} + W^{(k)} h^{(k-1)}", "h^{(k)} = f(a^{(k)})")
NEURONS = ("z_j = w_j a_{j-1} + b_j", r"a_j = \sigma(z_j)", r"C = \frac12 (a_3 - y)^2")


def test_layers_by_their_own_letters() -> None:
    right = r"\nabla_{a^{(k-1)}} J = (W^{(k)\top} \nabla_{a^{(k)}} J) \odot f'(a^{(k-1)})"
    wrong = r"\nabla_{a^{(k-1)}} J = (W^{(k)\top} \nabla_{a^{(k)}} J) \odot f'(a^{(k)})"
    found = judged(*LAYERS, right, wrong)[-2:]
    assert [one.verdict for one in found] == ["true under", "refuted"]


def test_neurons_one_after_another() -> None:
    right = r"<C/w_2> = a_1 \sigma'(z_2) w_3 \sigma'(z_3) (a_3 - y)"
    wrong = r"<C/w_2> = a_1 \sigma'(z_2) w_2 \sigma'(z_3) (a_3 - y)"
    product = r"<a_3/a_1> = \prod_{j=2}^{3} w_j \sigma'(z_j)"
    found = judged(*NEURONS, right, wrong, product)[-3:]
    assert [one.verdict for one in found] == ["true under", "refuted", "true under"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("right", "old", "new"),
    [
        (r"<h^{(k)}/h^{(k-1)}> = \mathrm{diag}(f'(a^{(k)})) W^{(k)}", "f'(a", "f'(h"),
        (r"\nabla_{W^{(k)}} J = (\nabla_{a^{(k)}} J) h^{(k-1)\top}", "h^{(k-1)", "h^{(k)"),
        (r"\nabla_{b^{(k)}} J = \nabla_{a^{(k)}} J", "a^{(k)}", "a^{(k-1)}"),
    ],
)
def test_slips_of_layers(right: str, old: str, new: str) -> None:
    found = judged(*LAYERS, right, right.replace(old, new))[-2:]
    assert [one.verdict for one in found] == ["true under", "refuted"]


@pytest.mark.slow
def test_deltas_as_columns_and_as_rows() -> None:
    layers = ("z^{(l)} = W^{(l)} a^{(l-1)}", "a^{(l)} = f(z^{(l)})")
    row = r"\delta^{(l)} = \delta^{(l+1)} \frac{\partial z^{(l+1)}}{\partial z^{(l)}}"
    assert last(*layers, row).verdict == "true under"
    assert last(*layers, r"<L/W^{(l)}> = a^{(l-1)} \delta^{(l)}").verdict != "true under"


@pytest.mark.slow
def test_a_product_up_to_the_last() -> None:
    recurrence = r"h_i = \tanh(w_i h_{i-1})"
    product = r"<h_n/h_0> = \prod_{i=1}^n w_i (1 - h_%s^2)"
    assert last(recurrence, product % "i").verdict == "true under"
    assert last(recurrence, product % "{i-1}").verdict == "refuted"


def test_rows_do_not_hold_where_the_note_has_columns() -> None:
    columns = (r"z^{(l)} = W^{(l)} a^{(l-1)} + b^{(l)}", r"a^{(l)} = \sigma(z^{(l)})")
    slope = r"<L/W^{(l)}> = \delta^{(l)} (a^{(l-1)})^T"
    rows = r"\delta^{(l)} = (\delta^{(l+1)} W^{(l+1)}) \cdot \sigma'(z^{(l)})"
    held, refuted = judged(*columns, slope, rows)[-2:]
    assert (held.verdict, refuted.verdict) == ("true under", "refuted")
    assert not any("@" in said for said in held.conventions)
