"""Layers that a note defines one by another, z^l = W^l a^{l-1} + b^l, written as the steps of a recurrence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from proofs.notes.context import Note
from proofs.notes.numbering import place_of
from proofs.notes.reading.tree import SLOPES, Chain, Node, number, plain

T, LAST = Node("name", text="t"), Node("name", text="T")
COUNTING = frozenset("LnNHKDm")  # letters of the last layer, beside another for each
NO_LAYERS = frozenset(("t", "T", "x", "e"))


@dataclass(frozen=True)
class Layers:
    """The letter of a layer, whether it stands below names, and the names that have it."""

    letter: str
    below: bool
    bases: frozenset[str]
    bound: frozenset[str] = frozenset()  # letters of layers that a product or a sum binds

    def step(self, mark: Node) -> Node | None:
        """A mark of a layer as a step: l - 1 as t - 1, L as the last; None of another mark."""
        letter, shift = place_of(mark) or ("?", 0)
        if letter not in ("", self.letter, *self.bound, *(COUNTING - {self.letter})):
            return None
        if not letter:
            return Node("word", text=f"@{shift}") if shift >= 0 else None
        head = T if letter == self.letter else Node("name", text=letter) if letter in self.bound else LAST
        far = number(abs(shift)) if shift >= 0 else Node("neg", (number(-shift),))
        return Node("add", (head, far)) if shift else head

    def marked(self, node: Node) -> Node:
        """An expression with steps for layers; a function of a layer at a quantity of the same is the function."""
        if node.kind == "apply" and node.args[0].kind == "name" and len(node.args) == 2:
            head, inside = node.args[0], plain(node.args[1])
            same = inside.kind == "name" and head.sups and head.sups == inside.sups
            node = node.with_args(replace(head, sups=()), node.args[1]) if same else node
        node = node.over(self.marked)
        if node.kind in ("sum", "prod"):
            counted = plain(node.args[1]).text in COUNTING - {self.letter}
            upper = LAST if counted else _renamed(node.args[1], self.letter)
            return node.with_args(_renamed(node.args[0], self.letter), upper, node.args[2])
        return self._named(node) if node.kind == "name" and node.text in self.bases else node

    def _named(self, name: Node) -> Node:
        marks = name.subs if self.below else name.sups
        steps = [(mark, self.step(mark)) for mark in marks if self.below or _is_mark(mark)]
        found = next(((mark, step) for mark, step in steps if step is not None), None)
        if found is None:
            return name
        others = tuple(mark for mark in marks if mark is not found[0])
        subs = (found[1], *(others if self.below else name.subs))
        return replace(name, subs=subs, sups=name.sups if self.below else others)


def _renamed(lower: Node, letter: str) -> Node:
    """A bound, with the letter of a step for that of a layer."""
    if lower.kind == "name":
        return replace(lower, text="t") if lower.text == letter else lower
    return lower.inside(lambda part: _renamed(part, letter))


def _is_mark(sup: Node) -> bool:
    """Whether what stands above a name may be its layer: all but powers 2 and transposes."""
    return sup.kind == "group" or plain(sup).kind in ("name", "add")


@lru_cache(maxsize=8)
def stepped(note: Note) -> tuple[Layers, Note] | None:
    """How a note marks its layers, and the note with steps for them; None where nothing goes from one to the next."""
    found = next((one for chain in note.chains for one in _layers(chain)), None)
    if found is None or note.times:
        return None
    letter, below = found
    bases = {
        n.text for n in note.names for mark in (n.subs if below else n.sups) if (place_of(mark) or "")[:1] == (letter,)
    }
    layers = Layers(letter, below, frozenset(bases | {"delta"}))
    formulas = [[of_steps(layers, chain) for chain in chains or ()] for chains in note.formulas]
    return layers, note.like(formulas, frozenset("t"))


def of_steps(layers: Layers, chain: Chain) -> Chain:
    """The chain with steps for layers."""
    nodes = [n for member in chain.members for n in member.walk()]
    lowers = [n.args[0] for n in nodes if n.kind in ("sum", "prod")]
    bound = {n.text for lower in lowers for n in lower.walk() if n.kind == "name"} - {layers.letter}
    found = replace(layers, bound=frozenset(bound & {n.text for m in chain.members for n in m.walk()} - NO_LAYERS))
    return replace(chain, members=tuple(map(found.marked, chain.members)))


def _layers(chain: Chain) -> Iterator[tuple[str, bool]]:
    """The letter of a layer in a definition by the layer before, and whether it stands below."""
    head, *others = map(plain, chain.members)
    if head.kind != "name" or chain.signs[:1] not in (("=",), (":=",)) or head.text == "delta":
        return
    nodes = [n for member in others for n in member.walk()]
    if any(n.kind in SLOPES or n.primes for n in nodes) or head.text.startswith("d "):
        return
    for below in (False, True):
        own = next(_places(head, below), None)
        before = [place for n in nodes if n.kind == "name" for place in _places(n, below)]
        if own and own[0] not in NO_LAYERS and (own[0], own[1] - 1) in before:
            yield own[0], below


def _places(name: Node, below: bool) -> Iterator[tuple[str, int]]:
    marks: Iterable[Node] = name.subs if below else (sup for sup in name.sups if _is_mark(sup))
    yield from (place for mark in marks for place in [place_of(mark)] if place and place[0])
