"""Sums whose terms a chain writes out: E = E_1 + E_2 = (t_1 - o_1)^2 + (t_2 - o_2)^2 says what E_1 and E_2 are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from proofs.notes.reading.tree import Chain, Node, plain

Chains = Sequence[Chain] | None


def termwise(formulas: Iterable[Chains]) -> list[Chains]:
    """The chains of a note, with what they say of the terms of a sum, where no other formula says it."""
    formulas = list(formulas)
    heads = {plain(chain.members[0]) for chains in formulas for chain in chains or () if chain.signs}
    return [None if chains is None else (*chains, *_several(chains, heads)) for chains in formulas]


def _several(chains: Sequence[Chain], heads: set[Node]) -> Iterator[Chain]:
    for chain in chains:
        if len(chain.members) < 3 or chain.signs[:2] != ("=", "=") or chain.condition is not None:
            continue
        names, terms = (tuple(map(plain, m.args)) if m.kind == "add" else () for m in map(plain, chain.members[1:3]))
        named = all(n.kind == "name" and n.subs and n.text == plain(chain.members[0]).text for n in names)
        if named and 1 < len(names) == len(terms) and not heads & {*names}:
            pairs = zip(names, terms, strict=True)
            yield from (Chain(pair, ("=",)) for pair in pairs if any(n.kind == "name" for n in pair[1].walk()))
