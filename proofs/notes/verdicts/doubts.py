"""Why a claim that fails is not refuted: the note may have said elsewhere what makes it hold.

An entry has a formula of its own, a_3 = w_{13} y_1, beside that of all entries; m is 3, and the claim has 2/3 for 2/m.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

from proofs.notes.context import Note
from proofs.notes.reading.names import marks
from proofs.notes.reading.tree import Chain
from proofs.notes.verdicts.decision import Trial
from proofs.notes.verdicts.luck import lost_counts, whole_numbers
from proofs.notes.verdicts.names import tops
from proofs.notes.verdicts.trial import tried


def has_its_own(note: Note, chain: Chain) -> str:
    """An entry that the note computes by a formula of its own; empty if there is none."""
    heads = {law.head for law in note.sheet.laws}
    for top in (top for top in tops(chain) if top in heads):
        if any(place.kind == "num" for place in marks(top, note.habits).places):
            return f"an entry of {top.text} that has a formula of its own"
    return ""


def for_a_count(done: Trial) -> str:
    """A number of examples for which the claim holds, and which it has in it."""
    last = done.chain.members[-1]
    pairs = itertools.product(sorted(lost_counts(done.chain, done.habits, done.rules)), sorted(whole_numbers(last)))
    for name, figure in itertools.islice(pairs, MOST):
        pinned = replace(done.chain, pins=(*done.chain.pins, (name, float(figure))))
        if tried(pinned, done.first[0], done.habits, done.rules).kind == "holds":
            return f"it holds where {name} is {figure}"
    return ""


MOST = 6
