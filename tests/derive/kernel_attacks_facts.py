"""False theorems by facts, sections and terms derived apart."""

from __future__ import annotations

from dataclasses import replace

from kernel_attacks import LIE, ONE, SEVEN, ZERO, X, Y, Z, attack, ended, grad, rewritten, taken, with_section
from sympy import Expr, Integer, Tuple

import derive
from derive.derivation import Derivation
from derive.equation import Assumption, Equation
from derive.index import Entry, Partial, Reduce, letter
from derive.steps import Fact, Proof, Section, Step
from derive.trees import Renaming

# ---------------------------------------------------------------- facts


def forward_fact(proof: Proof, name: str) -> Fact:
    equation = proof.forward[name]
    return Fact("forward", equation.indices, equation.lhs, equation.rhs)


@attack("in a derivative by x")
def an_equation_put_inside_a_derivative() -> Proof:
    """d(Z x)/dx is Z, and not d(x**3)/dx."""
    proof = grad("Z = x**2\nL = Z*x")
    old = proof.section("x")
    step = taken(old.opening, "equation put in", Z, X**2, fact=ZERO, at=Tuple())
    rest = [Step(step.after, "algebra", (("term", step.after), ("result", step.after)), step.after)]
    made = Section("x", old.opening, (step, *rest), Equation("x_bar", (), step.after), (forward_fact(proof, "Z"),))
    return with_section(proof, "x_bar", made)


@attack("is not known")
def an_invented_fact() -> Proof:
    return ended(grad("Z = x**2\nL = Z*x"), "x", facts=(Fact("forward", (), Z, SEVEN),))


@attack("is not known")
def an_assumption_that_nobody_made() -> Proof:
    return ended(grad("L = x**2*y"), "x", facts=(Fact("assumption", (), Y, SEVEN),))


@attack("an assumption about")
def an_assumption_about_what_moves() -> Proof:
    forward = derive.program("Z = x**2\nL = Z*x")
    forward = replace(forward, assumptions=(Assumption(Z, SEVEN),))
    proof = derive.grad(forward, "x")
    return ended(proof, "x", facts=(Fact("assumption", (), Z, SEVEN),))


@attack("an assumption about")
def an_assumption_about_what_depends_on_it() -> Proof:
    """Q is no part of the output, but it moves with x."""
    forward = derive.program("Q = x**2\nL = 2*x*y")
    forward = replace(forward, assumptions=(Assumption(Entry("Q"), Y),))
    return ended(derive.grad(forward, "x"), "x", facts=(Fact("assumption", (), Entry("Q"), Y),))


@attack("no fact")
def a_fact_about_a_number() -> Proof:
    proof = grad("Z[i] = x[i]**2\nL = sum[i](Z[i])")
    i = proof.forward["Z"].indices[0]
    at = {i: ZERO}
    fact = Fact("forward", (ZERO,), Entry("Z", i).xreplace(at), proof.forward["Z"].rhs.xreplace(at))
    return ended(proof, "x", facts=(*proof.section("x").facts, fact))


@attack("no fact|malformed")
def a_fact_of_another_class() -> Proof:
    class Known(Fact):
        """Says whatever is known."""

        def says(self, other: Fact, names: Renaming | None = None) -> bool:
            return True

    forward = replace(derive.program("L = x**2*y"), assumptions=(Assumption(Y, 3 * Y),))
    proof = derive.grad(forward, "x")
    return ended(proof, "x", facts=(*proof.section("x").facts, Known("assumption", (), Y, SEVEN)))


@attack("is a Liar")
def a_fact_that_is_equal_to_everything() -> Proof:
    forward = replace(derive.program("L = x**2*y"), assumptions=(Assumption(Y, 3 * Y),))
    proof = derive.grad(forward, "x")
    return ended(proof, "x", facts=(*proof.section("x").facts, Fact("assumption", (), Y, LIE)))


# ---------------------------------------------------------------- sections


@attack("chain rule")
def another_opening() -> Proof:
    return with_section(grad("L = x**2"), "x_bar", Section("x", SEVEN, (), Equation("x_bar", (), SEVEN)))


@attack("not derived before|was not derived")
def a_section_left_out() -> Proof:
    proof = grad("Z = x**2\nL = Z*x")
    return replace(proof, sections=tuple(s for s in proof.sections if s.tensor != "Z"))


@attack("was not derived")
def nothing_derived() -> Proof:
    return replace(grad("L = x**2"), sections=grad("L = x**2").sections[:1])


@attack("not derived before")
def sections_out_of_order() -> Proof:
    proof = grad("Z = x**2\nL = Z*y", "x,Z")
    first, z, x = proof.sections
    return replace(proof, sections=(first, x, z))


@attack("derived twice|not a tensor")
def a_section_twice() -> Proof:
    proof = grad("L = x**2")
    return replace(proof, sections=(*proof.sections, proof.section("x")))


@attack("the equation defines")
def another_name() -> Proof:
    proof = grad("L = x**2*y", "x,y")
    old = proof.section("x")
    return with_section(proof, "y_bar", replace(old, equation=replace(old.equation, name="y_bar")))


@attack("wrong number of indices")
def an_index_too_many() -> Proof:
    proof = grad("L = x**2")
    old = proof.section("x")
    return with_section(proof, "x_bar", replace(old, equation=replace(old.equation, indices=(letter("i"),))))


@attack("a letter of")
def an_index_that_a_reader_has() -> Proof:
    proof = grad("L = sum[i](x[i]**2)")
    (bound,) = next(iter(proof.forward["L"].rhs.atoms(Reduce))).letters
    return rewritten(proof, bound)


@attack("is not what is differentiated by")
def by_what_is_not_asked() -> Proof:
    proof = grad("L = x**2")
    return with_section(proof, "x_bar", replace(proof.section("x"), by="y"))


@attack("is given")
def a_given_tangent_that_is_0() -> Proof:
    proof = derive.jvp(derive.program("L = x**2"), "x")
    return replace(proof, sections=(Section("x", ZERO, (), Equation("x_dot", (), ZERO)), *proof.sections))


@attack("is given")
def a_given_cotangent_that_is_1() -> Proof:
    proof = derive.vjp(derive.program("f = x**2"), "x")
    return replace(proof, sections=(Section("f", ONE, (), Equation("f_bar", (), ONE)), *proof.sections))


@attack("by itself")
def a_jacobian_by_itself() -> Proof:
    proof = derive.jacobian(derive.program("f = x**2"), "x")
    return replace(proof, sections=(Section("x", ZERO, (), Equation("x_wrt_x", (), ZERO), by="x"), *proof.sections))


@attack("no gradient")
def the_gradient_of_a_vector() -> Proof:
    proof = derive.vjp(derive.program("f[i] = x[i]**2"), "x")
    first = Section("f", ONE, (), Equation("f_bar", proof.forward["f"].indices, ONE))
    return Proof(proof.forward, ("x",), (first, *proof.sections), proof.slopes)


@attack("malformed")
def an_unknown_mode() -> Proof:
    return replace(grad("L = x**2"), mode="guess")


# ---------------------------------------------------------------- parts


PARTED = "a = x**2\nb = x**3\nL = a + b"


@attack("not the sum of the terms")
def terms_that_do_not_add_up() -> Proof:
    proof = grad(PARTED)
    old = proof.section("x")
    twice = 2 * old.equation.rhs
    return with_section(proof, "x_bar", replace(old, steps=(), equation=replace(old.equation, rhs=twice)))


@attack("not those of the chain rule")
def a_term_left_out() -> Proof:
    proof = grad(PARTED)
    old = proof.section("x")
    line = old.parts[0].equation.rhs
    made = replace(old, parts=old.parts[:1], steps=(), equation=replace(old.equation, rhs=line))
    return with_section(proof, "x_bar", made)


@attack("does not start from the chain rule")
def a_term_of_another_opening() -> Proof:
    proof = grad(PARTED)
    old = proof.section("x")
    first = Section("x", ONE, (), Equation("x_bar", (), ONE))
    line = 1 + old.parts[1].equation.rhs
    made = replace(old, parts=(first, old.parts[1]), steps=(), equation=replace(old.equation, rhs=line))
    return with_section(proof, "x_bar", made)


@attack("another derivative")
def a_term_of_another_derivative() -> Proof:
    proof = grad(PARTED)
    old = proof.section("x")
    first = replace(old.parts[0], equation=replace(old.parts[0].equation, name="y_bar"))
    return with_section(proof, "x_bar", replace(old, parts=(first, *old.parts[1:])))


@attack("another line")
def a_lemma_with_terms_that_nobody_derived() -> Proof:
    lemma = grad("L = sigmoid(x)").slopes[-1]
    lie = Section("sigmoid", lemma.opening, (), Equation("slope", (), SEVEN))
    return with_slope(replace(lie, parts=(lie,)), SEVEN)


def with_slope(lemma: Section, slope: Expr) -> Derivation:
    """The derivative of sigmoid by a lemma."""
    proof = grad("L = sigmoid(x)")
    opening = proof.section("x").opening
    first = taken(opening, "slope", next(iter(opening.atoms(Partial))), slope * Partial(X, X))
    steps = (first, taken(first.after, "entry", Partial(X, X), ONE))
    made = Section("x", opening, steps, Equation("x_bar", (), steps[-1].after))
    return with_section(replace(proof, slopes=(lemma,)), "x_bar", made)


@attack("another line")
def a_wrong_lemma() -> Proof:
    proof = grad("L = sigmoid(x)")
    return replace(proof, slopes=(replace(proof.slopes[-1], equation=Equation("slope", (), SEVEN)),))


@attack("does not start from its derivative")
def a_lemma_on_another_function() -> Proof:
    opening = Partial(2 * X, X)
    steps = [taken(opening, "constant multiple", opening, 2 * Partial(X, X))]
    steps.append(taken(steps[0].after, "entry", Partial(X, X), ONE))
    return with_slope(Section("sigmoid", opening, tuple(steps), Equation("slope", (), Integer(2))), Integer(2))
