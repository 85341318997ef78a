"""What expressions have in common that differ in names alone: tensors, extents and letters numbered as they are met."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sympy import Dummy, Expr, Symbol

from derive.trees import Renaming, walk


@dataclass(frozen=True)
class Outline:
    """A key that is equal for expressions that differ in names alone, and these names. Numbers belong to the key."""

    key: Hashable
    tensors: tuple[Symbol, ...] = ()
    extents: tuple[Symbol, ...] = ()
    letters: tuple[Dummy, ...] = ()

    def into(self, other: Outline) -> Renaming:
        """The names here as those of another outline with the same key."""
        return Renaming(
            tuple(zip(self.tensors, other.tensors, strict=True)),
            tuple(zip(self.extents, other.extents, strict=True)),
            tuple(zip(self.letters, other.letters, strict=True)),
        )


@lru_cache(maxsize=65536)
def outline_of(*exprs: Expr) -> Outline:
    """The outline of expressions that share their names.

    >>> a, b, n = Symbol("a"), Symbol("b"), Symbol("n", positive=True)
    >>> outline_of(2 * a).key == outline_of(2 * b).key
    True
    >>> outline_of(2 * a).key == outline_of(3 * a).key, outline_of(2 * a).key == outline_of(2 * n).key
    (False, False)
    """
    tensors: dict[Symbol, int] = {}
    extents: dict[Symbol, int] = {}
    letters: dict[Symbol, int] = {}
    said: list[Any] = []
    for expr in exprs:
        for node in walk(expr):
            if node.args:
                said += (type(node), len(node.args))
            elif isinstance(node, Symbol):
                kind = letters if isinstance(node, Dummy) else extents if node.is_positive else tensors
                said += (KINDS[kind is letters, kind is extents], kind.setdefault(node, len(kind)))
            else:
                said += (None, node)
    return Outline(_interned(tuple(said)), tuple(tensors), tuple(extents), tuple(letters))


KINDS = {(True, False): "letter", (False, True): "extent", (False, False): "tensor"}


@lru_cache(maxsize=65536)
def _interned(said: Hashable) -> object:
    """One object for equal keys, which is compared and hashed at once."""
    return object()


def joined(outlines: Iterable[Outline], *more: Hashable) -> Outline:
    """The outline of several that share their tensors and extents; each has letters of its own."""
    tensors: dict[Symbol, int] = {}
    extents: dict[Symbol, int] = {}
    said: list[Hashable] = [*more]
    for one in outlines:
        said.append(one.key)
        said += (tensors.setdefault(name, len(tensors)) for name in one.tensors)
        said += (extents.setdefault(name, len(extents)) for name in one.extents)
    return Outline(tuple(said), tuple(tensors), tuple(extents))
