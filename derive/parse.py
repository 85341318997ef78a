"""The text front door: a program from text. Nothing of the text is ever run."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import sympy
from lark import Token, Tree
from sympy import Dummy, Expr, Rational

from derive.equation import RESERVED, Assumption, Equation, Program, ProgramError, Tensor, check_name
from derive.functions import ROWS, apply
from derive.index import ALONG, REDUCTIONS, Along, Compare, Delta, Entry, Reduce, Where, letter
from derive.syntax import LARGEST_EXPONENT, Node, ParseError, place, read
from derive.unify import Extents, fresh_names, size_of

CONSTANTS: Mapping[str, Expr] = {"pi": sympy.pi, "inf": sympy.oo}
OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": lambda a, b: sympy.floor(a / b),
    "%": sympy.Mod,
}
SPECIAL = {"where", "delta"}
WHOLE = {"inv", "det", "logdet", "trace", "solve", "cholesky", "conv1d", "conv2d"}


def parse(text: str, derived: bool = False) -> Program:
    """The program that the text states; ParseError with line, column and caret if it states none.

    >>> program = parse("Z[i,k] = sum[j](X[i,j] * W[j,k]) + b[k]")
    >>> program.inputs, program.extents("W")
    (('X', 'W', 'b'), (d, m))
    """
    return _Reader(text, derived).program()


class _Reader:
    def __init__(self, text: str, derived: bool) -> None:
        self.text, self.derived = text, derived
        self.extents = Extents()
        self.axes: dict[str, int] = {}
        self.integers: set[str] = set()
        self.parameters: list[str] = []
        self.declared: list[str] = []
        self.listed = False
        self.equations: list[Node] = []
        self.assumptions: list[Node] = []
        self.structures: dict[str, str] = {}
        self.scopes: dict[int, dict[str, Any]] = {}
        self.used: set[str] = set()
        self.letters: dict[tuple[int, str], tuple[Any, ...]] = {}
        self.defined: set[str] = set()
        for statement in read(text):
            STATEMENTS[statement.data](self, statement)

    def fail(self, message: str, node: Node | Token) -> ParseError:
        return ParseError(message, self.text, *place(node))

    # ------------------------------------------------------------ first pass: names and extents

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

    def _survey_equation(self, number: int, node: Node) -> None:
        target, body = node.children
        name = str(target.children[0])
        self._check(name, target)
        bounds = target.children[1:]
        scope: dict[str, Any] = {}
        for axis, bound in enumerate(bounds):
            label = str(bound.children[0])
            if label in scope:
                raise self.fail(
                    f"index {label} stands twice on the left of {name}; left sides hold distinct letters", bound
                )
            scope[label] = self._bind(number, label, bound)
            if len(bound.children) == 1:
                self._unite(number, label, scope, name, axis, target)
            else:
                self._survey(number, bound.children[1], {})
        self._count(name, len(bounds), target)
        self.scopes[number] = scope
        self._survey(number, body, scope)

    def _bind(self, number: int, label: str, node: Node) -> tuple[Any, ...]:
        """(key for unification, the dummy, whether the letter has its own extent)."""
        self.used.add(label)
        if label in RESERVED:
            raise self.fail(f"{label!r} is reserved and cannot be an index", node)
        bounded = node.data == "bound" and len(node.children) == 2
        key = (number, label, id(node))
        self.letters.setdefault((number, label), key)
        return key, letter(label), bounded

    def _unite(self, number: int, label: str, scope: dict[str, Any], name: str, axis: int, node: Node | Token) -> None:
        key, _, bounded = scope[label]
        if bounded:
            return
        try:
            self.extents.union(key, (name, axis), self._said(node), label)
        except ProgramError as error:
            raise self.fail(str(error), node) from None

    def _said(self, node: Node | Token) -> str:
        """The source text of a node."""
        if isinstance(node, Token):
            return str(node)
        return self.text[node.meta.start_pos : node.meta.end_pos].strip()

    def _count(self, name: str, axes: int, node: Node | Token) -> None:
        known = self.axes.setdefault(name, axes)
        if known != axes:
            raise self.fail(f"{name} has {known} axes elsewhere, but {axes} here", node)

    def _check(self, name: str, node: Node | Token) -> None:
        try:
            check_name(name, self.derived)
        except ProgramError as error:
            raise self.fail(str(error), node) from None

    def _survey(self, number: int, node: Any, scope: dict[str, Any]) -> None:
        if isinstance(node, Tree):
            SURVEY.get(node.data, _Reader._survey_children)(self, number, node, scope)

    def _survey_children(self, number: int, node: Node, scope: dict[str, Any]) -> None:
        for child in node.children:
            self._survey(number, child, scope)

    def _survey_name(self, number: int, node: Node, scope: dict[str, Any]) -> None:
        name = str(node.children[0])
        if name in scope or name in CONSTANTS:
            return
        self._check(name, node)
        self._count(name, 0, node)

    def _survey_entry(self, number: int, node: Node, scope: dict[str, Any]) -> None:
        name, *indices = node.children
        if name == "size":
            return
        if str(name) in REDUCTIONS + ALONG:
            raise self.fail(f"{name}[...] needs a body in brackets: {name}[i](...)", node)
        self._check(str(name), node)
        self._count(str(name), len(indices), node)
        for axis, index in enumerate(indices):
            if isinstance(index, Tree) and index.data == "name":
                self._survey_plain(number, str(name), axis, index, scope, node)
            else:
                self._survey_computed(number, index, scope)

    def _survey_plain(self, number: int, name: str, axis: int, index: Node, scope: dict[str, Any], node: Node) -> None:
        label = str(index.children[0])
        if number >= len(self.equations) and label not in scope:
            scope[label] = self.scopes[number].setdefault(label, self._bind(number, label, index))
        if label in scope:
            self._unite(number, label, scope, name, axis, node)
        elif label in self.integers:
            self._count(label, 0, index)
        else:
            raise self.fail(f"index {label} is neither on the left nor summed", index)

    def _survey_computed(self, number: int, index: Any, scope: dict[str, Any]) -> None:
        """A tensor that is read inside an index holds integers."""
        for part in index.iter_subtrees() if isinstance(index, Tree) else ():
            if part.data == "entry" and part.children[0] != "size":
                self.integers.add(str(part.children[0]))
            if part.data == "name" and str(part.children[0]) not in scope | dict.fromkeys(self.integers):
                raise self.fail(f"index {part.children[0]} is neither on the left nor summed", part)
        self._survey(number, index, scope)

    def _survey_reduction(self, number: int, node: Node, scope: dict[str, Any]) -> None:
        name, *bounds, body = node.children
        if str(name) not in REDUCTIONS + ALONG:
            raise self.fail(f"{name}[...](...) is no reduction; there are {', '.join(REDUCTIONS + ALONG)}", node)
        inner = dict(scope)
        for bound in bounds:
            label = self._label(bound)
            outer = scope.get(label)
            if str(name) in ALONG and outer is None:
                raise self.fail(f"{name}[{label}] leaves {label} free, but it is neither on the left nor summed", bound)
            if str(name) in REDUCTIONS and outer is not None:
                raise self.fail(f"index {label} is in use already; give the sum another letter", bound)
            inner[label] = self._bind(number, label, bound)
            if outer is not None and not outer[2]:
                self.extents.union(outer[0], inner[label][0], self._said(node), label)
            if bound.data == "bound":
                self._survey(number, bound.children[1], scope)
        self.scopes[id(node)] = inner
        self._survey(number, body, inner)

    def _label(self, bound: Any) -> str:
        if isinstance(bound, Tree) and bound.data in ("name", "bound"):
            label = bound.children[0]
            if isinstance(label, Token) or label.data == "name":
                return str(label if isinstance(label, Token) else label.children[0])
        raise self.fail("a letter must stand here", bound)

    def _survey_call(self, number: int, node: Node, scope: dict[str, Any]) -> None:
        name, *arguments = node.children
        if str(name) in WHOLE:
            return self._survey_whole(number, node, scope)
        if str(name) not in ROWS and str(name) not in SPECIAL:
            known = ", ".join([*ROWS, *sorted(SPECIAL), *sorted(WHOLE)])
            raise self.fail(f"unknown function {str(name)!r}; known are {known}", node)
        for argument in arguments:
            self._survey(number, argument, scope)
        return None

    def _survey_whole(self, number: int, node: Node, scope: dict[str, Any]) -> None:
        name, *rest = node.children
        if str(name) not in WHOLE:
            raise self.fail(f"unknown whole-tensor operation {str(name)!r}; known are {', '.join(sorted(WHOLE))}", node)
        raise self.fail(
            f"{name} is part of the language but cannot be built yet; write it with sums and products", node
        )

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

    # ------------------------------------------------------------ statements

    def _state_equation(self, node: Node) -> None:
        left, body = node.children
        if left.data not in ("name", "entry"):
            raise self.fail("left of = must stand a tensor: L, or Z[i,k] with distinct letters", node)
        name, *bounds = left.children
        if str(name) in self.defined:
            raise self.fail(f"{name} is defined twice", node)
        self.defined.add(str(name))
        target = Tree("target", [name, *(self._left_letter(b) for b in bounds)], left.meta)
        self.equations.append(Tree("equation", [target, body], node.meta))

    def _left_letter(self, node: Any) -> Node:
        self._label(node)
        return Tree("bound", [Token("NAME", self._label(node)), *node.children[1:]], node.meta)

    def _state_bare(self, node: Node) -> None:
        name = Tree("name", [Token("NAME", "f")], node.meta)
        self._state_equation(Tree("equation", [name, node.children[0]], node.meta))

    def _state_input(self, node: Node) -> None:
        self.listed = True
        for declaration in node.children:
            name, *sizes = declaration.children
            self._check(str(name), declaration)
            if str(name) in self.declared:
                raise self.fail(f"input {name} is listed twice", declaration)
            self.declared.append(str(name))
            self._count(str(name), len(sizes), declaration)
            for axis, size in enumerate(sizes):
                self.used.add(str(size.children[0]))
                self.extents.fix((str(name), axis), self._extent(size), self._said(declaration))

    def _extent(self, node: Node) -> Expr:
        text = str(node.children[0])
        if node.children[0].type == "NUMBER" and (not text.isdigit() or int(text) < 1):
            raise self.fail(f"an extent is a whole number from 1 or a name; found {text}", node)
        return size_of(text)

    def _state_integer(self, node: Node) -> None:
        self.integers.update(map(str, node.children))

    def _state_parameter(self, node: Node) -> None:
        self.parameters.extend(map(str, node.children))

    def _state_assume(self, node: Node) -> None:
        self.assumptions.append(node)

    def _state_structure(self, node: Node) -> None:
        name, word = map(str, node.children)
        if word not in ("symmetric", "diagonal"):
            raise self.fail(f"{word!r} is no structure; say symmetric or diagonal", node)
        self.structures[name] = word


STATEMENTS: Mapping[str, Callable[[_Reader, Node], None]] = {
    "equation": _Reader._state_equation,
    "bare": _Reader._state_bare,
    "input": _Reader._state_input,
    "integer": _Reader._state_integer,
    "parameter": _Reader._state_parameter,
    "assume_equal": _Reader._state_assume,
    "assume_structure": _Reader._state_structure,
}
SURVEY: Mapping[str, Callable[[_Reader, int, Node, dict[str, Any]], None]] = {
    "name": _Reader._survey_name,
    "entry": _Reader._survey_entry,
    "reduction": _Reader._survey_reduction,
    "call": _Reader._survey_call,
    "whole": _Reader._survey_whole,
}
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
