"""What holds on single points gives no slope; what SymPy makes of a root of a square has one."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import sympy

import derive
from derive.calculus import NotDifferentiated
from derive.closed_form import tidy
from derive.functions import ROWS
from derive.index import Compare, Entry, Partial, Reduce, Where, extent, letter
from derive.recorder import Recorder
from derive.rulebook import Context, RuleError
from derive.rules import RULES
from numeric import build


@pytest.mark.parametrize(
    "text",
    [
        "L = where(x == 0, 1, x)",
        "L = (x != 0)*x",
        "L = where((x > 1)*(y == x), y, x)",
        "m = x\nL = where(m == 1, 2, m)",
    ],
)
def test_a_condition_that_turns_at_single_points_is_refused(text: str) -> None:
    with pytest.raises(NotDifferentiated, match="single points"):
        derive.grad(derive.program(text), "x")


@pytest.mark.parametrize("rule", ["cases", "piecewise constant"])
def test_the_rules_themselves_refuse_it(rule: str) -> None:
    x = Entry("x")
    condition = Compare("==", x, 0)
    body = Where(condition, 1, x) if rule == "cases" else condition
    with pytest.raises(RuleError, match="single points"):
        RULES[rule].apply(Partial(body, x), {}, Context())
    assert RULES["constant"].apply(Partial(condition, Entry("y")), {}, Context()) == 0


@pytest.mark.parametrize(
    "text",
    [
        "integer y\nL = sum[i](where(y[i] == 1, x[i]**2, x[i]))",
        "L = sum[a: 3,i](where(a == 0, x[i]**2, x[i]))",
        "L = max[i](x[i]**2)",
        "m[k] = max[i](A[i,k]*x[i])\nL = sum[k](m[k]**2)",
    ],
)
def test_integers_and_attained_extrema_are_no_single_points(text: str) -> None:
    derive.grad(derive.program(text), "x").check()
    derive.hessian(derive.program(text), "x").check()


def test_an_extremum_is_attained_only_by_what_it_runs_over() -> None:
    text = "m[k] = max[i](A[i,k]*x[i])\nL = sum[k](where(x[k] == m[k], 1, m[k]))"
    with pytest.raises(NotDifferentiated, match="single points"):
        derive.grad(derive.program(text), "x")
    j, p = letter("j"), letter("p")
    largest = Reduce("max", Entry("x", j), [j], [extent("n")])
    apply = partial(RULES["cases"].apply, bindings={}, context=Context())
    slope = apply(Partial(Where(Compare("==", Entry("x", p), largest), Entry("x", p), 0), Entry("x", p)))
    assert slope.has(Partial)
    with pytest.raises(RuleError, match="single points"):
        apply(Partial(Where(Compare("==", Entry("y", p), largest), Entry("x", p), 0), Entry("x", p)))


@pytest.mark.parametrize(
    ("text", "slope"),
    [
        ("L = sum[i](sqrt(x[i]**2))", np.sign),
        ("L = sum[i](sqrt((2*x[i])**2))", lambda x: 2 * np.sign(x)),
        ("L = sum[i]((x[i]**2)**1.5)", lambda x: 3 * x * np.abs(x)),
        ("L = sum[i](rsqrt(x[i]**2))", lambda x: -np.sign(x) / x**2),
    ],
)
def test_the_root_of_a_square_is_the_absolute_value(text: str, slope: object) -> None:
    x = np.array([-2.0, 0.5, 3.0])
    derivation = derive.grad(derive.program(text), "x")
    derivation.check()
    np.testing.assert_array_max_ulp(build(derivation)(x=x)["x"], slope(x), maxulp=4)  # type: ignore[operator]
    assert ROWS.of(sympy.Abs(Entry("x"))) is ROWS["abs"]


def test_a_form_that_the_rule_cannot_prove_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    x = Entry("x")
    monkeypatch.setattr("derive.closed_form.shortest", lambda term: x if term.is_Add else term)
    line = Recorder(x**2 + x, Context())
    tidy(line)
    assert line.expr == x**2 + x
    assert not line.steps
