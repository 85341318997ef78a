"""The kernel accepts what was derived and refuses every change to it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Symbol

import derive
from derive import kernel, models
from derive.derivation import Derivation
from derive.equation import Equation
from derive.functions import ROWS
from derive.index import Along, Entry, Partial, extent, letter
from derive.rulebook import Context, RuleError
from derive.rules import RULES
from derive.steps import MODES, Fact, RenamedSteps, Section, Step
from derive.trees import Renaming

# Its last adjoint has an equation put in, and C = N S solved from N = C/S.
LAYER_NORM = derive.grad(
    derive.program(
        "C[i,j] = X[i,j] - mean[l](X[i,l])\nS[i] = sqrt(mean[j](C[i,j]**2) + 1/100000)\n"
        "N[i,j] = C[i,j]/S[i]\nL = sum[i,j](N[i,j]**2*y[i,j])"
    ),
    "X",
)
PROOFS = [
    derive.grad(models.mlp([2, 3, 3, 2], loss="bce")),
    derive.grad(models.multi_output_perceptron(loss="softmax_cross_entropy")),
    derive.grad(models.perceptron(activation="relu", loss="mse")),
    derive.grad(derive.program("L = logsumexp[i](x[i]*max(x[i], y)) / prod[j](y + x[j]**2)")),
    LAYER_NORM,
]
STEPS = [(p, s, k) for p in PROOFS for s in p.sections if s.origin is None for k in range(len(s.steps))]


def with_section(proof: Derivation, old: Section, new: Section) -> Derivation:
    return replace(proof, sections=tuple(new if s is old else s for s in proof.sections))


def with_step(proof: Derivation, section: Section, number: int, step: Step) -> Derivation:
    steps = list(section.steps)
    steps[number] = step
    return with_section(proof, section, replace(section, steps=tuple(steps)))


@pytest.mark.parametrize("proof", PROOFS, ids=range(len(PROOFS)))
def test_accepts_what_was_derived(proof: Derivation) -> None:
    theorem = proof.check()
    assert [e.name for e in theorem.equations] == [s.equation.name for s in proof.sections]


def test_a_theorem_is_made_only_by_the_kernel() -> None:
    with pytest.raises(kernel.Refused, match="nowhere else"):
        kernel.Theorem(PROOFS[0], ())


@pytest.mark.parametrize("place", STEPS, ids=lambda p: f"{p[1].tensor}-{p[2]}")
@pytest.mark.parametrize("change", ["before", "after", "rule", "result", "term", "dropped"])
def test_every_field_of_every_step_counts(place: tuple[Derivation, Section, int], change: str) -> None:
    proof, section, number = place
    step = section.steps[number]
    extra = Entry("intruder")
    if change == "dropped":
        steps = tuple(s for k, s in enumerate(section.steps) if k != number)
        broken = with_section(proof, section, replace(section, steps=steps))
    else:
        bindings = dict(step.bindings)
        changed = {
            "before": lambda: replace(step, before=step.before + extra),
            "after": lambda: replace(step, after=step.after + extra),
            "rule": lambda: replace(step, rule=next(r for r in RULES if r not in (step.rule, "definition"))),
            "result": lambda: replace(step, bindings=tuple((bindings | {"result": step["result"] + 1}).items())),
            "term": lambda: replace(step, bindings=tuple((bindings | {"term": extra}).items())),
        }[change]()
        broken = with_step(proof, section, number, changed)
    with pytest.raises(kernel.Refused):
        kernel.check(broken)


@given(st.data())
def test_a_wrong_factor_is_refused_wherever_it_enters(data: st.DataObject) -> None:
    proof, section, number = data.draw(st.sampled_from(STEPS))
    factor = data.draw(st.sampled_from([-1, 2, sympy.Rational(1, 2), Entry("L")]))
    step = section.steps[number]
    if step.after == 0:
        return
    wrong = replace(step, after=step.after * factor)
    later = tuple(replace(s, before=s.before) for s in section.steps[number + 1 :])
    steps = (*section.steps[:number], wrong, *later)
    equation = section.equation
    if not later:
        equation = Equation(equation.name, equation.indices, wrong.after)
    with pytest.raises(kernel.Refused):
        kernel.check(with_section(proof, section, replace(section, steps=steps, equation=equation)))


def test_a_section_must_start_from_the_chain_rule() -> None:
    proof = PROOFS[0]
    for section in proof.sections:
        if section.opening != 1:
            broken = with_section(proof, section, replace(section, opening=section.opening * 2, origin=None))
            with pytest.raises(kernel.Refused, match="chain rule"):
                kernel.check(broken)


def test_a_missing_section_is_refused() -> None:
    proof = PROOFS[0]
    for section in proof.sections[1:]:
        with pytest.raises(kernel.Refused):
            kernel.check(replace(proof, sections=tuple(s for s in proof.sections if s is not section)))


def test_an_invented_fact_is_refused() -> None:
    proof = PROOFS[1]
    section = next(s for s in proof.sections if s.facts)
    i, k = letter("i"), letter("k")
    lie = Fact("assumption", (i, k), Entry("Y", i, k), sympy.Integer(0))
    with pytest.raises(kernel.Refused, match="not known"):
        kernel.check(with_section(proof, section, replace(section, facts=(*section.facts, lie))))


def test_a_renaming_must_fit() -> None:
    proof = derive.grad(models.mlp([3, 3, 3, 3, 3], loss="bce"))
    section = next(s for s in proof.sections if s.origin is not None)
    wrong = Equation(section.equation.name, section.equation.indices, section.equation.rhs * 2)
    with pytest.raises(kernel.Refused, match="another result"):
        kernel.check(with_section(proof, section, replace(section, equation=wrong)))


def test_a_wrong_slope_is_refused() -> None:
    proof = PROOFS[0]
    lemma = proof.slopes[0]
    wrong = replace(lemma, equation=Equation("slope", (), lemma.equation.rhs * 2))
    with pytest.raises(kernel.Refused):
        kernel.check(replace(proof, slopes=(wrong,)))
    elsewhere = replace(lemma, opening=Partial(ROWS["softplus"].head(Entry("x")), Entry("x")))
    with pytest.raises(kernel.Refused, match="does not start"):
        kernel.check(replace(proof, slopes=(elsewhere,)))


def test_an_assumption_about_what_is_differentiated_is_refused() -> None:
    text = "L = sum[i,k](Y[i,k]*log(A[i,k]))\nassume sum[k](Y[i,k]) == 1\n"
    proof = derive.grad(derive.program(text), "Y")
    section = proof.sections[-1]
    rule = proof.forward.assumptions[0]
    fact = Fact("assumption", rule.indices, rule.left, rule.right)
    with pytest.raises(kernel.Refused, match="an assumption about"):
        kernel.check(with_section(proof, section, replace(section, facts=(*section.facts, fact))))


def renamed_to(proof: Derivation, origin: str, tensor: str, names: Renaming) -> Derivation:
    """The proof with the adjoint of `tensor` said to be that of `origin` under other names."""
    first, old = proof.section(origin), proof.section(tensor)
    equation = Equation(old.equation.name, first.equation.indices, names(first.equation.rhs))
    facts = tuple(Fact(f.kind, f.letters, names(f.left), names(f.right)) for f in first.facts)
    steps = RenamedSteps(first.steps, names)
    return with_section(proof, old, Section(tensor, names(first.opening), steps, equation, facts, first, names))


def symbols(*pairs: str) -> tuple[tuple[Symbol, Symbol], ...]:
    return tuple((Symbol(old), Symbol(new)) for old, new in (pair.split(">") for pair in pairs))


def test_numbers_stay_in_a_renaming() -> None:
    proof = derive.grad(derive.program("input x[20], y[30]\na = mean[i](x[i]**2)\nb = mean[j](y[j]**2)\nL = a + b"))
    assert [str(proof.adjoint(name).rhs)[-2:] for name in "xy"] == ["10", "15"]
    proof.check()
    sizes = ((sympy.Integer(20), sympy.Integer(30)),)
    names = Renaming(symbols("x>y", "a>b", "a_bar>b_bar"), sizes)  # type: ignore[arg-type]
    with pytest.raises(kernel.Refused, match="only symbolic extents"):
        kernel.check(renamed_to(proof, "x", "y", names))


def test_a_renaming_must_keep_tensors_apart() -> None:
    """d(x y)/dx = y, but d(u u)/du is not u. A tensor that is left out could be met too."""
    proof = derive.grad(derive.program("a = x*y\nb = u*u\nc = v*y\nL = a + b + c"))
    for tensor, names in (
        ("u", symbols("x>u", "y>u", "a>b", "a_bar>b_bar")),
        ("v", symbols("x>v", "a>c", "a_bar>c_bar")),
    ):
        with pytest.raises(kernel.Refused, match="not injective"):
            kernel.check(renamed_to(proof, "x", tensor, Renaming(names)))
    kept = symbols("x>v", "y>y", "a>c", "a_bar>c_bar")
    kernel.check(renamed_to(proof, "x", "v", Renaming(kept)))
    with pytest.raises(kernel.Refused, match="no letters"):
        kernel.check(renamed_to(proof, "x", "v", Renaming(kept, letters=((letter("i"), letter("j")),))))


def test_an_index_must_be_no_letter_of_a_reader() -> None:
    """sum_i a_bar[i] da[i]/dx[i] is one number, where x_bar[i] must be an adjoint."""
    proof = derive.grad(derive.program("a[i] = x[i]**2\nL = sum[i](a[i])"))
    section, reader = proof.section("x"), proof.forward["a"]
    opening = MODES["grad"].opening(proof.forward, "x", "", proof.wrt, reader.indices)
    equation = Equation("x_bar", reader.indices, opening)
    with pytest.raises(kernel.Refused, match="a letter of"):
        kernel.check(with_section(proof, section, Section("x", opening, (), equation, section.facts)))


@pytest.mark.parametrize("name", ["forward equation", "adjoint equation", "assumption"])
@pytest.mark.parametrize(("size", "shift", "holds"), [("h", 0, True), ("f", 0, False), ("h", -1, False)])
def test_an_equation_says_nothing_outside_its_axes(name: str, size: str, shift: int, holds: bool) -> None:
    """Where A[k] has h entries, A[k] = sigmoid(z[k]) does not hold for a k that runs over the f entries of z."""
    k, at = letter("k"), letter("p")
    sides = {"forward equation": (Entry("A", k), ROWS["sigmoid"].head(Entry("z", k)))}
    left, right = sides.get(name, (Entry("A", k), sympy.Integer(1)))
    fact = Fact(name.removesuffix(" equation"), (k,), left, right)
    context = Context({at: extent(size)}, (fact,), shapes={"A": (extent("h"),), "z": (extent("f"),)})
    term = (right if name == "forward equation" else left).xreplace({k: at + shift})
    bindings = {"fact": sympy.Integer(0), "at": sympy.Tuple(at + shift)}
    if holds:
        assert RULES[name].apply(term, bindings, context) in (Entry("A", at), 1)
    else:
        with pytest.raises(RuleError, match="outside"):
            RULES[name].apply(term, bindings, context)


def up_to(rule: str, **changed: object) -> tuple[Derivation, Step]:
    """The proof of layer norm that ends with the first step by this rule, some of its bindings changed."""
    section = LAYER_NORM.section("X")
    number = section.rules.index(rule)
    step = section.steps[number]
    bindings = {name: changed[name](step) if name in changed else value for name, value in step.bindings}  # type: ignore
    after = step.before.xreplace({bindings["term"]: bindings["result"]})
    last = replace(step, bindings=tuple(bindings.items()), after=after)
    equation = Equation(section.equation.name, section.equation.indices, after)
    ended = replace(section, steps=(*section.steps[:number], last), equation=equation)
    return with_section(LAYER_NORM, section, ended), step


@pytest.mark.parametrize("rule", ["equation put in", "equation solved"])
def test_a_proof_may_end_with_any_step(rule: str) -> None:
    proof, step = up_to(rule)
    kernel.check(proof)
    assert step.rule == rule


@pytest.mark.parametrize(
    ("rule", "binding", "fault", "said"),
    [
        ("equation put in", "result", lambda step: 2 * step["result"], "does not give"),
        ("equation put in", "result", lambda step: step["result"].args[0], "does not give"),
        ("equation put in", "fact", lambda step: step["fact"] + 1, "not a forward fact|is not an instance"),
        ("equation put in", "fact", lambda step: sympy.Integer(99), "there is no fact"),
        ("equation put in", "at", lambda step: sympy.Tuple(*step["at"][::-1]), "may lie outside|not an instance"),
        ("equation put in", "at", lambda step: sympy.Tuple(step["at"][0]), "not a forward fact"),
        ("equation solved", "result", lambda step: step["left"], "is not"),
        ("equation solved", "result", lambda step: step["left"] ** 2 / step["result"], "is not"),
        ("equation solved", "result", lambda step: -step["result"], "is not"),
        ("equation solved", "left", lambda step: step["term"], "is not an instance"),
        ("equation solved", "fact", lambda step: step["fact"] - 1, "not a forward fact|is not an instance"),
        ("equation solved", "at", lambda step: sympy.Tuple(*step["at"][::-1]), "may lie outside|not an instance"),
    ],
)
def test_an_equation_that_is_used_otherwise_is_refused(rule: str, binding: str, fault: object, said: str) -> None:
    with pytest.raises(kernel.Refused, match=rf"\({rule}\).*({said})"):
        kernel.check(up_to(rule, **{binding: fault})[0])


def test_softmax_is_not_read_outside_its_axis() -> None:
    j, at = letter("j"), letter("p")
    fold = Along("softmax", Entry("z", j), (j,), (extent("h"),), (at,))
    for size in ("h", "f"):
        apply = partial(RULES["softmax from exponentials"].apply, sympy.exp(Entry("z", at)), {"softmax": fold})
        if size == "h":
            assert apply(Context({at: extent(size)})).has(fold)
        else:
            with pytest.raises(RuleError, match="outside"):
                apply(Context({at: extent(size)}))


def test_a_renaming_must_keep_the_extents_of_every_tensor() -> None:
    proof = derive.grad(models.mlp([3, 3, 3, 3, 3], loss="bce"))
    section = next(s for s in proof.sections if s.origin is not None)
    read = frozenset(old.name for old, _ in section.names.tensors)
    kernel._check_covered(section, section.names, read, proof)
    for _, new in section.names.tensors:
        other = replace(proof)
        other.__dict__["shapes"] = {**proof.shapes, new.name: (extent("wide"),)}
        with pytest.raises(kernel.Refused, match="other extents"):
            kernel._check_covered(section, section.names, read, other)


def test_a_renamed_section_uses_the_facts_of_its_origin_renamed() -> None:
    proof = derive.grad(models.mlp([3] * 7, loss="bce"))
    section, other = [s for s in proof.sections if s.origin is not None and s.tensor.startswith("A")][:2]
    wrongs = (other.facts, section.facts[::-1], section.facts[:-1], (*section.facts, *other.facts))
    known = {(f.kind, str(f.left)) for s in proof.sections for f in s.facts}
    assert all((f.kind, str(f.left)) in known for facts in wrongs for f in facts)
    for facts in wrongs:
        with pytest.raises(kernel.Refused):
            kernel.check(with_section(proof, section, replace(section, facts=facts)))
