"""What a target is: what its code imports, how it writes each array node and function, where its helpers live."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import numpy as np
import sympy
from sympy import Expr, Symbol

from derive.equation import Equation, Program
from numeric.arrays import FUNCTIONS, Apply, Array, Linalg, Printed, Times
from numeric.context import NotLowered
from numeric.printer import WRITERS, Names, Printer, Writer

Arrays = Mapping[str, Any]
Statement = tuple[Symbol, Expr]
Statements = Sequence[Statement]


def _as_it_is(function: Callable[..., Any]) -> Callable[..., Any]:
    return function


def _as_they_are(program: Program, statements: Statements, outputs: Sequence[str]) -> Statements:
    return statements


@dataclass(frozen=True)
class Target:
    """A library that compiled code may be written for.

    `imports` has an import for each module that its text or its helpers may name, `spelled` what it calls `np` and
    `dtype`, `runtime` the module of its helpers, `typed` the nodes that take the dtype from a tensor beside them,
    `decorator` what stands above a function that the library compiles. `lines` makes other statements of a program's
    equations than those on whole arrays, `returned` changes those of what comes out. An `eager` library runs line by
    line, so that it is told what to compute together and what to let go. Where it is `differentiable`, a module has
    the loss as a function that the library differentiates by the derived gradient.
    """

    name: str
    library: str
    runtime: str
    imports: Mapping[str, str]
    spelled: Mapping[str, str] = field(default_factory=dict)
    writers: Mapping[type, Writer] = field(default_factory=lambda: WRITERS)
    functions: Mapping[str, Printed] = field(default_factory=lambda: FUNCTIONS)
    differentiable: bool = False
    eager: bool = False
    typed: tuple[type, ...] = ()
    decorator: str = ""
    lines: Callable[[Program, Sequence[Equation], Sequence[str]], list[tuple[Symbol, Expr]]] | None = None
    returned: Callable[[Program, Statements, Sequence[str]], Statements] = _as_they_are
    compiled: Callable[[Callable[..., Any]], Callable[..., Any]] = _as_it_is

    @property
    def helpers(self) -> ModuleType:
        """The module of the helpers; ImportError says what to install."""
        try:
            return importlib.import_module(self.runtime)
        except ModuleNotFoundError as error:
            raise ImportError(
                f"the {self.name} target needs {self.library}, which is not installed: pip install {self.library}"
            ) from error

    def named(self, name: str) -> Any:
        """The module or helper that a printed name means."""
        found = getattr(self.helpers, self.spelled.get(name, name), None)
        if found is None:
            raise NotLowered(f"the {self.name} target has no form for {name}; build it for numpy")
        return found

    def printer(self, names: Iterable[str]) -> Printer:
        """A printer of this target's text, for tensors of these names."""
        return Printer(Names(set(names), self.spelled), self.writers, self.functions)

    def ready(self, given: Arrays, check: Callable[[Arrays], Arrays]) -> Arrays:
        """What is given as arrays of the library, once `check` lets arrays of their shapes and dtypes pass."""
        if not self.differentiable:
            return check(given)
        checked = check({name: _stand_in(value) for name, value in given.items()})
        return {name: self.helpers.as_argument(given[name], array.dtype) for name, array in checked.items()}

    def values(self, arrays: Arrays) -> Arrays:
        """The arrays as NumPy has them, as far as they have values."""
        if not self.differentiable:
            return arrays
        found = {name: self.helpers.values_of(array) for name, array in arrays.items()}
        return {name: value for name, value in found.items() if value is not None}

    def refuse(self, statements: Statements) -> None:
        """NotLowered names the first node or function that this target cannot write."""
        unknown = (found for _, expr in statements for found in _unknown(expr, self))
        found = next(unknown, None)
        if found:
            raise NotLowered(f"the {self.name} target has no form for {found}; build it for numpy")

    def is_helper(self, made: Any) -> bool:
        """Whether it is a function of this target's runtime, and no module or class."""
        return getattr(made, "__module__", None) == self.runtime


def _stand_in(value: Any) -> Any:
    """An array of the same shape and dtype; no value is looked at, since the library may only be tracing."""
    if not hasattr(value, "shape"):
        return value
    dtype = np.dtype(str(value.dtype).rpartition(".")[2])
    return np.broadcast_to(np.zeros((), dtype), tuple(value.shape))


def _unknown(expr: Expr, target: Target) -> Iterator[str]:
    for node in (n for n in sympy.preorder_traversal(expr) if isinstance(n, Array)):
        if type(node) not in target.writers:
            yield node.args[0].name if isinstance(node, Linalg) else type(node).__name__.lower()
        elif isinstance(node, (Apply, Times)) and node.args[0].name not in target.functions:
            yield node.args[0].name


def number(p: Printer, value: Expr) -> str:
    """A function of numbers alone, by NumPy: its result is a number in every target."""
    applied = value if isinstance(value, Apply) else value.args[0]
    text = FUNCTIONS[applied.args[0].name].text.replace("{np}", "{numpy}")
    if "{" in text.replace("{numpy}", "").replace("{0}", "").replace("{1}", ""):
        raise NotLowered(f"{applied.args[0].name} of a number has no form here; build it for numpy")
    return f"{p.filled(text, *map(p._print, applied.args[1:]))}.item()"


__all__ = ["Target", "number"]
