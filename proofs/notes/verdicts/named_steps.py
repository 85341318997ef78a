r"""Steps along a gradient that has a name: \theta := \theta - \eta g, where the note says g = \nabla J(\theta)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from proofs.notes.context import Note
from proofs.notes.optimizers.averages import without_share
from proofs.notes.reading.tree import SLOPES, Chain, Node, factors_of, plain
from proofs.notes.verdicts.updates import Update, signed


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
    changed = None if found.change else _by_change(found, note)
    if changed is not None:
        return changed
    names = {_key(node) for node in factors_of(found.step) if node.kind == "name"}
    several = [one for one in _all(note) if _key(one.name) in names]
    nearest = next((one for one in reversed(several) if one.at <= at), next(iter(several), None))
    if nearest is None or not all(_is_by(found.head, one.slope) for one in several):
        return found
    return replace(found, step=_put(found.step, nearest))


def _by_change(found: Update, note: Note) -> Update | None:
    """w := w - eta Delta w, where Delta w is said to be the slope, or w := w + Delta w, where it is a step along it."""
    changes = [n for n in factors_of(found.step) if n.kind == "change" and plain(n.args[0]).text == found.head.text]
    heads = [(plain(chain.members[0]), chain) for chain in note.chains if len(chain.members) > 1]
    said = [chain.members[1] for head, chain in heads if head.kind == "change" and _moves(head, found.head)]
    signs = {signed(body)[0] for body in said}
    if len(changes) != 1 or len(signs) != 1 or not all(_is_by(found.head, body) and _sloped(body) for body in said):
        return None
    inside = Node("group", (_by_head(signed(said[0])[1], found.head),), "(")
    whole = replace(found, sign=found.sign * signs.pop(), step=_in_place(found.step, changes[0], inside))
    return whole if whole.sign < 0 else None  # a step up may be one down what the text speaks of


def _moves(head: Node, moved: Node) -> bool:
    return plain(head.args[0]).text == moved.text


def _sloped(body: Node) -> bool:
    return sum(node.kind in SLOPES for node in body.walk()) == 1


def _by_head(body: Node, head: Node) -> Node:
    """A slope by w_o as one by w, which stands for all weights."""
    if body.kind in SLOPES and len(body.args) == 2:
        return body.with_args(body.args[0], head)
    return body.inside(lambda part: _by_head(part, head))


def _in_place(node: Node, old: Node, new: Node) -> Node:
    return new if plain(node) == old else node.inside(lambda part: _in_place(part, old, new))


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
