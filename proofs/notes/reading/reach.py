"""How far a sum goes where the brackets around its terms are left out: sum_i y_i log p_i + (1 - y_i) log(1 - p_i)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from proofs.notes.reading.formulas import Read, each
from proofs.notes.reading.tree import Chain, Node, plain

FARTHER = "a sum goes on over the terms after it that have its index"


def far_sums(read: Read) -> list[tuple[Chain, ...] | str]:
    """The chains of a note with the terms in each sum whose index nothing else gives a meaning."""
    return each(read, _whole)


def _whole(chain: Chain) -> Chain:
    free = set(_marked(chain.members[0]))
    members = (chain.members[0], *(_within(member, free) for member in chain.members[1:]))
    return chain if members == chain.members else replace(chain, members=members, said=(*chain.said, FARTHER))


def _within(node: Node, free: set[str]) -> Node:
    """An expression with its sums as far as they go; `free` are the indices that have a meaning around it."""
    if node.kind in ("sum", "prod"):
        return node.with_args(*node.args[:2], _within(node.args[2], free | set(_bound(node))))
    node = node.inside(lambda part: _within(part, free))
    terms = list(node.args) if node.kind == "add" else []
    for n in range(len(terms) - 1, -1, -1):
        longest = (_taking(terms[n], terms[n + 1 : end], free) for end in range(len(terms), n + 1, -1))
        found = next((whole for whole in longest if whole is not None), None)
        if found is not None and found[1] == len(_tail(terms[n + 1 :], found[2])):
            terms[n : n + 1 + found[1]] = [found[0]]
    return node if len(terms) in (0, len(node.args)) else node.with_args(*terms) if len(terms) > 1 else terms[0]


def _taking(term: Node, after: list[Node], free: set[str]) -> tuple[Node, int, str] | None:
    """A term with those after it in the sum at its end, their number, and the index that they have."""
    if term.kind == "neg":
        inside = _taking(term.args[0], after, free) if all(one.kind != "neg" for one in after) else None
    elif term.kind in ("mul", "times"):
        inside = _taking(term.args[-1], after, free)
    else:
        return _summing(term, after, free) if term.kind == "sum" else None
    return inside and (term.with_args(*term.args[:-1], inside[0]), *inside[1:])


def _summing(total: Node, after: list[Node], free: set[str]) -> tuple[Node, int, str] | None:
    """A sum with what stands after it, the inner of two sums if that has its index."""
    body = total.args[2]
    inner = _taking(body, after, free)
    if inner is not None:
        return total.with_args(*total.args[:2], inner[0]), *inner[1:]
    letters = [letter for letter in _bound(total) if letter not in free]
    letter = next((x for x in letters if all(x in set(_marked(one)) for one in after)), "")
    whole = total.with_args(*total.args[:2], Node("add", (body, *after)))
    return (whole, len(after), letter) if letter and body.kind != "group" and not any(map(_penalty, after)) else None


def _penalty(term: Node) -> bool:
    """lambda (|p_u|^2 + |q_i|^2), which a note adds once."""
    first = plain(term)
    while first.kind in ("mul", "times"):
        first = plain(first.args[0])
    return first.text == "lambda" or (first.kind == "frac" and plain(first.args[0]).text == "lambda")


def _tail(terms: list[Node], letter: str) -> list[Node]:
    """The terms up to the last one that has the index: none of them may be without it."""
    last = max((n for n, term in enumerate(terms) if letter in set(_marked(term))), default=-1)
    return terms[: last + 1]


def _bound(total: Node) -> Iterator[str]:
    """The letters that a sum binds."""
    lower = plain(total.args[0])
    names = lower.args if lower.kind == "vector" else (lower.args[0] if lower.kind == "compare" else lower,)
    yield from (name.text for name in map(plain, names) if name.kind == "name")


def _marked(node: Node) -> Iterator[str]:
    """The letters that stand below names, or above them in brackets, and that no sum in the expression binds."""
    if node.kind in ("sum", "prod"):
        bound = set(_bound(node))
        yield from (letter for letter in _marked(node.args[2]) if letter not in bound)
        return
    examples = (plain(sup) for sup in node.sups if sup.kind == "group")
    yield from (mark.text for mark in (*node.subs, *examples) if mark.kind == "name")
    for part in (*node.args, *node.sups):
        yield from _marked(part)
