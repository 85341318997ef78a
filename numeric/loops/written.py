"""Loops as lines of a target: where arrays are made, what a loop starts from, and each statement on elements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial

import sympy
from sympy import Dummy, Expr, Float, Integer, Symbol, Tuple

from derive.equation import Equation, Program, Tensor
from derive.index import Entry, shown
from derive.program_text import equation_texts
from numeric.arrays import Both, Choose, Helper, MatMul, Relation
from numeric.context import Context
from numeric.loops.nodes import (
    Block,
    Element,
    Fill,
    Indented,
    Loop,
    Matrix,
    New,
    Note,
    Product,
    Scalar,
    Shaped,
    Update,
    When,
)
from numeric.loops.normal import statements
from numeric.loops.products import View
from numeric.loops.schedule import Loop as Nest
from numeric.loops.schedule import Node, scheduled
from numeric.loops.statements import START, Scope, Statement
from numeric.loops.storage import Home, Path, homes
from numeric.lower import index_array, lower
from numeric.windows import linear

Line = tuple[Symbol, Expr]


@cache
def _local(name: str) -> Dummy:
    """A number inside of a loop. The printer gives it a name that nothing else has."""
    return Dummy(name, integer=True)


@dataclass(frozen=True)
class Writing:
    """The tensors, where each that is computed lives, and the equations that comments may quote."""

    tensors: Mapping[str, Tensor]
    homes: Mapping[str, Home]
    texts: Mapping[str, str]

    # ---------------------------------------------------------------- lines

    def lines(self, node: Node) -> list[Line]:
        """New arrays and numbers, then what computes them, in one line with the last of them."""
        if isinstance(node, Statement) and node.whole is not None:
            return [(Symbol(node.target), node.whole)]
        if isinstance(node, Statement) and node.matrices is not None:
            return [(Symbol(node.target), self._product(node))]
        if isinstance(node, Statement) and not node.head and not self.homes[node.target].axes:
            return [(Symbol(node.target), self._value(node))]
        made = [(Symbol(s.target), self._new(s)) for s in _inside(node) if self._is_made_here(s)]
        name, last = made[-1]
        return [*made[:-1], (name, Indented(last, self.tree(node, ())))]

    def _is_made_here(self, statement: Statement) -> bool:
        home = self.homes[statement.target]
        return bool(home.axes) or not home.path

    def _new(self, statement: Statement) -> Expr:
        start = START.get(statement.head) if statement.matrices is None else None
        start = None if self.homes[statement.target].path else start
        shape = self._shape(statement.target)
        return New(shape, *([start] if start is not None else [])) if shape else Float(0) if start is None else start

    def _shape(self, name: str) -> Tuple:
        extents = self.tensors[name].extents
        return Tuple(*(extents[k] for k in self.homes[name].axes)) if name in self.homes else Tuple(*extents)

    # ---------------------------------------------------------------- loops

    def tree(self, node: Node, path: Path) -> Expr:
        """The node as text says it, inside of the loops of the path."""
        if isinstance(node, Statement):
            return self._statement(node)
        inner = (*path, node)
        body = [line for child in node.body for line in (*self._starts(child, inner), self.tree(child, inner))]
        return self._by_number(node, Loop(node.letter, node.extent, *body))

    def _by_number(self, node: Nest, loop: Loop) -> Expr:
        """The innermost loop, with a number for each element that all of its turns add to."""
        if not all(isinstance(child, Statement) for child in node.body):
            return loop
        sums = [u for u in loop.args[2:] if isinstance(u, Update) and u.collects(node.letter)]
        names = {u: Element(_local(f"{u.target.args[0].name}_here")) for u in sums}
        before = [Update("", name, START[u.head]) for u, name in names.items()]
        after = [Update(u.head, u.target, name) for u, name in names.items()]
        return Block(*before, loop.xreplace({u: Update(u.head, name, u.args[2]) for u, name in names.items()}), *after)

    def _starts(self, node: Node, path: Path) -> Iterator[Expr]:
        """What each tensor starts from that lives within one turn of the loop, above what computes it."""
        for s in (s for s in _inside(node) if self.homes[s.target].path == path):
            home = self.homes[s.target]
            if not home.axes and s.target in self.texts:
                yield Note(Symbol(self.texts[s.target]))
            if s.head and s.matrices is None:
                target = self._kept(s.target, ())
                yield Fill(target, START[s.head]) if home.axes else Update("", target, START[s.head])

    def _statement(self, s: Statement) -> Expr:
        if s.matrices is not None:
            return Product(*(self._matrix(v) for v in (s.matrices.left, s.matrices.right, s.matrices.made)))
        context = self._context(s.scope)
        places = [index_array(i, context).expr for i in s.places]
        update = Update(s.head, self._kept(s.target, places), self._value(s))
        inside = _inside_of(zip(s.places, places, self.tensors[s.target].extents, strict=True), s.scope)
        return update if inside is None else When(inside, update)

    # ---------------------------------------------------------------- matrices

    def _product(self, s: Statement) -> Expr:
        """A product that no loop is around makes its own array."""
        assert s.matrices is not None
        made = MatMul(self._matrix(s.matrices.left), self._matrix(s.matrices.right))
        flat = len(s.matrices.made.rows) == len(s.matrices.made.columns) == 1
        return made if flat else Shaped(made, self._shape(s.target))

    def _matrix(self, view: View) -> Expr:
        extents = self.tensors[view.tensor].extents
        kept = self.homes[view.tensor].axes if view.tensor in self.homes else range(len(extents))
        batch = Tuple(*(a for k, a in enumerate(view.batch) if k in kept))
        groups = (view.columns, view.rows) if view.turned else (view.rows, view.columns)
        first = len(view.batch) + len(groups[0])
        sizes = (Tuple(*extents[len(view.batch) : first]), Tuple(*extents[first:]))
        return Matrix(Symbol(view.tensor), batch, *sizes, Integer(view.turned))

    # ---------------------------------------------------------------- elements

    def _value(self, s: Statement) -> Expr:
        context = self._context(s.scope)
        if isinstance(s.value, Helper):
            return Helper(s.value.args[0].name, *(lower(a, context).expr for a in s.value.args[1:]))
        return lower(s.value, context).expr

    def _context(self, scope: Scope) -> Context:
        return Context({}, self.tensors, element=partial(self._element, scope))

    def _element(self, scope: Scope, entry: Entry) -> Expr:
        """One element: a computed index may lie outside, where it is 0, a stored one must not."""
        extents = self.tensors[entry.tensor].extents
        context = self._context(scope)
        places = [index_array(i, context).expr for i in entry.indices]
        axes = list(zip(entry.indices, places, extents, strict=True))
        safe = [Helper("checked", p, size, shown(entry)) if i.has(Entry) else p for i, p, size in axes]
        inside = _inside_of([axis for axis in axes if not axis[0].has(Entry)], scope)
        made = self._kept(entry.tensor, safe)
        return made if inside is None else Choose(inside, made, Integer(0))

    def _kept(self, name: str, places: Sequence[Expr]) -> Expr:
        home = self.homes.get(name)
        if home is None and not places:
            return Scalar(Symbol(name))
        inner = home is not None and home.path and not home.axes
        symbol = _local(name) if inner else Symbol(name)
        return Element(symbol, *(p for k, p in enumerate(places) if home is None or k in home.axes))


def _inside_of(axes: Iterable[tuple[Expr, Expr, Expr]], scope: Scope) -> Expr | None:
    """The condition that indices, as they are written, lie inside of these extents; None if they always do."""
    asked = [test for index, place, size in axes for test in _tests(index, place, size, scope)]
    made = asked[0] if asked else None
    for test in asked[1:]:
        made = Both(made, test)
    return made


def _tests(index: Expr, place: Expr, size: Expr, scope: Scope) -> Iterator[Expr]:
    low, high = _reach(index, scope)
    if low is None or not _never_negative(low):
        yield Relation("<=", Integer(0), place)
    if high is None or not _never_negative(size - 1 - high):
        yield Relation("<", place, size)


def _reach(index: Expr, scope: Scope) -> tuple[Expr | None, Expr | None]:
    """The least and the greatest value of a linear index; None where it is not known."""
    form = linear(index, dict(scope)) if scope else (index, ()) if index.is_number else None
    if form is None or not all(step.is_number for _, step in form[1]):
        return None, None
    offset, steps = form
    low = offset + sum((step * (scope[a] - 1) for a, step in steps if step < 0), Integer(0))
    high = offset + sum((step * (scope[a] - 1) for a, step in steps if step > 0), Integer(0))
    return low, high


def _never_negative(number: Expr) -> bool:
    return bool(sympy.expand(number).is_nonnegative)


def _inside(node: Node) -> Iterator[Statement]:
    if isinstance(node, Statement):
        yield node
    else:
        for child in node.body:
            yield from _inside(child)


def loops(program: Program, equations: Sequence[Equation], outputs: Sequence[str]) -> list[Line]:
    """The lines that compute the equations."""
    made, tensors = statements(program, equations)
    nodes = scheduled(made)
    writing = Writing(tensors, homes(nodes, outputs, tensors), equation_texts(program, equations))
    return [line for node in nodes for line in writing.lines(node)]


__all__ = ["loops"]
