"""Values at a point, a|_{x = 0}: the bar stands behind one factor, and is said of the whole that it ends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from proofs.notes.reading.names import LETTERS
from proofs.notes.reading.tree import SLOPES, Chain, Node, NotUnderstood, factors_of, plain

THERE = "what stands beside a value at a point is its value there"
ONE_WAY = "the words at the bar say along which way"
WHOLE = ("derivative", "nabla", "mul", "times", "hadamard", "neg")


def at_points(chain: Chain) -> Chain:
    """The chain with each bar at the whole term before it; one that says i = j of the left side is a condition."""
    first, *others = map(_lifted, chain.members)
    if first.kind == "at" and all(mark.kind == "word" for mark in first.args[1:]):
        return replace(chain, members=(first.args[0], *others), said=(*chain.said, ONE_WAY))
    if first.kind == "at" and len(first.args) == 2 and _of_indices(first.args[1]) and chain.condition is None:
        return replace(chain, members=(plain(first.args[0]), *others), condition=first.args[1])
    return _everywhere(replace(chain, members=(first, *others)))


def _everywhere(chain: Chain) -> Chain:
    """What has the name too and no bar, beside a left side with one, is meant at the same point."""
    first, *others = chain.members
    marks = first.args[1:] if first.kind == "at" else ()
    names = [plain(mark.args[0]) for mark in marks if mark.kind == "compare"]
    loose = [other.kind != "at" and any(name in other.walk() for name in names) for other in others]
    if not any(loose) or others[-1].kind == "num":
        return chain
    pairs = zip(others, loose, strict=True)
    there = (first.with_args(other, *marks) if lacks else other for other, lacks in pairs)
    return replace(chain, members=(first, *there), said=(*chain.said, THERE))


def _of_indices(mark: Node) -> bool:
    sides = [plain(side) for side in mark.args] if mark.kind == "compare" and mark.text in ("=", "!=") else []
    return bool(sides) and all(side.kind == "name" and side.text in LETTERS and not side.subs for side in sides)


def _lifted(node: Node) -> Node:
    if node.kind == "add":
        return node.inside(lambda term: _of_one_term(term, node))
    node = node.inside(_lifted)
    at = 0 if node.kind in ("derivative", "nabla", "neg") else len(node.args) - 1
    if node.kind not in WHOLE or node.args[at].kind != "at":
        return node
    inside, others = node.args[at], node.args[:at]
    if others and inside.args[0].kind == "group" and _named(inside) & _names(others):
        raise NotUnderstood("a value at a point, of one factor or of all")
    whole = node.with_args(*others, inside.args[0], *node.args[at + 1 :])
    return inside.with_args(whole, *inside.args[1:])


def _of_one_term(term: Node, total: Node) -> Node:
    """A term of a sum with the bar where it stands at a slope, and else at all of it if no other term has the name."""
    found = _lifted(term)
    if found.kind != "at":
        return found
    *others, last = factors_of(found.args[0].args[0] if found.args[0].kind == "neg" else found.args[0])
    if last.kind in SLOPES and not any(n.kind in SLOPES for factor in others for n in factor.walk()):
        return term
    if last.kind in SLOPES or _named(found) & _names(part for part in total.args if part is not term):
        raise NotUnderstood("a value at a point, of one term or of all")
    return found


def _named(at: Node) -> set[str]:
    """The names that have a value there."""
    return {plain(mark.args[0]).text for mark in at.args[1:] if mark.kind == "compare"}


def _names(nodes: Iterable[Node]) -> set[str]:
    return {n.text for node in nodes for n in node.walk() if n.kind == "name"}
