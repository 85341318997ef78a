"""A loss, layer or model as it is judged: the program that the kernel accepted, and what its compiled code returns."""

from __future__ import annotations

import math
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
EXTENTS = range(2, 8)
FEW = 40  # numbers of all arguments together, up to which an extent may be 3


@dataclass(frozen=True)
class Compiled:
    """The gradient of a row and its value, each compiled as a user's is; `size` is every open extent."""

    kind: str
    name: str
    derivation: Derivation
    run: Callable[[Arrays], Arrays]
    sources: tuple[str, str]  # of the value, and of the gradient

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

    def shown(self, tensor: str) -> str:
        """The value by its name, an adjoint by what the gradient is by."""
        return {adjoint: by for by, adjoint in self.derivation.results.items()}.get(tensor, tensor)

    @cached_property
    def size(self) -> int:
        """The least from 2 on at which no axis is empty; 3 where the arguments have few numbers then."""
        least = next(m for m in EXTENTS if fits(self.forward, self.sizes(m)))
        return 3 if least == 2 and self.numbers(3) <= FEW else least

    @property
    def few(self) -> bool:
        """Whether the arguments are few numbers."""
        return self.numbers(self.size) <= FEW

    def numbers(self, extent: int) -> int:
        """How many numbers the arguments have at this extent."""
        return sum(math.prod(self.shape(name, extent)) for name in self.forward.inputs)

    def sizes(self, extent: int) -> dict[Symbol, Integer]:
        """All open extents as one number."""
        return {s: Integer(extent) for s in symbols(self.forward)}

    def shape(self, name: str, extent: int | None = None) -> tuple[int, ...]:
        """The shape of an input."""
        return tuple(int(e.xreplace(self.sizes(extent or self.size))) for e in self.forward.extents(name))


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

    return Compiled(kind, name, derivation, run, (value.source, gradient.source))


def valued(kind: str, name: str, derivation: Derivation) -> Program:
    """The program of the row's value."""
    return parse(LAYERS[name].text()) if kind == "layer" else derivation.forward
