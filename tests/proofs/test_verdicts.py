"""Verdicts: kinks are right inside their interval, what cannot be judged is said, reports repeat."""

from __future__ import annotations

import json

import numpy as np
import pytest

import derive
import numeric
import proofs
from derive import models
from numeric.compiler import build
from proofs.arguments.strategies import domains
from proofs.calls import User
from proofs.claim import Report, TensorReport, worst
from proofs.points import Point
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


JUMPS = {
    "sign(x)": 0.0,
    "floor(x)": 3.0,
    "ceil(x)": -2.0,
    "round(x)": 0.5,
    "where(x > 0, 1, 0)": 0.0,
    "x**2 + where(x >= 1, x, 0)": 1.0,
    "sign(x)/10**9": 0.0,
    "sign(x)/10**14 + x": 0.0,
}


@pytest.mark.parametrize("text", JUMPS)
def test_no_gradient_is_wrong_where_the_function_jumps(text: str) -> None:
    """However small the jump: quotients grow as the step shrinks, so there is no slope to hold a gradient against."""
    derivation = derive.grad(derive.program(f"L = {text}"))
    gradient = build(derivation)
    user = User(gradient, ("x",))
    at_it, nearby = (Point(derivation, {"x": np.array(JUMPS[text] + apart)}) for apart in (0, 0.125))
    finding, off = at_it.judge(user, "x", gradient(x=at_it.arrays["x"])["x"])
    assert (finding.verdict, finding.entries, off) == ("agree", 0, 0)
    assert nearby.judge(user, "x", np.array(9.0))[0].verdict == "wrong"
    assert verify(derivation, examples=8).verdict == "agree"


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


CUBE = derive.grad(derive.program("L = sum[i](x[i]**3)/size[x,0]"))


def divides(x: np.ndarray) -> dict[str, np.ndarray]:
    return {"x": x * (1 / len([]))}


BROKEN = {
    "raises": (divides, "raises ZeroDivisionError"),
    "no dictionary": (lambda x: None, "has shape ()"),
    "another name": (lambda x: {"w": x}, "none of x"),
    "a string": (lambda x: {"x": "3 x**2"}, "no arrays of numbers"),
    "another shape": (lambda x: {"x": np.zeros((2, *x.shape))}, "has shape (2, 1), and shape (1,) is due"),
    "an exception group": (lambda x: (_ for _ in ()).throw(ExceptionGroup("two", [ValueError("a")])), "raises Exce"),
    "writes into x": (lambda x: {"x": np.multiply(x, 3 * x, out=x)}, "mutates x"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_gradient_is_wrong_and_says_why(name: str) -> None:
    gradient, said = BROKEN[name]
    report = verify(CUBE, gradient)
    assert report.verdict == "wrong"
    assert said in report.reasons[0]
    assert report.counterexample is not None


def test_a_gradient_that_keeps_something_between_calls_is_wrong() -> None:
    kept: list[np.ndarray] = []

    def gradient(x: np.ndarray) -> dict[str, np.ndarray]:
        kept.append(x.size)
        return {"x": 3 * x**2 / x.size + (len(kept) == 12)}

    report = verify(CUBE, gradient)
    assert report.verdict == "wrong"
    assert "depends on earlier calls" in report.reasons[0]


def test_many_gradients_of_one_derivation() -> None:
    right = build(CUBE)
    gradients = [lambda x, c=c: {"x": c * right(x=x)["x"]} for c in (1.0, 1 + 1e-11, 0.0, 1.0)]
    assert [r.verdict for r in proofs.verify_each(CUBE, gradients)] == ["agree", "wrong", "wrong", "agree"]
    found = verify(CUBE, gradients[1], shrink=False)
    assert found.verdict == "wrong"
    assert len(found.counterexample["x"]) >= len(verify(CUBE, gradients[1]).counterexample["x"])


def test_causal_attention_is_judged_though_its_scores_are_infinite() -> None:
    text = derive.layers.LAYERS["causal_attention"].text()
    derivation = derive.grad(derive.program(f"{text}\nL = sum[n,s,e](Z[n,s,e]*G[n,s,e])"), ["V"])
    right = build(derivation)

    def sees_the_future(**arrays: np.ndarray) -> dict[str, np.ndarray]:
        found = right(**arrays)["V"].copy()
        found[:, 1:] += arrays["V"][:, :-1]
        return {"V": found}

    reports = list(proofs.verify_each(derivation, [right, sees_the_future], examples=6))
    assert [r.verdict for r in reports] == ["agree", "wrong"]
    assert reports[0].skipped == 0


def test_values_of_all_magnitudes_are_drawn() -> None:
    """The step of the differences follows the smallest argument; past 709 exp(-x)/(1 + exp(-x))**2 is not finite."""
    logistic = derive.grad(derive.program("L = sum[i](sigmoid(x[i]))"))
    naive = lambda x: {"x": np.exp(-x) / (1 + np.exp(-x)) ** 2}  # noqa: E731
    assert verify(logistic, examples=60).verdict == "agree"
    assert verify(logistic, naive, examples=60).verdict == "non-finite"
    assert verify(derive.grad(derive.program("L = sum[i](x[i]*log(x[i]))")), examples=60).verdict == "agree"


def test_float32_is_drawn() -> None:
    def in_doubles_only(x: np.ndarray) -> dict[str, np.ndarray]:
        return {"x": 3 * x**2 / x.size * (1 if x.dtype == np.float64 else 1.001)}

    report = verify(CUBE, in_doubles_only, examples=60)
    assert report.verdict == "wrong"
    assert report.counterexample["x"].dtype == np.float32


def test_at_several_kinks_at_once_the_slopes_next_to_them_count() -> None:
    """By W[0] the slopes on the sides are 1 and 2, and 0 where neither unit is on: a subgradient too."""
    derivation = derive.grad(derive.program("L = sum[i](G[i]*relu(sum[j](X[i,j]*W[j])))"), ["W"])
    arrays = {"G": np.array([1.0, -2.0]), "X": np.array([[1.0, 0.5], [-1.0, 0.25]]), "W": np.zeros(2)}
    point, user = Point(derivation, arrays), User(lambda **given: given["W"], tuple(arrays))
    assert point.judge(user, "W", build(derivation)(**arrays)["W"])[0].verdict == "kink"
    assert point.judge(user, "W", np.array([-0.1, 0.0]))[0].verdict == "wrong"


def test_a_kink_of_small_slopes_is_one() -> None:
    """Two that tie share a slope of 5e-9: half of it for each lies between 0 and all of it."""
    derivation = derive.grad(derive.program("L = g*max[i](x[i])"), ["x"])
    point = Point(derivation, {"g": np.array(5e-9), "x": np.zeros(2)})
    user = User(lambda g, x: g * np.ones(2) / 2, ("g", "x"))
    assert point.judge(user, "x", np.array([2.5e-9, 2.5e-9]))[0].verdict == "kink"
    assert point.judge(user, "x", np.array([6e-9, 2.5e-9]))[0].verdict == "wrong"


def test_what_the_forward_cancels_is_no_kink() -> None:
    """1 - A is 1e-57 at a logit of 131: the digits that its logarithm loses are not told from a kink by few digits."""
    far = {
        "X": np.array([[1e-8, 1.4375], [-1.625, -30.0]]),
        "W1": np.array([[-1.9375, 100.0], [-30.0, 0.9375]]),
        "b1": np.array([0.8125, 2000.0]),
        "W2": np.array([[30.0, -100.0], [100.0, 1e-8]]),
        "b2": np.array([1.9375, 1.5]),
        "Y": np.array([[-1.125, 1e-20], [-800.0, 1e-20]]),
    }
    point = Point(derive.grad(models.mlp([2, 2, 2], loss="bce")), far)
    assert point.reference.slope("W2", (0, 0)).kink
    assert point.settled("W2")
    assert not point.reference.slope("W2", (0, 0)).kink
