"""ΔC ≈ Σ ∂C/∂v Δv and the descent step: right to first order, replayed by the kernel, refused when changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from mpmath import mp

import derive
from derive.approximation import Approximation
from derive.index import Entry
from derive.kernel import Refused
from derive.program_text import to_text
from derive.steps import Fact
from numeric.compiler import build
from numeric.interpreter import evaluate

PROGRAM = """
    parameter w, b
    z[i,k] = sum[j](w[k,j]*x[i,j]) + b[k]
    a[i,k] = sigmoid(z[i,k])
    C = sum[i,k]((y[i,k] - a[i,k])**2)/(2*size[i])
"""
GATHER = "integer t\nparameter E\nC = sum[i,k](E[t[i],k]**2*u[k])"
SHAPES = {"w": (2, 3), "b": (2,), "x": (4, 3), "y": (4, 2), "w_dot": (2, 3), "b_dot": (2,), "eta": ()}


def arrays() -> dict[str, Any]:
    rng = np.random.default_rng(1)
    return {name: rng.standard_normal(shape) for name, shape in SHAPES.items()}


def first_order() -> Approximation:
    return derive.first_order(derive.program(PROGRAM))


def descent() -> Approximation:
    return derive.descent(derive.program(PROGRAM))


def test_the_change_is_right_to_first_order() -> None:
    given, page = arrays(), first_order()
    with mp.workdps(80):
        t = mp.mpf(10) ** -30
        exact = {name: np.vectorize(mp.mpf, otypes=[object])(values) for name, values in given.items()}
        moved = {**exact, **{v: exact[v] + t * exact[f"{v}_dot"] for v in ("w", "b")}}
        after = evaluate(page.derivation.forward, moved, 80)["C"][()]
        before = evaluate(page.program, exact, 80)
        slope = (after - before["C"][()]) / t
        assert abs(slope - before["C_dot"][()]) < mp.mpf(10) ** -28


def test_the_descent_step_goes_down_by_rate_times_squared_norm() -> None:
    found = evaluate(descent().program, {k: v for k, v in arrays().items() if not k.endswith("_dot")})
    eta = found["eta"][()]
    with mp.workdps(50):
        squares = sum((found[f"{v}_bar"] ** 2).sum() for v in ("w", "b"))
        assert abs(found["C_dot"][()] + eta * squares) < mp.mpf(10) ** -45
        for v in ("w", "b"):
            error = found[f"{v}_next"] - (found[v] - eta * found[f"{v}_bar"])
            assert max(map(abs, error.flat)) < mp.mpf(10) ** -45


@pytest.mark.parametrize("page", [first_order(), descent()], ids=["first order", "descent"])
def test_the_kernel_replays_it_and_the_text_reads_back(page: Approximation) -> None:
    page.check()
    again = derive.parse.parse(to_text(page.program), derived=True)
    assert [e.key for e in again.equations] == [e.key for e in page.program.equations]


@pytest.mark.parametrize("page", [first_order(), descent()], ids=["first order", "descent"])
def test_every_change_is_refused(page: Approximation) -> None:
    change = page.change
    step, fact = change.steps[0], change.facts[0]
    wrong = Fact(fact.kind, fact.letters, fact.left, -fact.right)
    faults = [
        replace(change, opening=change.opening + Entry("w_dot")),
        replace(change, facts=(wrong, *change.facts[1:])),
        replace(change, steps=change.steps[1:]),
        replace(change, steps=(replace(step, after=-step.after), *change.steps[1:])),
        replace(change, equation=replace(change.equation, rhs=-change.equation.rhs)),
    ]
    for fault in faults:
        with pytest.raises(Refused):
            replace(page, change=fault).check()


def test_a_gather_moves_only_the_rows_that_are_read() -> None:
    page = derive.first_order(derive.program(GATHER))
    page.check()
    assert "δ" not in page.text()


def test_the_compiled_change_is_the_interpreted_one() -> None:
    page, given = first_order(), {k: v for k, v in arrays().items() if k != "eta"}
    exact = float(evaluate(page.program, given)["C_dot"][()])
    np.testing.assert_allclose(build(page.program)(**given)["C_dot"], exact, rtol=1e-13)


def test_pages_show_changes_slopes_and_updates() -> None:
    assert "ΔC ≈" in first_order().text()
    assert "w'[k,j] = w[k,j] - η ∂C/∂w[k,j]" in descent().text()
    assert r"\Delta C &\approx" in descent().latex()
    assert r"{w}'_{kj} &= w_{kj} - \eta \, \frac{\partial C}{\partial w_{kj}}" in descent().markdown()


def test_a_rate_that_is_taken_is_refused() -> None:
    with pytest.raises(derive.ProgramError, match="rate="):
        derive.descent(derive.program("C = eta*w**2"))
    assert derive.descent(derive.program("C = eta*w**2"), rate="r").rate == "r"
    with pytest.raises(derive.ProgramError, match="w_next"):
        derive.descent(derive.program("C = w_next*w**2"), "w")
