"""Arrays that a note writes with a name for each entry, and again with numbers: the names have these numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from proofs.notes.numbers.atoms import Atom
from proofs.notes.numbers.digits import Printed
from proofs.notes.numbers.filled import filled
from proofs.notes.numbers.given import INPUTS, Place, Said, Sheet, what_of
from proofs.notes.reading.names import Habits
from proofs.notes.reading.tree import Chain, Node, plain

KINDS = ("matrix", "vector", "row")
Names = tuple[tuple[int, ...], tuple[Atom, ...]]


def sheet_of(formulas: Sequence[Sequence[Chain] | None], habits: Habits) -> Sheet:
    """The numbers and laws of a note, with the numbers of names that are entries of arrays."""
    sheet = Sheet(formulas, habits)
    more = (*entries(sheet.said, sheet.chains, habits), *filled(sheet))
    sheet.said = sorted([*sheet.said, *more], key=lambda said: said.at)
    return sheet


def entries(said: Iterable[Said], chains: Iterable[tuple[Place, Chain]], habits: Habits) -> Iterator[Said]:
    """The numbers of the names v_1 and v_2, where W is written as both and has numbers."""
    grids = [(at, key, names) for at, chain in chains for key, names in _named(chain, habits)]
    for one in said:
        shape, data, unit = one.printed.shape, one.printed.data.ravel(), one.printed.unit.ravel()
        for at, key, (extents, names) in grids:
            if key == one.what and tuple(n for n in extents if n != 1) == shape:
                result = key.base not in INPUTS  # an input is none, although it is written as a formula
                numbers = (Printed(n.reshape(()), u.reshape(())) for n, u in zip(data, unit, strict=True))
                pairs = zip(names, numbers, strict=True)
                like = replace(one, at=max(at, one.at), within=key.base, computed=one.computed and result)
                yield from (replace(like, what=name, printed=number) for name, number in pairs)


def _named(chain: Chain, habits: Habits) -> Iterator[tuple[Atom, Names]]:
    key = what_of(chain.members[0], habits) if chain.signs else None
    for grid in (plain(m) for m in chain.members[1:] if isinstance(key, Atom)):
        shape = _shape(grid) if grid.kind in KINDS else None
        names = [what_of(leaf, habits) for leaf in _leaves(grid)] if shape else []
        atoms = tuple(name for name in names if isinstance(name, Atom))
        if isinstance(key, Atom) and shape and len(atoms) == len(set(names)) == len(names):
            yield key, (shape, atoms)


def _shape(node: Node) -> tuple[int, ...] | None:
    """The extents of rows that are all as long."""
    node = plain(node)
    if node.kind not in KINDS:
        return ()
    inner = {_shape(arg) for arg in node.args}
    below = inner.pop() if len(inner) == 1 else None
    return None if below is None else (len(node.args), *below)


def _leaves(node: Node) -> Iterator[Node]:
    node = plain(node)
    if node.kind not in KINDS:
        yield node
    for arg in node.args if node.kind in KINDS else ():
        yield from _leaves(arg)
