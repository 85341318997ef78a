"""Replays a proof. It never searches: each step must be what its rule makes of the term that it names.

What is trusted: this file, the rows of `rules`, the records of `steps`, and SymPy's substitution.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from sympy import Add, Dummy, Expr, Symbol

from derive.rules import RULES, Context, SlopeKey, lemma_opening, slope_key, stored_facts
from derive.steps import MODES, Entry, Equation, Fact, Proof, Section, Step, same, tensors


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
    _check_prior(proof)
    slopes = _check_slopes(proof.slopes)
    accepted: dict[int, frozenset[str]] = {}
    made: set[str] = set()
    known, assumed = _forward_facts(proof), _assumed_facts(proof)
    moving = frozenset({*proof.wrt, *(s.tensor for s in proof.sections)})
    for section in proof.sections:
        _check_statement(section, proof, made)
        for one in (*_check_parts(section, proof), section):
            for fact in one.facts:
                _check_fact(fact, one, known, assumed)
                _check_constraint(fact, one, moving)
            _check_steps(one, proof, slopes, accepted)
        derived = _derived_fact(MODES[proof.mode].fact, section)
        made.add(section.equation.name)
        known[derived.kind, section.equation.name] = derived
    missing = set(proof.results.values()) - made
    _demand(not missing, f"{missing} was not derived")
    _check_forms(proof, known)
    return Theorem(proof, tuple(s.equation for s in proof.sections), _SEAL)


def _check_forms(proof: Proof, known: Facts) -> None:
    """Each form rewrites one equation of the program, by rules and by equations before it, in their own forms."""
    known = dict(known)
    _demand(len({form.tensor for form in proof.forms}) == len(proof.forms), "two forms of one equation")
    place = {e.name: k for k, e in enumerate(proof.plain.equations)}
    for form in proof.forms:
        equation = proof.plain.defined.get(form.tensor)
        if equation is None or equation.name != form.equation.name or equation.indices != form.equation.indices:
            raise Refused(f"form of {form.tensor}: no equation of the program")
        _demand(form.opening == equation.rhs, f"form of {form.tensor}: does not start from its equation")
        for fact in form.facts:
            _check_fact(fact, form, known, ())
            _demand(place[fact.left.tensor] < place[form.tensor], f"form of {form.tensor}: {fact.left} comes after it")
        scope = dict(zip(equation.indices, proof.shapes[form.tensor], strict=True))
        replay(form, Context(scope, form.facts, shapes=proof.shapes))
        known["forward", form.tensor] = _derived_fact("forward", form)


def _check_prior(proof: Proof) -> None:
    """What is differentiated a second time must itself be what a theorem says."""
    if proof.prior is not None:
        check(proof.prior)
        _demand(proof.forward is proof.prior.program, "the program is not what the earlier derivation ended in")


def _demand(condition: object, why: str) -> None:
    if not condition:
        raise Refused(why)


def _check_slopes(lemmas: Sequence[Section]) -> dict[SlopeKey, Section]:
    """Each lemma f' = ... starts from the derivative of f's definition; later ones may use earlier ones."""
    proved: dict[SlopeKey, Section] = {}
    for lemma in lemmas:
        _, argument = key = slope_key(lemma)
        opening, scope = lemma_opening(lemma.tensor, argument, lemma.equation.indices)
        _demand(same(lemma.opening, opening), f"slope of {lemma.tensor}: does not start from its derivative")
        replay(lemma, Context(scope, (), proved))
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
    name, indices = section.equation.name, section.equation.indices
    _demand(tensor in program.tensors and name not in made, f"{tensor}: not a tensor, or derived twice")
    _demand(not by or by in proof.wrt, f"{tensor}: {by} is not what is differentiated by")
    _demand(name == mode.name(program, tensor, by), f"{tensor}: the equation defines {name}")
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


def _check_fact(fact: Fact, section: Section, known: Facts, assumed: Sequence[Fact]) -> None:
    """A fact must be an equation of the program, a derivative accepted before, or an assumption not about T."""
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
        replay(section, Context(dict(extents), section.facts, slopes, shapes=proof.shapes))
        sides = [side for fact in section.facts for side in (fact.left, fact.right)]
        accepted[id(section)] = frozenset().union(*map(tensors, (section.opening, section.equation.rhs, *sides)))
        return
    _check_renaming(section, origin, proof, accepted[id(origin)])


def _check_renaming(section: Section, origin: Section, proof: Proof, read: frozenset[str]) -> None:
    """Tensors go to different tensors, extents to any value; a number could be more than an extent, and stays."""
    names = section.names
    assert names is not None
    olds, news = [old.name for old, _ in names.tensors], [new.name for _, new in names.tensors]
    injective = len(set(olds)) == len(olds) == len(set(news)) and read <= set(olds)
    _demand(injective, f"{section.tensor}: renaming not injective")
    symbolic = all(isinstance(old, Symbol) and old.is_positive for old, _ in names.extents)
    _demand(symbolic and not names.letters, f"{section.tensor}: only symbolic extents may be renamed, no letters")
    _demand(same(names(origin.opening), section.opening), f"{section.tensor}: another form than its origin")
    _demand(origin.equation.indices == section.equation.indices, f"{section.tensor}: other indices than its origin")
    _demand(names(origin.equation.rhs) == section.equation.rhs, f"{section.tensor}: another result than its origin")
    _demand(len(origin.facts) == len(section.facts), f"{section.tensor}: other facts")
    pairs_of_facts = zip(origin.facts, section.facts, strict=True)
    _demand(all(old.says(new, names) for old, new in pairs_of_facts), f"{section.tensor}: other facts")
    pairs = ((old.name, new.name) for old, new in names.tensors)
    for old, new in (*pairs, (origin.equation.name, section.equation.name)):
        moved = tuple(map(names, proof.shapes[old]))
        _demand(moved == proof.shapes[new], f"{section.tensor}: {new} has other extents than {old}")


def replay(section: Section, context: Context) -> None:
    """Refused unless each line of the section follows from the one before, and the last is its equation."""
    current = section.opening
    if section.parts:
        current = section.steps[0].before if section.steps else section.equation.rhs
        total = Add(*(part.equation.rhs for part in section.parts))
        _demand(same(total, current), f"adjoint of {section.tensor}: not the sum of the terms derived apart")
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
        proved = RULES[step.rule].proves(term, result, bindings, context.within(step.before))
    except (KeyError, TypeError, ValueError) as error:
        raise Refused(f"{where}: {error}") from error
    _demand(proved, f"{where}: the rule does not give {result}")
    _demand(step.before.xreplace({term: result}) == step.after, f"{where}: the line after it does not follow")
