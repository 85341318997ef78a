"""Wrong claims: the derived gradient with one fault, which no certificate may be made of.

Each fault is one of the catalogue: a factor, a sign, a term or a factor left out, an index shifted, transposed or taken
twice, a sum for a mean.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from fractions import Fraction

from derive.steps import Proof
from proofs.certificates.indexed import terms as t
from proofs.certificates.indexed.reading import Definition
from proofs.certificates.indexed.statements import Said
from proofs.certificates.indexed.terms import Number, Term

Fault = Callable[[Term], Term | None]


def _factor(term: Term) -> Term | None:
    return t.Times(Number(Fraction(2)), term)


def _sign(term: Term) -> Term | None:
    return t.Negative(term)


def _term_left_out(term: Term) -> Term | None:
    return term.left if isinstance(term, t.Plus | t.Minus) else None


def _factor_left_out(term: Term) -> Term | None:
    return term.right if isinstance(term, t.Times) else None


def _not_divided(term: Term) -> Term | None:
    return term.body if isinstance(term, t.Inverse) else None


def _mean_for_sum(term: Term) -> Term | None:
    return t.Times(t.Inverse(t.Position(term.extent)), term) if isinstance(term, t.Sum) else None


def _transposed(term: Term) -> Term | None:
    return t.Read(term.tensor, term.at[::-1]) if isinstance(term, t.Read) and len(term.at) > 1 else None


def _twice(term: Term) -> Term | None:
    return t.Read(term.tensor, (term.at[0],) * len(term.at)) if isinstance(term, t.Read) and len(term.at) > 1 else None


def _shifted(term: Term) -> Term | None:
    if not isinstance(term, t.Outside):
        return None
    index = t.Arithmetic("+", term.index, t.Whole(1))
    return t.Outside(term.letter, term.extent, index, term.body)


def _power(term: Term) -> Term | None:
    return term.body if isinstance(term, t.Power) else None


FAULTS: dict[str, Fault] = {
    "factor": _factor,
    "sign": _sign,
    "term left out": _term_left_out,
    "factor left out": _factor_left_out,
    "not divided": _not_divided,
    "mean for a sum": _mean_for_sum,
    "transposed": _transposed,
    "one index twice": _twice,
    "shifted index": _shifted,
    "power left out": _power,
}


def places(term: Term) -> Iterator[tuple[Term, Callable[[Term], Term]]]:
    """Every part of a term, and how the term is made again with another in its place."""
    yield term, lambda new: new
    for name, child in vars(term).items():
        if isinstance(child, t.TERMS):
            for part, again in places(child):
                yield part, _within(term, name, again)


def _within(term: Term, name: str, again: Callable[[Term], Term]) -> Callable[[Term], Term]:
    return lambda new: type(term)(**{**vars(term), name: again(new)})


def wrong(proof: Proof, wrt: str, rng: random.Random, most: int) -> Iterator[tuple[str, Said]]:
    """At most so many claims about the gradient by `wrt`, each with one fault at a place that was drawn."""
    own = Said(proof).definitions[Said(proof).bar(wrt)]
    made = [
        (name, again(faulty))
        for part, again in places(own.body)
        for name, fault in FAULTS.items()
        if (faulty := fault(part)) is not None and faulty != part
    ]
    for name, body in rng.sample(made, min(most, len(made))):
        said = Said(proof)
        changed = {**said.definitions, own.name: Definition(own.name, own.letters, body)}
        object.__setattr__(said, "definitions", changed)
        yield name, said


__all__ = ["FAULTS", "places", "wrong"]
