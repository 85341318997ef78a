r"""Slopes of activations without their argument: by a^{[l]} = g(z^{[l]}), g' beside names of layer l is g'(z^{[l]})."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from proofs.notes.evaluation.functions import FUNCTIONAL
from proofs.notes.reading.formulas import Read, chains_of, each
from proofs.notes.reading.tree import SLOPES, Chain, Node, plain


def as_called(read: Read) -> list[tuple[Chain, ...] | str]:
    """The formulas of a note with what a bare slope of an activation is taken at, where the note says it."""
    places: dict[str, set[Node]] = {}
    for name, place in (pair for chain in chains_of(read) for pair in _given(chain)):
        places.setdefault(name, set()).add(replace(place, subs=(), sups=()))
    known = {name: found.pop() for name, found in places.items() if len(found) == 1}
    marked = {name for chain in chains_of(read) for name, place in _given(chain) if place.subs or place.sups}
    return each(read, lambda chain: _called(chain, known, marked)) if known else list(read)


def _given(chain: Chain) -> Iterator[tuple[str, Node]]:
    """The g and the z of a = g(z)."""
    head, *others = map(plain, chain.members)
    call = others[0] if others and chain.signs[0] in ("=", ":=") else Node("none")
    if head.kind == "name" and call.kind == "apply" and len(call.args) == 2 and call.args[0].text in FUNCTIONAL:
        place = plain(call.args[1])
        if place.kind == "name" and not call.args[0].primes and (place.subs, place.sups) == (head.subs, head.sups):
            yield call.args[0].text, place


def _called(chain: Chain, known: Mapping[str, Node], marked: set[str]) -> Chain:
    left, *others = chain.members
    if plain(left).primes or not others:
        return chain
    by = _by(plain(left))
    return replace(chain, members=(left, *(_slope(member, known, marked, by) for member in others)))


def _by(left: Node) -> Node:
    """What the left side is a slope by, or is itself: delta^l, dL/dw^l."""
    return plain(left.args[-1]) if left.kind in SLOPES and len(left.args) == 2 else left


def _slope(node: Node, known: Mapping[str, Node], marked: set[str], by: Node) -> Node:
    if node.kind == "apply":
        return replace(node, args=(node.args[0], *(_slope(arg, known, marked, by) for arg in node.args[1:])))
    if node.kind != "name" or node.primes != 1 or node.text not in known:
        return node.over(lambda part: _slope(part, known, marked, by))
    own = node if node.subs or node.sups or node.text not in marked else by
    place = replace(known[node.text], subs=own.subs, sups=own.sups)
    return Node("apply", (node, place), "(", span=node.span)
