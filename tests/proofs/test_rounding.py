"""The running bound holds what floating point does, and is not loose."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import derive
from derive import models
from numeric.compiler import build
from numeric.interpreter import evaluate
from proofs.arguments.strategies import Case, cases
from proofs.rounding import Evaluator, Undefined

PROGRAM = models.mlp([2, 3, 2], loss="softmax_cross_entropy")
DERIVATION = derive.grad(PROGRAM)
GRADIENT = build(DERIVATION)


@given(cases(PROGRAM))
def test_float64_stays_within_the_bound(case: Case) -> None:
    found = GRADIENT(**case.arrays)
    run = Evaluator(DERIVATION.program, case.arrays, 2.0**-53)
    for name in DERIVATION.wrt:
        for at, bounded in run.tensor(f"{name}_bar").items():
            assert abs(float(found[name][at]) - bounded.value) <= bounded.error + 1e-300


@given(cases(PROGRAM))
def test_the_bound_is_within_a_thousand_roundings(case: Case) -> None:
    loss = Evaluator(PROGRAM, case.arrays, 2.0**-53).tensor("L")[()]
    assert loss.error <= 1000 * 2.0**-53 * (1 + abs(loss.value))


@given(cases(PROGRAM))
def test_agrees_with_the_interpreter(case: Case) -> None:
    expected = evaluate(PROGRAM, case.arrays)["L"]
    assert abs(Evaluator(PROGRAM, case.arrays, 0.0).tensor("L")[()].value - expected[()]) < 1e-30


def test_the_bound_scales_with_the_unit_roundoff() -> None:
    rng = np.random.default_rng(0)
    program = derive.program("L = sum[i](x[i]*y[i])")
    arrays = {"x": rng.normal(size=30), "y": rng.normal(size=30)}
    small, full = (Evaluator(program, arrays, u).tensor("L")[()] for u in (2.0**-60, 2.0**-53))
    assert abs(float(build(program)(**arrays)["L"]) - full.value) <= full.error
    assert small.error < full.error / 100


@pytest.mark.parametrize("text", ["L = log(x)", "L = 1/x", "L = sqrt(x - 1)"])
def test_undefined_values_are_refused(text: str) -> None:
    with pytest.raises(Undefined):
        Evaluator(derive.program(text), {"x": np.array(0.0)}, 2.0**-53).tensor("L")


@given(st.integers(-3, 3))
def test_reads_outside_are_zero(shift: int) -> None:
    program = derive.program(f"L = sum[i: 3](x[i + {shift}])" if shift >= 0 else f"L = sum[i: 3](x[i - {-shift}])")
    x = np.array([1.0, 2.0, 4.0])
    kept = x[max(shift, 0) : max(3 + min(shift, 0), 0)]
    assert float(Evaluator(program, {"x": x}, 0.0).tensor("L")[()].value) == kept.sum()


@given(case=cases(PROGRAM), data=st.data())
def test_a_shifted_run_is_a_run_with_that_argument(case: Case, data: st.DataObject) -> None:
    """What is not computed again must not depend on the entry that is moved: here doubled, which is exact."""
    name = data.draw(st.sampled_from(DERIVATION.wrt))
    at = data.draw(st.sampled_from(list(np.ndindex(case.arrays[name].shape))))
    doubled = case.arrays[name].copy()
    doubled[at] *= 2
    try:
        first = Evaluator(PROGRAM, case.arrays, 0.0)
        first.tensor("L")
        expected = Evaluator(PROGRAM, {**case.arrays, name: doubled}, 0.0).tensor("L")[()].value
    except Undefined:
        return
    found = first.shifted({(name, *at): first.entry(name, at).value}).tensor("L")[()].value
    assert found == expected
