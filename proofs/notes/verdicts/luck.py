"""Numbers of a claim that are the extents at which it is tried: 2/3 for 2/m where m happens to be 3."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from proofs.notes.context import COUNTS
from proofs.notes.evaluation.world import Rules
from proofs.notes.reading.names import Habits
from proofs.notes.reading.tree import Chain, Node, plain
from proofs.notes.verdicts.names import closure, names_of
from proofs.notes.verdicts.readings import Reading

LISTS = ("matrix", "vector", "row")


def elsewhere(chain: Chain, reading: Reading, habits: Habits, rules: Rules) -> Reading | None:
    """The reading with other extents, if a number of the claim may be one of them; None where none can."""
    if reading.network or reading.wider or not _may_be_an_extent(chain, habits, rules):
        return None
    bodies = [*chain.members, *(rule.body for several in rules.values() for rule in several)]
    if any(_says_extents(n) for body in bodies for n in body.walk()):
        return None
    sizes = tuple((name, tuple(WIDER.get(n, n) for n in shape)) for name, shape in reading.sizes)
    return replace(reading, wider=True, sizes=sizes)


WIDER = {3: 8, 2: 9, 4: 11}  # no other extent that arrays are given


def _may_be_an_extent(chain: Chain, habits: Habits, rules: Rules) -> bool:
    """A whole number where the left side has none, beside sums; or a count that the right side lost."""
    left, right = chain.members[0], chain.members[-1]
    if any(n.kind == "num" for n in left.walk()):
        return False
    whole = {n.text for n in right.walk() if n.kind == "num" and "." not in n.text} - {"0", "1", "2"}
    counts = closure(names_of(left, habits), rules, habits) & set(COUNTS)
    return bool(whole or counts - {n.text for n in _outside_bounds(right)})


def _outside_bounds(node: Node) -> Iterator[Node]:
    """All that is not said of how far a sum goes."""
    yield node
    for part in node.args[2:] if node.kind == "sum" else node.args:
        yield from _outside_bounds(part)


def _says_extents(node: Node) -> bool:
    """A list that is written out, and a sum that goes up to a number."""
    return node.kind in LISTS or (node.kind in ("sum", "prod") and plain(node.args[1]).kind == "num")
