"""Statements in loops: one loop for all that may run together, so that what one computes the next still has at hand.

A statement joins a loop if all that it reads of what the loop makes, it reads at the place that the loop is at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from sympy import Dummy, Expr

from derive.index import letter
from numeric.loops.statements import Statement, plain_axis, same_size

AHEAD = 40  # statements that the choice of a loop's letter looks at


@dataclass(frozen=True)
class Item:
    """A statement and those of its letters that no loop around it runs over."""

    statement: Statement
    left: tuple[Dummy, ...]

    @property
    def outer(self) -> tuple[Dummy, ...]:
        """The letters that the next loop may run over: the innermost one comes last."""
        rest = tuple(a for a in self.left if a != self.statement.innermost)
        return rest or self.left

    def within(self, own: Dummy, a: Dummy) -> Item:
        """The statement inside of a loop over a letter in the place of its own."""
        return Item(self.statement.at({own: a}), tuple(b for b in self.left if b != own))


@dataclass(eq=False)
class Loop:
    """`for letter in range(extent)` around its body."""

    letter: Dummy
    extent: Expr
    items: list[Item] = field(default_factory=list)
    made: dict[str, int | None] = field(default_factory=dict)
    body: list[Loop | Statement] = field(default_factory=list)

    def add(self, item: Item, own: Dummy) -> None:
        """Take in a statement; what it makes is complete within one turn of the loop where it has an axis for it."""
        inside = item.within(own, self.letter)
        self.items.append(inside)
        self.made[item.statement.target] = plain_axis(inside.statement.places, self.letter)

    def way_in(self, item: Item) -> Dummy | None:
        """The letter by which the statement joins, or None."""
        sizes = item.statement.scope
        return next((a for a in item.outer if same_size(sizes[a], self.extent) and self._fits(item.statement, a)), None)

    def _fits(self, statement: Statement, own: Dummy) -> bool:
        if statement.whole is not None and statement.tensors & self.made.keys():
            return False
        axes = ((self.made[name], places) for name, places in statement.accesses if name in self.made)
        return all(axis is not None and places[axis] == own for axis, places in axes)


Node = Loop | Statement


# Loops that are not inside of one another share their letters, in all functions of a module.
_shared = cache(letter)


def _free(name: str, around: Sequence[Dummy]) -> Dummy:
    """A letter of this name, or of one with a number, that no loop around runs over."""
    names = (name, *(f"{name}{number}" for number in range(2, len(around) + 3)))
    return next(a for a in map(_shared, names) if a not in around)


def scheduled(statements: Sequence[Statement]) -> list[Node]:
    """The statements in loops over all of their letters."""
    return _nested([Item(s, tuple(s.scope)) for s in statements], ())


def _nested(items: Sequence[Item], around: tuple[Dummy, ...]) -> list[Node]:
    nodes: list[Node] = []
    where: dict[str, Node] = {}
    for position, item in enumerate(items):
        first = max((nodes.index(where[name]) for name in item.statement.tensors if name in where), default=-1)
        node, own = _place(item, nodes[max(first, 0) :])
        if node is None:
            own = _opening(items[position:]) if item.left else None
            extent = item.statement.scope[own] if own else None
            node = Loop(_free(own.name, around), extent) if own else item.statement
            # As early as can be: what rests on it may still join a loop that is there.
            nodes.insert(first + 1, node)
        if isinstance(node, Loop):
            node.add(item, own)
        where[item.statement.target] = node
    for node in nodes:
        if isinstance(node, Loop):
            node.body = _nested(node.items, (*around, node.letter))
    return nodes


def _place(item: Item, nodes: Sequence[Node]) -> tuple[Node | None, Dummy | None]:
    """The first of the loops that the statement may join, and its letter there."""
    ways = ((node, node.way_in(item)) for node in nodes if isinstance(node, Loop) and item.left)
    return next(((node, own) for node, own in ways if own is not None), (None, None))


def _opening(items: Sequence[Item]) -> Dummy:
    """The letter of a new loop: the one by which most of what rests on it can join."""
    return max(items[0].outer, key=lambda own: sum(1 for _ in _joining(items, own)))


def _joining(items: Sequence[Item], own: Dummy) -> Iterator[Item]:
    loop = Loop(own, items[0].statement.scope[own])
    loop.add(items[0], own)
    apart: set[str] = set()
    for item in items[1:AHEAD]:
        rests = item.statement.tensors & loop.made.keys()
        way = loop.way_in(item) if item.left and rests and not item.statement.tensors & apart else None
        if way is not None:
            loop.add(item, way)
            yield item
        elif rests or item.statement.tensors & apart:
            apart.add(item.statement.target)


__all__ = ["Loop", "Node", "scheduled"]
