"""Claims of arrays that hold are derived for all shapes; no wrong one is, nor one that was changed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from array_claims import WRONG, sometimes
from note_verdicts import last

from proofs.notes.formula import Finding
from proofs.notes.reading.tree import Chain, Node, number
from proofs.notes.verdicts import judge as judging
from proofs.notes.verdicts import settling
from proofs.notes.verdicts.claim import Claim, Support
from proofs.notes.verdicts.derived import derived

EACH = r"J(\theta) = \frac{1}{2m} \sum_{i=1}^m (\theta^T x^{(i)} - y^{(i)})^2"
SQUARES = r"E = \frac{1}{2} \sum_i (y_i - t_i)^2", r"y_i = \sum_j w_{ij} x_j"
SOFTMAX = r"p_i = \frac{e^{o_i}}{\sum_j e^{o_j}}"
RIGHT = [
    (r"J(w) = \frac{1}{2m} \|Xw - y\|^2", r"\nabla_w J = \frac{1}{m} X^T (Xw - y)"),
    (r"J = (Xw - y)^T (Xw - y)", r"\frac{\partial J}{\partial w} = \frac{\partial}{\partial w} \|Xw - y\|^2"),
    (EACH, r"\frac{\partial J}{\partial \theta_j} = \frac{1}{m} \sum_{i=1}^m (\theta^T x^{(i)} - y^{(i)}) x_j^{(i)}"),
    (*SQUARES, r"\frac{\partial E}{\partial w_{ij}} = (y_i - t_i) x_j"),
    (*SQUARES, r"\frac{\partial E}{\partial x_j} = \sum_i (y_i - t_i) w_{ij}"),
    (*SQUARES, r"\frac{\partial E}{\partial y_i} = y_i - t_i"),
    (r"z = Xw", r"J = \frac{1}{2} \|z - y\|^2", r"\frac{\partial J}{\partial z} = z - y"),
    (SOFTMAX, r"\frac{\partial p_i}{\partial o_k} = p_i (\delta_{ik} - p_k)"),
    (r"\frac{\partial}{\partial x} x^\top A x = 2 A x",),
    (r"\frac{\partial}{\partial x} A x = A",),
    (r"\frac{\partial}{\partial x} A x = A^T",),
    (r"\frac{\partial}{\partial X} tr(A X B) = A^T B^T",),
]


def settled_with(note: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> tuple[Claim, Finding]:
    """The last claim of a note as it was tried, and what was found."""
    claims: list[Claim] = []

    def settled(claim: Claim, support: Support) -> Claim:
        claims.append(claim)
        return settling.settled(claim, support)

    monkeypatch.setattr(judging, "settled", settled)
    found = last(*note)
    return claims[-1], found


def changed(chain: Chain) -> list[Chain]:
    """Its right side twice, and with the other sign."""
    left, *_, right = chain.members
    return [replace(chain, members=(left, wrong)) for wrong in (Node("mul", (number(2), right)), Node("neg", (right,)))]


@pytest.mark.parametrize("note", RIGHT, ids=[note[-1] for note in RIGHT])
def test_a_claim_of_arrays_is_derived_for_all_shapes(note: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    claim, found = settled_with(note, monkeypatch)
    assert found.reason == settling.FOR_ALL_SHAPES
    assert claim.trial is not None
    assert claim.trial.held is not None
    of = claim.trial.held[0], claim.trial.habits, claim.trial.rules
    assert derived(claim.chain, *of)
    assert not any(derived(chain, *of) for chain in changed(claim.chain))


@pytest.mark.parametrize("note", sometimes(WRONG))
def test_no_wrong_claim_is_derived(note: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    claim, _ = settled_with(note, monkeypatch)
    done = claim.trial
    assert done is not None
    tried = (*done.typed, *done.free)
    assert any(outcome.kind != "holds" for _, outcome in tried)
    for reading, outcome in tried:
        assert outcome.kind == "holds" or not derived(claim.chain, reading, done.habits, done.rules)
