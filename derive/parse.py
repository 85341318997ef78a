"""The text front door: a program from text. Nothing of the text is ever run."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import sympy
from sympy import Dummy, Expr, Rational

from derive.equation import Assumption, Equation, Program, ProgramError, Tensor
from derive.functions import apply
from derive.index import ALONG, Along, Compare, Delta, Entry, Reduce, Where
from derive.survey import Survey
from derive.syntax import LARGEST_EXPONENT, Node, ParseError
from derive.unify import fresh_names

CONSTANTS: Mapping[str, Expr] = {"pi": sympy.pi, "inf": sympy.oo}
OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": lambda a, b: sympy.floor(a / b),
    "%": sympy.Mod,
}


def parse(text: str, derived: bool = False) -> Program:
    """The program that the text states; ParseError with line, column and caret if it states none.

    >>> program = parse("Z[i,k] = sum[j](X[i,j] * W[j,k]) + b[k]")
    >>> program.inputs, program.extents("W")
    (('X', 'W', 'b'), (d, m))
    """
    return _Reader(text, derived).program()


class _Reader(Survey):
    """Second pass: the program, its expressions built of the nodes of `index`."""

    def program(self) -> Program:
        for number, node in enumerate(self.equations):
            self._survey_equation(number, node)
        for number, node in enumerate(self.assumptions, start=len(self.equations)):
            for side in node.children:
                self._survey(number, side, self.scopes.setdefault(number, {}))
        defined = [str(node.children[0].children[0]) for node in self.equations]
        inputs = self._inputs(defined)
        self._name_extents(inputs, defined)
        tensors = {name: self._tensor(name) for name in (*inputs, *defined)}
        equations = tuple(self._equation(number, node) for number, node in enumerate(self.equations))
        try:
            return Program(
                equations, tensors, tuple(self.parameters), self._assumptions(), self.structures, self.derived
            )
        except ParseError:
            raise
        except ProgramError as error:
            raise self._placed(error) from None

    def _placed(self, error: ProgramError) -> ParseError:
        """The error with the line of the equation that it names."""
        message = str(error)
        for node in self.equations:
            if message.startswith((f"{node.children[0].children[0]} ", f"{node.children[0].children[0]}:")):
                return self.fail(message, node)
        return ParseError(message)

    def _inputs(self, defined: list[str]) -> list[str]:
        read_only = [name for name in self.axes if name not in defined]
        if self.listed:
            missing = [name for name in read_only if name not in self.declared]
            if missing:
                raise ParseError(
                    f"{', '.join(missing)}: not defined and not listed by input; listed are {', '.join(self.declared)}"
                )
        return [*self.declared, *(n for n in read_only if n not in self.declared)]

    def _name_extents(self, inputs: list[str], defined: list[str]) -> None:
        fresh = fresh_names(self.used | set(self.axes))
        for name in inputs:
            for axis in range(self.axes.get(name, 0)):
                self.extents.name((name, axis), fresh)
        for number, node in enumerate(self.equations):
            for axis, bound in enumerate(node.children[0].children[1:]):
                if len(bound.children) == 2:
                    size = self._build(number, bound.children[1], {})
                    self.extents.fix((defined[number], axis), size, f"{defined[number]} axis {axis}")
                else:
                    self.extents.name((defined[number], axis), fresh)

    def _tensor(self, name: str) -> Tensor:
        sizes = []
        for axis in range(self.axes.get(name, 0)):
            size = self.extents.known((name, axis))
            assert size is not None
            sizes.append(size)
        return Tensor(name, tuple(sizes), name in self.integers)

    # ------------------------------------------------------------ second pass: SymPy

    def _equation(self, number: int, node: Node) -> Equation:
        target, body = node.children
        scope = self.scopes[number]
        indices = tuple(scope[str(b.children[0])][1] for b in target.children[1:])
        try:
            return Equation(str(target.children[0]), indices, self._build(number, body, scope))
        except ParseError:
            raise
        except (ValueError, TypeError, ZeroDivisionError, OverflowError, RecursionError) as error:
            raise self.fail(str(error) or "the expression cannot be built", node) from None

    def _assumptions(self) -> tuple[Assumption, ...]:
        made = []
        for number, node in enumerate(self.assumptions, start=len(self.equations)):
            left, right = (self._build(number, side, self.scopes[number]) for side in node.children)
            loose = sorted({*left.free_symbols, *right.free_symbols}, key=str)
            made.append(Assumption(left, right, tuple(d for d in loose if isinstance(d, Dummy))))
        return tuple(made)

    def _build(self, number: int, node: Any, scope: dict[str, Any]) -> Expr:
        result = BUILD[node.data](self, number, node, scope)
        if result.has(sympy.nan, sympy.zoo):
            raise self.fail("this divides by zero", node)
        return result

    def _many(self, number: int, nodes: Iterable[Any], scope: dict[str, Any]) -> list[Expr]:
        return [self._build(number, node, scope) for node in nodes]

    def _build_number(self, number: int, node: Node, scope: dict[str, Any]) -> Expr:
        return Rational(str(node.children[0]))

    def _build_name(self, number: int, node: Node, scope: dict[str, Any]) -> Expr:
        name = str(node.children[0])
        if name in scope:
            return scope[name][1]
        return CONSTANTS.get(name, Entry(name))

    def _build_entry(self, number: int, node: Node, scope: dict[str, Any]) -> Expr:
        name, *indices = node.children
        if name == "size":
            return self._size(number, node, scope)
        return Entry(str(name), *self._many(number, indices, scope))

    def _size(self, number: int, node: Node, scope: dict[str, Any]) -> Expr:
        parts = [self._said(child) for child in node.children[1:]]
        key: Any = scope[parts[0]][0] if parts[0] in scope else self.letters.get((number, parts[0]))
        if len(parts) == 2 and parts[1].isdigit():
            key = (parts[0], int(parts[1]))
        size = self.extents.known(key) if key is not None else None
        if size is None:
            raise self.fail("size[i] takes a letter in use, size[X,0] a tensor and the number of an axis", node)
        return size

    def _build_reduction(self, number: int, node: Node, scope: dict[str, Any]) -> Expr:
        name, *bounds, body = node.children
        inner = self.scopes[id(node)]
        labels = [self._label(bound) for bound in bounds]
        letters = [inner[label][1] for label in labels]
        sizes = [self._bound_size(number, bound, inner, scope) for bound in bounds]
        inside = self._build(number, body, inner)
        if str(name) in ALONG:
            return Along(str(name), inside, letters, sizes, [scope[label][1] for label in labels])
        return Reduce(str(name), inside, letters, sizes)

    def _bound_size(self, number: int, bound: Any, inner: dict[str, Any], scope: dict[str, Any]) -> Expr:
        if bound.data == "bound":
            return self._build(number, bound.children[1], scope)
        size = self.extents.known(inner[self._label(bound)][0])
        if size is None:
            label = self._label(bound)
            raise self.fail(f"nothing gives index {label} an extent; read an axis with it or write [{label}: 3]", bound)
        return size

    def _build_call(self, number: int, node: Node, scope: dict[str, Any]) -> Expr:
        name, *arguments = node.children
        values = self._many(number, arguments, scope)
        makers: dict[str, Any] = {"where": Where, "delta": Delta}
        try:
            return makers[name](*values) if name in makers else apply(str(name), *values)
        except (TypeError, ValueError) as error:
            raise self.fail(str(error), node) from None

    def _build_chain(self, number: int, node: Node, scope: dict[str, Any]) -> Expr:
        first, *rest = node.children
        result = self._build(number, first, scope)
        for sign, term in zip(rest[::2], rest[1::2], strict=True):
            result = OPERATORS[str(sign)](result, self._build(number, term, scope))
        return result

    def _build_power(self, number: int, node: Node, scope: dict[str, Any]) -> Expr:
        base, exponent = self._many(number, node.children, scope)
        if exponent.is_number and (not exponent.is_finite or abs(exponent) > LARGEST_EXPONENT):
            raise self.fail(f"exponents up to {LARGEST_EXPONENT} are read", node)
        if base.is_number and exponent.is_number and abs(exponent) > 100:
            raise self.fail("this constant is too large to be meant; exponents of numbers go up to 100", node)
        return base**exponent

    def _build_comparison(self, number: int, node: Node, scope: dict[str, Any]) -> Expr:
        left, sign, right = node.children
        return Compare(str(sign), self._build(number, left, scope), self._build(number, right, scope))


BUILD: Mapping[str, Callable[[_Reader, int, Any, dict[str, Any]], Expr]] = {
    "number": _Reader._build_number,
    "name": _Reader._build_name,
    "entry": _Reader._build_entry,
    "reduction": _Reader._build_reduction,
    "call": _Reader._build_call,
    "total": _Reader._build_chain,
    "product": _Reader._build_chain,
    "power": _Reader._build_power,
    "comparison": _Reader._build_comparison,
    "group": lambda self, number, node, scope: self._build(number, node.children[0], scope),
    "negative": lambda self, number, node, scope: -self._build(number, node.children[1], scope),
    "positive": lambda self, number, node, scope: self._build(number, node.children[1], scope),
}
