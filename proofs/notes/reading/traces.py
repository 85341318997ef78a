"""Powers in a trace and in a determinant are of matrices: tr(X^2) is tr(X X)."""

from __future__ import annotations

from dataclasses import replace

from proofs.notes.reading.tree import Chain, Node

OF_MATRICES = ("tr", "det")
LARGEST = 4


def without_powers(chain: Chain) -> Chain:
    """The chain with the powers of capitals that stand in traces written as products."""
    nodes = [n for member in chain.members for n in member.walk()]
    inside = [n for call in nodes if call.kind == "apply" and call.args[0].text in OF_MATRICES for n in call.walk()]
    names = {n.text for n in inside if n.kind == "name" and n.text.isupper()}
    return replace(chain, members=tuple(spread(member, names) for member in chain.members)) if names else chain


def spread(node: Node, names: set[str]) -> Node:
    """An expression with the powers of these names written as products."""
    times = _times(node) if node.text in names else 0
    if not times:
        return node.over(lambda part: spread(part, names))
    product = whole = replace(node, sups=())
    for _ in range(times - 1):
        product = Node("mul", (product, whole), span=node.span)
    return Node("group", (product,), text="(", span=node.span)


def _times(node: Node) -> int:
    """How often a name is a factor; 0 where it has no power of two and more."""
    above = node.sups[0] if len(node.sups) == 1 else Node("none")
    numbered = above.kind == "num" and above.text.isdigit()
    return int(above.text) if numbered and 1 < int(above.text) <= LARGEST else 0
