"""Matrix functions: slopes from A A^-1 = I and cofactor expansion; the rules refuse what does not hold."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
import sympy
from sympy import Symbol

import derive
import numeric
import proofs
from derive import kernel
from derive.calculus import NotDifferentiated
from derive.index import Call, Delta, Entry, Reduce, letter
from derive.rules import RULES, Context, RuleError
from derive.slopes import matrix_slope

N = Symbol("n", integer=True, positive=True)
A, J, B, P, Q = (letter(name) for name in "ajbpq")
SCOPE = Context(dict.fromkeys((A, J, P, Q), N))


def inverse(*at: sympy.Expr) -> Call:
    return Call("inv", [Symbol("A")], at, [(N, N)])


def joined(left: sympy.Expr, right: sympy.Expr) -> sympy.Expr:
    return Reduce("sum", left * right, [B], [N])


@pytest.mark.parametrize(
    ("term", "call", "ends"),
    [
        (joined(Entry("A", A, B), inverse(B, J)), inverse(B, J), (A, J)),
        (joined(inverse(A, B), Entry("A", B, J)), inverse(A, B), (A, J)),
    ],
)
def test_a_matrix_and_its_inverse_make_a_delta(term: sympy.Expr, call: Call, ends: tuple[sympy.Expr, ...]) -> None:
    assert RULES["inverse"].apply(term, {"inverse": call}, SCOPE) == Delta(*ends)


@pytest.mark.parametrize(
    ("term", "call"),
    [
        (joined(Entry("A", A, B), inverse(J, B)), inverse(J, B)),
        (joined(Entry("A", B, A), inverse(B, J)), inverse(B, J)),
        (joined(Entry("B", A, B), inverse(B, J)), inverse(B, J)),
        (joined(Entry("A", B, B), inverse(B, J)), inverse(B, J)),
        (joined(Entry("A", A, B), inverse(B, B)), inverse(B, B)),
        (joined(Entry("A", A, B) * Entry("c", B), inverse(B, J)), inverse(B, J)),
    ],
)
def test_other_sums_are_no_delta(term: sympy.Expr, call: Call) -> None:
    with pytest.raises(RuleError):
        RULES["inverse"].apply(term, {"inverse": call}, SCOPE)


def test_the_cofactors_of_another_row_do_move() -> None:
    cofactor = Call("cofactor", [Symbol("A")], (A, J), [(N, N)])
    with pytest.raises(RuleError, match="another row"):
        RULES["cofactors of a row"].apply(derive.index.Partial(cofactor, Entry("A", P, Q)), {}, SCOPE)


@pytest.mark.parametrize("head", ["inv", "det"])
def test_every_step_of_a_lemma_counts(head: str) -> None:
    lemma = matrix_slope(head)
    proof = derive.grad(derive.program("L = det(X) + sum[i,j](inv(X)[i,j])"))
    proof.check()
    for number in range(len(lemma.steps)):
        steps = tuple(s for k, s in enumerate(lemma.steps) if k != number)
        broken = replace(lemma, steps=steps)
        with pytest.raises(kernel.Refused):
            replace(proof, slopes=tuple(broken if s.tensor == head else s for s in proof.slopes)).check()


CASES = {
    "L = sum[i,j](a[i]*inv(X)[i,j]*b[j])": (
        "X",
        lambda X, a, b: -np.outer(np.linalg.solve(X.T, a), np.linalg.solve(X, b)),
    ),
    "L = det(X)": ("X", lambda X: np.linalg.det(X) * np.linalg.inv(X).T),
    "L = logdet(X)": ("X", lambda X: np.linalg.inv(X).T),
    "L = trace(X)": ("X", lambda X: np.eye(len(X))),
    "L = sum[i](solve(X,b)[i]*c[i])": ("b", lambda X, b, c: np.linalg.solve(X.T, c)),
    "L = sum[i,k](solve(X,B)[i,k]*C[i,k])": ("B", lambda X, B, C: np.linalg.solve(X.T, C)),
}


@pytest.mark.parametrize("text", CASES)
@pytest.mark.parametrize("size", [1, 2, 4])
def test_gradients_against_formulas_typed_by_hand(text: str, size: int) -> None:
    wrt, formula = CASES[text]
    program = derive.program(text)
    source = np.random.default_rng(size)
    sizes = {symbol: size + 2 * (symbol.name == "d") for symbol in program.axis_of}
    arrays = {name: source.normal(size=[sizes[e] for e in program.extents(name)]) for name in program.inputs}
    found = numeric.build(derive.grad(program, wrt))(**arrays)[wrt]
    np.testing.assert_allclose(found, formula(**arrays), rtol=1e-9)


@pytest.mark.parametrize(
    "text",
    [
        "S[i,j] = sum[k](X[i,k]*X[j,k]) + 2*delta(i,j)\nL = logdet(S) + sum[i](inv(S)[i,i])",
        "L = sum[i](solve(X,b)[i]**2)",
        "Y[n,k,h: 2] = conv1d(X, W, stride=2, padding=1, dilation=1)[n,k,h]\nL = sum[n,k,h](Y[n,k,h]**2)",
    ],
)
def test_verified(text: str) -> None:
    report = proofs.verify(derive.grad(derive.program(text)), examples=8)
    assert report.verdict == "agree", report


def test_a_planted_transpose_is_refuted() -> None:
    derivation = derive.grad(derive.program("L = sum[i,j](a[i]*inv(X)[i,j]*b[j])"), "X")
    built = numeric.build(derivation)
    report = proofs.verify(derivation, lambda **arrays: {"X": built(**arrays)["X"].T}, examples=20)
    assert report.verdict == "wrong"


def test_what_has_no_rule_is_refused_by_name() -> None:
    said = re.escape("cholesky cannot be differentiated yet (met in cholesky(X)[i,j])")
    with pytest.raises(NotDifferentiated, match=said):
        derive.grad(derive.program("L = sum[i,j](cholesky(X)[i,j])"))


def test_what_does_not_read_the_matrix_is_constant() -> None:
    derivation = derive.grad(derive.program("L = det(X)*y"), "y")
    derivation.check()
    assert derivation.adjoint("y").rhs == Call("det", [Symbol("X")], [], [derivation.forward.extents("X")])
