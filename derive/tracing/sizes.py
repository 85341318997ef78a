"""The size of an axis: a formula in extents that carries a prime, so that arithmetic and slices work as with integers.

It is no `int`: Python computes 0.5 * n itself where n is one, and the symbol is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import sympy
from sympy import Expr

from derive.tracing.registry import TraceError, numpy_twin

FIRST_PRIMES = (11, 13, 17, 19, 23, 29, 31, 37)
SECOND_PRIMES = (41, 43, 47, 53, 59, 61, 67, 71)


class Size:
    """n, 2*n, n - k + 1: `expr` as a formula, `value` with a prime for each symbol."""

    __array_ufunc__ = None

    def __init__(self, expr: Expr, value: int) -> None:
        self.expr, self.value = expr, value

    def __index__(self) -> int:
        return self.value

    def __repr__(self) -> str:
        return str(self.expr)

    def __hash__(self) -> int:
        return hash(self.expr)

    def __bool__(self) -> bool:
        return True

    def __float__(self) -> float:
        raise TraceError(f"float() of the size {self}: leave it as it is, it multiplies and divides as a number does")

    def __int__(self) -> int:
        raise TraceError(f"int() of the size {self}: leave it as it is, or {advice(self)}")

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Size):
            return bool(self.expr == other.expr)
        return self._compare("==", other) if isinstance(other, int) else NotImplemented

    def __lt__(self, other: Any) -> bool:
        return self._compare("<", other)

    def __le__(self, other: Any) -> bool:
        return self._compare("<=", other)

    def __gt__(self, other: Any) -> bool:
        return self._compare(">", other)

    def __ge__(self, other: Any) -> bool:
        return self._compare(">=", other)

    def _compare(self, sign: str, other: Any) -> bool:
        """Decided where it is the same for all extents from 1."""
        difference = self.expr - extent_of(other)
        answer = decide(difference, DECIDED[sign])
        if answer is None:
            raise TraceError(f"whether {self} {sign} {other} depends on the size; {advice(self)}")
        return answer

    def __neg__(self) -> Any:
        return made(-self.expr, -self.value)

    def __add__(self, other: Any) -> Any:
        return _arithmetic("add", self, other, lambda a, b: a + b)

    def __radd__(self, other: Any) -> Any:
        return _arithmetic("add", other, self, lambda a, b: a + b)

    def __sub__(self, other: Any) -> Any:
        return _arithmetic("subtract", self, other, lambda a, b: a - b)

    def __rsub__(self, other: Any) -> Any:
        return _arithmetic("subtract", other, self, lambda a, b: a - b)

    def __mul__(self, other: Any) -> Any:
        return _arithmetic("multiply", self, other, lambda a, b: a * b)

    def __rmul__(self, other: Any) -> Any:
        if isinstance(other, (list, tuple, str)):
            raise TraceError(f"a list of {self} entries: {advice(self)}")
        return _arithmetic("multiply", other, self, lambda a, b: a * b)

    def __floordiv__(self, other: Any) -> Any:
        return made(sympy.floor(self.expr / extent_of(other)), self.value // int_of(other))

    def __mod__(self, other: Any) -> Any:
        return made(sympy.Mod(self.expr, extent_of(other)), self.value % int_of(other))

    def __truediv__(self, other: Any) -> Any:
        return numpy_twin("divide", self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return numpy_twin("divide", other, self)

    def __pow__(self, other: Any) -> Any:
        return numpy_twin("power", self, other)

    def __rpow__(self, other: Any) -> Any:
        return numpy_twin("power", other, self)


# What makes a comparison true: the difference is below 0, 0, or above 0.
DECIDED = {
    "==": "is_zero",
    "<": "is_negative",
    "<=": "is_nonpositive",
    ">": "is_positive",
    ">=": "is_nonnegative",
}


@lru_cache(maxsize=4096)
def decide(expr: Expr, property_name: str) -> bool | None:
    """What is known of a formula in extents, each 1 or more.

    >>> n = sympy.Symbol("n", integer=True, positive=True)
    >>> decide(n - 1, "is_nonnegative"), decide(n - 2, "is_nonnegative")
    (True, None)
    """
    above = {s: 1 + sympy.Dummy(integer=True, nonnegative=True) for s in expr.free_symbols}
    known: bool | None = getattr(sympy.expand(expr.xreplace(above)), property_name)
    return known


def _arithmetic(name: str, left: Any, right: Any, compute: Callable[[Any, Any], Any]) -> Any:
    """A size again if both are whole, else a number of the program."""
    if not all(isinstance(side, (int, Size)) for side in (left, right)):
        return numpy_twin(name, left, right)
    return made(compute(extent_of(left), extent_of(right)), compute(int_of(left), int_of(right)))


def made(expr: Expr, value: int) -> Any:
    """The size with this formula; a plain number where no symbol is left."""
    expr = sympy.expand(expr)
    return int(expr) if expr.is_Integer else Size(expr, value)


def extent_of(size: Any) -> Expr:
    """The formula of a size, or the whole number.

    >>> extent_of(3)
    3
    """
    return size.expr if isinstance(size, Size) else sympy.Integer(int(size))


def int_of(size: Any) -> int:
    """The number that stands for a size while the function runs."""
    return size.value if isinstance(size, Size) else int(size)


def advice(size: Size) -> str:
    """What to write where the function needs the size as a number."""
    names = ", ".join(sorted(s.name for s in size.expr.free_symbols))
    return f'give {names} as a number in the specifications, as in X="5 d"'
