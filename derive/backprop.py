"""Reverse mode over a program: T_bar[p] = sum over the equations C that read T of sum_o C_bar[o] dC[o]/dT[p].

Equations of one form are derived once; the others are the same section under other names.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from sympy import Dummy, Expr, Function, Integer, Symbol, Tuple

from derive.calculus import differentiate
from derive.closed_form import fold_functions, simplify
from derive.contract import contract
from derive.derivation import Derivation
from derive.equation import Equation, Program, ProgramError
from derive.functions import ROWS, row_of, unfold
from derive.index import Call, Entry, Partial, Renaming, Where, extent, letter, refresh, tensors, walk
from derive.recorder import Recorder
from derive.rules import Context
from derive.steps import Fact, RenamedSteps, Section, adjoint, chain_rule, influencers


def grad(program: Program, wrt: str | Sequence[str] | None = None) -> Derivation:
    """dL/dT for each tensor T in `wrt`: by default the parameters, or else every floating input.

    Raises ProgramError if the output is not a scalar or a name in `wrt` is no tensor of the program.
    """
    return _Backprop(program, wanted(program, wrt)).derivation()


def value_and_grad(program: Program, wrt: str | Sequence[str] | None = None) -> Derivation:
    """Like `grad`; what is built from it returns the pair (L, gradients)."""
    return _Backprop(program, wanted(program, wrt), with_value=True).derivation()


def wanted(program: Program, wrt: str | Sequence[str] | None) -> tuple[str, ...]:
    """The names in `wrt`, checked; without it the parameters, or else the floating inputs."""
    if wrt is None:
        floating = tuple(n for n in program.inputs if not program.tensors[n].integer)
        return program.parameters or floating
    names = tuple(n.strip() for n in wrt.split(",")) if isinstance(wrt, str) else tuple(wrt)
    known = ", ".join(program.tensors)
    for name in names:
        if name not in program.tensors:
            raise ProgramError(f"wrt names {name!r}, which is no tensor of the program; it has {known}")
        if program.tensors[name].integer:
            raise ProgramError(f"wrt names {name!r}, which holds integers: there is no derivative by it")
    return names


class _Backprop:
    def __init__(self, program: Program, wrt: tuple[str, ...], with_value: bool = False) -> None:
        if program.output.extents:
            axes = ", ".join(map(str, program.output.extents))
            raise ProgramError(
                f"the output {program.output.name} has extents ({axes}), but a gradient needs a scalar; sum it first"
            )
        self.program, self.wrt, self.with_value = program, wrt, with_value
        self.reached = influencers(program)
        self.sections: dict[str, Section] = {}
        self.forms: dict[Expr, tuple[Section, _Form]] = {}
        self.slopes: dict[str, Section] = {}
        self.forward = {e.name: Fact("forward", e.indices, e.lhs, e.rhs) for e in program.equations}
        self.adjoints: dict[str, Fact] = {}
        self.readers: dict[str, list[Equation]] = {}
        for equation in program.equations:
            for name in equation.reads if equation.name in self.reached else ():
                self.readers.setdefault(name, []).append(equation)

    def derivation(self) -> Derivation:
        for name in self._order():
            section = self.sections[name] = self._section(name)
            known = section.equation
            self.adjoints[name] = Fact("adjoint", known.indices, known.lhs, known.rhs)
        return Derivation(
            self.program, self.wrt, tuple(self.sections.values()), tuple(self.slopes.values()), self.with_value
        )

    def _order(self) -> list[str]:
        """Tensors whose adjoint is needed, from the output back."""
        needed = set(self.wrt)
        for equation in self.program.equations:
            if equation.reads & needed and equation.name in self.reached:
                needed.add(equation.name)
        defined = [e.name for e in reversed(self.program.equations) if e.name in needed]
        return defined + [n for n in self.program.inputs if n in needed]

    def _section(self, name: str) -> Section:
        readers = self.readers.get(name, [])
        facts = tuple(self._facts(name, readers))
        form = _Form(name, readers, facts, self.program)
        if form.key in self.forms:
            return _renamed(name, form, *self.forms[form.key])
        section = self._derive(name, readers, facts)
        self.forms[form.key] = section, form
        return section

    def _facts(self, name: str, readers: Iterable[Equation]) -> Iterable[Fact]:
        for reader in readers:
            yield self.forward[reader.name]
            if reader.name not in self.wrt:
                yield self.adjoints[reader.name]
        for rule in self.program.assumptions:
            if not self._moves(tensors(rule.left), name):
                yield Fact("assumption", rule.indices, rule.left, rule.right)

    def _moves(self, about: frozenset[str], name: str) -> bool:
        """An assumption says nothing of a tensor in `wrt`, nor of one that depends on it."""
        return name in about or not about.isdisjoint(self.wrt) or not self.sections.keys().isdisjoint(about)

    def _derive(self, name: str, readers: Sequence[Equation], facts: tuple[Fact, ...]) -> Section:
        indices = _indices(name, self.program, readers)
        opening = refresh(chain_rule(name, indices, readers, self.program))
        for lemma in _needed_slopes(opening):
            self.slopes.setdefault(lemma.tensor, lemma)
        scope = dict(zip(indices, self.program.extents(name), strict=True))
        line = Recorder(opening, Context(scope, facts, self.slopes))
        differentiate(line)
        contract(line)
        simplify(line)
        return Section(name, opening, tuple(line.steps), Equation(adjoint(name), indices, line.expr), facts)


def _indices(name: str, program: Program, readers: Sequence[Equation]) -> tuple[Dummy, ...]:
    """Fresh letters, named as where the tensor is defined or, for an input, first read."""
    if name in program.defined:
        return tuple(letter(d.name) for d in program.defined[name].indices)
    axes = len(program.extents(name))
    for reader in readers:
        for entry in walk(reader.rhs):
            if isinstance(entry, Entry) and entry.tensor == name:
                names = [i.name for i in entry.indices if isinstance(i, Dummy)]
                if len(set(names)) == axes:
                    return tuple(letter(n) for n in names)
    return tuple(letter(n) for n in "pqrstuvw"[:axes])


# ---------------------------------------------------------------- one form, derived once


class _Form:
    """What an adjoint is derived from, its tensors and symbolic extents numbered in the order in which they appear."""

    def __init__(self, name: str, readers: Sequence[Equation], facts: tuple[Fact, ...], program: Program) -> None:
        self.tensors: dict[Symbol, Symbol] = {}
        self.extents: dict[Symbol, Symbol] = {}
        parts = [Tuple(Entry(name), Integer(name == program.output.name), *program.extents(name))]
        parts += [Tuple(Entry(adjoint(r.name)), *program.extents(r.name)) for r in readers]
        for fact in facts:
            parts += [Symbol(fact.kind), *fact.key[1:]]
        for part in parts:
            self._collect(part)
        renaming = Renaming(tuple(self.tensors.items()), tuple(self.extents.items()))
        self.key = Tuple(*map(renaming, parts))

    def _collect(self, expr: Expr) -> None:
        for node in walk(expr):
            if isinstance(node, Entry):
                self._number(node.args[0])
            elif isinstance(node, Call):
                for tensor in node.args[1]:
                    self._number(tensor)
            elif isinstance(node, Symbol) and node.is_positive:
                self.extents.setdefault(node, extent(f"!{len(self.extents)}"))

    def _number(self, tensor: Symbol) -> None:
        self.tensors.setdefault(tensor, Symbol(f"?{len(self.tensors)}"))


def _renamed(name: str, form: _Form, origin: Section, first: _Form) -> Section:
    """The section of `first`'s form in the names of `form`."""
    tensors_ = tuple(zip(first.tensors, form.tensors, strict=True))
    extents = tuple(zip(first.extents, form.extents, strict=True))
    names = Renaming(tensors_, extents)
    equation = Equation(adjoint(name), origin.equation.indices, names(origin.equation.rhs))
    facts = tuple(fact.renamed(names) for fact in origin.facts)
    return Section(name, names(origin.opening), RenamedSteps(origin.steps, names), equation, facts, origin, names)


# ---------------------------------------------------------------- slopes of functions


def _needed_slopes(expr: Expr) -> Iterable[Section]:
    """Lemmas for the functions in the expression, those they rest on first."""
    for node in sorted(expr.atoms(Function), key=str):
        row = row_of(node)
        if row is not None and row.definition is not None and row.arity == 1:
            yield from _proved_slopes(row.name)


def _proved_slopes(name: str) -> Iterable[Section]:
    """The slope of `name` after those that it uses; none where it is a case distinction, which is better unfolded."""
    lemma = slope(name)
    if not lemma.equation.rhs.has(Where):
        yield from _needed_slopes(lemma.steps[0].after) if lemma.steps else ()
        yield lemma


@lru_cache(maxsize=256)
def slope(name: str) -> Section:
    """f'(x), derived from the row's definition: sigmoid' = sigmoid (1 - sigmoid)."""
    x = Entry("x")
    opening = Partial(ROWS[name].head(x), x)
    definition = unfold(opening.body)
    line = Recorder(opening, Context(slopes={s.tensor: s for s in _needed_slopes(definition)}))
    line.rewrite("definition", opening.body)
    differentiate(line)
    fold_functions(line, name)
    return Section(name, opening, tuple(line.steps), Equation("slope", (), line.expr))


__all__ = ["grad", "slope", "value_and_grad", "wanted"]
