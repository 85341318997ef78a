"""What a traced function finds under the names of NumPy, SciPy, math and Python's own functions."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any

import numpy as np
import sympy

from derive.tracing.arrays import TAPE, Traced
from derive.tracing.constants import scalar
from derive.tracing.registry import TWINS, TraceError, Twin, numpy_twin
from derive.tracing.sizes import Size, advice

TWINNED = ("numpy", "scipy", "math")
RANDOM = "numpy.random"
CONSTANTS = {"numpy.pi": sympy.pi, "math.pi": sympy.pi, "numpy.e": sympy.E, "math.e": sympy.E}
MATH = {"fabs": "absolute", "pow": "power", "asin": "arcsin", "acos": "arccos", "atan": "arctan"}
INSTEAD = {"gamma": "scipy.special.gammaln", "lgamma": "scipy.special.gammaln", "erf": "scipy.special.erf"}


class Module:
    """A module as the traced function sees it: twins where there are, else functions that refuse traced arrays."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        return twin_of(getattr(self._module, name), f"{self._module.__name__}.{name}")


class ArrayType(type):
    """np.ndarray: traced arrays are instances."""

    def __instancecheck__(cls, value: Any) -> bool:
        return isinstance(value, (Traced, np.ndarray))


class Array(metaclass=ArrayType):
    """np.ndarray while a function is traced."""


def in_family(name: str) -> bool:
    """Whether a module or function of this full name is NumPy's, SciPy's or math's."""
    return name.partition(".")[0] in TWINNED


def twin_of(value: Any, name: str) -> Any:
    """What stands for NumPy's `name`, whose value is given."""
    if isinstance(value, ModuleType):
        return Module(value) if in_family(value.__name__) else value
    if name.startswith(RANDOM):
        return _refused(f"{name} draws numbers at random, and a trace would hold one draw; make them an argument")
    if name in CONSTANTS:
        return scalar(CONSTANTS[name])
    known = TWINS.get(name) or (_math(name, value) if name.startswith("math.") and callable(value) else None)
    if known is None:
        return SPECIAL.get(name) or (_guarded(value, name) if callable(value) else value)
    return _watched(known, value, name)


def _refused(message: str) -> Twin:
    def refuse(*arguments: Any, **options: Any) -> Any:
        raise TraceError(message)

    return refuse


class Watched:
    """A twin: with plain numbers only it is NumPy's own function."""

    def __init__(self, known: Twin, value: Any, name: str) -> None:
        self._known, self._value, self.__name__ = known, value, name.rpartition(".")[2]
        TAPE.get().functions[id(value)] = name  # type: ignore[attr-defined]
        self._name = name

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        if not ALWAYS & {self._name} and not any(map(touched, (*arguments, *options.values()))):
            return self._value(*arguments, **options)
        try:
            return self._known(*arguments, **options)
        except TypeError as error:
            raise TraceError(_unfit(self._name, error)) from error

    def __getattr__(self, name: str) -> Any:
        full = f"{self._name}.{name}"
        if full in TWINS:
            return _watched(TWINS[full], getattr(self._value, name), full)
        return _guarded(getattr(self._value, name), full)


def _watched(known: Twin, value: Any, name: str) -> Watched:
    return Watched(known, value, name)


def _unfit(name: str, error: TypeError) -> str:
    return f"{name} is not traced with these arguments: {str(error).rpartition('() ')[2]}"


def touched(value: Any) -> bool:
    """Whether a traced array or a symbolic size is in the value."""
    if isinstance(value, (Traced, Size)):
        return True
    if isinstance(value, (list, tuple)):
        return any(map(touched, value))
    return isinstance(value, dict) and any(map(touched, value.values()))


# Arrays that the function makes may be written into later, so they are traced from the start.
ALWAYS = {
    f"numpy.{n}"
    for n in ["zeros", "ones", "full", "empty", "zeros_like", "ones_like", "full_like", "empty_like", "eye", "identity"]
}


def _guarded(value: Any, name: str) -> Any:
    """A function without a twin: it works on plain numbers, and refuses what is traced."""
    if isinstance(value, type):
        return value

    def guarded(*arguments: Any, **options: Any) -> Any:
        if any(map(touched, (*arguments, *options.values()))):
            raise TraceError(f"{name} cannot be traced: there is no twin of it; write it with functions that have one")
        return value(*arguments, **options)

    return guarded


def _math(name: str, value: Any) -> Twin:
    short = name.partition(".")[2]
    twin_name = MATH.get(short, short)

    def of_numbers(*arguments: Any) -> Any:
        if any(isinstance(a, Traced) and (a.ndim or f"numpy.{twin_name}" not in TWINS) for a in arguments):
            instead = INSTEAD.get(short, f"np.{twin_name}")
            raise TraceError(f"{name} takes one number and leaves NumPy; write {instead}, which is traced")
        return numpy_twin(twin_name, *arguments)

    return of_numbers


SPECIAL: Mapping[str, Any] = {"numpy.ndarray": Array, "numpy.newaxis": None}


# ---------------------------------------------------------------- Python's own functions


def _len(value: Any) -> Any:
    if not isinstance(value, Traced):
        return len(value)
    if not value.shape:
        raise TraceError("len() of a number")
    return value.shape[0]


def _range(*bounds: Any) -> range:
    for bound in bounds:
        if isinstance(bound, Size):
            raise TraceError(f"a loop over range({', '.join(map(str, bounds))}) has {bound} steps; {advice(bound)}")
    return range(*bounds)


def _enlarged(name: str) -> Callable[..., Any]:
    """sum, max and min; of one traced array sum is that over its first axis."""
    plain = getattr(builtins, name)

    def of_all(*arguments: Any, **options: Any) -> Any:
        if len(arguments) == 1 and isinstance(arguments[0], Traced):
            if name == "sum":
                return numpy_twin("sum", arguments[0], axis=0)
            raise TraceError(f"{name}() compares the values of the array; write np.{name}(x)")
        if name != "sum" and any(isinstance(a, Traced) for a in arguments):
            raise TraceError(f"{name}() compares traced values; write np.{name}imum(a, b)")
        return plain(*arguments, **options)

    return of_all


TYPES: dict[Any, Callable[[Any], bool]] = {
    int: lambda value: isinstance(value, Size),
    Array: lambda value: isinstance(value, (Traced, np.ndarray)),
    np.ndarray: lambda value: isinstance(value, Traced),
    float: lambda value: isinstance(value, Traced) and not value.shape,
}


def _isinstance(value: Any, kinds: Any) -> bool:
    wanted = kinds if isinstance(kinds, tuple) else (kinds,)
    if any(kind in TYPES and TYPES[kind](value) for kind in wanted):
        return True
    plain: tuple[Any, ...] = tuple(TYPE_OF.get(kind, kind) for kind in wanted)
    return isinstance(value, plain)


TYPE_OF: dict[Any, Any] = {_range: range}


def _imported(name: str, space: Any = None, local: Any = None, names: Any = (), level: int = 0) -> Any:
    """import inside the function: NumPy's modules as twins."""
    original = builtins.__import__
    module = original(name, space, local, names, level)
    return Module(module) if isinstance(module, ModuleType) and in_family(module.__name__) else module


BUILTINS: Mapping[str, Any] = {
    **vars(builtins),
    "len": _len,
    "range": _range,
    "sum": _enlarged("sum"),
    "max": _enlarged("max"),
    "min": _enlarged("min"),
    "isinstance": _isinstance,
    "__import__": _imported,
}


def known_functions() -> Iterator[tuple[int, str]]:
    """The identity and the full name of every function of NumPy and SciPy that has a twin."""
    for name in TWINS:
        module, _, short = name.rpartition(".")
        found = getattr(sys.modules.get(module), short, None)
        if found is not None:
            yield id(found), name
