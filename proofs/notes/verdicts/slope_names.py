"""Names of slopes in other claims: after delta_t = dL/dz_t, what is said with delta_t is said of that slope."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from proofs.notes.reading.tree import SLOPES, Chain, Node, plain

Bound = Mapping[str, Node]


@dataclass(frozen=True)
class SlopeName:
    """A name, the slope that it is of, and the letters below or above it that tell of which entry or step."""

    name: Node
    slope: Node
    letters: frozenset[str]


def spelled(chains: Sequence[Chain], chain: Chain) -> tuple[Chain, str] | None:
    """The claim with slopes in the place of their names, and how a verdict says it; None if it has no such name."""
    named = [found for found in map(_named, chains) if found]
    certain = [found for found in named if not any(_another(found, other) for other in named)]
    members = tuple(_within(member, certain) for member in chain.members)
    if members == chain.members or len(set(members)) == 1:
        return None
    used = {found.name.text for found in certain for m in chain.members for n in m.walk() if n.text == found.name.text}
    return replace(chain, members=members), f"{', '.join(sorted(used))} is the slope that the note calls so"


def _named(chain: Chain) -> SlopeName | None:
    """delta_j = dL/dz_j, or that with its sign turned."""
    name, body = (*map(plain, chain.members[:2]), Node("none"))[:2]
    slope = plain(body.args[0]) if body.kind == "neg" else body
    plainly = slope.kind in SLOPES and len(slope.args) == 2 and not slope.primes and slope.text != "2"
    if name.kind != "name" or name.primes or not plainly or chain.signs[0] not in ("=", ":=", "equiv"):
        return None
    parts = tuple(map(plain, slope.args))
    if any(part.kind != "name" for part in parts) or any(part.text == name.text for part in parts):
        return None
    return SlopeName(name, body, _letters([name]) & _letters(parts))


def _letters(names: Iterable[Node]) -> frozenset[str]:
    marks = (mark for name in names for part in (*name.subs, *name.sups) for mark in part.walk())
    return frozenset(mark.text for mark in marks if mark.kind == "name" and len(mark.text) == 1)


def _another(found: SlopeName, other: SlopeName) -> bool:
    """Whether the note calls another slope so, too."""
    if other.slope == found.slope or other.name.text != found.name.text:
        return False
    bound = _unified(found.name, other.name, found.letters)
    return bound is not None and _put(found.slope, bound) != other.slope


def _within(node: Node, named: Sequence[SlopeName]) -> Node:
    slope = _slope(node, named)
    call = plain(node.args[0]) if node.kind == "transpose" else node
    head = _slope(call.args[0], named) if call.kind == "apply" and len(call.args) == 2 else None
    if slope is None and head is not None:  # g (A x)^T is a product
        inside = Node("group", (_within(call.args[1], named),), "(")
        return Node("mul", (head, node.with_args(inside) if node is not call else inside))
    if slope is not None or not node.args:
        return slope or node
    return node.inside(lambda part: _within(part, named))


def _slope(name: Node, named: Sequence[SlopeName]) -> Node | None:
    for found in named if name.kind == "name" else ():
        bound = _unified(found.name, name, found.letters)
        if bound is not None:
            return _put(found.slope, bound)
    return None


def _unified(pattern: Node, node: Node, letters: frozenset[str]) -> Bound | None:
    """What the letters of a name stand for in another one; None where that is another name."""
    if pattern.kind == "name" and pattern.text in letters and not (pattern.subs or pattern.sups):
        return {pattern.text: node}
    alike = (pattern.kind, pattern.text, pattern.primes) == (node.kind, node.text, node.primes)
    parts = [(one.args, one.subs, one.sups) for one in (pattern, node)]
    if not alike or [*map(len, parts[0])] != [*map(len, parts[1])]:
        return None
    found: dict[str, Node] = {}
    for ours, theirs in zip(sum(parts[0], ()), sum(parts[1], ()), strict=True):
        more = _unified(ours, theirs, letters)
        if more is None or any(found.get(key, value) != value for key, value in more.items()):
            return None
        found |= more
    return found


def _put(node: Node, bound: Bound) -> Node:
    """An expression with its letters below and above names bound."""
    node = node.inside(lambda part: _put(part, bound))
    subs, sups = (tuple(_mark(mark, bound) for mark in marks) for marks in (node.subs, node.sups))
    return replace(node, subs=subs, sups=sups)


def _mark(mark: Node, bound: Bound) -> Node:
    if mark.kind == "name" and mark.text in bound:
        return bound[mark.text]
    return mark.inside(lambda part: _mark(part, bound))
