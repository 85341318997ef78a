"""Every field of every step: a change is refused, or what it proves is the same theorem. Every line has one value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import sympy
from kernel_attacks import with_section

import derive
from derive import kernel, models
from derive.derivation import Derivation
from derive.equation import Equation
from derive.index import Entry, Partial
from derive.rules import RULES
from derive.steps import Section, Step
from numeric.stable import safe
from proofs.library import derived, rows
from proofs.moderate import Told, arguments

MODES = {
    "value_and_grad": lambda: derive.value_and_grad(models.perceptron()),
    "vjp": lambda: derive.vjp(derive.program("f[i] = x[i]**2*y[i]")),
    "jvp": lambda: derive.jvp(derive.program("f[i] = x[i]**2*y[i]")),
    "jacobian": lambda: derive.jacobian(derive.program("f[i] = x[i]*sum[j](x[j]*y[j])")),
    "hessian": lambda: derive.hessian(derive.program("L = sum[i](x[i]**3*y[i])")),
    "hvp": lambda: derive.hvp(derive.program("L = sum[i](exp(x[i]))")),
    "gauss_newton": lambda: derive.gauss_newton(derive.program("Z[i] = x[i]*w\nL = sum[i]((Z[i] - y[i])**2)/2"), "w"),
    "origin": lambda: derive.grad(models.mlp([3, 3, 3, 3, 3])),
    "parts": lambda: derive.grad(derive.program("a = x**2\nb = x**3\nL = a + b")),
    "forms": lambda: safe(derive.grad(derive.program("L = sum[i](log(1 + exp(x[i])))"))),
    "slopes": lambda: derive.grad(derive.program("L = logit(x) + sigmoid(x)*gelu(y)")),
    "matrix": lambda: derive.grad(derive.program("L = logdet(A)")),
}
INTRUDER = Entry("intruder")


def changed(step: Step) -> Iterator[tuple[str, Step]]:
    """The step with one field changed: to something else, to something that is not known, or left out."""
    yield "before", replace(step, before=step.before + 1)
    yield "after", replace(step, after=2 * step.after + 1)
    yield "rule", replace(step, rule=next(r for r in RULES if r != step.rule))
    yield "rule", replace(step, rule="")
    for k, (name, value) in enumerate(step.bindings):
        others = [step.before + 1, INTRUDER, sympy.Integer(99), sympy.nan, "x", None]
        for other in (*others, *([2 * value] if isinstance(value, sympy.Expr) else [])):
            bindings = (*step.bindings[:k], (name, other), *step.bindings[k + 1 :])
            yield f"binding {name}", replace(step, bindings=bindings)
        yield f"no {name}", replace(step, bindings=step.bindings[:k] + step.bindings[k + 1 :])


def placed(derivation: Derivation, old: Section, new: Section) -> Derivation:
    """The derivation with one section, lemma, form or term derived apart replaced."""
    if any(old is s for s in derivation.slopes):
        return replace(derivation, slopes=tuple(new if s is old else s for s in derivation.slopes))
    if any(old is s for s in derivation.forms):
        return replace(derivation, forms=tuple(new if s is old else s for s in derivation.forms))
    for section in derivation.sections:
        if any(old is part for part in section.parts):
            parts = tuple(new if part is old else part for part in section.parts)
            return with_section(derivation, section.equation.name, replace(section, parts=parts))
    return with_section(derivation, old.equation.name, new)


def all_sections(derivation: Derivation) -> list[Section]:
    whole = [*derivation.slopes, *derivation.sections, *derivation.forms]
    return whole + [part for section in derivation.sections for part in section.parts]


def field_by_field(derivation: Derivation, most: int) -> int:
    """How many changes were refused; AssertionError at one that proves something else."""
    theorem, stream, refused = kernel.check(derivation), np.random.default_rng(0), 0
    places = [(s, k) for s in all_sections(derivation) for k in range(len(s.steps))]
    for at in stream.permutation(len(places))[:most]:
        section, k = places[at]
        steps = tuple(section.steps)
        for field, step in changed(steps[k]):
            new = replace(section, steps=(*steps[:k], step, *steps[k + 1 :]))
            try:
                made = kernel.check(placed(derivation, section, new))
            except kernel.Refused:
                refused += 1
                continue
            assert made.equations == theorem.equations, (section.tensor, k, field)
            assert field.startswith(("binding", "no ", "rule")), (section.tensor, k, field)
    return refused


@pytest.mark.parametrize("mode", MODES)
def test_fields_in_every_mode(mode: str) -> None:
    assert field_by_field(MODES[mode](), 2) > 10


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "name"), [row for row in rows() if row[1] != "transformer"])
def test_fields_of_every_row(kind: str, name: str) -> None:
    assert field_by_field(derived(kind, name), 6) > 0


# ---------------------------------------------------------------- one value


def values_of_lines(derivation: Derivation) -> int:
    """How many lines have the value of the adjoint that they end in, at arguments drawn; AssertionError at another."""
    told, seen = Told(derivation, arguments(derivation.forward, np.random.default_rng(1))), 0
    for section in derivation.sections:
        for step in section.steps:
            if not step.after.has(Partial):
                equation = Equation(section.equation.name, section.equation.indices, step.after)
                assert not told.apart(equation), (section.tensor, step.rule, step["term"], step["result"])
                seen += 1
    return seen


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "name"), list(rows("function", "loss", "objective", "layer")))
def test_every_line_has_one_value(kind: str, name: str) -> None:
    values_of_lines(derived(kind, name))


@pytest.mark.parametrize("row", [("function", "mish"), ("loss", "focal"), ("loss", "softmax_cross_entropy")])
def test_some_lines_have_one_value(row: tuple[str, str]) -> None:
    assert values_of_lines(derived(*row)) > 0


def test_another_value_is_seen() -> None:
    derivation = derived("loss", "focal")
    section = derivation.section("A")
    last = section.steps[-1]
    wrong = replace(section, steps=(*section.steps[:-1], replace(last, after=2 * last.after)))
    with pytest.raises(AssertionError):
        values_of_lines(with_section(derivation, "A_bar", wrong))
