"""Names that are differentiated and that nothing defines: functions of what the fractions say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from proofs.notes.evaluation.point import CALLED
from proofs.notes.evaluation.world import Rule, Rules
from proofs.notes.reading.names import Habits, marks
from proofs.notes.reading.tree import SLOPES, Chain, Node, NotUnderstood, plain
from proofs.notes.verdicts.readings import Reading


def unknown_tops(chain: Chain, reading: Reading, habits: Habits, rules: Rules) -> dict[str, tuple[Rule, ...]]:
    """For each name that is differentiated and not defined: the names that it depends on, as the fractions say."""
    edges: dict[str, set[str]] = {}
    for node in (n for m in chain.members for n in m.walk() if n.kind in SLOPES):
        for above, below in _edges(node, reading, habits):
            if above not in rules and above != below:
                edges.setdefault(above, set()).add(below)
    for node in (n for m in chain.members for n in m.walk() if n.kind in ("nabla", "change")):
        top = plain(node.args[0])
        part = reading.network and top.text in habits.roles
        known = part or top.text in rules or top.text in edges or len(node.args) > 1
        if top.kind == "name" and not known and habits.depends.get(top.text):
            edges[top.text] = set(habits.depends[top.text])
    through = {base: _mentioned(several, habits) for base, several in rules.items() if base not in edges}
    direct = {top: _direct(top, {**through, **edges}) for top in edges}
    return {
        top: (Rule(top, Node("gap"), tuple("ijk"[: habits.axes.get(top, 0)]), uses=tuple(sorted(uses))),)
        for top, uses in direct.items()
        if uses
    }


def _mentioned(rules: tuple[Rule, ...], habits: Habits) -> set[str]:
    """The names by which the nearest definition gives a quantity."""
    names = (n for n in rules[0].body.walk() if n.kind == "name")
    return {_key(name, habits) for name in names} - {rules[0].base}


def _edges(node: Node, reading: Reading, habits: Habits) -> Iterator[tuple[str, str]]:
    top = plain(node.args[0])
    called = top.kind == "apply"
    top = top.args[0] if called else top
    if called and (top.text in habits.functions or top.text in CALLED):
        return
    for bottom in node.args[1:]:
        bottom = plain(bottom)
        if (
            top.text != "e"
            and top.kind == bottom.kind == "name"
            and not _layered(top, habits)
            and not _layered(bottom, habits)
        ):
            pair = _key(top, habits), _key(bottom, habits)
            if not (reading.network and pair[0] in habits.roles):
                if reading.network and pair[1] in habits.roles:
                    raise NotUnderstood(f"{pair[0]}, which is no part of a network")
                yield pair


def _layered(name: Node, habits: Habits) -> bool:
    return marks(name, habits).layer is not None


def _key(name: Node, habits: Habits) -> str:
    found = marks(name, habits)
    return found.base + found.label


def _direct(top: str, edges: Mapping[str, set[str]]) -> set[str]:
    """What a name depends on directly: not through another."""
    below = edges[top]
    through = {far for near in below for far in _reached(near, edges, top)}
    return below - through


def _reached(name: str, edges: Mapping[str, set[str]], start: str) -> set[str]:
    found: set[str] = set()
    open_names = list(edges.get(name, ()))
    while open_names:
        near = open_names.pop()
        if near == start:
            raise NotUnderstood(f"{start}, which depends on itself")
        if near not in found:
            found.add(near)
            open_names += edges.get(near, ())
    return found
