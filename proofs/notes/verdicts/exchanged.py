"""Slips in formulas of backpropagation by units: the index of another layer, indices exchanged, a slope left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from proofs.notes.reading.tree import Chain, Node
from proofs.notes.verdicts.letters import letters_below


def mended(chain: Chain, slope: Node | None) -> Iterator[tuple[Chain, str]]:
    """A claim with one index of its last member as another, or with this slope; and how a verdict says it."""
    *others, last = chain.members
    turned = Node("neg", (Node("group", (last,), text="("),))
    yield replace(chain, members=(*others, turned)), "it holds with the other sign"
    if slope is not None:
        product = Node("times", (slope, Node("group", (last,), text="(")))
        yield replace(chain, members=(*others, product)), "it holds with the slope of the activation"
    for said, body in _mended(last, _letters(chain)):
        yield replace(chain, members=(*others, body)), f"it holds with {said}"


def _letters(chain: Chain) -> tuple[str, ...]:
    names = (n for m in chain.members for n in m.walk() if n.kind == "name")
    return tuple(sorted({letter for n in names for letter in letters_below(n)}))


def _mended(node: Node, letters: tuple[str, ...]) -> Iterator[tuple[str, Node]]:
    for places in _others(letters_below(node), letters):
        subs = tuple(Node("name", text=letter) for letter in places)
        written = f"{node.text}_{''.join(letters_below(node))}"
        yield f"{node.text}_{''.join(places)} for {written}", replace(node, subs=subs)
    for n, part in enumerate(node.args):
        for said, other in _mended(part, letters):
            yield said, node.with_args(*node.args[:n], other, *node.args[n + 1 :])


def _others(places: tuple[str, ...], letters: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The two indices of a weight exchanged; the one of a unit as another."""
    if len(places) == 2:
        return [places[::-1]]
    return [(letter,) for letter in letters if letter not in places] if places else []
