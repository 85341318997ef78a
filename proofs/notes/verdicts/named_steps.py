r"""Steps along a gradient that has a name: \theta := \theta - \eta g, where the note says g = \nabla J(\theta)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from proofs.notes.context import Note
from proofs.notes.optimizers.averages import without_share
from proofs.notes.reading.tree import SLOPES, Chain, Node, factors_of, plain
from proofs.notes.verdicts.updates import Update


@dataclass(frozen=True)
class Named:
    """What a formula says a name to be, and whether that is a slope."""

    at: int
    name: Node
    slope: Node | None


def by_its_name(found: Update, note: Note, at: int) -> Update:
    """The step with the last slope before it, or the first after it, in the place of its name."""
    if any(node.kind in SLOPES for node in found.step.walk()):
        return found
    names = {_key(node) for node in factors_of(found.step) if node.kind == "name"}
    several = [one for one in _all(note) if _key(one.name) in names]
    nearest = next((one for one in reversed(several) if one.at <= at), next(iter(several), None))
    if nearest is None or not all(_is_by(found.head, one.slope) for one in several):
        return found
    return replace(found, step=_put(found.step, nearest))


def _is_by(head: Node, slope: Node | None) -> bool:
    """Whether a slope is one by the name that moves, as far as it says."""
    by = [plain(arg) for node in slope.walk() if node.kind in SLOPES for arg in node.args[1:]] if slope else [head]
    return slope is not None and all(name.text == head.text for name in by)


@lru_cache(maxsize=1)
def _all(note: Note) -> list[Named]:
    several = ((n, chain) for n, chains in enumerate(note.formulas) for chain in chains or ())
    return [Named(n, chain.members[0], _named(chain)) for n, chain in several if chain.signs]


def _named(chain: Chain) -> Node | None:
    """The slope for which a chain has a name, be it a mean over examples."""
    if len(chain.members) != 2 or chain.signs[0] not in ("=", ":=") or plain(chain.members[0]).kind != "name":
        return None
    body = chain.members[1]
    (first, *others) = without_share(list(factors_of(body)))
    inside = plain(first).args[2] if plain(first).kind == "sum" else first
    return body if not others and plain(inside).kind in SLOPES and plain(inside).text != "2" else None


def _key(node: Node) -> tuple[str, tuple[Node, ...], tuple[Node, ...]]:
    name = plain(node)
    return (name.text if name.kind == "name" else "", name.subs, name.sups)


def _put(step: Node, named: Named) -> Node:
    if named.slope is not None and _key(step) == _key(named.name):
        return Node("group", (named.slope,), "(", span=step.span)
    return step.over(lambda part: _put(part, named))
