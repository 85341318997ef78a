"""Arrays of Reals, which NumPy's own functions take: each function is that of NumPy on objects, or a row here."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from proofs.precise.number import FUNCTIONS, Real, Unprecise, Whole, real, whole

Plain = np.ndarray[Any, Any]
FLOATS = (float, np.floating)
OBJECT = (object, np.dtype(object))


class Precise(np.ndarray[Any, Any]):
    """An array of Reals; it says that it is of float64."""

    __array_priority__ = 100

    @property
    def shape(self) -> Any:
        return tuple(map(whole, self.view(np.ndarray).shape))

    @shape.setter
    def shape(self, value: Any) -> None:
        np.ndarray.shape.__set__(self, tuple(map(int, value)))  # type: ignore[attr-defined]

    @property
    def size(self) -> Any:
        return whole(self.view(np.ndarray).size)

    @property
    def dtype(self) -> Any:
        return np.dtype(float)

    def astype(self, dtype: Any, *arguments: Any, **options: Any) -> Any:
        kind = _kind(dtype)
        if kind == "f":
            return self.copy()
        plain = self.view(np.ndarray)
        return plain.astype(bool) if kind == "b" else np.vectorize(int, otypes=[np.int64])(plain)

    def mean(self, *arguments: Any, **options: Any) -> Any:
        return np.mean(self, *arguments, **options)

    def var(self, *arguments: Any, **options: Any) -> Any:
        return np.var(self, *arguments, **options)

    def std(self, *arguments: Any, **options: Any) -> Any:
        return np.std(self, *arguments, **options)

    def dot(self, other: Any, out: Any = None) -> Any:
        return np.dot(self, other)

    def clip(self, *arguments: Any, **options: Any) -> Any:
        return np.clip(self, *arguments, **options)

    def round(self, decimals: Any = 0, out: Any = None) -> Any:
        return np.round(self, decimals)

    def any(self, *arguments: Any, **options: Any) -> Any:
        return np.any(self, *arguments, **options)

    def all(self, *arguments: Any, **options: Any) -> Any:
        return np.all(self, *arguments, **options)

    def __setitem__(self, key: Any, value: Any) -> None:
        self.view(np.ndarray)[plain_of(key)] = plain_of(lifted(value))

    def __getitem__(self, key: Any) -> Any:
        return wrapped(self.view(np.ndarray)[plain_of(key)])

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return apply(ufunc, method, inputs, options)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return called(func, args, kwargs)

    def __bool__(self) -> bool:
        return bool(self.view(np.ndarray))

    def __float__(self) -> float:
        raise Unprecise("an array of many digits was about to become a float")


def _kind(dtype: Any) -> str:
    return "f" if dtype is None or dtype in OBJECT else np.dtype(dtype).kind


def lifted(value: Any) -> Any:
    """Arrays of floats as Precise, floats as Reals, also in lists; the rest as it is."""
    if isinstance(value, (Precise, Real)):
        return value
    if isinstance(value, np.ndarray):
        return wrapped(value) if value.dtype.kind in "fO" else value
    if isinstance(value, FLOATS):
        return real(value)
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
        return type(value)(map(lifted, value))
    return value


def wrapped(value: Any) -> Any:
    """A plain array of numbers as Precise, if any of them is no whole number; a single number as a Real."""
    if isinstance(value, (tuple, list)):
        return type(value)(*map(wrapped, value)) if hasattr(value, "_fields") else type(value)(map(wrapped, value))
    if isinstance(value, FLOATS):
        return real(value)
    if not isinstance(value, np.ndarray) or isinstance(value, Precise) or value.dtype.kind not in "fO":
        return value
    if value.dtype == object and all(type(v) is Real for v in value.flat):
        return value.view(Precise)
    if value.dtype == object and not all(isinstance(v, (Real, int, float, np.number)) for v in value.flat):
        return value
    made = np.empty(value.shape, dtype=object)
    for at, number in zip(np.ndindex(value.shape), value.flat, strict=True):
        made[at] = Real(real(number).raw)
    return made.view(Precise)


def plain_of(value: Any) -> Any:
    """The same memory as an array of objects for NumPy itself; lengths as ints."""
    if isinstance(value, Precise):
        return value.view(np.ndarray)
    if isinstance(value, Whole):
        return int(value)
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
        return type(value)(map(plain_of, value))
    if isinstance(value, slice):
        return slice(*(plain_of(v) for v in (value.start, value.stop, value.step)))
    return value


def touched(value: Any) -> bool:
    """Whether a Real or an array of them is in the value."""
    if isinstance(value, (Real, Precise)):
        return True
    if isinstance(value, (list, tuple)):
        return any(map(touched, value))
    return isinstance(value, dict) and any(map(touched, value.values()))


# ---------------------------------------------------------------- ufuncs


def apply(ufunc: Any, method: str, inputs: Any, options: dict[str, Any]) -> Any:
    """A ufunc of NumPy or SciPy; into `out` where that is given."""
    options.pop("dtype", None)
    options.pop("casting", None)
    outputs: tuple[Any, ...] = options.get("out") or ()
    if any(isinstance(o, np.ndarray) and not isinstance(o, Precise) and o.dtype.kind == "f" for o in outputs):
        raise Unprecise("an array of floats was about to take numbers of many digits")
    if outputs:
        options["out"] = tuple(map(plain_of, outputs))
    given = [inputs[0], *map(lifted, inputs[1:])] if method == "at" else list(map(lifted, inputs))
    options = {k: plain_of(lifted(v) if k == "initial" else v) for k, v in options.items()}
    made = _loop(ufunc, method)(*map(_object, given) if method != "at" else map(plain_of, given), **options)
    return outputs[0] if len(outputs) == 1 else wrapped(_truths(ufunc, made))


def _object(value: Any) -> Any:
    """A single number as an array of none axes, so that NumPy does not come back here; lengths are numbers too."""
    if not isinstance(value, Real):
        return plain_of(value)
    made = np.empty((), dtype=object)
    made[()] = value
    return made


BOOLEAN = ("isnan", "isinf", "isfinite", "signbit", "logical_and", "logical_or", "logical_not", "logical_xor")


def _truths(ufunc: Any, made: Any) -> Any:
    if ufunc.__name__ not in BOOLEAN:
        return made
    return made.astype(bool) if isinstance(made, np.ndarray) else bool(made)


def _loop(ufunc: Any, method: str) -> Callable[..., Any]:
    """How to call it: by the row of Reals, or by NumPy's loop over objects."""
    name = ufunc.__name__
    if name in FUNCTIONS and method == "__call__":
        return _masked(np.frompyfunc(FUNCTIONS[name], ufunc.nin, 1))
    if ufunc.nout == 1 and ("O" * ufunc.nin + "->") in "".join(t.split("->")[0] + "->" for t in ufunc.types):
        return getattr(ufunc, method)
    raise Unprecise(f"{name} is not known in many digits")


def _masked(made: Any) -> Callable[..., Any]:
    def call(*arguments: Any, **options: Any) -> Any:
        options.pop("subok", None)
        return made(*arguments, **options)

    return call


Real.handler.append(apply)


# ---------------------------------------------------------------- functions

Row = Callable[..., Any]
ROWS: dict[str, Row] = {}


def row(*names: str) -> Callable[[Row], Row]:
    """Register what stands for functions of NumPy under these full names."""

    def add(made: Row) -> Row:
        for name in names:
            if name in ROWS:
                raise ValueError(f"{name} is there already")
            ROWS[name] = made
        return made

    return add


def called(func: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """A function of NumPy: by its row, else NumPy's own on objects."""
    name = f"{func.__module__}.{func.__name__}"
    if name in ROWS:
        return wrapped(ROWS[name](*args, **kwargs))
    if name.startswith(("numpy.linalg", "numpy.fft", "numpy.random")):
        raise Unprecise(f"{name} is not known in many digits")
    return wrapped(func(*map(plain_of, map(lifted, args)), **{k: plain_of(lifted(v)) for k, v in kwargs.items()}))


def _count(x: Plain, axis: Any) -> int:
    axes = range(x.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    return math.prod(x.shape[int(a)] for a in axes)


@row("numpy.mean")
def mean(a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False, **options: Any) -> Any:
    """sum / n."""
    x = plain_of(lifted(np.asarray(a)))
    return np.sum(x, axis=axis, keepdims=keepdims) / real(_count(x, axis))


@row("numpy.var")
def variance(a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: int = 0, **options: Any) -> Any:
    """sum (x - mean)² / (n - ddof)."""
    x = plain_of(lifted(np.asarray(a)))
    off = x - mean(x, axis=axis, keepdims=True)
    return np.sum(off * off, axis=axis, keepdims=options.get("keepdims", False)) / real(_count(x, axis) - int(ddof))


@row("numpy.std")
def deviation(a: Any, *arguments: Any, **options: Any) -> Any:
    """The root of the variance."""
    return np.sqrt(lifted(variance(a, *arguments, **options)))


@row("numpy.average")
def average(a: Any, axis: Any = None, weights: Any = None, **options: Any) -> Any:
    """sum w x / sum w."""
    return mean(a, axis) if weights is None else np.sum(a * weights, axis=axis) / np.sum(weights, axis=axis)


def _filled(value: Any) -> Row:
    def like(a: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None) -> Any:
        return np.full(np.shape(plain_of(a)) if shape is None else plain_of(shape), real(value), dtype=object)

    return like


row("numpy.zeros_like", "numpy.empty_like")(lambda a, dtype=None, *r, **o: _typed(_filled(0)(a, **o), dtype))
row("numpy.ones_like")(lambda a, dtype=None, *r, **o: _typed(_filled(1)(a, **o), dtype))
row("numpy.full_like")(lambda a, value, dtype=None, *r, **o: _typed(_filled(value)(a, **o), dtype))


def _typed(made: Any, dtype: Any) -> Any:
    return wrapped(made).astype(dtype) if _kind(dtype) != "f" else made


@row("numpy.round", "numpy.around")
def rounded(a: Any, decimals: int = 0, out: Any = None) -> Any:
    """round(10^d x) / 10^d."""
    scale = real(10) ** decimals
    return np.rint(lifted(a) * scale) / scale


@row("numpy.nan_to_num")
def nan_to_num(x: Any, copy: bool = True, nan: float = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    """nan, inf and -inf replaced."""
    top = np.finfo(float).max
    low, high = (-top if neginf is None else neginf), (top if posinf is None else posinf)
    x = np.where(np.isnan(x), real(nan), x)
    return np.where(np.isinf(x), np.where(x > 0, real(high), real(low)), x)


@row("numpy.isclose")
def isclose(a: Any, b: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Any:
    """|a - b| <= atol + rtol |b|."""
    return np.abs(lifted(a) - lifted(b)) <= real(atol) + real(rtol) * np.abs(lifted(b))


@row("numpy.allclose")
def allclose(a: Any, b: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> bool:
    """isclose everywhere."""
    return bool(np.all(isclose(a, b, rtol, atol)))


@row("numpy.any")
def any_of(a: Any, axis: Any = None, out: Any = None, keepdims: bool = False, **options: Any) -> Any:
    """Whether one is not 0."""
    return np.any(np.asarray(plain_of(a)).astype(bool), axis=axis, keepdims=keepdims)


@row("numpy.all")
def all_of(a: Any, axis: Any = None, out: Any = None, keepdims: bool = False, **options: Any) -> Any:
    """Whether none is 0."""
    return np.all(np.asarray(plain_of(a)).astype(bool), axis=axis, keepdims=keepdims)


@row("numpy.sinc")
def sinc(x: Any) -> Any:
    """sin(πx)/(πx), with the float π as NumPy has it."""
    scaled = real(np.pi) * np.where(x == 0, real(1), lifted(x))
    return np.where(x == 0, real(1), np.sin(scaled) / scaled)


@row("numpy.median")
def median(a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, keepdims: bool = False) -> Any:
    """The middle of the sorted values, or the mean of the two."""
    x = plain_of(lifted(a))
    x, axis = (x.ravel(), 0) if axis is None else (x, axis)
    ranked, n = np.sort(x, axis=axis), x.shape[axis]
    pair = np.take(ranked, [(n - 1) // 2, n // 2], axis=axis)
    return np.sum(pair, axis=axis, keepdims=keepdims) / real(2)


@row("numpy.array_equal")
def array_equal(a: Any, b: Any, equal_nan: bool = False) -> bool:
    """The same shape and the same numbers."""
    return np.shape(plain_of(a)) == np.shape(plain_of(b)) and bool(np.all(np.asarray(a == b).astype(bool)))


for _name in ("iscomplexobj", "iscomplex"):
    row(f"numpy.{_name}")(lambda x: False)
row("numpy.shape")(lambda a: tuple(map(whole, np.shape(plain_of(a)))))
row("numpy.size")(lambda a, axis=None: whole(int(np.size(plain_of(a), axis))))
row("numpy.real")(lambda x: x)
row("numpy.copyto")(
    lambda dst, src, casting="same_kind", where=True: np.copyto(plain_of(dst), plain_of(lifted(src)), where=where)
)
