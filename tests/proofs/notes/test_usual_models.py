"""What the text of a note speaks of and no formula defines: the usual definitions are tried, and said."""

from __future__ import annotations

import pytest
from note_labels import HOLDS

from proofs.notes.formula import Finding, Formula
from proofs.notes.usual_models import MODELS, models
from proofs.notes.verdicts.judge import judge

OUTPUT, CELL = r"\frac{\partial L}{\partial h_t}", r"\frac{\partial L}{\partial C_t}"
LSTM = (
    rf"\frac{{\partial L}}{{\partial o_t}} = {OUTPUT} \odot \tanh(C_t)",
    rf"{CELL} = {OUTPUT} \odot o_t \odot (1 - \tanh^2(C_t))",
    rf"\frac{{\partial L}}{{\partial f_t}} = {CELL} \odot C_{{t-1}}",
)
WRONG = rf"\frac{{\partial L}}{{\partial i_t}} = {CELL} \odot C_{{t-1}}"
GRU = r"\frac{\partial h_t}{\partial z_t} = \tilde{h}_t - h_{t-1}"
ATTENTION = (r"dV = A^T dO", r"dA = dO V^T", r"dQ = \frac{dS K}{\sqrt{d_k}}")
BATCH = r"\frac{\partial L}{\partial W} = \frac{1}{m} X^T (P - Y)"
ELMAN = r"\frac{\partial s_t}{\partial s_{t-1}} = \text{diag}(1 - s_t^2) W"


def of(text: str, *latex: str) -> tuple[Finding, ...]:
    """The findings on the formulas of a note that speaks of something."""
    return judge([Formula(one, line=n + 1, models=models(text)) for n, one in enumerate(latex)])


def test_the_usual_model_is_said_and_refutes_where_others_hold_by_it() -> None:
    *held, wrong = of("An LSTM cell", *LSTM, WRONG)
    assert all(finding.verdict in HOLDS and finding.conventions[0].startswith("an LSTM") for finding in held)
    assert (wrong.verdict, wrong.formula.line) == ("refuted", 4)
    assert of("An LSTM cell", LSTM[0], WRONG)[1].verdict == "not understood"


def test_letters_are_those_of_the_note() -> None:
    others = [one.replace("C_", "s_").replace("tilde{C}", "g") for one in LSTM]
    assert {finding.verdict for finding in of("long short-term memory", *others)} <= set(HOLDS)


@pytest.mark.parametrize(
    ("text", "claim", "twin"),
    [
        ("GRU", GRU, GRU.replace("- h", "+ h")),
        ("softmax", BATCH, BATCH.replace("P - Y", "P + Y")),
        ("RNN", ELMAN, ELMAN.replace("s_t^2", "s_t")),
        *(("self-attention", claim, claim.replace("= ", "= 2 ")) for claim in ATTENTION),
    ],
)
def test_what_nothing_defines_holds_by_the_model_of_the_text(text: str, claim: str, twin: str) -> None:
    assert of(text, claim)[0].verdict in HOLDS
    assert of("Some text", claim)[0].verdict not in HOLDS or text == "RNN"
    assert of(text, twin)[0].verdict not in HOLDS


def test_gates_of_either_kind_are_a_gru() -> None:
    assert of("GRU", r"\frac{\partial h_t}{\partial z_t} = h_{t-1} - \tilde{h}_t")[0].verdict in HOLDS


def test_a_note_that_defines_a_part_itself_may_mean_another_model() -> None:
    own = r"C_t = i_t \odot C_{t-1} + f_t \odot \tilde{C}_t"
    said = (" ".join(finding.conventions) for finding in of("LSTM", own, *LSTM))
    assert not any("LSTM" in conventions for conventions in said)


def test_every_model_is_spoken_of_by_some_words() -> None:
    several = "LSTM and GRU", "an RNN, layer norm, attention", "softmax"
    assert sorted(n for text in several for n in models(text)) == list(range(len(MODELS)))
    assert models("A perceptron") == ()


def test_an_lstm_is_no_plain_recurrence() -> None:
    assert set(models("An LSTM is an RNN")) == set(models("An LSTM"))
