"""What a certificate claims, printed: part of what is trusted.

A program's equations and its derived adjoints become definitions in one section, whose variables are the extents and
the inputs; the claim of each gradient is that of every entry: as a function of that entry alone, the output has the
adjoint's value as its derivative.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from derive.equation import Program
from derive.steps import Fact, Proof
from proofs.certificates.indexed import terms as t
from proofs.certificates.indexed.curves import Condition, conditions, defined, positive
from proofs.certificates.indexed.reading import TAKEN, Definition, Reader, Unsayable, definitions
from proofs.certificates.indexed.terms import Index, Letters, Term

HEADER = """(* Derivatives of a program for all extents: what is claimed. *)
From Coq Require Import Reals ZArith.
From Coquelicot Require Import Coquelicot.
From Gradproof Require Import Sums Curves.
Open Scope R_scope.
"""


@dataclass(frozen=True)
class Said:
    """A derivation as terms, with the names that its statement uses."""

    proof: Proof

    def __post_init__(self) -> None:
        if self.proof.forward.output.extents or self.proof.mode != "grad":
            raise Unsayable("a derivative that is not the gradient of a scalar")
        clash = {*self.extents} & ({self.name(v) for v in self.program.tensors} | TAKEN)
        if clash:
            raise Unsayable(f"an extent with the name of a tensor: {', '.join(clash)}")

    @property
    def program(self) -> Program:
        return self.proof.plain

    @cached_property
    def forward(self) -> tuple[str, ...]:
        return tuple(self.proof.forward.defined)

    @cached_property
    def definitions(self) -> Mapping[str, Definition]:
        return definitions(self.program)

    @cached_property
    def extents(self) -> tuple[str, ...]:
        """Names of the extents, in the order in which the inputs have them."""
        return tuple(size.name for size in self.program.axis_of)

    @property
    def inputs(self) -> tuple[str, ...]:
        return self.program.inputs

    @property
    def output(self) -> str:
        return str(self.proof.forward.output.name)

    def bar(self, tensor: str) -> str:
        return f"{tensor}{self.proof.forward.bar}"

    @cached_property
    def moving(self) -> frozenset[str]:
        """What changes with what the derivation differentiates by, and changes the output."""
        forward = self.proof.forward
        return forward.dependents(self.proof.wrt) & forward.influencers

    def name(self, tensor: str) -> str:
        """What a tensor is called in Coq."""
        return f"{tensor}_" if tensor in TAKEN or tensor in self.extents else tensor

    # ------------------------------------------------------------ what the section makes of a definition

    @cached_property
    def used(self) -> Mapping[str, tuple[str, ...]]:
        """The extents and inputs that each definition depends on, in the order of the section's variables."""
        found: dict[str, frozenset[str]] = {v: frozenset([v]) for v in (*self.extents, *self.inputs)}
        for name, own in self.definitions.items():
            reads = {n.tensor for n in t.walk(own.body) if isinstance(n, t.Read | t.Stored)}
            sizes = {n.name for n in t.walk(own.body) if isinstance(n, t.Extent)}
            found[name] = frozenset().union(*(found[r] for r in reads | sizes))
        return {n: tuple(v for v in (*self.extents, *self.inputs) if v in deps) for n, deps in found.items()}

    def applied(self, name: str, given: Mapping[str, str] | None = None) -> str:
        """A definition with its extents and inputs, some of these given as other terms."""
        given = given or {}
        parts = [self.name(name), *(given.get(v, v if v in self.extents else self.name(v)) for v in self.used[name])]
        return f"({' '.join(parts)})" if len(parts) > 1 else parts[0]

    def type_of(self, tensor: str) -> str:
        kind = self.program.tensors[tensor]
        return " -> ".join([*["nat"] * len(kind.extents), "Z" if kind.integer else "R"])

    # ------------------------------------------------------------ where it holds

    @cached_property
    def positive(self) -> tuple[str, ...]:
        """Forward tensors that are positive by the form of their equations."""
        known: list[str] = []
        for name in self.forward:
            if positive(self.definitions[name].body, frozenset(known)):
                known.append(name)
        return tuple(known)

    @cached_property
    def domain(self) -> tuple[Condition, ...]:
        """Where what moves has derivatives, and what a claim reads is defined, but for what is positive by its form."""
        known, moving = frozenset(self.positive), dict.fromkeys(self.moving, "")
        found: dict[Condition, None] = {}
        for name in self.forward:
            own = self.definitions[name]
            if name in self.moving:
                found |= dict.fromkeys(conditions(own.body, moving, own.letters))
            elif name in self.beside:
                found |= dict.fromkeys(defined(own.body, own.letters))
        return tuple(c for c in found if not self._plainly(c, known))

    @cached_property
    def beside(self) -> tuple[str, ...]:
        """Forward tensors that do not change the output: those of a gradient that somebody claims."""
        return tuple(n for n in self.forward if n not in self.proof.forward.influencers)

    @staticmethod
    def _plainly(condition: Condition, known: frozenset[str]) -> bool:
        above = condition.right if condition.operator == "<" else condition.left
        zero = condition.left if condition.operator == "<" else condition.right
        return isinstance(zero, t.Number) and zero.value == 0 and positive(above, known)

    @cached_property
    def assumptions(self) -> tuple[tuple[Letters, Term, Term], ...]:
        """left = right for all letters below their extents."""
        return tuple(self._assumption(number) for number in range(len(self.program.assumptions)))

    def _assumption(self, number: int) -> tuple[Letters, Term, Term]:
        own = self.program.assumptions[number]
        reader = Reader(self.program, {*self.program.tensors, *self.extents})
        fact = Fact("assumption", tuple(own.indices), own.left, own.right)
        letters = []
        for letter in own.indices:
            size = fact.extent_of(letter, self.proof.shapes)
            letters.append((reader.bind(letter, size), reader.index(size)))
        return tuple(letters), reader.term(own.left), reader.term(own.right)

    @cached_property
    def stored(self) -> tuple[tuple[t.Stored, Letters, Index], ...]:
        """Stored indices that the forward program reads an axis by, with the extent that they lie below."""
        found: dict[tuple[t.Stored, Index], Letters] = {}
        for name in self.forward:
            own = self.definitions[name]
            for node, letters in _places(own.body, own.letters):
                if isinstance(node, t.Outside) and isinstance(node.index, t.Stored):
                    used = {letter.name for letter in node.index.at}
                    found[node.index, node.extent] = tuple(x for x in letters if x[0] in used)
        return tuple((index, letters, extent) for (index, extent), letters in found.items())

    # ------------------------------------------------------------ text

    def ranges(self, letters: Letters) -> str:
        """forall i j, i < n -> j < m -> , or nothing."""
        if not letters:
            return ""
        below = "".join(f"({i} < {t.as_count(size, self.name)})%nat -> " for i, size in letters)
        return f"forall {' '.join(i for i, _ in letters)} : nat, {below}"

    def hypotheses(self, names: t.Names) -> Iterator[str]:
        """What the claim supposes: extents are positive, the domain, the assumptions."""
        yield from (f"(0 < {n})%nat" for n in self.extents)
        for index, letters, extent in self.stored:
            z = t.as_integer(index, names)
            yield f"{self.ranges(letters)}(0 <= {z} < {t.as_integer(extent, names)})%Z"
        for c in self.domain:
            yield f"{self.ranges(c.letters)}{c.said(names)}"
        for letters, left, right in self.assumptions:
            yield f"{self.ranges(letters)}{t.written(left, names)} = {t.written(right, names)}"

    def variables(self) -> list[str]:
        """The declarations of extents and inputs."""
        sizes = [f"({' '.join(self.extents)} : nat)"] if self.extents else []
        return [*sizes, *(f"({self.name(v)} : {self.type_of(v)})" for v in self.inputs)]

    def text(self) -> str:
        """The whole statement."""
        claims = map(self.claim, self.proof.wrt)
        return "\n".join([f"{HEADER}{self.opened}", *self.section(), self.inhabited(), *claims, ""])

    @cached_property
    def maxima(self) -> tuple[str, ...]:
        """Tensors that are a maximum over axes."""
        return tuple(n for n, own in self.definitions.items() if isinstance(own.body, t.Most))

    @property
    def opened(self) -> str:
        """What is read for maxima, and for gamma functions."""
        heads = {n.head for own in self.definitions.values() for n in t.walk(own.body) if isinstance(n, t.Apply)}
        rooms = [*(["Largest"] if self.maxima else []), *(["Gamma"] if heads & {"gammaln", "polygamma"} else [])]
        return "".join(f"From Gradproof Require Import {room}.\n" for room in rooms)

    def section(self) -> Iterator[str]:
        """What the program defines, forwards and backwards."""
        yield from ("Section Program.", f"  Variables {' '.join(self.variables())}.")
        for name, own in self.definitions.items():
            letters = f" ({' '.join(i for i, _ in own.letters)} : nat)" if own.letters else ""
            yield f"  Definition {self.name(name)}{letters} : R :=\n    {t.written(own.body, self.name)}."
        yield "End Program.\n"

    def inhabited(self) -> str:
        """That some extents and inputs are as every claim supposes."""
        supposed = " /\\\n  ".join(f"({h})" for h in self.hypotheses(self.applied_name)) or "True"
        bound = ", ".join(f"exists {v}" for v in self.variables())
        return f"Definition supposed : Prop := {bound},\n  {supposed}.\n"

    def claim(self, wrt: str) -> str:
        """That each entry of the gradient is a derivative."""
        supposed = "".join(f"  ({h}) ->\n" for h in self.hypotheses(self.applied_name))
        letters = self.definitions[self.bar(wrt)].letters
        places = " ".join(i for i, _ in letters)
        entry = f"({self.name(wrt)} {places})" if letters else self.name(wrt)
        moved = f"(upd{len(letters)} {self.name(wrt)} {places} t)" if letters else "t"
        output = self.applied(self.output, {wrt: moved})
        value = f"({self.applied(self.bar(wrt))} {places})" if letters else self.applied(self.bar(wrt))
        goal = f"  {self.ranges(letters)}\n  is_derive (fun t : R => {output}) {entry} {value}."
        return f"Definition {wrt}_is_right : Prop := forall {' '.join(self.variables())},\n{supposed}{goal}\n"

    def applied_name(self, tensor: str) -> str:
        return self.applied(tensor) if tensor in self.definitions else self.name(tensor)


def _places(term: Term, letters: Letters) -> Iterator[tuple[Term, Letters]]:
    """Every part of a term with the letters around it."""
    yield term, letters
    for part in t.parts(term):
        yield from _places(part, t.within(term, letters))
