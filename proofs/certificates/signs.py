"""What a statement should assume, beside its domain, for everything in it to be defined. Nothing here is trusted.

What is assumed is read in the statement; what is not is claimed, and Coq refuses the claim where it does not hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from itertools import islice

from proofs.certificates.points import holds, inside
from proofs.certificates.statements import Slope
from proofs.certificates.terms import ZERO, Term, less, walk

MOST_POINTS = 200
FEW = 2  # so many variables that points say something of the whole domain
RANGED = frozenset({"->", "erf", "erfc", "erfinv", "gammaln", "polygamma"})  # of whose range Coq is told nothing
POSITIVE = frozenset({"exp", "cosh", "PI", "Rpower"})
PARTWISE = frozenset({"*", "div", "inv", "sqrt"})


def uncertain(slope: Slope) -> Iterator[Term]:
    """Of what must hold for everything to be defined, that which does not follow from signs, and may fail."""
    known = set(slope.assumed)
    for need in slope.needs:
        if not obvious(need, known) and not (_plain(need, slope) and holds_everywhere(need, slope)):
            known.add(need)
            yield need


def _plain(need: Term, slope: Slope) -> bool:
    """Whether points can tell: few variables, something assumed, no case, and nothing about the range of erf."""
    odd = any(t.head in RANGED for t in walk(need))
    return len(slope.names) <= FEW and bool(slope.assumed) and not odd


def holds_everywhere(need: Term, slope: Slope) -> bool:
    """At many points of the domain."""
    return all(holds(need, point) for point in islice(inside(slope), MOST_POINTS))


def obvious(need: Term, known: Set[Term]) -> bool:
    """Whether it follows from signs alone."""
    if need in known:
        return True
    if need.head == "->":
        return obvious(need.parts[1], known)
    if need.head == "<" and need.parts[0] == ZERO:
        return positive(need.parts[1], known)
    return need.head == "<>" and need.parts[1] == ZERO and nonzero(need.parts[0], known)


def nonzero(of: Term, known: Set[Term]) -> bool:
    """Positive, or made of what is not 0 by products and powers."""
    if positive(of, known) or Term("<>", (of, ZERO)) in known:
        return True
    if of.head in PARTWISE - {"sqrt"}:
        return all(nonzero(part, known) for part in of.parts)
    return of.head in ("^", "opp") and nonzero(of.parts[0], known)


def positive(of: Term, known: Set[Term]) -> bool:
    """A sum of squares and something positive, a product of positives, an exponential."""
    if of.head in POSITIVE or less(ZERO, of) in known or (of.head.isdigit() and of != ZERO):
        return True
    if of.head in PARTWISE:
        return all(positive(part, known) for part in of.parts)
    if of.head == "^":
        return positive(of.parts[0], known)
    a, b = of.parts if of.head == "+" else (of, of)
    return a != b and any(positive(p, known) and nonnegative(q, known) for p, q in ((a, b), (b, a)))


def nonnegative(of: Term, known: Set[Term]) -> bool:
    """Positive, or an even power, or a sum of such."""
    even = of.head == "^" and of.parts[1].head.isdigit() and int(of.parts[1].head) % 2 == 0
    summed = of.head == "+" and all(nonnegative(part, known) for part in of.parts)
    return even or summed or of.head == "sqrt" or of == ZERO or positive(of, known)


__all__ = ["nonzero", "obvious", "positive", "uncertain"]
