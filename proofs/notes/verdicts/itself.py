"""What is made of itself, where what comes before it must stand: z^2 = W^2 a^2 + b^2, b := w - eta dC/db."""

from __future__ import annotations

from proofs.notes.context import Note
from proofs.notes.reading.names import Habits, Marks, marks
from proofs.notes.reading.tree import SLOPES, Chain, Node, NotUnderstood, factors_of, plain
from proofs.notes.verdicts.claim import Claim
from proofs.notes.verdicts.judged import Judged
from proofs.notes.verdicts.readings import ROLES

PARAMETERS = ("weight", "bias")


def of_itself(one: Judged, chain: Chain) -> Claim | None:
    """What a layer, its slope or a parameter is made of, if that is not what comes before it."""
    if chain.condition is not None or not chain.members or plain(chain.members[0]).kind != "name":
        return None
    habits = one.note.of(chain)
    why = _layer(chain, habits, one.note) or _slope(chain, habits) or _parameter(chain)
    return Claim(chain, "refuted", why[0], slip=why[1]) if why else None


Why = tuple[str, str] | None
Places = set[tuple[str, Node | None]]  # names, each with its layer


def _layer(chain: Chain, habits: Habits, note: Note) -> Why:
    """A layer whose weights are multiplied with what the same layer gives, as the note says that it does."""
    heads = [_marked(plain(m), habits) for m in chain.members]
    own: Places = {(found.base, found.layer) for found in heads if found and found.layer is not None}
    given = {*own, *_given(note, own)}
    for term in _terms(plain(chain.members[-1])) if set(chain.signs) == {"="} else ():
        found = [mark for factor in factors_of(term) for mark in [_marked(factor, habits)] if mark]
        weight = {mark.layer for mark in found if ROLES.get(mark.base) == "weight"}
        again = [mark for mark in found if (mark.base, mark.layer) in given and mark.layer in weight]
        if again and ROLES.get(again[0].base) in ("act", "pre") and len(found) == 2:
            return f"{again[0].base} of the layer is made of itself, and not of the layer before", "layer"
    return None


def _given(note: Note, own: Places) -> Places:
    """What the note computes by a function of these alone: a of g(z)."""
    found: Places = set()
    for chain in note.chains:
        head, body = _marked(plain(chain.members[0]), note.habits), plain(chain.members[-1])
        inside = _marked(plain(body.args[1]), note.habits) if body.kind == "apply" and len(body.args) == 2 else None
        if head and inside and (inside.base, inside.layer) in own and head.layer == inside.layer:
            found.add((head.base, head.layer))
    return found


def _terms(node: Node) -> tuple[Node, ...]:
    """The terms of a sum, inside the function that it is put into."""
    node = plain(node.args[1]) if node.kind == "apply" and len(node.args) == 2 else node
    return tuple(map(plain, node.args)) if node.kind == "add" else (node,)


def _marked(name: Node, habits: Habits) -> Marks | None:
    """The marks of a name that has no other index than that of its layer."""
    name = plain(name.args[0]) if name.kind == "transpose" else name
    if name.kind != "name" or name.primes:
        return None
    try:
        found = marks(name, habits)
    except NotUnderstood:
        return None
    return None if found.places or found.label or found.power is not None else found


def _slope(chain: Chain, habits: Habits) -> Why:
    """dZ^1 as W^2 times dZ^1: a product with weights is of the slope of the next layer."""
    head = _marked(plain(chain.members[0]), habits)
    named = head is not None and (head.base == "delta" or head.base.startswith("d ")) and head.layer is not None
    for member in chain.members[1:] if named and set(chain.signs) == {"="} else ():
        found = [mark for factor in _factors(member) for mark in [_marked(factor, habits)] if mark]
        weights = any(ROLES.get(mark.base) == "weight" and mark.layer is not None for mark in found)
        if head is not None and weights and any((m.base, m.layer) == (head.base, head.layer) for m in found):
            return "the slope of a layer is made of itself, and not of that of the next layer", "layer"
    return None


def _factors(node: Node) -> list[Node]:
    """The factors of products of each kind."""
    node = plain(node)
    if node.kind in ("mul", "times", "hadamard"):
        return [factor for part in node.args for factor in _factors(part)]
    return [node]


def _parameter(chain: Chain) -> Why:
    """b := w - eta dC/db: a parameter that moves along its own slope from where another one is."""
    head, body = plain(chain.members[0]), plain(chain.members[-1])
    if len(chain.members) != 2 or body.kind != "add" or len(body.args) != 2 or ROLES.get(head.text) not in PARAMETERS:
        return None
    start, slopes = plain(body.args[0]), [n for n in body.args[1].walk() if n.kind in SLOPES and len(n.args) == 2]
    roles = {ROLES.get(head.text), ROLES.get(start.text)}
    moved = len(slopes) == 1 and plain(slopes[0].args[1]) == head and start.kind == "name"
    if moved and roles == set(PARAMETERS) and start.subs == head.subs and start.sups == head.sups:
        return f"{head.text} moves from {start.text}, along its own slope", "another parameter"
    return None
