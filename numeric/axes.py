"""Array expressions whose axes bear letters: alignment, and the sum of a product."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_letters

from sympy import Add, Dummy, Expr, Integer, Mul, Pow, Symbol, Tuple

from numeric.arrays import Dot, Einsum, Expand, Fold, MatMul, Spread, TensorDot, Transpose, Window, is_number, product

Scope = Mapping[Dummy, Expr]


@dataclass(frozen=True)
class Labelled:
    """An array expression and the letter of each of its axes."""

    expr: Expr
    letters: tuple[Dummy, ...] = ()


def align(value: Labelled, target: Sequence[Dummy]) -> Expr:
    """The value with axes that broadcast against those of the target.

    In (i, k), `b` over k stays `b`, `v` over i becomes `v[:, None]`, `X` over (k, i) becomes `X.T`.
    """
    if isinstance(value.expr, Mul) and len(value.letters) < len(target):
        numbers = [f for f in value.expr.args if is_number(f)]
        rest = product(*(f for f in value.expr.args if not is_number(f)))
        return product(*numbers, _placed(Labelled(rest, value.letters), target))
    return _placed(value, target)


def _placed(value: Labelled, target: Sequence[Dummy]) -> Expr:
    present = [a for a in target if a in value.letters]
    expr = value.expr
    if tuple(present) != value.letters:
        expr = _turned(expr, [value.letters.index(a) for a in present])
    if not present:
        return expr
    pattern = [int(a in value.letters) for a in target[target.index(present[0]) :]]
    return expr if all(pattern) else Expand(expr, Tuple(*pattern))


def _turned(expr: Expr, order: Sequence[int]) -> Expr:
    """The axes in this order; a product of two arrays is turned round if those of the second are to come first."""
    if isinstance(expr, TensorDot) and not any(isinstance(a, Window) for a in expr.args[:2]):
        p, q, axes, first = expr.args
        if list(order) == [*range(int(first), len(order)), *range(int(first))]:
            return TensorDot(q, p, Tuple(*reversed(axes)), Integer(len(order) - int(first)))
    return Transpose(expr, Tuple(*order))


def union(values: Iterable[Labelled], scope: Scope) -> tuple[Dummy, ...]:
    """All letters of the values: in the order of the first that has them all, or else of the scope."""
    values = list(values)
    every = {a for v in values for a in v.letters}
    whole = next((v.letters for v in values if len(v.letters) == len(every)), None)
    return whole if whole is not None else tuple(a for a in scope if a in every)


def combine(build: Callable[..., Expr], values: Sequence[Labelled], scope: Scope) -> Labelled:
    """An elementwise operation on values that are aligned first."""
    letters = union(values, scope)
    return Labelled(build(*(align(v, letters) for v in values)), letters)


def spread(value: Labelled, letters: Sequence[Dummy], scope: Scope) -> Labelled:
    """The value broadcast to have exactly these axes."""
    expr = align(value, letters)
    if set(letters) != set(value.letters):
        expr = Spread(expr, Tuple(*(scope[a] for a in letters)))
    return Labelled(expr, tuple(letters))


def with_letters(value: Labelled, letters: Sequence[Dummy], scope: Scope) -> Labelled:
    """The value with these letters among its own."""
    if set(letters) <= set(value.letters):
        return value
    return spread(value, [a for a in scope if a in (*value.letters, *letters)], scope)


def axes_of(value: Labelled, letters: Sequence[Dummy]) -> Expr:
    """The numbers of the axes that have these letters: one number, or a tuple."""
    axes = [Integer(value.letters.index(a)) for a in letters]
    return axes[0] if len(axes) == 1 else Tuple(*axes)


def fold(head: str, value: Labelled, letters: Iterable[Dummy]) -> Labelled:
    """value.sum(axis=...) over the letters, or prod, max, min."""
    axes = [value.letters.index(a) for a in letters if a in value.letters]
    if not axes:
        return value
    rest = tuple(a for k, a in enumerate(value.letters) if k not in axes)
    return Labelled(Fold(head, value.expr, Tuple(*(sorted(axes) if rest else ()))), rest)


def sum_product(factors: Sequence[Labelled], summed: Sequence[Dummy], scope: Scope) -> Labelled:
    """sum over the letters of the product: a matmul where it is one, else a sum over axes or an einsum."""
    outside = [f for f in factors if not set(f.letters) & set(summed)]
    inside = [f for f in factors if set(f.letters) & set(summed)]
    absent = [scope[a] for a in summed if not any(a in f.letters for f in inside)]
    outside += [Labelled(size) for size in absent]
    parts = [_inside(inside, summed, scope)] if inside else []
    return combine(product, [*outside, *parts], scope) if outside else parts[0]


def _inside(factors: Sequence[Labelled], summed: Sequence[Dummy], scope: Scope) -> Labelled:
    if len(factors) == 2 and len(factors[0].letters) == 1 and factors[0].letters == factors[1].letters:
        return Labelled(MatMul(factors[0].expr, factors[1].expr))
    return _pair(factors, summed, scope) or _contract(_merge(factors, summed, scope), summed, scope)


def _pair(factors: Sequence[Labelled], summed: Sequence[Dummy], scope: Scope) -> Labelled | None:
    """Two factors over the same letters, in one pass that makes no array of their products."""
    if len(factors) == 1 and isinstance(factors[0].expr, Pow) and factors[0].expr.exp == 2:
        factors = [Labelled(factors[0].expr.base, factors[0].letters)] * 2
    letters = {frozenset(f.letters) for f in factors}
    if len(factors) != 2 or len(letters) > 1 or _is_costly(factors):
        return None
    if set(factors[0].letters) <= set(summed):
        return Labelled(Dot(factors[0].expr, align(factors[1], factors[0].letters)))
    return _einsum(factors, [a for a in summed if a in factors[0].letters], scope)


def _is_costly(factors: Sequence[Labelled]) -> bool:
    """Whether one array would be computed twice."""
    return factors[0] == factors[1] and not isinstance(factors[0].expr, Symbol)


def _merge(factors: Sequence[Labelled], summed: Sequence[Dummy], scope: Scope) -> list[Labelled]:
    """Factors over the same letters become one, then small ones go into large ones until two are left."""
    groups: dict[frozenset[Dummy], list[Labelled]] = {}
    for factor in factors:
        groups.setdefault(frozenset(factor.letters), []).append(factor)
    merged = sorted((combine(product, g, scope) for g in groups.values()), key=lambda v: len(v.letters))
    while len(merged) > 2:
        pair = next(((a, b) for a in merged for b in merged if a is not b and set(a.letters) < set(b.letters)), None)
        if pair is None:
            break
        merged = [v for v in merged if v not in pair] + [combine(product, pair, scope)]
        merged.sort(key=lambda v: len(v.letters))
    return merged


def _contract(values: Sequence[Labelled], summed: Sequence[Dummy], scope: Scope) -> Labelled:
    if len(values) == 1:
        return fold("sum", values[0], summed)
    values = [fold("sum", v, [a for a in summed if _owned(a, v, values)]) for v in values]
    left = [a for a in summed if any(a in v.letters for v in values)]
    if not left:
        return combine(product, values, scope)
    if len(values) == 2:
        made = _matmul(values[0], values[1], left, scope) or _tensordot(values[0], values[1], left, scope)
        if made is not None:
            return made
    return _einsum(values, left, scope)


def _owned(a: Dummy, value: Labelled, values: Sequence[Labelled]) -> bool:
    return a in value.letters and sum(a in v.letters for v in values) == 1


def _matmul(p: Labelled, q: Labelled, summed: Sequence[Dummy], scope: Scope) -> Labelled | None:
    """p @ q if one letter is summed and at most one of q stays, or if all other letters but one each are shared."""
    if len(summed) != 1:
        return None
    order = list(scope)
    batch = [a for a in order if a in p.letters and a in q.letters and a not in summed]
    ponly, qonly = ([a for a in order if a in v.letters and a not in (*batch, *summed)] for v in (p, q))
    if (len(qonly), len(ponly)) > (1, 1) or (ponly and qonly and order.index(ponly[0]) > order.index(qonly[0])):
        p, q, ponly, qonly = q, p, qonly, ponly
    if len(qonly) > 1 or (batch and (len(ponly), len(qonly)) != (1, 1)):
        return None
    if len(ponly) > 1 and not _in_rows(p, [*ponly, *summed], qonly, order):
        return None
    if not ponly and not batch and q.letters == (*qonly, *summed):
        return Labelled(MatMul(q.expr, p.expr), q.letters[:-1])
    left, right = align(p, [*batch, *ponly, *summed]), align(q, [*batch, *summed, *qonly])
    return Labelled(MatMul(left, right), (*batch, *ponly, *qonly))


def _in_rows(p: Labelled, letters: Sequence[Dummy], last: Sequence[Dummy], order: Sequence[Dummy]) -> bool:
    """Whether many axes are a stack of rows as they stand, and stay before the last: else one product is faster."""
    return p.letters == tuple(letters) and all(order.index(letters[0]) < order.index(a) for a in last)


def _tensordot(p: Labelled, q: Labelled, summed: Sequence[Dummy], scope: Scope) -> Labelled | None:
    """The product summed over all that both have, in one matrix product; None if a letter that both have stays."""
    if set(p.letters) & set(q.letters) != set(summed):
        return None
    p, q = sorted((p, q), key=lambda v: _place(v, summed, scope))
    axes = Tuple(*(Tuple(*(v.letters.index(a) for a in summed)) for v in (p, q)))
    left, right = (tuple(a for a in v.letters if a not in summed) for v in (p, q))
    return Labelled(TensorDot(p.expr, q.expr, axes, Integer(len(left))), (*left, *right))


def _place(value: Labelled, summed: Sequence[Dummy], scope: Scope) -> tuple[bool, bool, list[int]]:
    """Which factor comes first: what is copied into rows and columns is copied fast where a long axis is the last."""
    kept = [k for k, a in enumerate(scope) if a in value.letters and a not in summed]
    extents = [scope[a] for a in value.letters if a not in summed]
    return any(map(_is_long, extents)), not isinstance(value.expr, Window), kept


def _is_long(size: Expr) -> bool:
    """Whether an axis is likely to be longer than a kernel: what a window leaves of an axis is."""
    return isinstance(size, Add) or bool(size.is_number and size >= 16)


def _einsum(values: Sequence[Labelled], summed: Sequence[Dummy], scope: Scope) -> Labelled:
    out = tuple(a for a in scope if a not in summed and any(a in v.letters for v in values))
    every = [*out, *summed]
    name = {a: ascii_letters[k] for k, a in enumerate(every)}
    spec = ",".join("".join(name[a] for a in v.letters) for v in values) + "->" + "".join(name[a] for a in out)
    return Labelled(Einsum(spec, *(v.expr for v in values)), out)
