"""Verdicts: kinks are right inside their interval, what cannot be judged is said, reports repeat."""

from __future__ import annotations

import json

import numpy as np
import pytest

import derive
import numeric
import proofs
from numeric.compiler import build
from proofs.claim import Report, TensorReport, worst
from proofs.strategies import domains
from proofs.verdicts import verify
from proofs.witnesses import Differences

RELU = derive.grad(derive.program("L = sum[i](relu(x[i]))"))
ABS = derive.grad(derive.program("L = abs(x)"))
KINKS = [(0.0, "kink"), (0.5, "kink"), (1.0, "kink"), (1.5, "wrong"), (-1.0, "wrong")]


def test_a_kink_is_met_and_right() -> None:
    report = verify(RELU, examples=40)
    assert report.verdict == "kink"
    assert report.exit_status == 0


@pytest.mark.parametrize(("value", "verdict"), KINKS)
def test_any_value_in_the_subgradient_interval_is_right(value: float, verdict: str) -> None:
    def gradient(x: np.ndarray) -> dict[str, np.ndarray]:
        return {"x": np.where(x == 0, value, (x > 0) * 1.0)}

    assert verify(RELU, gradient, examples=40).verdict == verdict


@pytest.mark.parametrize(("value", "verdict"), [(-1.0, "kink"), (1.0, "kink"), (1.01, "wrong")])
def test_abs_has_the_interval_from_minus_one_to_one(value: float, verdict: str) -> None:
    assert verify(ABS, lambda x: {"x": np.where(x == 0, value, np.sign(x))}, examples=40).verdict == verdict


def test_nothing_to_judge_is_inconclusive_and_says_why() -> None:
    report = verify(derive.grad(derive.program("L = log(-x**2)")), examples=5)
    assert report.verdict == "inconclusive"
    assert report.exit_status == 3
    assert report.reasons == ("no drawn input has a finite value of the function",)


def test_a_jump_is_not_judged() -> None:
    report = verify(derive.grad(derive.program("L = sign(x)")), examples=30)
    assert report.verdict == "agree"
    assert report.tensors["x"].entries < report.examples


def test_value_and_grad_is_verified_too() -> None:
    assert verify(derive.value_and_grad(derive.program("L = sum[i](x[i]**2)")), examples=5).verdict == "agree"


def test_equal_seeds_give_equal_reports() -> None:
    derivation = derive.grad(derive.program("L = sum[i](exp(x[i])*y[i])"))
    assert verify(derivation, examples=5, random_seed=3) == verify(derivation, examples=5, random_seed=3)


def test_a_report_is_json() -> None:
    record = json.loads(verify(ABS, lambda x: {"x": -np.sign(x)}, examples=10).to_json())
    assert record["verdict"] == "wrong"
    assert record["counterexample"]["x"] != 0


def test_the_worst_verdict_wins() -> None:
    assert worst(["agree", "kink"]) == "kink"
    assert worst(["agree", "wrong", "non-finite"]) == "wrong"
    assert worst([]) == "inconclusive"
    report = Report({"a": TensorReport("agree"), "b": TensorReport("inconclusive")}, 1, 0, 0, (), ())
    assert report.exit_status == 3


def test_domains_are_read_off_the_program() -> None:
    program = derive.program("L = -sum[i](Y[i]*log(A[i]) + (1 - Y[i])*log(1 - A[i])) + sqrt(c)")
    assert domains(program) == {"A": (0.0, 1.0), "c": (0.0, float("inf"))}


def test_gathers_are_verified_at_repeated_labels() -> None:
    derivation = derive.grad(derive.program("L = sum[t,k](E[w[t],k]**2*G[t,k])"), "E")
    assert verify(derivation, examples=15).verdict == "agree"

    def overwrites(E: np.ndarray, w: np.ndarray, G: np.ndarray) -> dict[str, np.ndarray]:
        found = np.zeros_like(E)
        found[w] = 2 * E[w] * G
        return {"E": found}

    report = verify(derivation, overwrites, examples=60)
    assert report.verdict == "wrong"
    assert report.counterexample is not None
    assert len(set(report.counterexample["w"])) < len(report.counterexample["w"])


def test_where_only_the_curvature_jumps_the_slope_is_still_known_exactly() -> None:
    derivation = derive.grad(derive.program("L = sum[i](softsign(x[i]))"))
    at_0 = {"x": np.zeros(1)}
    slope = Differences(derivation.forward, at_0).extrapolated("x", (0,))
    assert abs(slope.middle - 1) < 1e-20
    assert not slope.kink
    gradient = build(derivation)
    assert verify(derivation, examples=15).verdict == "agree"
    off = verify(derivation, lambda x: {"x": gradient(x=x)["x"] * (1 + 1e-13)}, examples=15)
    assert off.verdict == "wrong"


def test_a_hessian_is_verified_as_a_function_of_its_own() -> None:
    program = derive.program("L = sum[i](x[i]**3)")
    with pytest.raises(ValueError, match="takes a gradient, and this is of mode 'hessian'"):
        proofs.verify(derive.hessian(program, "x"))
    built = numeric.build(derive.hessian(program, "x"))
    report = proofs.verify(lambda x: (x**3).sum(), lambda x: built(x=x)["x", "x"], inputs={"x": "n"}, of="hessian")
    assert report.verdict == "agree"
