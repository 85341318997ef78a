"""x[...] and x[...] = v: each axis of the array is read at a slice, a place, or an array of places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy
from sympy import Expr

from derive.index import Binder, Call, Compare, Where
from derive.tracing.arrays import Element, Traced, View, broadcast, project, said, single
from derive.tracing.constants import traced
from derive.tracing.registry import TraceError, twin
from derive.tracing.sizes import Size, advice, decide, extent_of, int_of


@dataclass(frozen=True)
class Run:
    """A slice of an axis: start, start + step, ..., `size` places; a place is in it if `test` holds."""

    start: Expr
    step: int
    size: Any
    whole: bool = False

    def place(self, index: Expr) -> Expr:
        return self.start + self.step * index

    def test(self, at: Expr) -> Expr:
        """1 where the place is in the run."""
        if self.whole:
            return sympy.S.One
        ahead = (at - self.start) * (1 if self.step > 0 else -1)
        step = abs(self.step)
        inside = Compare("<=", 0, ahead) * Compare("<", ahead, step * extent_of(self.size))
        return inside if step == 1 else inside * Compare("==", sympy.Mod(ahead, step), 0)

    def back(self, at: Expr) -> Expr:
        """Which of the run's places this one is."""
        ahead = (at - self.start) * (1 if self.step > 0 else -1)
        return ahead if abs(self.step) == 1 else sympy.floor(ahead / abs(self.step))


@dataclass(frozen=True)
class Places:
    """Places that an array of integers holds."""

    array: Traced


@dataclass(frozen=True)
class New:
    """np.newaxis: an axis of size 1 that reads nothing."""


Part = Run | Places | New


# ---------------------------------------------------------------- reading a key


def parts_of(array: Traced, key: Any) -> list[Part]:
    """The key with `...` written out and each entry resolved against its axis."""
    entries = list(key) if isinstance(key, tuple) else [key]
    used = sum(entry is not None and entry is not Ellipsis for entry in entries)
    if used > array.ndim:
        raise TraceError(f"{used} indices into {said(array)}")
    gap = next((k for k, entry in enumerate(entries) if entry is Ellipsis), len(entries))
    fill = [slice(None)] * (array.ndim - used)
    entries = [*entries[:gap], *fill, *entries[gap + 1 :]]
    sizes = iter(array.shape)
    return [New() if entry is None else _part(array, entry, next(sizes)) for entry in entries]


def _part(array: Traced, entry: Any, size: Any) -> Part:
    if isinstance(entry, slice):
        return _run(entry, size)
    if isinstance(entry, (bool, np.bool_, float, str)):
        raise TraceError(f"{entry!r} is no index into {said(array)}")
    if isinstance(entry, (int, np.integer, Size)):
        return Places(_fixed(array, entry, size))
    places = traced(entry)
    if places.kind == "b":
        raise TraceError("x[mask] has as many entries as the values say; write np.where(mask, x, 0)")
    if places.kind != "i":
        raise TraceError(
            f'{said(places)} is an index, so it must hold integers; say so in its specification, as in y="n int"'
        )
    return Places(places)


def _fixed(array: Traced, entry: Any, size: Any) -> Traced:
    place = _bound(entry, size)
    if isinstance(size, Size) and decide(size.expr - 1 - extent_of(place), "is_nonnegative") is None:
        raise TraceError(f"place {entry} of an axis of {size} entries may be outside; {advice(size)}")
    if not isinstance(place, Size) and not isinstance(size, Size) and not 0 <= place < size:
        raise TraceError(f"index {entry} into an axis of size {size} of {said(array)}")
    expr = extent_of(place)
    return Traced((), lambda: expr, "i")


def _bound(value: Any, size: Any) -> Any:
    """A place counted from the end if it is negative."""
    return size + value if int_of(value) < 0 else value


def _run(entry: slice, size: Any) -> Run:
    step = 1 if entry.step is None else int(entry.step)
    if not any(isinstance(x, Size) for x in (entry.start, entry.stop, size)):
        found = range(*entry.indices(size))
        return Run(sympy.Integer(found.start), step, len(found), found == range(size))
    if step < 0:
        return _backward(entry, size, step)
    start = _bound(0 if entry.start is None else entry.start, size)
    stop = _bound(size if entry.stop is None else entry.stop, size)
    length = stop - start
    count = length if step == 1 else (length + (step - 1)) // step
    if decide(extent_of(size) - extent_of(stop), "is_nonnegative") is not True:
        raise TraceError(f"whether [{start}:{stop}] ends inside {size} entries depends on the size; {advice(size)}")
    if int_of(count) < 1:
        raise TraceError(f"the slice [{start}:{stop}] is empty")
    return Run(extent_of(start), step, count, entry.start is None and entry.stop is None and step == 1)


def _backward(entry: slice, size: Any, step: int) -> Run:
    if entry.start is not None or entry.stop is not None or step != -1:
        raise TraceError("a slice with a negative step and a symbolic size; only [::-1] is traced")
    return Run(extent_of(size - 1), -1, size)


# ---------------------------------------------------------------- the axes that come out


@dataclass(frozen=True)
class Plan:
    """Parts, the common shape of all arrays of places, and the axis of the result where theirs begin."""

    parts: tuple[Part, ...]
    shape: tuple[Any, ...]
    common: tuple[Any, ...]
    first: int

    def split(self, index: Sequence[Any]) -> tuple[tuple[Any, ...], list[Any]]:
        """The index into the arrays of places, and the indices of the runs."""
        end = self.first + len(self.common)
        return tuple(index[self.first : end]), [*index[: self.first], *index[end:]]

    def places(self, index: Sequence[Any]) -> list[Expr]:
        """Where in the array the element stands."""
        among, runs = self.split(index)
        rest = iter(runs)
        found = []
        for part in self.parts:
            mine = None if isinstance(part, Places) else next(rest)
            if isinstance(part, Places):
                found.append(project(part.array, part.array.element, among))
            elif isinstance(part, Run):
                found.append(part.place(mine))
        return found


def plan(array: Traced, key: Any) -> Plan:
    """What comes out of array[key], as NumPy has it: arrays of places side by side keep their place, else go first."""
    parts = parts_of(array, key)
    lists = [k for k, p in enumerate(parts) if isinstance(p, Places) and p.array.ndim]
    common = broadcast([parts[k].array for k in lists]) if lists else ()  # type: ignore[union-attr]
    held = [k for k, p in enumerate(parts) if isinstance(p, Places)]
    adjacent = not lists or held == list(range(held[0], held[-1] + 1))
    first = sum(not isinstance(p, Places) for p in parts[: held[0]]) if lists and adjacent else 0
    runs = [1 if isinstance(p, New) else p.size for p in parts if not isinstance(p, Places)]
    return Plan(tuple(parts), (*runs[:first], *common, *runs[first:]), common, first)


@twin("index")
def _index(array: Traced, key: Any) -> Traced:
    found = plan(array, key)
    if not found.shape or any(isinstance(p, Places) and p.array.ndim for p in found.parts):
        element = array.element
        return Traced(found.shape, lambda *index: element(*found.places(index)), array.kind)

    def transform(element: Element) -> Element:
        return lambda *index: element(*found.places(index))

    return Traced(found.shape, None, array.kind, View(array, transform, key))


@twin("numpy.take")
def _take(a: Any, indices: Any, axis: Any = None) -> Traced:
    array = traced(a)
    if axis is None:
        raise TraceError("np.take without an axis reads the flat array; name the axis")
    return array[(*(slice(None),) * (axis % array.ndim), indices)]


@twin("numpy.take_along_axis")
def _take_along_axis(arr: Any, indices: Any, axis: int) -> Traced:
    array, places = traced(arr), traced(indices)
    at = axis % array.ndim
    element, where = array.element, places.element
    return Traced(places.shape, lambda *index: element(*(where(*index) if k == at else i for k, i in enumerate(index))))


# ---------------------------------------------------------------- writing


@twin("write")
def _write(array: Traced, key: Any, value: Any) -> None:
    """Afterwards the array holds the value where the key's places are, and what it held elsewhere."""
    given = traced(value)
    if array.kind != "f" and given.kind == "f":
        raise TraceError("a write of real numbers into an array of integers rounds them; make the array with 0.0")
    if isinstance(key, Traced) and key.kind == "b":
        array.become(_masked(array, key, given))
        return
    found = plan(array, key)
    target = broadcast([Traced(found.shape), given])
    if list(map(extent_of, target)) != list(map(extent_of, found.shape)):
        raise TraceError(f"{said(given)} does not fit into {said(array)}[...] of shape {found.shape}")
    if found.common:
        # A write that has no inverse is refused here, in the user's line.
        _landing(found, [sympy.Dummy(integer=True) for _ in array.shape])
    array.become(_written(array, found, _light(given)))


def _light(given: Traced) -> Traced:
    """The value, with an equation of its own if it holds sums: it is read under a mask for every place."""
    return given.kept("part") if given.symbol is None and not given.view and _heavy(given) else given


def _heavy(given: Traced) -> bool:
    return bool(given.raw(*(sympy.Dummy(integer=True) for _ in given.shape)).has(Binder, Call))


def _masked(array: Traced, mask: Traced, value: Traced) -> Traced:
    old, test, new = array.raw, mask.element, value.element
    shape = broadcast([array, mask])

    def element(*index: Any) -> Expr:
        return Where(project(mask, test, index), project(value, new, index), old(*index))

    if value.ndim:
        raise TraceError("x[mask] = values takes as many values as the mask has; write x = np.where(mask, values, x)")
    return Traced(shape, element, array.kind)


def _written(array: Traced, found: Plan, value: Traced) -> Traced:
    old, new = array.raw, value.element

    def element(*index: Any) -> Expr:
        test, inner = _landing(found, index)
        if test == 0:
            return old(*index)
        return Where(test, project(value, new, inner), old(*index))

    return Traced(array.shape, element, array.kind)


def _landing(found: Plan, index: Sequence[Any]) -> tuple[Expr, tuple[Any, ...]]:
    """Whether the write reaches the element at `index`, and which element of the value stands there."""
    real = [p for p in found.parts if not isinstance(p, New)]
    at = dict(zip(map(id, real), index, strict=True))
    among = tuple(_solved(found, axis, at) for axis in range(len(found.common)))
    tests = [p.test(at[id(p)]) for p in real if isinstance(p, Run)]
    tests += [Compare("==", at[id(p)], project(p.array, p.array.element, among)) for p in real if isinstance(p, Places)]
    runs = list(_backs(found, at))
    return sympy.Mul(*tests), (*runs[: found.first], *among, *runs[found.first :])


def _backs(found: Plan, at: dict[int, Any]) -> Iterator[Any]:
    for part in found.parts:
        if isinstance(part, New):
            yield sympy.S.Zero
        elif isinstance(part, Run):
            yield part.back(at[id(part)])


def _solved(found: Plan, axis: int, at: dict[int, Any]) -> Any:
    """The index into the arrays of places, read off one that counts up: np.arange(n)."""
    probe = [sympy.Dummy(integer=True) for _ in found.common]
    for part in found.parts:
        if isinstance(part, Places) and part.array.ndim and not all(map(single, part.array.shape)):
            place = project(part.array, part.array.element, tuple(probe))
            first = sympy.expand(place - probe[axis])
            if not first.free_symbols & set(probe) and not first.has(sympy.Function):
                return at[id(part)] - first
    raise TraceError(
        "a write at places that an array holds: two of them may be the same; "
        "write it with np.where, or x[np.arange(n), y] = ... with one place a row"
    )
