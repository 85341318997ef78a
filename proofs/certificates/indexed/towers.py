"""One sum of a monomial brought into its one form: made flat, deltas taken out, letters put in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from proofs.certificates.indexed import polynomials as p
from proofs.certificates.indexed import terms as t
from proofs.certificates.indexed.polynomials import Atom, Monomial, Polynomial
from proofs.certificates.indexed.terms import Index, Letter, Letters

UNDER = "apply bsum_ext; intros ? ?. "


@dataclass
class Tower:
    """Sums over letters, the first outermost, of one monomial: made flat, deltas taken out, letters put in order."""

    prover: Any  # normal.Prover: what is assumed of sums, names, and how terms are written
    letters: Letters
    inside: Monomial
    steps: list[str] = field(default_factory=list)

    def written(self, inside: str = "") -> str:
        return self.prover.writer.tower(self.letters, inside or self.prover.writer.monomial(self.inside))

    def move(self, proof: str) -> None:
        """From what the tower was to what it is now."""
        self.steps.append(f"transitivity {self.written()}. {{ {proof} }}")

    def under(self) -> str:
        return " ".join(f"apply bsum_ext; intros {name} ?." for name, _ in self.letters)

    def collapsed(self) -> tuple[str, Polynomial, str]:
        self.flatten()
        while self.take_delta() or self.drop_letter():
            pass
        outer = tuple(f for f in self.inside if not p.free(f[0]) & {name for name, _ in self.letters})
        inner = tuple(f for f in self.inside if f not in outer)
        if not self.letters:
            right = self.prover.writer.monomial(self.inside)
            return right, ((self.inside, Fraction(1)),), " ".join([*self.steps, "reflexivity."])
        return self.finished(outer, inner)

    def finished(self, outer: Monomial, inner: Monomial) -> tuple[str, Polynomial, str]:
        """outer * the sum of inner in its one form."""
        prover = self.prover
        if outer:
            split = f"({prover.writer.monomial(outer)} * {prover.writer.monomial(inner)})"
            self.steps.append(f"transitivity {self.written(split)}. {{ {self.under()} aligned. }}")
        self.inside = inner
        placed, named, order = p.named_by_depth(self.letters, inner)
        pulled = "take_out. " if outer else ""
        swaps = self.ordered(order)
        atom: Atom = ("sum", placed, named)
        proof = f"{pulled}{swaps}"
        known = prover.assumed(atom)
        value, text = p.single(atom), prover.writer.atom(atom)
        if known is not None:
            value, by = known
            text, proof = prover.writer.polynomial(value), f"transitivity {text}. {{ {swaps} }} {by}"
            proof = f"{pulled}{proof}"
        right = f"({prover.writer.monomial(outer)} * {text})" if outer else text
        return right, p.times(((outer, Fraction(1)),), value), " ".join([*self.steps, proof])

    def ordered(self, order: Sequence[int]) -> str:
        """A script that brings the letters into an order, two neighbours at a time, and ends."""
        steps: list[str] = []
        now, letters = list(range(len(self.letters))), list(self.letters)
        said = self.prover.writer.monomial(self.inside)
        for place, wanted in enumerate(order):
            for k in range(now.index(wanted), place, -1):
                now[k - 1], now[k] = now[k], now[k - 1]
                letters[k - 1], letters[k] = letters[k], letters[k - 1]
                swapped = self.prover.writer.tower(tuple(letters), said)
                steps.append(f"transitivity {swapped}. {{ {UNDER * (k - 1)}apply bsum_swap. }}")
        return " ".join([*steps, f"{UNDER * len(letters)}aligned."])

    def reorder(self, order: Sequence[int]) -> None:
        """The tower with its letters in another order."""
        if list(order) != list(range(len(self.letters))):
            proof = self.ordered(order)
            self.letters = tuple(self.letters[k] for k in order)
            self.move(proof)

    def innermost(self, name: str) -> None:
        places = [k for k, (letter, _) in enumerate(self.letters) if letter != name]
        self.reorder([*places, next(k for k, (letter, _) in enumerate(self.letters) if letter == name)])

    def flatten(self) -> None:
        """Sums that stand as factors are taken out, their letters behind ours."""
        nested = [a for a, e in self.inside if a[0] == "sum" for _ in range(max(e, 0))]
        if not nested:
            return
        writer = self.prover.writer
        rest: Monomial = tuple((a, e) for a, e in self.inside if a[0] != "sum" or e < 0)
        steps, letters, bodies, flat = [], list(self.letters), [], rest
        for atom in nested:
            names = {old: f"w'{next(self.prover.fresh)}" for old, _ in atom[1]}
            body = p.as_written(atom[2], {old: Letter(new) for old, new in names.items()})
            bodies.append((tuple((names[old], size) for old, size in atom[1]), body))
        done = writer.monomial(rest)
        for k, (own, body) in enumerate(bodies):
            later = [writer.tower(o, writer.monomial(b)) for o, b in bodies[k + 1 :]]
            factors = " * ".join([done, *later])
            steps.append(f"transitivity ({writer.tower(own, writer.monomial(body))} * ({factors})). {{ ring. }}")
            steps += [f"rewrite bsum_mul; apply bsum_ext; intros {name} ?." for name, _ in own]
            letters += own
            done = f"{done} * {writer.monomial(body)}"
            flat = p.times_monomial(flat, body)
        start = f"apply bsum_ext; intros {self.letters[0][0]} ?."
        self.letters, self.inside = tuple(letters), flat
        self.move(f"{start} {' '.join(steps)} aligned.")

    # ------------------------------------------------------------ deltas

    def take_delta(self) -> bool:
        """The sum over x of delta(x, y) f(x) is f(y), for a letter y below the same extent."""
        own = dict(self.letters)
        for atom, _ in self.inside:
            found = plain_delta(atom) if atom[0] == "delta" else None
            for name, other in [found, found[::-1]] if found else []:
                if name in own and self.same_extent(name, other):
                    self.substitute(atom, name, other)
                    return True
        return False

    def same_extent(self, name: str, other: str) -> bool:
        own = dict(self.letters)
        return other not in own or own[other] == own[name]

    def substitute(self, atom: Atom, name: str, other: str) -> None:
        self.innermost(name)
        writer = self.prover.writer
        size = t.as_count(dict(self.letters)[name], self.prover.names)
        rest = tuple(f for f in self.inside if f[0] != atom)
        delta = f"(kron (Z.of_nat {name}) (Z.of_nat {other}))"
        flat = f"(bsum {size} (fun {name} => {delta} * {writer.monomial(rest)}))"
        self.letters = self.letters[:-1]
        same = f"assert (Ek : {writer.atom(atom)} = {delta}) by (apply kron_iff; lia)."
        proof = (
            f"{self.under()} transitivity {flat}. {{ apply bsum_ext; intros {name} ?. {same} try rewrite Ek; ring. }} "
            "rewrite bsum_kron by index; aligned."
        )
        self.inside = p.rename_monomial(rest, {name: Letter(other)})
        self.move(proof)

    def drop_letter(self) -> bool:
        """The sum over a letter that nothing depends on is a product by its extent; over one delta, a mask."""
        for name, size in self.letters:
            depends = [f for f in self.inside if name in p.free(f[0])]
            if not depends:
                self.count(name, size)
                return True
            if len(depends) == 1 and depends[0][0][0] == "delta" and self.only_delta(depends[0][0], name, size):
                return True
        return False

    def only_delta(self, atom: Atom, name: str, size: Index) -> bool:
        """The sum over x of delta(x, z) is 1 where 0 <= z < n: known of a stored index, else a mask."""
        solved = p.solved(atom[1], name)
        if solved is None:
            return False
        self.innermost(name)
        prover, whole = self.prover, p.as_index(solved)
        z, extent = t.as_integer(whole, prover.names), t.as_count(size, prover.names)
        rest = tuple(f for f in self.inside if f[0] != atom)
        low = ("range", "<", p.difference(t.Whole(-1), whole))
        high = ("range", "<", p.difference(whole, size))
        stored = isinstance(whole, t.Stored)
        kept: Monomial = () if stored else ((low, 1), (high, 1))
        same = f"assert (Ek : {prover.writer.atom(atom)} = (kron (Z.of_nat {name}) {z})) by (apply kron_iff; lia)."
        flat = f"(bsum {extent} (fun {name} => {prover.writer.monomial(rest)} * (kron (Z.of_nat {name}) {z})))"
        lemma = "rewrite bsum_kron_in by stored; ring." if stored else self.as_masks(low, high, extent)
        proof = (
            f"{self.under()[: -len(f'apply bsum_ext; intros {name} ?.')]} transitivity {flat}. "
            f"{{ apply bsum_ext; intros {name} ?. {same} try rewrite Ek; ring. }} rewrite bsum_scal. {lemma}"
        )
        self.letters = self.letters[:-1]
        self.inside = p.times_monomial(rest, kept)
        self.move(proof)
        return True

    def as_masks(self, low: Atom, high: Atom, extent: str) -> str:
        say = self.prover.writer.atom
        return f"rewrite (bsum_kron_masks {extent} _ {say(low)} {say(high)}) by decide_range; ring."

    def count(self, name: str, size: Index) -> None:
        self.innermost(name)
        self.letters = self.letters[:-1]
        said, extent = self.prover.writer.monomial(self.inside), t.as_count(size, self.prover.names)
        flat = f"(bsum {extent} (fun _ => {said} * 1))"
        proof = (
            f"{self.under()} transitivity {flat}. {{ apply bsum_ext; intros; ring. }} "
            "rewrite bsum_scal, bsum_one; simpl INR; ring."
        )
        self.inside = p.times_monomial(self.inside, (((("place", size)), 1),))
        self.move(proof)


def plain_delta(atom: Atom) -> tuple[str, str] | None:
    """The two letters of delta(x, y)."""
    parts, shift = atom[1]
    if shift or sorted(c for _, c in parts) != [-1, 1] or not all(isinstance(i, Letter) for i, _ in parts):
        return None
    return parts[0][0].name, parts[1][0].name
