"""The proof that the adjoints of a program are its gradient along every curve: untrusted, checked by Coq.

For each equation T of the program: T moves with T_dot, a sum of what each tensor u that it reads contributes,
T_along_u. For each tensor u: <u_bar, u_dot> = the sum over the equations T that read u of <T_bar, T_along_u>, where
<a, b> sums a b over all entries. Added up, what is between the output and the inputs cancels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce

from proofs.certificates.indexed import terms as t
from proofs.certificates.indexed.curves import ONE, attained, most, tangent
from proofs.certificates.indexed.inhabited import inhabited
from proofs.certificates.indexed.normal import Given, Prover
from proofs.certificates.indexed.polynomials import Unproved
from proofs.certificates.indexed.reading import Definition
from proofs.certificates.indexed.statements import Said
from proofs.certificates.indexed.terms import Letter, Letters, Read, Term

HEADER = """From Coq Require Import Reals ZArith Lia Lra.
From Coquelicot Require Import Coquelicot.
From Gradproof Require Import Scalar Sums Curves Indexed.
From Certificates Require Import Statement.
Open Scope R_scope.
"""
MOST_UNFOLDED = 300  # equations put into each other; the library needs 28


@dataclass
class Chain:
    """Writes the proof file of one statement."""

    said: Said
    fresh: int = 0
    unfolded: int = 0
    prover: Prover = field(init=False)

    def __post_init__(self) -> None:
        self.prover = Prover(self.name, self._given())

    def _given(self) -> list[Given]:
        plain, found = Prover(self.name), []
        for number, (letters, left, right) in enumerate(self.said.assumptions):
            value, other = plain.region(left).value, plain.region(right).value
            if len(value) == 1 and value[0][1] == 1 and len(value[0][0]) == 1 and value[0][0][0][1] == 1:
                found.append(Given(f"assumed{number}", letters, value[0][0][0][0], other))
        return found

    # ------------------------------------------------------------ names

    def name(self, tensor: str) -> str:
        """Definitions stand as local names for themselves at the curve's inputs: T_at."""
        return f"{self.said.name(tensor)}_at" if tensor in self.said.definitions else self.said.name(tensor)

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        return tuple(v for v in self.said.inputs if v in self.said.moving)

    @cached_property
    def equations(self) -> tuple[Definition, ...]:
        return tuple(self.said.definitions[n] for n in self.said.forward if n in self.said.moving)

    def dot(self, tensor: str) -> str:
        return f"{tensor}_dot'"

    def along(self, equation: str, read: str) -> str:
        return f"{equation}_along_{read}'"

    def letters_of(self, tensor: str) -> Letters:
        if tensor in self.said.definitions:
            return self.said.definitions[tensor].letters
        return self.said.definitions[self.said.bar(tensor)].letters

    def reads(self, own: Definition) -> tuple[str, ...]:
        found = dict.fromkeys(n.tensor for n in t.walk(own.body) if isinstance(n, Read))
        return tuple(v for v in found if v in self.said.moving)

    def copy(self, term: Term) -> Term:
        """The term with other letters for what it binds."""
        if isinstance(term, t.Sum | t.Outside | t.Most):
            self.fresh += 1
            new = f"{term.letter.split('_')[0]}_{self.fresh}"
            body = t.renamed(term.body, {term.letter: Letter(new)})
            term = type(term)(**{**vars(term), "letter": new, "body": body})
        return t.rebuilt(term, lambda child: self.copy(child) if isinstance(child, t.TERMS) else child)

    def body_at(self, own: Definition, at: tuple[Letter, ...]) -> Term:
        names = {i: letter for (i, _), letter in zip(own.letters, at, strict=True)}
        return self.copy(t.renamed(own.body, names))

    @property
    def known(self) -> str:
        return self.above(self.said.positive)

    @staticmethod
    def above(tensors: Sequence[str]) -> str:
        """What was proved positive, for the tactics to see."""
        return "".join(f"assert (above_{v} := positive_{v}). " for v in tensors)

    # ------------------------------------------------------------ terms of the proof

    def paired(self, left: Term, right: Term, letters: Letters) -> Term:
        """<left, right>"""
        total: Term = t.Times(left, right)
        for letter, size in reversed(letters):
            total = t.Sum(letter, size, total)
        return self.copy(total)

    def read(self, name: str, letters: Letters) -> Read:
        return Read(name, tuple(Letter(i) for i, _ in letters))

    def pairing(self, tensor: str) -> Term:
        """<T_bar, T_dot>"""
        letters = self.letters_of(tensor)
        return self.paired(self.read(self.said.bar(tensor), letters), self.read(self.dot(tensor), letters), letters)

    def contribution(self, own: Definition, read: str) -> Term:
        """<T_bar, T_along_u>"""
        along = self.read(self.along(own.name, read), own.letters)
        return self.paired(self.read(self.said.bar(own.name), own.letters), along, own.letters)

    def readers(self, tensor: str) -> list[Definition]:
        return [own for own in self.equations if tensor in self.reads(own)]

    # ------------------------------------------------------------ text

    def say(self, term: Term) -> str:
        return t.written(term, self.name)

    def text(self) -> str:
        entries = map(self.entry, self.said.proof.wrt)
        return "\n".join([f"{HEADER}{self.said.opened}", self.along_curves(), inhabited(self.said), *entries])

    def along_curves(self) -> str:
        """The theorem `gradient`: the output moves with the adjoints of what moves."""
        parts = ["Section Proof.", *self.declared(), *self.local()]
        for own in self.equations:
            parts += [*self.tangents(own), self.moves(own)]
        for own in self.equations[:-1]:
            parts.append(self.adjoint(own.name))
        parts += [self.adjoint(v) for v in self.inputs]
        parts += [self.split(own) for own in self.equations]
        return "\n".join([*parts, self.whole(), "End Proof.", ""])

    def declared(self) -> Iterator[str]:
        """Variables: extents, inputs, those that move as curves; and what the statement supposes."""
        said = self.said
        if said.extents:
            yield f"Variables ({' '.join(said.extents)} : nat)."
        yield "Variable (t0 : R)."
        for v in said.inputs:
            if v in said.moving:
                yield f"Variable ({said.name(v)}_curve : R -> {said.type_of(v)}) ({self.dot(v)} : {said.type_of(v)})."
                yield f"Let {said.name(v)} := {said.name(v)}_curve t0."
            else:
                yield f"Variable ({said.name(v)} : {said.type_of(v)})."
        for v in self.inputs:
            letters = self.letters_of(v)
            places = "".join(f" {i}" for i, _ in letters)
            every = f"forall {places} : nat, " if letters else ""
            yield (
                f"Hypothesis moves_{v} : {every}is_derive (fun t => {said.name(v)}_curve t{places}) t0 "
                f"({self.dot(v)}{places})."
            )

    def local(self) -> Iterator[str]:
        said = self.said
        for name in said.definitions:
            yield f"Let {self.name(name)} := {said.applied(name)}."
        sizes, domain = len(said.extents), len(said.domain) + len(said.stored)
        for number, supposed in enumerate(said.hypotheses(self.name)):
            kind = "extent" if number < sizes else "domain" if number < sizes + domain else "assumed"
            at = number - (0 if number < sizes else sizes if number < sizes + domain else sizes + domain)
            yield f"Hypothesis {kind}{at} : {supposed}."
        for name in said.positive:
            letters = said.definitions[name].letters
            atom = self.say(self.read(name, letters))
            yield f"Lemma positive_{name} : {said.ranges(letters)}0 < {atom}."
            earlier = self.above(said.positive[: said.positive.index(name)])
            body = self.say(said.definitions[name].body)
            opened = f"unfold {self.name(name)}, {said.name(name)}; change (0 < {body})"
            yield f"Proof. {earlier}intros; {opened}; pos. Qed."

    def tangents(self, own: Definition) -> Iterator[str]:
        letters = f" ({' '.join(i for i, _ in own.letters)} : nat)" if own.letters else ""
        for read in self.reads(own):
            body = self.tangent(own, read)
            yield f"Definition {self.along(own.name, read)}{letters} : R := {self.say(body)}."
        total = added(self.read(self.along(own.name, r), own.letters) for r in self.reads(own))
        yield f"Definition {self.dot(own.name)}{letters} : R := {self.say(total)}."

    def tangent(self, own: Definition, *reads: str) -> Term:
        """How fast T moves with these of what it reads."""
        moving = {r: self.dot(r) for r in reads}
        if isinstance(own.body, t.Most):
            return attained(own.body, self.read(own.name, own.letters), moving)
        return tangent(own.body, moving)

    def moves(self, own: Definition) -> str:
        """T moves with T_dot."""
        said = self.said
        raw = self.tangent(own, *self.reads(own))
        split = added(self.tangent(own, r) for r in self.reads(own))
        places = "".join(f" {i}" for i, _ in own.letters)
        moved = said.applied(own.name, {v: f"({said.name(v)}_curve t)" for v in self.inputs})
        leaf = " | ".join(f"apply moves_{r}; index" for r in self.reads(own))
        names = " ".join(i for i, _ in own.letters)
        intro = f"intros {names} {' '.join(['?'] * len(own.letters))}; " if names else ""
        alongs = ", ".join(self.along(own.name, r) for r in self.reads(own))
        close = "reflexivity."
        if raw != split:
            close = f"change ({self.say(raw)} = {self.say(split)}). {self.prover.equal(raw, self.copy(split))}"
        return (
            f"Lemma moves_{own.name} : {said.ranges(own.letters)}"
            f"is_derive (fun t => {moved}{places}) t0 ({self.dot(own.name)}{places}).\n"
            f"Proof. {self.known}{intro}unfold {self.dot(own.name)}, {alongs}, {said.name(own.name)}; "
            f"apply D_eq with (d := {self.say(raw)}).\n"
            f"  {{ {self.slope(own, leaf)}. }}\n  {{ {close} }}\nQed."
        )

    def slope(self, own: Definition, leaf: str) -> str:
        """Node by node; of a maximum by its lemma, for this value of it and these slopes of what is in it."""
        nodes = f"along ltac:(first [{leaf}])"
        if not isinstance(own.body, t.Most):
            return nodes
        letters, inner = most(own.body)
        slope = self.say(tangent(inner, {r: self.dot(r) for r in self.reads(own)}))
        value = self.say(self.read(own.name, own.letters))
        bound = " ".join(i for i, _ in letters)
        return f"eapply D_eq; [largest {value} (fun {bound} => {slope}); {nodes} | as_largest]"

    def adjoint(self, tensor: str) -> str:
        """<u_bar, u_dot> = the sum over its readers T of <T_bar, T_along_u>."""
        right = added(self.contribution(own, tensor) for own in self.readers(tensor))
        left = self.pairing(tensor)
        goal = f"{self.say(left)} = {self.say(right)}"
        return f"Lemma adjoint_{tensor} : {goal}.\nProof. {self.known}{self.equality(tensor, left, right)}\nQed."

    def equality(self, tensor: str, left: Term, right: Term) -> str:
        """The first of some ways to unfold under which both sides have one polynomial."""
        failures = []
        for which in self.ways(tensor):
            self.unfolded = 0
            try:
                one, other = self.opened(left, which), self.opened(right, which)
                script = self.prover.equal(one, other)
            except Unproved as failure:
                failures.append(str(failure))
                continue
            return f"change ({self.say(one)} = {self.say(other)}). {script}"
        raise Unproved(f"the adjoint of {tensor}: {failures[-1]}")

    def ways(self, tensor: str) -> Iterator[frozenset[str]]:
        own, end = self.said.bar(tensor), self.said.bar(self.said.output)
        readers = [r.name for r in self.readers(tensor)]
        first = [own, end, *self.said.beside]
        yield from (frozenset(first), frozenset([*first, *readers]))
        bars = [self.said.bar(r) for r in readers]
        yield frozenset([*first, *bars])
        yield frozenset([*first, *readers, *bars])
        if tensor in self.said.definitions:
            yield frozenset([*first, tensor, *readers, *bars])
        rational = (n for n in self.said.forward if self.is_rational(n))
        yield frozenset([*first, *(self.said.bar(e.name) for e in self.equations), *rational])
        yield frozenset([*first, *readers, *bars, *(n for n in self.said.definitions if not self.holds(n, t.Sum))])
        yield frozenset(self.said.definitions)

    def is_rational(self, name: str) -> bool:
        """Whether a forward equation is built without functions: what is under a root stays as it is written."""
        return not self.holds(name, t.Apply)

    def holds(self, name: str, kind: type) -> bool:
        return any(isinstance(n, kind) for n in t.walk(self.said.definitions[name].body))

    def opened(self, term: Term, which: frozenset[str]) -> Term:
        """The term with definitions and the contributions written out; Unproved where that is far too long."""
        if isinstance(term, Read) and (term.tensor in self.contributions or term.tensor in which):
            self.unfolded += 1
            if self.unfolded > MOST_UNFOLDED:
                raise Unproved(f"more than {MOST_UNFOLDED} equations are put into each other")
        if isinstance(term, Read) and term.tensor in self.contributions:
            letters, body = self.contributions[term.tensor]
            names = {i: letter for (i, _), letter in zip(letters, term.at, strict=True)}
            return self.opened(self.copy(t.renamed(body, names)), which)
        if isinstance(term, Read) and term.tensor in which:
            return self.opened(self.body_at(self.said.definitions[term.tensor], term.at), which)
        return t.rebuilt(term, lambda child: self.opened(child, which) if isinstance(child, t.TERMS) else child)

    @cached_property
    def contributions(self) -> Mapping[str, tuple[Letters, Term]]:
        return {
            self.along(own.name, r): (own.letters, self.tangent(own, r))
            for own in self.equations
            for r in self.reads(own)
        }

    def split(self, own: Definition) -> str:
        """<T_bar, T_dot> is the sum of its contributions."""
        left = self.pairing(own.name)
        total = added(self.read(self.along(own.name, r), own.letters) for r in self.reads(own))
        open_left = self.paired(self.read(self.said.bar(own.name), own.letters), total, own.letters)
        right = added(self.contribution(own, r) for r in self.reads(own))
        goal = f"Lemma split_{own.name} : {self.say(left)} = {self.say(right)}.\n"
        script = self.prover.equal(open_left, right)
        return f"{goal}Proof. change ({self.say(open_left)} = {self.say(right)}). {script}\nQed."

    def whole(self) -> str:
        """The output moves with the sum of <v_bar, v_dot> over the inputs that move."""
        said = self.said
        total = self.say(added(map(self.pairing, self.inputs)))
        moved = said.applied(said.output, {v: f"({said.name(v)}_curve t)" for v in self.inputs})
        facts = [f"assert (A_{n} := adjoint_{n})." for n in (*[e.name for e in self.equations[:-1]], *self.inputs)]
        facts += [f"assert (S_{e.name} := split_{e.name})." for e in self.equations]
        pairing, end = self.say(self.pairing(said.output)), self.dot(said.output)
        one = f"assert (one : {pairing} = {end}) by (change (1 * {end} = {end}); ring)."
        return (
            f"Theorem gradient : is_derive (fun t => {moved}) t0 {total}.\n"
            f"Proof using All. eapply D_eq; [apply moves_{said.output}|].\n  {' '.join(facts)} {one}\n  lra.\nQed."
        )

    def entry(self, wrt: str) -> str:
        """The statement's claim, by the curve along which one entry alone moves."""
        said, letters = self.said, self.letters_of(wrt)
        places = [i for i, _ in letters]
        here = " ".join([said.name(wrt), *places])
        size = len(letters)
        given = " ".join([*said.extents, f"({here})", *(self.curve(v, wrt) for v in said.inputs)])
        same = f"try rewrite (upd{size}_same {here}) in G. " if size else ""
        hypotheses = len(list(said.hypotheses(said.applied_name))) + size
        names = " ".join([*said.extents, *map(said.name, said.inputs)])
        intro = f"intros {names} {'? ' * (hypotheses - size)}{' '.join(places)} {'? ' * size}."
        own = f"apply d_upd{size}" if size else "apply @is_derive_id"
        return (
            f"Theorem {wrt}_proved : {wrt}_is_right.\nProof. {intro}\n"
            f"  assert (G := gradient {given}). cbv beta zeta in G. {same}\n"
            f"  eapply D_eq. {{ apply G; supplied ltac:({own}). }}\n"
            f"  {self.picked(wrt)}\nQed."
        )

    def curve(self, tensor: str, wrt: str) -> str:
        """The curve of an input and its tangent, where `wrt` moves in one entry; an input that never moves, itself."""
        said = self.said
        if tensor not in said.moving:
            return said.name(tensor)
        axes = [f"i{k}" for k in range(len(self.letters_of(tensor)))]
        bound = f"fun {' '.join(axes)} => " if axes else ""
        if tensor != wrt:
            return f"(fun _ => {said.name(tensor)}) ({bound}0)"
        places = [i for i, _ in self.letters_of(wrt)]
        moved = f"upd{len(axes)} {said.name(wrt)} {' '.join(places)} t" if axes else "t"
        deltas = [f"kron (Z.of_nat {i}) (Z.of_nat {p})" for i, p in zip(axes, places, strict=True)] or ["1"]
        nested = deltas[-1]
        for delta in reversed(deltas[:-1]):
            nested = f"{delta} * ({nested})"
        return f"(fun t => {moved}) ({bound}{nested})"

    def picked(self, wrt: str) -> str:
        """What does not move is left out of the sum of all <v_bar, v_dot>, and the rest is the one entry."""
        prover = Prover(self.said.applied_name)
        moved = self.copy(self.moved(wrt))
        value = self.read(self.said.bar(wrt), self.letters_of(wrt))
        script = prover.equal(moved, value)
        return f"left_out. change ({prover.say(moved)} = {prover.say(value)}). {script}"

    def moved(self, wrt: str) -> Term:
        """<v_bar, v_dot> where one entry of v moves."""
        letters = self.letters_of(wrt)
        names = {i: Letter(f"{i}'") for i, _ in letters}
        own = tuple((names[i].name, size) for i, size in letters)
        deltas: list[Term] = [t.Same(names[i], Letter(i)) for i, _ in letters]
        one = deltas[-1] if deltas else ONE
        for delta in reversed(deltas[:-1]):
            one = t.Times(delta, one)
        return self.paired(self.read(self.said.bar(wrt), own), one, own)


def added(terms: Iterable[Term]) -> Term:
    """Terms added, from the left."""
    return reduce(t.Plus, terms)
