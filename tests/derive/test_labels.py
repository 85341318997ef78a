"""Cross-entropy with integer labels, weights and smoothing comes out as a textbook prints it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sympy import Expr, Integer, Symbol, expand

import derive
from derive import kernel
from derive.index import Compare, Delta, Entry
from derive.range_rules import stored_facts
from numeric.arguments import ArgumentError
from numeric.compiler import build

SOFTMAX = "P[i,k] = softmax[k](Z[i,k])\n"
ONE_HOT = "\nassume sum[k](Y[i,k]) == 1"
# The loss, and what stands beside P in n times its gradient by Z.
LOSSES = {
    "labels": ("integer y", "-mean[i](log(P[i,y[i]]))", "1", "d", "0"),
    "weights": ("integer y", "-sum[i](w[i]*log(P[i,y[i]]))/sum[i](w[i])", "w", "d", "0"),
    "class weights": ("integer y", "-sum[i](c[y[i]]*log(P[i,y[i]]))/sum[i](c[y[i]])", "c", "d", "0"),
    "smoothing": ("integer y", "-mean[i]((1-e)*log(P[i,y[i]]) + e*mean[k](log(P[i,k])))", "1", "d", "e"),
    "one-hot weights": ("", f"-sum[i,k](w[i]*Y[i,k]*log(P[i,k]))/sum[i](w[i]){ONE_HOT}", "w", "Y", "0"),
    "one-hot smoothing": ("", f"-mean[i](sum[k](((1-e)*Y[i,k]+e/size[k])*log(P[i,k]))){ONE_HOT}", "1", "Y", "e"),
}


def gradient(name: str) -> derive.Derivation:
    declared, loss, *_ = LOSSES[name]
    return derive.grad(derive.program(f"{declared}\n{SOFTMAX}L = {loss}"), "Z")


def flat(expr: Expr) -> Expr:
    """The expression with a symbol for each node, by tensor."""
    names = {node: Symbol(node.tensor) for node in expr.atoms(Entry)}
    return expr.xreplace({**{d: Symbol("d") for d in expr.atoms(Delta)}, **names})


@pytest.mark.parametrize("name", LOSSES)
def test_the_gradient_is_the_difference_that_a_textbook_prints(name: str) -> None:
    derivation = gradient(name)
    derivation.check()
    _, _, weight, true, smooth = LOSSES[name]
    found = derivation.adjoint("Z").rhs
    above = flat(found.as_numer_denom()[0]) if weight != "1" else flat(found * Symbol("n", integer=True, positive=True))
    w, y, e, p = Symbol(weight), Symbol(true), Symbol(smooth), Symbol("P")
    if weight == "1":
        w = Integer(1)
    if smooth == "0":
        e = Integer(0)
    classes = Symbol("d", integer=True, positive=True)
    assert expand(above - w * (p - (1 - e) * y - e / classes)) == 0
    assert not found.has(Compare)


@pytest.mark.parametrize("name", LOSSES)
def test_it_is_the_slope_of_the_loss(name: str) -> None:
    derivation, rng = gradient(name), np.random.default_rng(0)
    given = {
        "Z": rng.normal(size=(4, 3)),
        "y": np.array([0, 2, 1, 1]),
        "w": rng.random(4),
        "c": rng.random(3),
        "e": 0.1,
    }
    given["Y"] = np.eye(3)[given["y"]]
    inputs = {n: given[n] for n in derivation.forward.inputs}
    value = build(derivation.forward)
    found, step = build(derivation)(**inputs)["Z"], 1e-6
    for at in np.ndindex(4, 3):
        shift = np.zeros((4, 3))
        shift[at] = step
        ends = [float(value(**{**inputs, "Z": inputs["Z"] + s * shift})["L"]) for s in (1, -1)]
        # The error of a central difference is step**2 times a third derivative, that of rounding eps/step.
        assert abs(found[at] - (ends[0] - ends[1]) / (2 * step)) < step


def test_a_label_outside_is_refused_though_the_gradient_reads_nothing_by_it() -> None:
    built = build(gradient("labels"))
    assert "P[" not in str(built.derivation.adjoint("Z").rhs).replace("P[_i,_k]", "")
    with pytest.raises((ArgumentError, IndexError), match="y"):
        built(Z=np.zeros((2, 3)), y=np.array([0, 3]))


def text_of_facts(text: str) -> list[str]:
    return [str(f.left) for f in stored_facts(derive.program(text))]


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("L = sum[i](log(P[i,y[i]]))", True),
        ("L = mean[i](log(P[i,y[i]])**2 + x[i])", True),
        # A case or a mask leaves labels out; a part of y says nothing of the rest, nor does y + 1 of y.
        ("L = sum[i](where(y[i] >= 0, log(P[i,y[i]]), 0))", False),
        ("L = sum[i]((y[i] >= 0)*P[i,y[i]])", False),
        ("L = sum[i,k](delta(y[i],k)*P[i,k])", False),
        ("L = sum[i: 3](P[i,y[i+1]])", False),
        ("L = sum[i](P[i,y[i]+1])", False),
        ("L = P[0,y[0]] + sum[i](y[i])", False),
    ],
)
def test_what_is_known_of_a_stored_index(text: str, known: bool) -> None:
    assert bool(text_of_facts("integer y\n" + text)) == known


def test_a_range_that_the_program_does_not_state_is_refused() -> None:
    proof = gradient("labels")
    section = proof.section("Z")
    number = next(
        k for k, fact in enumerate(section.facts) if fact.kind == "stored" and fact.left.has(Symbol("P")) is False
    )
    fact = section.facts[number]
    wrong = replace(fact, left=fact.left.xreplace({Integer(0): Integer(1)}))
    facts = (*section.facts[:number], wrong, *section.facts[number + 1 :])
    broken = replace(section, facts=facts)
    with pytest.raises(kernel.Refused, match="not known"):
        kernel.check(replace(proof, sections=tuple(broken if s is section else s for s in proof.sections)))


def test_labels_that_may_be_left_out_keep_their_masks() -> None:
    text = f"integer y\n{SOFTMAX}L = -mean[i](sum[k](delta(y[i],k)*log(P[i,k])))"
    derivation = derive.grad(derive.program(text), "Z")
    derivation.check()
    assert derivation.adjoint("Z").rhs.has(Compare)
    found = build(derivation)(Z=np.zeros((2, 3)), y=np.array([0, -1]))["Z"]
    assert np.array_equal(found[1], np.zeros(3))
    assert found[0, 0] == pytest.approx((1 / 3 - 1) / 2)
