"""What a line of a proof may be made of: nodes of the language, tensors that are known, letters that are bound around.

SymPy expressions can hold anything: floats that swallow a 1, NaN, subclasses with an equality of their own, sums that
bind a letter which is bound already. Rules need not think of these, since the kernel lets no such line in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy
from sympy import Add, Dummy, Expr, Mul, Pow, Symbol, Tuple
from sympy.core import numbers

from derive.functions import row_of
from derive.index import (
    ALONG,
    REDUCTIONS,
    Along,
    Binder,
    Call,
    Compare,
    Delta,
    Entry,
    Partial,
    Reduce,
    Where,
    extent,
    letter,
)
from derive.rulebook import require

Axes = tuple[Expr, ...]
Letters = frozenset[Dummy]
LETTER = letter("i").assumptions0
EXACT = (numbers.Integer, numbers.Rational, numbers.One, numbers.Zero, numbers.NegativeOne, numbers.Half)
CONSTANTS = (numbers.Pi, numbers.Exp1, numbers.Infinity, numbers.NegativeInfinity, numbers.EulerGamma)


class Lines:
    """Expressions over tensors of these shapes; what was looked at once is not looked at again.

    Nodes are known by their identity, so what is checked must live as long as this.

    >>> i = letter("i")
    >>> Lines({"x": (extent("n"),)}).check(2 * Entry("x", i), frozenset({i}))
    >>> Lines({"x": (extent("n"),)}).check(0.5 * Entry("x", i), frozenset({i}))
    Traceback (most recent call last):
    derive.rulebook.RuleError: 0.500000000000000 is a Float, of which no line is made
    """

    def __init__(self, shapes: Mapping[str, Axes]) -> None:
        self.shapes = shapes
        self._seen: set[tuple[int, Letters | None]] = set()

    def check(self, expr: Any, letters: Letters | None = None) -> None:
        """RuleError unless it is well formed where these letters are bound around it; None: where any may be."""
        if (id(expr), letters) not in self._seen:
            known = CHECKS.get(type(expr), Lines._function)
            known(self, expr, letters)
            self._seen.add((id(expr), letters))

    def each(self, exprs: Any, letters: Letters | None) -> None:
        for expr in exprs:
            self.check(expr, letters)

    def _number(self, expr: Expr, letters: Letters | None) -> None:
        pass

    def _arguments(self, expr: Expr, letters: Letters | None) -> None:
        self.each(expr.args, letters)

    def _function(self, expr: Any, letters: Letters | None) -> None:
        known = row_of(expr) is not None or type(expr) in (sympy.floor, sympy.Mod)
        require(known, "{} is a {}, of which no line is made", expr, type(expr).__name__)
        self.each(expr.args, letters)

    def _letter(self, expr: Dummy, letters: Letters | None) -> None:
        require(expr.assumptions0 == LETTER, "{} is no letter", expr)
        require(letters is None or expr in letters, "index {} is loose", expr)

    def _extent(self, expr: Symbol, letters: Letters | None) -> None:
        require(expr.name.isidentifier() and expr == extent(expr.name), "{} is no extent", expr)

    def _entry(self, expr: Entry, letters: Letters | None) -> None:
        name, *indices = expr.args
        self._reads(name, len(indices))
        self.each(indices, letters)

    def _reads(self, name: Symbol, axes: int) -> None:
        require(type(name) is Symbol and name == Symbol(name.name), "{} is no name", name)
        require(name.name in self.shapes, "{} is no tensor that is known here", name)
        require(len(self.shapes[name.name]) == axes, "{} is read at {} indices", name, axes)

    def _call(self, expr: Call, letters: Letters | None) -> None:
        for tensor, extents in zip(expr.tensors, expr.extents, strict=True):
            self._reads(tensor, len(extents))
            require(self.shapes[tensor.name] == extents, "{} has other extents than {}", tensor, extents)
        self.each(expr.indices, letters)

    def _named(self, expr: Expr, letters: Letters | None) -> None:
        """A comparison: its operator, and two sides."""
        self.each(expr.args[1:], letters)

    def _binder(self, expr: Binder, letters: Letters | None) -> None:
        own = frozenset(expr.letters)
        require(expr.head in (REDUCTIONS if type(expr) is Reduce else ALONG), "{} is no reduction", expr.head)
        require(all(type(d) is Dummy for d in own), "{} binds what is no letter", expr)
        require(len(own) == len(expr.letters), "{} binds a letter twice", expr)
        require(letters is None or own.isdisjoint(letters), "{} binds a letter that is bound around it", expr)
        for arg in expr.args[3:]:
            require(type(arg) is Tuple and len(arg) == len(own), "{}: one place for each letter", expr)
            self.each(arg.args, letters)
        self.each(expr.letters, None)
        self.check(expr.body, None if letters is None else letters | own)

    def _partial(self, expr: Partial, letters: Letters | None) -> None:
        require(len(expr.args) == 2 and type(expr.args[1]) is Entry, "{} is by no entry of a tensor", expr)
        self.each(expr.args, letters)


CHECKS: Mapping[type, Callable[[Lines, Any, Letters | None], None]] = {
    **dict.fromkeys((*EXACT, *CONSTANTS), Lines._number),
    **dict.fromkeys((Add, Mul, Pow, Delta, Where, Tuple), Lines._arguments),
    **dict.fromkeys((Reduce, Along), Lines._binder),
    Dummy: Lines._letter,
    Symbol: Lines._extent,
    Entry: Lines._entry,
    Call: Lines._call,
    Compare: Lines._named,
    Partial: Lines._partial,
}
