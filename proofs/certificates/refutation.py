"""Wrong gradients, refuted: at small extents and rational arguments an entry is another number, as Coq proves.

The program is written out at these extents, and the claim is that of one entry: as a function of that entry alone the
output has the claimed number as its slope. The place is found by a search that nothing trusts: Coq differentiates there
and computes.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import mpmath
import numpy as np
from sympy import Expr, Integer

from derive.derivation import Derivation
from derive.equation import Equation, Program
from derive.index import Entry
from proofs.certificates.certificate import Certificate, Script
from proofs.certificates.coqc import COMPUTING
from proofs.certificates.points import DIGITS, exact, holds, value
from proofs.certificates.scalar_claims import assumed
from proofs.certificates.statements import Slope
from proofs.certificates.terms import ROOMS, NoTerm, Term, term, variable, walk
from proofs.certificates.unrolled import Unrolled
from proofs.moderate import Array, Sizes, Told, arguments_at, fits, symbols

MOST_PARTS = 6000
MOST_EXTENTS, MOST_ENTRIES, DRAWS = 12, 3, 2
CLOSE = 1e-6
SEED = 8


@dataclass(frozen=True)
class Claimed:
    """`wrong` is said to be the adjoint of `tensor`; `derivation` has the right one and all that `wrong` reads."""

    derivation: Derivation
    tensor: str
    wrong: Equation

    @property
    def stated(self) -> Derivation:
        """The derivation with the wrong equation where the right one stood, which no kernel replays."""
        old = self.derivation.section(self.tensor)
        new = replace(old, equation=self.wrong, origin=None, names=None, steps=tuple(old.steps))
        return replace(self.derivation, sections=tuple(new if s is old else s for s in self.derivation.sections))

    @cached_property
    def program(self) -> Program:
        """Forward and derived equations, the wrong one among them."""
        return self.stated.plain


@dataclass(frozen=True)
class Place:
    """An entry of the gradient, and the arguments at which it is wrong by so much."""

    at: tuple[int, ...]
    sizes: Sizes
    arrays: Mapping[str, Array]
    apart: float


def refuted(claim: Claimed, name: str, label: str) -> Certificate | None:
    """That the claim is wrong; None where no small extents show it. NoTerm if none of the places can be stated."""
    reasons = []
    for place in places(claim):
        try:
            return disproof(claim, place, name, label)
        except NoTerm as why:
            reasons.append(why)
    if reasons:
        raise reasons[0]
    return None


def places(claim: Claimed) -> Iterator[Place]:
    """Where numbers say that the claim is wrong: smallest extents first, of each the entries that are most wrong."""
    forward, stream = claim.derivation.forward, np.random.default_rng(SEED)
    for sizes in itertools.islice(extents(forward), MOST_EXTENTS):
        for _ in range(DRAWS):
            arrays = arguments_at(forward, sizes, stream)
            found = Told(claim.derivation, arrays).differences(claim.wrong)
            yield from () if found is None else _worst(found, sizes, arrays)


def _worst(found: Array, sizes: Sizes, arrays: Mapping[str, Array]) -> Iterator[Place]:
    by = sorted(np.ndindex(found.shape), key=lambda at: -abs(found[at]))
    yield from (Place(at, sizes, arrays, float(found[at])) for at in by[:MOST_ENTRIES] if abs(found[at]) > CLOSE)


def extents(program: Program) -> Iterator[Sizes]:
    """Every extent 1; 2 for one of them; then up to 3 for any."""
    named = symbols(program)
    ones = dict.fromkeys(named, Integer(1))
    few = [ones, *({**ones, s: Integer(2)} for s in named), dict.fromkeys(named, Integer(2))]
    more = (dict(zip(named, map(Integer, at), strict=True)) for at in itertools.product((2, 3, 1), repeat=len(named)))
    return (sizes for sizes in itertools.chain(few, more) if fits(program, sizes))


def disproof(claim: Claimed, place: Place, name: str, label: str) -> Certificate:
    """That the claim about this entry, written out, is wrong at the arguments. NoTerm if it cannot be said."""
    made = _slope(claim, place)
    own = _definitions(claim, place, made.names)
    made = replace(made, domain=(*made.domain, *(Term("=", (Term(n), v)) for n, v in own.items())))
    point = {n: exact(v) for n, v in _point(claim, place).items() if n in made.names and n not in own} | own
    if not _inside(made, point):
        raise NoTerm("at the arguments something in it is not defined, or they lie at a boundary of cases")
    shown = f"{label}: the claimed derivative by {Entry(claim.tensor, *place.at)} is off by {place.apart:.3g}"
    return refuted_at(made, point, -1 if place.apart > 0 else 1, name, shown + _where(claim, place, made.names))


def _where(claim: Claimed, place: Place, names: Sequence[str]) -> str:
    """The extents, and the numbers of the entries that are read: for n = 1, x[0] = 3/256."""
    whole = _unrolled(claim, place)
    read = ((e, n) for e, n in _numbers(place) if str(variable(whole.name(e))) in names)
    said = ", ".join(f"{s} = {n}" for s, n in (*place.sizes.items(), *_stored(claim, place), *read))
    return f" for {said}" if said else ""


def _slope(claim: Claimed, place: Place) -> Slope:
    """The claim about the entry, a function of the entries of its tensor, which are free even if they are defined."""
    whole = _unrolled(claim, place, claim.tensor)
    output, entry = claim.derivation.forward[claim.derivation.of[0]].lhs, Entry(claim.tensor, *place.at)
    value, slope = (_term(whole.of(side)) for side in (output, Entry(claim.wrong.name, *place.at)))
    return Slope(value, slope, str(variable(whole.name(entry))), tuple(assumed(claim.derivation, whole)))


NUMBERLESS = ROOMS["Erfinv"] | ROOMS["Gamma"]


def _term(expr: Expr) -> Term:
    made = term(expr)
    if unknown := NUMBERLESS & {t.head for t in walk(made)}:
        raise NoTerm(f"Coq computes no numbers of {', '.join(sorted(unknown))}")
    size = sum(1 for _ in walk(made))
    if size > MOST_PARTS:
        raise NoTerm(f"written out it has {size} parts, more than {MOST_PARTS}")
    return made


def _unrolled(claim: Claimed, place: Place, free: str = "") -> Unrolled:
    sizes = {s: int(n) for s, n in place.sizes.items()}
    return Unrolled(claim.program, sizes, free, dict(_stored(claim, place)))


def _stored(claim: Claimed, place: Place) -> Iterator[tuple[Entry, Expr]]:
    """Entries of stored indices, as the numbers that they are."""
    for name, array in place.arrays.items():
        if claim.program.tensors[name].integer:
            yield from ((Entry(name, *at), Integer(int(array[at]))) for at in np.ndindex(array.shape))


def _definitions(claim: Claimed, place: Place, names: Sequence[str]) -> dict[str, Term]:
    """What the entries of the tensor stand for where it is defined: the claim is about these values of it."""
    whole = _unrolled(claim, place)
    if claim.tensor not in claim.program.defined:
        return {}
    entries = {str(variable(whole.name(e))): e for e in whole.entries(claim.tensor)}
    return {n: _term(whole.of(e)) for n, e in entries.items() if n in names}


def _point(claim: Claimed, place: Place) -> dict[str, Fraction]:
    """The number that each entry of an input is."""
    whole = _unrolled(claim, place)
    return {str(variable(whole.name(entry))): number for entry, number in _numbers(place)}


def _numbers(place: Place) -> Iterator[tuple[Entry, Fraction]]:
    for name, array in place.arrays.items():
        yield from ((Entry(name, *at), Fraction(float(array[at]))) for at in np.ndindex(array.shape))


def refuted_at(slope: Slope, point: Mapping[str, Term], sign: int, name: str, claim: str) -> Certificate:
    """That the claim is wrong at these values of the variables: the derivative is above it (1) or below (-1)."""
    statement, proof = slope.refuted(point), _script(point, sign)
    return Certificate(name, statement, proof, rooms=("Scalar", "Special", "Refute"), claim=claim, axioms=COMPUTING)


def _script(point: Mapping[str, Term], sign: int) -> Script:
    """What is assumed holds at the point, and the derivative is on this side of the claim."""
    side = "above_ne" if sign > 0 else "below_ne"
    wrong = f"eapply refute; [derive | cbn beta; apply {side}; by_numbers]"
    names = " ".join(f"{n} E{k}_" for k, n in enumerate(point))
    cases = f"all: lazymatch goal with |- ~ is_derive _ _ _ => {wrong} | |- _ => holds_by_numbers end"
    return (f"intros {names}; subst", "conjuncts", cases)


def _inside(slope: Slope, point: Mapping[str, Term]) -> bool:
    """Whether all that is assumed holds at the point, and all is defined there."""
    numbers: dict[str, Any] = {}
    with mpmath.workdps(DIGITS):
        for name, of in point.items():
            numbers[name] = value(of, numbers)
    return all(holds(h, numbers) for h in (*slope.assumed, *slope.needs))


__all__ = ["Claimed", "Place", "disproof", "extents", "places", "refuted"]
