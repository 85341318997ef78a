"""Members of a chain that write out what they differentiate: each says what the next one is, whatever stands before.

In dL/dw = d/dw (y - wx)^2 = 2(y - wx) nothing says what L is; the second step is of w, x and y alone.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

from proofs.notes.evaluation.world import Rules
from proofs.notes.reading.names import COUNTS, marks
from proofs.notes.reading.tree import SLOPES, Chain, Node, plain
from proofs.notes.verdicts.claim import Claim
from proofs.notes.verdicts.names import BUILT
from proofs.notes.verdicts.trials import Trial

GIVEN = frozenset(("input", "target", "weight", "bias"))  # roles of what depends on nothing else


def links(claim: Claim) -> Iterator[Chain]:
    """The members side by side of which the first has a slope that is written out, and no name may be a function."""
    done, chain = claim.trial, claim.chain
    if done is None or claim.step or chain.pins or chain.condition is not None or len(chain.members) < 3:
        return
    for sign, (left, right) in zip(chain.signs[1:], itertools.pairwise(chain.members[1:]), strict=True):
        slopes = [n for n in left.walk() if n.kind in SLOPES]
        if sign == "=" and slopes and all(_written_out(n, done) for n in slopes) and _of_these(left, right):
            yield replace(chain, members=(left, right), signs=("=",))


def _written_out(slope: Node, done: Trial) -> bool:
    """Whether it is of an expression with what it is by, all else in it being given."""
    of, *below = map(plain, slope.args)
    by = below[0] if len(below) == 1 else Node("none")
    names = [n for n in of.walk() if n.kind == "name"]
    rests = any(n == by for n in names) and of.kind not in ("name", "apply")
    return by.kind == "name" and rests and all(n == by or _given(n, done) for n in names)


def _given(name: Node, done: Trial) -> bool:
    known: Rules = done.rules
    found = marks(name, done.habits)
    fixed = done.habits.roles.get(name.text) in GIVEN or name.text in {*COUNTS, *BUILT, "e", "lambda"}
    return fixed and not {found.base, found.base + found.label} & known.keys()


def _of_these(left: Node, right: Node) -> bool:
    """Whether the second has no other names than the first."""
    mine, its = ({n.text for n in node.walk() if n.kind == "name"} for node in (left, right))
    return its <= mine
