"""The orientations of a network under which a claim holds: of each, the outcome under its best variant."""

from __future__ import annotations

from dataclasses import replace

from proofs.notes.context import Note
from proofs.notes.evaluation.world import Rules
from proofs.notes.numbering import UNSAID, starts
from proofs.notes.reading.names import Habits, marks
from proofs.notes.reading.tree import Chain
from proofs.notes.verdicts.costs import OF_ANOTHER, possible, spoken, stated
from proofs.notes.verdicts.names import names_of, tops
from proofs.notes.verdicts.readings import Reading, networks, variants
from proofs.notes.verdicts.trial import Outcome, tried


def fitted(note: Note, chain: Chain, habits: Habits, rules: Rules) -> dict[str, tuple[Reading, Outcome]]:
    """The outcome for each orientation of a network; its parts are what they are in all networks."""
    apart = {base: several for base, several in rules.items() if base not in habits.roles}
    costs = stated(next((marks(top, habits).base for top in tops(chain)), ""), rules, habits.roles)
    readings = networks(note.features(chain, habits))
    found = {reading.shape.name: _best(chain, reading, habits, (apart, costs), note) for reading in readings}
    left = [replace(reading, leaving=True) for reading in readings if habits.layered and not note.numbering]
    unsaid = not any(outcome.holds for _, outcome in found.values()) and any(
        _best(one, reading, habits, (apart, costs), note)[1].holds for one in starts(chain, habits) for reading in left
    )
    return {name: (pair[0], Outcome("stuck", UNSAID)) for name, pair in found.items()} if unsaid else found


def _best(
    chain: Chain, shape: Reading, habits: Habits, rules: tuple[Rules, Rules], note: Note
) -> tuple[Reading, Outcome]:
    """The first variant that holds, else the first that has a value, else the first; `rules`: apart, of costs."""
    apart, costs = rules
    found: list[tuple[Reading, Outcome]] = []
    letters = frozenset(n.text for n in chain.members[0].walk() if n.kind == "name") & habits.letters
    readings = variants(shape, replace(note.features(chain, habits), stated=bool(costs)))
    names = frozenset(name.partition("_")[0] for m in chain.members for name in names_of(m, habits))
    guessed_ones = possible(readings, [d.rule for d in note.defined], letters, names)
    for reading in sorted(guessed_ones, key=lambda reading: not spoken(reading, note.words)):
        known = {**apart, **costs} if reading.cost == "stated" else apart
        found.append((reading, tried(chain, reading, habits, known)))
        if found[-1][1].holds:
            return found[-1] if spoken(reading, note.words) else (reading, Outcome("stuck", OF_ANOTHER))
        if found[-1][1].found in ("stuck", "unbound") and reading.cost != "stated":
            break
    guessed = [pair for pair in found if pair[0].cost != "stated"] or found
    return next((pair for pair in guessed if pair[1].kind == "fails"), guessed[0])
