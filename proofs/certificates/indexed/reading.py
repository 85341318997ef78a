"""From the expressions of a program to terms: part of what is trusted.

What a term cannot say (an infinite value, a maximum inside of an equation, a whole-tensor operation) is refused by
name. Where an equation chooses between a number and -inf, as a mask before a softmax does, 0 is printed for -inf, and
nothing may read that tensor but exp, which is printed as 0 there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce
from typing import Any, TypeGuard

import sympy
from sympy import Dummy, Expr, Symbol

from derive.equation import Equation, Program
from derive.functions import definition_of, row_of
from derive.index import Along, Compare, Delta, Entry, Reduce
from derive.index import Where as Cases
from proofs.certificates.indexed import terms
from proofs.certificates.indexed.terms import (
    Arithmetic,
    Extent,
    Index,
    Letter,
    Letters,
    Number,
    Position,
    Stored,
    Term,
    Whole,
)

# Functions that the prelude has; all others are unfolded to their definitions.
KNOWN = frozenset(
    {"exp", "log", "sqrt", "sin", "cos", "tanh", "sigmoid", "softplus", "abs", "sign", "max", "min", "gammaln"}
)
# Names that Coq or the prelude gives to something else.
TAKEN = frozenset(
    [
        "t",
        "t0",
        "H",
        "R",
        "Z",
        "S",
        "O",
        "I",
        "N",
        "Q",
        "C",
        "D",
        "E",
        "at",
        "as",
        "end",
        "fun",
        "forall",
        "let",
        "in",
        "if",
        "then",
        "else",
        "match",
        "with",
        "return",
        "using",
        "where",
        "exp",
        "ln",
        "sqrt",
        "sin",
        "cos",
        "tanh",
        "sigmoid",
        "softplus",
        "gammaln",
        "polygamma",
        "sgn",
        "read",
        "kron",
        "bsum",
        "bmax",
        "once1",
        "once2",
        "INR",
        "IZR",
        "pow",
        "fst",
        "snd",
        "nat",
        "bool",
        "list",
        "is_derive",
        "locally",
        "ball",
        "plus",
        "mult",
        "scal",
        "opp",
        "one",
        "zero",
        "minus",
        "inv",
        "sum",
        "norm",
        "abs",
        "mod",
        "PI",
        "Prop",
        "Set",
        "Type",
        "fix",
        "cofix",
        "exists",
    ]
)


ZERO = Number(Fraction(0))


class Unsayable(ValueError):
    """What the program has that no statement here can say."""


@dataclass
class Reader:
    """Reads one equation; `taken` are names that no letter may have."""

    program: Program
    taken: set[str] = field(default_factory=set)
    letters: dict[Dummy, Index] = field(default_factory=dict)
    runs_over: dict[str, Expr] = field(default_factory=dict)

    def bind(self, letter: Dummy, extent: Expr) -> str:
        """A name for a letter, that nothing else has."""
        base = letter.name if letter.name.isidentifier() and letter.name.isascii() else "i"
        name, number = base, 0
        while name in self.taken or name in TAKEN:
            number += 1
            name = f"{base}{number}"
        self.taken.add(name)
        self.letters[letter] = Letter(name)
        self.runs_over[name] = extent
        return name

    # ------------------------------------------------------------ indices

    def index(self, expr: Expr) -> Index:
        """A whole number: letters, extents, stored integers, their sums, products and quotients."""
        if isinstance(expr, Dummy):
            return self.letters[expr]
        if isinstance(expr, Symbol):
            return Extent(expr.name)
        if isinstance(expr, sympy.Integer):
            return Whole(int(expr))
        if isinstance(expr, sympy.Add | sympy.Mul):
            sign = "+" if isinstance(expr, sympy.Add) else "*"
            return reduce(lambda a, b: Arithmetic(sign, a, b), map(self.index, expr.args))
        if isinstance(expr, sympy.floor):
            top, bottom = expr.args[0].as_numer_denom()
            return Arithmetic("/", self.index(top), self.index(bottom))
        if isinstance(expr, sympy.Mod):
            return Arithmetic("mod", self.index(expr.args[0]), self.index(expr.args[1]))
        if isinstance(expr, Entry) and self.program.tensors[expr.tensor].integer:
            return Stored(expr.tensor, self._letters_of(expr))
        raise Unsayable(f"the index {expr}")

    def _letters_of(self, entry: Entry) -> tuple[Letter, ...]:
        at = zip(map(self.index, entry.indices), self.program.extents(entry.tensor), strict=True)
        places = tuple(index for index, size in at if self._is_plain(index, size))
        if len(places) == len(entry.indices):
            return places
        raise Unsayable(f"the stored index {entry} at a computed place")

    def _is_plain(self, index: Index, size: Expr) -> TypeGuard[Letter]:
        return isinstance(index, Letter) and self.runs_over[index.name] == size

    def is_whole(self, expr: Expr) -> bool:
        """Whether a side of a comparison is an index or a stored integer."""
        try:
            self.index(expr)
        except Unsayable:
            return False
        return True

    # ------------------------------------------------------------ terms

    def term(self, expr: Expr) -> Term:
        """A real number."""
        for kind, read in READERS:
            if isinstance(expr, kind):
                return read(self, expr)
        raise Unsayable(f"the operation {type(expr).__name__} in {expr}")

    def entry(self, expr: Entry) -> Term:
        tensor = self.program.tensors[expr.tensor]
        if tensor.integer:
            return Position(self.index(expr))
        if any(map(_may_be_infinite, self.program.equations_of(expr.tensor))):
            raise Unsayable(f"-inf in {expr}, other than under exp")
        return self._entry(expr)

    def _entry(self, expr: Entry) -> Term:
        tensor = self.program.tensors[expr.tensor]
        places: list[Letter] = []
        outside: list[tuple[str, Index, Index]] = []
        for index, size in zip(map(self.index, expr.indices), tensor.extents, strict=True):
            if self._is_plain(index, size):
                places.append(index)
            else:
                name = self.bind(Dummy("v"), size)
                places.append(Letter(name))
                outside.append((name, self.index(size), index))
        body: Term = terms.Read(expr.tensor, tuple(places))
        for name, size, index in reversed(outside):
            body = terms.Outside(name, size, index, body)
        return body

    def reduction(self, expr: Reduce) -> Term:
        if expr.head in ("mean", "logsumexp"):
            return self.term(definition_of(expr))
        if expr.head != "sum":
            raise Unsayable(f"{expr.head} over an axis inside of an equation")
        return self._folded(terms.Sum, expr)

    def largest(self, expr: Reduce) -> Term:
        """The right side max[i,j](...); of at most two letters, since its condition is said of two."""
        if len(expr.letters) > 2:
            raise Unsayable(f"max over {len(expr.letters)} axes at once")
        return self._folded(terms.Most, expr)

    def _folded(self, fold: type[terms.Sum | terms.Most], expr: Reduce) -> Term:
        pairs = zip(expr.letters, expr.extents, strict=True)
        names = [(self.bind(letter, size), self.index(size)) for letter, size in pairs]
        body = self.term(expr.body)
        for name, size in reversed(names):
            body = fold(name, size, body)
        return body

    def power(self, expr: sympy.Pow) -> Term:
        base, exponent = expr.args
        if exponent == sympy.Rational(1, 2):
            return terms.Apply("sqrt", (self.term(base),))
        if exponent == sympy.Rational(-1, 2):
            return terms.Inverse(terms.Apply("sqrt", (self.term(base),)))
        if not isinstance(exponent, sympy.Integer):
            raise Unsayable(f"the power {expr}")
        inner = self.term(base)
        inner = terms.Inverse(inner) if exponent < 0 else inner
        return inner if abs(exponent) == 1 else terms.Power(inner, abs(int(exponent)))

    def sum_of(self, expr: sympy.Add) -> Term:
        # A negative term goes behind, as a person writes it.
        parts = sorted(expr.args, key=lambda a: a.could_extract_minus_sign())
        total = self.term(parts[0])
        for part in parts[1:]:
            if part.could_extract_minus_sign():
                total = terms.Minus(total, self.term(-part))
            else:
                total = terms.Plus(total, self.term(part))
        return total

    def product(self, expr: sympy.Mul) -> Term:
        coefficient, rest = expr.as_coeff_Mul()
        if coefficient == -1:
            return terms.Negative(self.term(rest))
        factors = [self.term(f) for f in sympy.Mul.make_args(rest)]
        if coefficient != 1:
            factors.insert(0, self.term(coefficient))
        return reduce(terms.Times, factors)

    def comparison(self, expr: Compare) -> Term:
        operator, left, right = expr.operator, expr.args[1], expr.args[2]
        if operator in (">", ">="):
            operator, left, right = {">": "<", ">=": "<="}[operator], right, left
        if self.is_whole(left) and self.is_whole(right):
            return terms.IndexMask(operator, self.index(left), self.index(right))
        return terms.Mask(operator, self.term(left), self.term(right))

    def exponential(self, expr: Expr) -> Term:
        """exp(x); where x is a tensor that may be -inf, where(c, exp(x), 0) for its own condition c."""
        (inner,) = expr.args
        for equation in self.program.equations_of(inner.tensor) if isinstance(inner, Entry) else ():
            if _may_be_infinite(equation):
                at = map(self.index, inner.indices)
                self.letters.update(zip(equation.indices, at, strict=True))
                chosen = terms.Apply("exp", (self._entry(inner),))
                return terms.Where(self.term(equation.rhs.args[0]), chosen, ZERO)
        return self.function(expr)

    def function(self, expr: Expr) -> Term:
        row = row_of(expr)
        if row is not None and row.name in KNOWN:
            return terms.Apply(row.name, tuple(map(self.term, expr.args)))
        if row is None or row.definition is None:
            raise Unsayable(f"the function {expr.func.__name__}")
        return self.term(definition_of(expr))


def _polygamma(reader: Reader, expr: Expr) -> Term:
    order, x = expr.args
    if not (order.is_Integer and order >= 0):
        raise Unsayable(f"a polygamma of order {order}")
    return terms.Apply(f"polygamma {order}", (reader.term(x),))


def _position(reader: Reader, expr: Expr) -> Term:
    return Position(reader.index(expr))


def _number(reader: Reader, expr: Any) -> Term:
    return Number(Fraction(int(expr.p), int(expr.q)))


def _cases(reader: Reader, expr: Expr) -> Term:
    return terms.Where(*map(reader.term, expr.args))


def _delta(reader: Reader, expr: Expr) -> Term:
    return terms.Same(*map(reader.index, expr.args))


READERS: tuple[tuple[Any, Callable[[Reader, Any], Term]], ...] = (
    (sympy.Rational, _number),
    (Dummy, _position),
    (Symbol, _position),
    (Entry, Reader.entry),
    (Reduce, Reader.reduction),
    (Along, lambda reader, expr: reader.term(definition_of(expr))),
    (Delta, _delta),
    (Compare, Reader.comparison),
    (Cases, _cases),
    (sympy.Add, Reader.sum_of),
    (sympy.Mul, Reader.product),
    (sympy.exp, Reader.exponential),
    (sympy.polygamma, _polygamma),
    (sympy.Pow, Reader.power),
    (sympy.floor, _position),
    (sympy.Function, Reader.function),
)


def _may_be_infinite(equation: Equation) -> bool:
    """Whether it is T[i] = where(c, x, -inf)."""
    return isinstance(equation.rhs, Cases) and equation.rhs.args[2] == -sympy.oo


@dataclass(frozen=True)
class Definition:
    """name(letters) := body, each letter below its extent."""

    name: str
    letters: Letters
    body: Term


def definition(program: Program, equation: Equation) -> Definition:
    """An equation as terms."""
    reader = Reader(program, {*program.tensors, *(s.name for s in program.axis_of)})
    sizes = program.extents(equation.name)
    letters = tuple((reader.bind(i, s), reader.index(s)) for i, s in zip(equation.indices, sizes, strict=True))
    if _may_be_infinite(equation):
        condition, chosen = map(reader.term, equation.rhs.args[:2])
        return Definition(equation.name, letters, terms.Where(condition, chosen, ZERO))
    whole = isinstance(equation.rhs, Reduce) and equation.rhs.head == "max"
    return Definition(equation.name, letters, (reader.largest if whole else reader.term)(equation.rhs))


def definitions(program: Program) -> Mapping[str, Definition]:
    """All equations of a program as terms, in order."""
    return {e.name: definition(program, e) for e in program.equations}
