"""Hypothesis strategies for the inputs of a program: extents, values, domains, all read off the program."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy
from hypothesis import assume
from hypothesis import strategies as st
from sympy import Expr, Function, Pow, S, Set, Symbol

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


def _domains_of(node: Expr) -> tuple[Set, ...]:
    """A set for each argument of a function or a power."""
    if isinstance(node, Pow):
        return (S.Reals if node.exp.is_integer else ROWS["pow"].domains[0]), S.Reals
    row = row_of(node)
    return row.domains if row is not None else (S.Reals,) * len(node.args)


def _restrict(found: dict[str, tuple[float, float]], argument: Expr, domain: Set, program: Program) -> None:
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


@st.composite
def cases(draw: st.DrawFn, program: Program, dtype: str | None = "float64", far: bool = False) -> Case:
    """Sizes from 1 up, then values: typical, zero, one, halves; inside the domain; rows of a simplex where assumed.

    Without a dtype some cases are in float32. With `far` some have values of other magnitudes.
    """
    dtype = dtype or ("float32" if draw(_rarely()) else "float64")
    far = far and draw(_rarely())
    symbols = sorted(_symbols(program), key=str)
    sizes = {s: sympy.Integer(draw(st.integers(1, LARGEST_EXTENT))) for s in symbols}
    assume(all(int(e.xreplace(sizes)) > 0 for t in program.tensors.values() for e in t.extents))
    bounds, rows, places = domains(program), simplexes(program), positions(program)
    beyond = FAR if far else ()
    arrays = {}
    for name in program.inputs:
        shape = tuple(int(e.xreplace(sizes)) for e in program.extents(name))
        below = int(places.get(name, sympy.Integer(4)).xreplace(sizes))
        whole = st.integers(0, below - 1)
        values = whole if program.tensors[name].integer else _floats(*bounds.get(name, (-np.inf, np.inf)), beyond)
        flat = draw(st.lists(values, min_size=int(np.prod(shape)), max_size=int(np.prod(shape))))
        kind = "int64" if program.tensors[name].integer else dtype
        array = np.array(flat, dtype=kind).reshape(shape)
        arrays[name] = _simplex(array) if name in rows else STRUCTURED[program.structures.get(name, "")](array)
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


def _symbols(program: Program) -> set[Symbol]:
    return {s for t in program.tensors.values() for e in t.extents for s in e.free_symbols}


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


def _floats(low: float, high: float, beyond: Sequence[float] = ()) -> st.SearchStrategy[float]:
    """Rounded to sixteenths so that a counterexample reads well, and clear of the ends of an open interval."""
    bottom, top = max(low, TYPICAL[0]), min(high, TYPICAL[1])
    if bottom >= top:
        bottom, top = (low, low + TYPICAL[1]) if low > TYPICAL[1] else (high + TYPICAL[0], high)
    steps = st.integers(int(np.floor(bottom * 16)) + (low > -np.inf), int(np.ceil(top * 16)) - (high < np.inf))
    inside = [v for v in beyond or SPECIAL if low < v < high]
    drawn = steps.map(lambda k: k / 16)
    return st.one_of(drawn, st.sampled_from(inside)) if inside else drawn


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
