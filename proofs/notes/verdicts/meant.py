"""A claim by what its note may mean: tried where it does not hold by the definitions as they stand."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from proofs.notes.arrays.typings import marked, resting
from proofs.notes.context import Note
from proofs.notes.evaluation.functions import FUNCTIONAL
from proofs.notes.evaluation.world import Rules
from proofs.notes.layers import NUMBERED, by_layers, in_layers
from proofs.notes.reading.names import Habits
from proofs.notes.reading.tree import Chain, plain
from proofs.notes.verdicts.elements import of_elements
from proofs.notes.verdicts.exchanged import mended
from proofs.notes.verdicts.in_words import in_words
from proofs.notes.verdicts.letters import APART, by_letters
from proofs.notes.verdicts.local import DIRECTLY, direct
from proofs.notes.verdicts.meanings import (
    ONE,
    Meaning,
    any_cost,
    meanings,
    of_one_step,
    others_apart,
    squares,
    top_keys,
    with_slopes,
)
from proofs.notes.verdicts.names import names_of
from proofs.notes.verdicts.own_layers import by_own_layers
from proofs.notes.verdicts.readings import Features, Reading, free
from proofs.notes.verdicts.recurrent import by_steps
from proofs.notes.verdicts.roots import roots
from proofs.notes.verdicts.summed import of_all, of_given
from proofs.notes.verdicts.trial import Outcome, tried
from proofs.notes.verdicts.turned import turned
from proofs.notes.verdicts.units import by_units, certain, input_slope

Pairs = tuple[tuple[Reading, Outcome], ...]
OfArrays = Callable[[Features, Chain, Habits, Rules], Pairs]
OfNetworks = Callable[[Note, Chain, Habits, Rules], Mapping[str, tuple[Reading, Outcome]]]


@dataclass(frozen=True)
class Place:
    """A claim, where it stands, and what holds there."""

    note: Note
    at: tuple[int, int]
    chain: Chain
    habits: Habits
    rules: Rules
    certain: bool = False  # whether it fails by definitions that leave nothing open


def as_meant(place: Place, arrays: OfArrays, networks: OfNetworks) -> Pairs:
    """The first way to read a claim under which it holds; else one by which it fails, be it read as it may."""
    found = _ways(place, arrays, networks)
    for said, rules in () if found else roots(place.chain, place.habits, place.rules):
        rooted = replace(place, rules=rules)
        outcomes = itertools.chain(_outcomes(rooted, rules, arrays), _ways(rooted, arrays, networks))
        held = next((pair for pair in outcomes if pair[1].holds), None)
        if held:
            return _said(*held, said)
    return found


def _ways(place: Place, arrays: OfArrays, networks: OfNetworks) -> Pairs:
    found = _by_meaning(place, arrays) or _at_step(place, arrays) or _by_slopes(place, arrays)
    found = found or _by_elements(place) or _by_sums(place) or _by_letters(place) or _by_units(place)
    found = found or _by_numbers(place, networks) or _directly(place, arrays)
    return found or by_steps(place.note, place.at, place.chain) or by_own_layers(place.note, place.at, place.chain)


def _by_meaning(place: Place, arrays: OfArrays) -> Pairs:
    """By other definitions; where it has the other sign than by the cost of the note, it fails."""
    found = meanings(place.chain, place.habits, place.rules, place.note.beside)
    return _tried(place, (one for one in found if not place.certain or ONE in one.said), arrays)


def by_words(place: Place, arrays: OfArrays) -> Pairs:
    """By a cost that no formula of the note defines."""
    return _tried(place, in_words(place.chain, place.habits, place.rules, place.note.words), arrays)


def _tried(place: Place, found: Iterable[Meaning], arrays: OfArrays) -> Pairs:
    """The first by which it holds; else one of those which must be small by which it has the other sign."""
    chain = place.chain
    against: Pairs = ()
    for meaning in found:
        for reading, outcome in _outcomes(place, meaning.rules, arrays):
            if outcome.holds:
                return _said(reading, outcome, meaning.said)
            if outcome.kind == "fails" and meaning.squares and not against:
                opposite = tried(chain.opposite, reading, place.habits, meaning.rules).holds
                against = _said(reading, replace(outcome, said=OTHER_SIGN), meaning.said) if opposite else ()
    return against


OTHER_SIGN = "the sign is the other"
DIFFER = "the sides differ"


def _at_step(place: Place, arrays: OfArrays) -> Pairs:
    """At one step of a recurrence."""
    note = place.note.step
    if note is None:
        return ()
    there = replace(place, note=note, habits=note.of(place.chain), rules=note.rules(place.at))
    for meaning in of_one_step(there.chain, there.habits, there.rules, note.beside):
        found = tuple(_outcomes(there, meaning.rules, arrays))
        held = [pair for pair in found if pair[1].holds]
        failed = [pair for pair in found if pair[1].kind == "fails"]
        wrong = held or (failed and _wrong(there, meaning.rules, found))
        return _said(*(held or failed)[0], meaning.said) if wrong else ()
    return ()


def _wrong(place: Place, rules: Rules, found: Pairs) -> bool:
    """Whether it fails in all ways, also with all held fixed that the step computes besides, and has no open name."""
    own = {key: rules[key] for key in top_keys(place.chain, place.habits) if key in rules}
    alone = tried(place.chain, Reading(elementwise=True), place.habits, own)
    outcomes = (alone, *(outcome for _, outcome in found))
    later = own.keys() & place.note.later(place.at)  # of another cell, further on
    failing = not later and all(outcome.kind in ("fails", "mismatch") for outcome in outcomes)
    return failing and others_apart(place.chain, place.habits, rules) and not _holding(place, rules)


def _holding(place: Place, rules: Rules) -> bool:
    """Whether it holds where some of what it names is held fixed, as gates are along one path."""
    chain, habits = place.chain, place.habits
    named = {name for m in chain.members[1:] for name in names_of(m, habits)} & rules.keys()
    named -= set(top_keys(chain, habits))
    several = (some for n in range(1, MOST_HELD + 1) for some in itertools.combinations(sorted(named), n))
    kept = ({key: rule for key, rule in rules.items() if key not in some} for some in several)
    return any(tried(chain, Reading(elementwise=True), habits, some).holds for some in kept)


MOST_HELD = 3


def _by_slopes(place: Place, arrays: OfArrays) -> Pairs:
    """With dV, and its like, as the derivative of the cost by V."""
    cost = any_cost(place.habits.roles, place.note.names)
    spelled = with_slopes(place.chain, cost)
    if spelled == place.chain:
        return ()
    others = {base: several for base, several in place.rules.items() if base != cost}  # it may be any cost
    spelt = replace(place, chain=spelled)
    found = [pair for pair in _outcomes(spelt, others, arrays) if not pair[0].numerator]  # dX has the shape of X
    typed = [pair for pair in found if pair[0].sizes]
    wrong = typed if typed and all(outcome.kind in ("fails", "mismatch") for _, outcome in typed) else []
    meant = f"dX is the derivative of {cost} by X"
    held = next((pair for pair in found if pair[1].holds), None)
    if wrong and not (held and held[0].sizes):
        return _mended(spelt, others, arrays, wrong[0], meant)
    return _said(*held, meant) if held else ()


def _mended(place: Place, rules: Rules, arrays: OfArrays, wrong: tuple[Reading, Outcome], meant: str) -> Pairs:
    """What holds for numbers and for no arrays fails, if a transpose or an order put right makes it hold for these."""
    for chain in turned(place.chain):
        pairs = arrays(place.note.features(chain, place.habits), chain, place.habits, rules)
        if any(outcome.holds for _, outcome in pairs):
            return _said(wrong[0], replace(wrong[1], found="fails", sides=None), meant)
    return ()


def _directly(place: Place, arrays: OfArrays) -> Pairs:
    """With the slopes in products as those of definitions alone; it may only hold."""
    found = direct(place.chain, place.habits, place.rules)
    if found is None:
        return ()
    outcomes = _outcomes(replace(place, chain=found[0]), found[1], arrays)
    held = next((pair for pair in outcomes if pair[1].holds), None)
    return _said(*held, DIRECTLY) if held else ()


def _by_elements(place: Place) -> Pairs:
    """With definitions before it that have no index said of each element: it holds, or has the other sign."""
    later = place.note.later(place.at)
    before = {base: rules for base, rules in place.rules.items() if base not in later}
    against: Pairs = ()
    for chain, rules, said in of_elements(place.chain, place.habits, before):
        for reading in (Reading(), Reading(activation="logistic")):
            outcome = tried(chain, reading, place.habits, rules)
            if outcome.holds:
                return _said(reading, outcome, said)
            small = outcome.kind == "fails" and not against and _of_squares(place, rules)
            if small and tried(chain.opposite, reading, place.habits, rules).holds:
                against = _said(reading, replace(outcome, said=OTHER_SIGN), said)
    return against


def _of_squares(place: Place, rules: Rules) -> bool:
    """Whether what is differentiated has one definition, a sum of squares, which is to be made small."""
    found = [rules.get(key, ()) for key in top_keys(place.chain, place.habits)]
    return bool(found) and all(len(several) == 1 and squares(several[0].body) for several in found)


def _by_sums(place: Place) -> Pairs:
    """With the cost of one example summed as the claim is; it fails where it does for the sum and for the mean."""
    found: list[tuple[Reading, Outcome, str]] = []
    for rules, said in of_all(place.chain, place.habits, place.rules):
        outcome = tried(place.chain, Reading(), place.habits, rules)
        if outcome.holds:
            return _said(Reading(), outcome, said)
        apart = outcome.kind == "fails" and others_apart(place.chain, place.habits, rules)
        found += [(Reading(), replace(outcome, said=DIFFER), said)] if apart else []
    certain = len(found) == 2 and of_given(place.chain, place.habits, place.rules)
    return _said(*found[-1]) if certain else ()


def _by_letters(place: Place) -> Pairs:
    """With the layers of units told apart by their letters; it may only hold."""
    note = place.note
    found = by_letters(place.chain, place.habits, place.rules, note.beside, note.names)
    if found is None or place.certain:
        return ()
    for scoped, activation in itertools.product((False, True)[: 1 + note.scoped], ("any", "logistic")):
        reading = Reading(activation=activation, scoped=scoped)
        outcome = tried(found[0], reading, replace(place.habits, roles={}), found[1])
        if outcome.holds:
            return _said(reading, outcome, APART)
    return ()


def _by_units(place: Place) -> Pairs:
    """With units told apart by their letters; it fails where the note defines these and another index mends it."""
    found = () if place.certain else _as_units(place, place.chain)
    if found or place.certain or not certain(place.note, place.chain, place.rules):
        return found
    for chain, why in mended(place.chain, input_slope(place.note, place.chain, place.rules)):
        for reading, outcome in _as_units(place, chain):
            return ((reading, replace(outcome, found="fails", said=why, numbers={}, sides=None)),)
    return ()


def _as_units(place: Place, chain: Chain) -> Pairs:
    found = by_units(place.note, chain, place.rules)
    if found is None:
        return ()
    calls = [plain(several[0].body) for several in found[1].values() if not several[0].params]
    heads = {call.args[0].text for call in calls if call.kind == "apply"} & FUNCTIONAL
    habits = replace(place.habits, roles={}, activation=next(iter(sorted(heads)), "sigma"))
    for activation in ("any", "logistic", "tanh")[: 3 if len(heads) < 2 else 1]:
        reading = Reading(activation=activation)
        outcome = tried(found[0], reading, habits, found[1])
        if outcome.holds:
            return ((reading, replace(outcome, assumed=(*outcome.assumed, *found[2]))),)
    return ()


def _by_numbers(place: Place, networks: OfNetworks) -> Pairs:
    """With numbers below names as layers of a network; it may only hold, and where all definitions agree with that."""
    note, chain = place.note.layered, by_layers(place.chain)
    if note is None or place.certain or chain == place.chain:
        return ()
    habits = replace(note.of(chain), depth=in_layers(place.note.names))
    for reading, outcome in networks(note, chain, habits, note.rules(place.at)).values():
        if outcome.holds and _agreeing(note, reading, habits):
            return _said(reading, outcome, NUMBERED)
    return ()


def _agreeing(note: Note, reading: Reading, habits: Habits) -> bool:
    """Whether the parts of the network are what the note says that they are."""
    said = [d.at for d in note.defined if habits.roles.get(d.rule.base) in ("pre", "act")]
    chains = [chain for at, nth in said for chain in (note.formulas[at] or ())[nth : nth + 1]]
    return all(tried(chain, reading, habits, {}).holds for chain in chains)


def _said(reading: Reading, outcome: Outcome, said: str) -> Pairs:
    return ((reading, replace(outcome, assumed=tuple(filter(None, (*outcome.assumed, said))))),)


def _outcomes(place: Place, rules: Rules, arrays: OfArrays) -> Iterator[tuple[Reading, Outcome]]:
    """Of arrays, and of numbers where nothing is written as it is of arrays only."""
    chain, habits = place.chain, place.habits
    features = place.note.features(chain, habits)
    yield from arrays(features, chain, habits, rules)
    if not marked((n for body in resting(chain, habits, rules) for n in body.walk()), habits):
        yield from ((one, tried(chain, one, habits, rules)) for one in free(features, bool(habits.axes)))
