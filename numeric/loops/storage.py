"""What is kept of a tensor: no axis for a letter that a loop around all that touches it runs over."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sympy import Expr

from derive.equation import Tensor
from numeric.loops.schedule import Loop, Node
from numeric.loops.statements import Statement, plain_axis

Path = tuple[Loop, ...]


@dataclass(frozen=True)
class Home:
    """The loops within which a tensor is made and read, and the axes that are kept of it."""

    path: Path
    axes: tuple[int, ...]


def homes(nodes: Sequence[Node], outputs: Collection[str], tensors: Mapping[str, Tensor]) -> dict[str, Home]:
    """Where each tensor that the statements make lives; an output is whole."""
    touched: dict[str, list[tuple[Path, tuple[Expr, ...]]]] = {}
    for path, statement in _walk(nodes, ()):
        for name, places in statement.accesses:
            touched.setdefault(name, []).append((path, places))
        if statement.whole is not None:
            for name in statement.tensors:
                touched.setdefault(name, []).append(((), ()))
    made = dict.fromkeys(statement.target for _, statement in _walk(nodes, ()))
    ranks = {name: len(tensors[name].extents) for name in made}
    return {
        name: Home((), tuple(range(rank))) if name in outputs else _home(touched[name], rank)
        for name, rank in ranks.items()
    }


def _walk(nodes: Iterable[Node], path: Path) -> Iterator[tuple[Path, Statement]]:
    for node in nodes:
        if isinstance(node, Loop):
            yield from _walk(node.body, (*path, node))
        else:
            yield path, node


def _home(touched: Sequence[tuple[Path, tuple[Expr, ...]]], rank: int) -> Home:
    path: list[Loop] = []
    dropped: list[int] = []
    for loops in zip(*(path for path, _ in touched), strict=False):
        axes = {plain_axis(places, loops[0].letter) for _, places in touched}
        axis = axes.pop() if len(set(map(id, loops))) == len(axes) == 1 else None
        if axis is None:
            break
        path.append(loops[0])
        dropped.append(axis)
    return Home(tuple(path), tuple(k for k in range(rank) if k not in dropped))


__all__ = ["Home", "homes"]
