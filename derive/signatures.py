"""What a call of a row gives it: tensors in order or by name, and numbers, checked against the row."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from lark import Tree

from derive.equation import ProgramError
from derive.functions import ROWS
from derive.index import ALONG, REDUCTIONS
from derive.layers import LAYERS
from derive.losses import LOSSES
from derive.objectives import OBJECTIVES
from derive.operations import Operation, without_bias
from derive.syntax import Node, Source, read

CALLED: Mapping[str, Operation] = {**LAYERS, **LOSSES, **OBJECTIVES}
LETTERS = "ijklmnpq"
CALLS = ("call", "whole")


def is_row(node: Any) -> bool:
    """Whether a node calls a row; `huber(x, d)` is the function, `huber(A, Y, delta=1)` the loss."""
    if not isinstance(node, Tree) or node.data not in CALLS or str(node.children[0]) not in CALLED:
        return False
    named = any(argument.data == "option" for argument in node.children[1].children)
    return node.data == "whole" or named or str(node.children[0]) not in (*ROWS, *ALONG, *REDUCTIONS)


def places(node: Node) -> list[Node]:
    """The indices that a tensor or a call is read at."""
    if node.data == "entry":
        return list(node.children[1:])
    return list(node.children[2].children) if node.data == "whole" else []


@lru_cache(maxsize=256)
def axes(name: str) -> Mapping[str, int]:
    """How many axes each tensor of a row has, the output among them.

    >>> axes("embedding")["E"], axes("mse")["L"]
    (2, 0)
    """
    trees = [read(line)[0] for line in CALLED[name].lines()]
    found = {str(tree.children[0].children[0]): len(places(tree.children[0])) for tree in trees}
    for tree in trees:
        for entry in tree.find_data("entry"):
            found.setdefault(str(entry.children[0]), len(places(entry)))
    return MappingProxyType(found)


class Signature(Source):
    """One call: the row, the nodes of its tensors, and its equations with the numbers filled in."""

    def __init__(self, text: str, node: Node) -> None:
        super().__init__(text)
        self.node, self.row = node, CALLED[str(node.children[0])]
        self.tensors: dict[str, Node] = {}
        self.options: dict[str, Node] = {}
        self._sort()
        self.lines = self._lines()

    def read_at(self) -> None:
        """ParseError unless the call is read with as many indices as the row gives axes."""
        name, wanted, found = self.row.name, axes(self.row.name)[self.row.output], len(places(self.node))
        if found != wanted:
            shown = f"[{','.join(LETTERS[:wanted])}]" if wanted else ""
            raise self.fail(f"write {name}(...){shown}, with {wanted} indices; found {found}", self.node)

    def _sort(self) -> None:
        arguments = self.node.children[1].children
        plain = [a for a in arguments if a.data != "option"]
        self.tensors.update(zip(self.row.inputs, plain, strict=False))
        for argument in (a for a in arguments if a.data == "option"):
            self._named(argument)
        if len(plain) > len(self.row.inputs):
            raise self.fail(f"{self._takes()}; found {len(plain)}", self.node)
        missing = [name for name in self.row.inputs if name not in self.tensors and name != self.row.bias]
        if missing:
            raise self.fail(f"{self._takes()}; not given: {', '.join(missing)}", self.node)

    def _named(self, argument: Node) -> None:
        name, value = self.said(argument.children[0]), argument.children[1]
        kept = self.tensors if name in self.row.inputs else self.options
        if name in kept:
            raise self.fail(f"{name} is given twice", argument)
        if kept is self.options and name not in self.row.options:
            raise self.fail(f"{self.row.name} has no option {name}; {self._takes()}", argument)
        kept[name] = value

    def _takes(self) -> str:
        row = self.row
        bias = f" ({row.bias} may be left out)" if row.bias else ""
        options = f" and the options {', '.join(row.options)}" if row.options else ""
        return f"{row.name} takes the tensors {', '.join(row.inputs)}{bias}{options}"

    def _lines(self) -> list[str]:
        numbers = {name: self._number(name, value) for name, value in self.options.items()}
        for name, value in numbers.items():
            try:
                self.row.options[name].text(f"{self.row.name}: {name}", value)
            except ProgramError as error:
                raise self.fail(str(error), self.options[name]) from None
        lines = self.row.lines(**numbers)
        return [*map(without_bias, lines)] if self.row.bias and self.row.bias not in self.tensors else [*lines]

    def _number(self, name: str, node: Node) -> int | Fraction:
        """The number exactly as it is spelled."""
        sign, inner = (-1, node.children[1]) if node.data == "negative" else (1, node)
        if inner.data != "number":
            raise self.fail(f"{name} takes a number such as 2 or 0.5; found {self.said(node)}", node)
        spelled = str(inner.children[0])
        return sign * (int(spelled) if spelled.isdecimal() else Fraction(spelled))
