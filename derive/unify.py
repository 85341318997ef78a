"""Extents by unification: axes and plain letters that index them are one class, with at most one number."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from itertools import count

import sympy
from sympy import Expr

from derive.equation import ProgramError
from derive.index import extent

PREFERRED = ["n", "d", "m", "p", "q", "r", "s", "u", "v"]


class Extents:
    """Union-find over axes (tensor, axis) and letters (equation, letter); each class has one extent."""

    def __init__(self) -> None:
        self._parent: dict[Hashable, Hashable] = {}
        self._value: dict[Hashable, Expr] = {}
        self._reason: dict[Hashable, str] = {}

    def find(self, key: Hashable) -> Hashable:
        self._parent.setdefault(key, key)
        root = key
        while self._parent[root] != root:
            root = self._parent[root]
        while self._parent[key] != root:
            self._parent[key], key = root, self._parent[key]
        return root

    def fix(self, key: Hashable, value: Expr, reason: str) -> None:
        """Give a class its extent; ProgramError if it has another one already."""
        root = self.find(key)
        known = self._value.setdefault(root, value)
        self._reason.setdefault(root, reason)
        if known != value:
            raise ProgramError(f"{reason} has extent {value}, but {self._reason[root]} has {known}")

    def union(self, letter: Hashable, axis: Hashable, said: str, name: str) -> None:
        """The letter runs over this axis; both must have one extent. `said` is how the read is written."""
        left, right = self.find(letter), self.find(axis)
        if left == right:
            return
        a, b = self._value.get(left), self._value.get(right)
        if a is not None and b is not None and a != b:
            raise ProgramError(f"{name} has extent {a} in {self._reason[left]} but {b} in {said}{self.bound(letter)}")
        self._parent[right] = left
        if a is None and b is not None:
            self._value[left] = b
            self._reason[left] = said
        elif a is not None:
            self._reason[left] = self._reason.get(left, said)

    def bound(self, letter: Hashable) -> str:
        """The letters of the same equation that have an extent so far, for a message."""
        number = letter[0] if isinstance(letter, tuple) else None
        alike = [k for k in self._parent if isinstance(k, tuple) and isinstance(k[0], int) and k[0] == number]
        known = {str(k[1]): self._value[self.find(k)] for k in alike if self.find(k) in self._value}
        return f"; bound so far: {', '.join(f'{k}={v}' for k, v in known.items())}" if known else ""

    def name(self, key: Hashable, fresh: Iterator[str]) -> Expr:
        """The extent of a class, named now if it has none."""
        root = self.find(key)
        if root not in self._value:
            self._value[root] = extent(next(fresh))
            self._reason[root] = "{} axis {}".format(*key) if isinstance(key, tuple) else str(key)
        return self._value[root]

    def known(self, key: Hashable) -> Expr | None:
        return self._value.get(self.find(key))


def fresh_names(used: set[str]) -> Iterator[str]:
    """n, d, m, ... then n1, n2, ...: those that the program does not use for anything else."""
    for name in PREFERRED:
        if name not in used:
            yield name
    for number in count(1):
        if f"n{number}" not in used:
            yield f"n{number}"


def size_of(text: str) -> Expr:
    """A number as a fixed extent, a name as a symbolic one."""
    return sympy.Integer(text) if text.isdigit() else extent(text)
