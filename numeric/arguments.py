"""Checks of what a compiled function is called with: names, axes, extents and dtypes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Symbol

from derive.equation import Program, Tensor


class ArgumentError(ValueError):
    """An array does not fit the program: the message names the array, the axis and what was bound so far."""


def checked_arrays(program: Program, needed: Sequence[str], given: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    """The arrays by name, of one floating dtype, once names, axes and extents fit the program.

    Inputs that are not needed may be left out.
    """
    _check_names(program.inputs, needed, given)
    names = [name for name in program.inputs if name in given]
    arrays = {name: _array(program.tensors[name], given[name]) for name in names}
    _check_dtypes(program, arrays)
    bound = bind_extents({name: program.extents(name) for name in names}, arrays)
    _check_computed(program, bound)
    return arrays


def _check_names(names: Sequence[str], needed: Sequence[str], given: Mapping[str, Any]) -> None:
    missing = ", ".join(name for name in needed if name not in given)
    unknown = ", ".join(name for name in given if name not in names)
    parts = [f"{kind} {which}" for kind, which in (("missing", missing), ("unknown", unknown)) if which]
    if parts:
        raise ArgumentError(f"{' and '.join(parts)}: the arguments are {', '.join(names) or 'none'}")


def _array(tensor: Tensor, value: Any) -> NDArray[Any]:
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise ArgumentError(f"{tensor.name} has dtype {array.dtype}; give numbers")
    if array.ndim != len(tensor.extents):
        shape = ", ".join(map(str, tensor.extents))
        raise ArgumentError(f"{tensor.name} has {array.ndim} axes, but the program reads {tensor.name} as ({shape})")
    if tensor.integer:
        return _integers(tensor, array)
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def _integers(tensor: Tensor, array: NDArray[Any]) -> NDArray[Any]:
    if array.dtype.kind == "f":
        raise ArgumentError(f"{tensor.name} is used as an index, but has dtype {array.dtype}; give integers")
    return array.astype(np.intp, copy=False)


def _check_dtypes(program: Program, arrays: Mapping[str, NDArray[Any]]) -> None:
    found = {name: a.dtype for name, a in arrays.items() if not program.tensors[name].integer}
    if len(set(found.values())) > 1:
        shown = ", ".join(f"{name} {dtype}" for name, dtype in found.items())
        raise ArgumentError(f"floating inputs must share a dtype: {shown}; convert them with .astype")


def bind_extents(axes: Mapping[str, Sequence[Expr]], arrays: Mapping[str, NDArray[Any]]) -> dict[Symbol, int]:
    """The number behind each symbolic extent; ArgumentError at the first axis that disagrees."""
    bound: dict[Symbol, int] = {}
    origin: dict[Symbol, str] = {}
    later = []
    for name, sizes in axes.items():
        for axis, (size, found) in enumerate(zip(sizes, arrays[name].shape, strict=True)):
            where = f"{name} axis {axis}"
            if isinstance(size, Symbol) and size not in bound:
                bound[size], origin[size] = found, where
            elif isinstance(size, Symbol) and bound[size] != found:
                raise _disagreement(where, found, f"{origin[size]} bound {size}={bound[size]}", bound)
            elif not isinstance(size, Symbol):
                later.append((where, size, found))
    for where, size, found in later:
        if size.subs(bound) != found:
            raise _disagreement(where, found, f"the program has {size} = {size.subs(bound)}", bound)
    return bound


def _check_computed(program: Program, bound: Mapping[Symbol, int]) -> None:
    """Extents such as size[X,1] - size[K,0] + 1 may come out negative."""
    for name in program.defined:
        for axis, size in enumerate(program.extents(name)):
            if size.args and size.free_symbols <= set(bound) and size.subs(bound) < 0:
                raise _disagreement(f"{name} axis {axis}", int(size.subs(bound)), f"{size} must not be negative", bound)


def _disagreement(where: str, found: int, wanted: str, bound: Mapping[Symbol, int]) -> ArgumentError:
    shown = ", ".join(f"{size}={number}" for size, number in bound.items()) or "nothing"
    return ArgumentError(f"{where} has extent {found}, but {wanted}; bound so far: {shown}")
