"""Chain rules into which the slopes are put that the note has given one by one: dJ/dz = a - y, dz/dw = x before
dJ/dw = (dJ/dz)(dz/dw) = (y - a) x.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import reduce

from proofs.notes.reading.tree import SLOPES, Chain, Node, factors_of, plain
from proofs.notes.verdicts.claim import Claim
from proofs.notes.verdicts.decision import NEAR
from proofs.notes.verdicts.judged import Judged
from proofs.notes.verdicts.readings import ROLES, Reading
from proofs.notes.verdicts.steps import changed
from proofs.notes.verdicts.trial import tried

GIVEN, OTHER = "the slopes are those that the note gives", "it is not the product of the slopes that the note gives"
ARRAYS = ("transpose", "hadamard", "matrix", "vector", "nabla")


def of_stated(one: Judged, claim: Claim) -> Claim | None:
    """The verdict on a claim whose last step puts in slopes that stand before it, and hold as far as is known."""
    chain = claim.chain
    if chain.condition is not None or chain.pins or set(chain.signs) != {"="} or len(chain.members) < 3:
        return None
    *first, product, last = chain.members
    if len(first) > 1 or not _meets(first[0], product) or _sloped(last) or _known(one, first[0], last):
        return None
    slopes = list(map(plain, factors_of(product)))
    values = [next(_stated(one, slope), None) for slope in slopes]
    bodies = [value for value in values if value is not None]
    if len(bodies) < len(values):
        return None
    groups = [Node("group", (body,), "(") for body in bodies]
    whole = reduce(lambda left, right: Node("mul", (left, right)), groups)
    found = _verdict(one, claim, Chain((whole, last), ("=",)))
    certain = all(one.holds(chain) for slope in slopes for chain in _said(one, slope))
    return found if found is None or found.verdict == "refuted" or certain else None


def _verdict(one: Judged, claim: Claim, step: Chain) -> Claim | None:
    found = changed(one.note, (one.at, one.place(claim.chain)), step)
    if found is not None:
        return Claim(claim.chain, "refuted", OTHER, numbers=dict(found.numbers), slip="algebra")
    numbers = not any(n.kind in ARRAYS or n.text[:1].isupper() for m in step.members for n in m.walk())
    same = tried(step, Reading(), one.note.of(step), {}).holds
    return Claim(claim.chain, "true under", GIVEN, (GIVEN,)) if numbers and same else None


def _meets(left: Node, product: Node) -> bool:
    """Whether the slopes of a product lead from what the left side differentiates to what it is by."""
    links = [plain(left), *map(plain, factors_of(product))]
    if len(links) < 3 or any(n.kind != "derivative" or len(n.args) != 2 or n.primes for n in links):
        return False
    (top, by), *pairs = [tuple(map(plain, n.args)) for n in links]
    inner = all(a[1] == b[0] for a, b in itertools.pairwise(pairs))
    return inner and (pairs[0][0], pairs[-1][1]) == (top, by)


def _known(one: Judged, left: Node, last: Node) -> bool:
    """Whether the note defines what is differentiated, or the claim holds for a usual cost, which may be another."""
    cost = plain(plain(left).args[0]).text
    return any(d.rule.base == cost for d in one.note.defined) or one.holds(Chain((left, last), ("=",)))


def _sloped(node: Node) -> bool:
    return any(n.kind in SLOPES or n.primes for n in node.walk())


def _said(one: Judged, slope: Node) -> list[Chain]:
    """The chains shortly before it that give a slope: further off there may be another cost."""
    near = one.note.formulas[max(one.at - NEAR, 0) : one.at]
    before = (chain for chains in near for chain in chains or ())
    return [chain for chain in before if plain(chain.members[0]) == slope and set(chain.signs) == {"="}]


def _stated(one: Judged, slope: Node) -> Iterator[Node]:
    """What the formulas before give for a slope, if it is one thing, and holds."""
    said = _said(one, slope)
    bodies = list(dict.fromkeys(plain(chain.members[-1]) for chain in said if not _sloped(chain.members[-1])))
    if len(bodies) == 1 and all(one.holds(chain) or _input(chain) for chain in said):
        yield bodies[0]


def _input(chain: Chain) -> bool:
    """Whether it gives the slope of what is no cost as a name: that of a sum by its weights is an input."""
    of = plain(plain(chain.members[0]).args[0])
    return len(chain.members) == 2 and plain(chain.members[1]).kind == "name" and ROLES.get(of.text) != "cost"
