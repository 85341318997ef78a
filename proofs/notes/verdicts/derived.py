"""A proof of a claim of arrays for all extents: the deriver differentiates, the kernel replays, the sides are compared.

An array on the left is multiplied by weights that nothing else has, entry by entry: what is then derived by one array
is the claim for all entries at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from sympy import Expr

from derive import grad, program
from derive.equality import equal, unfolded
from derive.equation import Program, ProgramError
from derive.functions import definition_of
from derive.index import Along, substitute
from derive.kernel import Refused
from derive.syntax import ParseError
from proofs.notes.evaluation.tensors import Part, Texts, Told, Untold
from proofs.notes.evaluation.world import Rules
from proofs.notes.reading.names import Habits, Marks, marks
from proofs.notes.reading.tree import SLOPES, Chain, Node, plain
from proofs.notes.verdicts.readings import Reading

LONGEST = 2000  # letters of a program that is worth deriving
CLAIMED, COST, WEIGHTS = "claimed", "L", "u"


def derived(chain: Chain, reading: Reading, habits: Habits, rules: Rules) -> bool:
    """Whether a derivation that the kernel replays gives every member, for all shapes that the reading allows."""
    first, *others = map(plain, chain.members)
    if reading.network or first.kind not in SLOPES or chain.condition is not None or chain.pins or "~" in chain.signs:
        return False
    try:
        slope = Slope(first, Told(reading, habits, rules, Texts(), {}))
        return all(map(slope.equals, others))
    except (Untold, ProgramError, ParseError, Refused, RecursionError):
        return False


class Slope:
    """The derivative of an expression by an array, by a part of it or by an entry."""

    def __init__(self, node: Node, told: Told) -> None:
        self.by = _by(node, told)
        self.told = told = told.holding(self.by.base + self.by.label)
        letters = told.letters(self.by)
        array = told.leaf(Marks(self.by.base, label=self.by.label, sample=self.by.sample))
        self.rest = [told.texts.letter() for _ in range(array.rank - len(letters))]
        self.at = (*letters, *self.rest)
        self.array = _name(array.at(*self.at))
        self.of = told.part(node.args[0])
        self.over = [told.texts.letter() for _ in range(self.of.rank)]
        self.free = [*self.over, *(i for i in told.env.values() if i not in letters and _has(self.text, (i,)))]
        if _has(self.text, letters) or (self.of.rank and node.kind == "nabla"):
            raise Untold("an entry by the entry of the same index")

    @property
    def text(self) -> str:
        return self.of.at(*self.over)

    def equals(self, other: Node) -> bool:
        if other.kind in SLOPES:
            return self._of_the_same(other)
        entry = _entry(self.told.part(other), self.over, self.rest, self.told.reading)
        made = self._program(f"{CLAIMED}[{','.join(self.at)}]" if self.at else CLAIMED, entry)
        derivation = grad(made, [self.array])
        derivation.check()
        due, claimed = derivation.adjoint(self.array), made[CLAIMED]
        scope = dict(zip(due.indices, made.extents(self.array), strict=True))
        at = dict(zip(claimed.indices, due.indices, strict=True))
        slope = _written_out(unfolded(due.rhs, made.defined))
        return equal(slope, substitute(claimed.rhs, at), scope)

    def _of_the_same(self, other: Node) -> bool:
        """The derivative of the same, written otherwise, by the same."""
        of = self.told.part(other.args[0])
        if _by(other, self.told) != self.by or of.rank != self.of.rank:
            raise Untold("a derivative by another")
        made = self._program(CLAIMED, of.at(*self.over))
        return equal(made[CLAIMED].rhs, made[COST].rhs)

    def _program(self, left: str, entry: str) -> Program:
        text = f"{left} = {self._weighted(entry)}\n{COST} = {self._weighted(self.text)}"
        if len(text) > LONGEST:
            raise Untold("a long program")
        return program(text)

    def _weighted(self, entry: str) -> str:
        """The sum of the entries, each times its weight; a number without indices is itself."""
        if _has(entry, (i for i in self.told.env.values() if i not in (*self.free, *self.at))):
            raise Untold("an index that the left side does not have")
        free = ",".join(self.free)
        return f"sum[{free}]({WEIGHTS}[{free}]*{entry})" if free else entry


def _by(node: Node, told: Told) -> Marks:
    of, *by = node.args
    if not by:
        head = of.args[0] if of.kind == "apply" else of
        rule = next(iter(told.rules.get(head.text, ())), None)
        by = [Node("name", text=name) for name in (rule.params if rule is not None else ())]
    inside = plain(by[0]) if len(by) == 1 else None
    if inside is None or inside.kind != "name" or node.text == "2" or node.primes:
        raise Untold("a derivative by several, or by an expression")
    found = marks(inside, told.habits)
    plainly = found == replace(Marks(found.base, label=found.label, sample=found.sample), places=found.places)
    if not plainly:
        raise Untold("a derivative by a power or a layer")
    return found


def _entry(part: Part, over: list[str], rest: list[str], reading: Reading) -> str:
    """The entry of a side where what is differentiated and what it is by have these letters, as both are laid out."""
    if part.rank != len(over) + len(rest) or len(over) > 1:
        raise Untold("a side of other axes than the derivative")
    turned = reading.denominator if over else reading.numerator
    return part.at(*reversed((*over, *rest))) if turned else part.at(*over, *rest)


def _name(entry: str) -> str:
    """Of the array of which this is an entry."""
    found = re.fullmatch(r"(\w+)(\[.*\])?", entry)
    if found is None:
        raise Untold("a derivative by a matrix that is symmetric")
    return found[1]


def _written_out(expr: Expr) -> Expr:
    """With the exponentials of each softmax, as notes have them."""
    return expr.xreplace({term: definition_of(term) for term in expr.atoms(Along)})


def _has(text: str, letters: Iterable[str]) -> bool:
    return any(re.search(rf"\b{letter}\b", text) for letter in letters)
