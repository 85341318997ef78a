"""From outcomes under all readings to what may be said of a claim."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from proofs.notes.arrays.typings import oriented
from proofs.notes.context import Note
from proofs.notes.evaluation.calls import OF_UNITS
from proofs.notes.evaluation.world import Rule, Rules
from proofs.notes.reading.names import Habits, marks
from proofs.notes.reading.tree import SLOPES, Chain, plain
from proofs.notes.usual import same_as, usual
from proofs.notes.verdicts.all_shapes import of_activations, of_arrays
from proofs.notes.verdicts.arguments import by_arguments
from proofs.notes.verdicts.each_example import OF_ONE, of_one
from proofs.notes.verdicts.fitting import fitted
from proofs.notes.verdicts.implicit import spelled_out
from proofs.notes.verdicts.loose import loose
from proofs.notes.verdicts.meant import Place, as_meant, by_words
from proofs.notes.verdicts.names import bodies, names_of, of_unknown, tops
from proofs.notes.verdicts.outputs import of_outputs
from proofs.notes.verdicts.own_variables import by_own_variable
from proofs.notes.verdicts.quadratic import quadratic
from proofs.notes.verdicts.readings import Reading, free
from proofs.notes.verdicts.recurrent import by_steps
from proofs.notes.verdicts.several_arguments import by_argument, without
from proofs.notes.verdicts.spellings import BY_PRIME, as_spelt, as_summed, of_several
from proofs.notes.verdicts.trial import Outcome, tried
from proofs.notes.verdicts.trials import Trial
from proofs.notes.verdicts.unrolling import shifted

ALL_FIXED = "all other quantities are held fixed"


def trial(note: Note, at: tuple[int, int], chain: Chain, cut: frozenset[str] = frozenset()) -> Trial:
    """Try the claim under the readings without a network; if none holds, under those with one; `cut` are names of
    which it does not matter how they are computed."""
    habits, later = note.of(chain), note.later(at)
    below = _below(chain, habits)
    solved = later & below | cut | {base for base in below if any(map(_solution, note.rules(at).get(base, ())))}
    recurring = _recurring(note, chain, habits)
    every = [{**without(solved, one), **recurring} for one in _definitions(note, at, chain, habits)]
    computed = {defined.rule.base for defined in note.defined}
    primed = by_argument(chain, every[0], computed, lambda one, some: _holds(note, one, habits, some))
    rules, near, about = (without(primed.free, one) for one in every)
    written, chain = primed.chain, by_own_variable(of_several(primed.chain, rules), habits, rules)
    spelling = primed.said or (BY_PRIME if written != chain else "")
    typed = of_activations(note.features(chain, habits), chain, habits, rules)
    done = Trial(chain, habits, rules, typed=typed, later=later, near=frozenset(near), spelling=spelling)
    if any(outcome.holds for _, outcome in done.typed):
        return replace(done, free=done.typed[-1:])
    done = done if note.step is None else replace(done, typed=())  # arrays of all steps at once are not those of one
    found: list[tuple[Reading, Outcome]] = []
    for some in _different(*alternatives(chain, habits, rules), near, about, without(later, rules)):
        for reading in _free(note, chain, habits, rules):
            found.append((reading, tried(chain, reading, habits, {**some, **recurring})))
            if found[-1][1].holds:
                return _in_networks(note, at, _as_held(replace(done, free=tuple(found)), some))
    if of_each := _of_each(done, [reading for reading, _ in found if reading.activation == "logistic"]):
        return of_each
    for some in alternatives(chain, habits, rules):
        fixed = others_fixed(chain, habits, some)
        if fixed.holds:
            return _as_held(replace(done, free=(*found, (Reading(), fixed))), _own(chain, habits, some))
    return _otherwise(note, at, done, tuple(found))


def _otherwise(note: Note, at: tuple[int, int], done: Trial, found: tuple[tuple[Reading, Outcome], ...]) -> Trial:
    """The trial of a claim in another spelling, by custom, and as it may be meant."""
    chain, habits, rules = done.chain, done.habits, done.rules
    spelt = as_spelt(note, chain, habits, rules)
    if spelt:
        return replace(done, free=(*found, spelt), typed=())
    known = _as_usual(chain, habits, rules, note.names_seen)
    held = [(Reading(), outcome) for outcome in known.values() if outcome.holds]
    certain = found[0][1].kind == "fails" and not loose(replace(done, free=found))
    place = Place(note, at, chain, habits, rules, certain)
    meant = () if held else as_meant(place, of_activations, fitted)
    held += [pair for pair in meant if pair[1].holds]
    done = replace(done, free=(*found, *held), usual=known)
    return done if held else _guessed(done, place, meant)


def _guessed(done: Trial, place: Place, meant: Iterable[tuple[Reading, Outcome]]) -> Trial:
    """With the parts of a network for names that nothing defines, and then with a cost that no formula defines."""
    note, chain, habits = place.note, done.chain, done.habits
    signs = note.reversed and any(n.text == "delta" for m in chain.members for n in m.walk())
    apart = signs or done.spelling == BY_PRIME or shifted(chain) or habits.classes
    one = None if apart else of_one(chain, habits)
    done = done if one is None else replace(done, chain=one, spelling=OF_ONE)
    done = replace(done, shapes={} if apart else fitted(note, done.chain, habits, done.rules))
    said = () if done.fitting or meant else by_words(place, of_activations)
    if any(outcome.holds for _, outcome in said):
        return replace(done, free=(*done.free, *said))
    return replace(done, against=next((outcome for _, outcome in (*meant, *said)), None))


def _free(note: Note, chain: Chain, habits: Habits, rules: Rules) -> list[Reading]:
    """The readings without a network; a function that the note defines is no other one."""
    if habits.classes:
        return [Reading(), Reading(scoped=True)] if note.scoped else [Reading()]
    called = {name: rules[name][0] for name in _functions(chain) if name in rules}
    defined = {name for name, rule in called.items() if rule.params and not of_unknown(rule, rules)}
    readings = [*free(note.features(chain, habits), bool(habits.axes))]
    readings += [Reading(symmetric=True)] if quadratic(bodies(chain, rules)) else []
    never = {"relu"} if defined else set()
    never |= {"logistic"} if defined & {*OF_UNITS, habits.activation} else set()
    return [reading for reading in readings if reading.activation not in never]


def _holds(note: Note, chain: Chain, habits: Habits, rules: Rules) -> bool:
    return any(tried(chain, reading, habits, rules).holds for reading in _free(note, chain, habits, rules))


def _functions(chain: Chain) -> set[str]:
    """The functions that are called or differentiated."""
    heads = {n.args[0].text for m in chain.members for n in m.walk() if n.kind == "apply"}
    return heads | {n.text for m in chain.members for n in m.walk() if n.primes} | {top.text for top in tops(chain)}


def _in_networks(note: Note, at: tuple[int, int], done: Trial) -> Trial:
    """What has transposes and holds for numbers is tried as of the layers of a network, and of a recurrence, too."""
    if done.held is not None and not done.held[0].sizes:
        done = _with_outputs(note, done)
    if done.held is None or done.held[0].sizes or not oriented(done.chain):
        return done
    shapes = fitted(note, done.chain, done.habits, done.rules)
    fits = any(outcome.holds for _, outcome in shapes.values())
    steps = () if fits else by_steps(note, at, done.chain)
    return replace(done, free=steps, typed=()) if steps else replace(done, shapes=shapes)


def _with_outputs(note: Note, done: Trial) -> Trial:
    """What holds for numbers, and has no shape as arrays, with what its cost says of one output, or of several."""
    pairs = of_outputs(note, done.chain, done.habits, done.rules, of_activations)
    return replace(done, free=pairs, typed=()) if pairs else done


def _recurring(note: Note, chain: Chain, habits: Habits) -> Rules:
    """What the claim differentiates and only a recurrence defines."""
    names = {marks(top, habits).base for top in tops(chain)}
    return {base: several for base, several in note.recursive.items() if base in names}


def _of_each(done: Trial, logistic: list[Reading]) -> Trial | None:
    """The trial where definitions that leave an example free are said of each, if the claim holds then."""
    whole = spelled_out(done.chain, done.rules, done.habits)
    if whole is None:
        return None
    chain, rules, said = whole
    for reading in (Reading(), Reading(elementwise=True), *logistic[:1]):
        held = tried(chain, reading, done.habits, rules)
        if held.holds:
            typed = of_arrays(chain, done.habits, rules)
            outcome = replace(held, assumed=(*held.assumed, said))
            return replace(done, chain=chain, rules=rules, typed=typed, free=((reading, outcome),))
    return None


def _definitions(note: Note, at: tuple[int, int], chain: Chain, habits: Habits) -> list[Rules]:
    """The definitions that hold at a claim: all, those near it, and those near that of what it differentiates."""
    home = note.home(at, {marks(top, habits).base for top in tops(chain)})
    several = (note.rules(at), note.rules(at, NEAR), note.rules(at, NEAR, home))
    return [by_arguments(chain, habits, some) for some in several]


def _solution(rule: Rule) -> bool:
    """theta = (X^T X)^{-1} X^T y: a derivative by theta is by all that it may be."""
    powers = (n for n in rule.body.walk() if n.kind == "pow" and plain(n.args[1]).kind == "neg")
    return any(n.kind == "transpose" for power in powers for n in power.args[0].walk())


def _different(*several: Rules) -> Iterator[Rules]:
    """Each of these once."""
    for n, rules in enumerate(several):
        if rules not in several[:n]:
            yield rules


def _below(chain: Chain, habits: Habits) -> set[str]:
    """The names by which the left side is a derivative."""
    slopes = [n for n in chain.members[0].walk() if n.kind in SLOPES]
    names = [plain(by) for n in slopes for by in n.args[1:]]
    return {marks(name, habits).base for name in names if name.kind == "name"}


def _as_held(done: Trial, rules: Rules) -> Trial:
    """What holds for numbers by other definitions, or for one activation, is tried for arrays by these."""
    activation = done.free[-1][0].activation
    if rules == done.rules and activation == "any":
        return done
    typed = of_arrays(done.chain, done.habits, rules, activation)
    whole = any(outcome.holds for _, outcome in typed)
    return replace(done, rules=rules, typed=typed, free=typed[-1:] if whole else done.free)


def _as_usual(chain: Chain, habits: Habits, rules: Rules, seen: frozenset[str]) -> dict[str, Outcome]:
    """The outcome by the definitions that everybody uses, where the note has none of its own."""
    found: dict[str, Outcome] = {}
    reading = Reading(elementwise=any(n.kind == "times" for m in chain.members for n in m.walk()))
    for said, more in usual({n for m in chain.members for n in names_of(m, habits)}, seen, habits):
        alike = {base: more[base] for base in rules.keys() & more.keys() if same_as(more[base][0], rules[base])}
        both = {**more, **rules, **alike}
        whole = tried(chain, reading, habits, both)
        outcome = whole if whole.holds else others_fixed(chain, habits, both, whole)
        outcome = outcome if outcome.holds else as_summed(chain, habits, both, outcome)
        if outcome.holds or not rules.keys() & more.keys() - alike.keys():
            found[said] = replace(outcome, assumed=(*outcome.assumed, said))
    return found


def _own(chain: Chain, habits: Habits, rules: Rules) -> Rules:
    """The definitions of what is differentiated."""
    found = [marks(top, habits) for top in tops(chain)]
    names = {mark.base for mark in found} | {mark.base + mark.label for mark in found}
    return {base: several for base, several in rules.items() if base in names}


def others_fixed(chain: Chain, habits: Habits, rules: Rules, otherwise: Outcome | None = None) -> Outcome:
    """Partial derivatives of definitions as they stand: what else the note defines is held fixed."""
    own = _own(chain, habits, rules)
    signs = {n.text for m in chain.members for n in m.walk() if n.kind == "derivative"}
    nothing = all(plain(m).text == "0" for m in chain.members[1:])  # which is so of all that is held fixed
    if signs != {r"\partial"} or not own or nothing:
        return otherwise or Outcome("stuck")
    outcome = tried(chain, Reading(elementwise=True), habits, own)
    return replace(outcome, assumed=(*outcome.assumed, ALL_FIXED))


def alternatives(chain: Chain, habits: Habits, rules: Rules) -> Iterator[Rules]:
    """The definitions that hold here; those before, where a name is defined again; and none."""
    yield rules
    names = {marks(top, habits).base for top in tops(chain)}
    longest = max((len(rules.get(name, ())) for name in names), default=0)
    for n in range(1, min(longest, MOST_DEFINITIONS)):
        yield {base: several[n:] or several if base in names else several for base, several in rules.items()}
    if rules:
        yield {}


MOST_DEFINITIONS = 5
NEAR = 6  # formulas before and after that may well be of the same example
