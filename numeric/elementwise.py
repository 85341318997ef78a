"""Equations between scalars as steps on whole arrays, in place: `w_next = w - eta*g` is two calls of NumPy, no copy.

Each equation is taken element by element. What no array enters is a number, worked out once a step.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
from sympy import Add, Expr, Mul, Pow, Rational

from derive.equation import Equation, Program, Tensor
from derive.functions import row_of
from derive.index import Entry
from derive.trees import walk
from numeric.formulas import NEXT, evaluator
from numeric.lower import NotLowered

Array = npt.NDArray[Any]
EACH_STEP = frozenset({"eta", "t", "norm"})
Instruction = tuple[Any, int, int, int]

FUNCTIONS: Mapping[str, np.ufunc] = MappingProxyType(
    {"abs": np.absolute, "sign": np.sign, "max": np.maximum, "min": np.minimum, "exp": np.exp, "log": np.log}
)


@dataclass
class Code:
    """Instructions (ufunc, first, second, out) over slots: arrays by name, then numbers, then scratch.

    A ufunc of one argument has its argument twice. `numbers` are the expressions behind the number slots.
    """

    slots: list[str]
    numbers: dict[Expr, int] = field(default_factory=dict)
    instructions: list[Instruction] = field(default_factory=list)
    scratch: list[int] = field(default_factory=list)


def compile_elementwise(program: Program, arrays: Sequence[str]) -> Code:
    """The code of all equations; m_next lands in m's array, and the array called g is used up.

    NotLowered for an operation that has no row here.
    """
    writer = _Writer(program, arrays)
    for equation in program.equations:
        writer.equation(equation)
    return writer.code


class _Writer:
    def __init__(self, program: Program, arrays: Sequence[str]) -> None:
        self.code = Code(list(arrays))
        self.places = {name: slot for slot, name in enumerate(arrays)}
        self.left = Counter(e.tensor for q in program.equations for e in walk(q.rhs) if isinstance(e, Entry))
        self.free: list[int] = []
        self.lent: set[int] = set()
        self.scalars: dict[Entry, Expr] = {}

    def equation(self, equation: Equation) -> None:
        """The right side into the array that it is the next value of; an equation between numbers is put in."""
        rhs = equation.rhs.xreplace(self.scalars)
        if not self.is_array(rhs):
            self.scalars[Entry(equation.name)] = rhs
            return
        old = equation.name.removesuffix(NEXT)
        if self.left[old] > sum(e == Entry(old) for e in walk(rhs)):
            raise NotLowered(f"{equation.name} is defined before the last equation that reads {old}; put it after")
        target = self.places[old]
        made = self.emit(rhs, target)
        if made != target:
            self.add(np.positive, made, made, target)
        self.places[equation.name] = target

    def is_array(self, expr: Expr) -> bool:
        return any(entry.tensor in self.places for entry in expr.atoms(Entry))

    def emit(self, expr: Expr, out: int | None = None) -> int:
        """The slot that holds the expression; the last instruction writes to `out` if that is given."""
        if not self.is_array(expr):
            return self.code.numbers.setdefault(expr, -1 - len(self.code.numbers))
        if isinstance(expr, Entry):
            return self.read(expr.tensor)
        for kind, rule in RULES:
            if isinstance(expr, kind):
                return rule(self, expr, out)
        row = row_of(expr)
        if row is None or row.name not in FUNCTIONS:
            raise NotLowered(f"an update has no step for {expr}; it may use + - * / ** {' '.join(FUNCTIONS)}")
        return self.call(FUNCTIONS[row.name], [self.emit(a) for a in expr.args], out)

    def read(self, name: str) -> int:
        """The array; the gradient may be written over once nothing else reads it."""
        self.left[name] -= 1
        slot = self.places[name]
        if name == "g" and self.left[name] == 0:
            self.lent.add(slot)
        return slot

    def call(self, function: Any, operands: Sequence[int], out: int | None) -> int:
        """One instruction, into `out`, an operand that is scratch, or new scratch."""
        usable = [slot for slot in operands if slot in self.lent]
        for slot in usable[1 if out is None else 0 :]:
            self.release(slot)
        target = out if out is not None else usable[0] if usable else self.borrow()
        self.add(function, operands[0], operands[-1], target)
        return target

    def add(self, function: Any, first: int, second: int, out: int) -> None:
        self.code.instructions.append((function, first, second, out))

    def borrow(self) -> int:
        if not self.free:
            self.code.scratch.append(len(self.code.slots))
            self.free.append(len(self.code.slots))
            self.code.slots.append(f"scratch{len(self.code.scratch)}")
        slot = self.free.pop()
        self.lent.add(slot)
        return slot

    def release(self, slot: int) -> None:
        self.lent.discard(slot)
        if slot in self.code.scratch:
            self.free.append(slot)


def _sum(writer: _Writer, expr: Add, out: int | None) -> int:
    """Array terms one after another, those with a minus sign taken away; the numbers are one term."""
    arrays = sorted((t for t in expr.args if writer.is_array(t)), key=lambda t: t.could_extract_minus_sign())
    number = Add(*(t for t in expr.args if not writer.is_array(t)))
    first, *rest = [*arrays, *([number] if number != 0 else [])]
    made = writer.emit(first, out if not rest else None)
    for place, term in enumerate(rest, start=1):
        minus = term.could_extract_minus_sign()
        operand = writer.emit(-term if minus else term)
        made = writer.call(np.subtract if minus else np.add, [made, operand], out if place == len(rest) else None)
    return made


def _product(writer: _Writer, expr: Mul, out: int | None) -> int:
    """The first factor times the others, times the number, by what is below the stroke."""
    number = Mul(*(f for f in expr.args if not writer.is_array(f)))
    arrays = [f for f in expr.args if writer.is_array(f)]
    above = [f for f in arrays if not _is_below(f)]
    if number != 1 or not above:
        above.append(number)
    below = [f.base**-f.exp for f in arrays if _is_below(f)]
    chain: list[tuple[Any, Expr]] = [*((np.multiply, f) for f in above[1:]), *((np.divide, f) for f in below)]
    made = writer.emit(above[0])
    for place, (function, factor) in enumerate(chain, start=1):
        made = writer.call(function, [made, writer.emit(factor)], out if place == len(chain) else None)
    return made


def _is_below(factor: Expr) -> bool:
    return isinstance(factor, Pow) and bool(factor.exp.could_extract_minus_sign())


POWERS: Mapping[Expr, np.ufunc] = MappingProxyType({Rational(2): np.square, Rational(1, 2): np.sqrt})


def _power(writer: _Writer, expr: Pow, out: int | None) -> int:
    if _is_below(expr):
        return _product(writer, Mul(expr, evaluate=False), out)
    if expr.exp in POWERS:
        return writer.call(POWERS[expr.exp], [writer.emit(expr.base)], out)
    return writer.call(np.power, [writer.emit(expr.base), writer.emit(expr.exp)], out)


RULES: tuple[tuple[type, Callable[[_Writer, Any, int | None], int]], ...] = (
    (Add, _sum),
    (Mul, _product),
    (Pow, _power),
)


class Elementwise:
    """The code bound to arrays: `step` runs it on each group of them, with the numbers by name.

    `groups` has one mapping a tensor, from the names of the program (without g) to arrays of one shape.
    """

    def __init__(self, program: Program, groups: Sequence[Mapping[str, Array]], numbers: Mapping[str, float]) -> None:
        names = ["g", *groups[0]]
        self._code = compile_elementwise(program, names)
        self._numbers = dict(numbers)
        self._reads = sorted({e.tensor for n in self._code.numbers for e in n.atoms(Entry)} & EACH_STEP)
        self._known: tuple[float, ...] | None = None
        dtype = next(iter(groups[0].values())).dtype
        self._cells = [np.zeros((), dtype) for _ in self._code.numbers]
        largest = max(next(iter(group.values())).size for group in groups)
        scratch = [np.empty(largest, dtype) for _ in self._code.scratch]
        self._slots = [_slots(group, scratch, self._cells) for group in groups]
        self._evaluate = _evaluator(program, list(self._code.numbers))

    def step(self, gradients: Sequence[Array], **numbers: float) -> None:
        """One step; each gradient is written over."""
        known = tuple([numbers[name] for name in self._reads])
        if known != self._known:
            self._set_numbers(numbers)
            self._known = known
        for slots, gradient in zip(self._slots, gradients, strict=True):
            slots[0] = gradient
            for function, first, second, out in self._code.instructions:
                if function.nin == 1:
                    function(slots[first], out=slots[out])
                else:
                    function(slots[first], slots[second], out=slots[out])

    def _set_numbers(self, numbers: Mapping[str, float]) -> None:
        for cell, value in zip(self._cells, self._evaluate({**self._numbers, **numbers}), strict=True):
            cell[...] = value


def _slots(group: Mapping[str, Array], scratch: Sequence[Array], cells: Sequence[Array]) -> list[Any]:
    """Gradient, arrays, scratch in the arrays' shape, and the numbers last: their slots count from the end."""
    shape = next(iter(group.values())).shape
    size = int(np.prod(shape))
    return [None, *group.values(), *(s[:size].reshape(shape) for s in scratch), *reversed(cells)]


def _evaluator(program: Program, numbers: Sequence[Expr]) -> Callable[[Mapping[str, float]], Sequence[float]]:
    """The numbers of the code, as a function of the scalars of the program."""
    if not numbers:
        return lambda values: ()
    equations = tuple(Equation(f"c{k}", (), expr) for k, expr in enumerate(numbers))
    tensors = {**program.tensors, **{e.name: Tensor(e.name) for e in equations}}
    kept = {name: tensor for name, tensor in tensors.items() if name not in program.defined}
    scalars = replace(program, equations=equations, tensors=kept)
    evaluate = evaluator(scalars)
    return lambda values: list(evaluate(values).values())
