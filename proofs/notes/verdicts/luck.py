"""The extents at which a claim is tried: as large as its indices say, and others where 2/3 may be 2/m by luck."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from proofs.notes.definitions import readable
from proofs.notes.evaluation.world import Rules
from proofs.notes.reading.names import COUNTS, Habits, marks, shifted
from proofs.notes.reading.tree import Chain, Node, plain
from proofs.notes.verdicts.names import bodies, closure, names_of
from proofs.notes.verdicts.readings import EXAMPLES, Reading

LISTS = ("matrix", "vector", "row")
MOST = 12  # the largest index for which arrays are made as large


def roomy(chain: Chain, reading: Reading, habits: Habits) -> Reading:
    """The reading with extents that go up to the largest index of the claim."""
    names = [n for m in chain.members for n in m.walk() if n.kind == "name" and n.subs]
    places = [int(p.text) for n in readable(names, habits) for p in marks(n, habits).places if p.text.isdigit()]
    largest = max(places, default=0)
    if any(len(n.subs) > 1 and shifted(n.subs) for n in names):
        return replace(reading, axis=2)  # entries of images, over which many sums run
    return replace(reading, axis=largest) if reading.axis < largest <= MOST else reading


def elsewhere(chain: Chain, reading: Reading, habits: Habits, rules: Rules) -> Reading | None:
    """The reading with other extents, if a number of the claim may be one of them; None where none can."""
    if reading.network or reading.examples != EXAMPLES or not _may_be_an_extent(chain, habits, rules):
        return None
    if any(_says_extents(n) for body in bodies(chain, rules) for n in body.walk()):
        return None
    sizes = tuple((name, tuple(WIDER.get(n, n) for n in shape)) for name, shape in reading.sizes)
    return replace(reading, axis=reading.axis + 2, examples=7, sizes=sizes)


WIDER = {3: 8, 2: 9, 4: 11}  # no other extent that arrays are given


def _may_be_an_extent(chain: Chain, habits: Habits, rules: Rules) -> bool:
    """A whole number where the left side has none, beside sums; or a count that the right side lost."""
    left, right = chain.members[0], chain.members[-1]
    if any(n.kind == "num" for n in left.walk()):
        return False
    return bool(whole_numbers(right) or lost_counts(chain, habits, rules))


def whole_numbers(node: Node) -> set[str]:
    """Those that may be an extent."""
    return {n.text for n in node.walk() if n.kind == "num" and "." not in n.text} - {"0", "1", "2"}


def lost_counts(chain: Chain, habits: Habits, rules: Rules) -> set[str]:
    """The counts that are in what is differentiated, and not on the right side, but for how far its sums go."""
    left, right = chain.members[0], chain.members[-1]
    counts = closure(names_of(left, habits), rules, habits) & set(COUNTS)
    return counts - {n.text for n in _outside_bounds(right)}


def _outside_bounds(node: Node) -> Iterator[Node]:
    """All that is not said of how far a sum goes."""
    yield node
    for part in node.args[2:] if node.kind == "sum" else node.args:
        yield from _outside_bounds(part)


def _says_extents(node: Node) -> bool:
    """A list that is written out, an entry that has a number, and a sum that goes up to one."""
    sums = node.kind in ("sum", "prod") and plain(node.args[1]).kind == "num"
    return sums or node.kind in LISTS or (node.kind == "name" and any(sub.kind == "num" for sub in node.subs))
