"""The reference: a program evaluated one element at a time, in as many digits as asked for.

Slow on purpose. It shares nothing with the lowering, and follows the meaning of each node word for word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import mpmath
import numpy as np
import sympy
from mpmath import mp
from sympy import Add, Expr, Function, Mul, Pow, Symbol

from derive.equation import Program
from derive.functions import row_of, unfold
from derive.index import Along, Call, Compare, Delta, Entry, Reduce, Where
from derive.whole import define_call

Values = dict[str, np.ndarray[Any, Any]]


def evaluate(program: Program, arrays: Mapping[str, Any], digits: int = 50, until: str | None = None) -> Values:
    """All tensors of the program by name, as arrays of mpmath numbers; the equations after `until` are left out.

    Arrays may hold floats, integers, complex numbers or mpmath numbers. A stored index outside its axis raises
    IndexError; a computed one reads 0. Comparisons look at real parts.
    """
    with mpmath.workdps(digits):
        found = {name: _numbers(arrays[name]) for name in program.inputs if name in arrays}
        sizes = _sizes(program, found)
        for equation in program.equations:
            shape = tuple(_size(e, sizes) for e in program.extents(equation.name))
            made = np.empty(shape, dtype=object)
            for at in np.ndindex(shape):
                scope = dict(zip(equation.indices, at, strict=True))
                made[at] = _value(equation.rhs, _Place({**sizes, **scope}, found))
            found[equation.name] = made
            if equation.name == until:
                break
        return found


@dataclass(frozen=True)
class _Place:
    """Where an expression is evaluated: the numbers behind letters and extents, and the tensors so far."""

    scope: Mapping[Symbol, int]
    tensors: Values

    def at(self, letters: tuple[Symbol, ...], numbers: tuple[int, ...]) -> _Place:
        return _Place({**self.scope, **dict(zip(letters, numbers, strict=True))}, self.tensors)


def _numbers(array: Any) -> np.ndarray[Any, Any]:
    given = np.asarray(array)
    made = np.empty(given.shape, dtype=object)
    for at in np.ndindex(given.shape):
        made[at] = _number(given[at])
    return made


def _number(x: Any) -> Any:
    if isinstance(x, (int, np.integer, np.bool_)):
        return int(x)
    if isinstance(x, (complex, np.complexfloating)):
        return mp.mpc(complex(x))
    return mp.mpf(float(x)) if isinstance(x, (float, np.floating)) else x


def _sizes(program: Program, arrays: Values) -> dict[Symbol, int]:
    """The number behind each symbolic extent, read off the inputs."""
    found: dict[Symbol, int] = {}
    for name, array in arrays.items():
        for symbol, number in zip(program.extents(name), array.shape, strict=True):
            if isinstance(symbol, Symbol):
                found[symbol] = number
    return found


def _size(extent: Expr, sizes: Mapping[Symbol, int]) -> int:
    return int(extent.xreplace({s: sympy.Integer(n) for s, n in sizes.items()}))


def _value(expr: Expr, place: _Place) -> Any:
    for kind, rule in MEANINGS:
        if isinstance(expr, kind):
            return rule(expr, place)
    raise NotImplementedError(f"the interpreter has no meaning for {type(expr).__name__}: {expr}")


def _real(x: Any) -> Any:
    return x.real if isinstance(x, mp.mpc) else x


def _index(expr: Expr, place: _Place) -> int:
    return int(_value(expr, place))


def _entry(expr: Entry, place: _Place) -> Any:
    array = place.tensors[expr.tensor]
    at = tuple(_index(i, place) for i in expr.indices)
    for axis, (index, number) in enumerate(zip(expr.indices, at, strict=True)):
        if not 0 <= number < array.shape[axis]:
            if index.has(Entry):
                raise IndexError(f"{expr}: the stored index {number} is outside 0 .. {array.shape[axis] - 1}")
            return mp.mpf(0)
    return array[at]


def _delta(expr: Delta, place: _Place) -> Any:
    return mp.mpf(int(_value(expr.args[0], place) == _value(expr.args[1], place)))


RELATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


def _compare(expr: Compare, place: _Place) -> Any:
    left, right = (_real(_value(side, place)) for side in expr.args[1:])
    return mp.mpf(int(RELATIONS[expr.operator](left, right)))


def _where(expr: Where, place: _Place) -> Any:
    condition, chosen, otherwise = expr.args
    return _value(chosen if _real(_value(condition, place)) != 0 else otherwise, place)


def _places(expr: Reduce | Along, place: _Place) -> Iterator[_Place]:
    sizes = [range(_index(e, place)) for e in expr.extents]
    return (place.at(expr.letters, numbers) for numbers in product(*sizes))


def _reduce(expr: Reduce, place: _Place) -> Any:
    return COLLECT[expr.head]([_value(expr.body, inner) for inner in _places(expr, place)])


COLLECT: dict[str, Callable[[list[Any]], Any]] = {
    "sum": lambda xs: sum(xs, mp.mpf(0)),
    "mean": lambda xs: sum(xs, mp.mpf(0)) / len(xs),
    "prod": lambda xs: mp.fprod(xs),
    "max": lambda xs: max(xs, key=_real),
    "min": lambda xs: min(xs, key=_real),
    "logsumexp": lambda xs: _log(sum(map(mp.exp, xs), mp.mpf(0))),
}


def _along(expr: Along, place: _Place) -> Any:
    total = sum((mp.exp(_value(expr.body, inner)) for inner in _places(expr, place)), mp.mpf(0))
    at = _value(expr.body, place.at(expr.letters, tuple(_index(i, place) for i in expr.at)))
    if expr.head == "softmax":
        return mp.exp(at) / total if total != 0 else mp.mpf(0)
    return at - _log(total)


def _log(x: Any) -> Any:
    return mp.log(x) if x != 0 else mp.ninf


def _power(expr: Pow, place: _Place) -> Any:
    base, exponent = _value(expr.base, place), _value(expr.exp, place)
    if base == 0 and _real(exponent) < 0:
        return mp.inf
    if isinstance(exponent, int):
        return mp.mpmathify(base) ** exponent
    return mp.power(base, exponent)


def _floor(expr: Expr, place: _Place) -> Any:
    above, below = sympy.fraction(sympy.together(expr.args[0]))
    return mp.floor(mp.mpf(_value(above, place)) / _value(below, place))


def _function(expr: Expr, place: _Place) -> Any:
    row = row_of(expr)
    name = row.name if row is not None else type(expr).__name__
    if name in ELEMENTARY:
        return ELEMENTARY[name](*(_value(a, place) for a in expr.args))
    if row is None:
        raise NotImplementedError(f"the interpreter has no meaning for the function {name}")
    return _value(unfold(expr), place)


def _sign(x: Any) -> Any:
    return mp.mpf((_real(x) > 0) - (_real(x) < 0)) if _real(x) == _real(x) else mp.nan


def _atan2(y: Any, x: Any) -> Any:
    """The angle of the point (x, y), also where both have an imaginary part, as a complex step has them."""
    if not isinstance(y, mp.mpc) and not isinstance(x, mp.mpc):
        return mp.atan2(y, x)
    return mp.log((x + mp.j * y) / mp.sqrt(x * x + y * y)) / mp.j


# SymPy's elementary functions; a row of the registry is evaluated by its definition.
ELEMENTARY: dict[str, Callable[..., Any]] = {
    "log": _log,
    **{
        n: getattr(mp, n)
        for n in [
            "exp",
            "sin",
            "cos",
            "tan",
            "sinh",
            "cosh",
            "tanh",
            "asin",
            "acos",
            "atan",
            "asinh",
            "acosh",
            "atanh",
            "erf",
            "erfc",
            "erfinv",
        ]
    },
    "atan2": _atan2,
    "gammaln": mp.loggamma,
    "polygamma": lambda order, x: mp.psi(int(order), x),
    "floor": lambda x: mp.floor(_real(x)),
    "ceil": lambda x: mp.ceil(_real(x)),
    "round": lambda x: mp.nint(_real(x)),
    "Abs": lambda x: x * _sign(x),
}


# mpmath's elimination meets a singular matrix with either of these.
SINGULAR = (ZeroDivisionError, TypeError)


def _inverse(matrix: Any) -> Any:
    try:
        return matrix**-1
    except SINGULAR:
        return matrix * mp.nan


def _determinant(matrix: Any) -> Any:
    try:
        return mp.det(matrix)
    except SINGULAR:
        return mp.mpf(0)


MATRICES: dict[str, Callable[[Any], Any]] = {"inv": _inverse, "det": _determinant, "cholesky": mp.cholesky}


def _call(expr: Call, place: _Place) -> Any:
    if expr.head not in MATRICES:
        return _value(define_call(expr), place)
    made = MATRICES[expr.head](mp.matrix(place.tensors[expr.tensors[0].name].tolist()))
    at = tuple(_index(i, place) for i in expr.indices)
    return made[at] if at else made


def _constant(expr: Expr, place: _Place) -> Any:
    special = {sympy.oo: mp.inf, -sympy.oo: mp.ninf, sympy.nan: mp.nan}
    return special[expr] if expr in special else mp.mpmathify(expr.evalf(mp.dps + 5))


Meaning = Callable[[Any, _Place], Any]
MEANINGS: tuple[tuple[Any, Meaning], ...] = (
    (sympy.Integer, lambda expr, place: int(expr)),
    (sympy.Rational, lambda expr, place: mp.mpf(int(expr.p)) / int(expr.q)),
    ((sympy.Number, sympy.NumberSymbol), _constant),
    (Entry, _entry),
    (Symbol, lambda expr, place: place.scope[expr]),
    (Delta, _delta),
    (Compare, _compare),
    (Where, _where),
    (Reduce, _reduce),
    (Along, _along),
    (Call, _call),
    (Add, lambda expr, place: sum(_value(a, place) for a in expr.args)),
    (Mul, lambda expr, place: mp.fprod(_value(a, place) for a in expr.args)),
    (Pow, _power),
    (sympy.floor, _floor),
    (sympy.Mod, lambda expr, place: _value(expr.args[0], place) % _value(expr.args[1], place)),
    (Function, _function),
)
