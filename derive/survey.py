"""First pass over the syntax tree: names, axes, letters in scope, and extents, before any SymPy object exists.

SymPy evaluates 0*x[i] and x[i] - x[i] when they are built, so what a program reads must be known before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from lark import Token, Tree
from sympy import Expr

from derive.calls import expanded, unknown
from derive.equation import RESERVED, STRUCTURES, ProgramError, check_name
from derive.functions import ROWS
from derive.index import ALONG, REDUCTIONS, letter
from derive.syntax import Node, Source, read
from derive.unify import Extents, size_of
from derive.whole import WHOLE, Whole

SPECIAL = ("where", "delta")
CONSTANT_NAMES = ("pi", "inf")


class Survey(Source):
    """What the statements of a text declare and read."""

    def __init__(self, text: str, derived: bool) -> None:
        super().__init__(text)
        self.derived = derived
        self.extents = Extents()
        self.axes: dict[str, int] = {}
        self.integers: set[str] = set()
        self.parameters: dict[str, Token] = {}
        self.sized: dict[tuple[str, int], Node] = {}
        self.named: list[tuple[Token, str]] = []
        self.named_extents: dict[str, Node] = {}
        self.left: dict[Any, tuple[str, int]] = {}
        self.first: dict[str, Node | Token] = {}
        self.declared: dict[str, None] = {}
        self.listed = False
        self.equations: list[Node] = []
        self.assumptions: list[Node] = []
        self.structures: dict[str, str] = {}
        self.scopes: dict[int, dict[str, Any]] = {}
        self.used: set[str] = set()
        self.letters: dict[tuple[int, str], tuple[Any, ...]] = {}
        self.defined: set[str] = set()
        for statement in self._statements():
            STATEMENTS[statement.data](self, statement)
        self._survey_all()

    def _statements(self) -> list[Node]:
        return expanded(read(self.text), self.text)

    def _survey_all(self) -> None:
        for number, node in enumerate(self.equations):
            self._survey_equation(number, node)
        for number, node in enumerate(self.assumptions, start=len(self.equations)):
            for side in node.children:
                self._survey(number, side, self.scopes.setdefault(number, {}))
        self._check_listed()
        self._check_mentions()

    def _check_listed(self) -> None:
        """If there is an input line, every input stands in one: this catches misspellings."""
        for name in self.axes if self.listed else ():
            if name not in self.defined and name not in self.declared:
                listed = ", ".join(self.declared)
                raise self.fail(f"{name}: not defined and not listed by input; listed are {listed}", self.first[name])

    def _check_mentions(self) -> None:
        """What parameter, integer and assume name is in the program, and no extent is named like a tensor."""
        for token, statement in self.named:
            if str(token) not in self.axes:
                raise self.fail(f"{statement} {token}: nothing in the program has this name", token)
        for name, token in self.parameters.items():
            if name in self.defined:
                raise self.fail(f"parameter {name}: an equation defines it, and only inputs are trained", token)
        for name, node in self.named_extents.items():
            if name in self.axes:
                raise self.fail(f"{name} names an extent here and a tensor elsewhere; choose another name", node)
        for name in self.structures:
            self._square(name)

    def _square(self, name: str) -> None:
        if self.axes[name] != 2:
            raise self.fail(
                f"{self.structures[name]} is said of matrices; {name} has {self.axes[name]} axes", self.first[name]
            )
        self._same_extent((name, 0), (name, 1), self.first[name])

    def _same_extent(self, one: tuple[str, int], other: tuple[str, int], node: Node | Token) -> None:
        try:
            self.extents.union(one, other, f"axis {other[1]} of {other[0]}", f"axis {one[1]} of {one[0]}")
        except ProgramError as error:
            raise self.fail(str(error), node) from None

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
                self._unite(label, scope, name, axis, target)
            else:
                self.sized[name, axis] = bound.children[1]
                self.left[scope[label][0]] = name, axis
        self._count(name, len(bounds), target)
        self.scopes[number] = scope
        self._survey(number, body, scope)

    def _bind(self, number: int, label: str, node: Node) -> tuple[Any, ...]:
        """(key for unification, the dummy, whether the letter has its own extent)."""
        self.used.add(label)
        self._check(label, node, "an index")
        bounded = node.data == "bound" and len(node.children) == 2
        key = (number, label, id(node))
        self.letters.setdefault((number, label), key)
        return key, letter(label), bounded

    def _unite(self, label: str, scope: dict[str, Any], name: str, axis: int, node: Node | Token) -> None:
        key, _, bounded = scope[label]
        if bounded:
            return
        try:
            self.extents.union(key, (name, axis), self.said(node), f"index {label}")
        except ProgramError as error:
            raise self.fail(str(error), node) from None

    def _count(self, name: str, axes: int, node: Node | Token) -> None:
        known = self.axes.setdefault(name, axes)
        self.first.setdefault(name, node)
        if known != axes:
            raise self.fail(f"{name} has {known} axes elsewhere, but {axes} here", node)

    def _check(self, name: str, node: Node | Token, kind: str = "a tensor") -> None:
        if name in RESERVED or name in CONSTANT_NAMES:
            raise self.fail(f"the name {name!r} is reserved and cannot be {kind}; choose another", node)
        try:
            check_name(name, self.derived)
        except ProgramError as error:
            raise self.fail(str(error), node) from None

    def _survey(self, number: int, node: Any, scope: dict[str, Any]) -> None:
        if isinstance(node, Tree):
            SURVEY.get(node.data, Survey._survey_children)(self, number, node, scope)

    def _survey_children(self, number: int, node: Node, scope: dict[str, Any]) -> None:
        for child in node.children:
            self._survey(number, child, scope)

    def _survey_name(self, number: int, node: Node, scope: dict[str, Any]) -> None:
        name = str(node.children[0])
        if name in scope or name in CONSTANT_NAMES:
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
            self._survey_place(number, (str(name), axis), index, scope, node)

    def _survey_place(
        self, number: int, axis: tuple[str, int] | None, index: Node, scope: dict[str, Any], node: Node
    ) -> None:
        """An index of a tensor: a plain letter takes the axis's extent, where there is an axis to take it from."""
        if index.data == "bound":
            raise self.fail("an extent is declared where the letter is bound: on the left, or in a reduction", index)
        if index.data == "name":
            self._survey_plain(number, axis, index, scope, node)
        else:
            self._survey_computed(number, index, scope)

    def _survey_plain(
        self, number: int, axis: tuple[str, int] | None, index: Node, scope: dict[str, Any], node: Node
    ) -> None:
        label = str(index.children[0])
        if number >= len(self.equations) and label not in scope:
            scope[label] = self.scopes[number].setdefault(label, self._bind(number, label, index))
        if label in scope:
            if axis is not None:
                self._unite(label, scope, *axis, node)
        elif label in self.integers:
            self._count(label, 0, index)
        else:
            raise self.fail(f"index {label} is neither on the left nor summed", index)

    def _survey_computed(self, number: int, index: Any, scope: dict[str, Any]) -> None:
        """A tensor that is read inside an index holds integers."""
        for part in _parts(index):
            if part.data == "entry" and part.children[0] != "size":
                self.integers.add(str(part.children[0]))
            self._check_index(part, scope)
        self._survey(number, index, scope)

    def _check_index(self, part: Node, scope: dict[str, Any]) -> None:
        """An index is made of letters, integers and whole numbers by + - * // %."""
        first = str(part.children[0]) if part.children else ""
        if part.data == "name" and first not in scope and first not in self.integers:
            raise self.fail(f"index {first} is neither on the left nor summed", part)
        quotient = part.data == "product" and "/" in part.children
        if quotient or (part.data == "number" and not first.isdecimal()):
            raise self.fail("an index is a whole number, made with + - * // %", part)

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
                self.extents.union(outer[0], inner[label][0], self.said(node), f"index {label}")
        self.scopes[id(node)] = inner
        self._survey(number, body, inner)

    def _label(self, bound: Any) -> str:
        if isinstance(bound, Tree) and bound.data in ("name", "bound"):
            label = bound.children[0]
            if isinstance(label, Token) or label.data == "name":
                return str(label if isinstance(label, Token) else label.children[0])
        raise self.fail("a letter must stand here", bound)

    def _survey_call(self, number: int, node: Node, scope: dict[str, Any]) -> None:
        name, arguments = node.children
        if str(name) in WHOLE:
            return self._survey_whole(number, node, scope)
        if str(name) in REDUCTIONS + ALONG and str(name) not in ROWS:
            raise self.fail(f"{name} needs its letters in square brackets: {name}[i](...)", node)
        if str(name) not in ROWS and str(name) not in SPECIAL:
            raise self.fail(unknown("function", str(name), (*ROWS, *SPECIAL)), node)
        self._survey_children(number, arguments, scope)
        return None

    def _survey_whole(self, number: int, node: Node, scope: dict[str, Any]) -> None:
        """The tensors' axes unify as the signature of the operation says, and with the letters that read it."""
        indices = node.children[2].children if len(node.children) == 3 else []
        form = self.whole(node, len(indices))
        names = [part for part in node.children[1].children if part.data == "name"]
        if not len(names) == len(form.reads) == len(node.children[1].children):
            raise self.fail(f"{form.name} takes {len(form.reads)} tensors by their bare names, and no options", node)
        axis_of: dict[str, tuple[str, int]] = {}
        for tensor, axes in zip(names, form.reads, strict=True):
            self._check(str(tensor.children[0]), tensor)
            self._count(str(tensor.children[0]), len(axes), tensor)
            for axis, kind in enumerate(axes):
                here = str(tensor.children[0]), axis
                self._same_extent(axis_of.setdefault(kind, here), here, node)
        for kind, index in zip(form.gives, indices, strict=True):
            self._survey_place(number, axis_of.get(kind), index, scope, node)

    def whole(self, node: Node, indices: int) -> Whole:
        """The form of the whole-tensor operation that gives so many axes."""
        name = str(node.children[0])
        if name not in WHOLE:
            raise self.fail(unknown("whole-tensor operation", name, ()), node)
        for form in WHOLE[name]:
            if len(form.gives) == indices:
                return form
        counts = " or ".join(str(len(form.gives)) for form in WHOLE[name])
        raise self.fail(f"{name}(...) is read with {counts} indices, found {indices}", node)

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

    def _state_input(self, node: Node) -> None:
        self.listed = True
        for declaration in node.children:
            name, *sizes = declaration.children
            self._check(str(name), declaration)
            if str(name) in self.declared:
                raise self.fail(f"input {name} is listed twice", declaration)
            self.declared[str(name)] = None
            self._count(str(name), len(sizes), declaration)
            for axis, size in enumerate(sizes):
                if size.data in ("name", "number"):
                    self.extents.fix((str(name), axis), self._extent(size), self.said(declaration))
                else:
                    self.sized[str(name), axis] = size

    def _extent(self, node: Node) -> Expr:
        text = str(node.children[0])
        if node.data == "number" and (not text.isdecimal() or int(text) < 1):
            raise self.fail(f"an extent is a whole number from 1 or a name; found {text}", node)
        if node.data == "name":
            self._check(text, node, "an extent")
            self.used.add(text)
            self.named_extents.setdefault(text, node)
        return size_of(text)

    def _state_integer(self, node: Node) -> None:
        self.integers.update(map(str, node.children))
        self.named.extend((token, "integer") for token in node.children)

    def _state_parameter(self, node: Node) -> None:
        for token in node.children:
            if str(token) in self.parameters:
                raise self.fail(f"parameter {token} is listed twice", token)
            self.parameters[str(token)] = token
        self.named.extend((token, "parameter") for token in node.children)

    def _state_assume(self, node: Node) -> None:
        left, _, right = node.children
        self.assumptions.append(Tree("assume", [left, right], node.meta))

    def _state_structure(self, node: Node) -> None:
        name, word = map(str, node.children)
        if word not in STRUCTURES:
            raise self.fail(f"{word!r} is no structure; say {' or '.join(STRUCTURES)}", node)
        if self.structures.setdefault(name, word) != word:
            raise self.fail(f"{name} is said to be {self.structures[name]} already", node)
        self.named.append((node.children[0], "assume"))


def _parts(node: Any) -> Iterator[Node]:
    """Every subtree outside size[...], whose tensor stands there by its bare name."""
    if isinstance(node, Tree):
        yield node
        if node.data != "entry" or node.children[0] != "size":
            for child in node.children:
                yield from _parts(child)


STATEMENTS: Mapping[str, Callable[[Survey, Node], None]] = {
    "equation": Survey._state_equation,
    "input": Survey._state_input,
    "integer": Survey._state_integer,
    "parameter": Survey._state_parameter,
    "assume_equal": Survey._state_assume,
    "assume_structure": Survey._state_structure,
}
SURVEY: Mapping[str, Callable[[Survey, int, Node, dict[str, Any]], None]] = {
    "name": Survey._survey_name,
    "entry": Survey._survey_entry,
    "reduction": Survey._survey_reduction,
    "call": Survey._survey_call,
    "whole": Survey._survey_whole,
}
