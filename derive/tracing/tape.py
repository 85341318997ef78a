"""The tape: equations in the order in which the function makes them, and their names in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sympy import Dummy, Expr, Symbol

from derive.equation import Assumption, Equation, Program, ProgramError, Tensor, check_name
from derive.index import Binder, Call, Entry, letter, tensors
from derive.tracing.arrays import Traced
from derive.tracing.sizes import extent_of

LETTERS = "ijklpqrstuvabcefgh"
CONSTANTS = ("pi", "inf")


@dataclass(frozen=True)
class Line:
    """An equation whose tensor still bears a placeholder; `base` is what its name is made of."""

    symbol: Symbol
    base: str
    indices: tuple[Dummy, ...]
    extents: tuple[Expr, ...]
    rhs: Expr
    integer: bool = False


class Tape:
    """What one run of the function writes down."""

    def __init__(self, inputs: Mapping[str, Traced]) -> None:
        self.inputs = dict(inputs)
        self.lines: list[Line] = []
        self.functions: dict[int, str] = {}
        # Inputs that stand in a list without a name of their own: the place in the list, and the name they get.
        self.unnamed: dict[str, str] = {}
        self.aliases: dict[str, str] = {}

    def define(self, array: Traced, base: str) -> None:
        """Give the array an equation, and a name made of `base`."""
        letters = tuple(letter("i") for _ in array.shape)
        self.write(array, base, letters, array.raw(*letters))

    def write(self, array: Traced, base: str, letters: tuple[Dummy, ...], rhs: Expr) -> None:
        """The equation of an array whose element at `letters` is `rhs`."""
        symbol = Symbol(f"%{len(self.lines)}")
        extents = tuple(map(extent_of, array.shape))
        self.lines.append(Line(symbol, base, letters, extents, rhs, array.kind == "i"))
        array.named(symbol)

    def bound(self) -> str:
        """Every axis bound so far, for a message."""
        shapes = (f"{name} ({', '.join(map(str, a.shape))})" for name, a in self.inputs.items() if a.shape)
        return f"; bound so far: {', '.join(shapes)}"

    def numpy_name(self, function: object) -> str:
        """The full name of one of NumPy's functions."""
        module = getattr(function, "__module__", None) or "numpy"
        return self.functions.get(id(function), f"{module}.{getattr(function, '__name__', function)}")

    def offer(self, name: str, array: Traced) -> None:
        """A local variable holds the array: it gets an equation, unless it only reads another or holds no numbers."""
        array.hint = array.hint or name
        if array.owner in self.unnamed and array.symbol is not None:
            self._call(array.owner, f"{name}{self.unnamed.pop(array.owner)}")
        if array.symbol is not None or array.pending or array.kind != "f" or array.owner:
            return
        if array.plain_at == array.version:
            return
        letters = tuple(letter("i") for _ in array.shape)
        rhs = array.raw(*letters)
        if not isinstance(rhs, Entry) and rhs.has(Entry, Call):
            self.write(array, name, letters, rhs)
        else:
            array.plain_at = array.version

    def _call(self, owner: str, name: str) -> None:
        """An input of a list takes the name of the first variable that holds it: W1, b1 for W, b in layers."""
        if name not in self.inputs and name not in self.aliases.values():
            self.aliases[owner] = name

    def called(self, owner: str) -> str:
        """The name of an input in the program."""
        return self.aliases.get(owner, owner)

    # ------------------------------------------------------------ the program

    def program(self, output: Traced, assumptions: Iterable[Assumption], structures: Mapping[str, str]) -> Program:
        """The equations that the output needs, named."""
        lines = self._needed(output)
        called = {n: self.called(n) for n in self.inputs}
        self.inputs = {called[n]: a for n, a in self.inputs.items()}
        names = self._names(lines)
        symbols = {line.symbol: Symbol(name) for line, name in zip(lines, names, strict=True)}
        symbols |= {Symbol(old): Symbol(new) for old, new in called.items() if old != new}
        inputs = {name: _tensor(name, a) for name, a in self.inputs.items()}
        known = {*inputs, *names, *(s.name for a in inputs.values() for e in a.extents for s in e.free_symbols)}
        shapes = [*(t.extents for t in inputs.values()), *(line.extents for line in lines)]
        letters = letters_of((e for shape in shapes for e in shape), known)
        made = (Equation(n, line.indices, line.rhs.xreplace(symbols)) for line, n in zip(lines, names, strict=True))
        equations = tuple(letters.equation(e, line.extents) for e, line in zip(made, lines, strict=True))
        found = inputs | {n: Tensor(n, line.extents, line.integer) for line, n in zip(lines, names, strict=True)}
        return Program(equations, found, (), tuple(assumptions), dict(structures))

    def _needed(self, output: Traced) -> list[Line]:
        needed = {output.symbol}
        kept: list[Line] = []
        for line in reversed(self.lines):
            if line.symbol in needed:
                kept.append(line)
                needed.update(map(Symbol, tensors(line.rhs)))
        return kept[::-1]

    def _names(self, lines: list[Line]) -> list[str]:
        """A base that stands once is the name; else it is numbered in order."""
        sizes = {s.name for a in self.inputs.values() for e in map(extent_of, a.shape) for s in e.free_symbols}
        taken = {*self.inputs, *sizes, *CONSTANTS}
        count = Counter(line.base for line in lines)
        made: list[str] = []
        for line in lines:
            name = next(c for c in _candidates(line.base, count[line.base] > 1) if c not in taken)
            taken.add(name)
            made.append(name)
        return made


def _candidates(base: str, numbered: bool) -> Iterator[str]:
    try:
        check_name(base)
    except ProgramError:
        base = f"{base.strip('_').replace('__', '_')}_" if base.strip("_") else "t"
    if not numbered:
        yield base
    joint = "_" if base[-1].isdigit() else ""
    yield from (f"{base}{joint}{k}" for k in range(1, 10**6))


def _tensor(name: str, array: Traced) -> Tensor:
    return Tensor(name, tuple(map(extent_of, array.shape)), array.kind == "i")


# ---------------------------------------------------------------- letters


@dataclass(frozen=True)
class Letters:
    """A letter for each extent, the same in all equations: i for the first axis of the first input."""

    preferred: Mapping[Expr, str]
    free: tuple[str, ...]

    def fresh(self, extent: Expr, taken: Container[str]) -> Dummy:
        """The extent's own letter, or one that is nobody's."""
        own, rest = self.preferred.get(extent), set(self.preferred.values())
        names = [own] if own is not None else []
        names += [x for x in self.free if x not in rest] + list(self.free)
        return letter(next(x for x in names if x not in taken))

    def equation(self, given: Equation, extents: tuple[Expr, ...]) -> Equation:
        """The same equation in these letters."""
        taken: dict[str, Dummy] = {}
        for extent in extents:
            made = self.fresh(extent, taken)
            taken[made.name] = made
        letters = dict(zip(given.indices, taken.values(), strict=True))
        return Equation(given.name, tuple(letters.values()), self.inside(given.rhs.xreplace(letters), set(taken)))

    def inside(self, expr: Expr, taken: set[str]) -> Expr:
        """Bound letters renamed, none that hides an outer one."""
        if isinstance(expr, Binder):
            return self._binder(expr, taken)
        if not expr.args or not expr.has(Binder):
            return expr
        return expr.func(*(self.inside(a, taken) for a in expr.args))

    def _binder(self, node: Any, taken: set[str]) -> Expr:
        names = set(taken)
        fresh = {}
        for old, extent in zip(node.letters, node.extents, strict=True):
            fresh[old] = self.fresh(extent, names)
            names.add(fresh[old].name)
        inner = node.xreplace(fresh)
        return inner.func(inner.args[0], self.inside(inner.body, names), *inner.args[2:])


def letters_of(extents: Iterable[Expr], known: Iterable[str]) -> Letters:
    """Letters for these extents in their order; `known` are names that no letter may bear."""
    hidden = set(known)
    free = tuple(x for x in (*LETTERS, *(f"i{k}" for k in range(2, 200))) if x not in hidden)
    distinct = [e for e in dict.fromkeys(extents) if e != 1]
    return Letters(dict(zip(distinct, free, strict=False)), free)
