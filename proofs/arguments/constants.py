"""Numbers that a function is written with: they are where its behaviour may change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

from derive.tracing.copies import codes_of, is_users

MOST = 24


def constants_of(*functions: Callable[..., Any]) -> list[float]:
    """The float and int constants of the functions, of those that they call, and the numbers among their globals."""
    found: dict[float, None] = {}
    seen: set[int] = set()
    for function in functions:
        for number in _numbers(function, seen):
            if np.isfinite(number) and 0 < abs(number) < 1e300:
                found.setdefault(abs(float(number)))
    return sorted(found, key=lambda v: (v in (1.0, 2.0, 0.5), v))[:MOST]


def _numbers(function: Any, seen: set[int]) -> Iterator[float]:
    for part in getattr(function, "functions", {}).values():
        yield from _numbers(part, seen)
    inner = getattr(function, "__func__", getattr(function, "__wrapped__", function))
    if not isinstance(inner, FunctionType):
        inner = vars(type(inner)).get("__call__")
    if not isinstance(inner, FunctionType) or id(inner) in seen or len(seen) > 100:
        return
    if not is_users(inner.__module__, inner.__code__.co_filename):
        return
    seen.add(id(inner))
    yield from _of_values(inner.__defaults__ or ())
    for cell in inner.__closure__ or ():
        yield from _held(_contents(cell), seen)
    for code in codes_of(inner.__code__):
        yield from _of_code(code)
        for name in code.co_names:
            yield from _held(inner.__globals__.get(name), seen)


def _contents(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return None


def _held(value: Any, seen: set[int]) -> Iterator[float]:
    """A number, or those of a function of the user."""
    if isinstance(value, (float, int, np.number)) and not isinstance(value, bool):
        yield float(value)
    elif callable(value) and not isinstance(value, (type, ModuleType)):
        yield from _numbers(value, seen)


def _of_code(code: CodeType) -> Iterator[float]:
    for constant in code.co_consts:
        yield from _of_values(constant if isinstance(constant, tuple) else (constant,))


def _of_values(values: tuple[Any, ...]) -> Iterator[float]:
    for value in values:
        if isinstance(value, (float, int)) and not isinstance(value, bool):
            yield float(value)
