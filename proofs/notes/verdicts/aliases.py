"""Slopes of what a note has under two names: the output is z itself, so that its slope by z is 1."""

from __future__ import annotations

from proofs.notes.context import Note
from proofs.notes.reading.names import marks
from proofs.notes.reading.tree import Chain, plain
from proofs.notes.verdicts.claim import Claim


def of_itself(note: Note, chain: Chain) -> Claim | None:
    """The verdict on 1 for the slope of a name by another, if the note says of the first only that it is that."""
    slope, said = chain.members[0], plain(chain.members[-1])
    names = tuple(map(plain, slope.args))
    if slope.kind != "derivative" or slope.primes or [n.kind for n in names] != ["name", "name"] or said.text != "1":
        return None
    both = any(c.signs == ("=",) and tuple(map(plain, c.members)) == names for c in note.chains)
    of, by = (mark.base + mark.label for mark in (marks(name, note.habits) for name in names))
    if not both or any(d.rule.base == of for d in note.defined):
        return None
    return Claim(chain, "true under", "the slope of a name by itself", (f"{of} is {by}",))
