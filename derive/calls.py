"""Rows called from text: `Z[i,j] = layer_norm(X, g, b)[i,j]` becomes the equations of the row.

This is a pass over syntax trees, before names and extents are looked at. Where the call is the whole right side, the
last equation of the row is that of the left side; elsewhere it has a name of its own, as has every tensor that a row
defines on its way: Z_C, Z_S. What is made here stands at the place of the call, for messages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from itertools import chain, count
from types import SimpleNamespace
from typing import Any

from lark import Token, Tree

from derive.functions import ROWS
from derive.operations import rename
from derive.signatures import CALLED, CALLS, LETTERS, Signature, axes, is_row, places
from derive.syntax import Node, Source, read
from derive.whole import WHOLE


def expanded(statements: list[Node], text: str) -> list[Node]:
    """The statements with the equations of each row that is called.

    >>> text = "L = mse(A, Y) + l2_penalty(W)"
    >>> [str(s.children[0].children[0]) for s in expanded(read(text), text)]
    ['L_mse', 'L_l2_penalty', 'L']
    """
    return _Expansion(statements, text).made


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """That nothing has this name, with the names that are nearest, or all."""
    names = list(dict.fromkeys([*known, *WHOLE, *CALLED]))
    near = get_close_matches(name, names, n=3)
    return f"unknown {kind} {name!r}; {'nearest' if near else 'known'} are {', '.join(near or names)}"


class _Expansion(Source):
    """The statements so far, how many axes the tensors made here have, and every name that is taken."""

    def __init__(self, statements: list[Node], text: str) -> None:
        super().__init__(text)
        self.made: list[Node] = []
        self.axes: dict[str, int] = {}
        self.said_once: set[str] = set()
        self.taken = {str(t) for s in statements for t in s.scan_values(lambda token: token.type == "NAME")}
        for statement in statements:
            self._statement(statement)

    def fresh(self, owner: str, name: str) -> str:
        """Z_C, or Z_C2, Z_C3 ... where that is taken."""
        stem = f"{owner.rstrip('_')}_{name}"
        found = next(n for n in chain([stem], (f"{stem}{k}" for k in count(2))) if n not in self.taken)
        self.taken.add(found)
        return found

    # ------------------------------------------------------------ statements and expressions

    def _statement(self, node: Node) -> None:
        if node.data == "bare":
            name = Tree("name", [Token("NAME", "f")], node.meta)
            self._equation(Tree("equation", [name, node.children[0]], node.meta))
        elif node.data == "equation" and node.children[0].data in ("name", "entry"):
            self._equation(node)
        else:
            self._without_rows(node)
            self.made.append(node)

    def _equation(self, node: Node) -> None:
        left, body = node.children
        owner = str(left.children[0])
        self._without_rows(left)
        if is_row(body) and _is_whole(left, body):
            self._state(self._signature(body), owner, owner)
            self.made[-1] = _declared(self.made[-1], left)
        else:
            self.made.append(Tree("equation", [left, self._inside(body, owner)], node.meta))

    def _without_rows(self, node: Node) -> None:
        for part in filter(is_row, node.iter_subtrees_topdown()):
            raise self.fail(f"{part.children[0]} is called on the right of an equation; name its value there", part)

    def _inside(self, node: Any, owner: str) -> Any:
        """The expression, with reads of new tensors in place of calls."""
        if not isinstance(node, Tree):
            return node
        if is_row(node):
            name = Token("NAME", self._result(self._signature(node), owner))
            return Tree("entry" if places(node) else "name", [name, *places(node)], node.meta)
        if node.data in CALLS and str(node.children[0]) in WHOLE:
            return self._whole(node, owner)
        return Tree(node.data, [self._inside(child, owner) for child in node.children], node.meta)

    def _whole(self, node: Node, owner: str) -> Node:
        """inv(dense(X, W))[i,j]: names in place of the calls in the brackets; those operations read matrices."""
        name, arguments, *rest = node.children
        tensors = [self._named(a, owner) if a.data in CALLS else a for a in arguments.children]
        return Tree(node.data, [name, Tree(arguments.data, tensors, arguments.meta), *rest], node.meta)

    def _named(self, node: Node, owner: str) -> Node:
        return Tree("name", [Token("NAME", self._tensor(node, owner, 2))], node.meta)

    # ------------------------------------------------------------ calls

    def _signature(self, node: Node) -> Signature:
        signature = Signature(self.text, node)
        signature.read_at()
        return signature

    def _result(self, signature: Signature, owner: str) -> str:
        """The name of a new tensor, which the row's equations define."""
        row = signature.row
        name = self.fresh(owner, row.name)
        self.axes[name] = axes(row.name)[row.output]
        self._state(signature, owner, name)
        return name

    def _state(self, signature: Signature, owner: str, out: str) -> None:
        """What is integer and what is assumed, then the equations, the last under the name `out`."""
        row, counts = signature.row, axes(signature.row.name)
        names = {name: self._tensor(node, owner, counts[name]) for name, node in signature.tensors.items()}
        names |= {name: self.fresh(owner, name) for name in row.defined[:-1]} | {row.output: out}
        for line in (*(f"integer {name}" for name in row.integers), *row.assumes):
            if rename(line, names) not in self.said_once:
                self.said_once.add(rename(line, names))
                self._add(line, names, signature.node)
        for line in signature.lines:
            self._add(line, names, signature.node)

    def _tensor(self, node: Node, owner: str, count: int) -> str:
        """The name of a tensor that is given to a call: its own, or that of an equation made for it."""
        name = str(node.children[0]) if node.data in ("name", "call") else ""
        if node.data == "name":
            return name
        if name in WHOLE or (name in ROWS and ROWS[name].arity == 1 and len(node.children[1].children) == 1):
            return self._elementwise(node, name, owner, count)
        if name not in CALLED:
            raise self.fail(
                f"a row takes tensors by their bare names, or other calls; give {self.said(node)} a name", node
            )
        made = self._result(Signature(self.text, node), owner)
        if self.axes[made] != count:
            raise self.fail(f"{self.said(node)} has {self.axes[made]} axes; {count} are read here", node)
        return made

    def _elementwise(self, node: Node, name: str, owner: str, count: int) -> str:
        """relu(X) as an argument: a tensor whose elements are relu(X[i,j]); inv(X) as it is."""
        inner = [self._tensor(argument, owner, count) for argument in node.children[1].children]
        made, at = self.fresh(owner, name), f"[{','.join(LETTERS[:count])}]"
        self.axes[made] = count
        body = f"{name}({', '.join(inner)}){at}" if name in WHOLE else f"{name}({inner[0]}{at})"
        self._add(f"{made}{at} = {body}", {}, node)
        return made

    def _add(self, line: str, names: Mapping[str, str], call: Node) -> None:
        self.made.append(self._borrowed(read(line)[0], line, names, call))

    def _borrowed(self, node: Any, line: str, names: Mapping[str, str], call: Node) -> Any:
        """The node with tensors called by other names, at the place of the call."""
        if isinstance(node, Token):
            return Token(node.type, names.get(str(node), str(node)), line=call.meta.line, column=call.meta.column)
        meta: Any = SimpleNamespace(empty=False, line=call.meta.line, column=call.meta.column)
        meta.said = rename(line[node.meta.start_pos : node.meta.end_pos].strip(), names)
        meta.call = self.said(call)
        return Tree(node.data, [self._borrowed(child, line, names, call) for child in node.children], meta)


def _is_whole(left: Node, body: Node) -> bool:
    """Whether the call is read at just the letters of the left side, which are distinct."""
    letters = [_letter(place) for place in places(left)]
    plain = all(place.data == "name" for place in places(body))
    return plain and len({*letters}) == len(letters) and letters == [_letter(place) for place in places(body)]


def _letter(place: Node) -> str:
    """The letter of i, or of i: 3."""
    letter = place.children[0] if place.data == "bound" else place
    return str(letter.children[0]) if letter.data == "name" else ""


def _declared(equation: Node, left: Node) -> Node:
    """The equation with the extents that the left side declares."""
    target, body = equation.children
    name, *bounds = target.children
    for k, declared in enumerate(places(left)):
        if declared.data == "bound":
            letter = bounds[k].children[0] if bounds[k].data == "bound" else bounds[k]
            bounds[k] = Tree("bound", [letter, declared.children[1]], bounds[k].meta)
    return Tree("equation", [Tree(target.data, [name, *bounds], target.meta), body], equation.meta)
