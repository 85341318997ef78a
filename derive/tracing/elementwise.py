"""Functions of one element: rows that name derive's function for NumPy's and SciPy's, comparisons, where."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy import Expr

from derive.functions import apply
from derive.index import Compare, Where
from derive.tracing.arrays import Traced, broadcast, project
from derive.tracing.constants import traced
from derive.tracing.registry import TraceError, Twin, twin

Build = Callable[..., Expr]
# NumPy's and SciPy's name -> derive's row.
ROWS = {
    **{
        f"numpy.{n}": n
        for n in [
            "exp",
            "exp2",
            "expm1",
            "log",
            "log2",
            "log10",
            "log1p",
            "sqrt",
            "sin",
            "cos",
            "tan",
            "sinh",
            "cosh",
            "tanh",
        ]
    },
    **{f"numpy.{n}": n for n in ["square", "hypot", "logaddexp", "floor", "ceil", "sign"]},
    **{f"numpy.arc{n}": f"a{n}" for n in ["sin", "cos", "tan", "sinh", "cosh", "tanh"]},
    **{f"numpy.a{n}": f"a{n}" for n in ["sin", "cos", "tan", "sinh", "cosh", "tanh"]},
    "numpy.absolute": "abs",
    "numpy.abs": "abs",
    "numpy.fabs": "abs",
    "numpy.rint": "round",
    "numpy.arctan2": "atan2",
    "numpy.atan2": "atan2",
    "scipy.special.expit": "sigmoid",
    "scipy.special.log_expit": "log_sigmoid",
    "scipy.special.logit": "logit",
    "scipy.special.erf": "erf",
    "scipy.special.erfc": "erfc",
    "scipy.special.erfinv": "erfinv",
    "scipy.special.gammaln": "gammaln",
    "scipy.special.digamma": "digamma",
    "scipy.special.psi": "digamma",
    "scipy.special.ndtr": "normal_cdf",
    "scipy.special.log_ndtr": "log_normal_cdf",
    "scipy.special.xlogy": "xlogy",
    "scipy.special.expm1": "expm1",
    "scipy.special.log1p": "log1p",
    "scipy.special.exp2": "exp2",
}


def combine(build: Build, *operands: Any, kind: str = "f") -> Traced:
    """build(a, b, ...) element by element, broadcast as NumPy does."""
    arrays = [traced(o) for o in operands]
    elements = [a.element for a in arrays]
    shape = broadcast(arrays)

    def element(*index: Any) -> Expr:
        return build(*(project(a, e, index) for a, e in zip(arrays, elements, strict=True)))

    return Traced(shape, element, kind)


def _row(name: str) -> Twin:
    return lambda *operands: combine(lambda *values: apply(name, *values), *operands)


for _numpy, _name in ROWS.items():
    twin(_numpy)(_row(_name))


def whole(*operands: Any) -> str:
    """i if all operands hold integers or masks, else f."""
    return "i" if all(traced(o).kind in "ib" for o in operands) else "f"


def _arithmetic(build: Build) -> Twin:
    return lambda *operands: combine(build, *operands, kind=whole(*operands))


@twin("numpy.add")
def _add(a: Any, b: Any) -> Traced:
    if traced(a).kind == traced(b).kind == "b":
        raise TraceError("+ of two masks is `or` in NumPy; write mask | other, or np.where(mask, 1, 0) to count")
    return combine(lambda x, y: x + y, a, b, kind=whole(a, b))


ARITHMETIC: dict[str, Build] = {
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "negative": lambda a: -a,
    "positive": lambda a: a,
}
for _name, _build in ARITHMETIC.items():
    twin(f"numpy.{_name}")(_arithmetic(_build))


@twin("numpy.divide", "numpy.true_divide")
def _divide(a: Any, b: Any) -> Traced:
    return combine(lambda x, y: x / y, a, b)


@twin("numpy.reciprocal")
def _reciprocal(a: Any) -> Traced:
    return combine(lambda x: 1 / x, a)


@twin("numpy.power", "numpy.float_power", "numpy.pow")
def _power(a: Any, b: Any) -> Traced:
    return combine(lambda x, y: x**y, a, b, kind=whole(a, b))


@twin("numpy.floor_divide")
def _floor_divide(a: Any, b: Any) -> Traced:
    _fixed_divisor("//", b)
    return combine(lambda x, y: sympy.floor(x / y), a, b, kind=whole(a, b))


@twin("numpy.remainder", "numpy.mod")
def _remainder(a: Any, b: Any) -> Traced:
    _fixed_divisor("%", b)
    return combine(sympy.Mod, a, b, kind=whole(a, b))


def _fixed_divisor(sign: str, b: Any) -> None:
    if isinstance(b, Traced):
        raise TraceError(f"{sign} by a traced value; it divides by a number or a size only")


# ---------------------------------------------------------------- the larger, the smaller


def _constant(value: Any) -> bool:
    return not isinstance(value, Traced)


def _extreme(name: str) -> Twin:
    """The constant stands second: its slope is taken at a tie, so that relu has slope 0 at 0."""

    def twin_of(a: Any, b: Any) -> Traced:
        a, b = (b, a) if _constant(a) and not _constant(b) else (a, b)
        if name == "max" and isinstance(b, (int, float)) and b == 0:
            return combine(lambda x: apply("relu", x), a)
        return combine(lambda x, y: apply(name, x, y), a, b)

    return twin_of


twin("numpy.maximum", "numpy.fmax")(_extreme("max"))
twin("numpy.minimum", "numpy.fmin")(_extreme("min"))


@twin("numpy.clip")
def _clip(a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Traced:
    low, high = a_min if a_min is not None else min, a_max if a_max is not None else max
    if low is None or high is None:
        return _extreme("max")(a, low) if low is not None else _extreme("min")(a, high) if high is not None else a
    return combine(lambda x, lo, hi: apply("clip", x, lo, hi), a, low, high)


@twin("numpy.round", "numpy.around")
def _round(a: Any, decimals: int = 0) -> Traced:
    if decimals:
        raise TraceError(f"round to {decimals} decimals; only round(x) is traced")
    return combine(lambda x: apply("round", x), a)


# ---------------------------------------------------------------- masks


SIGNS = {"less": "<", "less_equal": "<=", "equal": "==", "not_equal": "!=", "greater": ">", "greater_equal": ">="}


def _comparison(sign: str) -> Twin:
    return lambda a, b: combine(lambda x, y: Compare(sign, x, y), a, b, kind="b")


for _name, _sign in SIGNS.items():
    twin(f"numpy.{_name}")(_comparison(_sign))


def _masks(*operands: Any) -> None:
    for operand in operands:
        if traced(operand).kind != "b":
            raise TraceError("&, |, ^ and ~ work on masks such as x > 0; these are numbers")


@twin("numpy.logical_and", "numpy.bitwise_and")
def _and(a: Any, b: Any) -> Traced:
    _masks(a, b)
    return combine(lambda x, y: x * y, a, b, kind="b")


@twin("numpy.logical_or", "numpy.bitwise_or")
def _or(a: Any, b: Any) -> Traced:
    _masks(a, b)
    return combine(lambda x, y: Where(x, 1, y), a, b, kind="b")


@twin("numpy.logical_xor", "numpy.bitwise_xor")
def _xor(a: Any, b: Any) -> Traced:
    _masks(a, b)
    return combine(lambda x, y: Where(x, 1 - y, y), a, b, kind="b")


@twin("numpy.logical_not", "numpy.invert", "numpy.bitwise_not")
def _not(a: Any) -> Traced:
    _masks(a)
    return combine(lambda x: 1 - x, a, kind="b")


@twin("numpy.where")
def _where(condition: Any, *branches: Any) -> Traced:
    if len(branches) != 2:
        raise TraceError("np.where(condition) alone gives as many places as the values say; write np.where(c, a, b)")
    mask = traced(condition)
    if mask.kind == "f":
        mask = combine(lambda x: Compare("!=", x, 0), mask, kind="b")
    return combine(Where, mask, *branches, kind=whole(*branches))


@twin("numpy.heaviside")
def _heaviside(a: Any, at_zero: Any) -> Traced:
    return combine(lambda x, h: Where(Compare(">", x, 0), 1, Where(Compare("<", x, 0), 0, h)), a, at_zero)


@twin("scipy.special.xlog1py")
def _xlog1py(a: Any, b: Any) -> Traced:
    return combine(lambda x, y: apply("xlogy", x, 1 + y), a, b)


@twin("scipy.special.entr")
def _entr(a: Any) -> Traced:
    return combine(lambda x: -apply("xlogy", x, x), a)
