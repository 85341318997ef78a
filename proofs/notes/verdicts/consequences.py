r"""What follows from a slope that is set to 0, \partial L/\partial w = w - a = 0 \Rightarrow w = a, in one formula."""

from __future__ import annotations

import re
from dataclasses import replace

from proofs.notes.reading.tree import SLOPES, Chain, Node, number, plain
from proofs.notes.verdicts.claim import Claim
from proofs.notes.verdicts.decision import ALL_FIXED
from proofs.notes.verdicts.judged import Judged
from proofs.notes.verdicts.settling import wrong_of_arrays

FOLLOWS = re.compile(
    r"\\(?:Rightarrow|Longrightarrow|implies|therefore|iff|Leftrightarrow|Longleftrightarrow)(?![A-Za-z])|=>|[⇒⟹∴⇔]"
)
MULTIPLES = ("1", "2", "0.5")
ZERO = "it is where the slope is 0"
TURNED = "the slope is 0 where it has the other sign"
OTHER = "what follows from it, which the slope being 0 does not say"


def consequence(one: Judged, chain: Chain) -> Claim | None:
    """The verdict on an equation that stands behind one that sets a slope to 0; none where that cannot be told."""
    if len(chain.members) == 2 and _set_to_zero(chain):
        after = one.chains[one.place(chain) + 1 :][:1]
        found = _following(one, chain, after[0]) if after else None
        return replace(found, chain=chain) if found and found.verdict == "true under" else None
    before = one.chains[one.place(chain) - 1] if one.place(chain) else None
    return _following(one, before, chain) if before else None


def _following(one: Judged, before: Chain, chain: Chain) -> Claim | None:
    """The verdict on the second of two chains, if the first sets a slope to 0 and an arrow leads from it."""
    equation = len(chain.members) == 2 and chain.signs[0] == "=" and not _sloped(chain)
    if not equation or not _set_to_zero(before) or not FOLLOWS.search(one.formula.latex):
        return None
    if any(
        _kind(one.tried(other), one, before) == "holds" for other in (*_solved(before, chain), *_moved(before, chain))
    ):
        return Claim(chain, "true under", ZERO)
    turned = replace(chain, members=(chain.members[0], Node("neg", (chain.members[1],))))
    opposite = any(_kind(one.tried(other), one, before) == "holds" for other in _solved(before, turned))
    return Claim(chain, "refuted", TURNED, slip="sign") if opposite else Claim(chain, "not understood", OTHER)


def _set_to_zero(chain: Chain) -> bool:
    slope = plain(chain.members[0])
    return slope.kind in SLOPES and len(slope.args) == 2 and chain.members[-1] == number(0)


def _sloped(chain: Chain) -> bool:
    return any(n.kind in SLOPES or n.primes for member in chain.members for n in member.walk())


def _kind(claim: Claim, one: Judged, before: Chain) -> str:
    """What is found of an equation; it holds for symmetric matrices only where the slope does."""
    done = claim.trial
    if done is None or (done.held and ALL_FIXED in done.held[1].assumed):  # what is so of a slope is of no sum with it
        return ""
    if done.held or done.fitting:
        return (
            "fails"
            if wrong_of_arrays(done) or (_symmetric(claim) and not _symmetric(one.tried(_without_zero(before))))
            else "holds"
        )
    return done.first[1].kind if done.free else ""


def _symmetric(claim: Claim) -> bool:
    return bool(claim.trial and claim.trial.held and claim.trial.held[0].symmetric)


def _without_zero(chain: Chain) -> Chain:
    return Chain(chain.members[:-1], chain.signs[:-1])


def _solved(before: Chain, chain: Chain) -> list[Chain]:
    """That the slope, as it is written out, adds nothing to the solution with this in the place of the name."""
    by, (head, body) = plain(plain(before.members[0]).args[1]), map(plain, chain.members)
    if not _is_best(head, by):
        return []
    there = Node("group", (body,), "(")
    written = len(before.members) > 2
    slope = _put(before.members[-2], by, there) if written else _at(before.members[0], by, there)
    return [Chain((Node("add", (slope, there)), body), ("=",))]


def _at(slope: Node, by: Node, there: Node) -> Node:
    """The slope where the name has this value."""
    return Node("at", (slope, Node("compare", (by, there), "=")))


def _is_best(head: Node, by: Node) -> bool:
    """Whether this is the name, or that name with a mark for the best of all: a hat, a star, ML."""
    bare = head.text.removeprefix("hat ").rstrip("*") == by.text and not (by.subs or by.sups)
    marked = head.kind == by.kind == "name" and bare
    return head == by or (marked and all(mark.kind != "num" for mark in (*head.subs, *head.sups)))


def _put(node: Node, by: Node, body: Node) -> Node:
    return body if plain(node) == by else node.over(lambda part: _put(part, by, body))


def _moved(before: Chain, chain: Chain) -> list[Chain]:
    """That the slope is a multiple of the one side less the other."""
    left, right = chain.members
    apart = Node("group", (Node("add", (left, Node("neg", (Node("group", (right,), "("),)))),), "(")
    several = [Node("mul", (Node("num", text=size), apart)) for size in MULTIPLES]
    return [Chain((before.members[0], side), ("=",)) for n in several for side in (n, Node("neg", (n,)))]
