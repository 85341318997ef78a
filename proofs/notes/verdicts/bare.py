"""Calculations whose left side is no slope: steps with numbers, slopes that are not called so, wrong arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from proofs.notes.context import Note
from proofs.notes.evaluation.functions import FUNCTIONAL
from proofs.notes.numbers.arithmetic import number_of, split
from proofs.notes.numbers.examples import Outcome, worked
from proofs.notes.numbers.given import Place, is_number
from proofs.notes.numbers.misput import misput
from proofs.notes.numbers.ranges import outside
from proofs.notes.numbers.units import OTHERS
from proofs.notes.reading.tree import Chain, Node, plain
from proofs.notes.verdicts.claim import Claim
from proofs.notes.verdicts.instances import Judged
from proofs.notes.verdicts.numeric_steps import numeric_step
from proofs.notes.verdicts.readings import ROLES

DOUBTED = "by the definitions of the note it has another number"
RIGHT = "the numbers are right to their last digit"


def bare(note: Note, at: Place, chain: Chain, before: Sequence[Judged], holds: Callable[[Chain], bool]) -> Claim | None:
    """The verdict on a step, a slope or a wrong number; `holds` says whether a chain does for all numbers."""
    found = _in_all_units(note, at, chain) if split(chain)[1] else None
    if found and found.kind == "refuted":
        return wrong_number(chain, found)
    other = misput(note.sheet, at, chain)
    if other:
        return Claim(chain, "refuted", "{} is {} here, and not {}".format(*other), slip="arithmetic")
    slope = next(_slopes(note, at, chain, holds), None) if found and found.kind == "fits" else None
    if slope:
        return Claim(chain, "true under", RIGHT, (f"it is the slope of {slope}", *(found.said if found else ())))
    return numeric_step(note, at, chain, before)


def wrong_number(chain: Chain, found: Outcome) -> Claim:
    """The number that is not what the note's formulas and numbers give."""
    numbers = {"worked out": found.found, "written": found.claimed}
    return Claim(chain, "refuted", f"{found.found} is not {found.claimed}", numbers=numbers, slip="arithmetic")


def _in_all_units(note: Note, at: Place, chain: Chain) -> Outcome | None:
    """Refuted if it is with logarithms to each usual base and angles in each usual unit, which notes need not say."""
    if "prop" in chain.signs:
        return None
    found = worked(note, note.sheet, at, chain)
    others = OTHERS if found.kind == "refuted" else ()
    return found if all(worked(note, note.sheet, at, chain, units).kind == "refuted" for units in others) else None


def _slopes(note: Note, at: Place, chain: Chain, holds: Callable[[Chain], bool]) -> Iterator[str]:
    """What the formula before the numbers is a slope of: a cost of the note or a function of one name, by a name."""
    formula = chain.members[0]
    if plain(formula).kind in ("name", "apply") or is_number(formula):
        return
    names = {n.text: n for n in formula.walk() if n.kind == "name" and n.text not in FUNCTIONAL and not n.sups}
    laws = {law.head: law for law in note.sheet.laws if law.at < at}
    for head, law in list(laws.items())[::-1][:MOST]:
        costs = names.values() if ROLES.get(head.text) == "cost" and not law.params else law.params[:1]
        for by in (name for name in costs if name.text in names and len(law.params) < 2):
            if holds(replace(chain, members=(Node("derivative", (head, by), "d"), formula), signs=("=",))):
                yield f"{head.text} by {by.text}"


MOST = 3  # definitions that are tried


def impossible(symbolic: Chain, numeric: tuple[Node, ...]) -> Claim | None:
    """A number that a formula before it has for no numbers."""
    found = [value for member in numeric for value in [number_of(member)] if value is not None]
    numbers = [float(value.data[0].real) for value in found if not value.rank]
    for member in symbolic.members[1:]:
        if any(outside(number, member) for number in numbers):
            return Claim(symbolic, "refuted", "a formula with numbers that it cannot have", slip="arithmetic")
    return None
