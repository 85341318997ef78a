"""Safe forms: every row is proved and replayed, wrong ones are refused, and whole losses are right at the far ends."""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import Any

import numpy as np
import pytest
import sympy
from mpmath import mp
from sympy import Symbol

import derive
from derive import kernel
from derive.equation import Equation
from derive.rulebook import RuleError
from derive.safe_rules import FORMS, Form, U, V, proved
from derive.steps import RenamedSteps
from numeric import Gradient, interpreter, stable
from numeric.compiler import build
from numeric.stable import matches
from proofs.rounding import Evaluator

NAIVE = {
    "sigmoid": "L = sum[i](1/(1 + exp(-x[i])))",
    "logistic density": "L = sum[i](exp(-x[i])/(1 + exp(-x[i]))**2)",
    "softplus": "L = sum[i](log(1 + exp(x[i])))",
    "log of sigmoid": "L = sum[i](log(sigmoid(x[i])))",
    "log of its complement": "L = sum[i](log(1 - sigmoid(x[i])))",
    "tanh": "L = sum[i]((exp(x[i]) - exp(-x[i]))/(exp(x[i]) + exp(-x[i])))",
    "log cosh": "L = sum[i](log(cosh(x[i])))",
    "logsumexp": "L = log(sum[i](exp(x[i])))",
    "log mean exp": "L = log(mean[i](exp(x[i])))",
    "softmax": "A[k] = exp(x[k])/sum[j](exp(x[j]))\nL = -sum[k](y[k]*log(A[k]))",
    "softmax in steps": "E[k] = exp(x[k])\nS = sum[k](E[k])\nA[k] = E[k]/S\nL = -sum[k](y[k]*log(A[k]))",
    "log of softmax": "A[k] = softmax[k](x[k])\nL = -sum[k](y[k]*log(A[k]))",
    "kl of softmaxes": "A[k] = softmax[k](x[k])\nB[k] = softmax[k](y[k]*x[k])\nL = sum[k](A[k]*log(A[k]/B[k]))",
    "bce": "A[i] = sigmoid(x[i])\nL = -mean[i](y[i]*log(A[i]) + (1 - y[i])*log(1 - A[i]))",
    "bce in steps": "E[i] = exp(-x[i])\nA[i] = 1/(1 + E[i])\nL = -mean[i](y[i]*log(A[i]) + (1 - y[i])*log(1 - A[i]))",
    "norm": "L = sqrt(sum[i](x[i]**2))",
    "variance": "L = mean[i](x[i]**2) - mean[i](x[i])**2",
    "variance in steps": "M = mean[i](x[i])\nQ = mean[i](x[i]**2)\nL = Q - M**2",
    "erfc": "L = sum[i](1 - erf(x[i]))",
    "silu": "L = sum[i](silu(x[i]))",
    "mish": "L = sum[i](mish(x[i]))",
    "gelu_tanh": "L = sum[i](gelu_tanh(x[i]))",
    "gaussian": "L = sum[i](exp(-x[i]**2)*y[i])",
    "layer norm": "M = mean[i](x[i])\nV = mean[i]((x[i] - M)**2)\n"
    "N[i] = (x[i] - M)/sqrt(V + 1/100000)\nL = sum[i](N[i]*y[i])",
    "attention": "P[i,j] = softmax[j](x[i]*y[j])\nO[i] = sum[j](P[i,j]*y[j])\nL = sum[i](O[i]**2)",
}
FAR: dict[str, list[float]] = {
    "logits of 1e4": [1e4, -1e4, 0.0, 9999.0],
    "logits of 800": [800.0, -800.0, 745.5, -709.5],
    "probabilities within 1e-300": [690.7, -690.7, 691.0, 36.9],
    "offset by 1e8": [1e8, 1e8 + 1, 1e8 - 3, 1e8 + 0.5],
}
Y = np.array([0.0, 1.0, 0.0, 0.0])


@cache
def derived(text: str) -> derive.Derivation:
    return derive.value_and_grad(derive.program(text), "x")


@cache
def compiled(text: str, **options: Any) -> Gradient:
    return build(derived(text), **options)


def far(text: str, x: list[float]) -> tuple[derive.Derivation, dict[str, Any]]:
    derivation = derived(text)
    arrays = {"x": np.array(x), "y": Y}
    return derivation, {n: arrays[n] for n in derivation.forward.inputs}


@pytest.mark.parametrize("name", FORMS)
def test_each_row_is_proved(name: str) -> None:
    proved(FORMS[name])


FALSE = [
    Form("sign", 1 - FORMS["logarithm of sigmoid"].left.args[0], FORMS["logarithm of sigmoid"].left.args[0], "", ""),
    Form("factor", 1 - sympy.tanh(U) ** 2, FORMS["square of sech"].right / 4, "", ""),
    Form("root", sympy.sqrt(U**2 + V**2), FORMS["hypot"].right ** 2, "", ""),
    Form("case", FORMS["slope of cross-entropy"].left, FORMS["slope of cross-entropy"].right + 1, "", ""),
]


@pytest.mark.parametrize("row", FALSE, ids=lambda row: row.name)
def test_a_row_that_is_not_equal_is_refused(row: Form) -> None:
    with pytest.raises(RuleError, match="is not"):
        proved(row)


@pytest.mark.parametrize("name", FORMS)
def test_each_row_is_found_where_it_stands(name: str) -> None:
    values = {U: Symbol("a", real=True), V: Symbol("b", real=True)}
    row = FORMS[name]
    term = row.left.xreplace(values)
    found = next(matches(row.left, term, {}, part=True))
    assert row.instance(term, found) == row.right.xreplace(found)


@pytest.mark.parametrize("text", NAIVE.values(), ids=list(NAIVE))
def test_the_kernel_replays_the_steps_of_a_build(text: str) -> None:
    given = derive.grad(derive.program(text))
    made = build(given).derivation
    assert made.check().proof is made
    assert build(given, safe=False).derivation is given


def test_a_form_that_is_not_what_its_steps_say_is_refused() -> None:
    made = build(derive.grad(derive.program(NAIVE["bce"]))).derivation
    form = made.forms[0]
    wrong = Equation(form.equation.name, form.equation.indices, 2 * form.equation.rhs)
    faults = [
        dataclasses.replace(form, equation=wrong),
        dataclasses.replace(form, opening=2 * form.opening),
        dataclasses.replace(form, tensor="A"),
        dataclasses.replace(form, facts=tuple(dataclasses.replace(f, right=2 * f.right) for f in form.facts)),
    ]
    for fault in faults:
        with pytest.raises(kernel.Refused):
            kernel.check(dataclasses.replace(made, forms=(fault, *made.forms[1:])))
    with pytest.raises(kernel.Refused, match="two forms"):
        kernel.check(dataclasses.replace(made, forms=(form, *made.forms)))


def test_a_form_may_not_read_what_is_defined_after_it() -> None:
    made = build(derive.grad(derive.program(NAIVE["variance in steps"]))).derivation
    form = made.forms[0]
    moved = dataclasses.replace(form, tensor="M", equation=made.plain["M"], opening=made.plain["M"].rhs, steps=())
    with pytest.raises(kernel.Refused, match="comes after it"):
        kernel.check(dataclasses.replace(made, forms=(moved,)))


# Naive and safe forms agree to the last digits where neither leaves the range.
@pytest.mark.parametrize("text", NAIVE.values(), ids=list(NAIVE))
def test_safe_forms_keep_the_meaning(text: str) -> None:
    derivation, arrays = far(text, [0.3, -1.2, 0.7, 2.1])
    made = compiled(text).derivation.program
    exact = interpreter.evaluate(derivation.program, arrays, 60)["x_bar"]
    again = interpreter.evaluate(made, arrays, 60)["x_bar"]
    assert all(abs(a - b) < 1e-50 for a, b in zip(exact, again, strict=True))


def right(text: str, x: list[float], **options: Any) -> None:
    """Finite, and within what rounding may make of the formula that is compiled."""
    derivation, arrays = far(text, x)
    gradient = compiled(text, **options)
    value, found = gradient(**arrays)
    assert np.isfinite(value)
    assert np.isfinite(found["x"]).all()
    true = interpreter.evaluate(derivation.program, arrays, digits(x))
    bounds = Evaluator(gradient.derivation.program, arrays, 2.0**-53, digits(x))
    assert abs(float(value) - float(true["L"][()])) <= 4 * float(bounds.tensor("L")[()].error) + 1e-300
    for at, bound in bounds.tensor("x_bar").items():
        assert abs(float(found["x"][at]) - float(true["x_bar"][at])) <= 4 * float(bound.error) + 1e-300, at


def digits(x: list[float]) -> int:
    """exp(-1e4) is 10**-4343, and the square of 1 - sigmoid(1e4) has to differ from 0."""
    return 100 + min(8700, int(0.87 * max(map(abs, x))))


@pytest.mark.parametrize("place", [p for p in FAR if p != "offset by 1e8"])
@pytest.mark.parametrize("name", NAIVE)
def test_whole_losses_are_right_far_out(name: str, place: str) -> None:
    right(NAIVE[name], FAR[place])


@pytest.mark.parametrize("name", ["variance", "variance in steps", "layer norm", "norm", "logsumexp", "log of softmax"])
def test_features_with_an_offset(name: str) -> None:
    right(NAIVE[name], FAR["offset by 1e8"])


def off(text: str, x: list[float], safe: bool) -> float:
    """The largest relative error of the value and of the gradient; infinite where one is not finite."""
    derivation, arrays = far(text, x)
    with np.errstate(all="ignore"):
        value, found = compiled(text, safe=safe)(**arrays)
    true = interpreter.evaluate(derivation.program, arrays, digits(x))
    pairs = [(value, true["L"][()]), *zip(found["x"], true["x_bar"], strict=True)]
    errors = [abs(float(a) - float(b)) / (abs(float(b)) or 1) for a, b in pairs]
    return max(e if np.isfinite(e) else np.inf for e in errors)


@pytest.mark.parametrize(
    ("name", "place"),
    [
        *((name, "logits of 1e4") for name in ("softplus", "log of its complement", "logsumexp", "softmax in steps")),
        *((name, "offset by 1e8") for name in ("variance", "variance in steps")),
    ],
)
def test_the_forms_as_typed_do_fail(name: str, place: str) -> None:
    assert off(NAIVE[name], FAR[place], safe=True) < 1e-7
    assert off(NAIVE[name], FAR[place], safe=False) > 1e-3


PROBIT = {
    "by its name": "L = sum[i](log_normal_cdf(x[i]))",
    "as it is typed": "L = sum[i](log(normal_cdf(x[i])))",
    "in steps": "P[i] = normal_cdf(x[i])\nL = sum[i](log(P[i]))",
    "of the other side": "L = sum[i](log(1 - normal_cdf(-x[i])))",
    "cross-entropy": "P[i] = normal_cdf(x[i])\nL = -sum[i](y[i]*log(P[i]) + (1 - y[i])*log(1 - P[i]))",
    "by erf": "L = sum[i](log((1 + erf(x[i]/sqrt(2)))/2))",
    "by erf of the other side": "L = sum[i](log((1 - erf(-x[i]/sqrt(2)))/2))",
    "by erfc": "P[i] = erfc(-x[i]/sqrt(2))/2\nL = sum[i](log(P[i]))",
    "cross-entropy by erf": "P[i] = (1 + erf(x[i]/sqrt(2)))/2\n"
    "L = -sum[i](y[i]*log(P[i]) + (1 - y[i])*log(1 - P[i]))",
}


def mills(x: float) -> Any:
    return mp.npdf(mp.mpf(x)) / mp.ncdf(mp.mpf(x))


def probit(text: str, x: np.ndarray[Any, Any], **options: bool) -> float:
    """The largest error, in units of what is summed; infinite where the value or the gradient is not finite."""
    labels = (np.arange(len(x)) % 2).astype(float)
    arrays = {"x": x, "y": labels} if "y[i]" in text else {"x": x}
    with np.errstate(all="ignore"):
        value, found = compiled(text, **options)(**arrays)
    if not np.isfinite(value) or not np.isfinite(found["x"]).all():
        return float("inf")
    with mp.workdps(60):
        total, slopes = probit_exactly(x, labels if "y" in arrays else None)
        off = [abs(mp.mpf(float(f)) - true) / scale for f, (true, scale) in zip(found["x"], slopes, strict=True)]
        return float(max(*off, abs(mp.mpf(float(value)) - total) / abs(total)))


def probit_exactly(x: np.ndarray[Any, Any], labels: np.ndarray[Any, Any] | None) -> tuple[Any, list[tuple[Any, Any]]]:
    """The value, and each slope with the size of the terms that it is made of."""
    if labels is None:
        return mp.fsum(mp.log(mp.ncdf(u)) for u in map(float, x)), [(mills(u), mills(u)) for u in map(float, x)]
    pairs = list(zip(map(float, x), labels, strict=True))
    slopes = [(-mills(u) if y else mills(-u), mills(u) + mills(-u)) for u, y in pairs]
    return -mp.fsum(mp.log(mp.ncdf(u if y else -u)) for u, y in pairs), slopes


@pytest.mark.parametrize("text", PROBIT.values(), ids=list(PROBIT))
def test_probit_is_right_far_out(text: str) -> None:
    x = np.array([-1e4, -50.0, -38.0, -3.0, -0.1, 0.0, 0.1, 3.0, 30.0])
    assert probit(text, x) < 8 * 2.0**-53


@pytest.mark.parametrize("name", [name for name in PROBIT if name not in ("by its name", "by erfc")])
def test_probit_as_typed_does_fail(name: str) -> None:
    assert probit(PROBIT[name], np.array([-50.0, 50.0]), safe=False) == np.inf


@pytest.mark.parametrize("scale", [1e-200, 1e200])
def test_norms_are_scaled(scale: float) -> None:
    made = build(derive.value_and_grad(derive.program(NAIVE["norm"])))
    value, found = made(x=np.array([3 * scale, 4 * scale]))
    assert float(value) == pytest.approx(5 * scale, rel=1e-15)
    assert found["x"].tolist() == pytest.approx([0.6, 0.8], rel=1e-15)


BESIDE = "P[i] = log({0} + exp({1}*x[i]))\nQ[i] = log({2} + exp({3}*y[i]))\nL = sum[i](P[i]*Q[i])"


@pytest.mark.parametrize(("numbers", "again"), [((1, 2, 1, 2), True), ((1, 2, 3, 2), False), ((1, 2, 1, 3), False)])
def test_equations_that_differ_in_names_are_searched_once(numbers: tuple[int, ...], again: bool) -> None:
    made = build(derive.grad(derive.program(BESIDE.format(*numbers)), "x, y")).derivation
    forms = {form.tensor: form for form in made.forms}
    assert ("Q" in forms and isinstance(forms["Q"].steps, RenamedSteps)) is again
    assert made.check().proof is made
    plain = dataclasses.replace(made, forms=())
    for form in made.forms:
        alone = stable._form(made.plain.defined[form.tensor], plain, {f.left.tensor: f for f in form.facts}, {})
        assert alone is not None
        assert alone.equation.rhs == form.equation.rhs


def test_a_form_of_another_equation_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fault: numbers are forgotten, so that log(3 + exp(2 y)) becomes a softplus."""
    derivation = derive.grad(derive.program(BESIDE.format(1, 2, 3, 2)), "x, y")

    def without_numbers(said: tuple[object, ...]) -> object:
        return tuple(0 if isinstance(part, sympy.Number) else part for part in said)

    monkeypatch.setattr("derive.outlines._interned", without_numbers)
    made = stable.safe(derivation)
    assert any(form.tensor == "Q" for form in made.forms)
    with pytest.raises(kernel.Refused):
        kernel.check(made)


def test_no_division_by_a_softmax_that_rounds_to_0() -> None:
    text = "P[i,k] = softmax[k](A[i,k])\nL = -sum[i,k]((Y[i,k] + 1/8)*log(P[i,k]))"
    gradient = build(derive.grad(derive.program(text), ["A"]))
    found = gradient(A=np.array([[2000.0, 0.0]]), Y=np.array([[0.0, 1.0]]))["A"]
    assert np.allclose(found, [[1.125, -1.125]])
