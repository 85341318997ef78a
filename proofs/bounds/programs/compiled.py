"""A loss, layer or model as it is judged: the program that the kernel accepted, and what its compiled code returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from sympy import Integer, Symbol

from derive.derivation import Derivation
from derive.equation import Program
from derive.layers import LAYERS
from derive.parse import parse
from numeric.compiler import build
from proofs.library import derived
from proofs.moderate import fits, symbols

Array = np.ndarray[Any, Any]
Arrays = Mapping[str, Array]
MOST_EXTENT = 8


@dataclass(frozen=True)
class Compiled:
    """The gradient of a row and its value, each compiled as a user's is; `size` is every open extent."""

    kind: str
    name: str
    derivation: Derivation
    run: Callable[[Arrays], Arrays]

    @property
    def tensors(self) -> tuple[str, ...]:
        """What is judged, in the program's names: the value, then the adjoints."""
        return self.valued.output.name, *self.derivation.results.values()

    @property
    def forward(self) -> Program:
        """The program that is differentiated."""
        return self.derivation.forward

    @property
    def valued(self) -> Program:
        """The program whose output is the row's value: of a layer Z, not the sum that is differentiated."""
        return valued(self.kind, self.name, self.derivation)

    @cached_property
    def size(self) -> int:
        """2, or the least extent beyond at which no axis is empty."""
        return next(m for m in range(2, MOST_EXTENT) if fits(self.forward, self.sizes(m)))

    def sizes(self, extent: int) -> dict[Symbol, Integer]:
        """All open extents as one number."""
        return {s: Integer(extent) for s in symbols(self.forward)}

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape of an input."""
        return tuple(int(e.xreplace(self.sizes(self.size))) for e in self.forward.extents(name))


def compiled(kind: str, name: str) -> Compiled:
    """The row, derived and compiled.

    >>> compiled("loss", "mse").tensors
    ('L', 'A_bar')
    """
    derivation = derived(kind, name)
    forward = valued(kind, name, derivation)
    value, gradient = build(forward), build(derivation)

    def run(arrays: Arrays) -> Arrays:
        found = {derivation.results[by]: made for by, made in gradient(**arrays).items()}
        return {**value(**{n: a for n, a in arrays.items() if n in forward.inputs}), **found}

    return Compiled(kind, name, derivation, run)


def valued(kind: str, name: str, derivation: Derivation) -> Program:
    """The program of the row's value."""
    return parse(LAYERS[name].text()) if kind == "layer" else derivation.forward
