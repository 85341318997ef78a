"""Writes the sections of a derivation: opening line, steps, equation. Those of one form are derived once.

The modes share everything but the opening: see `modes`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sympy import Dummy, Expr, Symbol, Tuple

from derive.calculus import differentiate
from derive.closed_form import insert_short, simplify, use_structures
from derive.contract import contract
from derive.equation import Equation, Program
from derive.index import Call, Compare, Entry, Renaming, extent, refresh, tensors, walk
from derive.modes import MODES, read_letters
from derive.norm_forms import divisors, is_centred, through_statistics
from derive.range_rules import stored_facts
from derive.recorder import Recorder
from derive.rulebook import Context, SlopeKey, slope_key
from derive.slopes import needed_slopes
from derive.steps import Fact, RenamedSteps, Section

Axes = tuple[Expr, ...]


class Sections:
    """The sections written so far, in their order, and the lemmas on slopes that they use.

    `inline` puts every derivative derived before that is no sum into the opening line, so that a jacobian does not
    carry the deltas of all layers before it.
    """

    def __init__(self, program: Program, wrt: tuple[str, ...], mode: str, inline: bool = False) -> None:
        self.program, self.wrt, self.mode, self.inline = program, wrt, MODES[mode], inline
        self.made: dict[str, Section] = {}
        self.slopes: dict[SlopeKey, Section] = {}
        self.forms: dict[Expr, tuple[Section, _Form]] = {}
        self.moving = set(wrt)
        self.forward = {e.name: Fact("forward", e.indices, e.lhs, e.rhs) for e in program.equations}
        self.derived: dict[str, Fact] = {}
        known = (*program.tensors.values(), *self.mode.given(program, wrt))
        self.shapes = {tensor.name: tensor.extents for tensor in known}
        self.stored = stored_facts(program)

    def write(self, tensor: str, by: str = "") -> Section:
        """Derive the derivative of a tensor; what it rests on must have been written before."""
        name = self.mode.name(self.program, tensor, by)
        self.moving.add(tensor)
        facts = tuple(self._facts(tensor, by))
        facts = tuple(dict.fromkeys((*facts, *self._scaled(tensor), *self._stored(facts))))
        self.shapes[name] = self.mode.extents(self.program, tensor, by)
        made_of = self.mode.made_of(self.program, tensor, by, self.wrt)
        form = _Form(tensor, self.shapes[name], made_of, facts, self.shapes)
        if form.key in self.forms:
            section = _renamed(name, tensor, by, form, *self.forms[form.key])
        else:
            section = self._derive(name, tensor, by, facts)
            self.forms[form.key] = section, form
        known = section.equation
        self.made[name] = section
        self.derived[name] = Fact(self.mode.fact, known.indices, known.lhs, known.rhs)
        return section

    def _compared(self, equations: Iterable[Equation]) -> Iterator[Equation]:
        """What a condition compares for equality: where it is a maximum, the condition says who attains it."""
        for equation in equations:
            for node in sorted(equation.rhs.atoms(Compare), key=str):
                if node.operator in ("==", "!="):
                    yield from (e for t in sorted(tensors(node)) for e in self.program.equations_of(t))

    def _indices(self, tensor: str, by: str) -> tuple[Dummy, ...]:
        own = read_letters(self.program, tensor)
        return own + read_letters(self.program, by) if by else own

    def _facts(self, tensor: str, by: str) -> Iterator[Fact]:
        equations = self.mode.equations(self.program, tensor)
        for equation in dict.fromkeys([*equations, *self._compared(equations)]):
            yield self.forward[equation.name]
        for name in self.mode.rests_on(self.program, tensor, by, self.wrt):
            # What is asked for keeps its own name in a gradient.
            if self.inline or self.made[name].tensor not in self.wrt:
                yield self.derived[name]
        for rule in self.program.assumptions:
            if self.moving.isdisjoint(tensors(rule.left) | tensors(rule.right)):
                yield Fact("assumption", rule.indices, rule.left, rule.right)
        for name in self.program.structures:
            structure = self.program.structure(name)
            if structure is not None and name not in self.moving:
                yield Fact("structure", structure.indices, structure.left, structure.right)

    def _scaled(self, tensor: str) -> Iterator[Fact]:
        """Where a reader C is divided by S, which is computed of it: the quotient N = C/S, and the adjoint of S."""
        readers = self.program.readers if self.mode.fact == "adjoint" else {}
        for reader in readers.get(tensor, ()):
            names = {e.name for e in readers.get(reader.name, ())}
            for quotient in readers.get(reader.name, ()):
                for below in names.intersection(divisors(quotient.rhs)) - set(self.wrt):
                    yield self.forward[quotient.name]
                    yield self.derived[self.mode.name(self.program, below, "")]

    def _stored(self, facts: tuple[Fact, ...]) -> Iterator[Fact]:
        """What is known of the stored indices that the facts read by."""
        if self.stored:
            read = set[str]().union(*(tensors(fact.right) for fact in facts))
            yield from (fact for fact in self.stored if tensors(fact.left) & read)

    def _derive(self, name: str, tensor: str, by: str, facts: tuple[Fact, ...]) -> Section:
        indices = self._indices(tensor, by)
        opening = refresh(self.mode.opening(self.program, tensor, by, self.wrt, indices))
        for lemma in needed_slopes(opening):
            self.slopes.setdefault(slope_key(lemma), lemma)
        scope = dict(zip(indices, self.shapes[name], strict=True))
        line = Recorder(opening, Context(scope, facts, self.slopes, shapes=self.shapes))
        differentiate(line)
        if self.inline:
            insert_short(line, self.mode.fact)
        use_structures(line)
        contract(line)
        simplify(line)
        if not any(is_centred(e.rhs) for e in self.program.equations_of(tensor)):
            through_statistics(line)
        return Section(tensor, opening, tuple(line.steps), Equation(name, indices, line.expr), facts, by=by)


# ---------------------------------------------------------------- one form, derived once


class _Form:
    """What a derivative is derived from, its tensors and symbolic extents numbered in the order of their appearance."""

    def __init__(
        self, tensor: str, extents: Axes, made_of: Iterable[Tuple], facts: tuple[Fact, ...], shapes: Mapping[str, Axes]
    ) -> None:
        self.tensors: dict[Symbol, Symbol] = {}
        self.extents: dict[Symbol, Symbol] = {}
        parts = [Tuple(Entry(tensor), *extents), *made_of]
        for fact in facts:
            parts += [Symbol(fact.kind), *fact.key[1:]]
        for part in parts:
            self._collect(part)
        # Facts hold within the axes of their tensors only, so the extents of all tensors belong to the form.
        parts.append(Tuple(*(size for name in list(self.tensors) for size in shapes.get(name.name, ()))))
        self._collect(parts[-1])
        renaming = Renaming(tuple(self.tensors.items()), tuple(self.extents.items()))
        self.key = Tuple(*map(renaming, parts))

    def _collect(self, expr: Expr) -> None:
        for node in walk(expr):
            if isinstance(node, Entry):
                self._number(node.args[0])
            elif isinstance(node, Call):
                for tensor in node.tensors:
                    self._number(tensor)
            elif isinstance(node, Symbol) and node.is_positive:
                self.extents.setdefault(node, extent(f"!{len(self.extents)}"))

    def _number(self, tensor: Symbol) -> None:
        self.tensors.setdefault(tensor, Symbol(f"?{len(self.tensors)}"))


def _renamed(name: str, tensor: str, by: str, form: _Form, origin: Section, first: _Form) -> Section:
    """The section of `first`'s form in the names of `form`."""
    tensors_ = tuple(zip(first.tensors, form.tensors, strict=True))
    extents = tuple(zip(first.extents, form.extents, strict=True))
    names = Renaming(tensors_, extents)
    equation = Equation(name, origin.equation.indices, names(origin.equation.rhs))
    facts = tuple(fact.renamed(names) for fact in origin.facts)
    steps = RenamedSteps(origin.steps, names)
    return Section(tensor, names(origin.opening), steps, equation, facts, origin, names, by)


__all__ = ["Sections"]
