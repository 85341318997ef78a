"""What a formula of a note is read as: a tree of nodes, each with the place in the text that it was read from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

Row = TypeVar("Row", bound=Callable[..., Any])
SLOPES = ("derivative", "nabla")


class NotUnderstood(Exception):
    """The construct that stopped the reader or the judge, in words."""


@dataclass(frozen=True)
class Node:
    """`kind` says what `args` are; names carry their subscripts, superscripts and primes as they were written.

    Kinds: num, name, word, apply (function, arguments), add, mul, times, hadamard, neg, pow, group, vector, matrix,
    derivative (of, by ...), nabla, sum, prod, limit, cases, indicator, norm, abs, at, gap (dots), transpose, prime.
    """

    kind: str
    args: tuple[Node, ...] = ()
    text: str = ""
    subs: tuple[Node, ...] = ()
    sups: tuple[Node, ...] = ()
    primes: int = 0
    span: tuple[int, int] = field(default=(0, 0), compare=False)

    def walk(self) -> Iterator[Node]:
        """This node and all below it, marks of names included."""
        return iter(self._whole)

    def __getstate__(self) -> dict[str, object]:
        return {name: part for name, part in self.__dict__.items() if name != "_whole"}

    @cached_property
    def _whole(self) -> tuple[Node, ...]:
        parts = (*self.args, *self.subs, *self.sups)
        return (self, *(node for part in parts for node in part._whole)) if parts else (self,)

    def with_args(self, *args: Node) -> Node:
        return replace(self, args=args)

    def inside(self, change: Callable[[Node], Node]) -> Node:
        """This node with what it is made of changed; what stands above and below it is kept."""
        return replace(self, args=tuple(map(change, self.args))) if self.args else self

    def over(self, change: Callable[[Node], Node]) -> Node:
        """This node with what it is made of, and what stands above it, changed; the subscripts are kept."""
        args, sups = (tuple(map(change, parts)) for parts in (self.args, self.sups))
        return replace(self, args=args, sups=sups) if args or sups else self


@dataclass(frozen=True)
class Chain:
    """a = b = c, read from one row or from rows that inherit their left side; `signs` stand between the members."""

    members: tuple[Node, ...]
    signs: tuple[str, ...]
    condition: Node | None = None
    pins: tuple[tuple[str, float], ...] = ()
    said: tuple[str, ...] = ()  # how the text was mended to be read
    bound: Node | None = None  # what the last member is compared with: a = b <= 1

    @property
    def opposite(self) -> Chain:
        """-a = b, of a = b: the claim that has the other sign."""
        return replace(self, members=(Node("neg", self.members[:1]), *self.members[1:]))


def number(value: int) -> Node:
    """A whole number as a tree."""
    return Node("num", text=str(value))


def plain(node: Node) -> Node:
    """Without brackets that only group."""
    while node.kind == "group":
        node = node.args[0]
    return node


def factors_of(node: Node) -> Iterator[Node]:
    """The factors of a product, those of products among them too; what is no product is its one factor."""
    node = plain(node)
    if node.kind in ("mul", "times"):
        yield from (factor for arg in node.args for factor in factors_of(arg))
    else:
        yield node


def registering(rows: dict[str, Row]) -> Callable[..., Callable[[Row], Row]]:
    """A decorator that makes a function the row of a table for each of the kinds that it is given."""

    def of_kinds(*kinds: str) -> Callable[[Row], Row]:
        def add(row: Row) -> Row:
            rows.update(dict.fromkeys(kinds, row))
            return row

        return add

    return of_kinds
