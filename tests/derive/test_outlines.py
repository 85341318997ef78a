"""Outlines: equal for what differs in names alone; a number, an extent or a pattern of names makes another one."""

from __future__ import annotations

import pytest
import sympy

import derive
from derive import kernel
from derive.index import Entry
from derive.outlines import Outline, joined, outline_of
from derive.steps import RenamedSteps


def of(text: str) -> Outline:
    """Of the last equation of a program and the axes of what it reads."""
    program = derive.program(text)
    equation = program.equations[-1]
    own = outline_of(*equation.indices, equation.rhs)
    return joined([own, *(outline_of(*program.extents(name.name)) for name in own.tensors)])


FIRST = "f[i] = x[i]*y[i] + exp(2*x[i])"


def test_names_do_not_matter() -> None:
    assert of(FIRST).key == of("g[k] = u[k]*v[k] + exp(2*u[k])").key
    names = of(FIRST).into(of("g[k] = u[k]*v[k] + exp(2*u[k])"))
    assert [(old.name, new.name) for old, new in names.tensors] == [("x", "u"), ("y", "v")]


@pytest.mark.parametrize(
    "text",
    [
        "f[i] = x[i]*y[i] + exp(3*x[i])",
        "f[i] = x[i]*x[i] + exp(2*x[i])",
        "f[i] = x[i]*y[i] + exp(2*y[i] + x[i])",
        "input x[5], y[5]\nf[i] = x[i]*y[i] + exp(2*x[i])",
        "f[i] = x[i]*y[0] + exp(2*x[i])",
        "f = x*y + exp(2*x)",
        "f[i] = x[i]*y[i] + cosh(2*x[i])",
    ],
)
def test_anything_else_does(text: str) -> None:
    assert of(FIRST).key != of(text).key


def test_extents_are_told_apart() -> None:
    assert of("f[i,j] = x[i]*y[j]").key != of("f[i] = x[i]*y[i]").key
    assert of("input x[n], y[n]\nf[i,j] = x[i]*y[j]").key != of("input x[n], y[m]\nf[i,j] = x[i]*y[j]").key
    assert outline_of(Entry("n")).key != outline_of(Entry("n"), Entry("n")).key


def without_numbers(said: tuple[object, ...]) -> object:
    """The fault: what is left of an outline where numbers are forgotten."""
    return tuple(0 if isinstance(part, sympy.Number) else part for part in said)


def test_sections_that_differ_in_a_number_are_derived_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the kernel refuses the proof if a fault lets them pass for one."""
    text = "a[i] = x[i]**2\nb[i] = y[i]**{}\nL = sum[i](a[i]*w[i]) + sum[i](b[i]*w[i])"
    alike, unlike = (derive.grad(derive.program(text.format(power)), ["x", "y"]) for power in (2, 3))
    assert isinstance(alike.section("y").steps, RenamedSteps)
    assert not isinstance(unlike.section("y").steps, RenamedSteps)
    unlike.check()
    monkeypatch.setattr("derive.outlines._interned", without_numbers)
    wrong = derive.grad(derive.program(text.format(3)), ["x", "y"])
    assert isinstance(wrong.section("y").steps, RenamedSteps)
    with pytest.raises(kernel.Refused, match="chain rule"):
        kernel.check(wrong)
