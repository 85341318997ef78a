"""The text front door: a program from text. Nothing of the text is ever run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import sympy
from sympy import Add, Dummy, Expr, Mul, Rational, Symbol

from derive.collector import collector_paused
from derive.equation import Assumption, Equation, Program, ProgramError, Tensor
from derive.functions import apply
from derive.index import ALONG, Along, Call, Compare, Delta, Entry, Reduce, Where, extent
from derive.survey import Survey
from derive.syntax import LARGEST_EXPONENT, LONGEST_NUMBER, Node, ParseError
from derive.unify import fresh_names
from derive.whole import WHOLE

CONSTANTS: Mapping[str, Expr] = {"pi": sympy.pi, "inf": sympy.oo}
MAKERS: Mapping[str, tuple[Callable[..., Expr], int]] = {"where": (Where, 3), "delta": (Delta, 2)}
DEEPEST_CONSTANT = 5
DIVIDES = ("product", "power", "call")


@collector_paused()
def parse(text: str, derived: bool = False) -> Program:
    """The program that the text states; ParseError with line, column and caret if it states none.

    >>> program = parse("Z[i,k] = sum[j](X[i,j] * W[j,k]) + b[k]")
    >>> program.inputs, program.extents("W")
    (('X', 'W', 'b'), (d, m))
    """
    try:
        return Reader(text, derived).program()
    except RecursionError:
        raise ParseError("the text is nested too deep; name parts of it") from None


class Reader(Survey):
    """Second pass: the program, its expressions built of the nodes of `index`."""

    def __init__(self, text: str, derived: bool) -> None:
        super().__init__(text, derived)
        self.sizes: dict[Any, Expr] = {}

    def program(self) -> Program:
        inputs = [*self.declared, *(n for n in self.axes if n not in self.defined and n not in self.declared)]
        defined = [str(node.children[0].children[0]) for node in self.equations]
        self._name_extents(inputs, defined)
        tensors = {name: self._tensor(name) for name in (*inputs, *defined)}
        equations = tuple(self._equation(number, node) for number, node in enumerate(self.equations))
        assumptions = self._assumptions()
        try:
            return Program(equations, tensors, tuple(self.parameters), assumptions, self.structures, self.derived)
        except ProgramError as error:
            raise self._placed(error) from None

    def _placed(self, error: ProgramError) -> ParseError:
        """The error with the line of the equation that it names."""
        message = str(error)
        for node in self.equations:
            if message.startswith((f"{node.children[0].children[0]} ", f"{node.children[0].children[0]}:")):
                return self.fail(message, node)
        return ParseError(message)

    def _name_extents(self, inputs: list[str], defined: list[str]) -> None:
        """Inputs first; an axis whose extent is declared as a formula takes it when what it is made of has a name."""
        fresh = fresh_names(self.used | set(self.axes))
        declared = {self.extents.find(key) for key in self.sized}
        axes = [(name, axis) for name in (*inputs, *defined) for axis in range(self.axes[name])]
        for key in axes:
            if key[0] not in self.defined and self.extents.find(key) not in declared:
                self.extents.name(key, fresh)
        for key in axes:
            if key in self.sized:
                self._declare(key, self.sized[key])
            elif key[0] in self.defined and self.extents.find(key) not in declared:
                self.extents.name(key, fresh)

    def _declare(self, key: tuple[str, int], node: Node) -> None:
        try:
            self.extents.fix(key, self._extent_of(node, key[0] in self.defined), f"axis {key[1]} of {key[0]}")
        except ParseError:
            raise
        except ProgramError as error:
            raise self.fail(str(error), node) from None

    def _extent_of(self, node: Node, new: bool = False) -> Expr:
        """A declared extent: whole numbers, extents by name, and sizes; `new` lets a bare name be a new extent."""
        label = str(node.children[0])
        if new and node.data == "name" and label not in self.named_extents:
            self._extent(node)
        if node.data == "name" and label in self.named_extents:
            return self._extent(node)
        self._check_extent(node)
        size = self._built(-1, node, {})
        if size.is_integer is False or size.is_positive is False:
            raise self.fail(f"an extent is a whole number from 1; found {self.said(node)} = {size}", node)
        return size

    def _check_extent(self, node: Node) -> None:
        for part in node.iter_subtrees():
            sized = part.data == "entry" and part.children[0] == "size"
            if part.data in ("name", "entry", "call", "whole", "reduction") and not sized and not self._axis_read(part):
                raise self.fail("an extent is made of whole numbers and sizes such as size[X,0]", part)

    def _axis_read(self, part: Node) -> bool:
        """Whether this name is the tensor in size[X,0], or the name of an extent."""
        return part.data == "name" and (
            str(part.children[0]) in self.axes or str(part.children[0]) in self.named_extents
        )

    def _tensor(self, name: str) -> Tensor:
        sizes = []
        for axis in range(self.axes.get(name, 0)):
            size = self.extents.known((name, axis))
            assert size is not None
            sizes.append(size)
        return Tensor(name, tuple(sizes), name in self.integers)

    def _equation(self, number: int, node: Node) -> Equation:
        target, body = node.children
        scope = self.scopes[number]
        indices = tuple(scope[str(b.children[0])][1] for b in target.children[1:])
        right = self._built(number, body, scope)
        try:
            return Equation(str(target.children[0]), indices, right)
        except ProgramError as error:
            raise self.fail(str(error), node) from None

    def _assumptions(self) -> tuple[Assumption, ...]:
        made = []
        for number, node in enumerate(self.assumptions, start=len(self.equations)):
            left, right = (self._built(number, side, self.scopes[number]) for side in node.children)
            loose = sorted({*left.free_symbols, *right.free_symbols}, key=str)
            made.append(Assumption(left, right, tuple(d for d in loose if isinstance(d, Dummy))))
        return tuple(made)

    def _built(self, number: int, node: Node, scope: dict[str, Any]) -> Expr:
        """An expression as SymPy builds it; whatever SymPy objects to becomes an error at this place."""
        try:
            return self._build(number, node, scope)
        except ParseError:
            raise
        except (ArithmeticError, LookupError, NotImplementedError, RecursionError, TypeError, ValueError) as error:
            raise self.fail(str(error) or "the expression cannot be built", node) from None

    def _build(self, number: int, node: Node, scope: dict[str, Any]) -> Expr:
        result = BUILD[node.data](self, number, node, scope)
        if node.data in DIVIDES and result.has(sympy.nan, sympy.zoo):
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
        if number < 0 and name in self.named_extents:
            return extent(name)
        return CONSTANTS.get(name) or Entry(name)

    def _build_entry(self, number: int, node: Node, scope: dict[str, Any]) -> Expr:
        name, *indices = node.children
        if name == "size":
            return self._size(number, node, scope)
        return Entry(str(name), *self._many(number, indices, scope))

    def _build_whole(self, number: int, node: Node, scope: dict[str, Any]) -> Expr:
        _, arguments, *places = node.children
        indices = places[0].children if places else []
        form = self.whole(node, len(indices))
        tensors = [Symbol(str(part.children[0])) for part in arguments.children]
        sizes = [[self.extents.known((t.name, axis)) for axis in range(self.axes[t.name])] for t in tensors]
        return Call(form.name, tensors, self._many(number, indices, scope), sizes)

    def _size(self, number: int, node: Node, scope: dict[str, Any]) -> Expr:
        """size[i] of a letter, size[X,0] of an axis."""
        name, *axis = (self.said(child) for child in node.children[1:])
        if axis:
            if not axis[0].isdecimal() or len(axis) > 1 or int(axis[0]) >= self.axes.get(name, 0):
                raise self.fail(f"{name} has {self.axes.get(name, 'no')} axes, numbered from 0 as in size[X,0]", node)
            size = self.extents.known((name, int(axis[0])))
        else:
            key = scope[name][0] if name in scope else self.letters.get((number, name))
            size = self.sizes.get(key) or (self.extents.known(self.left.get(key, key)) if key is not None else None)
        if size is None:
            raise self.fail(f"nothing gives {', '.join((name, *axis))} an extent here; size[i], size[X,0]", node)
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
            return self.sizes.setdefault(inner[self._label(bound)][0], self._extent_of(bound.children[1]))
        size = self.extents.known(inner[self._label(bound)][0])
        if size is None:
            label = self._label(bound)
            raise self.fail(f"nothing gives index {label} an extent; read an axis with it or write [{label}: 3]", bound)
        return size

    def _build_call(self, number: int, node: Node, scope: dict[str, Any]) -> Expr:
        name, arguments = str(node.children[0]), node.children[1].children
        if name in WHOLE:
            return self._build_whole(number, node, scope)
        values = self._many(number, arguments, scope)
        if name not in MAKERS:
            return self._applied(name, values, node)
        make, count = MAKERS[name]
        if len(values) != count:
            raise self.fail(f"{name} takes {count} arguments, found {len(values)}", node)
        return make(*values)

    def _applied(self, name: str, values: list[Expr], node: Node) -> Expr:
        # SymPy takes four times as long for each log around a constant.
        if any(value.is_number and _nested(value) >= DEEPEST_CONSTANT for value in values):
            raise self.fail(f"a constant of more than {DEEPEST_CONSTANT} functions in each other; work it out", node)
        try:
            return apply(name, *values)
        except (TypeError, ValueError) as error:
            raise self.fail(str(error), node) from None

    def _build_total(self, number: int, node: Node, scope: dict[str, Any]) -> Expr:
        first, *rest = node.children
        terms = [self._build(number, first, scope)]
        for sign, term in zip(rest[::2], rest[1::2], strict=True):
            value = self._build(number, term, scope)
            terms.append(-value if sign == "-" else value)
        return Add(*terms)

    def _build_product(self, number: int, node: Node, scope: dict[str, Any]) -> Expr:
        """All factors at once: one by one, SymPy would take quadratic time and multiply 2*(x+y) out."""
        first, *rest = node.children
        factors = [self._build(number, first, scope)]
        for sign, factor in zip(rest[::2], rest[1::2], strict=True):
            value = self._build(number, factor, scope)
            if sign in ("//", "%"):
                factors = [self._whole_quotient(str(sign), Mul(*factors), value, node)]
            else:
                factors.append(1 / value if sign == "/" else value)
        return Mul(*factors)

    def _whole_quotient(self, sign: str, left: Expr, right: Expr, node: Node) -> Expr:
        fixed = right.is_positive if right.is_number else right.is_integer and not right.has(Entry, Dummy)
        if not fixed or (left.is_number and not left.is_Rational):
            raise self.fail(f"{sign} divides by a positive number or an extent", node)
        return sympy.floor(left / right) if sign == "//" else sympy.Mod(left, right)

    def _build_power(self, number: int, node: Node, scope: dict[str, Any]) -> Expr:
        base, exponent = self._many(number, node.children, scope)
        if exponent.is_infinite or (exponent.is_Rational and abs(exponent) > LARGEST_EXPONENT):
            raise self.fail(f"exponents up to {LARGEST_EXPONENT} are read", node)
        if base.is_Rational and exponent.is_Rational:
            digits = max(abs(base.p), base.q).bit_length() * abs(exponent) * Rational(3, 10)
            if digits > LONGEST_NUMBER or exponent.q > LARGEST_EXPONENT:
                raise self.fail("this constant is too large to be meant", node)
        return base**exponent

    def _negative(self, number: int, node: Node, scope: dict[str, Any]) -> Expr:
        return -self._build(number, node.children[1], scope)

    def _inside(self, number: int, node: Node, scope: dict[str, Any]) -> Expr:
        return self._build(number, node.children[-1], scope)

    def _build_comparison(self, number: int, node: Node, scope: dict[str, Any]) -> Expr:
        first, sign, second = node.children
        left, right = self._build(number, first, scope), self._build(number, second, scope)
        if left.is_number and right.is_number and not (left.is_Rational and right.is_Rational):
            raise self.fail("both sides of this comparison are constants", node)
        return Compare(str(sign), left, right)

    def _misplaced(self, number: int, node: Node, scope: dict[str, Any]) -> Expr:
        raise self.fail(f"{self.said(node)} cannot stand here", node)


def _nested(expr: Any) -> int:
    """How many functions stand in each other."""
    return max(map(_nested, expr.args), default=0) + isinstance(expr, sympy.Function)


BUILD: Mapping[str, Callable[[Reader, int, Node, dict[str, Any]], Expr]] = {
    "number": Reader._build_number,
    "name": Reader._build_name,
    "entry": Reader._build_entry,
    "reduction": Reader._build_reduction,
    "call": Reader._build_call,
    "whole": Reader._build_whole,
    "total": Reader._build_total,
    "product": Reader._build_product,
    "power": Reader._build_power,
    "comparison": Reader._build_comparison,
    "group": Reader._inside,
    "negative": Reader._negative,
    "positive": Reader._inside,
    "option": Reader._misplaced,
    "bound": Reader._misplaced,
}

__all__ = ["ParseError", "parse"]
