"""Writes the sections of a derivation: opening line, steps, equation. Those of one form are derived once.

The modes share everything but the opening: see `modes`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator

from sympy import Add, Dummy, Expr, Tuple

from derive.calculus import differentiate
from derive.closed_form import insert_short, simplify, use_structures
from derive.contract import contract
from derive.equation import Equation, Program
from derive.index import Compare, Entry, refresh, tensors
from derive.modes import MODES, Mode, read_letters
from derive.norm_forms import divisors, is_centred, is_mean, through_statistics
from derive.outlines import Outline, joined, outline_of
from derive.range_rules import stored_facts
from derive.recorder import Recorder
from derive.rulebook import Context, SlopeKey, slope_key
from derive.slopes import needed_slopes
from derive.steps import Fact, RenamedSteps, Section
from derive.trees import nodes

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
        self.forms: dict[Hashable, tuple[Section, Outline]] = {}
        self.asked, self.moving = frozenset(wrt), set(wrt)
        self.forward = {e.name: Fact("forward", e.indices, e.lhs, e.rhs) for e in program.equations}
        self.derived: dict[str, Fact] = {}
        known = (*program.tensors.values(), *self.mode.given(program, wrt))
        self.shapes = {tensor.name: tensor.extents for tensor in known}
        self.stored = stored_facts(program)

    def write(self, tensor: str, by: str = "") -> Section:
        """Derive the derivative of a tensor; what it rests on must have been written before."""
        name = self.mode.name(self.program, tensor, by)
        self.moving.add(tensor)
        self.shapes[name] = self.mode.extents(self.program, tensor, by)
        section = self._section(self.mode, tensor, by)
        known = section.equation
        self.made[name] = section
        self.derived[name] = Fact(self.mode.fact, known.indices, known.lhs, known.rhs)
        return section

    def _section(self, mode: Mode, tensor: str, by: str, indices: tuple[Dummy, ...] = ()) -> Section:
        """The section that a mode opens; a term derived apart has the indices of the whole."""
        name = mode.name(self.program, tensor, by)
        facts = tuple(self._facts(mode, tensor, by))
        scaled = () if indices else self._scaled(tensor)
        facts = tuple(dict.fromkeys((*facts, *scaled, *self._stored(facts))))
        made_of = mode.made_of(self.program, tensor, by, self.wrt)
        outline = self._outline(tensor, self.shapes[name], made_of, facts)
        key = outline.key, indices
        if key in self.forms:
            return _renamed(name, tensor, by, facts, outline, *self.forms[key])
        section = self._derive(mode, name, tensor, by, facts, indices or self._indices(tensor, by))
        self.forms[key] = section, outline
        return section

    def _outline(self, tensor: str, extents: Axes, made_of: Iterable[Tuple], facts: tuple[Fact, ...]) -> Outline:
        """What a derivative is derived from: its axes, what the opening line is built of, and the facts."""
        opened = [outline_of(Tuple(Entry(tensor), *extents)), *map(outline_of, made_of)]
        said = [*opened, *(fact.outline for fact in facts)]
        # Facts hold within the axes of their tensors only, so the extents of all tensors belong to the form.
        sizes = (outline_of(*self.shapes.get(name.name, ())) for name in joined(said).tensors)
        return joined([*said, *sizes], *(fact.kind for fact in facts))

    def _compared(self, equations: Iterable[Equation]) -> Iterator[Equation]:
        """What a condition compares for equality: where it is a maximum, the condition says who attains it."""
        for equation in equations:
            for node in sorted(nodes(equation.rhs, Compare), key=str):
                if node.operator in ("==", "!="):
                    yield from (e for t in sorted(tensors(node)) for e in self.program.equations_of(t))

    def _indices(self, tensor: str, by: str) -> tuple[Dummy, ...]:
        own = read_letters(self.program, tensor)
        return own + read_letters(self.program, by) if by else own

    def _facts(self, mode: Mode, tensor: str, by: str) -> Iterator[Fact]:
        equations = mode.equations(self.program, tensor)
        own = (e for e in self.program.equations_of(tensor) if is_mean(e.rhs))
        for equation in dict.fromkeys([*equations, *self._compared(equations), *own]):
            yield self.forward[equation.name]
        for name in mode.rests_on(self.program, tensor, by, self.wrt):
            # What is asked for keeps its own name in a gradient.
            if self.inline or self.made[name].tensor not in self.asked:
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
                for below in names.intersection(divisors(quotient.rhs)) - self.asked:
                    yield self.forward[quotient.name]
                    yield self.derived[self.mode.name(self.program, below, "")]

    def _stored(self, facts: tuple[Fact, ...]) -> Iterator[Fact]:
        """What is known of the stored indices that the facts read by."""
        if self.stored:
            read = set[str]().union(*(tensors(fact.right) for fact in facts))
            yield from (fact for fact in self.stored if tensors(fact.left) & read)

    def _derive(
        self, mode: Mode, name: str, tensor: str, by: str, facts: tuple[Fact, ...], indices: tuple[Dummy, ...]
    ) -> Section:
        opening = refresh(mode.opening(self.program, tensor, by, self.wrt, indices))
        for lemma in needed_slopes(opening):
            self.slopes.setdefault(slope_key(lemma), lemma)
        scope = dict(zip(indices, self.shapes[name], strict=True))
        parts = tuple(self._section(part, tensor, by, indices) for part in mode.parts(self.program, tensor))
        start = Add(*(refresh(part.equation.rhs) for part in parts)) if parts else opening
        line = Recorder(start, Context(scope, facts, self.slopes, shapes=self.shapes))
        if not parts:
            self._carry_out(line)
        simplify(line, apart=bool(parts))
        if not any(is_centred(e.rhs) for e in self.program.equations_of(tensor)):
            through_statistics(line)
        equation = Equation(name, indices, line.expr)
        return Section(tensor, opening, tuple(line.steps), equation, facts, by=by, parts=parts)

    def _carry_out(self, line: Recorder) -> None:
        differentiate(line)
        if self.inline:
            insert_short(line, self.mode.fact)
        use_structures(line)
        contract(line)


# ---------------------------------------------------------------- one form, derived once


def _renamed(
    name: str, tensor: str, by: str, facts: tuple[Fact, ...], outline: Outline, origin: Section, first: Outline
) -> Section:
    """The section with the outline `first`, in the names of another."""
    names = first.into(outline)
    equation = Equation(name, origin.equation.indices, names(origin.equation.rhs))
    steps = RenamedSteps(origin.steps, names)
    return Section(tensor, names(origin.opening), steps, equation, facts, origin, names, by)


__all__ = ["Sections"]
