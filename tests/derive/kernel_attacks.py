"""False theorems that somebody might try to have proved: each row builds a proof that the kernel must refuse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import sympy
from sympy import Dummy, Expr, Integer, Symbol

import derive
from derive.derivation import Derivation
from derive.equation import Equation
from derive.functions import ROWS
from derive.index import Call, Entry, Partial, Reduce, extent, letter
from derive.steps import Proof, Section, Step

ATTACKS: dict[str, tuple[Callable[[], Any], str]] = {}
X, Y, Z = Entry("x"), Entry("y"), Entry("Z")
ONE, ZERO, SEVEN = Integer(1), Integer(0), Integer(7)


def attack(said: str) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Register what must be refused, and a word of the reason."""

    def add(make: Callable[[], Any]) -> Callable[[], Any]:
        ATTACKS[make.__name__] = make, said
        return make

    return add


@cache
def grad(text: str, wrt: str = "x") -> Derivation:
    return derive.grad(derive.program(text), wrt)


def taken(before: Expr, rule: str, term: Expr, result: Expr, **bindings: Any) -> Step:
    """A step that puts result for term, whether or not the rule says so."""
    return Step(before, rule, (("term", term), *bindings.items(), ("result", result)), before.xreplace({term: result}))


def with_section(proof: Derivation, name: str, new: Section) -> Derivation:
    return replace(proof, sections=tuple(new if s.equation.name == name else s for s in proof.sections))


def ended(proof: Derivation, name: str, *steps: Step, **fields: Any) -> Derivation:
    """The proof whose section goes on with these steps, or with `fields` made new, and ends there."""
    old = proof.section(name)
    line = steps[-1].after if steps else old.equation.rhs
    made = replace(old, steps=(*old.steps, *steps), equation=replace(old.equation, rhs=line), **fields)
    return with_section(proof, old.equation.name, made)


def straight(proof: Derivation, name: str, line: Expr) -> Derivation:
    """By algebra from the last line to another."""
    old = proof.section(name).equation.rhs
    return ended(proof, name, taken(old, "algebra", old, line))


# ---------------------------------------------------------------- steps


@attack("is not")
def another_line_by_algebra() -> Proof:
    return straight(grad("L = x**2"), "x", 3 * X)


@attack("no such rule")
def a_rule_that_is_none() -> Proof:
    return ended(grad("L = x**2"), "x", taken(2 * X, "wishful thinking", 2 * X, 3 * X))


@attack("must be bound")
def no_result() -> Proof:
    step = Step(2 * X, "algebra", (("term", 2 * X),), 3 * X)
    return ended(grad("L = x**2"), "x", step)


@attack("bound twice")
def bound_twice() -> Proof:
    step = taken(2 * X, "algebra", 2 * X, 2 * X)
    return ended(grad("L = x**2"), "x", replace(step, bindings=(*step.bindings, ("result", 2 * X))))


@attack("does not follow")
def a_line_that_does_not_follow() -> Proof:
    return ended(grad("L = x**2"), "x", replace(taken(2 * X, "algebra", 2 * X, 2 * X), after=3 * X))


@attack("does not start where")
def a_line_from_nowhere() -> Proof:
    return ended(grad("L = x**2"), "x", taken(3 * X, "algebra", 3 * X, 3 * X))


@attack("end in another line")
def another_equation_than_the_last_line() -> Proof:
    proof = grad("L = x**2")
    return with_section(proof, "x_bar", replace(proof.section("x"), equation=Equation("x_bar", (), 3 * X)))


@attack("does not give")
def another_result_than_the_rule_gives() -> Proof:
    proof = grad("L = x + 1")
    opening = proof.section("x").opening
    slope = next(iter(opening.atoms(Partial)))
    steps = [taken(opening, "sum rule", slope, 2 * Partial(X, X))]
    steps.append(taken(steps[0].after, "entry", Partial(X, X), ONE))
    return with_section(proof, "x_bar", Section("x", opening, tuple(steps), Equation("x_bar", (), steps[1].after)))


@attack("not carried out")
def a_derivative_that_is_left() -> Proof:
    proof = grad("L = x**2")
    opening = proof.section("x").opening
    return with_section(proof, "x_bar", Section("x", opening, (), Equation("x_bar", (), opening)))


@attack("other parts|is not")
def zero_over_zero() -> Proof:
    """1 = (1 - s(x))/d - s(-x)/d with d = 1 - s(x) - s(-x), which is 0; then 1 - s(x) = s(-x) makes 0 of it."""
    proof, sigmoid = grad("L = x + 1"), ROWS["sigmoid"].head
    below = 1 - sigmoid(X) - sigmoid(-X)
    line = (1 - sigmoid(X)) / below - sigmoid(-X) / below
    first = Step(ONE, "algebra", (("term", ONE), ("result", line)), line)
    return ended(proof, "x", first, taken(line, "complement of sigmoid", 1 - sigmoid(X), sigmoid(-X), u=X))


# ---------------------------------------------------------------- what lines are made of


@attack("is a Float")
def a_float_that_swallows_one() -> Proof:
    big = sympy.Float("1e20")
    return straight(grad("L = x + 1"), "x", (X + big) * (X - big) - X**2 + big**2)


@attack("is a NaN")
def nan() -> Proof:
    return straight(grad("L = x + 1"), "x", sympy.nan)


@attack("is a ComplexInfinity")
def infinity() -> Proof:
    return straight(grad("L = x + 1"), "x", sympy.zoo)


class Liar(sympy.Mul):
    """A product that is equal to everything."""

    is_commutative = True

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        """Unlike others: what was computed of another term before must not be found for it."""
        return 1


LIE = sympy.Basic.__new__(Liar, Integer(3), Y)


@attack("is a Liar")
def equal_to_everything() -> Proof:
    proof = grad("L = x**2")
    made = replace(proof.section("x"), equation=Equation("x_bar", (), LIE))
    return with_section(proof, "x_bar", made)


@attack("malformed|is a str|no line")
def a_string() -> Proof:
    return ended(grad("L = x**2"), "x", Step(2 * X, "algebra", (("term", 2 * X), ("result", "3*x")), 3 * X))  # type: ignore[arg-type]


@attack("no line|is a Liar")
def a_binding_of_another_class() -> Proof:
    step = taken(2 * X, "algebra", 2 * X, 2 * X)
    return ended(grad("L = x**2"), "x", replace(step, bindings=(*step.bindings, ("extra", LIE))))


@attack("is no extent")
def a_symbol_that_bound_letters_are_named_by() -> Proof:
    proof, j = grad("L = w*sum[j](x[j]*y[j])", "w"), letter("j")
    line = proof.section("w").equation.rhs
    n = proof.forward.extents("x")[0]
    inside = Entry("x", j) * Entry("y", Symbol("#0", integer=True))
    assert line.is_Mul or isinstance(line, Reduce)
    return straight(proof, "w", Reduce("sum", inside, (j,), (n,)))


@attack("bound around")
def a_letter_bound_twice() -> Proof:
    """[0 <= p - 1] sum_p y[p-1] is no sum_p y[p-1]: the two letters are not the same."""
    proof = grad("L = sum[i](x[i]*sum[k](y[k]))\nM = L + sum[i](x[i]*y[i])")
    (p,) = proof.section("x").equation.indices
    line = proof.section("x").equation.rhs
    twice = line.xreplace(dict.fromkeys(line.atoms(Dummy) - {p}, p))
    return ended(proof, "x", taken(line, "algebra", line, twice), taken(twice, "algebra", twice, line))


@attack("is loose")
def a_loose_letter() -> Proof:
    proof = grad("L = sum[i](x[i]**2)")
    line, loose = proof.section("x").equation.rhs, 2 * Entry("x", letter("q"))
    return ended(proof, "x", taken(line, "algebra", line, loose), taken(loose, "algebra", loose, line))


@attack("is no letter")
def a_letter_that_is_positive() -> Proof:
    proof = grad("L = sum[i](x[i]**2)")
    return rewritten(proof, Dummy("i", integer=True, positive=True))


@attack("an index is no letter")
def an_extent_as_an_index() -> Proof:
    proof = grad("L = mean[i](x[i]**2)")
    return rewritten(proof, proof.forward.extents("x")[0])


def rewritten(proof: Derivation, index: Expr) -> Derivation:
    """The section of x with another index."""
    old = proof.section("x")

    def names(expr: Expr) -> Expr:
        return expr.xreplace({old.equation.indices[0]: index})

    steps = tuple(step.renamed(names) for step in old.steps)
    equation = Equation("x_bar", (index,), names(old.equation.rhs))
    return with_section(proof, "x_bar", Section("x", names(old.opening), steps, equation, old.facts))


@attack("no tensor that is known")
def an_unknown_tensor() -> Proof:
    return straight(grad("L = x + 1"), "x", 1 + Entry("q"))


@attack("is read at")
def a_tensor_read_at_too_few_indices() -> Proof:
    proof = grad("L = sum[i](x[i]**2)")
    return straight(proof, "x", 2 * Entry("x"))


@attack("other extents")
def the_inverse_of_a_part_of_a_matrix() -> Proof:
    proof = grad("L = sum[i,j](inv(A)[i,j]*u[i])*x + sum[l](v[l])", "x")
    line, (i, a) = proof.section("x").equation.rhs, (letter("i"), letter("a"))
    part = Call("inv", [Symbol("A")], (i, a), [(extent("k"), extent("k"))])
    return ended(proof, "x", taken(line, "inverse inserted", line, line, letter=i, inverse=part))
