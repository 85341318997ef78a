r"""Labels of classes: y in p_y, y_i in 1(y_i = k), in \delta_{k y_i} and in the sum over all j \neq y_i.

A label is one of the numbers that an index runs over, so that p_y is an entry of p.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from proofs.notes.reading.tree import Chain, Node, plain
from proofs.notes.verdicts.readings import ROLES

LABEL = "y"  # the letter that means one without being compared
EXAMPLES = frozenset("inmt")
OUTER = "o"  # the outer word of word vectors, which is one of all words
COMPARING = ("=", "!=")


def class_labels(chains: Sequence[Chain], letters: frozenset[str]) -> frozenset[str]:
    """The names of a note that are labels of classes; `letters` are its indices."""
    nodes = [n for chain in chains for part in (*chain.members, chain.condition) if part for n in part.walk()]
    indexed = {n.text for n in nodes if n.kind == "name" and any(sub.text in letters for sub in n.subs)}
    found = {label for n in nodes for label in (*_compared(n, letters), *_paired(n, letters))}
    below = {sub.text for n in nodes if n.kind == "name" and n.text in indexed for sub in n.subs if _may_be(sub)}
    return frozenset(found | (below & {LABEL, *(label for chain in chains for label in _of_cost(chain))})) - letters


def _of_cost(chain: Chain) -> Iterator[str]:
    """c, of L = -log p_c: one class alone has a part in the cost."""
    head = plain(chain.members[0])
    if head.kind == "name" and ROLES.get(head.text) == "cost" and not head.subs and chain.signs[:1] == ("=",):
        calls = (n for m in chain.members[1:] for n in m.walk() if n.kind == "apply" and n.args[0].text == "log")
        inside = [n for call in calls for n in call.walk() if n.kind == "name" and n.subs]
        sums = [s for m in chain.members[1:] for s in m.walk() if s.kind == "sum"]
        bound = {n.text for s in sums for n in s.args[0].walk()}
        of_all = {n.text for s in sums for n in s.args[2].walk()}  # u_o beside the sum over u_w is one of these
        alone = (sub for n in inside if n.text not in of_all for sub in n.subs if _may_be(sub))
        yield from (sub.text for sub in alone if sub.text not in bound | {OUTER})


def _compared(node: Node, letters: frozenset[str]) -> Iterator[str]:
    """y, of y_i = k."""
    sides = [plain(arg) for arg in node.args] if node.kind == "compare" and node.text in COMPARING else []
    if any(_index(side, letters) for side in sides):
        yield from (side.text for side in sides if _may_be(side) and side.text not in letters)


def _paired(node: Node, letters: frozenset[str]) -> Iterator[str]:
    r"""y, of \delta_{ky}."""
    pair = node.subs if node.kind == "name" and node.text == "delta" and len(node.subs) == 2 else ()
    if any(_index(sub, letters) for sub in pair):
        yield from (sub.text for sub in pair if _may_be(sub) and sub.text == LABEL)


def _index(node: Node, letters: frozenset[str]) -> bool:
    return node.kind == "name" and node.text in letters and not (node.subs or node.sups)


def _may_be(node: Node) -> bool:
    """A letter, alone or with that of an example."""
    marks = [*node.subs, *(plain(sup) for sup in node.sups if sup.kind == "group")]
    alone = len(marks) == len(node.subs) + len(node.sups) < 2
    return node.kind == "name" and len(node.text) == 1 and alone and all(m.text in EXAMPLES for m in marks)


def uses(node: Node, labels: frozenset[str]) -> Iterator[tuple[str, str]]:
    """How an expression uses names that may be labels: below another name, compared with an index, or otherwise."""
    if node.kind == "name" and node.text in labels:
        yield node.text, "otherwise"
    if node.kind == "compare" and node.text in COMPARING:
        yield from ((plain(arg).text, "compared") for arg in node.args if plain(arg).text in labels)
        return
    yield from ((sub.text, "below") for sub in node.subs if sub.text in labels)
    marks = (*(sub for sub in node.subs if sub.text not in labels), *node.sups)
    for part in (*node.args, *marks):
        yield from uses(part, labels)


def indicated(node: Node, labels: frozenset[str]) -> bool:
    """Whether an expression has 1 or 0 as a label is an index or not."""
    found = (n for n in node.walk() if n.kind in ("indicator", "cases") or _one(n))
    compared = (part for n in found for part in n.walk() if part.kind == "compare" and part.text in COMPARING)
    deltas = (n for n in node.walk() if n.kind == "name" and n.text == "delta")
    parts = (*(plain(arg) for n in compared for arg in n.args), *(sub for n in deltas for sub in n.subs))
    return any(part.text in labels for part in parts)


def _one(node: Node) -> bool:
    """1(y = k), which may be read as a product."""
    return node.kind in ("mul", "times") and node.args[0].text == "1" and plain(node.args[-1]).kind == "compare"
