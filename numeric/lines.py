"""The lines of a compiled function: what shares its work is computed together, and what is read no more is let go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from operator import is_

from sympy import Add, Basic, Expr, Mul, Pow, Symbol, Tuple
from sympy.core.symbol import Str

from derive.trees import walk
from numeric.arrays import (
    DTYPE,
    Apply,
    Choose,
    Copy,
    Dot,
    Einsum,
    Fold,
    Helper,
    MatMul,
    Overlap,
    TensorDot,
    Times,
    is_number,
)

# What a line makes, an array or a tuple of arrays, and how; None where it lets them go.
Line = tuple[Basic, Expr | None]
Statement = tuple[Symbol, Expr]
Statements = list[tuple[Basic, Expr]]


def fused(statements: Sequence[Statement]) -> list[Line]:
    """The statements with what is met again, and what is computed together, in lines of their own before.

    >>> Z, A, B = map(Symbol, "ZAB")
    >>> fused([(A, Apply("sigmoid", Z)), (B, A*Apply("sigmoid", -Z))])
    [((A, t1), Helper(sigmoids, Z)), (B, A*t1)]
    """
    taken = {s.name for pair in statements for side in pair for s in side.free_symbols}
    fresh = (Symbol(f"t{k}") for k in count(1) if f"t{k}" not in taken)
    return _once(_together(statements, fresh), fresh)


# ---------------------------------------------------------------- what is computed together


def _of_the_negative(node: Expr) -> Expr:
    return Apply(node.args[0], -_plain(node.args[1]))


def _logarithm(node: Expr) -> Expr:
    return Helper("log_softmax", *node.args[1:])


def _plain(x: Expr) -> Expr:
    """The argument as SymPy orders it, whose negative it knows: lowering writes -b - t for -(b + t)."""
    return x.func(*x.args) if isinstance(x, (Add, Mul)) else x


# A function, what is computed together with it, and the helper of numeric.runtime that gives both.
TOGETHER: dict[str, tuple[Callable[[Expr], Expr], str]] = {
    "sigmoid": (_of_the_negative, "sigmoids"),
    "log_sigmoid": (_of_the_negative, "log_sigmoids"),
    "softmax": (_logarithm, "softmaxes"),
}


def _together(statements: Sequence[Statement], fresh: Iterator[Symbol]) -> Statements:
    groups: dict[Basic, Group] = {part: group for group in _groups(statements) for part in group[1]}
    made: Statements = []
    names: dict[Basic, Expr] = {}
    for symbol, expr in statements:
        for call, parts in dict.fromkeys(groups[node] for node in walk(expr) if node in groups and node not in names):
            named = [symbol if part == expr else next(fresh) for part in parts]
            names |= dict(zip(parts, named, strict=True))
            made.append((Tuple(*named), replaced(call, names)))
        if names.get(expr) != symbol:
            made.append((symbol, replaced(expr, names)))
    return made


Group = tuple[Expr, tuple[Expr, Expr]]


def _groups(statements: Sequence[Statement]) -> Iterator[Group]:
    """The call of each helper that can take the place of two functions, and these."""
    nodes = (n for _, e in statements for n in walk(e) if isinstance(n, (Apply, Helper)))
    met = {node.func(node.args[0], *map(_plain, node.args[1:])): node for node in nodes}
    done: set[Expr] = set()
    for plain, node in met.items():
        beside, helper = TOGETHER.get(node.args[0].name, (None, ""))
        other = met.get(beside(plain)) if beside is not None and node not in done else None
        if other is not None:
            done |= {node, other}
            pair = (other, node) if plain.args[1].could_extract_minus_sign() else (node, other)
            yield Helper(helper, *pair[0].args[1:]), pair


# ---------------------------------------------------------------- what is met again

# What passes over an array; a view, or a comparison, does not.
COSTLY = (Add, Mul, Pow, Apply, Times, Choose, Fold, MatMul, TensorDot, Einsum, Dot, Helper, Overlap)


def _once(statements: Statements, fresh: Iterator[Symbol]) -> list[Line]:
    met: set[Expr] = set()
    again: set[Expr] = set()
    for _, expr in statements:
        _meet(expr, met, again)
    names: dict[Basic, Expr] = {}
    made: list[Line] = []
    for name, expr in statements if again else ():
        made += _defined(expr, again, names, fresh, name)
        if names.get(expr) != name:
            made.append((name, replaced(expr, names)))
    return made or [*statements]


def _meet(expr: Expr, met: set[Expr], again: set[Expr]) -> None:
    if expr in met:
        again |= {expr} if _is_costly(expr) else set()
        return
    if expr.args and not is_number(expr):
        met.add(expr)
        for arg in expr.args:
            if isinstance(arg, Expr):
                _meet(arg, met, again)


def _is_costly(expr: Expr) -> bool:
    """A sign, and a divisor, are written with what stands beside them."""
    divisor = isinstance(expr, Pow) and expr.exp.is_Integer and expr.exp < 0
    negative = isinstance(expr, Mul) and expr.args[0] == -1
    return isinstance(expr, COSTLY) and not divisor and not negative


def _defined(
    expr: Expr, again: set[Expr], names: dict[Basic, Expr], fresh: Iterator[Symbol], name: Basic | None = None
) -> Iterator[Line]:
    """A statement for each part that is met again and has no name yet."""
    if expr in names:
        return
    for arg in expr.args:
        if isinstance(arg, Expr):
            yield from _defined(arg, again, names, fresh)
    if expr in again:
        made = name if isinstance(name, Symbol) else next(fresh)
        yield made, replaced(expr, names)
        names[expr] = made


def replaced(expr: Expr, names: Mapping[Basic, Expr]) -> Expr:
    """The expression with names in it; sums and products stay as they are written."""
    if expr in names:
        return names[expr]
    if not expr.args or not names:
        return expr
    args = [replaced(a, names) for a in expr.args]
    return expr if all(map(is_, args, expr.args)) else _rebuilt(expr, args)


def _rebuilt(expr: Expr, args: list[Expr]) -> Expr:
    if expr.args[0] == Str("with_diagonal") and isinstance(args[1], Symbol):
        args[1] = Copy(args[1])  # it is written into
    return expr.func(*args, evaluate=False) if isinstance(expr, (Add, Mul, Pow)) else expr.func(*args)


def named(lines: Sequence[Line]) -> set[str]:
    """What the lines call the arrays that they make; extents and the dtype have names of the printer's."""
    return {s.name for names, _ in lines for s in names.free_symbols if not s.is_integer and s != DTYPE}


def let_go(lines: Sequence[Line], kept: set[str], ranks: Mapping[str, int]) -> list[Line]:
    """The lines, and after each which arrays are read no more, so that the next may have their memory."""
    last: dict[Symbol, int] = {}
    for number, (names, expr) in enumerate(lines):
        last |= dict.fromkeys(names.free_symbols | _read(expr), number)
    freed: dict[int, list[Symbol]] = {}
    for symbol in sorted((s for s in _arrays(lines, ranks) if s.name not in kept), key=str):
        freed.setdefault(last[symbol], []).append(symbol)
    freed.pop(len(lines) - 1, None)
    made = ([line, (Tuple(*freed[k]), None)] if k in freed else [line] for k, line in enumerate(lines))
    return [one for group in made for one in group]


def _read(expr: Expr | None) -> set[Symbol]:
    return expr.free_symbols if expr is not None else set()


def _arrays(lines: Sequence[Line], ranks: Mapping[str, int]) -> Iterator[Symbol]:
    """What is made and has two axes or more; a vector is not worth a line."""
    axes: dict[Symbol, int] = {}
    for names, expr in lines:
        most = max((axes.get(s, ranks.get(s.name, 0)) for s in _read(expr)), default=0)
        axes |= {s: ranks.get(s.name, most) for s in names.free_symbols if not s.is_integer}
    return (symbol for symbol, rank in axes.items() if rank > 1)


__all__ = ["Line", "fused", "let_go", "named"]
