"""The formulas of a note as they were read: the chains of each, or what stopped the reader."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from proofs.notes.reading.tree import Chain

Read = Sequence[tuple[Chain, ...] | str]


def chains_of(read: Read) -> list[Chain]:
    """All chains of a note, in order."""
    return [chain for chains in read if not isinstance(chains, str) for chain in chains]


def each(read: Read, change: Callable[[Chain], Chain]) -> list[tuple[Chain, ...] | str]:
    """The formulas with each chain changed."""
    return [chains if isinstance(chains, str) else tuple(map(change, chains)) for chains in read]
