"""Replays a proof. It never searches: each step must be what its rule makes of the term that it names.

What is trusted: this file, the rows of `rules`, the records of `steps`, and SymPy's substitution.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sympy import Dummy, Expr, Symbol

from derive.rules import RULES, Context, function_row
from derive.steps import (
    Entry,
    Equation,
    Fact,
    Partial,
    Program,
    Proof,
    Section,
    Step,
    adjoint,
    chain_rule,
    influencers,
    same,
    tensors,
)


class Refused(ValueError):
    """The kernel does not accept the proof; the message names the section, the step and why."""


_SEAL = object()


@dataclass(frozen=True)
class Theorem:
    """For all values of the inputs and all extents, the adjoints are as the equations say. Made only here."""

    proof: Proof
    equations: tuple[Equation, ...]
    seal: object = None

    def __post_init__(self) -> None:
        if self.seal is not _SEAL:
            raise Refused("a Theorem is made by derive.kernel.check and nowhere else")


def check(proof: Proof) -> Theorem:
    """The theorem that the proof proves; Refused if any part of it does not hold."""
    slopes = _check_slopes(proof.slopes)
    accepted: dict[int, frozenset[str]] = {}
    adjoints: dict[str, Section] = {}
    known = {("forward", e.name): Fact("forward", e.indices, e.lhs, e.rhs) for e in proof.forward.equations}
    assumed = [Fact("assumption", a.indices, a.left, a.right) for a in proof.forward.assumptions]
    reached = influencers(proof.forward)
    readers = _readers(proof.forward, reached)
    moving = frozenset({*proof.wrt, *(s.tensor for s in proof.sections)})
    for section in proof.sections:
        _check_statement(section, proof.forward, adjoints, readers.get(section.tensor, ()))
        for fact in section.facts:
            _check_fact(fact, section, known, assumed)
            _check_constraint(fact, section, moving)
        _check_steps(section, proof.forward, slopes, accepted)
        adjoints[section.tensor] = section
        known["adjoint", section.equation.name] = _adjoint_fact(section)
    _demand(set(proof.wrt) <= set(adjoints), f"no adjoint of {set(proof.wrt) - set(adjoints)} was derived")
    return Theorem(proof, tuple(s.equation for s in proof.sections), _SEAL)


def _demand(condition: object, why: str) -> None:
    if not condition:
        raise Refused(why)


def _readers(program: Program, reached: frozenset[str]) -> Mapping[str, tuple[Equation, ...]]:
    found: dict[str, tuple[Equation, ...]] = {}
    for equation in program.equations:
        for name in equation.reads if equation.name in reached else ():
            found[name] = (*found.get(name, ()), equation)
    return found


def _check_slopes(lemmas: Sequence[Section]) -> dict[str, Section]:
    """Each lemma f' = ... starts from the derivative of f's definition; later ones may use earlier ones."""
    proved: dict[str, Section] = {}
    x = Entry("x")
    for lemma in lemmas:
        opening = Partial(function_row(lemma.tensor).head(x), x)
        _demand(same(lemma.opening, opening), f"slope of {lemma.tensor}: does not start from its derivative")
        _replay(lemma, Context({}, (), proved))
        proved[lemma.tensor] = lemma
    return proved


def _check_statement(
    section: Section, program: Program, adjoints: Mapping[str, Section], readers: Sequence[Equation]
) -> None:
    """The section must start from the chain rule for its tensor, over every equation that reads it."""
    tensor, indices = section.tensor, section.equation.indices
    _demand(tensor in program.tensors and tensor not in adjoints, f"{tensor}: not a tensor, or derived twice")
    _demand(section.equation.name == adjoint(tensor), f"{tensor}: the equation defines {section.equation.name}")
    _demand(len(indices) == len(program.extents(tensor)), f"{tensor}: wrong number of indices")
    missing = [e.name for e in readers if e.name not in adjoints]
    captured = [e.name for e in readers if not e.letters.isdisjoint(indices)]
    _demand(not captured, f"{tensor}: an index of its adjoint is a letter of {captured}")
    _demand(not missing, f"{tensor}: the adjoint of {missing} is not derived before it is used")
    opening = chain_rule(tensor, indices, readers, program)
    _demand(same(opening, section.opening), f"{tensor}: does not start from the chain rule")


def _check_fact(
    fact: Fact, section: Section, known: Mapping[tuple[str, str], Fact], assumed: Sequence[Fact]
) -> None:
    """A fact must be an equation of the program, an adjoint accepted before, or an assumption not about T."""
    equation = known.get((fact.kind, getattr(fact.left, "tensor", "")))
    if not any(fact.says(other) for other in (assumed if equation is None else (equation,))):
        raise Refused(f"{section.tensor}: {fact.left} = {fact.right} is not known")


def _check_constraint(fact: Fact, section: Section, moving: frozenset[str]) -> None:
    """An assumption must say nothing of a tensor that is differentiated by, nor of one that depends on it."""
    if fact.kind == "assumption":
        about = {entry.tensor for side in (fact.left, fact.right) for entry in side.atoms(Entry)} & moving
        _demand(not about, f"{section.tensor}: an assumption about {about}")


def _adjoint_fact(section: Section) -> Fact:
    return Fact("adjoint", section.equation.indices, section.equation.lhs, section.equation.rhs)


def _check_steps(
    section: Section, program: Program, slopes: Mapping[str, Section], accepted: dict[int, frozenset[str]]
) -> None:
    """Replay the steps, or see that the section is an accepted one under an injective renaming."""
    origin, names = section.origin, section.names
    if origin is None or names is None or id(origin) not in accepted:
        extents = zip(section.equation.indices, program.extents(section.tensor), strict=True)
        _replay(section, Context(dict(extents), section.facts, slopes))
        sides = [side for fact in section.facts for side in (fact.left, fact.right)]
        accepted[id(section)] = frozenset().union(*map(tensors, (section.opening, section.equation.rhs, *sides)))
        return
    _check_renaming(section, origin, program, accepted[id(origin)])


def _check_renaming(section: Section, origin: Section, program: Program, read: frozenset[str]) -> None:
    """Tensors go to different tensors, extents to any value; a number could be more than an extent, and stays."""
    names = section.names
    assert names is not None
    olds, news = [str(o) for o, _ in names.tensors], [str(n) for _, n in names.tensors]
    injective = len(set(olds)) == len(olds) == len(set(news)) and read <= set(olds)
    _demand(injective, f"{section.tensor}: renaming not injective")
    symbolic = all(isinstance(old, Symbol) and old.is_positive for old, _ in names.extents)
    _demand(symbolic, f"{section.tensor}: only symbolic extents may be renamed")
    _demand(same(names(origin.opening), section.opening), f"{section.tensor}: another form than its origin")
    _demand(origin.equation.indices == section.equation.indices, f"{section.tensor}: other indices than its origin")
    _demand(names(origin.equation.rhs) == section.equation.rhs, f"{section.tensor}: another result than its origin")
    _demand(tuple(f.renamed(names) for f in origin.facts) == section.facts, f"{section.tensor}: other facts")
    moved = tuple(map(names, program.extents(origin.tensor)))
    _demand(moved == program.extents(section.tensor), f"{section.tensor}: other extents than its origin")


def _replay(section: Section, context: Context) -> None:
    current = section.opening
    for number, step in enumerate(section.steps, start=1):
        where = f"adjoint of {section.tensor}, step {number} ({step.rule})"
        _demand(step.before == current, f"{where}: does not start where the last one ended")
        _check_step(step, context, where)
        current = step.after
    _demand(current == section.equation.rhs, f"adjoint of {section.tensor}: the steps end in another line")
    loose = {s for s in current.free_symbols if isinstance(s, Dummy)} - set(section.equation.indices)
    _demand(not loose, f"adjoint of {section.tensor}: index {loose} is loose")


def _check_step(step: Step, context: Context, where: str) -> None:
    _demand(step.rule in RULES, f"{where}: no such rule")
    bindings: dict[str, Expr] = dict(step.bindings)
    _demand({"term", "result"} <= set(bindings), f"{where}: term and result must be bound")
    term, result = bindings.pop("term"), bindings["result"]
    try:
        proved = RULES[step.rule].proves(term, result, bindings, context)
    except (KeyError, TypeError, ValueError) as error:
        raise Refused(f"{where}: {error}") from error
    _demand(proved, f"{where}: the rule does not give {result}")
    _demand(step.before.xreplace({term: result}) == step.after, f"{where}: the line after it does not follow")
