"""Copies of a user's functions whose NumPy, SciPy and math keep all digits; the user's modules stay as they are."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import numpy as np
import scipy.special

from derive.tracing.copies import Copies
from derive.tracing.modules import in_family
from proofs.precise import functions, matrices
from proofs.precise.arrays import OBJECT, ROWS, Plain, Precise, _kind, lifted, plain_of, row, touched, wrapped
from proofs.precise.number import FUNCTIONS, Real, Unprecise, Whole, real, whole

REGISTERED = (functions, matrices)


class Library:
    """A module of NumPy, SciPy or Python's math, as the copy sees it."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        return twin_of(getattr(self._module, name), f"{self._module.__name__}.{name}")


def twin_of(value: Any, name: str) -> Any:
    """What stands for the library's `name`."""
    if isinstance(value, ModuleType):
        return Library(value) if in_family(value.__name__) else value
    if name in MADE or name.startswith("numpy.random"):
        return MADE.get(name) or _refused(name)
    if isinstance(value, (type, np.ufunc)) or not callable(value):
        return value
    if name.startswith("math."):
        return _math(name.partition(".")[2], value)
    return _guarded(value, name)


def _refused(name: str) -> Callable[..., Any]:
    def refuse(*arguments: Any, **options: Any) -> Any:
        raise Unprecise(f"{name} draws at random")

    return refuse


def _guarded(value: Any, name: str) -> Callable[..., Any]:
    """Rows by their full name; NumPy's protocols find the rest; SciPy's functions take no numbers of many digits."""
    full = _public(name)

    def call(*arguments: Any, **options: Any) -> Any:
        if full in ROWS and any(map(touched, (*arguments, *options.values()))):
            return wrapped(ROWS[full](*arguments, **options))
        if full.startswith("scipy.") and any(map(touched, (*arguments, *options.values()))):
            raise Unprecise(f"{name} is not known in many digits")
        return value(*map(_sized, arguments), **{k: _sized(v) for k, v in options.items()})

    call.__name__ = name.rpartition(".")[2]
    return call


def _public(name: str) -> str:
    return name.replace("numpy.matlib", "numpy")


def _sized(value: Any) -> Any:
    """Lengths as ints; arrays stay as they are, so that NumPy's protocols see them."""
    return plain_of(value) if isinstance(value, (Whole, slice)) else _sized_parts(value)


def _sized_parts(value: Any) -> Any:
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
        return type(value)(map(_sized, value))
    return value


def _math(short: str, value: Any) -> Callable[..., Any]:
    alike = {"pow": "float_power", "fabs": "fabs"}.get(short, short)

    def call(*arguments: Any) -> Any:
        if not any(map(touched, arguments)):
            return value(*arguments)
        if alike not in FUNCTIONS:
            raise Unprecise(f"math.{short} is not known in many digits")
        made = FUNCTIONS[alike](*arguments)
        return int(made) if alike in ("floor", "ceil", "trunc") else made

    return call


# ---------------------------------------------------------------- what makes arrays


def _array(value: Any, dtype: Any = None, **options: Any) -> Any:
    """np.array: floats become Reals; whole numbers and truths stay."""
    if not touched(value):
        made = np.array(plain_of(value), dtype=dtype)
        return lifted(made) if made.dtype.kind == "f" else made
    made = wrapped(np.array(plain_of(lifted(value)), dtype=object))
    made = made if isinstance(made, Precise) else wrapped(np.asarray(made, dtype=object))
    return made if _kind(dtype) == "f" else made.astype(dtype)


def _asarray(value: Any, dtype: Any = None, **options: Any) -> Any:
    same = isinstance(value, Precise) and _kind(dtype) == "f"
    return value if same else _array(value, dtype)


def _full(number: float) -> Callable[..., Any]:
    def make(shape: Any, dtype: Any = None, order: str = "C", **options: Any) -> Any:
        if _kind(dtype) != "f":
            return np.full(plain_of(shape), number, dtype=dtype, order=order)  # type: ignore[call-overload]
        return wrapped(np.full(plain_of(shape), real(number), dtype=object))

    return make


def _full_of(shape: Any, value: Any, dtype: Any = None, **options: Any) -> Any:
    made = np.empty(plain_of(shape), dtype=object)
    made[...] = plain_of(lifted(value))
    floating = touched(value) or isinstance(value, (float, np.floating)) or (dtype is not None and _kind(dtype) == "f")
    return wrapped(made) if floating else np.full(plain_of(shape), value, dtype=dtype)


def _eye(n: Any, m: Any = None, k: int = 0, dtype: Any = float, **options: Any) -> Any:
    return lifted(np.eye(int(n), None if m is None else int(m), k=int(k), dtype=np.dtype(_plain_type(dtype))))


def _plain_type(dtype: Any) -> Any:
    return float if dtype is None or dtype in OBJECT else dtype


def _arange(*bounds: Any, dtype: Any = None, **options: Any) -> Any:
    if not any(isinstance(b, Real) and not isinstance(b, Whole) for b in bounds):
        return lifted(np.arange(*map(plain_of, bounds), dtype=dtype))
    start, stop, step = (real(b) for b in ((0, *bounds, 1) if len(bounds) == 1 else (*bounds, 1)[:3]))
    count = max(0, -int((start - stop) / step // 1))
    return _array([start + k * step for k in range(count)])


def _linspace(start: Any, stop: Any, num: Any = 50, endpoint: bool = True, **options: Any) -> Any:
    """start + k (stop - start) / (n - 1)."""
    parts = int(num) - 1 if endpoint else int(num)
    low, high = _asarray(start), _asarray(stop)
    return _array([low + real(k) * (high - low) / real(max(parts, 1)) for k in range(int(num))])


def _logsumexp(a: Any, axis: Any = None, b: Any = None, keepdims: bool = False, **options: Any) -> Any:
    """max + log sum exp(a - max)."""
    top = np.max(a, axis=axis, keepdims=True)
    terms = np.exp(a - top) if b is None else b * np.exp(a - top)
    made = np.log(np.sum(terms, axis=axis, keepdims=True)) + top
    return made if keepdims else np.squeeze(made, axis=axis)[()]


def _softmax(x: Any, axis: Any = None) -> Any:
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


row("scipy.special.logsumexp")(_logsumexp)
row("scipy.special.softmax")(_softmax)
row("scipy.special.log_softmax")(lambda x, axis=None: x - _logsumexp(x, axis=axis, keepdims=True))


def _one(name: str) -> Callable[..., Any]:
    """np.float64(x): all digits stay; as a type it is that of float64."""
    return FloatType(name)


class FloatType:
    """np.float64 and the like: a type for NumPy, and a conversion that keeps all digits."""

    def __init__(self, name: str) -> None:
        self._real, self.__name__ = getattr(np, name), name
        self.dtype = np.dtype(self._real)

    def __call__(self, value: Any = 0.0) -> Any:
        return _asarray(value) if isinstance(value, (np.ndarray, list)) else real(value)

    def __eq__(self, other: Any) -> bool:
        return bool(np.dtype(self._real) == other)

    def __hash__(self) -> int:
        return hash(self._real)


MADE: Mapping[str, Any] = {
    "numpy.array": _array,
    "numpy.asarray": _asarray,
    "numpy.asanyarray": _asarray,
    "numpy.ascontiguousarray": _asarray,
    "numpy.asfortranarray": _asarray,
    "numpy.asarray_chkfinite": _asarray,
    "numpy.atleast_1d": lambda x: _asarray(x) if np.ndim(plain_of(x)) else _array([x]),
    "numpy.zeros": _full(0.0),
    "numpy.empty": _full(0.0),
    "numpy.ones": _full(1.0),
    "numpy.full": _full_of,
    "numpy.eye": _eye,
    "numpy.identity": _eye,
    "numpy.arange": _arange,
    "numpy.linspace": _linspace,
    "numpy.float64": _one("float64"),
    "numpy.double": _one("float64"),
    "numpy.float32": _one("float32"),
    "numpy.longdouble": _one("longdouble"),
    "numpy.isscalar": lambda x: isinstance(x, Real) or np.isscalar(x),
}


# ---------------------------------------------------------------- Python's own functions


def _float(value: Any = 0.0) -> Any:
    if isinstance(value, Precise):
        return value.view(np.ndarray).item()
    return Real(real(value).raw) if isinstance(value, (Real, int, float, np.number)) else float(value)


def _len(value: Any) -> Any:
    return whole(len(value)) if isinstance(value, (Precise, list, tuple, np.ndarray)) else len(value)


def _isinstance(value: Any, kinds: Any) -> bool:
    wanted = kinds if isinstance(kinds, tuple) else (kinds,)
    like = int if isinstance(value, Whole) else float if isinstance(value, Real) else None
    plain: tuple[Any, ...] = tuple(
        PLAIN.get(kind, kind) if not isinstance(kind, FloatType) else np.floating for kind in wanted
    )
    return isinstance(value, plain) or (like is not None and any(_is_kind(like, k) for k in plain))


def _is_kind(like: type, kind: Any) -> bool:
    return isinstance(kind, type) and (issubclass(like, kind) or (like is float and issubclass(np.float64, kind)))


class _Float(type):
    """float as the copy sees it: a conversion, and a type for NumPy."""

    def __call__(cls, *arguments: Any) -> Any:
        return _float(*arguments)

    def __instancecheck__(cls, value: Any) -> bool:
        return isinstance(value, (float, Real))


class Float(float, metaclass=_Float):
    """float; np.dtype(Float) is float64."""

    dtype = np.dtype(float)


PLAIN: dict[Any, Any] = {Float: float}


def _imported(name: str, space: Any = None, local: Any = None, names: Any = (), level: int = 0) -> Any:
    original = builtins.__import__
    module = original(name, space, local, names, level)
    return Library(module) if isinstance(module, ModuleType) and in_family(module.__name__) else module


def _sum(values: Any, start: Any = 0) -> Any:
    return builtins.sum(values, start)


BUILTINS: Mapping[str, Any] = {
    **vars(builtins),
    "float": Float,
    "len": _len,
    "isinstance": _isinstance,
    "print": lambda *arguments, **options: None,
    "__import__": _imported,
}


class Run(Copies):
    """One run of a user's functions in many digits: their copies share one state, which starts as the user's is now."""

    builtins = BUILTINS

    @staticmethod
    def library(module: ModuleType) -> Any:
        return Library(module)

    @staticmethod
    def twin(value: Any, name: str) -> Any:
        return twin_of(value, name)

    def of(self, value: Any, depth: int = 0) -> Any:
        """As of a function; arrays of floats are copied with all digits."""
        if isinstance(value, np.ndarray) and id(value) not in self._made:
            return self._remember(value, lifted(value.copy()))
        copied = getattr(type(value), "copied", None)  # what is made of a user's functions knows how to be copied
        if copied is not None:
            return copied(value, self.of)
        return super().of(value, depth)

    def call(self, function: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:
        """The function's value at arguments that have all digits already."""
        with np.errstate(all="ignore"):
            return self.of(function)(**arguments)


def as_plain(value: Any) -> Plain:
    """A result as an array of Reals."""
    made = plain_of(_array(value) if not isinstance(value, Precise) else value)
    return np.asarray(made, dtype=object)


assert scipy.special  # imported, so that its functions have their public names
