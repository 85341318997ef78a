"""Rules about where an index is: masks that always hold, masks beside a read, and what a delta says of two indices."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import sympy
from sympy import Add, Dummy, Expr, Integer, Mul, Pow, Symbol

from derive.equation import Program
from derive.index import Along, Binder, Compare, Delta, Entry, Node, Reduce, Where, substitute
from derive.rulebook import CONTRACT, SUMS, Bindings, Context, require, rule, scope_of
from derive.steps import Fact
from derive.trees import nodes

Scope = Mapping[Dummy, Expr]
LANGUAGE = "the language: a read outside an axis is 0"

# (a op b) holds exactly where this is not negative, if a and b are integers.
SLACK: Mapping[str, Callable[[Expr, Expr], Expr]] = {
    "<=": lambda a, b: b - a,
    "<": lambda a, b: b - a - 1,
    ">=": lambda a, b: a - b,
    ">": lambda a, b: a - b - 1,
}


def slack(mask: Expr) -> Expr:
    """What is not negative exactly where the mask holds; it must compare index arithmetic without stored indices."""
    require(isinstance(mask, Compare) and mask.operator in SLACK, "{} is no mask of an order", mask)
    difference = sympy.expand(SLACK[mask.operator](*mask.args[1:]))
    require(not difference.has(Node) and difference.is_integer, "{} compares more than index arithmetic", mask)
    return difference


def never_negative(index: Expr, scope: Scope) -> bool:
    """Whether an index is at least 0 for all values of its letters: each stands at the end where it is least."""
    for bound in sorted(nodes(index, Dummy), key=str):
        step = index.coeff(bound, 1)
        rest = sympy.expand(index - step * bound)
        if bound not in scope or not step.is_Integer or rest.has(bound):
            return False
        index = sympy.expand(rest + (step * (scope[bound] - 1) if step < 0 else 0))
    # Every extent is 1 and what is left over.
    over = {size: 1 + Dummy(integer=True, nonnegative=True) for size in index.free_symbols if size.is_positive}
    return bool(sympy.expand(index.xreplace(over)).is_nonnegative)


@rule("index in range", CONTRACT, r"[\, 0 \le i \,] = 1 \text{ for } i = 0, 1, \ldots, n - 1", SUMS)
def _index_in_range(term: Expr, bindings: Bindings, context: Context) -> Expr:
    require(never_negative(slack(term), scope_of(term, context)), "{} may fail", term)
    return Integer(1)


@rule(
    "mask beside a read",
    CONTRACT,
    r"[\, 0 \le u < n \,]\, T_u = T_u \text{ where } u \text{ reads an axis of extent } n",
    LANGUAGE,
)
def _mask_beside_a_read(term: Expr, bindings: Bindings, context: Context) -> Expr:
    mask = bindings["mask"]
    others = [f for f in Mul.make_args(term) if f != mask]
    require(isinstance(term, Mul) and mask in term.args, "no such mask in this product")
    outside = Outside(slack(mask), scope_of(term, context), context.shapes)
    require(any(map(outside.empties, others)), "nothing beside {} is 0 wherever it fails", mask)
    # 0 times a number is 0; what need not be a number must not differ between where the mask holds and where it fails.
    letters = outside.slack.atoms(Dummy)
    require(all(is_number(f) or not f.has(*letters) for f in others), "a factor beside {} may be infinite", mask)
    return Mul(*others)


@dataclass(frozen=True)
class Outside:
    """Where a mask fails: where its slack is negative."""

    slack: Expr
    scope: Scope
    shapes: Mapping[str, tuple[Expr, ...]]

    def empties(self, factor: Expr) -> bool:
        """Whether the factor is 0 wherever the mask fails, since it reads outside an axis there."""
        if isinstance(factor, Entry):
            return any(map(self._leaves, factor.indices, self.shapes.get(factor.tensor, ())))
        if isinstance(factor, Pow):
            return bool(factor.exp.is_Integer and factor.exp > 0) and self.empties(factor.base)
        if isinstance(factor, (Add, Mul)):
            return (all if factor.is_Add else any)(map(self.empties, factor.args))
        return isinstance(factor, Reduce) and factor.head in ("sum", "mean") and self.empties(factor.body)

    def _leaves(self, index: Expr, size: Expr) -> bool:
        below, above = self.slack - index, self.slack - (size - 1 - index)
        return not index.has(Node) and any(never_negative(sympy.expand(e), self.scope) for e in (below, above))


def is_number(expr: Expr) -> bool:
    """Whether the expression is a finite number whatever the tensors hold: it divides by nothing."""
    if isinstance(expr, (Entry, Compare, Delta, Symbol, sympy.Rational)):
        return True
    if isinstance(expr, Pow):
        return bool(expr.exp.is_Integer and expr.exp > 0) and is_number(expr.base)
    if isinstance(expr, (Reduce, Along)):
        return expr.head in ("sum", "mean", "softmax") and is_number(expr.body)
    return isinstance(expr, (Add, Mul, Where, sympy.exp)) and all(map(is_number, expr.args))


@rule("substitution under a delta", CONTRACT, r"\delta_{ij}\, u_j = \delta_{ij}\, u_i", SUMS)
def _under_a_delta(term: Expr, bindings: Bindings, context: Context) -> Expr:
    delta, old, new, factor = (bindings[name] for name in ("delta", "old", "new", "factor"))
    require(isinstance(delta, Delta) and isinstance(term, Mul) and delta in term.args, "no such delta in this product")
    require(factor in term.args and factor != delta, "{} does not stand beside {}", factor, delta)
    require({old, new} == set(delta.args), "{} says nothing of {} and {}", delta, old, new)
    # A letter stays within its axis, where a stored or computed index need not.
    require(new in scope_of(term, context), "{} may lie outside an axis that {} reads", new, old)
    require(is_number(factor) or is_number(1 / factor), "{} may be undefined at {}", factor, new)
    return Mul(*(f for f in term.args if f != factor), substitute(factor, {old: new}))


# ---------------------------------------------------------------- stored indices


def stored_facts(program: Program) -> tuple[Fact, ...]:
    """[0 <= y[i]] = 1 and [y[i] < n] = 1 for each y of which every number is read as an index of an axis of extent n.

    A program that reads outside has no value, so this holds wherever there is something to differentiate.

    >>> from derive.parse import parse
    >>> [fact.left for fact in stored_facts(parse("integer y\\nL = sum[i](Z[i,y[i]])"))]
    [Compare(<=, 0, y[_i]), Compare(<, y[_i], d)]
    """
    masks = dict.fromkeys(mask for read in _index_reads(program) for mask in _within(*read))
    return tuple(Fact("stored", _letters(mask), mask, Integer(1)) for mask in masks)


def _index_reads(program: Program) -> Iterator[tuple[Entry, Expr]]:
    """Each y[i] of which every number is an index, and the extent of the axis that is read by it."""
    for equation in program.equations if any(t.integer for t in program.tensors.values()) else ():
        scope = dict(zip(equation.indices, program.extents(equation.name), strict=True))
        for entry, inside in _surely_read(equation.rhs, scope):
            for index, size in zip(entry.indices, program.extents(entry.tensor), strict=True):
                if isinstance(index, Entry) and _reads_all(index, inside, program):
                    yield index, size


def _within(index: Entry, size: Expr) -> tuple[Expr, Expr]:
    return Compare("<=", 0, index), Compare("<", index, size)


def _letters(mask: Expr) -> tuple[Dummy, ...]:
    return tuple(d for entry in nodes(mask, Entry) for d in entry.indices)


def _surely_read(expr: Expr, scope: Scope) -> Iterator[tuple[Entry, Scope]]:
    """The entries that are read whatever the tensors hold: in no case, beside no mask, under no empty sum."""
    if isinstance(expr, Entry):
        yield expr, scope
    if isinstance(expr, Where) or any(isinstance(f, (Compare, Delta)) for f in Mul.make_args(expr)):
        return
    if isinstance(expr, Binder):
        scope = {**scope, **dict(zip(expr.letters, expr.extents, strict=True))}
    if all(size.is_positive for size in scope.values()):
        for arg in expr.args:
            yield from _surely_read(arg, scope)


def _reads_all(index: Entry, scope: Scope, program: Program) -> bool:
    """Whether the index is an entry at letters of its own, each of which runs over a whole axis."""
    sizes = tuple(scope.get(place) for place in index.indices)
    return sizes == program.extents(index.tensor) and len(set(index.indices)) == len(sizes)
