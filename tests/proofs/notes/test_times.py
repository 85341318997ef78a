"""Steps of a recurrence: above names or below, under another letter, with slopes that have names, and dX of no cost."""

from __future__ import annotations

import pytest
from note_verdicts import last

from proofs.notes.reading.statements import statements
from proofs.notes.reading.times import as_steps, by_time
from proofs.notes.reading.tree import Node

ABOVE = (
    r"a^{(t)} = W h^{(t-1)} + U x^{(t)}",
    r"h^{(t)} = \tanh(a^{(t)})",
    r"o^{(t)} = V h^{(t)}",
    r"L = \sum_t L^{(t)}",
)
CELL = (r"f_t = \sigma(W_f z + b_f)", r"g_t = \tanh(W_g z + b_g)", r"C_t = f_t * C_{t-1} + i_t * g_t")
SOFTMAX = (
    *(r"z_t = U x_t + W s_{t-1}", r"s_t = \tanh(z_t)", r"o_t = V s_t", r"p_t = \text{softmax}(o_t)"),
    *(r"E_t = -y_t^T \log p_t", r"E = \sum_t E_t"),
)


def test_what_stands_above_names_is_read_as_below() -> None:
    """h^{(t-1)} and a^{<t>} are of steps; w^{(t+1)} of a step down a gradient, and x^{(i)}, are none."""
    read = [statements(r"h^{(t)} = f(h^{(t-1)})"), statements(r"a^{\langle t \rangle T} b^{<t>} = x^{(i)}")]
    (first,), (second,) = as_steps(read)
    assert first.members[0] == Node("name", text="h", subs=(Node("name", text="t"),))
    assert [n.subs != () for n in second.members[0].walk() if n.text in ("a", "b")] == [True, True]
    assert [n.text for sup in second.members[1].sups for n in sup.walk()] == ["(", "i"]
    step = [statements(r"w^{(t+1)} = w^{(t)} - \eta \frac{\partial L}{\partial w}")]
    assert as_steps(step) == step


def test_another_letter_of_steps_is_t() -> None:
    """Where a claim joins s_j and s_{j-1}, of s_t; not one that sums over j."""
    made = statements(r"s_t = \tanh(W s_{t-1})")
    claim, other = statements(r"s_j = W s_{j-1}"), statements(r"\sum_j s_j s_{j-1} = 1")
    found = by_time([made, claim, other])
    assert [sub.text for n in found[1][0].members[0].walk() for sub in n.subs] == ["t"]
    assert found[2] == other


@pytest.mark.slow
def test_claims_of_steps_above() -> None:
    """The recursion of Goodfellow's notation holds, and not with the state of this step for the next."""
    next_one, own = r"\mathrm{diag}(1 - (h^{(%s)})^2) (\nabla_{h^{(t+1)}} L)", r"V^\top (\nabla_{o^{(t)}} L)"
    slope = rf"\nabla_{{h^{{(t)}}}} L = W^\top {next_one} + {own}"
    assert last(*ABOVE, slope % "t+1").verdict == "true under"
    assert last(*ABOVE, slope % "t").verdict == "not understood"


@pytest.mark.slow
def test_a_softmax_of_one_step() -> None:
    """The softmax of o_t is of o_t alone, its targets sum to 1."""
    note = SOFTMAX[:5]
    assert last(*note, r"<E_t/o_t> = p_t - y_t").verdict == "true under"
    assert last(*note, r"<E_t/s_t> = V^T (p_t - y_t)").verdict == "true under"
    assert last(*note, r"<E_t/o_t> = y_t - p_t").verdict == "refuted"


@pytest.mark.slow
@pytest.mark.parametrize(("claim", "verdict"), [
    (r"\delta_t = (V^T (p_t - y_t) + W^T \delta_{t+1}) \odot (1 - s_t^2)", "true under"),
    (r"\delta_t = (V^T (p_t - y_t) + W \delta_{t+1}) \odot (1 - s_t^2)", "not understood"),
    (r"<E/W> = \sum_t \delta_t s_{t-1}^T", "true under"),
    (r"<E/W> = \sum_t \delta_t s_t^T", "not understood"),
])  # fmt: skip
def test_slopes_that_have_names(claim: str, verdict: str) -> None:
    """delta_{t+1} is dE/dz_{t+1}, after delta_t = dE/dz_t."""
    assert last(*SOFTMAX, r"\delta_t = <E/z_t>", claim).verdict == verdict


@pytest.mark.slow
def test_dx_where_the_note_has_a_cell_c_and_no_cost() -> None:
    """dC_t is the slope of any cost by the cell."""
    assert last(*CELL, "df_t = dC_t * C_{t-1}").verdict == "true under"
    assert last(*CELL, "df_t = dC_t * C_t").verdict != "true under"


def test_what_holds_with_gates_held_is_not_refuted() -> None:
    """Along one path the gates are as given."""
    cell = (r"z_t = \sigma(u h_{t-1})", r"k_t = \tanh(w h_{t-1})", "h_t = (1 - z_t) h_{t-1} + z_t k_t")
    assert last(*cell, "<h_t/h_{t-1}> = 1 - z_t + z_t (1 - k_t^2) w").verdict == "not understood"
    assert last(*cell, "<h_t/h_{t-1}> = 1 - z_t + z_t (1 - k_t) w").verdict == "refuted"


@pytest.mark.slow
def test_products_of_slopes_written_out() -> None:
    """From step k to t, of a recurrence of numbers, the factors written out."""
    note = (r"h_t = \sigma(w h_{t-1})",)
    right = r"\prod_{i=k+1}^t w h_i (1 - h_i) = w^{t-k} \prod_{i=k+1}^t h_i (1 - h_i)"
    assert last(*note, f"<h_t/h_k> = {right}").verdict == "true under"
    assert last(*note, r"<h_t/h_k> = \prod_{i=k}^t w h_i (1 - h_i)").verdict == "not understood"


def test_an_outer_product_holds_and_is_not_refuted() -> None:
    """a ⊗ b is a bᵀ, if that holds."""
    note = ("z = W x", "L = v^T z")
    assert last(*note, r"<L/W> = v \otimes x").verdict == "true under"
    assert last(*note, r"<L/W> = 2 v \otimes x").verdict == "not understood"
