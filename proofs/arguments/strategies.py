"""Hypothesis strategies for the inputs of a program: extents, values, domains, all read off the program."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import sympy
from hypothesis import assume
from hypothesis import strategies as st
from sympy import Expr, Function, Pow, S, Symbol

from derive.equation import Program
from derive.functions import ROWS, row_of
from derive.index import Entry, Reduce

LARGEST_EXTENT = 3
TYPICAL = (-2.0, 2.0)
SPECIAL = (0.0, 1.0, -1.0, 0.5, -0.5, 3.0, -3.0)
# Where exponentials overflow and squares lose digits, in float32 too; and what is next to nothing.
FAR = (-2000.0, -800.0, -100.0, -30.0, 30.0, 100.0, 800.0, 2000.0, 1e-8, -1e-8, 1e-20)
ONE_IN = 4  # cases in float32, and cases with far values


@dataclass(frozen=True)
class Case:
    """One set of arguments for a program."""

    arrays: Mapping[str, np.ndarray[Any, Any]]


def domains(program: Program) -> dict[str, tuple[float, float]]:
    """An open interval for each input that a function with a domain reads, alone or as a T + b."""
    found: dict[str, tuple[float, float]] = {}
    for equation in program.equations:
        for node in equation.rhs.atoms(Function, Pow):
            for argument, domain in zip(node.args, _domains_of(node), strict=True):
                _restrict(found, argument, domain, program)
    return found


def _domains_of(node: Expr) -> tuple[sympy.Set, ...]:
    """A set for each argument of a function or a power."""
    if isinstance(node, Pow):
        return (S.Reals if node.exp.is_integer else ROWS["pow"].domains[0]), S.Reals
    row = row_of(node)
    return row.domains if row is not None else (S.Reals,) * len(node.args)


def _restrict(found: dict[str, tuple[float, float]], argument: Expr, domain: sympy.Set, program: Program) -> None:
    for entry in argument.atoms(Entry) if domain != S.Reals else ():
        scale = argument.coeff(entry)
        shift = argument - scale * entry
        if entry.tensor in program.inputs and scale.is_number and shift.is_number and scale != 0:
            low, high = found.get(entry.tensor, (-np.inf, np.inf))
            ends = sorted(float((end - shift) / scale) for end in (domain.inf, domain.sup))
            found[entry.tensor] = max(low, ends[0]), min(high, ends[1])


def simplexes(program: Program) -> set[str]:
    """Inputs whose rows are assumed to sum to one: assume sum[k](Y[i,k]) == 1."""
    return {
        rule.left.body.tensor
        for rule in program.assumptions
        if rule.right == 1 and isinstance(rule.left, Reduce) and isinstance(rule.left.body, Entry)
    }


def cases(program: Program, dtype: str | None = "float64", far: bool = False) -> st.SearchStrategy[Case]:
    """Sizes from 1 up, then values: typical, zero, one, halves; inside the domain; rows of a simplex where assumed.

    Without a dtype some cases are in float32. With `far` some have values of other magnitudes.
    """
    return _cases(_Inputs.of(program), dtype, far)


@dataclass(frozen=True)
class _Inputs:
    """What cases of a program are drawn from, read off it once."""

    shapes: Mapping[str, tuple[Expr, ...]]
    whole: Mapping[str, Expr]  # how far from 0 an integer may be
    bounds: Mapping[str, tuple[float, float]]
    rows: Set[str]
    structures: Mapping[str, str]
    extents: Set[Expr]

    @classmethod
    def of(cls, program: Program) -> _Inputs:
        places, integer = positions(program), [n for n in program.inputs if program.tensors[n].integer]
        return cls(
            {name: program.extents(name) for name in program.inputs},
            {name: places.get(name, sympy.Integer(4)) for name in integer},
            domains(program),
            simplexes(program),
            program.structures,
            {e for t in program.tensors.values() for e in t.extents},
        )

    @property
    def symbols(self) -> list[Symbol]:
        return sorted({s for e in self.extents for s in e.free_symbols}, key=str)

    def values(self, name: str, sizes: Mapping[Symbol, Expr], far: bool) -> st.SearchStrategy[Any]:
        """The strategy of one entry."""
        if name in self.whole:
            return st.integers(0, int(self.whole[name].xreplace(sizes)) - 1)
        return _floats(*self.bounds.get(name, (-np.inf, np.inf)), FAR if far else ())

    def array(self, name: str, flat: Sequence[Any], shape: tuple[int, ...], dtype: str) -> np.ndarray[Any, Any]:
        array = np.array(flat, dtype="int64" if name in self.whole else dtype).reshape(shape)
        return _simplex(array) if name in self.rows else STRUCTURED[self.structures.get(name, "")](array)


@st.composite
def _cases(draw: st.DrawFn, inputs: _Inputs, dtype: str | None, far: bool) -> Case:
    dtype = dtype or ("float32" if draw(_rarely()) else "float64")
    far = far and draw(_rarely())
    sizes = {s: sympy.Integer(draw(st.integers(1, LARGEST_EXTENT))) for s in inputs.symbols}
    assume(all(int(e.xreplace(sizes)) > 0 for e in inputs.extents))
    arrays = {}
    for name, extents in inputs.shapes.items():
        shape = tuple(int(e.xreplace(sizes)) for e in extents)
        count = int(np.prod(shape))
        flat = draw(st.tuples(*[inputs.values(name, sizes, far)] * count))
        arrays[name] = inputs.array(name, flat, shape, dtype)
    return Case(arrays)


def far_twins(program: Program, case: Case) -> Iterator[Case]:
    """The case with one input after the other far from 1: first of several signs and sizes, then large throughout."""
    bounds, held = domains(program), simplexes(program) | set(program.structures)
    free = {n: a for n, a in case.arrays.items() if a.dtype.kind == "f" and n not in held and a.size}
    for part in (slice(None, None, -1), slice(1), slice(-1, None)):
        for name, array in free.items():
            low, high = bounds.get(name, (-np.inf, np.inf))
            values = [v for v in FAR if low < v < high and abs(v) >= 1][part]
            if values:
                yield Case({**case.arrays, name: np.resize(values, array.shape).astype(array.dtype)})


def positions(program: Program) -> dict[str, Expr]:
    """For each integer input that is read as an index T[w[t]]: the extent of the axis that it points into."""
    found: dict[str, Expr] = {}
    for equation in program.equations:
        for entry in equation.rhs.atoms(Entry):
            for axis, index in enumerate(entry.indices):
                if isinstance(index, Entry):
                    found[index.tensor] = program.extents(entry.tensor)[axis]
    return found


def _rarely() -> st.SearchStrategy[bool]:
    return st.integers(1, ONE_IN).map(lambda k: k == ONE_IN)


@lru_cache(maxsize=256)
def _floats(low: float, high: float, beyond: Sequence[float] = ()) -> st.SearchStrategy[float]:
    """Sixteenths, so that a counterexample reads well, clear of the ends of an open interval; or a special one.

    One choice for a number, from a list that begins with the roundest: what shrinks goes there.
    """
    bottom, top = max(low, TYPICAL[0]), min(high, TYPICAL[1])
    if bottom >= top:
        bottom, top = (low, low + TYPICAL[1]) if low > TYPICAL[1] else (high + TYPICAL[0], high)
    first, last = int(np.floor(bottom * 16)) + (low > -np.inf), int(np.ceil(top * 16)) - (high < np.inf)
    steps = [k / 16 for k in range(first, last + 1)]
    special = [v for v in beyond or SPECIAL if low < v < high]
    return st.sampled_from(sorted([*special * (len(steps) // max(len(special), 1)), *steps], key=_roundness))


def _roundness(value: float) -> tuple[int, float, bool]:
    """Fewer digits first, then what is smaller, then what is positive."""
    return len(f"{abs(value):g}"), abs(value), value < 0


STRUCTURED: Mapping[str, Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]]] = {
    "": lambda array: array,
    "symmetric": lambda array: np.tril(array) + np.tril(array, -1).T,
    "diagonal": lambda array: np.diag(np.diag(array)),
}


def _simplex(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Rows made one-hot at their largest entry: an exact point of the simplex."""
    hot = np.zeros_like(array)
    np.put_along_axis(hot, np.argmax(array, axis=-1, keepdims=True), 1, axis=-1)
    return hot
