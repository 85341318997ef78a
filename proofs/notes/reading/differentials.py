"""Differentials: d(XY) = (dX) Y + X dY says what the product changes by, to first order, where X and Y change.

It is read as the slope of (X + s X') (Y + s Y') by s, at s = 0, for all X' and Y' in the place of dX and dY.
"""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

from proofs.notes.reading.rewrites import shorthand, whole_of
from proofs.notes.reading.traces import spread
from proofs.notes.reading.tree import Chain, Node, NotUnderstood, plain

STEP = Node("name", text="step")
ZERO = ((STEP.text, 0.0),)
D = Node("name", text="d")


def without_differentials(chain: Chain) -> Chain:
    """The chain as one of slopes, where its left side is the differential of an expression."""
    of = _differentiated(plain(chain.members[0]))
    others = tuple(_as_names(member) for member in chain.members[1:])
    moved = {replace(whole_of(n), sups=()) for member in others for n in member.walk() if _changes(n)}
    if of is None or not moved:
        return chain
    matrices = {name.text for name in moved if name.text.isupper()}
    of, others = spread(of, matrices), tuple(spread(member, matrices) for member in others)
    if not moved <= {replace(n, sups=()) for n in of.walk()} or any(
        _differentiated(n) for member in others for n in member.walk()
    ):
        raise NotUnderstood("a differential of what is not written out")
    slope = Node("derivative", (_moved(of, moved), STEP), r"\partial", span=chain.members[0].span)
    return replace(chain, members=(slope, *map(_tangents, others)), pins=ZERO)


def _differentiated(head: Node) -> Node | None:
    """What d(...) or d ln ... is of."""
    if head.kind == "apply" and len(head.args) == 2 and head.args[0] == D:
        return plain(head.args[1])
    return head.args[1] if head.kind == "mul" and head.args[0] == D and head.args[1].kind in OPERANDS else None


OPERANDS = ("apply", "norm", "abs", "pow")


def _changes(node: Node) -> bool:
    """Whether a node is the name dX."""
    return node.kind == "name" and shorthand(node)


def _as_names(node: Node) -> Node:
    """d(X) is dX."""
    of = _differentiated(node)
    if of is not None and of.kind == "name":
        return replace(of, text=f"d {of.text}")
    return node.over(_as_names)


def _moved(node: Node, names: set[Node]) -> Node:
    """An expression with each of these names a step further."""
    whole = replace(node, sups=()) if node.kind == "name" else node
    if whole not in names:
        return node.over(lambda part: _moved(part, names))
    further = Node("group", (Node("add", (whole, Node("mul", (STEP, _tangent(whole))))),), text="(")
    return reduce(lambda base, power: Node("pow", (base, power)), node.sups, further)


def _tangent(name: Node) -> Node:
    return replace(name, text=f"dot {name.text}")


def _tangents(node: Node) -> Node:
    """An expression with the name of the change in the place of dX."""
    return _tangent(whole_of(node)) if _changes(node) else node.over(_tangents)
