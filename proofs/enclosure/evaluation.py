"""Programs over exact numbers and balls, entry by entry: an expression becomes a function of its letters, once.

A comparison that its balls leave open makes a 0/1 ball, and cases between which it is open the ball around both
branches: wide, and never the wrong one. More precision narrows it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import sympy
from sympy import Add, Dummy, Expr, Function, Mul, Pow

from derive.equation import Program
from derive.functions import definition_of, row_of
from derive.index import Along, Call, Compare, Delta, Entry, Reduce, Where
from derive.whole import define_call
from proofs.enclosure import exact, matrices
from proofs.enclosure.exact import Number

Letters = Mapping[Dummy, int]
Ready = Callable[[Any, Letters], Number]  # of a Run, or of a Point
Place = tuple[Any, ...]


class Run:
    """The values of one program at one set of arrays, at the precision that is set while it runs."""

    def __init__(self, program: Program, arrays: Mapping[str, np.ndarray]) -> None:
        self.program, self.arrays = program, {name: np.asarray(array) for name, array in arrays.items()}
        self.sizes = {
            symbol: np.shape(self.arrays[name])[axis]
            for symbol, (name, axis) in program.axis_of.items()
            if name in self.arrays
        }
        self.known: dict[Place, Number] = {}
        self.shapes: dict[str, tuple[int, ...]] = {}

    def shape(self, name: str) -> tuple[int, ...]:
        """The extents of a tensor as numbers."""
        if name not in self.shapes:
            self.shapes[name] = tuple(self.size(extent) for extent in self.program.extents(name))
        return self.shapes[name]

    def size(self, extent: Expr) -> int:
        """A symbolic extent as a number."""
        return int(extent.xreplace(self.sizes))

    def entry(self, name: str, at: tuple[int, ...]) -> Number:
        """One entry of a tensor; outside its axes 0."""
        if not all(0 <= i < n for i, n in zip(at, self.shape(name), strict=True)):
            return exact.rational(0, 1)
        key = (name, *at)
        if key not in self.known:
            self.known[key] = self._entry(name, at)
        return self.known[key]

    def _entry(self, name: str, at: tuple[int, ...]) -> Number:
        equation = self.program.defined.get(name)
        if equation is None:
            return exact.number(self.arrays[name][at].item())
        return ready(equation.rhs)(self, dict(zip(equation.indices, at, strict=True)))

    def places(self, extents: tuple[Expr, ...]) -> itertools.product[tuple[int, ...]]:
        """All values of letters with these extents."""
        return itertools.product(*(range(self.size(extent)) for extent in extents))

    def whole(self, call: Call) -> Mapping[tuple[int, ...], Number]:
        """Every entry of a matrix function of a tensor."""
        key = ("", call.head, *call.tensors)
        if key not in self.known:
            name = call.tensors[0].name
            rows, columns = map(range, self.shape(name))
            self.known[key] = matrices.WHOLE[call.head]([[self.entry(name, (i, j)) for j in columns] for i in rows])
        return self.known[key]


@dataclass(frozen=True)
class Point:
    """Scalars by name: all that a function of numbers reads."""

    values: Mapping[str, Number]

    def entry(self, name: str, at: tuple[int, ...]) -> Number:
        """The scalar."""
        return self.values[name]


@lru_cache(maxsize=4096)
def ready(expr: Expr) -> Ready:
    """The expression as a function of the values of its letters."""
    for kind, make in KINDS:
        if isinstance(expr, kind):
            return make(expr)
    raise TypeError(f"{type(expr).__name__} has no enclosure")


def _parts(expr: Expr) -> list[Ready]:
    return [ready(part) for part in expr.args]


def _entry(expr: Entry) -> Ready:
    name, indices = expr.tensor, [_index(i) for i in expr.indices]
    return lambda run, letters: run.entry(name, tuple(i(run, letters) for i in indices))


def _index(expr: Expr) -> Callable[[Run, Letters], int]:
    if isinstance(expr, Dummy):
        return lambda run, letters: letters[expr]
    value = ready(expr)
    return lambda run, letters: int(value(run, letters).p)


def _symbol(expr: Expr) -> Ready:
    return lambda run, letters: exact.number(letters[expr] if expr in letters else run.sizes[expr])


def _number(expr: Expr) -> Ready:
    if expr.is_Float:
        expr = sympy.Rational(expr)  # the binary number that it is
    if expr.is_Rational:
        value = exact.rational(int(expr.p), int(expr.q))
        return lambda run, letters: value
    return CONSTANTS[expr]


CONSTANTS: dict[Expr, Ready] = {
    sympy.pi: lambda run, letters: exact.needed().arb.pi(),
    sympy.E: lambda run, letters: exact.needed().arb(1).exp(),
    sympy.oo: lambda run, letters: exact.number(float("inf")),
    sympy.nan: lambda run, letters: exact.undefined(),
    sympy.zoo: lambda run, letters: exact.undefined(),
    -sympy.oo: lambda run, letters: exact.number(float("-inf")),
}


def _add(expr: Expr) -> Ready:
    parts = _parts(expr)
    return lambda run, letters: exact.total(part(run, letters) for part in parts)


def _multiply(expr: Expr) -> Ready:
    """A mask that is 0 is met first, so that what it leaves out is not looked at."""
    parts = [ready(part) for part in sorted(expr.args, key=lambda a: not isinstance(a, (Compare, Delta)))]

    def run_(run: Run, letters: Letters) -> Number:
        made = exact.rational(1, 1)
        for part in parts:
            made = exact.multiply(made, part(run, letters))
            if exact.is_exact(made) and made == 0:
                break
        return made

    masked = any(isinstance(a, (Compare, Delta)) for a in expr.args)
    return run_ if masked else lambda run, letters: exact.product(part(run, letters) for part in parts)


def _power(expr: Expr) -> Ready:
    base, exponent = _parts(expr)
    return lambda run, letters: exact.power(base(run, letters), exponent(run, letters))


def _compare(expr: Compare) -> Ready:
    operator, left, right = expr.operator, ready(expr.args[1]), ready(expr.args[2])
    return lambda run, letters: exact.of_truth(exact.compare(operator, left(run, letters), right(run, letters)))


def _delta(expr: Delta) -> Ready:
    left, right = map(_index, expr.args)
    return lambda run, letters: exact.rational(int(left(run, letters) == right(run, letters)), 1)


def _where(expr: Where) -> Ready:
    condition, chosen, otherwise = _parts(expr)

    def run_(run: Run, letters: Letters) -> Number:
        holds = exact.truth(condition(run, letters))
        if holds is None:
            return exact.hull(chosen(run, letters), otherwise(run, letters))
        return chosen(run, letters) if holds else otherwise(run, letters)

    return run_


def _function(expr: Expr) -> Ready:
    row = row_of(expr)
    name = row.name if row is not None else type(expr).__name__
    if name not in exact.BALLS:
        return ready(definition_of(expr))
    parts = _parts(expr)
    return lambda run, letters: exact.apply(name, *(part(run, letters) for part in parts))


def _remainder(expr: Expr) -> Ready:
    left, right = _parts(expr)

    def run_(run: Run, letters: Letters) -> Number:
        a, b = left(run, letters), right(run, letters)
        return exact.add(a, -exact.multiply(b, exact.floor(exact.multiply(a, exact.power(b, exact.rational(-1, 1))))))

    return run_


def _floor(expr: Expr) -> Ready:
    value = ready(expr.args[0])
    return lambda run, letters: exact.floor(value(run, letters))


def _reduce(expr: Reduce) -> Ready:
    if expr.head not in FOLDS:
        return ready(definition_of(expr))
    body, fold, bound, extents = ready(expr.body), FOLDS[expr.head], expr.letters, expr.extents

    def run_(run: Run, letters: Letters) -> Number:
        return fold([body(run, {**letters, **dict(zip(bound, at, strict=True))}) for at in run.places(extents)])

    return run_


FOLDS: dict[str, Callable[[list[Number]], Number]] = {
    "sum": exact.total,
    "prod": exact.product,
    "max": lambda terms: _extreme(exact.larger, terms),
    "min": lambda terms: _extreme(exact.smaller, terms),
}


def _extreme(choose: Callable[[Number, Number], Number], terms: list[Number]) -> Number:
    made = terms[0] if terms else exact.undefined()
    for term in terms[1:]:
        made = choose(made, term)
    return made


def _call(expr: Call) -> Ready:
    if expr.head not in matrices.WHOLE:
        return ready(define_call(expr))
    indices = [_index(i) for i in expr.indices]
    return lambda run, letters: run.whole(expr)[tuple(i(run, letters) for i in indices)]


KINDS: tuple[tuple[Any, Callable[[Any], Ready]], ...] = (
    (Entry, _entry),
    (sympy.Symbol, _symbol),
    ((sympy.Number, sympy.NumberSymbol, type(sympy.zoo)), _number),
    (Add, _add),
    (Mul, _multiply),
    (Pow, _power),
    (Compare, _compare),
    (Delta, _delta),
    (Where, _where),
    (Reduce, _reduce),
    (Along, lambda expr: ready(definition_of(expr))),
    (Call, _call),
    (sympy.floor, _floor),
    (sympy.Mod, _remainder),
    (Function, _function),
)
