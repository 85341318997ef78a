"""What lowering knows at one place of an equation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import sympy
from sympy import Add, Dummy, Expr, Integer, Mul, Pow, Symbol

from derive.equation import Equation, Tensor
from derive.index import Compare, Delta, Entry, Reduce
from derive.trees import nodes
from numeric.axes import Labelled

Scope = dict[Dummy, Expr]


class NotLowered(NotImplementedError):
    """An expression that has no array form yet."""


@dataclass(frozen=True)
class Context:
    """What the letters run over, what the tensors are, what has a name already, and which masks hold here.

    What is `looked_at` makes the result NaN where it is NaN, by the cases around this place.
    With `element`, which writes one element of a tensor, letters are numbers and no expression is an array.
    """

    scope: Scope
    tensors: Mapping[str, Tensor]
    known: Mapping[Expr, Symbol] = field(default_factory=dict)
    masks: tuple[Labelled, ...] = ()
    looked_at: tuple[Expr, ...] = ()
    element: Callable[[Entry], Expr] | None = None

    def within(self, letters: Sequence[Dummy], extents: Sequence[Expr]) -> Context:
        return replace(self, scope={**self.scope, **dict(zip(letters, extents, strict=True))})


def is_index(expr: Expr, context: Context) -> bool:
    """Whether the expression is index arithmetic, of letters, numbers and stored indices."""
    if isinstance(expr, Entry):
        return context.tensors[expr.tensor].integer
    if isinstance(expr, (Integer, Symbol)):
        return True
    return isinstance(expr, (Add, Mul, sympy.floor, sympy.Mod)) and all(is_index(a, context) for a in expr.args)


def contracts(term: Expr, letters: Sequence[Dummy], context: Context) -> bool:
    """Whether no factor of the product has all the letters: then the product itself need not be made."""
    factors = [f.free_symbols & set(context.scope) for f in Mul.make_args(term)]
    every = set().union(*factors)
    return bool(every & set(letters)) and all(f != every for f in factors)


def scaled_terms(expr: Mul, context: Context) -> Add | None:
    """c (u + v) as c u + c v for a number c, where u and v have factors of fewer axes that take it for nothing."""
    every = expr.free_symbols & set(context.scope)
    numbers = [f for f in expr.args if not f.has(Entry, *context.scope)]
    rest = [f for f in expr.args if f not in numbers]
    if not numbers or len(rest) != 1 or not isinstance(rest[0], Add):
        return None
    terms = [Mul.make_args(t) for t in rest[0].args]
    small = (any(f.free_symbols & set(context.scope) < every and f.has(Entry) for f in t) for t in terms)
    return Add(*(Mul(*numbers, *t) for t in terms)) if all(small) else None


def diagonal(equation: Equation, context: Context) -> Delta | None:
    """A delta of two indices of the left side, which makes two of the array's axes meet."""
    deltas = sorted(nodes(equation.rhs, Delta), key=lambda d: [str(a) for a in d.args])
    plain = (d for d in deltas if set(d.args) <= set(equation.indices))
    return next((d for d in plain if context.scope[d.args[0]] == context.scope[d.args[1]]), None)


def is_total(term: Expr) -> bool:
    """Whether the term is finite wherever what it reads is, so that a case cannot be there to guard it."""
    if not term.args or isinstance(term, (Entry, Delta, Compare)):
        return True
    if isinstance(term, Reduce):
        return is_total(term.body)
    return (isinstance(term, (Add, Mul)) or is_whole_power(term)) and all(is_total(a) for a in term.args)


def is_whole_power(term: Expr) -> bool:
    """u**2, u**3, ..."""
    return isinstance(term, Pow) and bool(term.exp.is_Integer and term.exp > 0)
