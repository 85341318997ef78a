"""Rows whose equations say how numbers change from step to step: algorithms, schedules, clipping.

An equation of `m_next` says what m becomes; the row's numbers stand in braces, with their defaults and ranges.
The printed page and the compiled step both come from these equations.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from derive.approximation import with_changes
from derive.equation import Program
from derive.operations import Operation
from derive.pages.latex import LATEX, TEXT, render_equation
from derive.parse import parse
from numeric.compiled import tensors_of

NEXT = "_next"


@dataclass(frozen=True, repr=False)
class Formula:
    """A row with numbers chosen: `row` has the equations, `numbers` a value for each of its options."""

    row: Operation
    numbers: Mapping[str, float]

    @property
    def name(self) -> str:
        return self.row.name

    @cached_property
    def program(self) -> Program:
        """The equations with the numbers as scalars of these names."""
        return parse("\n".join(re.sub(r"[{}]", "", equation) for equation in self.row.equations))

    @property
    def state(self) -> tuple[str, ...]:
        """What the row carries from step to step: every name that it gives a next value, but the weight w."""
        following = (name.removesuffix(NEXT) for name in self.program.defined if name.endswith(NEXT))
        return tuple(name for name in following if name != "w")

    def text(self) -> str:
        """The equations, one a line, with a prime for what is next, and the numbers."""
        style = with_changes(TEXT)
        lines = [render_equation(equation, style) for equation in self.program.equations]
        numbers = ", ".join(f"{style.tensor(name)} = {value:g}" for name, value in self.numbers.items())
        return "\n".join([*lines, *([numbers] if numbers else [])])

    def latex(self) -> str:
        """The equations below each other; needs amsmath only."""
        rows = (render_equation(e, with_changes(LATEX), "&=") for e in self.program.equations)
        return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"

    def __repr__(self) -> str:
        return self.text()

    def _repr_latex_(self) -> str:
        return f"$$\n{self.latex()}\n$$"


def formula(row: Operation, **numbers: float) -> Formula:
    """The row with these numbers; ProgramError for one that it does not have, or that is out of its range."""
    row.lines(**numbers)
    return Formula(row, {name: float(numbers.get(name, option.default)) for name, option in row.options.items()})


def evaluator(program: Program) -> Callable[[Mapping[str, float]], dict[str, float]]:
    """All equations between scalars as one function of the inputs by name; names that it does not read may be given."""
    compiled = tensors_of(program, list(program.defined))

    def evaluate(values: Mapping[str, float]) -> dict[str, float]:
        # NumPy's numbers divide by 0 where Python's raise.
        found = compiled.raw(*(np.float64(values[name]) for name in compiled.arguments))
        return dict(zip(compiled.outputs, map(float, found), strict=True))

    return evaluate
