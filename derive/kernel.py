"""Replays a proof. It never searches: each step must be what its rule makes of the term that it names.

What is trusted: this file, the rows of `rules`, the records of `steps`, and SymPy's substitution.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import InitVar, dataclass, fields, replace
from typing import Any

from sympy import Add, Dummy, Expr, Symbol

from derive.rules import RULES, Context, Lines, SlopeKey, lemma_opening, slope_key, stored_facts
from derive.steps import (
    MODES,
    SECOND,
    Entry,
    Equation,
    Fact,
    Partial,
    Program,
    Proof,
    RenamedSteps,
    Renaming,
    Section,
    Step,
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
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise Refused("a Theorem is made by derive.kernel.check and nowhere else")

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy, or what is read from a file, is checked again."""
        return check, (self.proof,)


def check(proof: Proof) -> Theorem:
    """The theorem that the proof proves; Refused if any part of it does not hold."""
    _demand(isinstance(proof, Proof), f"{type(proof).__name__} is no proof")
    try:
        # A record of its own: a subclass, or what was kept of another proof, says nothing here.
        record = Proof(*(getattr(proof, field.name) for field in fields(Proof)))
        _check(record)
        return Theorem(proof, tuple(s.equation for s in record.sections), _SEAL)
    except Refused:
        raise
    except Exception as error:  # whatever has other parts than a proof has
        raise Refused(f"the proof is malformed: {type(error).__name__}: {error}") from error


def _check(proof: Proof) -> None:
    _check_records(proof)
    _check_prior(proof)
    _check_program(proof.forward, Lines(proof.shapes))
    slopes = _check_slopes(proof.slopes)
    accepted: dict[int, frozenset[str]] = {}
    made: set[str] = set()
    known, assumed = _forward_facts(proof), _assumed_facts(proof)
    moving = frozenset({*proof.forward.dependents(proof.wrt), *(s.tensor for s in proof.sections)})
    for section in proof.sections:
        _check_statement(section, proof, made)
        for one in (*_check_parts(section, proof), section):
            for fact in one.facts:
                _check_fact(fact, one, known, assumed, proof)
                _check_constraint(fact, one, moving)
            _check_steps(one, proof, slopes, accepted)
        derived = _derived_fact(MODES[proof.mode].fact, section)
        made.add(section.equation.name)
        known[derived.kind, section.equation.name] = derived
    missing = set(proof.results.values()) - made
    _demand(not missing, f"{missing} was not derived")
    _check_forms(proof, known)


def _check_records(proof: Proof) -> None:
    """Each part is a record of `steps` in a tuple, so that it stays what it was when it was looked at."""
    sections = (*proof.slopes, *proof.sections, *proof.forms)
    everything = (*sections, *(part for section in sections for part in section.parts))
    _demand({type(proof.slopes), type(proof.sections), type(proof.forms)} == {tuple}, "the sections are no tuple")
    for one in everything:
        _demand(type(one) is Section and type(one.equation) is Equation, "what is no section stands among them")
        kinds = {type(several) for several in (one.facts, one.parts, one.equation.indices)}
        _demand(kinds == {tuple}, "the parts are no tuple")
        _demand(all(type(i) is Dummy for i in one.equation.indices), f"{one.tensor}: an index is no letter")
        _demand(one.names is None or type(one.names) is Renaming, f"{one.tensor}: its names are no renaming")


def _check_program(program: Program, lines: Lines) -> None:
    """Equations of the language, from which no derivative is left."""
    _demand(type(program) is Program, f"{type(program).__name__} is no program")
    for equation in program.equations:
        _demand(type(equation) is Equation and not equation.rhs.has(Partial), f"{equation.name} is no equation")
        lines.check(equation.rhs, frozenset(equation.indices))
    for rule in program.assumptions:
        lines.each((rule.left, rule.right), frozenset(rule.indices))


def _check_forms(proof: Proof, known: Facts) -> None:
    """Each form rewrites one equation of the program, by rules and by equations before it, in their own forms."""
    known = dict(known)
    _demand(len({form.tensor for form in proof.forms}) == len(proof.forms), "two forms of one equation")
    place = {e.name: k for k, e in enumerate(proof.plain.equations)} if proof.forms else {}
    for form in proof.forms:
        equation = proof.plain.defined.get(form.tensor)
        if equation is None or equation.name != form.equation.name or equation.indices != form.equation.indices:
            raise Refused(f"form of {form.tensor}: no equation of the program")
        _demand(form.opening == equation.rhs, f"form of {form.tensor}: does not start from its equation")
        for fact in form.facts:
            _check_fact(fact, form, known, (), proof)
            before = place[fact.left.tensor] < place[form.tensor]
            _demand(before, "form of {}: {} comes after it", form.tensor, fact.left)
        scope = dict(zip(equation.indices, proof.shapes[form.tensor], strict=True))
        replay(form, Context(scope, form.facts, shapes=proof.shapes))
        known["forward", form.tensor] = _derived_fact("forward", form)


def _check_prior(proof: Proof) -> None:
    """What is differentiated a second time must itself be what a theorem says, and named as that."""
    prior, second = proof.prior, SECOND.get(proof.mode)
    if prior is None:
        _demand(not second, f"{proof.mode} is of what an earlier derivation ended in")
        return
    check(prior)
    _demand(proof.forward is prior.program, "the program is not what the earlier derivation ended in")
    firsts = second(prior, proof.wrt) if second else proof.of
    _demand(firsts == proof.of, f"{proof.of} is not what was derived by {proof.wrt} before")


def _demand(condition: object, why: str, *parts: object) -> None:
    """The braces are filled in only where it fails: expressions take long to print."""
    if not condition:
        raise Refused(why.format(*parts) if parts else why)


def _check_slopes(lemmas: Sequence[Section]) -> dict[SlopeKey, Section]:
    """Each lemma f' = ... starts from the derivative of f's definition; later ones may use earlier ones."""
    proved: dict[SlopeKey, Section] = {}
    for lemma in lemmas:
        _, argument = key = slope_key(lemma)
        opening, context = lemma_opening(lemma.tensor, argument, lemma.equation.indices)
        _demand(same(lemma.opening, opening), f"slope of {lemma.tensor}: does not start from its derivative")
        replay(lemma, replace(context, slopes=proved))
        proved[key] = lemma
    return proved


Facts = Mapping[tuple[str, str], Fact]


def _forward_facts(proof: Proof) -> dict[tuple[str, str], Fact]:
    return {("forward", e.name): Fact("forward", e.indices, e.lhs, e.rhs) for e in proof.forward.equations}


def _assumed_facts(proof: Proof) -> list[Fact]:
    program = proof.forward
    structures = [s for s in map(program.structure, program.structures) if s is not None]
    declared = [Fact("structure", s.indices, s.left, s.right) for s in structures]
    stated = (Fact("assumption", a.indices, a.left, a.right) for a in program.assumptions)
    return [*declared, *stated, *stored_facts(program)]


def _check_statement(section: Section, proof: Proof, made: Set[str]) -> None:
    """The section must define what the mode says, over its axes, and start from the chain rule."""
    mode, program, tensor, by = MODES[proof.mode], proof.forward, section.tensor, section.by
    _demand(proof.mode != "grad" or not program.output.extents, "the output is no number, so it has no gradient")
    name, indices = section.equation.name, section.equation.indices
    _demand(tensor in program.tensors and name not in made, f"{tensor}: not a tensor, or derived twice")
    _demand(not by or by in proof.wrt, f"{tensor}: {by} is not what is differentiated by")
    _demand(name == mode.name(program, tensor, by), f"{tensor}: the equation defines {name}")
    _demand(name not in {t.name for t in mode.given(program, proof.wrt)}, f"{tensor}: {name} is given")
    _demand(len(indices) == len(mode.extents(program, tensor, by)), f"{tensor}: wrong number of indices")
    missing = [n for n in mode.rests_on(program, tensor, by, proof.wrt) if n not in made]
    _demand(not missing, f"{tensor}: {missing} is not derived before it is used")
    captured = [e.name for e in mode.equations(program, tensor) if not e.letters.isdisjoint(indices)]
    _demand(not captured, f"{tensor}: an index of its derivative is a letter of {captured}")
    opening = mode.opening(program, tensor, by, proof.wrt, indices)
    _demand(same(opening, section.opening), f"{tensor}: does not start from the chain rule")


def _check_parts(section: Section, proof: Proof) -> tuple[Section, ...]:
    """Where the terms of the opening are derived apart, each starts from its own share of the chain rule."""
    program, tensor, by = proof.forward, section.tensor, section.by
    modes = MODES[proof.mode].parts(program, tensor) if section.parts else ()
    _demand(len(modes) == len(section.parts), f"{tensor}: the terms derived apart are not those of the chain rule")
    for mode, part in zip(modes, section.parts, strict=True):
        known = (part.tensor, part.by, part.equation.name, part.equation.indices, part.parts)
        wanted = (tensor, by, section.equation.name, section.equation.indices, ())
        _demand(known == wanted, f"{tensor}: a term derived apart is another derivative")
        opening = mode.opening(program, tensor, by, proof.wrt, section.equation.indices)
        _demand(same(opening, part.opening), f"{tensor}: a term does not start from the chain rule")
    return section.parts


def _check_fact(fact: Fact, section: Section, known: Facts, assumed: Sequence[Fact], proof: Proof) -> None:
    """A fact must be an equation of the program, a derivative accepted before, or an assumption not about T."""
    _demand(type(fact) is Fact and all(type(i) is Dummy for i in fact.letters), f"{section.tensor}: no fact")
    Lines(proof.shapes).each((fact.left, fact.right), frozenset(fact.letters))
    equation = known.get((fact.kind, getattr(fact.left, "tensor", "")))
    if not any(fact.says(other) for other in (assumed if equation is None else (equation,))):
        raise Refused(f"{section.tensor}: {fact.left} = {fact.right} is not known")


def _check_constraint(fact: Fact, section: Section, moving: frozenset[str]) -> None:
    """What is assumed must say nothing of a tensor that is differentiated by, nor of one that depends on it."""
    if fact.kind in ("assumption", "structure"):
        about = {entry.tensor for side in (fact.left, fact.right) for entry in side.atoms(Entry)} & moving
        _demand(not about, f"{section.tensor}: an assumption about {about}")


def _derived_fact(kind: str, section: Section) -> Fact:
    return Fact(kind, section.equation.indices, section.equation.lhs, section.equation.rhs)


def _check_steps(
    section: Section, proof: Proof, slopes: Mapping[SlopeKey, Section], accepted: dict[int, frozenset[str]]
) -> None:
    """Replay the steps, or see that the section is an accepted one under an injective renaming."""
    origin, names = section.origin, section.names
    if origin is None or names is None or id(origin) not in accepted:
        sizes = MODES[proof.mode].extents(proof.forward, section.tensor, section.by)
        extents = zip(section.equation.indices, sizes, strict=True)
        context = Context(dict(extents), section.facts, slopes, shapes=proof.shapes)
        replay(section, context, _sum_of_parts(section) if section.parts else section.opening)
        sides = [side for fact in section.facts for side in (fact.left, fact.right)]
        accepted[id(section)] = frozenset().union(*map(tensors, (section.opening, section.equation.rhs, *sides)))
        return
    _demand(section.steps == RenamedSteps(origin.steps, names), f"{section.tensor}: other steps than its origin")
    # A renaming keeps what it made; one of its own has made nothing yet.
    _check_renaming(section, origin, Renaming(*(getattr(names, f.name) for f in fields(names))))
    _check_covered(section, names, accepted[id(origin)], proof)


def _sum_of_parts(section: Section) -> Expr:
    """What the steps start from where the terms of the opening were derived apart."""
    start = section.steps[0].before if section.steps else section.equation.rhs
    total = Add(*(part.equation.rhs for part in section.parts))
    _demand(same(total, start), f"adjoint of {section.tensor}: not the sum of the terms derived apart")
    return start


def _check_renaming(section: Section, origin: Section, names: Renaming) -> None:
    """Opening, facts and result are those of the origin in other names."""
    _demand(same(names(origin.opening), section.opening), f"{section.tensor}: another form than its origin")
    _demand(origin.equation.indices == section.equation.indices, f"{section.tensor}: other indices than its origin")
    _demand(names(origin.equation.rhs) == section.equation.rhs, f"{section.tensor}: another result than its origin")
    pairs_of_facts = zip(origin.facts, section.facts, strict=True)
    _demand(all(old.says(new, names) for old, new in pairs_of_facts), f"{section.tensor}: other facts")


def _check_covered(section: Section, names: Renaming, read: frozenset[str], proof: Proof) -> None:
    """Tensors go to different tensors, extents to any value; a number could be more than an extent, and stays."""
    origin = section.origin
    assert origin is not None
    olds, news = [old.name for old, _ in names.tensors], [new.name for _, new in names.tensors]
    plain = all(symbol == Symbol(symbol.name) for pair in names.tensors for symbol in pair)
    injective = len(set(olds)) == len(olds) == len(set(news)) and read <= set(olds)
    _demand(plain and injective, f"{section.tensor}: renaming not injective")
    symbolic = all(isinstance(old, Symbol) for old, _ in names.extents)
    _demand(symbolic and not names.letters, f"{section.tensor}: only symbolic extents may be renamed, no letters")
    _demand(all(map(_is_extent, dict(names.extents).values())), f"{section.tensor}: an extent may be 0")
    pairs = ((old.name, new.name) for old, new in names.tensors if old.name in read)
    for old, new in (*pairs, (origin.equation.name, section.equation.name)):
        moved = tuple(map(names, proof.shapes[old]))
        _demand(moved == proof.shapes[new], f"{section.tensor}: {new} has other extents than {old}")


def _is_extent(size: Expr) -> bool:
    return bool(size.is_integer and size.is_positive)


def replay(section: Section, context: Context, start: Expr | None = None) -> None:
    """Refused unless each line of the section follows from the one before, and the last is its equation."""
    lines, letters = Lines(context.shapes), frozenset(section.equation.indices)
    current = section.opening if start is None else start
    lines.each((section.opening, current, section.equation.rhs), letters)
    for number, step in enumerate(section.steps, start=1):
        where = f"adjoint of {section.tensor}, step {number} ({step.rule})"
        _demand(type(step) is Step, f"{where}: no step")
        try:
            lines.each((step.before, step.after), letters)
            lines.each((value for _, value in step.bindings), None)
        except ValueError as error:
            raise Refused(f"{where}: {error}") from error
        _demand(step.before == current, f"{where}: does not start where the last one ended")
        _check_step(step, context, where)
        current = step.after
    _demand(current == section.equation.rhs, f"adjoint of {section.tensor}: the steps end in another line")
    _demand(not current.has(Partial), f"adjoint of {section.tensor}: a derivative is not carried out")


def _check_step(step: Step, context: Context, where: str) -> None:
    _demand(step.rule in RULES, f"{where}: no such rule")
    bindings: dict[str, Expr] = dict(step.bindings)
    _demand(len(bindings) == len(step.bindings), f"{where}: bound twice")
    _demand({"term", "result"} <= set(bindings), f"{where}: term and result must be bound")
    term, result = bindings.pop("term"), bindings["result"]
    try:
        proved = RULES[step.rule].proves(term, result, bindings, context.within(step.before))
    except Exception as error:  # a rule that is given other parts than its own may do anything
        raise Refused(f"{where}: {error}") from error
    _demand(proved, "{}: the rule does not give {}", where, result)
    _demand(step.before.xreplace({term: result}) == step.after, f"{where}: the line after it does not follow")
