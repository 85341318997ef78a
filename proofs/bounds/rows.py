"""What is judged: each scalar function of the registry and its slopes, as they are compiled to NumPy in float64."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from sympy import Expr, Symbol

import derive
from derive.functions import Row
from derive.index import Entry
from numeric.compiler import build

Array = np.ndarray[Any, Any]
Ends = Mapping[str, tuple[float, float]]
LIMIT = 3000.0
# Where the function itself has poles, or what is computed between leaves the range, bounds are for less.
SMALLER: dict[str, Ends] = {
    "tan'": {"x": (-1.5, 1.5)},
    "pow' in x": {"x": (2.0**-8, 2.0**8), "y": (-64.0, 64.0)},
    "pow' in y": {"x": (2.0**-8, 2.0**8), "y": (-64.0, 64.0)},
    "huber": {"x": (-16.0, 16.0), "y": (2.0**-4, 16.0)},
}


@dataclass(frozen=True)
class Subject:
    """f, or one of its slopes: the real function of x, y, z, and the emitted code."""

    name: str
    row: Row
    expr: Expr
    source: str
    function: str
    result: str
    called: Callable[[Mapping[str, Array]], Array]

    @property
    def names(self) -> tuple[str, ...]:
        """The arguments."""
        return self.row.names

    @property
    def meant(self) -> Expr:
        """The function with symbols for its arguments."""
        return self.expr.xreplace({Entry(name): Symbol(name, real=True) for name in self.names})

    @property
    def box(self) -> Ends:
        """Floats of the domain up to 3000, or fewer."""
        if self.name in SMALLER:
            return SMALLER[self.name]
        sides = zip(self.names, self.row.domains[self.row.fixed :], strict=True)
        return {name: ends_within(float(domain.inf), float(domain.sup)) for name, domain in sides}


def ends_within(low: float, high: float) -> tuple[float, float]:
    """The floats of an open interval, up to 3000."""
    first = -LIMIT if low < -LIMIT else float(np.nextafter(low, np.inf))
    return first, LIMIT if high > LIMIT else float(np.nextafter(high, -np.inf))


@lru_cache(maxsize=256)
def subjects(row: Row) -> tuple[Subject, ...]:
    """The function, then its slope in every argument."""
    return tuple(_made(row))


def _made(row: Row) -> Iterator[Subject]:
    forward = derive.program(f"f[i] = {row.text('i')}")
    yield _subject(row.name, row, forward["f"].rhs, build(forward), "forward", "f")
    derivation = derive.grad(derive.program(f"L = sum[i]({row.text('i')})"))
    gradient = build(derivation)
    for name in row.names:
        shown = f"{row.name}'" + (f" in {name}" if len(row.names) > 1 else "")
        yield _subject(shown, row, derivation.adjoint(name).rhs, gradient, "gradient", name)


def _subject(name: str, row: Row, rhs: Expr, made: Any, function: str, result: str) -> Subject:
    expr = rhs.xreplace({entry: Entry(entry.tensor) for entry in rhs.atoms(Entry)})
    return Subject(name, row, expr, made.source, function, result, lambda arrays: np.asarray(made(**arrays)[result]))


def columns(points: Sequence[Array], names: Sequence[str], dtype: Any = float) -> dict[str, Array]:
    """Points as arguments by name."""
    return {name: a.astype(dtype) for name, a in zip(names, points, strict=True)}
