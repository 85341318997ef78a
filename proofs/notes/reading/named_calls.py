"""Calls by names that are usually quantities, W(a) = sum_i a_i, and kernels of entries, K(x_i, x_j), which are K_ij."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from proofs.notes.reading.formulas import Read, chains_of, each
from proofs.notes.reading.names import LETTERS
from proofs.notes.reading.tree import Chain, Node, plain

KERNELS = ("K", "k", "kappa")
Change = Callable[[Node], Node]


def as_calls(read: Read) -> list[tuple[Chain, ...] | str]:
    """The formulas of a note, with calls of what it defines as a function by a name that is a factor elsewhere."""
    heads = frozenset(head for chain in chains_of(read) for head in _defined(chain))
    return each(read, lambda chain: _over(chain, lambda node: _called(node, heads))) if heads else list(read)


def _defined(chain: Chain) -> Iterator[Node]:
    """W, of W(a) = sum_i a_i: what stands in the bracket is in the body, and W is not."""
    call = chain.members[0]
    if chain.signs[:1] == ("=",) and _bracketed(call):
        names = [n for n in chain.members[1].walk() if n.kind == "name"]
        bound = plain(call.args[1]).text in {n.text for n in names if not n.sups or n.sups[0].kind != "group"}
        if bound and call.args[0].text not in {n.text for n in names}:
            yield call.args[0]


def _bracketed(node: Node) -> bool:
    """Whether it is a bare name beside one name in round brackets."""
    if node.kind != "mul" or len(node.args) != 2:
        return False
    head, inside = node.args
    bare = head.kind == "name" and not (head.subs or head.sups or head.primes)
    return bare and inside.kind == "group" and inside.text == "(" and plain(inside).kind == "name"


def _called(node: Node, heads: frozenset[Node]) -> Node:
    if _bracketed(node) and node.args[0] in heads:
        return Node("apply", (node.args[0], plain(node.args[1])), "(", span=node.span)
    return node.over(lambda part: _called(part, heads))


def as_kernels(read: Read) -> list[tuple[Chain, ...] | str]:
    """The formulas of a note with K_ij for K(x_i, x_j), unless it says what K is of any two."""
    found = (n for chain in chains_of(read) for member in chain.members for n in member.walk())
    others = {n.args[0].text for n in found if n.kind == "apply" and n.args[0].text in KERNELS and _pair(n) is None}
    return each(read, lambda chain: _over(chain, lambda node: _entry(node, others)))


def _entry(node: Node, others: set[str]) -> Node:
    node = node.over(lambda part: _entry(part, others))
    pair = _pair(node) if node.kind == "apply" and node.args[0].text in KERNELS else None
    return replace(node.args[0], subs=pair, span=node.span) if pair and node.args[0].text not in others else node


def _pair(call: Node) -> tuple[Node, ...] | None:
    """i and j, of K(x_i, x_j) and of K(x^{(i)}, x^{(j)})."""
    head, *args = call.args
    names = [plain(arg) for arg in args]
    if (
        head.subs
        or head.sups
        or len(names) != 2
        or {n.kind for n in names} != {"name"}
        or names[0].text != names[1].text
    ):
        return None
    marks = [(*n.subs, *(plain(sup) for sup in n.sups if sup.kind == "group")) for n in names]
    whole = all(len(some) == len(n.subs) + len(n.sups) == 1 for some, n in zip(marks, names, strict=True))
    letters = whole and all(mark.kind == "name" and mark.text in LETTERS for (mark,) in marks)
    return tuple(mark for (mark,) in marks) if letters else None


def _over(chain: Chain, change: Change) -> Chain:
    return replace(chain, members=tuple(map(change, chain.members)))
