"""Claims of a cost or a function that no formula writes out: they hold whatever it is, and numbers refute none."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from note_verdicts import judged

from proofs.notes.cache import Cache
from proofs.notes.checking import check_notes
from proofs.notes.evaluation.functions import nearby
from proofs.notes.formula import Finding, Formula
from proofs.notes.verdicts.judge import judge

HELD = ("proved", "true under")


def slope(of: str, by: str) -> str:
    return rf"\frac{{\partial {of}}}{{\partial {by}}}"


def product(*names: str) -> str:
    return " ".join(slope(of, by) for of, by in itertools.pairwise(names))


# ---------------------------------------------------------------- slopes of entries

ENTRIES = {
    "entry": (("E", "q_j"), product("E", "y_j", "q_j")),
    "weight": (("E", "w_{ij}"), product("E", "y_j", "net_j", "w_{ij}")),
    "label": (("E", "w_{jk}"), product("E", r"n_{\text{in},k}", "w_{jk}")),
    "sum": (("E", "h_i"), r"\sum_j " + product("E", "y_j", "net_j", "h_i")),
}
LOST = {
    "entry": (("E", "q_j"), product("E", "y_i", "q_j")),
    "unit": (("E", "h_i"), product("E", "o_j", "h_i")),
    "weight": (("E", "w_{ij}"), product("E", "y_j", "net_i", "w_{ij}")),
    "label": (("E", "w_{jk}"), r"\sum_k " + product("E", r"n_{\text{in},k}", "w_{jk}")),
    "sum": (("E", "h_i"), product("E", "y_j", "net_j", "h_i")),
}
ALIGNED = "what has an index depends on what has the same index, entry by entry"


@pytest.mark.parametrize("case", ENTRIES)
def test_a_chain_rule_of_entries_holds_where_each_depends_on_its_own_index(case: str) -> None:
    (top, by), right = ENTRIES[case]
    (finding,) = judged(f"{slope(top, by)} = {right}")
    assert finding.verdict in HELD
    assert ALIGNED in finding.conventions


@pytest.mark.parametrize(
    "case", ["unit", *(pytest.param(case, marks=pytest.mark.slow) for case in LOST if case != "unit")]
)
def test_an_index_that_is_lost_is_not_held(case: str) -> None:
    (top, by), wrong = LOST[case]
    assert judged(f"{slope(top, by)} = {wrong}")[0].verdict not in HELD


@pytest.mark.parametrize("normalised", [r"p_i = \frac{e^{z_i}}{\sum_k e^{z_k}}", r"p = \text{softmax}(z)"])
def test_entries_of_what_is_normalised_depend_on_all(normalised: str) -> None:
    assert judged(normalised, f"{slope('E', 'q_j')} = {product('E', 'y_j', 'q_j')}")[-1].verdict not in HELD


def test_an_entry_depends_on_what_is_along_its_axes() -> None:
    assert np.array_equal(nearby((3,), [(3,)], (((0, 0),),)), np.eye(3))
    assert np.array_equal(nearby((2,), [(3,), ()], ()), np.ones((2, 4)))
    assert np.array_equal(nearby((2,), [(1, 2)], (((0, 1),),)), np.eye(2))


# ---------------------------------------------------------------- steps

STEPS = (
    r"\theta^{(i+1)} = \theta^{(i)} - \delta \nabla L(\theta^{(i)})",
    r"\theta_{t+1} = \theta_t - \frac{\eta}{\sqrt{G_t + \epsilon}} \nabla_\theta L(\theta_t)",
    r"w := w - \text{step size} \cdot \nabla_w L",
    r"w_{t+1} = w_t - \eta_t \frac{1}{|B|} \sum_{i \in B} \nabla_w \ell_i(w_t)",
    r"x^{k+1} = x^k - \alpha_k [\nabla^2 f(x^k)]^{-1} \nabla f(x^k)",
    r"\theta \leftarrow \theta + \alpha \nabla_\theta \log \pi_\theta(s_t, a_t) G_t",
)


@pytest.mark.parametrize("step", STEPS)
def test_a_step_holds_whatever_the_cost_is(step: str) -> None:
    assert judged(step)[0].verdict in HELD


@pytest.mark.parametrize(
    ("step", "verdict"),
    [
        (r"w := w + \eta \nabla_w C", "refuted"),
        (r"w := w + \delta \nabla_w C", "not understood"),  # delta may be below 0
        (r"x^{k+1} = x^k + \alpha_k [\nabla^2 f(x^k)]^{-1} \nabla f(x^k)", "refuted"),
        (r"\theta_{t+1} = \theta_t - \frac{\eta}{G_t + \epsilon} \nabla_\theta L(\theta_t)", "not understood"),
        (r"\theta \leftarrow \theta - \alpha \nabla_\phi \log \pi_\theta(s_t, a_t)", "refuted"),
        (r"x_{n+1} = x_n - x_n \nabla f(x_n)", "not understood"),
    ],
)
def test_a_step_that_goes_elsewhere_is_not_held(step: str, verdict: str) -> None:
    assert judged(step)[0].verdict == verdict


ADAM = (
    r"m_t = \beta_1 m_{t-1} + (1-\beta_1) \nabla_\theta L(\theta_t)",
    r"v_t = \beta_2 v_{t-1} + (1-\beta_2) (\nabla_\theta L(\theta_t))^2",
    r"\hat{m}_t = \frac{m_t}{1-\beta_1}",
    r"\hat{v}_t = \frac{v_t}{1-\beta_2}",
    r"\theta_{t+1} = \theta_t - \eta \frac{\hat{m}_t}{\sqrt{\hat{v}_t} + \epsilon}",
)


def test_a_correction_without_its_power_is_refuted() -> None:
    found = judged(*ADAM)
    assert [f.verdict for f in found] == ["true under", "true under", "refuted", "refuted", "true under"]
    assert {f.slip for f in found} == {None, "lost power"}


# ---------------------------------------------------------------- what the text makes large

ASCENT = r"\theta \leftarrow \theta + \alpha \nabla_\theta J(\theta)"


def check(text: str, tmp_path: Path) -> list[Finding]:
    file = tmp_path / "note.md"
    file.write_text(text, encoding="utf-8")
    return list(check_notes(file).findings)


@pytest.mark.parametrize(
    ("before", "verdict"),
    [
        ("## Gradient ascent", "true under"),
        ("策略梯度定理", "true under"),
        ("We maximise the loss", "not understood"),  # which of the two is meant
        ("Update", "not understood"),
    ],
)
def test_a_step_up_holds_where_the_text_makes_something_large(before: str, verdict: str, tmp_path: Path) -> None:
    (found,) = check(f"{before}\n\n$$ {ASCENT} $$\n", tmp_path)
    assert found.verdict == verdict


def test_a_cost_is_made_small_whatever_the_text_says(tmp_path: Path) -> None:
    (found,) = check(f"By gradient ascent\n\n$$ {ASCENT.replace('J', 'C')} $$\n", tmp_path)
    assert (found.verdict, found.slip) == ("refuted", "sign")


def test_findings_are_kept_for_an_aim(tmp_path: Path) -> None:
    kept = Cache(tmp_path)
    up, down = (Formula(ASCENT, aim=aim) for aim in ("up", "down"))
    kept.put([up], judge([up]))
    assert kept.get([up])
    assert kept.get([down]) is None


def test_a_step_written_again_is_the_same_step() -> None:
    step = r"\theta \leftarrow \theta - \alpha \nabla_\theta C"
    slopes = ", ".join((slope("C", r"\theta_1"), r"\dots", slope("C", r"\theta_n")))
    assert judged(rf"{step} = \theta - \alpha [{slopes}]^T")[0].verdict in HELD
    assert judged(rf"{step} = \theta + \alpha [{slopes}]^T")[0].verdict == "not understood"


# ---------------------------------------------------------------- one of all

CLASS = (r"p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}", r"L = -\log p_k")
WORDS = (r"J = -u_o^T v_c + \log \sum_{w=1}^V \exp(u_w^T v_c)",)
CHANCE = r"\frac{\exp(u_o^T v_c)}{\sum_{w=1}^V \exp(u_w^T v_c)}"
LEFT_FREE = "an index that a definition leaves free is that of the claim"


@pytest.mark.parametrize(
    ("note", "right", "wrong"),
    [
        (CLASS, f"{slope('L', 'z_k')} = p_k - 1", f"{slope('L', 'z_k')} = p_k"),
        (CLASS, f"{slope('L', 'p_k')} = -1 / p_k", f"{slope('L', 'p_i')} = -1 / p_i"),
        pytest.param(
            WORDS,
            f"{slope('J', 'u_o')} = -v_c + {CHANCE} v_c",
            f"{slope('J', 'u_o')} = v_c + {CHANCE} v_c",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_an_index_that_a_definition_leaves_free_is_that_of_the_claim(
    note: tuple[str, ...], right: str, wrong: str
) -> None:
    found = judged(*note, right)[-1]
    assert found.verdict in HELD
    assert LEFT_FREE in found.conventions
    assert judged(*note, wrong)[-1].verdict == "not understood"


def test_what_may_be_one_of_all_refutes_nothing() -> None:
    note = r"J = -u_y^T v + \log \sum_{j=1}^V \exp(u_j^T v)"
    right = slope("J", "u_y") + r" = -v + \frac{\exp(u_y^T v)}{\sum_{j=1}^V \exp(u_j^T v)} v"
    assert judged(note, right)[-1].verdict != "refuted"
