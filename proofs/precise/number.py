"""Real numbers of as many digits as asked for, which NumPy's arrays of objects can hold.

1/0 is inf and 0/0 is nan, as NumPy has it; a root of a negative number is nan. Nothing turns one into a float silently.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import numpy as np
from mpmath import libmp, mp

Raw = Any
Handler = Callable[..., Any]
MOST_BITS = 1 << 14  # an exponential of a number beyond 2^(2^14) is inf or 0
MOST_POWER = 64  # exponents of powers stay below 2^64
NAN, INF, ZERO, ONE = libmp.fnan, libmp.finf, libmp.fzero, libmp.fone


class Unprecise(TypeError):
    """What cannot be done in arithmetic of many digits; the caller falls back to float64."""


class Slow(Unprecise):
    """A computation in many digits that did not end in time."""


class _Precision:
    bits = 350
    compared: list[Raw] | None = None


@contextmanager
def digits(count: int) -> Iterator[None]:
    """Arithmetic of this many decimal digits within the block."""
    before = _Precision.bits
    _Precision.bits = int(count * 3.33) + 10
    try:
        with mp.workprec(_Precision.bits):
            yield
    finally:
        _Precision.bits = before


@contextmanager
def branches() -> Iterator[list[Raw]]:
    """The differences of all numbers that are compared within the block; what a size is taken of counts as well."""
    before, _Precision.compared = _Precision.compared, []
    try:
        yield _Precision.compared
    finally:
        _Precision.compared = before


def _noted(a: Raw, b: Raw) -> None:
    if _Precision.compared is not None:
        _Precision.compared.append(libmp.mpf_sub(a, b, _Precision.bits, "n"))


def raw_of(value: Any) -> Raw | None:
    """The libmp tuple of a number; None for what is no real number."""
    if isinstance(value, Real):
        return value.raw
    if isinstance(value, (bool, np.bool_, int, np.integer)):
        return libmp.from_int(int(value))
    if isinstance(value, (float, np.floating)):
        return libmp.from_float(float(value))
    return value._mpf_ if hasattr(value, "_mpf_") else None


def _binary(name: str, swapped: bool = False) -> Callable[[Real, Any], Any]:
    operation = OPERATIONS[name]

    def apply(self: Real, other: Any) -> Any:
        raw = raw_of(other)
        if raw is None:
            return NotImplemented
        pair = (raw, self.raw) if swapped else (self.raw, raw)
        return Real(operation(*pair, _Precision.bits, "n"))

    return apply


def _compared(test: Callable[[Raw, Raw], bool]) -> Callable[[Real, Any], Any]:
    def apply(self: Real, other: Any) -> Any:
        raw = raw_of(other)
        if raw is None:
            return NotImplemented
        _noted(self.raw, raw)
        return bool(test(self.raw, raw))

    return apply


def _divide(a: Raw, b: Raw, bits: int, rounding: str) -> Raw:
    """a / b; the sign of a zero is not kept."""
    if b != ZERO:
        return libmp.mpf_div(a, b, bits, rounding)
    return NAN if a in (ZERO, NAN) else libmp.mpf_mul(INF, libmp.from_int(libmp.mpf_sign(a)))


def _floor_divide(a: Raw, b: Raw, bits: int, rounding: str) -> Raw:
    return libmp.mpf_floor(_divide(a, b, bits, rounding), bits, rounding)


def _modulo(a: Raw, b: Raw, bits: int, rounding: str) -> Raw:
    return NAN if b == ZERO else libmp.mpf_mod(a, b, bits, rounding)


def _power(a: Raw, b: Raw, bits: int, rounding: str) -> Raw:
    if b == ZERO or a == ONE:
        return ONE
    if a == ZERO:
        return INF if libmp.mpf_sign(b) < 0 else ZERO
    if _size(b) > MOST_POWER and a not in (INF, NAN):
        return NAN
    try:
        return libmp.mpf_pow(a, b, bits, rounding)
    except libmp.ComplexResult:
        return NAN


OPERATIONS: dict[str, Callable[..., Raw]] = {
    "add": libmp.mpf_add,
    "sub": libmp.mpf_sub,
    "mul": libmp.mpf_mul,
    "truediv": _divide,
    "floordiv": _floor_divide,
    "mod": _modulo,
    "pow": _power,
}


def _size(raw: Raw) -> int:
    """The exponent of the number: |x| < 2^size."""
    return int(raw[2] + raw[3])


class Real:
    """A real number, or inf, or nan."""

    __slots__ = ("raw",)
    handler: ClassVar[list[Handler]] = []  # how arrays apply a ufunc; proofs.precise.arrays puts it here

    def __init__(self, raw: Raw) -> None:
        self.raw = raw

    __add__, __radd__ = _binary("add"), _binary("add", True)
    __sub__, __rsub__ = _binary("sub"), _binary("sub", True)
    __mul__, __rmul__ = _binary("mul"), _binary("mul", True)
    __truediv__, __rtruediv__ = _binary("truediv"), _binary("truediv", True)
    __floordiv__, __rfloordiv__ = _binary("floordiv"), _binary("floordiv", True)
    __mod__, __rmod__ = _binary("mod"), _binary("mod", True)
    __pow__, __rpow__ = _binary("pow"), _binary("pow", True)
    __lt__, __le__ = _compared(libmp.mpf_lt), _compared(libmp.mpf_le)
    __gt__, __ge__ = _compared(libmp.mpf_gt), _compared(libmp.mpf_ge)
    __eq__ = _compared(libmp.mpf_eq)
    __ne__ = _compared(lambda a, b: not libmp.mpf_eq(a, b))

    def __hash__(self) -> int:
        return hash(self.raw)

    def __neg__(self) -> Real:
        return Real(libmp.mpf_neg(self.raw))

    def __pos__(self) -> Real:
        return self

    def __abs__(self) -> Real:
        _noted(self.raw, ZERO)
        return Real(libmp.mpf_abs(self.raw))

    def __bool__(self) -> bool:
        return bool(self.raw != ZERO)

    def __int__(self) -> int:
        return int(libmp.to_int(self.raw))

    def __round__(self, places: int | None = None) -> Any:
        if places is None:
            return int(libmp.to_int(self.raw, "n"))
        return Real(libmp.mpf_nint(self.raw, _Precision.bits)) if places == 0 else _unprecise("round to decimals")

    def __trunc__(self) -> int:
        return int(self)

    def __floor__(self) -> int:
        return int(libmp.to_int(self.raw, "f"))

    def __ceil__(self) -> int:
        return int(libmp.to_int(self.raw, "c"))

    def __float__(self) -> float:
        raise Unprecise("a number of many digits was about to become a float")

    def __repr__(self) -> str:
        return str(libmp.to_str(self.raw, 17))

    def __format__(self, specification: str) -> str:
        return format(self.rounded(), specification)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return Real.handler[0](ufunc, method, inputs, options)

    def __getattr__(self, name: str) -> Any:
        if name in ALIKE:
            return ALIKE[name](self)
        if name not in FUNCTIONS:
            raise AttributeError(name)
        return lambda *others: FUNCTIONS[name](self, *others)

    def rounded(self) -> float:
        """The nearest float64."""
        return float(libmp.to_float(self.raw, rnd="n"))


# What numbers of NumPy have beside operators.
ALIKE: dict[str, Callable[[Real], Any]] = {
    "real": lambda x: x,
    "imag": lambda x: real(0),
    "T": lambda x: x,
    "ndim": lambda x: 0,
    "shape": lambda x: (),
    "size": lambda x: 1,
    "dtype": lambda x: np.dtype(float),
    "item": lambda x: lambda: x,
    "copy": lambda x: lambda: x,
    "conjugate": lambda x: lambda: x,
    "sum": lambda x: lambda *a, **k: x,
    "mean": lambda x: lambda *a, **k: x,
    "astype": lambda x: lambda kind, **k: x if np.dtype(kind).kind == "f" else np.dtype(kind).type(int(x)),
    "is_integer": lambda x: lambda: x == real(int(x)),
}


def _whole(name: str, swapped: bool = False) -> Callable[[Whole, Any], Any]:
    """Whole numbers stay whole under + - * // %."""
    exact, of_reals = getattr(operator, name), getattr(Real, f"__{'r' if swapped else ''}{name}__")

    def apply(self: Whole, other: Any) -> Any:
        if not isinstance(other, (int, np.integer, Whole)) or isinstance(other, bool):
            return of_reals(self, other)
        pair = (int(other), int(self)) if swapped else (int(self), int(other))
        return whole(exact(*pair))

    return apply


class Whole(Real):
    """A length of an array: an index as int is, but 1.0 / n keeps all digits."""

    __slots__ = ()
    __add__, __radd__ = _whole("add"), _whole("add", True)
    __sub__, __rsub__ = _whole("sub"), _whole("sub", True)
    __mul__, __rmul__ = _whole("mul"), _whole("mul", True)
    __floordiv__, __rfloordiv__ = _whole("floordiv"), _whole("floordiv", True)
    __mod__, __rmod__ = _whole("mod"), _whole("mod", True)

    def __index__(self) -> int:
        return int(self)

    def __neg__(self) -> Whole:
        return whole(-int(self))

    def __hash__(self) -> int:
        return hash(int(self))

    def __float__(self) -> float:
        return float(int(self))

    def __repr__(self) -> str:
        return str(int(self))

    def __format__(self, specification: str) -> str:
        return format(int(self), specification)


def whole(value: int) -> Whole:
    """An int as a Whole."""
    return Whole(libmp.from_int(value))


def real(value: Any) -> Real:
    """A number as a Real; Unprecise for what is none."""
    if isinstance(value, Real):
        return value
    raw = raw_of(value)
    if raw is None:
        raise Unprecise(f"{type(value).__name__} has no form of many digits")
    return Real(raw)


def _unprecise(what: str) -> Any:
    raise Unprecise(f"{what} is not done in many digits")


FUNCTIONS: dict[str, Callable[..., Any]] = {}


def function(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function of Reals under NumPy's or SciPy's names for it."""

    def add(made: Callable[..., Any]) -> Callable[..., Any]:
        for name in names:
            if name in FUNCTIONS:
                raise ValueError(f"{name} is there already")
            FUNCTIONS[name] = made
        return made

    return add


def precision() -> int:
    """The bits of the arithmetic in force."""
    return _Precision.bits
