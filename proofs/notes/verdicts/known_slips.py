"""Slips that are told by their form and by what else the note says: each row is a reason, or None."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from proofs.notes.context import Note
from proofs.notes.evaluation.world import Rule
from proofs.notes.reading.tree import Chain, Node, plain

Slip = Callable[[Note, Mapping[str, tuple[Rule, ...]], Chain], str | None]


def known_slip(note: Note, rules: Mapping[str, tuple[Rule, ...]], chain: Chain) -> str | None:
    """Why a formula is wrong, if it has one of these slips."""
    return next((why for row in ROWS for why in [row(note, rules, chain)] if why), None)


def _limit_of_another(note: Note, rules: Mapping[str, tuple[Rule, ...]], chain: Chain) -> str | None:
    """The derivative of f(u) by x as the limit that is the slope of f at u, where u depends on x."""
    left, right = (plain(chain.members[0]), plain(chain.members[-1])) if len(chain.members) == 2 else (Node(""),) * 2
    if left.kind != "derivative" or len(left.args) != 2 or right.kind != "limit":
        return None
    of, by = map(plain, left.args)
    step, _, quotient = right.args
    inner = plain(of.args[1]) if of.kind == "apply" and len(of.args) == 2 else Node("")
    if inner.kind != "name" or by.kind != "name" or inner.text == by.text or not _is_slope(quotient, of, step):
        return None
    bodies = [rule.body for rule in rules.get(inner.text, ())]
    through = bodies and all(any(n.text == by.text for n in body.walk()) for body in bodies)
    return f"the limit is the slope by {inner.text}, the left side is by {by.text}" if through else None


def _is_slope(quotient: Node, of: Node, step: Node) -> bool:
    """(f(u + h) - f(u)) / h."""
    quotient = plain(quotient)
    if quotient.kind != "frac" or plain(quotient.args[1]) != step:
        return False
    moved = of.with_args(of.args[0], Node("add", (plain(of.args[1]), step)))
    return plain(quotient.args[0]) == Node("add", (moved, Node("neg", (of,))))


def _whole_penalty(note: Note, rules: Mapping[str, tuple[Rule, ...]], chain: Chain) -> str | None:
    """D = Delta/m + lambda Theta, where all costs of the note have lambda/(2m): the slope has lambda/m."""
    head, body = (plain(chain.members[0]), plain(chain.members[1])) if len(chain.members) == 2 else (Node(""),) * 2
    if head.kind != "name" or head.text != "D" or body.kind != "add" or len(body.args) != 2:
        return None
    mean, penalty = map(plain, body.args)
    gathered = mean.kind == "mul" and plain(mean.args[-1]).text == "Delta" and _said(mean.args[0]) == ["1", "m"]
    whole = penalty.kind == "mul" and [plain(arg).text for arg in penalty.args] in (["lambda", "Theta"],)
    costs = {tuple(_said(n)) for c in note.chains for m in c.members for n in m.walk() if n.kind == "frac"}
    said = {cost for cost in costs if cost[:1] == ("lambda",)}
    if gathered and whole and said and said <= {("lambda", "2", "m"), ("lambda", "m")}:
        return "the costs of the note have lambda/(2m), whose slope has lambda/m"
    return None


def _said(node: Node) -> list[str]:
    """The numbers and names of a quotient, in order."""
    return [n.text for n in node.walk() if n.kind in ("num", "name")]


ROWS: tuple[Slip, ...] = (_limit_of_another, _whole_penalty)
