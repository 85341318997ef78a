"""Proofs that a term equals its polynomial, sum by sum: every one a script that Coq checks.

A *leaf* is a part that is no sum, product or power of others: a reduction, a function, a delta, a read outside an axis.
For each leaf a hypothesis is proved that says what it equals; then `ring` or `field` closes, given the hypotheses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count, permutations
from typing import Any

from proofs.certificates.indexed import polynomials as p
from proofs.certificates.indexed import terms as t
from proofs.certificates.indexed.polynomials import Atom, Monomial, Polynomial, Unproved, Writer
from proofs.certificates.indexed.terms import Index, Letter, Letters, Names, Term
from proofs.certificates.indexed.towers import Tower


@dataclass(frozen=True)
class Given:
    """hypothesis: for all letters, the sum `left` (an atom) equals `right`."""

    name: str
    letters: Letters
    left: Atom
    right: Polynomial


@dataclass(frozen=True)
class Leaf:
    """What a leaf equals: as polynomial, as written on the right of its hypothesis, and the script that proves it."""

    value: Polynomial
    right: str
    script: str


@dataclass
class Region:
    """A polynomial together with the hypotheses that it was read by."""

    value: Polynomial
    lines: list[str]
    names: list[tuple[int, str]]


@dataclass
class Prover:
    """Scripts for equalities of terms; `names` says what tensors are called, `given` what may be assumed of sums."""

    names: Names
    given: Sequence[Given] = ()
    fresh: Any = field(default_factory=count)

    def __post_init__(self) -> None:
        self.writer = Writer(self.names)
        self.leaves: dict[Term, Leaf] = {}

    def say(self, term: Term) -> str:
        return t.written(term, self.names)

    def equal(self, left: Term, right: Term) -> str:
        """A script for left = right; Unproved if their polynomials differ."""
        one, other = self.region(left), self.region(right)
        if one.value != other.value:
            found = p.plus(one.value, p.scaled(other.value, -1))
            raise Unproved(f"left without: {self.writer.polynomial(found)}")
        return " ".join([*one.lines, *other.lines, self.close([*one.names, *other.names])])

    def close(self, names: Sequence[tuple[int, str]]) -> str:
        # The longest first: one leaf may stand inside another.
        known = "".join(f"try rewrite {name}. " for _, name in sorted(set(names), reverse=True))
        return f"{known}unfold_where; first [same | ring | field; nonzero | solve [aligned] | by_cases]."

    def to(self, term: Term) -> str:
        """A script that the term is its polynomial, whichever way that is written."""
        region = self.region(term)
        return " ".join([*region.lines, self.close(region.names)])

    # ------------------------------------------------------------ polynomials of terms

    def region(self, term: Term) -> Region:
        """The polynomial of a term, with a hypothesis for each leaf that is not written as it reads."""
        lines: list[str] = []
        names: list[tuple[int, str]] = []
        seen: dict[Term, Polynomial] = {}

        def value_of(part: Term) -> Polynomial:
            if type(part) in REGION:
                return REGION[type(part)](part, value_of)
            if part not in seen:
                leaf = self.leaf(part)
                seen[part] = leaf.value
                if anonymous(leaf.right) != anonymous(self.say(part)):
                    name = f"E{next(self.fresh)}"
                    lines.append(f"assert ({name} : {self.say(part)} = {leaf.right}). {{ {leaf.script} }}")
                    names.append((len(self.say(part)), name))
            return seen[part]

        value = value_of(term)
        return Region(value, lines, names)

    def leaf(self, term: Term) -> Leaf:
        if type(term) not in LEAVES:
            raise Unproved("a maximum in its adjoint, written out")
        if term not in self.leaves:
            self.leaves[term] = LEAVES[type(term)](self, term)
        return self.leaves[term]

    def pair(self, left: Term, right: Term) -> tuple[Polynomial, Polynomial, str]:
        """The polynomials of two arguments, and a script for both."""
        one, other = self.region(left), self.region(right)
        scripts = [self.to(left), self.to(right)]
        return one.value, other.value, "".join(f" {{ {s} }}" for s in scripts)

    # ------------------------------------------------------------ sums

    def sum(self, term: t.Sum) -> Leaf:
        region = self.region(term.body)
        parts = [self.part(term, m, c) for m, c in region.value]
        size = t.as_count(term.extent, self.names)
        flat = joined([f"({outer} * {inner})" for outer, inner, _, _, _ in parts])
        right = joined([f"({outer} * {core})" for outer, _, core, _, _ in parts])
        value = p.polynomial(item for _, _, _, poly, _ in parts for item in poly)
        if len(parts) == 1 and parts[0][0] == "1" and anonymous(parts[0][2]) == anonymous(self.say(term)):
            return Leaf(value, self.say(term), "")
        inside = " ".join([*region.lines, self.close(region.names)])
        steps = [
            f"transitivity (bsum {size} (fun {term.letter} => {flat})).",
            f"{{ apply bsum_ext; intros {term.letter} ?. {inside} }}",
            "linear.",
            *(f"{{ {proof} }}" for *_, proof in parts),
        ]
        return Leaf(value, right, " ".join(steps) if parts else f"{steps[0]} {steps[1]} apply bsum_zero.")

    def part(self, term: t.Sum, monomial: Monomial, coefficient: Fraction) -> tuple[str, str, str, Polynomial, str]:
        """One monomial under a sum: the factor before it, the rest, what the sum of the rest is, and its proof."""
        outer = tuple(f for f in monomial if term.letter not in p.free(f[0]))
        inner = tuple(f for f in monomial if term.letter in p.free(f[0]))
        before = self.writer.scaled(outer, coefficient)
        core, value, proof = Tower(self, ((term.letter, term.extent),), inner).collapsed()
        total = p.times(((outer, coefficient),), value)
        return before, self.writer.monomial(inner), core, total, proof

    def assumed(self, atom: Atom) -> tuple[Polynomial, str] | None:
        """What an assumption says of a sum, and the script that says so."""
        for given in self.given:
            names = matched(given, atom)
            if names is not None:
                return p.rename_polynomial(given.right, names), f"apply {given.name}; index."
        return None


def matched(given: Given, atom: Atom) -> Mapping[str, Index] | None:
    """Letters of the assumption that make its sum this one."""
    here = sorted(p.free(atom))
    if len(here) != len(given.letters) or atom[0] != "sum":
        return None
    for order in permutations(here):
        names = {name: Letter(new) for (name, _), new in zip(given.letters, order, strict=True)}
        if p.rename_atom(given.left, names) == atom:
            return names
    return None


def anonymous(said: str) -> str:
    """The text with each bound letter named by how many are bound around it."""
    scopes: list[list[str]] = [[]]
    words, out = re.findall(r"[\w']+|\S", said), []
    for word, before in zip(words, ["", *words], strict=False):
        if word == "(":
            scopes.append(list(scopes[-1]))
        elif word == ")":
            scopes.pop()
        elif before == "fun":
            scopes[-1].append(word)
        names = scopes[-1] if scopes else []
        out.append(f"@{len(names) - names[::-1].index(word)}" if word in names else word)
    return " ".join(out)


def joined(parts: Sequence[str]) -> str:
    """Terms added, from the left."""
    total = parts[0] if parts else "0"
    for part in parts[1:]:
        total = f"({total} + {part})"
    return total


# ---------------------------------------------------------------- parts of a term, by kind


def _where(term: t.Where, value_of: Callable[[Term], Polynomial]) -> Polynomial:
    condition = value_of(term.condition)
    rest = p.plus(p.constant(1), p.scaled(condition, -1))
    return p.plus(p.times(condition, value_of(term.chosen)), p.times(rest, value_of(term.otherwise)))


def _power(term: t.Power, value_of: Callable[[Term], Polynomial]) -> Polynomial:
    total = p.constant(1)
    for _ in range(term.exponent):
        total = p.times(total, value_of(term.body))
    return total


REGION: Mapping[type, Callable[..., Polynomial]] = {
    t.Number: lambda x, value_of: p.constant(x.value),
    t.Position: lambda x, value_of: p.single(("place", x.index)),
    t.Read: lambda x, value_of: p.single(("read", x.tensor, x.at)),
    t.Plus: lambda x, value_of: p.plus(value_of(x.left), value_of(x.right)),
    t.Minus: lambda x, value_of: p.plus(value_of(x.left), p.scaled(value_of(x.right), -1)),
    t.Negative: lambda x, value_of: p.scaled(value_of(x.body), -1),
    t.Times: lambda x, value_of: p.times(value_of(x.left), value_of(x.right)),
    t.Power: _power,
    t.Where: _where,
}


def _inverse(prover: Prover, term: t.Inverse) -> Leaf:
    region = prover.region(term.body)
    value = p.inverse(region.value)
    right = prover.writer.polynomial(value)
    inside = prover.writer.polynomial(region.value)
    first = f"transitivity (/ {inside}). {{ apply (f_equal Rinv). {prover.to(term.body)} }}"
    return Leaf(value, right, f"{first} inverse.")


def _cases(prover: Prover, term: t.Apply) -> Leaf:
    """max(a, b) = [b < a] a + [b >= a] b, and min alike."""
    left, right, scripts = prover.pair(*term.arguments)
    order = (right, left) if term.name == "max" else (left, right)
    atom = ("mask", "<", *order)
    first = p.times(p.single(atom), left)
    value = p.plus(first, p.times(p.plus(p.constant(1), p.scaled(p.single(atom), -1)), right))
    say = prover.writer.polynomial
    mask = prover.writer.atom(atom)
    said = f"(({mask} * {say(left)}) + ((1 - {mask}) * {say(right)}))"
    return Leaf(value, said, f"apply {term.name}_as.{scripts}")


def _absolute(prover: Prover, term: t.Apply) -> Leaf:
    """abs(x) = sign(x) x."""
    inside = prover.region(term.arguments[0]).value
    atom = ("apply", "sign", (inside,))
    said = f"({prover.writer.atom(atom)} * {prover.writer.polynomial(inside)})"
    return Leaf(p.times(p.single(atom), inside), said, f"apply abs_as. {prover.to(term.arguments[0])}")


def _exponential(prover: Prover, term: t.Apply) -> Leaf:
    """exp(-x) = 1/exp(x), of which the one is written whose coefficients add up to more: that no letter changes."""
    (body,) = term.arguments
    inside = prover.region(body).value
    if sum(c for _, c in inside) >= 0:
        return _plain(prover, term)
    value = p.single(("apply", "exp", (p.scaled(inside, -1),)), -1)
    turned = prover.to(t.Negative(body))
    said = prover.writer.polynomial(p.scaled(inside, -1))
    return Leaf(value, prover.writer.polynomial(value), f"apply (exp_turned _ {said}). {{ {turned} }}")


def _apply(prover: Prover, term: t.Apply) -> Leaf:
    return APPLIED.get(term.name, _plain)(prover, term)


def _plain(prover: Prover, term: t.Apply) -> Leaf:
    values = tuple(prover.region(a).value for a in term.arguments)
    atom = ("apply", term.name, values)
    scripts = "".join(f" {{ {prover.to(a)} }}" for a in term.arguments)
    head = t.COQ.get(term.name, term.name)
    equal = f"apply (f_equal ({head}))." if len(values) == 1 else f"apply (f_equal2 {head})."
    return Leaf(p.single(atom), prover.writer.atom(atom), equal + scripts)


APPLIED: Mapping[str, Callable[[Prover, t.Apply], Leaf]] = {
    "max": _cases,
    "min": _cases,
    "abs": _absolute,
    "exp": _exponential,
}


def _same(prover: Prover, term: t.Same) -> Leaf:
    form = p.signed(p.difference(term.left, term.right))
    if not form[0]:
        value = p.constant(int(form[1] == 0))
        return Leaf(value, prover.writer.polynomial(value), "unfold kron; destruct (Z.eq_dec _ _); lia || reflexivity.")
    atom = ("delta", form)
    return Leaf(p.single(atom), prover.writer.atom(atom), "apply kron_iff; lia.")


def _outside(prover: Prover, term: t.Outside) -> Leaf:
    total = t.Sum(term.letter, term.extent, t.Times(t.Same(Letter(term.letter), term.index), term.body))
    leaf = prover.leaf(total)
    return Leaf(leaf.value, leaf.right, f"rewrite read_kron. {leaf.script or 'reflexivity.'}")


def _mask(prover: Prover, term: t.Mask) -> Leaf:
    left, right, scripts = prover.pair(term.left, term.right)
    turned = term.operator == "<=" or (term.operator in ("==", "!=") and repr(right) < repr(left))
    pair = (right, left) if turned else (left, right)
    atom = ("mask", "<" if term.operator in ("<", "<=") else "==", *pair)
    opposite = term.operator in ("<=", "!=")
    value = p.plus(p.constant(1), p.scaled(p.single(atom), -1)) if opposite else p.single(atom)
    said = prover.writer.atom(atom)
    lemma = {"<": "lt_as", "<=": "le_as", "==": "eq_as", "!=": "ne_as"}[term.operator]
    lemma += "_turned" if turned and term.operator != "<=" else ""
    return Leaf(value, f"(1 - {said})" if opposite else said, f"apply {lemma}.{scripts}")


def _index_mask(prover: Prover, term: t.IndexMask) -> Leaf:
    form = p.difference(term.left, term.right)
    if term.operator == "<=":
        form = (form[0], form[1] - 1)
    equality = term.operator in ("==", "!=")
    atom = ("range", "==" if equality else "<", p.signed(form) if equality else form)
    opposite = term.operator == "!="
    value = p.plus(p.constant(1), p.scaled(p.single(atom), -1)) if opposite else p.single(atom)
    said = prover.writer.atom(atom)
    return Leaf(value, f"(1 - {said})" if opposite else said, "decide_range.")


LEAVES: Mapping[type, Callable[[Prover, Any], Leaf]] = {
    t.Sum: Prover.sum,
    t.Outside: _outside,
    t.Inverse: _inverse,
    t.Apply: _apply,
    t.Same: _same,
    t.Mask: _mask,
    t.IndexMask: _index_mask,
}
