"""Index form to array form: Z[i,k] = sum[j](X[i,j]*W[j,k]) + b[k] becomes X @ W + b."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import sympy
from sympy import Add, Dummy, Expr, Function, Integer, Mul, Pow, Symbol, Tuple

from derive.equation import Equation, Tensor
from derive.functions import row_of, unfold
from derive.index import Along, Call, Compare, Delta, Entry, Reduce, Where
from derive.index import shown as said
from derive.whole import define_call, form_of
from numeric.arrays import (
    DTYPE,
    FUNCTIONS,
    LINALG,
    Apply,
    Arange,
    AsNumber,
    Both,
    Choose,
    Copy,
    Full,
    Helper,
    Item,
    Linalg,
    Not,
    NumberRange,
    Quotient,
    Relation,
    Size,
    Take,
    is_fresh,
    is_number,
    product,
    total,
)
from numeric.axes import Labelled, align, axes_of, combine, fold, spread, sum_product, union, with_letters
from numeric.context import Context, NotLowered, contracts, diagonal, is_index, scaled_terms
from numeric.reopen import Place, deltas, reopened, split_cases
from numeric.tails import are_one, as_norm, in_parts, product_with_tail
from numeric.undecided import compared, decided, left_to_look_at, opposite, turned
from numeric.windows import overlap, window


def lower_equation(equation: Equation, tensors: Mapping[str, Tensor], known: Mapping[Expr, Symbol]) -> Expr:
    """The array expression whose axes are the equation's indices, in their order."""
    extents = tensors[equation.name].extents
    context = Context(dict(zip(equation.indices, extents, strict=True)), tensors, known)
    delta = diagonal(equation, context)
    if delta is not None:
        return _with_diagonal(equation, delta, tensors, known, context)
    value = lower(equation.rhs, context)
    if is_number(value.expr) or set(value.letters) != set(equation.indices):
        return Full(Tuple(*extents), align(value, equation.indices))
    return align(value, equation.indices)


def _with_diagonal(
    equation: Equation, delta: Delta, tensors: Mapping[str, Tensor], known: Mapping[Expr, Symbol], context: Context
) -> Expr:
    """What the right side is off the diagonal, and on it what it is where the two indices are equal."""
    i, j = sorted(delta.args, key=equation.indices.index)
    off = lower_equation(replace(equation, rhs=equation.rhs.xreplace({delta: Integer(0)})), tensors, known)
    on = lower(equation.rhs.xreplace({delta: Integer(1)}).xreplace({j: i}), context)
    rest = [k for k in equation.indices if k not in (i, j)]
    axes = (Integer(equation.indices.index(k)) for k in (i, j))
    return Helper("with_diagonal", off if is_fresh(off) else Copy(off), *axes, align(on, [i, *rest]))


def lower(expr: Expr, context: Context) -> Labelled:
    """The expression over the letters that it needs; a part that has a name already is read by that name."""
    helper, parts = in_parts(expr) or ("", ())
    if helper:
        return combine(partial(Helper, helper), [lower(part, context) for part in parts], context.scope)
    for kind, rule in RULES:
        if isinstance(expr, kind):
            value = rule(expr, context)
            named = context.known.get(value.expr)
            return value if named is None else Labelled(named, value.letters)
    raise NotLowered(f"{expr} has no array form yet: {type(expr).__name__} is not compiled")


# ---------------------------------------------------------------- atoms and arithmetic


def _symbol(expr: Symbol, context: Context) -> Labelled:
    if expr in context.scope:
        return Labelled(NumberRange(context.scope[expr]), (expr,))
    return Labelled(expr)


def _product(expr: Mul, context: Context) -> Labelled:
    terms = scaled_terms(expr, context)
    return lower(terms, context) if terms else product_with_tail(expr, lambda e: lower(e, context), context.scope)


def _power(expr: Pow, context: Context) -> Labelled:
    if as_norm(expr) != expr:
        return lower(as_norm(expr), context)
    base, exponent = lower(expr.base, context), lower(expr.exp, context)
    if not (expr.exp.is_Integer and expr.exp > 0):
        base = _guarded(base, context)
    return combine(lambda a, b: Pow(a, b, evaluate=False), [base, exponent], context.scope)


def _guarded(value: Labelled, context: Context, safe: int = 1) -> Labelled:
    """The value where the masks hold and `safe` elsewhere, so that what is masked out cannot divide by 0."""
    if is_number(value.expr) or context.element is not None:
        return value
    for mask in context.masks:
        value = combine(lambda c, a: Choose(c, a, Integer(safe)), [mask, value], context.scope)
    return value


def _function(expr: Expr, context: Context) -> Labelled:
    row = row_of(expr)
    name = row.name if row is not None else type(expr).__name__
    if name not in FUNCTIONS:
        if row is None or row.definition is None:
            raise NotLowered(f"{name} has neither a NumPy form nor a definition; add it to numeric.arrays.FUNCTIONS")
        return lower(unfold(expr), context)
    args = [lower(a, context) for a in expr.args]
    if not FUNCTIONS[name].total:
        args = [_guarded(a, context) for a in args]
    value = combine(lambda *a: Apply(name, *a), args, context.scope)
    if FUNCTIONS[name].widens:
        value = Labelled(AsNumber(value.expr), value.letters)
    # A NumPy scalar beside a float32 array would make it float64; a Python number does not.
    return Labelled(Item(value.expr)) if all(is_number(a.expr) for a in args) else value


# ---------------------------------------------------------------- reads


def _entry(expr: Entry, context: Context) -> Labelled:
    value = _index_entry(expr, context)
    return Labelled(AsNumber(value.expr), value.letters) if context.tensors[expr.tensor].integer else value


def read(array: Expr, indices: Sequence[Expr], extents: Sequence[Expr], context: Context, shown: Expr) -> Labelled:
    """array[indices]: as it stands where each axis has a letter of its own, else by gathering."""
    plain = [_is_plain(index, size, context) for index, size in zip(indices, extents, strict=True)]
    letters = tuple(i for i, p in zip(indices, plain, strict=True) if p)
    if all(plain) and len(set(letters)) == len(letters):
        return Labelled(array, letters)
    viewed = window(array, indices, context.scope)
    if viewed is not None:
        return viewed
    count = max((k + 1 for k, p in enumerate(plain) if not p), default=0)
    rest = tuple(indices[count:])
    first = {a for i in indices[:count] for a in i.free_symbols if a in context.scope}
    if len(set(rest)) < len(rest) or first & set(rest) or not count:
        count, rest = len(indices), ()
    return _gather(array, indices[:count], plain[:count], rest, context, shown)


def _is_plain(index: Expr, size: Expr, context: Context) -> bool:
    return bool(index in context.scope and context.scope[index] == size)


def _gather(
    array: Expr, indices: Sequence[Expr], plain: Sequence[bool], rest: tuple[Dummy, ...], context: Context, shown: Expr
) -> Labelled:
    stored = [i.has(Entry) for i in indices]
    places = [index_array(i, context) for i in indices]
    # A label that a mask leaves out may lie outside the axis.
    places = [_guarded(p, context, 0) if s else p for p, s in zip(places, stored, strict=True)]
    letters = union(places, context.scope)
    if set(letters) & set(rest):
        return _gather(array, (*indices, *rest), (*plain, *(True for _ in rest)), (), context, shown)
    index = [align(p, letters) for p in places]
    index = [
        Helper("checked", p, Size(array, Integer(axis)), said(shown)) if s else p
        for axis, (p, s) in enumerate(zip(index, stored, strict=True))
    ]
    safe = all(p or s for p, s in zip(plain, stored, strict=True))
    made = Take(array, *index) if safe else Helper("read", array, *index)
    return Labelled(made, (*letters, *rest))


def index_array(expr: Expr, context: Context) -> Labelled:
    """An index expression as an array of integers."""
    for kind, rule in INDEX_RULES:
        if isinstance(expr, kind):
            return rule(expr, context)
    raise NotLowered(f"{expr} is not an index that can be compiled")


def _index_symbol(expr: Symbol, context: Context) -> Labelled:
    return Labelled(Arange(context.scope[expr]), (expr,)) if expr in context.scope else Labelled(expr)


def _index_entry(expr: Entry, context: Context) -> Labelled:
    if context.element is not None:
        return Labelled(context.element(expr))
    return read(Symbol(expr.tensor), expr.indices, context.tensors[expr.tensor].extents, context, expr)


def _index_arithmetic(build: Callable[..., Expr]) -> Callable[[Expr, Context], Labelled]:
    return lambda expr, context: combine(build, [index_array(a, context) for a in expr.args], context.scope)


def _integer(expr: Expr, context: Context) -> Labelled:
    value = index_array(expr, context)
    return Labelled(AsNumber(value.expr), value.letters)


def _index_floor(expr: Expr, context: Context) -> Labelled:
    above, below = sympy.fraction(sympy.together(expr.args[0]))
    return combine(Quotient, [index_array(above, context), index_array(below, context)], context.scope)


# ---------------------------------------------------------------- conditions


def condition(expr: Expr, context: Context) -> Labelled:
    """A 0/1 expression as an array of truth values."""
    if isinstance(expr, Compare):
        return _relation(expr.operator, expr.args[1], expr.args[2], context)
    if isinstance(expr, Delta):
        return _relation("==", expr.args[0], expr.args[1], context)
    if isinstance(expr, Mul) and all(isinstance(a, (Compare, Delta)) for a in expr.args):
        parts = [condition(a, context) for a in expr.args]
        made = parts[0]
        for part in parts[1:]:
            made = combine(Both, [made, part], context.scope)
        return made
    value = lower(expr, context)
    return Labelled(Relation("!=", value.expr, Integer(0)), value.letters)


def _relation(operator: str, left: Expr, right: Expr, context: Context) -> Labelled:
    whole = all(is_index(side, context) for side in (left, right))
    sides = [(index_array if whole else lower)(side, context) for side in (left, right)]
    return combine(lambda a, b: Relation(operator, a, b), sides, context.scope)


def _mask(expr: Expr, context: Context) -> Labelled:
    value = condition(expr, context)
    asked = (lower(side, context) for side in compared(expr, context))
    return decided(Labelled(AsNumber(value.expr), value.letters), asked, context.scope)


def _where(expr: Where, context: Context) -> Labelled:
    test, asked = condition(expr.args[0], context), compared(expr.args[0], context)
    inner = replace(context, looked_at=(*context.looked_at, *asked))
    chosen = lower(expr.args[1], replace(inner, masks=(*context.masks, test)))
    negated = Labelled(Not(test.expr), test.letters)
    otherwise = lower(expr.args[2], replace(inner, masks=(*context.masks, negated)))
    if is_number(chosen.expr) and is_number(otherwise.expr):
        chosen = Labelled(AsNumber(chosen.expr))
    cases = [test, chosen, otherwise]
    if turned(expr, asked):
        cases = [Labelled(opposite(test.expr), test.letters), otherwise, chosen]
    sides = (lower(side, context) for side in left_to_look_at(expr, asked))
    return decided(combine(Choose, cases, context.scope), sides, context.scope)


# ---------------------------------------------------------------- reductions


def _reduce(expr: Reduce, context: Context) -> Labelled:
    return HEADS[expr.head](expr, context.within(expr.letters, expr.extents))


def _sum(expr: Reduce, context: Context) -> Labelled:
    if isinstance(expr.body, Add) and any(contracts(t, expr.letters, context) for t in expr.body.args):
        terms = [_sum_term(t, expr.letters, context) for t in expr.body.args]
        return combine(total, terms, context.scope)
    return _sum_term(expr.body, expr.letters, context)


def _sum_term(term: Expr, letters: Sequence[Dummy], context: Context) -> Labelled:
    term, told = deltas(split_cases(term), letters, context.scope, lambda index: is_index(index, context))
    term, turned, fresh = reopened(term, letters, context.scope, context.tensors)
    if told or turned:
        inner = context.within(tuple(fresh), tuple(fresh.values()))
        return _scatter((*told, *turned), term, (*letters, *fresh), inner)
    factors = [term] if are_one(term) and not contracts(term, letters, context) else Mul.make_args(term)
    return sum_product([lower(f, context) for f in factors], letters, context.scope)


def _scatter(places: Sequence[Place], term: Expr, letters: Sequence[Dummy], context: Context) -> Labelled:
    """sum over the letters of the term, each value added at its places (v, index); no v occurs in the term."""
    # What no index depends on is summed first; what is left of the letters is carried by the values.
    landing = [a for a in context.scope if any(a in index.free_symbols for _, index in places)]
    inner = [a for a in letters if a not in landing]
    value = sum_product([lower(f, context) for f in Mul.make_args(term)], inner, context.scope)
    if set(landing) <= set(letters):
        made = overlap(value, places, context.scope)
        if made is not None:
            return made
    return _add_at(value, places, letters, landing, context)


def _add_at(
    value: Labelled, places: Sequence[Place], letters: Sequence[Dummy], landing: Sequence[Dummy], context: Context
) -> Labelled:
    targets = [v for v, _ in places]
    shared = [a for a in landing if a not in letters]
    free = [a for a in context.scope if a in value.letters and a not in (*letters, *targets, *shared)]
    at = [*shared, *(a for a in landing if a in letters)]
    # Places of one letter broadcast against those of another, so each is given all of them.
    index = [spread(index_array(place, context), at, context.scope).expr for _, place in places]
    index += [align(Labelled(Arange(context.scope[a]), (a,)), at) for a in shared]
    shape = [context.scope[a] for a in (*targets, *shared, *free)]
    values = spread(value, [*at, *free], context.scope)
    made = Helper("add_at", Tuple(*shape), Tuple(*index), values.expr, DTYPE)
    return Labelled(made, (*targets, *shared, *free))


def _mean(expr: Reduce, context: Context) -> Labelled:
    summed = _sum(expr, context)
    sizes = [Labelled(Pow(size, -1)) for size in expr.extents]
    return combine(product, [summed, *sizes], context.scope)


def _extreme(expr: Reduce, context: Context) -> Labelled:
    return fold(expr.head, lower(expr.body, context), expr.letters)


def _prod(expr: Reduce, context: Context) -> Labelled:
    value = lower(expr.body, context)
    absent = Mul(*(size for a, size in zip(expr.letters, expr.extents, strict=True) if a not in value.letters))
    folded = fold("prod", value, expr.letters)
    return folded if absent == 1 else Labelled(Pow(folded.expr, absent, evaluate=False), folded.letters)


def _folded(expr: Reduce, context: Context) -> Labelled:
    value = with_letters(lower(expr.body, context), expr.letters, context.scope)
    rest = tuple(a for a in value.letters if a not in expr.letters)
    return Labelled(Helper(expr.head, value.expr, axes_of(value, expr.letters)), rest)


def _along(expr: Along, context: Context) -> Labelled:
    inner = context.within(expr.letters, expr.extents)
    value = with_letters(lower(expr.body, inner), expr.letters, inner.scope)
    made = Helper(expr.head, value.expr, axes_of(value, expr.letters))
    at = dict(zip(expr.letters, expr.at, strict=True))
    extents = [inner.scope[a] for a in value.letters]
    return read(made, [at.get(a, a) for a in value.letters], extents, context, expr)


def _call(expr: Call, context: Context) -> Labelled:
    if expr.head not in LINALG:
        return lower(define_call(expr), context)
    made = linalg(expr)
    whole = form_of(expr)
    size = dict(zip("".join(whole.reads), (e for axes in expr.extents for e in axes), strict=True))
    return read(context.known.get(made, made), expr.indices, [size[kind] for kind in whole.gives], context, expr)


def linalg(expr: Call) -> Linalg:
    """The whole array of which the call reads one element."""
    return Linalg(expr.head, *expr.tensors)


HEADS: dict[str, Callable[[Reduce, Context], Labelled]] = {
    "sum": _sum,
    "mean": _mean,
    "prod": _prod,
    "max": _extreme,
    "min": _extreme,
    "logsumexp": _folded,
    "norm": _folded,
}
Rule = Callable[[Any, Context], Labelled]
RULES: tuple[tuple[Any, Rule], ...] = (
    (Entry, _entry),
    (Symbol, _symbol),
    ((Delta, Compare), _mask),
    (Where, _where),
    (Reduce, _reduce),
    (Along, _along),
    (Call, _call),
    (Add, lambda expr, context: combine(total, [lower(a, context) for a in expr.args], context.scope)),
    (Mul, _product),
    (Pow, _power),
    ((sympy.floor, sympy.Mod), _integer),
    (Function, _function),
    ((sympy.Number, sympy.NumberSymbol), lambda expr, context: Labelled(expr)),
)
INDEX_RULES: tuple[tuple[Any, Rule], ...] = (
    (Symbol, _index_symbol),
    (Entry, _index_entry),
    (Integer, lambda expr, context: Labelled(expr)),
    (Add, _index_arithmetic(Add)),
    (Mul, _index_arithmetic(Mul)),
    (sympy.floor, _index_floor),
    (sympy.Mod, _index_arithmetic(sympy.Mod)),
)

__all__ = ["Context", "NotLowered", "condition", "index_array", "linalg", "lower", "lower_equation"]
