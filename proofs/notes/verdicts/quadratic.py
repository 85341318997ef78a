"""Forms that are quadratic in the entries of a vector, sum_ij a_i a_j K_ij, of which K may be taken as symmetric."""

from __future__ import annotations

from collections.abc import Iterable

from proofs.notes.reading.tree import Node, factors_of, plain


def quadratic(nodes: Iterable[Node]) -> bool:
    """Whether one of these has a product of two entries of one vector with that of a matrix, and none its transpose."""
    every = [n for node in nodes for n in node.walk()]
    forms = {base for n in every if n.kind in ("mul", "times") for base in _matrices(n)}
    pairs = {(n.text, *(sub.text for sub in n.subs)) for n in every if n.kind == "name" and len(n.subs) == 2}
    return any(base[0] for base in forms if (base[0], base[2], base[1]) not in pairs)


def _matrices(product: Node) -> Iterable[tuple[str, str, str]]:
    """K, i and j, of a_i a_j K_ij."""
    names = [plain(factor) for factor in factors_of(product)]
    ones = [(n.text, n.subs[0].text) for n in names if n.kind == "name" and len(n.subs) == 1]
    for name in (n for n in names if n.kind == "name" and len(n.subs) == 2 and n.text.isupper()):
        first, second = (sub.text for sub in name.subs)
        if first != second and any((text, second) in ones for text, at in ones if at == first):
            yield name.text, first, second
