"""Moderate arguments of a program, and what its gradients are there.

Numbers are multiples of 1/256 inside the domain, none of them one of 1/16, where kinks are: floats say exactly which
rational number is meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import sympy
from mpmath import mp
from sympy import Expr, Symbol

from derive.derivation import Derivation
from derive.equation import Equation, Program
from numeric.interpreter import evaluate
from proofs.arguments.strategies import domains, positions, simplexes

Array = np.ndarray[Any, Any]
Sizes = Mapping[Symbol, Expr]
DIGITS = 25
# Of arguments about 1, with rounding of 1e-25: what is this much apart is another number.
APART = mp.mpf(10) ** -12


class Told:
    """The right gradients of a derivation at these arguments."""

    def __init__(self, derivation: Derivation, arrays: Mapping[str, Array]) -> None:
        self.program, self.arrays = derivation.program, arrays
        self.right = evaluate(self.program, arrays, DIGITS)

    def apart(self, wrong: Equation) -> bool:
        """Whether the wrong equation gives other numbers here, and numbers at all; what it reads is right."""
        found = self.differences(wrong)
        return found is not None and bool(np.any(found))

    def differences(self, wrong: Equation) -> Array | None:
        """Entry by entry, wrong less right, and 0 where that is rounding; None where the equation gives no numbers."""
        try:
            made = evaluate(Program((wrong,), self.program.tensors, derived=True), self.right, DIGITS)[wrong.name]
        # A mutated equation may divide by 0, read outside its axes or compare complex numbers.
        except (ArithmeticError, IndexError, NotImplementedError, TypeError, ValueError):
            return None
        right = self.right[wrong.name]
        if not all(map(_is_real, (*made.flat, *right.flat))):
            return None
        pairs = zip(made.flat, right.flat, strict=True)
        apart = [a - b if abs(a - b) > APART * (1 + abs(b)) else 0 for a, b in pairs]
        return np.array(apart, dtype=object).reshape(made.shape)


def _is_real(x: Any) -> bool:
    return bool(mp.isfinite(x)) and mp.im(x) == 0


def arguments(program: Program, stream: np.random.Generator) -> dict[str, Array]:
    """Extents of 2 and 3, then numbers inside the domain."""
    return arguments_at(program, _sizes(program, stream), stream)


def arguments_at(program: Program, sizes: Sizes, stream: np.random.Generator) -> dict[str, Array]:
    """Numbers inside the domain, for these extents."""
    bounds, places, held = domains(program), positions(program), simplexes(program)
    made: dict[str, Array] = {}
    for name in program.inputs:
        shape = tuple(int(e.xreplace(sizes)) for e in program.extents(name))
        if program.tensors[name].integer:
            made[name] = stream.integers(0, int(places.get(name, sympy.Integer(4)).xreplace(sizes)), shape)
        else:
            made[name] = _held(_numbers(stream, shape, bounds.get(name, (-np.inf, np.inf))), name in held)
    return made


def symbols(program: Program) -> list[Symbol]:
    """The open extents, in alphabetical order."""
    return sorted({s for t in program.tensors.values() for e in t.extents for s in e.free_symbols}, key=str)


def fits(program: Program, sizes: Sizes) -> bool:
    """Whether every axis has an entry: a window must not be longer than what it slides over."""
    return all(e.xreplace(sizes) > 0 for t in program.tensors.values() for e in t.extents)


def _sizes(program: Program, stream: np.random.Generator) -> Sizes:
    """Sizes 2 and 3, and more where an axis would be empty."""
    for most in range(3, 3 + 100):
        sizes = {s: sympy.Integer(int(stream.integers(2, most + 1))) for s in symbols(program)}
        if fits(program, sizes):
            return sizes
    raise ValueError(f"no extents from 2 to 100 leave every axis of {program} an entry")


def _numbers(stream: np.random.Generator, shape: tuple[int, ...], bounds: tuple[float, float]) -> Array:
    low, high = (float(np.clip(end, -2, 2)) for end in bounds)
    if low >= high:
        low, high = (bounds[0], bounds[0] + 2) if np.isfinite(bounds[0]) else (bounds[1] - 2, bounds[1])
    sixteenths = stream.integers(int(np.ceil(low * 16)), int(np.floor(high * 16)), shape)
    return np.asarray(sixteenths / 16 + stream.integers(1, 16, shape) / 256)


def _held(array: Array, simplex: bool) -> Array:
    """The array, or the corner of the simplex that each of its rows points to."""
    if not simplex:
        return array
    hot = np.zeros_like(array)
    np.put_along_axis(hot, np.argmax(array, axis=-1, keepdims=True), 1, axis=-1)
    return hot


__all__ = ["APART", "DIGITS", "Array", "Sizes", "Told", "arguments", "arguments_at", "fits", "symbols"]
