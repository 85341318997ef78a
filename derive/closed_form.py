"""Looks for the closed form that a textbook would print; every rewrite it keeps is a recorded step.

The search is free to try anything: the kernel replays only what was recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

import sympy
from sympy import Add, Dummy, Expr, Function, Integer, Mul, Pow, Tuple

from derive.contract import contract, expand_deltas
from derive.fractions import abstract, equal_fractions, factored
from derive.functions import ROWS, unfold
from derive.index import Along, Binder, Compare, Delta, Entry, Reduce, Where, canonical, refresh, walk
from derive.recorder import Recorder, inner_first

DERIVED = ("adjoint", "tangent")


def simplify(line: Recorder) -> None:
    """Fold definitions back, use what the program says, and choose the shortest rational form."""
    line.exhaust(_join_moves)
    _settle_ranges(line)
    _fold_softmax(line)
    tidy(line)
    _use_facts(line, "forward")
    tidy(line)
    _merge_under_deltas(line)
    for number, fact in enumerate(line.context.facts):
        if fact.kind in DERIVED:
            _try_derived(line, number)
    _use_facts(line, "assumption")
    tidy(line)
    line.exhaust(_join_moves)
    tidy(line)
    line.exhaust(_mask_moves)
    line.exhaust(_join_moves)
    _group(line)


def _join_moves(line: Recorder) -> Iterator[tuple[str, Expr, dict[str, Expr]]]:
    """Cases on one condition, which a delta may have had to leave one by one, are one again."""
    for term in inner_first(line.expr):
        if isinstance(term, Add) and sum(isinstance(a, Where) for a in term.args) > 1:
            yield "join cases", term, {}


def _mask_moves(line: Recorder) -> Iterator[tuple[str, Expr, dict[str, Expr]]]:
    """A factor beside cases goes into them: 0 times something infinite must not arise where it is masked out."""
    for term in inner_first(line.expr):
        if isinstance(term, Mul) and any(isinstance(f, Where) for f in term.args):
            yield "factor into cases", term, {}


def _range_moves(line: Recorder) -> Iterator[tuple[str, Expr, dict[str, Expr]]]:
    """Masks that always hold, and those beside a read that is 0 where they fail."""
    if not line.expr.has(Compare):
        return
    for term in inner_first(line.expr):
        if isinstance(term, Compare):
            yield "index in range", term, {}
        elif isinstance(term, Mul):
            yield from (("mask beside a read", term, {"mask": f}) for f in term.args if isinstance(f, Compare))


def cost(expr: Expr) -> int:
    """Operations that a reader sees: nodes, with a power or a case counted as it prints."""
    if isinstance(expr, (Entry, sympy.Symbol)) or not expr.args:
        return 1
    if isinstance(expr, Pow) and expr.exp.is_Integer:
        return cost(expr.base) + 2 * (abs(int(expr.exp)) != 1)
    if isinstance(expr, Mul) and expr.args[0] == -1:
        return cost(Mul(*expr.args[1:]))
    return 1 + sum(cost(arg) for arg in expr.args if isinstance(arg, (Expr, Tuple)))


def tidy(line: Recorder) -> None:
    """Rewrite each reduction's body, each case and the whole as the shortest equal rational form."""
    line.exhaust(_constant_moves)
    for term in list(inner_first(line.expr)):
        if isinstance(term, (Binder, Where, Function)):
            for part in _parts(term):
                _shorten(line, part)
            line.exhaust(_constant_moves)
    _shorten(line, line.expr)
    line.exhaust(_constant_moves)


def _constant_moves(line: Recorder) -> Iterator[tuple[str, Expr, dict[str, Expr]]]:
    for term in inner_first(line.expr):
        if isinstance(term, Reduce) and term.head == "sum":
            yield "constant factor", term, {}


def _parts(term: Expr) -> tuple[Expr, ...]:
    if isinstance(term, Binder):
        return (term.body,)
    return tuple(term.args[1:]) if isinstance(term, Where) else tuple(term.args)


def _shorten(line: Recorder, term: Expr) -> None:
    best = shortest(term)
    if best != term and line.expr.has(term):
        # Where the rule cannot prove a form that was found, the old one stays.
        _attempt(line, "algebra", term, result=best)


def shortest(expr: Expr) -> Expr:
    """The shortest of some equal rational forms of an expression whose atoms are left alone."""
    if not isinstance(expr, (Add, Mul, Pow)):
        return expr
    shape, originals = abstract(expr)
    forms = [well_signed(form, originals) for form in _forms(shape)]
    best = min(forms, key=lambda form: _rank(form))
    result = best.xreplace(originals)
    # Equal sums under different letters are one atom, so the shape alone may be shorter than the expression.
    return result if _rank(best) < _rank(shape) or cost(result) < cost(expr) else expr


def _rank(form: Expr) -> tuple[int, bool, int]:
    """Short first; among equally short forms a product, then the one with fewer minus signs."""
    minus = sum(1 for node in sympy.preorder_traversal(form) if node.is_Number and node.is_negative)
    return cost(form), not isinstance(form, Mul), minus


@lru_cache(maxsize=4096)
def _forms(shape: Expr) -> tuple[Expr, ...]:
    """Equal forms of a rational shape; a product of powers has but one."""
    if not shape.has(Add):
        return (shape,)
    together = sympy.together(shape)
    try:
        cancelled = sympy.cancel(together)
        others = (factored(cancelled), sympy.factor_terms(cancelled), sympy.expand(cancelled))
    except (sympy.PolynomialError, NotImplementedError):
        return shape, together, sympy.expand(shape)
    found = dict.fromkeys((shape, together, cancelled, *others))
    return tuple(dict.fromkeys((*found, *(apart for form in found for apart in _divided(form)))))


def _divided(form: Expr) -> Iterator[Expr]:
    """(a + b/d)/n for (a d + b)/(d n): each symbol below the stroke divides the terms above instead."""
    totals = [f for f in Mul.make_args(form) if isinstance(f, Add)]
    for below in Mul.make_args(form) if len(totals) == 1 else ():
        if isinstance(below, Pow) and below.exp == -1 and below.base.is_Symbol:
            yield Mul(*(f for f in form.args if f not in (below, totals[0])), Add(*(t * below for t in totals[0].args)))


def well_signed(form: Expr, originals: Mapping[Expr, Expr]) -> Expr:
    """The same product with 1 - A rather than A - 1, and no minus in front that a difference can take."""
    if not isinstance(form, Mul):
        return form
    factors, sign = [], 1
    for factor in form.args:
        base, power = factor.as_base_exp()
        if isinstance(base, Add) and power.is_integer and _leads_negative(base, originals):
            factor, sign = Pow(-base, power), sign * (-1 if power % 2 else 1)
        factors.append(factor)
    return _absorb(Mul(*factors), sign)


def _absorb(product: Expr, sign: int) -> Expr:
    """sign * product; a minus that would stand in front goes into a difference, if there is one."""
    coefficient, _ = product.as_coeff_Mul()
    if (sign * coefficient).is_negative:
        for factor in product.args:
            if isinstance(factor, Add) and not any(a.is_Number for a in factor.args):
                rest = Mul(*(f for f in product.args if f is not factor))
                return Mul(-sign, rest, -factor)
    return Mul(sign, product)


def _leads_negative(total: Expr, originals: Mapping[Expr, Expr]) -> bool:
    numbers = [a for a in total.args if a.is_Number]
    lead = numbers[0] if numbers else min(total.args, key=lambda a: str(a.xreplace(originals).as_coeff_Mul()[1]))
    return bool(lead.as_coeff_Mul()[0].is_negative)


# ---------------------------------------------------------------- definitions read backwards


def _fold_softmax(line: Recorder) -> None:
    """e^{z_k} next to sum_l e^{z_l} becomes softmax_k(z) times that sum, which then cancels."""
    sums = dict.fromkeys(t for t in walk(line.expr) if isinstance(t, Reduce) and t.head == "sum")
    totals = [t for t in sums if isinstance(t.body, sympy.exp)]
    for total in totals:
        for term in [t for t in inner_first(line.expr) if isinstance(t, sympy.exp)]:
            values = match(total.body, term, total.letters)
            if values is not None and not _is_body_of(term, line.expr):
                fold = Along("softmax", total.body.args[0], total.letters, total.extents, values)
                _attempt(line, "softmax from exponentials", term, softmax=refresh(fold))


def _is_body_of(term: Expr, expr: Expr) -> bool:
    return any(node.body == term for node in expr.atoms(Reduce))


def _attempt(line: Recorder, rule: str, term: Expr, **bindings: Expr) -> bool:
    before = line.expr
    try:
        line.rewrite(rule, term, **bindings)
    except ValueError:
        return False
    return bool(line.expr != before)


def _use_facts(line: Recorder, kind: str) -> None:
    """Put the left side of a forward equation, or the right side of another fact, where the other side stands."""
    for number, fact in enumerate(line.context.facts):
        if fact.kind != kind:
            continue
        pattern = fact.right if kind == "forward" else fact.left
        if isinstance(pattern, Entry) or pattern.is_number:
            continue
        for term in list(inner_first(line.expr)):
            power = _power_of(term, pattern)
            values = match(pattern**power, term, fact.letters)
            if values is not None:
                rule = {"forward": "forward equation", "stored": "stored index"}.get(kind, kind)
                given = {} if power == 1 else {"power": power}
                _attempt(line, rule, term, fact=Integer(number), at=Tuple(*values), **given)


def _power_of(term: Expr, pattern: Expr) -> Integer:
    """1/sqrt(u) is sqrt(u) to the power -1, whatever SymPy makes of it."""
    if isinstance(term, Pow) and isinstance(pattern, Pow) and pattern.exp.is_Rational and not pattern.exp.is_Integer:
        power = term.exp / pattern.exp
        return power if power.is_Integer else Integer(1)
    return Integer(1)


def _try_derived(line: Recorder, number: int) -> None:
    """Put in a derivative derived before; keep it if so much cancels that the result is no longer than either.

    It may be as long as both together if no sum is left.
    """
    fact = line.context.facts[number]
    if _sums(fact.letters, fact.right) or not _occurrences(line, number):
        return
    for prepare in (tidy, _split_sums):
        trial = _put_in(line, number, prepare)
        together = cost(line.expr) + cost(fact.right)
        summed = _sums(line.context.scope, line.expr) and not _sums(line.context.scope, trial.expr)
        limit = together if summed else max(cost(line.expr), cost(fact.right))
        if fact.right.is_number or cost(trial.expr) <= limit:
            return line.adopt(trial)


def _put_in(line: Recorder, number: int, prepare: Callable[[Recorder], None]) -> Recorder:
    trial = line.fork()
    _insert(trial, number)
    prepare(trial)
    _use_facts(trial, "assumption")
    if trial.expr.has(Delta):
        contract(trial)
        _settle_ranges(trial)
        _merge_under_deltas(trial)
    tidy(trial)
    return trial


def _split_sums(line: Recorder) -> None:
    """Sums multiplied out, each term a sum of its own."""
    tidy(line)
    for term in list(inner_first(line.expr)):
        if isinstance(term, Reduce) and term.head == "sum" and line.expr.has(term):
            body = sympy.expand(term.body)
            _attempt(line, "algebra", term.body, result=body)
            _attempt(line, "sum of terms", Reduce("sum", body, term.letters, term.extents))
    line.exhaust(_constant_moves)


def _sums(letters: Iterable[Dummy], expr: Expr) -> bool:
    """Whether the expression sums anything but what is the same for all values of the letters."""
    return any(node.has(*letters) for node in expr.atoms(Reduce)) if letters else expr.has(Reduce)


def _settle_ranges(line: Recorder) -> None:
    """No masks but those that may fail."""
    _use_facts(line, "stored")
    line.exhaust(_range_moves)


def _merge_under_deltas(line: Recorder) -> None:
    """delta_ij u_j as delta_ij u_i, where the whole is shorter for it."""
    apart = line.fork()
    for term in list(inner_first(line.expr)) if line.expr.has(Delta) else ():
        if isinstance(term, Mul) and any(isinstance(f, Add) and f.has(Delta) for f in term.args):
            _attempt(apart, "algebra", term, result=expand_deltas(term))
    for delta in sorted(line.expr.atoms(Delta), key=str):
        for old, new in (delta.args, delta.args[::-1]):
            trial = apart.fork()
            beside = [t for t in inner_first(trial.expr) if isinstance(t, Mul) and delta in t.args]
            if any([_attempt(trial, "substitution under a delta", t, delta=delta, old=old, new=new) for t in beside]):
                tidy(trial)
                if cost(trial.expr) < cost(line.expr):
                    line.adopt(trial)
                    return


def _occurrences(line: Recorder, number: int) -> list[Entry]:
    name = line.context.facts[number].left.tensor
    return sorted((t for t in line.expr.atoms(Entry) if t.tensor == name), key=str)


def _insert(line: Recorder, number: int) -> None:
    rule = f"{line.context.facts[number].kind} equation"
    for term in _occurrences(line, number):
        _attempt(line, rule, term, fact=Integer(number), at=Tuple(*term.indices))


def insert_short(line: Recorder, kind: str) -> None:
    """Put in every derivative of this kind that is no sum, so that its deltas contract here."""
    for number, fact in enumerate(line.context.facts):
        if fact.kind == kind and not fact.right.has(Reduce):
            _insert(line, number)


def use_structures(line: Recorder) -> None:
    """A symmetric matrix is read with the letters of the left side first; a diagonal one on its diagonal alone."""
    rank = {bound: number for number, bound in enumerate(line.context.scope)}

    def order(index: Expr) -> tuple[int, str]:
        return rank.get(index, len(rank)), str(index)

    for number, fact in enumerate(line.context.facts):
        for term in _occurrences(line, number) if fact.kind == "structure" else ():
            row, column = term.indices
            if order(row) > order(column) or (fact.right.has(Delta) and row != column):
                _attempt(line, "structure", term, fact=Integer(number), at=Tuple(row, column))


def match(pattern: Expr, term: Expr, letters: Sequence[Dummy]) -> tuple[Expr, ...] | None:
    """Values of the letters that make `pattern` equal to `term` up to bound names, or None."""
    found: dict[Expr, Expr] = {}
    if not _match(canonical(pattern), canonical(term), frozenset(letters), found):
        return None
    return tuple(found[d] for d in letters) if all(d in found for d in letters) else None


def _match(pattern: Expr, term: Expr, letters: frozenset[Dummy], found: dict[Expr, Expr]) -> bool:
    if pattern in letters:
        return bool(found.setdefault(pattern, term) == term)
    if not pattern.args or not term.args:
        return bool(pattern == term)
    if pattern.func != term.func or len(pattern.args) != len(term.args):
        return False
    return all(_match(p, t, letters, found) for p, t in zip(pattern.args, term.args, strict=True))


# ---------------------------------------------------------------- slopes of functions


def fold_functions(line: Recorder, function: Expr) -> None:
    """Write a slope in terms of the function itself, or of another row that it is the definition of."""
    tidy(line)
    line.exhaust(_absolute_moves)
    tidy(line)
    if not _other_row(line) and not _own_power(line, function) and len(function.args) == 1:
        _exponentials_as(line, function)
    _group(line)


def _group(line: Recorder) -> None:
    """1 + x (1 - s) for 1 + x - x s: sums with fewer names on them."""
    for term in list(inner_first(line.expr)):
        if isinstance(term, Add) and line.expr.has(term) and term.has(Function):
            shape, originals = abstract(term)
            forms = [sympy.collect(shape, name) for name in sorted(shape.free_symbols, key=str)]
            best = min([shape, *forms], key=_names)
            if _names(best) < _names(shape):
                _attempt(line, "algebra", term, result=best.xreplace(originals))


def _names(form: Expr) -> int:
    return sum(node.is_Symbol for node in sympy.preorder_traversal(form))


def _absolute_moves(line: Recorder) -> Iterator[tuple[str, Expr, dict[str, Expr]]]:
    for term in inner_first(line.expr):
        if isinstance(term, Mul):
            yield "absolute value", term, {}


def _other_row(line: Recorder) -> bool:
    """The slope of softplus is the sigmoid."""
    for row in ROWS.values():
        function = row.head(*row.variables)
        if row.definition is None or function in row.variables or line.expr.is_number:
            continue
        if equal_fractions(row.definition(*row.variables), line.expr):
            return _attempt(line, "known function", line.expr, function=function)
    return False


def _own_power(line: Recorder, function: Expr) -> bool:
    """The slope as a factor times a power of the function: x/hypot(x, y), -2 x gaussian(x)."""
    definition = unfold(function)
    best, before = line.expr, sympy.denom(sympy.together(line.expr))
    for power in (1, -1, 3) if isinstance(definition, (Pow, Mul, sympy.exp)) else ():
        rest = shortest(line.expr / definition**power)
        safe = before.is_number is not True or sympy.denom(sympy.together(rest)).is_number
        if safe and not rest.has(sympy.exp) and cost(rest * function**power) < cost(best):
            best = rest * function**power
    return best != line.expr and _attempt(line, "function from definition", line.expr, function=function, result=best)


def _exponentials_as(line: Recorder, function: Expr) -> None:
    """Solve the definition f = d(E), E = exp(x), for E; keep the slope in f if it is shorter."""
    x, unknown, value = function.args[0], Dummy("E"), Dummy("f")
    shape = sympy.together(unfold(function)).subs(sympy.exp(-x), 1 / unknown).subs(sympy.exp(x), unknown)
    if shape.has(Entry) or shape.has(sympy.log):
        return
    solutions = sympy.solve(shape - value, unknown)
    trial = line.fork()
    for term in sorted(trial.expr.atoms(sympy.exp), key=str) if len(solutions) == 1 else []:
        result = (solutions[0] if term.args[0] == x else 1 / solutions[0]).xreplace({value: function})
        _attempt(trial, "function from definition", term, function=function, result=sympy.factor(result))
    tidy(trial)
    if not trial.expr.has(sympy.exp) and cost(trial.expr) < cost(line.expr):
        line.adopt(trial)
