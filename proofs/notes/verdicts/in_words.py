"""A cost that no formula of a note defines: squares or logarithms of a difference that the claim itself has.

Where the note names one kind of cost in words, only that is tried, and a claim that has the other sign fails by it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from proofs.notes.evaluation.world import Rule, Rules
from proofs.notes.reading.names import Habits, marks
from proofs.notes.reading.tree import SLOPES, Chain, Node, number, plain
from proofs.notes.verdicts.costs import is_cost
from proofs.notes.verdicts.meanings import Meaning
from proofs.notes.verdicts.names import closure, names_of

OWN = {"MSE": "squares", "SSE": "squares", "RSS": "squares", "SSR": "squares", "BCE": "logs", "NLL": "logs"}
ALL = frozenset(OWN.values())
UNSAID: dict[frozenset[str], frozenset[str]] = {  # what it may be where the text names neither
    frozenset(): ALL,
    frozenset(("classes",)): frozenset(("logs",)),
}
OTHERS = ("f", "l", "ell", "g")  # what are costs where the text names one, and nothing that is made large
NONE: frozenset[str] = frozenset()
COUNTS = frozenset("mnNMBKT")


@dataclass(frozen=True)
class Difference:
    """What is made, less its target, as a claim has it, and the sum that it stands in."""

    made: Node
    target: Node
    total: Node | None


def in_words(chain: Chain, habits: Habits, rules: Rules, words: frozenset[str]) -> Iterator[Meaning]:
    """The costs that a claim may be of in a note that defines none; `words` are the kinds that its text names."""
    left = plain(chain.members[0])
    top = _cost(left, habits, OTHERS if words and words <= ALL else ())
    if top is None or top in rules or any(map(is_cost, rules)):
        return
    kinds = {OWN[top]} if top in OWN else words & ALL or UNSAID.get(words, NONE)
    params = _called(left)
    for found in _differences(chain, habits, rules):
        for kind in sorted(kinds, reverse=True):
            for said, body in _bodies(kind, found, _counts(chain)):
                cost = {top: (Rule(top, body, params=params),)}
                yield Meaning(f"{top.replace('_', ' ')} is {said}", {**rules, **cost}, words | kinds == {kind})


def _cost(left: Node, habits: Habits, others: Sequence[str]) -> str | None:
    """The key of the cost that the left side differentiates once."""
    head = plain(left.args[0]) if left.kind in SLOPES and left.text != "2" and len(left.args) <= 2 else Node("none")
    name = head.args[0] if head.kind == "apply" else head
    if name.kind != "name" or name.primes or name.sups:
        return None
    found = marks(name, habits)
    key = found.base + found.label
    return key if (is_cost(key) or key in others) and not found.places and found.layer is None else None


def _called(left: Node) -> tuple[str, ...]:
    """x, of nabla L(x): by what it is, where nothing else says so."""
    head = plain(left.args[0])
    names = tuple(map(plain, head.args[1:])) if head.kind == "apply" and len(left.args) == 1 else ()
    return tuple(name.text for name in names if name.kind == "name" and not (name.subs or name.sups))


def _by(left: Node, habits: Habits) -> set[str]:
    return {name for by in left.args[1:] for name in names_of(by, habits)} or set(_called(left))


# ---------------------------------------------------------------- what the claim has


def _differences(chain: Chain, habits: Habits, rules: Rules) -> Iterator[Difference]:
    """Differences of what depends on that by which the claim differentiates, and of what does not."""
    by = _by(plain(chain.members[0]), habits)
    seen = set()
    for total, node in (pair for m in chain.members[1:] for pair in _with_sums(m, None)):
        parts = _parted(node, by, habits, rules)
        if parts is not None and (total, parts) not in seen:
            seen.add((total, parts))
            yield Difference(*parts, total)


def _with_sums(node: Node, total: Node | None) -> Iterator[tuple[Node | None, Node]]:
    """The sums of terms in an expression, each with what it is summed over."""
    inside = node if node.kind == "sum" else total
    if node.kind == "add":
        yield total, node
    for part in node.args[2:] if node.kind == "sum" else node.args:
        yield from _with_sums(part, inside)


def _parted(node: Node, by: set[str], habits: Habits, rules: Rules) -> tuple[Node, Node] | None:
    """The terms that depend on `by`, and the one that does not, which has the other sign."""
    terms = list(_terms(node))
    depends = [bool(closure(names_of(term, habits), rules, habits) & by) for _, term in terms]
    others = [pair for pair, moving in zip(terms, depends, strict=True) if not moving and _is_target(pair[1])]
    moving = [pair for pair in terms if pair not in others]
    if not any(depends) or not others:
        return None
    sign, target = others[-1]
    rest = [*moving, *others[:-1]]
    if all(one == sign for one, _ in rest):
        return None
    made = [term if one != sign else Node("neg", (term,)) for one, term in rest]
    return (made[0] if len(made) == 1 else Node("add", tuple(made))), target


def _terms(node: Node) -> Iterator[tuple[int, Node]]:
    """The terms of a sum with their signs: of y - (w x + b) these are three."""
    inside = plain(node)
    if inside.kind == "neg":
        yield from ((-sign, term) for sign, term in _terms(inside.args[0]))
    elif inside.kind == "add":
        yield from (pair for arg in inside.args for pair in _terms(arg))
    else:
        yield 1, inside


def _is_target(term: Node) -> bool:
    return term.kind == "name" and not term.primes


def _counts(chain: Chain) -> tuple[Node, ...]:
    """The names below the line that count examples."""
    nodes = (n for m in chain.members[1:] for n in m.walk() if n.kind in ("frac", "div"))
    names = (n for node in nodes for n in node.args[1].walk() if n.kind == "name" and n.text in COUNTS)
    return tuple(dict.fromkeys(names))


# ---------------------------------------------------------------- the costs


def _bodies(kind: str, found: Difference, counts: tuple[Node, ...]) -> Iterator[tuple[str, Node]]:
    inner = _squares(found) if kind == "squares" else _logs(found)
    sums = [("the sum of ", found.total)] if found.total is not None else [("", None)]
    halves = (("half ", number(2)), ("", None)) if kind == "squares" else (("", None),)
    for (summed, total), (half, two), count in itertools.product(sums, halves, (None, *counts)):
        for said, one in inner:
            body = one if total is None else total.with_args(*total.args[:2], one)
            below = [part for part in (two, count) if part is not None]
            body = Node("frac", (body, Node("mul", tuple(below)))) if len(below) == 2 else _over(body, below)
            mean = f", over {count.text}" if count is not None else ""
            yield f"{half}{summed}{said}{mean}", body


def _over(body: Node, below: list[Node]) -> Node:
    return Node("frac", (body, below[0])) if below else body


def _squares(found: Difference) -> tuple[tuple[str, Node], ...]:
    """The square of a difference of numbers, or the squared norm of one of arrays."""
    inside = Node("add", (found.made, Node("neg", (found.target,))))
    square = Node("pow", (Node("group", (inside,), "("), number(2)))
    norm = Node("pow", (Node("norm", (inside,)), number(2)))
    capitals = any(n.kind == "name" and len(n.text) == 1 and n.text.isupper() for n in inside.walk())
    numbers, arrays = (("the squared error", square),), (("the squared norm of the error", norm),)
    return numbers if found.total is not None else arrays if capitals else (*numbers, *arrays)


def _logs(found: Difference) -> tuple[tuple[str, Node], ...]:
    """-(y log a + (1 - y) log(1 - a))."""
    one = number(1)
    rest = tuple(Node("group", (Node("add", (one, Node("neg", (n,)))),), "(") for n in (found.target, found.made))
    terms = Node("mul", (found.target, _log(found.made))), Node("mul", (rest[0], _log(rest[1])))
    return (("the binary cross-entropy", Node("neg", (Node("group", (Node("add", terms),), "("),))),)


def _log(node: Node) -> Node:
    return Node("apply", (Node("name", text="log"), plain(node)), "(")
