"""Wrong claims are wrong: differences of the function say so too; and no fault of the catalogue is left out."""

from __future__ import annotations

from dataclasses import replace

import mpmath
import numpy as np
import pytest
import wrong_claims
from mpmath import mp

from derive.index import Entry
from derive.layers import LAYERS
from numeric.interpreter import evaluate
from proofs.diagnosis import activation_faults
from proofs.diagnosis.faults import FAULTS
from proofs.library import KINDS, rows
from proofs.wrong_claims import FAULTY, WrongClaim, claims_of, scalar_claims


def test_every_fault_of_the_catalogue_is_made() -> None:
    assert activation_faults.__doc__ is not None
    assert set(FAULTY) == set(FAULTS)


def test_every_row_of_every_registry_is_in_the_library() -> None:
    assert {name for kind, name in rows("layer")} == set(LAYERS)
    assert len(list(rows())) == sum(len(kind.rows) for kind in KINDS.values())


def slope(claim: WrongClaim) -> mpmath.mpf:
    """The difference of the function across the argument that the claim is about."""
    forward, sides = claim.derivation.forward, []
    for side in (1, -1):
        moved = mp.mpf(float(claim.arrays[claim.tensor])) + side * mp.mpf(10) ** -10
        sides.append(evaluate(forward, {**claim.arrays, claim.tensor: moved}, 40)["L"].item())
    return (sides[0] - sides[1]) / (2 * mp.mpf(10) ** -10)


def test_differences_refute_them() -> None:
    for claim in scalar_claims(60)[::4]:
        differences_refute(claim)


def differences_refute(claim: WrongClaim) -> None:
    with mp.workdps(40):
        wrong = evaluate(claim.program, claim.arrays, 40)[claim.wrong.name].item()
        right = evaluate(claim.derivation.program, claim.arrays, 40)[claim.wrong.name].item()
        assert abs(right - slope(claim)) < 1e-12 * (1 + abs(right)), (claim.row, claim.fault)
        assert abs(wrong - right) > 1e-12 * (1 + abs(right)), (claim.row, claim.fault)


def test_claims_are_the_same_from_the_same_seed() -> None:
    claims = [next(claims_of("loss", "hinge", seed)) for seed in (1, 1)]
    assert claims[0].fault == claims[1].fault
    assert claims[0].variable.tensor == "A"
    assert claims[0].right != claims[0].wrong
    assert all(np.all(a * 256 == np.round(a * 256)) for a in claims[0].arrays.values())


def test_the_function_is_written_out() -> None:
    assert all(not c.derivative.has(Entry("L")) for c in scalar_claims(20))


@pytest.mark.parametrize("at", range(0, 60, 6))
def test_the_kernel_replays_none(at: int) -> None:
    claim = scalar_claims(60)[at]
    assert not wrong_claims.replayed(claim), (claim.row, claim.fault)


def test_a_right_claim_is_replayed() -> None:
    """So that refusing is no matter of how the proofs are put together."""
    (claim,) = scalar_claims(1)
    assert set(wrong_claims.replayed(replace(claim, wrong=claim.right))) >= {"the equation alone", "by algebra"}
