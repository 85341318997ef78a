"""False theorems by other names, second derivatives, safe forms, and records that are none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import sympy
from kernel_attacks import SEVEN, X, Z, attack, ended, grad, straight, with_section
from kernel_attacks_facts import forward_fact
from sympy import Expr, Integer, Symbol

import derive
from derive.derivation import Derivation
from derive.equation import Assumption, Equation, Program, Tensor
from derive.index import Partial, extent, letter
from derive.steps import Fact, Proof, RenamedSteps, Section, Step
from derive.trees import Renaming
from numeric.stable import safe

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


@attack("no equation of the program")
def a_form_that_says_the_transpose() -> Proof:
    """Z[k,i] = x[i]*y[k], where Z[i,k] is."""
    proof = grad("Z[i,k] = x[i]*y[k]\nL = sum[i,k](Z[i,k]**2)")
    equation = proof.forward["Z"]
    turned = replace(equation, indices=equation.indices[::-1])
    return replace(proof, forms=(Section("Z", equation.rhs, (), turned),))


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
