"""Steps from one date to the next, w_{t+1} = w_t - eta (w_t x - y) x, without their dates."""

from __future__ import annotations

from dataclasses import replace

from proofs.notes.reading.names import Habits
from proofs.notes.reading.tree import Chain, Node, plain
from proofs.notes.verdicts.updates import previous

Marks = tuple[Node, ...]


def undated(chain: Chain, habits: Habits) -> Chain:
    """The chain with one name for what moves, before and after; as it is if it is no step from a date to the next."""
    head, *bodies = map(plain, chain.members)
    before = previous(head, bodies[0], habits) if bodies and head.kind == "name" else None
    if before is None or (before.subs, before.sups) == (head.subs, head.sups):
        return chain
    dates = tuple(mark for mark in (*before.subs, *before.sups) if mark not in (*head.subs, *head.sups))
    after = tuple(mark for mark in (*head.subs, *head.sups) if mark not in (*before.subs, *before.sups))
    members = (_without(head, after), *(_all_without(body, dates) for body in bodies))
    return replace(chain, members=members)


def _without(name: Node, dates: Marks) -> Node:
    subs, sups = (tuple(mark for mark in marks if mark not in dates) for marks in (name.subs, name.sups))
    return replace(name, subs=subs, sups=sups)


def _all_without(node: Node, dates: Marks) -> Node:
    return _without(node, dates) if node.kind == "name" else node.over(lambda part: _all_without(part, dates))
