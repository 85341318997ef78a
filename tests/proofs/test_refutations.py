"""Refutations: what is refuted is what was claimed, at arguments where it is wrong, and nothing right is refuted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cache
from itertools import islice
from typing import Any

import coq_reader
import mpmath
import numpy as np
import pytest

from numeric.interpreter import evaluate
from proofs.certificates import coqc
from proofs.certificates.certificate import Certificate
from proofs.certificates.refutation import Claimed, Place, disproof, extents, places, refuted
from proofs.certificates.terms import NoTerm
from proofs.library import derived, rows
from proofs.moderate import arguments_at
from proofs.wrong_claims import WrongClaim, claims_of

ROWS = [
    ("function", "relu"),
    ("loss", "mse"),
    ("loss", "softmax_cross_entropy"),
    ("objective", "cross_entropy_labels"),
    ("layer", "conv1d"),
    ("layer", "embedding"),
]
EACH = 3


@cache
def all_claims() -> tuple[WrongClaim, ...]:
    return tuple(claim for row in ROWS for claim in islice(claims_of(*row), EACH))


STEP = mpmath.mpf(10) ** -20


def sides(statement: str, moved: Any = 0) -> tuple[Any, Any]:
    """Value and claimed slope where the statement says, with the variable of differentiation moved by so much."""
    point = coq_reader.given(statement)
    by = coq_reader.CLAIM.search(statement)
    assert by is not None
    point[by[1]] += moved
    value, slope = coq_reader.claims(statement)
    return coq_reader.number(value, point), coq_reader.number(slope, point)


def misread(claim: Claimed, place: Place, statement: str) -> bool:
    """Whether a second reader finds another output, another claim, or no difference from the slope."""
    with mpmath.workdps(50):
        output, claimed = sides(statement)
        slope = (sides(statement, STEP)[0] - sides(statement, -STEP)[0]) / (2 * STEP)
        meant = evaluate(claim.program, place.arrays, 40)
        right = evaluate(claim.derivation.program, place.arrays, 40)[claim.wrong.name][place.at]
        # The step leaves 30 of 50 digits of the slope.
        pairs = (output, meant["L"].item()), (claimed, meant[claim.wrong.name][place.at]), (slope, right)
        return any(abs(a - b) > 1e-18 * (1 + abs(b)) for a, b in pairs) or abs(slope - claimed) < 1e-6


@pytest.mark.parametrize("at", range(len(ROWS) * EACH))
def test_a_refutation_says_what_was_claimed(at: int) -> None:
    claim = all_claims()[at]
    place = next(places(claim))
    assert not misread(claim, place, disproof(claim, place, "wrong", "").statement), (claim.row, claim.fault)


def test_the_second_reader_objects_to_another_claim() -> None:
    claim = all_claims()[3]
    place = next(places(claim))
    statement = disproof(claim, place, "wrong", "").statement
    other = disproof(replace(claim, wrong=all_claims()[4].wrong), place, "wrong", "").statement
    assert not misread(claim, place, statement)
    assert misread(claim, place, other)
    assert misread(claim, place, statement.replace(" / 256)", " / 257)"))


def test_claims_about_defined_tensors_are_among_them() -> None:
    assert any(c.tensor not in c.derivation.forward.inputs for c in all_claims())


def rights() -> Iterator[Claimed]:
    """Right claims: one of each row."""
    for kind, name in rows("loss", "objective", "function"):
        derivation = derived(kind, name)
        yield Claimed(derivation, derivation.wrt[0], derivation.adjoint(derivation.wrt[0]))


def test_what_is_right_has_no_counterexample() -> None:
    made = [Claimed(c.derivation, c.tensor, c.derivation.adjoint(c.tensor)) for c in all_claims()[3::3]]
    assert [refuted(claim, "right", "") for claim in made] == [None] * 5


# ---------------------------------------------------------------- with Coq


@pytest.mark.coq
@pytest.mark.slow
def test_wrong_claims_are_refuted_formally() -> None:
    made = [refuted(claim, f"wrong_{k}", "") for k, claim in enumerate(all_claims())]
    answers = coqc.check([c for c in made if c is not None], limit=120, fresh=True)
    assert [a.message for a in answers if a.status != "accepted"] == []
    assert len(answers) == len(all_claims())


def pretended() -> Iterator[Certificate]:
    """What a wrong search would hand to Coq: that right claims are wrong at some place."""
    for number, claim in enumerate(rights()):
        forward = claim.derivation.forward
        sizes = next(extents(forward))
        arrays = arguments_at(forward, sizes, np.random.default_rng(3))
        place = Place(tuple(0 for _ in claim.wrong.indices), sizes, arrays, (-1.0) ** number)
        with suppress(NoTerm):
            yield disproof(claim, place, f"right_{number}", "")


@pytest.mark.coq
@pytest.mark.slow
def test_no_right_claim_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    """30 right claims, and one wrong one whose statement is weakened: what is refuted must be what is stated."""
    monkeypatch.setattr(coqc, "scan", lambda certificate: None)
    wrong = refuted(all_claims()[3], "wrong", "")
    assert wrong is not None
    weak = ("Abort", "Definition weak_statement := True", "Lemma weak_proof : True", "exact I")
    asked = list(islice(pretended(), 30))
    answers = coqc.check([*asked, wrong, replace(wrong, name="weak", proof=weak)], limit=60, fresh=True)
    assert [a.name for a in answers if a.status == "accepted"] == ["wrong"]
