"""Every row called from text has the value and the gradient of the row itself, at drawn shapes and inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings

import derive
from derive.operations import Operation
from derive.signatures import CALLED, axes
from numeric.compiler import build
from proofs.arguments.strategies import cases
from proofs.rounding import Evaluator, Undefined

OTHERWISE = {"stride": 2, "padding": 1, "p": 0.25, "margin": 0.25, "temperature": 0.25, "strength": 0.125, "delta": 0.5}


def weighted(row: Operation, text: str, out: str) -> derive.Derivation:
    """The gradient of sum out*G by every floating input but G; of out itself where that is a number."""
    at = ",".join("ijklmnpq"[: axes(row.name)[row.output]])
    program = derive.program(f"{text}\nT = sum[{at}]({out}[{at}]*G[{at}])" if at else f"{text}\nT = 1*{out}")
    return derive.grad(program, [n for n in program.inputs if n != "G" and not program.tensors[n].integer])


def of_call(row: Operation, options: Mapping[str, Any]) -> derive.Derivation:
    at = f"[{','.join('ijklmnpq'[: axes(row.name)[row.output]])}]".replace("[]", "")
    given = ", ".join([*row.inputs, *(f"{k}={v}" for k, v in options.items())])
    return weighted(row, f"out{at} = {row.name}({given}){at}", "out")


def gap(reference: derive.Derivation, found: Mapping[str, Any], value: Any, arrays: Mapping[str, Any]) -> float:
    """The largest distance of the value and the gradient from the row's own, in units of twice its running bound."""
    run = Evaluator(reference.program, arrays, 2.0**-53)
    bounded = [(found[n][at], b) for n in reference.wrt for at, b in run.tensor(f"{n}_bar").items()]
    bounded.append((value, Evaluator(reference.forward, arrays, 2.0**-53).tensor("T")[()]))
    tiny = float(np.finfo(float).tiny)
    return max(abs(float(there) - b.value) / (2 * b.error + tiny) for there, b in bounded)


@pytest.mark.parametrize("name", CALLED)
def test_value_and_gradient(name: str) -> None:
    row = CALLED[name]
    options = {k: v for k, v in OTHERWISE.items() if k in row.options}
    call, reference = of_call(row, options), weighted(row, row.text(**options), row.output)
    call.check()
    gradient, value = build(call), build(call.forward)

    @given(cases(reference.forward))
    @settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
    def at_a_case(case: Any) -> None:
        with np.errstate(all="ignore"):
            found, there = gradient(**case.arrays), value(**case.arrays)["T"]
        try:
            far = gap(reference, found, there, case.arrays)
        except Undefined:
            assume(False)
        assert far <= 1

    at_a_case()


def test_another_row_is_seen() -> None:
    reference, other = (weighted(CALLED["mse"], CALLED[name].text(), "L") for name in ("mse", "half_mse"))
    rng = np.random.default_rng(0)
    arrays = {name: rng.normal(size=(2, 3)) for name in "AY"}
    for derivation, seen in ((reference, False), (other, True)):
        found, value = build(derivation)(**arrays), build(derivation.forward)(**arrays)["T"]
        assert (gap(reference, found, value, arrays) > 1) is seen
