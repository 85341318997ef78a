"""Definitions that everybody shares, where the name that a note gives to its own says which is meant.

The logistic function is 1/(1 + e^{-x}), a softmax divides exponentials by their sum, a cross-entropy that is made
small is minus the sum of the logarithms, and errors are squared or absolute as they are called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from proofs.notes.evaluation.point import Point
from proofs.notes.reading.names import Habits
from proofs.notes.reading.tree import Chain, Node, plain
from proofs.notes.verdicts.claim import Claim
from proofs.notes.verdicts.costs import is_cost
from proofs.notes.verdicts.judged import Judged
from proofs.notes.verdicts.likelihoods import likelihood
from proofs.notes.verdicts.readings import ROLES, Reading

Check = Callable[[Node, Node, Judged], str]
LOGISTIC = ("sigma", "sigmoid", "sig", "sigm", "logistic")
POINTS = (-1.5, -0.4, 0.3, 0.9, 2.0)
RATIONAL = frozenset(("frac", "add", "neg", "num", "name", "pow", "group", "mul", "times"))
DEFINES = ("=", ":=")


def shared(one: Judged, chain: Chain) -> Claim | None:
    """A definition that is another than the one that all mean by its name."""
    if chain.signs not in tuple((sign,) for sign in DEFINES) or chain.condition is not None or chain.said:
        return None
    head, body = map(plain, chain.members)
    whys = (why for check in CHECKS for why in [check(head, body, one)] if why)
    return next((Claim(chain, "refuted", why, slip="definition") for why in whys), None)


def _cost(head: Node) -> bool:
    name = head.args[0] if head.kind == "apply" else head
    return name.kind == "name" and is_cost(name.text) and not name.primes


def _logistic(head: Node, body: Node, one: Judged) -> str:
    r"""\sigma(x) = 1/(1 + e^x), which is the logistic function at -x."""
    args = head.args if head.kind == "apply" else ()
    named = len(args) == 2 and args[0] in [Node("name", text=text) for text in LOGISTIC]
    if not named or plain(args[1]).kind != "name":
        return ""
    nodes, variable = list(body.walk()), plain(args[1])
    names = {n.text for n in nodes if n.kind == "name"} - {"e"}
    plainly = all(n.kind in RATIONAL or (n.kind == "apply" and n.args[0].text == "exp") for n in nodes)
    if names - {"exp"} != {variable.text} or not plainly or not any(map(_denominator, nodes)):
        return ""
    found = _values(body, variable)
    meant = [1 / (1 + np.exp(-np.array(POINTS))), np.tanh(POINTS)]
    right = found is None or any(np.allclose(found, one) for one in meant)
    return "" if right else "the logistic function is 1/(1 + e^(-x))"


def _denominator(node: Node) -> bool:
    """1 + e^x below a line."""
    below = plain(node.args[1]) if node.kind == "frac" else Node("none")
    one = any(plain(term).text == "1" for term in below.args if below.kind == "add")
    return one and any(n.text in ("e", "exp") for n in below.walk())


def _values(body: Node, variable: Node) -> Sequence[float] | None:
    """What an expression is at some numbers."""
    try:
        points = (Point(Reading(), Habits(), {}, pins={variable.text: at}) for at in POINTS)
        return [float(point.value(body).data.real.ravel()[0]) for point in points]
    except Exception:
        return None


def _softmax(head: Node, body: Node, one: Judged) -> str:
    """z_i over the sum of all z_j; e^j over the sum of all e^i."""
    called = any(n.text.lower() == "softmax" for n in head.walk())
    total = plain(body.args[1]) if body.kind == "frac" and len(body.args) == 2 else Node("none")
    above = plain(body.args[0]) if body.args else body
    term = plain(total.args[2]) if total.kind == "sum" else Node("none")
    letters = {n.text for n in total.args[0].walk() if n.kind == "name"} if total.kind == "sum" else set()
    if term.kind != "name" or above.kind != "name" or above.text != term.text:
        return ""
    if called and not (above.sups or term.sups) and above.subs and term.subs and term.subs[0].text in letters:
        return "a softmax divides exponentials by their sum"
    exponents = [plain(sup).text for name in (above, term) for sup in name.sups]
    indices = {n.text for n in head.walk() if n.kind == "name"}
    of_index = above.text == "e" and len(exponents) == 2 and exponents[1] in letters and exponents[0] in indices
    near = called or "softmax" in one.formula.near
    return "the exponents of a softmax are what goes in, not its indices" if of_index and near and head.subs else ""


def _minus(head: Node, body: Node, one: Judged) -> str:
    """A cross-entropy without its minus, where the text speaks of making a loss small, and of no likelihood."""
    near = one.formula.near
    spoken = {"logs", "classes"} & {*near} and "up" not in near and one.formula.aim == "down"
    lost = spoken and one.formula.display and _cost(head) and likelihood(body) and _weighted(body)
    lost = lost and not _taken_away(head, one)
    return "a cross-entropy that is made small is minus the sum of the logarithms" if lost else ""


def _weighted(body: Node) -> bool:
    """Whether each logarithm is of an output alone, and stands beside a target: y log p, (1 - y) log(1 - p)."""
    nodes = list(body.walk())
    logs = [n for n in nodes if n.kind == "apply" and n.args[0].text == "log"]
    products = [n for n in nodes if n.kind in ("mul", "times")]
    beside = [log for n in products for log in map(plain, n.args) if log in logs and any(map(_of_target, n.args))]
    inside = (n for log in logs for n in log.walk())
    made = any(n.kind in ("frac", "div", "pow", "sum") or n.text == "e" for n in inside)
    return len(beside) == len(logs) and not made


def _of_target(node: Node) -> bool:
    """Whether a factor is a target, or 1 less one; no logarithm."""
    logs = any(n.kind == "apply" for n in node.walk())
    return not logs and any(n.kind == "name" and ROLES.get(n.text) == "target" for n in node.walk())


def _taken_away(head: Node, one: Judged) -> bool:
    """Whether a minus stands before it in what another cost is: J = -L."""
    name = (head.args[0] if head.kind == "apply" else head).text
    costs = (chain for chain in one.note.chains if chain.signs and _cost(plain(chain.members[0])))
    negated = (n for chain in costs for m in chain.members[1:] for n in m.walk() if n.kind == "neg")
    return any(part.kind == "name" and part.text == name for node in negated for part in node.walk())


def _errors(head: Node, body: Node, one: Judged) -> str:
    """Absolute errors that are squared, and squares of errors without a square."""
    kinds = _kinds(head, one)
    if len(kinds) != 1 or not one.formula.display or not _cost(head) or not _difference(body):
        return ""
    squares = any(_squared(n) for n in body.walk())
    squared = [plain(n.args[0]) for n in body.walk() if n.kind == "pow"]
    roots = any(n.kind == "norm" and n not in squared for n in body.walk())
    roots = roots or any(n.kind == "transpose" or n.text in ("sqrt", "log", "max") for n in body.walk())
    if roots or not any(n.kind == "sum" for n in body.walk()):
        return ""
    if kinds == {"absolute"}:
        return "an absolute error is not squared" if squares else ""
    return "" if squares or any(n.kind == "pow" or n.sups for n in _outside(body)) else "a squared error is squared"


def _kinds(head: Node, one: Judged) -> set[str]:
    """The kinds of errors that the name says, or else the words before it."""
    name = (head.args[0] if head.kind == "apply" else head).text.upper()
    called = {kind for word, kind in NAMES.items() if word in name}
    return called or {*one.formula.near} & {"absolute", "squares"}


NAMES = {"MSE": "squares", "SSE": "squares", "RSS": "squares", "MAE": "absolute"}


def _squared(node: Node) -> bool:
    return node.kind == "pow" and plain(node.args[1]).text == "2"


def _difference(body: Node) -> bool:
    """Whether what differs from a target stands in it."""
    sums = (n for n in body.walk() if n.kind == "add" and any(term.kind == "neg" for term in n.args))
    return any(ROLES.get(n.text) == "target" for node in sums for n in node.walk() if n.kind == "name")


def _outside(node: Node) -> Iterator[Node]:
    """What is no name with marks."""
    if node.kind != "name":
        yield node
    for arg in node.args:
        yield from _outside(arg)


CHECKS: tuple[Check, ...] = (_logistic, _softmax, _minus, _errors)
