"""Definitions that go on: L = prod_i p(x_i) = prod_i e^{-x_i} says last what L is, where nothing says what p is."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from proofs.notes.definitions import UNDEFINED
from proofs.notes.evaluation.functions import BUILT_IN, FUNCTIONAL
from proofs.notes.reading.tree import SLOPES, Chain, Node, number, plain
from proofs.notes.reading.vocabulary import PROBABILITIES


def written_out(chain: Chain, known: Collection[str]) -> Chain | None:
    """The chain from its head to the first member that calls nothing unknown, if the one behind its head does."""
    if len(chain.members) < 3 or set(chain.signs) - {"=", ":="}:
        return None
    head, first, *others = chain.members
    if not _open(first, known):
        return None
    said = (m for m in others if not (_open(m, known) or any(n.kind in UNDEFINED for n in m.walk())))
    body = next((m for m in said if any(n.kind == "name" for n in m.walk())), None)
    return None if body is None else replace(chain, members=(head, body), signs=chain.signs[:1])


def _open(body: Node, known: Collection[str]) -> bool:
    """Whether it calls a density or another function that nothing defines."""
    product = any(n.kind == "prod" for n in body.walk())
    calls = [n for n in body.walk() if n.kind == "apply" and plain(n.args[0]).kind == "name"]
    heads = {n.args[0].text for n in calls if product or len(n.args) > 2 or n.args[0].text in DENSITIES}
    return bool(heads - {*(base.partition("_")[0] for base in known), *BUILT_IN, *BUILT})


DENSITIES = frozenset((*PROBABILITIES, *FUNCTIONAL, "calN", "N")) - {"sigma"}
BUILT = ("max", "min", "log", "exp", "sqrt", "softmax", "sigma", "tr", "det", "factorial")


def unsolved(chains: Sequence[Chain]) -> Iterator[tuple[int, Chain]]:
    """The chains of a formula by their places, without w = a behind dL/dw = 0: w is so at the best point alone."""
    pairs = itertools.pairwise((None, *chains))
    yield from (
        (n, chain) for n, (before, chain) in enumerate(pairs) if chain and not (before and _solves(before, chain))
    )


def _solves(before: Chain, chain: Chain) -> bool:
    slope = plain(before.members[0])
    best = slope.kind in SLOPES and len(slope.args) == 2 and before.members[-1] == number(0)
    return best and plain(slope.args[1]) == plain(chain.members[0])
