"""Writes the sections of a derivation: opening line, steps, equation. Those of one form are derived once.

The modes share everything but the opening: see `modes`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sympy import Dummy, Expr, Symbol, Tuple

from derive.calculus import differentiate
from derive.closed_form import insert_short, simplify
from derive.contract import contract
from derive.equation import Equation, Program
from derive.index import Binder, Entry, Renaming, canonical, letter, tensors, walk
from derive.modes import MODES
from derive.recorder import Recorder
from derive.rules import Context
from derive.slopes import needed_slopes
from derive.steps import Fact, RenamedSteps, Section


class Sections:
    """The sections written so far, in their order, and the lemmas on slopes that they use.

    `inline` puts every derivative derived before that is no sum into the opening line, so that a jacobian does not
    carry the deltas of all layers before it.
    """

    def __init__(self, program: Program, wrt: tuple[str, ...], mode: str, inline: bool = False) -> None:
        self.program, self.wrt, self.mode, self.inline = program, wrt, MODES[mode], inline
        self.made: dict[str, Section] = {}
        self.slopes: dict[str, Section] = {}
        self.forms: dict[Expr, tuple[Section, _Form]] = {}
        self.moving = set(wrt)
        known = (*program.tensors.values(), *self.mode.given(program, wrt))
        self.shapes = {tensor.name: tensor.extents for tensor in known}

    def write(self, tensor: str, by: str = "") -> Section:
        """Derive the derivative of a tensor; what it rests on must have been written before."""
        name = self.mode.name(self.program, tensor, by)
        self.moving.add(tensor)
        indices = self._indices(tensor, by)
        opening = self.mode.opening(self.program, tensor, by, self.wrt, indices)
        facts = tuple(self._facts(tensor, by))
        self.shapes[name] = self.mode.extents(self.program, tensor, by)
        form = _Form(opening, indices, facts, self.shapes[name], self.shapes)
        if form.key in self.forms:
            section = _renamed(name, tensor, by, form, *self.forms[form.key])
        else:
            section = self._derive(name, tensor, by, indices, opening, facts)
            self.forms[form.key] = section, form
        self.made[name] = section
        return section

    def _indices(self, tensor: str, by: str) -> tuple[Dummy, ...]:
        own = _letters(self.program, tensor)
        return own + _letters(self.program, by) if by else own

    def _facts(self, tensor: str, by: str) -> Iterator[Fact]:
        for equation in self.mode.equations(self.program, tensor):
            yield Fact("forward", equation.indices, equation.lhs, equation.rhs)
        for name in self.mode.rests_on(self.program, tensor, by, self.wrt):
            # What is asked for keeps its own name in a gradient.
            if self.inline or self.made[name].tensor not in self.wrt:
                known = self.made[name].equation
                yield Fact(self.mode.fact, known.indices, known.lhs, known.rhs)
        for rule in self.program.assumptions:
            if not tensors(rule.left) & self.moving:
                yield Fact("assumption", rule.indices, rule.left, rule.right)

    def _derive(
        self, name: str, tensor: str, by: str, indices: tuple[Dummy, ...], opening: Expr, facts: tuple[Fact, ...]
    ) -> Section:
        for lemma in needed_slopes(opening):
            self.slopes.setdefault(lemma.tensor, lemma)
        scope = dict(zip(indices, self.shapes[name], strict=True))
        line = Recorder(opening, Context(scope, facts, self.slopes, shapes=self.shapes))
        differentiate(line)
        if self.inline:
            insert_short(line, self.mode.fact)
        contract(line)
        simplify(line)
        return Section(tensor, opening, tuple(line.steps), Equation(name, indices, line.expr), facts, by=by)


def _letters(program: Program, name: str) -> tuple[Dummy, ...]:
    """Fresh letters, named as where the tensor is defined or, for an input, first read."""
    if name in program.defined:
        return tuple(letter(d.name) for d in program.defined[name].indices)
    axes = len(program.extents(name))
    for entry in _reads(program, name):
        names = [i.name for i in entry.indices if isinstance(i, Dummy)]
        if len(set(names)) == axes:
            return tuple(letter(n) for n in names)
    return tuple(letter(n) for n in "pqrstuvw"[:axes])


def _reads(program: Program, name: str) -> Iterable[Entry]:
    for reader in program.readers.get(name, ()):
        yield from (e for e in walk(reader.rhs) if isinstance(e, Entry) and e.tensor == name)


# ---------------------------------------------------------------- one form, derived once


class _Form:
    """An opening line with its facts, and the tensors and extents in the order in which they appear in it."""

    def __init__(
        self,
        opening: Expr,
        indices: tuple[Dummy, ...],
        facts: tuple[Fact, ...],
        extents: tuple[Expr, ...],
        shapes: Mapping[str, tuple[Expr, ...]],
    ) -> None:
        self.opening, self.indices, self.facts = opening, indices, facts
        parts = [canonical(opening, indices)]
        for fact in facts:
            parts += [Symbol(fact.kind), canonical(fact.left, fact.letters), canonical(fact.right, fact.letters)]
        self.tensors: dict[Symbol, Symbol] = {}
        self.extents: dict[Expr, Symbol] = {}
        for part in parts:
            self._collect(part)
        # Facts hold within the axes of their tensors only, so the extents of all tensors belong to the form.
        extents += tuple(size for tensor in self.tensors for size in shapes[tensor.name])
        for size in extents:
            self._extent(size)
        renaming = Renaming(tuple(self.tensors.items()), tuple(self.extents.items()))
        sizes = Tuple(*(self.extents[size] for size in extents))
        self.key = Tuple(*map(renaming, parts), sizes)

    def _collect(self, expr: Expr) -> None:
        for node in walk(expr):
            if isinstance(node, Entry):
                self.tensors.setdefault(node.args[0], Symbol(f"?{len(self.tensors)}"))
            elif isinstance(node, Binder):
                for size in node.extents:
                    self._extent(size)
            elif isinstance(node, Symbol) and node.is_positive:
                self._extent(node)

    def _extent(self, size: Expr) -> None:
        self.extents.setdefault(size, Symbol(f"!{len(self.extents)}", integer=True, positive=True))


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
