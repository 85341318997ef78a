"""Generated proofs that a scalar's slope is what is claimed. Nothing here is trusted: Coq checks it.

The derivative comes from one lemma a node, by the prelude's tactic `derive`. That it is the claimed one is algebra with
the transcendental parts as unknowns: exponentials are written as powers of few, and relations such as sqrt(u)^2 = u are
multiplied by cofactors, which are found here by division.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import Any

import mpmath
import sympy
from sympy import Expr

from proofs.certificates.certificate import Script
from proofs.certificates.points import Point, exact, holds, inside, value
from proofs.certificates.powers import Split, split_exponentials
from proofs.certificates.statements import Slope
from proofs.certificates.terms import CASES, CONDITIONS, ONE, Term, variables, walk
from proofs.certificates.unknowns import EXPONENTIALS, Unknowns, chain, squared, unfolded

Decisions = Mapping[tuple[str, Term, Term], bool]
MOST_CASES, MOST_POINTS = 16, 60


def script(slope: Slope) -> Script:
    """Tactics that prove the statement of the slope, if it is true and within reach."""
    names = " ".join([*slope.names, *_hypotheses(slope)])
    settled = [f"settle {name}" for name in _hypotheses(slope)[len(slope.domain) :]]
    return (
        "; ".join([f"intros {names}", *_constant_cases(slope), *settled]),
        "all: try (exfalso; lra)",
        *(["all: pose proof PI_RGT_0"] if "PI" in slope.statement() else []),
        *PARTS,
        f"all: plain; {_last(slope)}",
    )


PARTS = (
    "all: conjuncts",
    "all: lazymatch goal with |- is_derive _ _ _ => eapply D_eq; [derive | cbn beta] | |- _ => needed end",
)


def _last(slope: Slope) -> str:
    """What closes D = g, whichever way the conditions are decided."""
    closing = list(dict.fromkeys(_closing(slope, decisions) for decisions in _decisions(slope))) or ["field; side"]
    return closing[0] if len(closing) == 1 else f"first [{' | '.join(f'solve [{c}]' for c in closing)}]"


def witness(slope: Slope) -> Script:
    """Tactics that prove that the domain of the claim holds at some rational point."""
    found = next(inside(slope), None)
    if found is None:
        return ("fail",)
    given = ", ".join(_given(found[name], name in slope.orders) for name in slope.names)
    floors = sorted({int(mpmath.floor(n)) for n in _floors(slope, found)})
    near = "".join(f"; try rewrite (floor_near ({n})) by lra" for n in floors)
    steps = f"conjuncts; unfold ceil_real{near}; at_point; needed" if near else "conjuncts; needed"
    return (f"exists {given}", steps)


def _given(number: Fraction, natural: bool) -> str:
    """The number in Coq."""
    written = str(exact(number))
    return f"{written}%nat" if natural else written


def _floors(slope: Slope, point: Point) -> Iterator[Any]:
    """The arguments of floor in what is assumed, at the point."""
    for of in (t for assumed in slope.assumed for t in walk(assumed)):
        if of.head in ("floor_real", "ceil_real"):
            argument = value(of.parts[0], point)
            yield argument if of.head == "floor_real" else -argument


def _hypotheses(slope: Slope) -> list[str]:
    return [f"H{k}_" for k in range(len(slope.assumed))]


def _constant_cases(slope: Slope) -> Iterator[str]:
    """Conditions that the variable does not move, of cases that it does, hold or do not, all along."""
    moved = (t for t in walk(slope.value) if t.head in CASES and slope.by in variables(t))
    for head, left, right in dict.fromkeys((t.head, t.parts[0], t.parts[1]) for t in moved):
        if slope.by not in variables(left) | variables(right):
            yield f"destruct ({DECISIONS[head]} {left} {right})"


DECISIONS = {"if <": "Rlt_dec", "if <=": "Rle_dec", "if =": "Req_EM_T"}


def _conditions(slope: Slope) -> list[tuple[str, Term, Term]]:
    both = (*walk(slope.value), *walk(slope.slope))
    return list(dict.fromkeys((t.head, t.parts[0], t.parts[1]) for t in both if t.head in CASES))


def _decisions(slope: Slope) -> list[Decisions]:
    """The ways in which the conditions are decided at some points of the domain; nothing rests on these being all."""
    conditions = _conditions(slope)
    if not conditions:
        return [{}]
    stated = [Term(CONDITIONS[head], (left, right)) for head, left, right in conditions]
    some = islice(inside(slope), MOST_POINTS)
    answers = dict.fromkeys(tuple(holds(h, point) for h in stated) for point in some)
    return [dict(zip(conditions, a, strict=True)) for a in islice(answers, MOST_CASES)]


def decided(of: Term, decisions: Decisions) -> Term:
    """The term with every case distinction resolved."""
    if of.head in CASES:
        chosen = decisions[of.head, of.parts[0], of.parts[1]]
        return decided(of.parts[2 if chosen else 3], decisions)
    return Term(of.head, tuple(decided(part, decisions) for part in of.parts))


# ---------------------------------------------------------------- the last step


def _closing(slope: Slope, decisions: Decisions) -> str:
    """What proves that the derivative is the claim, once the conditions are decided so."""
    value, claim = (unfolded(decided(side, decisions)) for side in (slope.value, slope.slope))
    unknowns = Unknowns(slope.by)
    try:
        splits = split_exponentials(_with_slopes(value, claim), unknowns)
        rewriting = [r for split in splits for r in _rewriting(split, unknowns)]
        difference = sympy.together(unknowns.slope(unknowns.value(value)) - unknowns.value(claim))
        relations = [*_relations(unknowns), *_assumptions(slope, unknowns)]
        return "; ".join([*rewriting, _ended(_cofactors(difference, relations), unknowns)])
    except (KeyError, sympy.PolynomialError):
        return "field; side"


def _rewriting(split: Split, unknowns: Unknowns) -> Iterator[str]:
    """Each exponential in the goal is written as its powers; exp(ln u) is u."""
    why = _ended(_cofactors(split.rest(unknowns), _relations(unknowns)), unknowns)
    yield f"try (assert (E_ : {split.whole} = {split.written()}) by expo ltac:({why}); rewrite ?E_; clear E_)"
    for base, _ in split.factors:
        if base.parts[0].head == "ln":
            yield f"try rewrite (exp_ln {base.parts[0].parts[0]}) by side"


def _with_slopes(value: Term, claim: Term) -> list[Term]:
    """Both sides, and the exponentials that come in with the slopes of erf and of its inverse."""
    return [value, claim, *(EXPONENTIALS[t.head](t) for t in walk(value) if t.head in EXPONENTIALS)]


@dataclass(frozen=True)
class Relation:
    """polynomial = 0 in the unknowns, divided by in `main`; `words` prove it in Coq."""

    polynomial: Expr
    main: Expr
    stated: Term
    words: str


def _relations(unknowns: Unknowns) -> Iterator[Relation]:
    """What is known of the unknowns, those first that others stand in."""
    for symbol, of in reversed(list(unknowns.terms.items())):
        if of.head == "sqrt":
            stated = Term("-", (squared(of), of.parts[0]))
            words = f"(root_relation {of.parts[0]} ltac:(side))"
            yield Relation(symbol**2 - unknowns.value(of.parts[0]), symbol, stated, words)
        elif of.head == "sin" and Term("cos", of.parts) in unknowns.symbols:
            cosine = Term("cos", of.parts)
            stated = Term("-", (Term("+", (squared(of), squared(cosine))), ONE))
            polynomial = symbol**2 + unknowns.symbol(cosine) ** 2 - 1
            yield Relation(polynomial, symbol, stated, f"(circle_relation {of.parts[0]})")


def _assumptions(slope: Slope, unknowns: Unknowns) -> Iterator[Relation]:
    """Equations that the domain assumes, divided by in an unknown that stands in them once."""
    for k, (left, right) in ((k, a.parts) for k, a in enumerate(slope.assumed) if a.head == "="):
        polynomial = sympy.expand(unknowns.value(left) - unknowns.value(right))
        linear = [s for s in sorted(polynomial.free_symbols, key=str) if polynomial.diff(s).is_number]
        if linear:
            yield Relation(polynomial, linear[-1], Term("-", (left, right)), f"(Rminus_diag_eq _ _ H{k}_)")


def _cofactors(difference: Expr, relations: Iterable[Relation]) -> list[tuple[Expr, Relation]]:
    """difference = sum of cofactor * relation, as rational functions of the unknowns; [] where none is needed."""
    above, below = sympy.fraction(difference)
    rest, found = sympy.expand(above), []
    for relation in relations:
        if rest.has(relation.main):
            cofactor, left = sympy.div(rest, relation.polynomial, relation.main)
            found += [(sympy.factor(cofactor / below), relation)] if cofactor != 0 else []
            rest, further = sympy.fraction(sympy.together(left))
            rest, below = sympy.expand(rest), below * further
    return found


def _ended(cofactors: list[tuple[Expr, Relation]], unknowns: Unknowns) -> str:
    """An equation is closed by field, after what the relations make of the difference of its sides."""
    if not cofactors:
        return "field; side"
    total = chain("+", [Term("*", (unknowns.back(c), r.stated)) for c, r in cofactors])
    rewritten = ", ".join(r.words for _, r in cofactors)
    return f"apply (by_relations _ _ {total}); [field; side | rewrite {rewritten}; ring]"


__all__ = ["script", "witness"]
