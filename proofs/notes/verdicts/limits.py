"""Derivatives as limits of quotients, of the wrong variable."""

from __future__ import annotations

from proofs.notes.evaluation.world import Rules
from proofs.notes.reading.tree import Chain, Node, plain


def limit_of_another(rules: Rules, chain: Chain) -> str | None:
    """Why a chain is wrong that gives the derivative of f(u) by x as the slope of f at u, where u depends on x."""
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
