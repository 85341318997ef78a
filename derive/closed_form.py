"""Looks for the closed form that a textbook would print; every rewrite it keeps is a recorded step.

The search is free to try anything: the kernel replays only what was recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import sympy
from sympy import Add, Dummy, Expr, Function, Integer, Mul, Pow, Tuple

from derive.contract import contract, expand_deltas
from derive.fractions import abstract, equal_fractions
from derive.functions import ROWS, unfold
from derive.index import Along, Binder, Compare, Delta, Entry, Reduce, Where, canonical, refresh
from derive.recorder import Move, Recorder, inner_first
from derive.short_forms import cost, shortest, well_signed
from derive.trees import nodes, walk

DERIVED = ("adjoint", "tangent")


def simplify(line: Recorder, apart: bool = False) -> None:
    """Fold definitions back, use what the program says, and choose the shortest rational form.

    `apart` says that each term of the line went through all this by itself.
    """
    line.exhaust_terms(_join_moves)
    _settle_ranges(line)
    _fold_softmax(line)
    tidy(line)
    _use_facts(line, "forward")
    tidy(line)
    _merge_under_deltas(line)
    # Within a sum nothing cancels against another term, so there it was tried already.
    read = {entry.tensor for entry in (_outside_sums(line.expr) if apart else line.expr.atoms(Entry))}
    for number, fact in enumerate(line.context.facts):
        if fact.kind in DERIVED and fact.left.tensor in read:
            _try_derived(line, number)
    _use_facts(line, "assumption")
    tidy(line)
    line.exhaust_terms(_join_moves)
    tidy(line)
    line.exhaust_terms(_mask_moves)
    line.exhaust_terms(_join_moves)
    group(line)


def _outside_sums(expr: Expr) -> Iterator[Entry]:
    if isinstance(expr, Entry):
        yield expr
    for arg in expr.args if not isinstance(expr, Binder) else ():
        yield from _outside_sums(arg)


def _join_moves(term: Expr) -> Iterator[Move]:
    """Cases on one condition, which a delta may have had to leave one by one, are one again."""
    if isinstance(term, Add) and sum(isinstance(a, Where) for a in term.args) > 1:
        yield "join cases", term, {}


def _mask_moves(term: Expr) -> Iterator[Move]:
    """A factor beside cases goes into them: 0 times something infinite must not arise where it is masked out."""
    if isinstance(term, Mul) and any(isinstance(f, Where) for f in term.args):
        yield "factor into cases", term, {}


def _range_moves(term: Expr) -> Iterator[Move]:
    """Masks that always hold, and those beside a read that is 0 where they fail."""
    if isinstance(term, Compare):
        yield "index in range", term, {}
    elif isinstance(term, Mul):
        yield from (("mask beside a read", term, {"mask": f}) for f in term.args if isinstance(f, Compare))


def tidy(line: Recorder) -> None:
    """Rewrite each reduction's body, each case and the whole as the shortest equal rational form."""
    line.exhaust_terms(_constant_moves)
    for term in list(inner_first(line.expr)):
        shorter = [_shorten(line, part) for part in _parts(term)]
        if any(shorter):
            line.exhaust_terms(_constant_moves)
    if _shorten(line, line.expr):
        line.exhaust_terms(_constant_moves)


def _constant_moves(term: Expr) -> Iterator[Move]:
    if isinstance(term, Reduce) and term.head == "sum":
        yield "constant factor", term, {}


def _parts(term: Expr) -> tuple[Expr, ...]:
    if isinstance(term, Binder):
        return (term.body,)
    if isinstance(term, Where):
        return tuple(term.args[1:])
    return tuple(term.args) if isinstance(term, Function) else ()


def _shorten(line: Recorder, term: Expr) -> bool:
    best = shortest(term)
    # Where the rule cannot prove a form that was found, the old one stays.
    return best != term and line.expr.has(term) and attempt(line, "algebra", term, result=best)


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
                attempt(line, "softmax from exponentials", term, softmax=refresh(fold))


def _is_body_of(term: Expr, expr: Expr) -> bool:
    return any(node.body == term for node in expr.atoms(Reduce))


def attempt(line: Recorder, rule: str, term: Expr, **bindings: Expr) -> bool:
    """Whether the rule applies and changes the line; where it does not, the line stays."""
    before = line.expr
    try:
        line.rewrite(rule, term, **bindings)
    except ValueError:
        return False
    return bool(line.expr != before)


def _use_facts(line: Recorder, kind: str) -> None:
    """Put the left side of a forward equation, or the right side of another fact, where the other side stands."""
    seen, terms = line.expr, _by_type(line.expr)
    put_in = {int(step["fact"]) for step in line.steps if step.rule == "equation put in"}
    for number, fact in enumerate(line.context.facts):
        if fact.kind != kind or number in put_in:
            continue
        pattern = fact.right if kind == "forward" else fact.left
        if isinstance(pattern, Entry) or pattern.is_number:
            continue
        if seen is not line.expr:
            seen, terms = line.expr, _by_type(line.expr)
        for term in terms.get(type(pattern), ()):
            power = _power_of(term, pattern)
            values = match(pattern**power, term, fact.letters)
            if values is not None:
                rule = {"forward": "forward equation", "stored": "stored index"}.get(kind, kind)
                given = {} if power == 1 else {"power": power}
                attempt(line, rule, term, fact=Integer(number), at=Tuple(*values), **given)


def _by_type(expr: Expr) -> dict[type, list[Expr]]:
    found: dict[type, list[Expr]] = {}
    for term in inner_first(expr):
        found.setdefault(type(term), []).append(term)
    return found


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
    if sums_over(fact.letters, fact.right) or not _occurrences(line, number):
        return
    for prepare in (tidy, split_sums):
        trial = _put_in(line, number, prepare)
        if fact.right.is_number or cost(trial.expr) <= _agreed(line, trial, fact.right):
            return line.adopt(trial)


def _agreed(line: Recorder, trial: Recorder, right: Expr) -> int:
    """How long the line may be with the right side put in."""
    before, masked = cost(line.expr), trial.expr.has(Where) and trial.expr.has(Compare)
    summed = sums_over(line.context.scope, line.expr) and not sums_over(line.context.scope, trial.expr)
    return before + cost(right) if summed and not masked else max(before, cost(right))


def _put_in(line: Recorder, number: int, prepare: Callable[[Recorder], None]) -> Recorder:
    trial = line.fork()
    insert(trial, number)
    prepare(trial)
    _use_facts(trial, "assumption")
    if trial.expr.has(Delta):
        contract(trial)
        _settle_ranges(trial)
        _merge_under_deltas(trial)
    tidy(trial)
    return trial


def split_sums(line: Recorder) -> None:
    """Sums multiplied out, each term a sum of its own."""
    tidy(line)
    for term in list(inner_first(line.expr)):
        if isinstance(term, Reduce) and term.head == "sum" and line.expr.has(term):
            body = sympy.expand(term.body)
            attempt(line, "algebra", term.body, result=body)
            attempt(line, "sum of terms", Reduce("sum", body, term.letters, term.extents))
    line.exhaust_terms(_constant_moves)


def sums_over(letters: Iterable[Dummy], expr: Expr) -> bool:
    """Whether the expression sums anything but what is the same for all values of the letters."""
    return any(node.has(*letters) for node in expr.atoms(Reduce)) if letters else expr.has(Reduce)


def _settle_ranges(line: Recorder) -> None:
    """No masks but those that may fail."""
    _use_facts(line, "stored")
    line.exhaust_terms(_range_moves)


def _merge_under_deltas(line: Recorder) -> None:
    """delta_ij u_j as delta_ij u_i, where the whole is shorter for it."""
    apart = _multiplied_out(line)
    for delta, old, new, factor in _beside_deltas(apart.expr):
        trial = apart.fork()
        for term in list(inner_first(trial.expr)):
            if isinstance(term, Mul) and {delta, factor} <= set(term.args):
                bindings = {"delta": delta, "old": old, "new": new, "factor": factor}
                attempt(trial, "substitution under a delta", term, **bindings)
        tidy(trial)
        if cost(trial.expr) < cost(line.expr):
            line.adopt(trial)
            return _merge_under_deltas(line)


def _multiplied_out(line: Recorder) -> Recorder:
    """A copy in which each delta is a factor of a term."""
    apart = line.fork()
    for term in list(inner_first(line.expr)) if line.expr.has(Delta) else ():
        if isinstance(term, Mul) and any(isinstance(f, Add) and f.has(Delta) for f in term.args):
            attempt(apart, "algebra", term, result=expand_deltas(term))
    return apart


def _beside_deltas(expr: Expr) -> list[tuple[Expr, Expr, Expr, Expr]]:
    """A delta, one of its indices and the other, and a factor beside it that reads by the first."""
    found: dict[tuple[Expr, Expr, Expr, Expr], None] = {}
    for term in inner_first(expr) if expr.has(Delta) else ():
        for delta in term.args if isinstance(term, Mul) else ():
            for old, new in (delta.args, delta.args[::-1]) if isinstance(delta, Delta) else ():
                found |= {(delta, old, new, f): None for f in term.args if f != delta and f.has(old)}
    return list(found)


def _occurrences(line: Recorder, number: int) -> list[Entry]:
    name = line.context.facts[number].left.tensor
    return sorted((t for t in nodes(line.expr, Entry) if t.tensor == name), key=str)


def insert(line: Recorder, number: int) -> None:
    """Put a derivative derived before in wherever it is read."""
    kind = line.context.facts[number].kind
    rule = "equation put in" if kind == "forward" else f"{kind} equation"
    for term in _occurrences(line, number):
        attempt(line, rule, term, fact=Integer(number), at=Tuple(*term.indices))


def insert_short(line: Recorder, kind: str) -> None:
    """Put in every derivative of this kind that is no sum, so that its deltas contract here."""
    for number, fact in enumerate(line.context.facts):
        if fact.kind == kind and not fact.right.has(Reduce):
            insert(line, number)


def use_structures(line: Recorder) -> None:
    """A symmetric matrix is read with the letters of the left side first; a diagonal one on its diagonal alone."""
    rank = {bound: number for number, bound in enumerate(line.context.scope)}

    def order(index: Expr) -> tuple[int, str]:
        return rank.get(index, len(rank)), str(index)

    for number, fact in enumerate(line.context.facts):
        for term in _occurrences(line, number) if fact.kind == "structure" else ():
            row, column = term.indices
            if order(row) > order(column) or (fact.right.has(Delta) and row != column):
                attempt(line, "structure", term, fact=Integer(number), at=Tuple(row, column))


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
    line.exhaust_terms(_absolute_moves)
    tidy(line)
    # There are many other rows, so they are asked last.
    _ = _exponentials_as(line, function) or _own_power(line, function) or _other_row(line)
    group(line)


def group(line: Recorder) -> None:
    """1 + x (1 - s) for 1 + x - x s: sums with fewer names on them."""
    for term in list(inner_first(line.expr)):
        if isinstance(term, Add) and line.expr.has(term):
            shape, originals = abstract(term)
            collected = (sympy.collect(shape, name) for name in sorted(shape.free_symbols, key=str))
            forms = [Add(*(well_signed(t, originals) for t in Add.make_args(form))) for form in collected]
            best = min([shape, *forms], key=_names)
            if _names(best) < _names(shape):
                attempt(line, "algebra", term, result=best.xreplace(originals))


def _names(form: Expr) -> int:
    return sum(node.is_Symbol for node in sympy.preorder_traversal(form))


def _absolute_moves(term: Expr) -> Iterator[Move]:
    if isinstance(term, Mul):
        yield "absolute value", term, {}


def _other_row(line: Recorder) -> bool:
    """The slope of softplus is the sigmoid."""
    for row in ROWS.values():
        function = row.head(*row.variables)
        if row.definition is None or function in row.variables or line.expr.is_number:
            continue
        if equal_fractions(row.definition(*row.variables), line.expr):
            return attempt(line, "known function", line.expr, function=function)
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
    return best != line.expr and attempt(line, "function from definition", line.expr, function=function, result=best)


def _exponentials_as(line: Recorder, function: Expr) -> bool:
    """Solve the definition f = d(E), E = exp(x), for E; keep the slope in f if it is shorter."""
    if len(function.args) != 1 or not line.expr.has(sympy.exp):
        return False
    x, unknown, value = function.args[0], Dummy("E"), Dummy("f")
    shape = sympy.together(unfold(function)).subs(sympy.exp(-x), 1 / unknown).subs(sympy.exp(x), unknown)
    if shape.has(Entry) or shape.has(sympy.log):
        return False
    power = _solved(sympy.expand(sympy.numer(sympy.together(shape - value))), unknown)
    if power is None:
        return False
    trial = line.fork()
    for term in sorted(nodes(trial.expr, sympy.exp), key=str):
        result = (power if term.args[0] == x else 1 / power).xreplace({value: function})
        attempt(trial, "function from definition", term, function=function, result=sympy.factor(result))
    tidy(trial)
    shorter = not trial.expr.has(sympy.exp) and cost(trial.expr) < cost(line.expr)
    if shorter:
        line.adopt(trial)
    return shorter


def _solved(zero: Expr, unknown: Expr) -> Expr | None:
    """The value of the unknown at which this is 0, if it is linear in it."""
    slope, rest = zero.coeff(unknown, 1), zero.coeff(unknown, 0)
    return -rest / slope if slope != 0 and zero == sympy.expand(slope * unknown + rest) else None
