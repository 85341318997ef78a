"""Whether dW is the mean over examples, and dZ of each example's cost: dW = 1/m dZ A^T beside dZ = A - Y."""

from __future__ import annotations

from collections.abc import Iterable

from proofs.notes.reading.names import COUNTS
from proofs.notes.reading.tree import Chain, Node, plain
from proofs.notes.verdicts.readings import ROLES


def averaged_late(chains: Iterable[Chain]) -> bool:
    """Whether the note divides by the number of examples for weights and biases alone."""
    slopes = [(_role(plain(chain.members[0]), chain), any(map(_divides, chain.members[1:]))) for chain in chains]
    late = any(divided for role, divided in slopes if role in ("weight", "bias"))
    return late and not any(divided for role, divided in slopes if role in ("pre", "act", "delta", "input"))


def _role(left: Node, chain: Chain) -> str | None:
    """What part of a network the left side is the slope by: that of dZ, and of dJ/dZ; or goes a step along that, but
    for a sum of such slopes."""
    after = [n for m in chain.members[1:] for n in m.walk()]
    if left.kind == "name" and left in after and all(n.kind != "sum" for n in after):
        return ROLES.get(left.text)
    if left.kind == "derivative":
        return ROLES.get(plain(left.args[1]).text)
    if left.kind == "nabla" and len(left.args) > 1:
        return ROLES.get(plain(left.args[1]).text)
    return ROLES.get(left.text.removeprefix("d ")) if left.text.startswith("d ") or left.text == "delta" else None


def _divides(member: Node) -> bool:
    below = (n.args[1] for n in member.walk() if n.kind in ("frac", "div"))
    return any(n.text in COUNTS for part in below for n in part.walk() if n.kind == "name")
