"""False theorems that somebody might try to have proved: each row builds a proof that the kernel must refuse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import sympy
from sympy import Dummy, Expr, Integer, Symbol, Tuple

import derive
from derive.derivation import Derivation
from derive.equation import Assumption, Equation, Program, Tensor
from derive.functions import ROWS
from derive.index import Call, Entry, Partial, Reduce, extent, letter
from derive.steps import Fact, Proof, RenamedSteps, Section, Step
from derive.trees import Renaming
from numeric.stable import safe

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
        return hash(2 * X)


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


# ---------------------------------------------------------------- renaming

TWINS = "a = x*y\nb = u*u\nc = v*y\nL = a + b + c"


def renamed(tensor: str, *pairs: str, proof: Derivation | None = None, **fields: Any) -> Derivation:
    """The adjoint of `tensor` said to be that of x under other names."""
    proof = proof or grad(TWINS, "x,u,v,y")
    names = Renaming(tuple((Symbol(a), Symbol(b)) for a, b in (pair.split(">") for pair in pairs)))
    names = replace(names, **{k: v for k, v in fields.items() if k in ("tensors", "extents", "letters")})
    first, old = proof.section("x"), proof.section(tensor)
    equation = Equation(old.equation.name, first.equation.indices, names(first.equation.rhs))
    facts = tuple(Fact(f.kind, f.letters, names(f.left), names(f.right)) for f in first.facts)
    made = Section(tensor, names(first.opening), RenamedSteps(first.steps, names), equation, facts, first, names)
    changed = {k: v for k, v in fields.items() if k not in ("tensors", "extents", "letters")}
    return with_section(proof, old.equation.name, replace(made, **changed))


RIGHT = ("x>v", "y>y", "a>c", "a_bar>c_bar")


@attack("not injective")
def two_tensors_become_one() -> Proof:
    return renamed("u", "x>u", "y>u", "a>b", "a_bar>b_bar")


@attack("not injective")
def a_name_that_only_looks_like_one() -> Proof:
    """Of d(x y)/dx is made d(y y)/dy: x becomes y, while a symbol that no entry has stands for y."""
    proof = grad("a = x*y\nb = y*y\nL = a + b", "x,y")
    first, old = proof.section("x"), proof.section("y")
    pairs = [(Symbol("x"), Symbol("y")), (Symbol("y", real=True), Symbol("L"))]
    names = Renaming((*pairs, (Symbol("a"), Symbol("b")), (Symbol("a_bar"), Symbol("b_bar"))))
    line = names(first.equation.rhs)
    facts = tuple(Fact(f.kind, f.letters, names(f.left), names(f.right)) for f in first.facts)
    steps = RenamedSteps(first.steps, names)
    part = Section("y", names(first.opening), steps, Equation("y_bar", (), line), facts, first, names)
    made = replace(old, parts=(old.parts[0], part), steps=())
    total = old.parts[0].equation.rhs + line
    made = replace(made, equation=replace(old.equation, rhs=total))
    return with_section(proof, "y_bar", made)


@attack("not injective")
def a_tensor_left_out_of_a_renaming() -> Proof:
    return renamed("v", "x>v", "a>c", "a_bar>c_bar")


@attack("no letters")
def a_letter_renamed() -> Proof:
    return renamed("v", *RIGHT, letters=((letter("i"), letter("j")),))


@attack("another result")
def another_result_than_the_origin() -> Proof:
    return renamed("v", *RIGHT, equation=Equation("v_bar", (), SEVEN))


@attack("other steps")
def other_steps_than_the_origin() -> Proof:
    return renamed("v", *RIGHT, steps=())


@attack("zip")
def fewer_facts_than_the_origin() -> Proof:
    return renamed("v", *RIGHT, facts=grad(TWINS, "x,u,v,y").section("v").facts[:1])


@attack("other facts")
def other_facts_than_the_origin() -> Proof:
    """c_bar is 3, where that of the origin is 1."""
    proof = grad(TWINS.replace("+ c", "+ 3*c"), "x,u,v,y")
    return renamed("v", *RIGHT, proof=proof, facts=proof.section("v").facts)


@attack("another form")
def the_origin_of_something_else() -> Proof:
    """d(u u)/du is no form of d(v y)/dv."""
    proof = grad("a = u*u\nc = v*y\nL = a + c", "u,v,a,c")
    names = Renaming(tuple((Symbol(x), Symbol(y)) for x, y in (("u", "v"), ("a", "c"), ("a_bar", "c_bar"))))
    first, old = replace(proof.section("u"), facts=()), proof.section("v")
    steps, line = RenamedSteps(first.steps, names), names(first.equation.rhs)
    made = Section("v", old.opening, steps, Equation("v_bar", (), line), (), first, names)
    return with_section(with_section(proof, "u_bar", first), "v_bar", made)


@attack("no renaming")
def a_renaming_of_another_class() -> Proof:
    class Other(Renaming):
        def __call__(self, expr: Expr) -> Expr:
            return proof.section("v").opening

    proof = renamed("v", *RIGHT)
    section = proof.section("v")
    assert section.names is not None
    assert section.origin is not None
    other = Other(section.names.tensors)
    steps = RenamedSteps(section.origin.steps, other)
    return with_section(proof, "v_bar", replace(section, names=other, steps=steps))


SIZED = "input x[n], y[m]\na = mean[i](x[i]**2)\nb = mean[j](y[j]**2)\nL = a + b"
SIZES = ("x>y", "a>b", "a_bar>b_bar")


@attack("only symbolic extents")
def a_number_renamed() -> Proof:
    proof = grad(SIZED.replace("n]", "20]").replace("m]", "30]"), "x,y")
    return renamed("y", *SIZES, proof=proof, extents=((Integer(20), Integer(30)),))


@attack("may be 0")
def an_extent_becomes_0() -> Proof:
    text = (
        "input p[n], q[m]\ny[h: size[q,0]//2] = q[h]\nx[i] = p[i]\na = sum[i](x[i]**2)\nb = sum[j](y[j]**2)\nL = a + b"
    )
    half = sympy.floor(extent("m") / 2)
    return renamed("y", *SIZES, proof=grad(text, "x,y"), extents=((extent("n"), half),))


@attack("other extents")
def other_extents_than_the_origin() -> Proof:
    text = "input x[n], y[m]\na = sum[i: 3](x[i]**2)\nb = sum[j: 3](y[j]**2)\nL = a + b"
    return renamed("y", *SIZES, proof=grad(text, "x,y"))


# ---------------------------------------------------------------- second derivatives and forms


@attack("is not what was derived")
def the_rows_of_a_hessian_exchanged() -> Proof:
    proof = derive.hessian(derive.program("L = x**2*y"), "x,y")
    return replace(proof, of=proof.of[::-1])


@attack("earlier derivation ended in")
def a_hessian_of_nothing() -> Proof:
    return replace(derive.hessian(derive.program("L = x**2*y"), "x,y"), prior=None)


@attack("not what the earlier")
def a_hessian_of_another_program() -> Proof:
    return replace(derive.hessian(derive.program("L = x**2"), "x"), prior=grad("L = x**3"))


@attack("is not|another line")
def an_earlier_proof_that_is_wrong() -> Proof:
    wrong = straight(grad("L = x**2"), "x", 3 * X)
    proof = derive.jvp(wrong.program, "x")
    return replace(proof, prior=wrong)


@cache
def formed() -> Derivation:
    made = safe(derive.grad(derive.program("Z = exp(x)\nL = log(1 + exp(Z))"), "x"))
    assert made.forms
    return made


@attack("another line|end in")
def a_form_with_terms_that_nobody_derived() -> Proof:
    form = formed().forms[0]
    lie = replace(form, steps=(), equation=replace(form.equation, rhs=SEVEN), parts=())
    return replace(formed(), forms=(replace(lie, parts=(lie,)),))


@attack("does not start from its equation")
def a_form_of_another_equation() -> Proof:
    equation = formed().forward["L"]
    return replace(formed(), forms=(Section("L", SEVEN, (), replace(equation, rhs=SEVEN)),))


@attack("no equation of the program")
def a_form_of_no_equation() -> Proof:
    equation = formed().forward["L"]
    return replace(formed(), forms=(Section("L", equation.rhs, (), replace(equation, name="Q")),))


@attack("two forms")
def two_forms_of_one_equation() -> Proof:
    return replace(formed(), forms=(formed().forms[0], *formed().forms))


@attack("comes after it")
def a_form_that_rests_on_a_later_equation() -> Proof:
    first, later = "Z", "L"
    equation = formed().forward[first]
    fact = forward_fact(formed(), later)
    return replace(formed(), forms=(Section(first, equation.rhs, (), equation, (fact,)),))


@attack("is not known")
def a_form_with_an_invented_fact() -> Proof:
    equation = formed().forward["L"]
    return replace(formed(), forms=(Section("L", equation.rhs, (), equation, (Fact("forward", (), Z, SEVEN),)),))


# ---------------------------------------------------------------- records


@attack("is no proof")
def no_proof() -> Any:
    return "L = x**2"


@attack("no section|malformed")
def a_section_of_another_class() -> Proof:
    class Part(Section):
        pass

    old = grad("L = x**2").section("x")
    return with_section(grad("L = x**2"), "x_bar", Part(old.tensor, old.opening, old.steps, old.equation, old.facts))


@attack("no step")
def a_step_of_another_class() -> Proof:
    class Other(Step):
        pass

    return ended(grad("L = x**2"), "x", Other(2 * X, "algebra", (("term", 2 * X), ("result", 2 * X)), 2 * X))


@attack("no tuple")
def sections_that_change() -> Proof:
    class Twice(Sequence[Section]):
        def __getitem__(self, index: Any) -> Any:
            return grad("L = x**2").sections[index]

        def __len__(self) -> int:
            return 2

    return replace(grad("L = x**2"), sections=Twice())


@attack("no tuple")
def facts_that_change() -> Proof:
    return ended(grad("L = x**2"), "x", facts=list(grad("L = x**2").section("x").facts))


@attack("no section")
def an_equation_of_another_class() -> Proof:
    class Other(Equation):
        pass

    proof = grad("L = x**2")
    return with_section(proof, "x_bar", replace(proof.section("x"), equation=Other("x_bar", (), 2 * X)))


@attack("no program")
def a_program_of_another_class() -> Proof:
    class Other(Program):
        pass

    old = grad("L = x**2")
    return replace(old, forward=Other(old.forward.equations, old.forward.tensors))


@attack("no equation|derivative")
def a_program_with_a_derivative_in_it() -> Proof:
    tensors = {"x": Tensor("x"), "L": Tensor("L")}
    forward = Program((Equation("L", (), Partial(X**2, X)),), tensors)
    return Proof(forward, (), ())


@attack("no equation")
def a_program_with_an_equation_of_another_class() -> Proof:
    class Other(Equation):
        pass

    return Proof(Program((Other("L", (), X**2),), {"x": Tensor("x"), "L": Tensor("L")}), (), ())


@attack("is a Float")
def a_program_with_a_float() -> Proof:
    tensors = {"x": Tensor("x"), "L": Tensor("L")}
    return Proof(Program((Equation("L", (), sympy.Float(0.1)),), tensors), (), ())


@attack("is a Float")
def an_assumption_with_a_float() -> Proof:
    forward = replace(grad("L = x**2").forward, assumptions=(Assumption(X, sympy.Float(0.1)),))
    return replace(grad("L = x**2"), forward=forward)


@attack("malformed")
def a_proof_within_itself() -> Proof:
    proof = replace(grad("L = x**2"))
    object.__setattr__(proof, "prior", proof)
    return proof
