"""Costs that a note defines as squares of what differs from a target: nobody makes these large."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from proofs.notes.definitions import UNSAID
from proofs.notes.evaluation.world import Rule
from proofs.notes.reading.labels import ERROR
from proofs.notes.reading.tree import Node, number, plain
from proofs.notes.verdicts.costs import is_cost
from proofs.notes.verdicts.readings import ROLES

POSITIVE = frozenset(("lambda", "alpha", "C", "c"))  # what stands before a penalty


def errors(rules: Iterable[Rule]) -> frozenset[str]:
    """The names of costs all of whose definitions are sums of squares with positive factors, and have a target.

    Without one, it may be a variance, which is made large. So are the squares of errors e_i that are differences.
    """
    found: dict[str, list[Node]] = {}
    for rule in rules:
        found.setdefault(rule.base, []).append(rule.body)
    return frozenset(
        base
        for base, bodies in found.items()
        if (is_cost(base) and all(of_squares(b) and any(map(_target, b.walk())) for b in bodies))
        or (base == ERROR and all(difference(body) for body in bodies if body != UNSAID))
    )


def difference(node: Node) -> bool:
    """Whether it is one less another."""
    terms = plain(node).args
    return plain(node).kind == "add" and [term.kind == "neg" for term in terms] == [False, True]


def _target(node: Node) -> bool:
    return node.kind == "name" and ROLES.get(node.text) == "target"


def of_squares(node: Node) -> bool:
    r"""Whether an expression is a square, a squared norm, or a sum or a positive multiple of such.

    >>> from proofs.notes.reading.statements import statements
    >>> bodies = (r"\frac{1}{2n} \sum_i (y_i - w x_i)^2", r"-(y - a)^2", r"y^2 - a^2", r"(Xw - y)^T (Xw - y)")
    >>> [of_squares(statements(body)[0].members[0]) for body in bodies]
    [True, False, False, True]
    """
    node = plain(node)
    row = ROWS.get(node.kind)
    return row is not None and row(node.args)


def _powers(args: Sequence[Node]) -> bool:
    return plain(args[1]) == number(2)


def _product(args: Sequence[Node]) -> bool:
    """r^T r, or squares beside positive factors."""
    first, last = map(plain, args[-2:])
    itself = first.kind == "transpose" and plain(first.args[0]) == last
    others = args[:-2] if itself else [arg for arg in args if not of_squares(arg)]
    return (itself or len(others) < len(args)) and all(map(_positive, others))


def _quotient(args: Sequence[Node]) -> bool:
    return of_squares(args[0]) and _positive(args[1])


def _positive(node: Node) -> bool:
    """Whether a factor has no sign: numbers, counts and the rates of penalties."""
    names = [n for n in node.walk() if n.kind == "name"]
    return not any(n.kind in ("neg", "apply") for n in node.walk()) and all(
        n.text in POSITIVE or n.text.lower() in ("m", "n", "b") for n in names
    )


ROWS: dict[str, Callable[[Sequence[Node]], bool]] = {
    "pow": _powers,
    "mul": _product,
    "times": _product,
    "frac": _quotient,
    "div": _quotient,
    "sum": lambda args: of_squares(args[2]),
    "add": lambda args: all(map(of_squares, args)),
}
