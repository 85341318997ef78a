"""From outcomes under all readings to what may be said of a claim."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from proofs.notes.arrays.typings import oriented
from proofs.notes.context import Note, kronecker
from proofs.notes.evaluation.calls import OF_UNITS
from proofs.notes.evaluation.functions import FUNCTIONAL
from proofs.notes.evaluation.world import Rule, Rules
from proofs.notes.reading.chances import one_of_all, summed
from proofs.notes.reading.names import COUNTS, Habits, marks
from proofs.notes.reading.tree import SLOPES, Chain, Node, NotUnderstood, plain
from proofs.notes.reading.vocabulary import NAMES as GREEK
from proofs.notes.usual import same_as, usual
from proofs.notes.verdicts.all_shapes import of_activations, of_arrays
from proofs.notes.verdicts.arguments import by_arguments
from proofs.notes.verdicts.fitting import fitted
from proofs.notes.verdicts.forall import for_all
from proofs.notes.verdicts.implicit import spelled_out
from proofs.notes.verdicts.meant import Place, as_meant, by_words
from proofs.notes.verdicts.names import BUILT, bodies, closure, named_here, names_of, tops
from proofs.notes.verdicts.own_variables import by_own_variable
from proofs.notes.verdicts.readings import Reading, free
from proofs.notes.verdicts.recurrent import by_steps
from proofs.notes.verdicts.spellings import BY_PRIME, as_spelt, as_summed, of_several
from proofs.notes.verdicts.trial import NO_VALUE, SEEDS, Outcome, tried, value_of
from proofs.notes.verdicts.universal import called, primed
from proofs.notes.verdicts.unrolling import shifted
from proofs.notes.verdicts.updates import RATES

FIXED = frozenset((*COUNTS, *RATES, "lambda", "e", "pi", "ones", "delta"))


@dataclass(frozen=True)
class Trial:
    """A claim with what its note says, and its outcome under each reading that was tried."""

    chain: Chain
    habits: Habits
    rules: Rules
    free: tuple[tuple[Reading, Outcome], ...] = ()
    shapes: Mapping[str, tuple[Reading, Outcome]] = field(default_factory=dict)
    typed: tuple[tuple[Reading, Outcome], ...] = ()
    usual: Mapping[str, Outcome] = field(default_factory=dict)
    against: Outcome | None = None  # how the claim fails by what the note means
    later: frozenset[str] = frozenset()  # names of which the note says only further on what they are
    near: frozenset[str] = frozenset()  # names that are defined close to it
    spelling: str = ""  # the convention by which the chain is another than the one written

    @property
    def first(self) -> tuple[Reading, Outcome]:
        """The outcome by the definitions of the note: of log(1 - sigma(z)) for the logistic function."""
        logistic = self.free[0][1].said == NO_VALUE and self.free[1:] and self.free[1][0].activation == "logistic"
        return self.free[1] if logistic else self.free[0]

    @property
    def held(self) -> tuple[Reading, Outcome] | None:
        """The first reading without a network under which the claim holds."""
        return next((pair for pair in self.free if pair[1].holds), None)

    @property
    def fitting(self) -> tuple[str, ...]:
        """The orientations of a network under which it holds."""
        return tuple(name for name, (_, outcome) in self.shapes.items() if outcome.holds)


def trial(note: Note, at: tuple[int, int], chain: Chain, cut: frozenset[str] = frozenset()) -> Trial:
    """Try the claim under the readings without a network; if none holds, under those with one; `cut` are names of
    which it does not matter how they are computed."""
    habits, later = note.of(chain), note.later(at)
    below = _below(chain, habits)
    solved = later & below | cut | {base for base in below if any(map(_solution, note.rules(at).get(base, ())))}
    recurring = _recurring(note, chain, habits)
    rules, near, about = ({**_without(solved, some), **recurring} for some in _definitions(note, at, chain, habits))
    written, chain = chain, by_own_variable(of_several(chain, rules), habits, rules)
    spelling = BY_PRIME if written != chain else ""
    typed = of_activations(note.features(chain, habits), chain, habits, rules)
    done = Trial(chain, habits, rules, typed=typed, later=later, near=frozenset(near), spelling=spelling)
    if any(outcome.holds for _, outcome in done.typed):
        return replace(done, free=done.typed[-1:])
    done = done if note.step is None else replace(done, typed=())  # arrays of all steps at once are not those of one
    found: list[tuple[Reading, Outcome]] = []
    for some in _different(*alternatives(chain, habits, rules), near, about, _without(later, rules)):
        for reading in _free(note, chain, habits, rules):
            found.append((reading, tried(chain, reading, habits, {**some, **recurring})))
            if found[-1][1].holds:
                return _in_networks(note, at, _as_held(replace(done, free=tuple(found)), some))
    of_each = _of_each(done)
    if of_each:
        return of_each
    for some in alternatives(chain, habits, rules):
        fixed = others_fixed(chain, habits, some)
        if fixed.holds:
            return _as_held(replace(done, free=(*found, (Reading(), fixed))), _own(chain, habits, some))
    spelt = as_spelt(note, chain, habits, rules)
    if spelt:
        return replace(done, free=(*found, spelt), typed=())
    known = _as_usual(chain, habits, rules, note.names_seen)
    held = [(Reading(), outcome) for outcome in known.values() if outcome.holds]
    certain = found[0][1].kind == "fails" and not loose(replace(done, free=tuple(found)))
    place = Place(note, at, chain, habits, rules, certain)
    meant = () if held else as_meant(place, of_activations, fitted)
    held += [pair for pair in meant if pair[1].holds]
    done = replace(done, free=(*found, *held), usual=known)
    return done if held else _guessed(done, place, meant)


def _guessed(done: Trial, place: Place, meant: Iterable[tuple[Reading, Outcome]]) -> Trial:
    """With the parts of a network for names that nothing defines, and then with a cost that no formula defines."""
    note, chain, habits = place.note, done.chain, done.habits
    signs = note.reversed and any(n.text == "delta" for m in chain.members for n in m.walk())
    apart = signs or done.spelling or shifted(chain) or habits.classes
    shapes = {} if apart else fitted(note, chain, habits, done.rules)
    done = replace(done, shapes=shapes)
    said = () if done.fitting or meant else by_words(place, of_activations)
    if any(outcome.holds for _, outcome in said):
        return replace(done, free=(*done.free, *said))
    return replace(done, against=next((outcome for _, outcome in (*meant, *said)), None))


def _free(note: Note, chain: Chain, habits: Habits, rules: Rules) -> list[Reading]:
    """The readings without a network; a function that the note defines is no other one."""
    if habits.classes:
        return [Reading(), Reading(scoped=True)] if note.scoped else [Reading()]
    defined = {name for name in _functions(chain) if name in rules and _known_function(rules[name][0], rules)}
    readings = free(note.features(chain, habits), bool(habits.axes))
    never = {"relu"} if defined else set()
    never |= {"logistic"} if defined & {*OF_UNITS, habits.activation} else set()
    return [reading for reading in readings if reading.activation not in never]


def _known_function(rule: Rule, rules: Rules) -> bool:
    """Whether it is a function that calls no other of which nothing is said: f(x) = sigma(w x) leaves sigma open."""
    called = {n.args[0].text for n in rule.body.walk() if n.kind == "apply"}
    return bool(rule.params) and not (called & FUNCTIONAL) - rules.keys()


def _functions(chain: Chain) -> set[str]:
    """The functions that are called or differentiated."""
    heads = {n.args[0].text for m in chain.members for n in m.walk() if n.kind == "apply"}
    return heads | {n.text for m in chain.members for n in m.walk() if n.primes} | {top.text for top in tops(chain)}


def _in_networks(note: Note, at: tuple[int, int], done: Trial) -> Trial:
    """What has transposes and holds for numbers is tried as of the layers of a network, and of a recurrence, too."""
    if done.held is None or done.held[0].sizes or not oriented(done.chain):
        return done
    shapes = fitted(note, done.chain, done.habits, done.rules)
    fits = any(outcome.holds for _, outcome in shapes.values())
    steps = () if fits else by_steps(note, at, done.chain)
    return replace(done, free=steps, typed=()) if steps else replace(done, shapes=shapes)


def _recurring(note: Note, chain: Chain, habits: Habits) -> Rules:
    """What the claim differentiates and only a recurrence defines."""
    names = {marks(top, habits).base for top in tops(chain)}
    return {base: several for base, several in note.recursive.items() if base in names}


def _of_each(done: Trial) -> Trial | None:
    """The trial where definitions that leave an example free are said of each, if the claim holds then."""
    whole = spelled_out(done.chain, done.rules, done.habits)
    if whole is None:
        return None
    chain, rules, said = whole
    for reading in (Reading(), Reading(elementwise=True)):
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


def _without(names: set[str] | frozenset[str], rules: Rules) -> Rules:
    return {base: several for base, several in rules.items() if base not in names}


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
    return replace(outcome, assumed=(*outcome.assumed, "all other quantities are held fixed"))


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


def constant(done: Trial) -> bool:
    """Whether the left side is the same number at all points, by the definitions of the note."""
    if any(_independent(done.chain, done.habits, done.rules)):
        return False  # the slope 0 of what is by others says nothing
    if done.held and done.chain.members[-1].kind == "num":
        return True  # of each index
    found = [value_of(done.chain.members[0], done.chain, done.habits, done.rules, seed) for seed in SEEDS]
    first = found[0]
    return first is not None and all(v is not None and np.array_equal(v.data, first.data) for v in found)


# ---------------------------------------------------------------- what is bound


def loose(done: Trial, strict: bool = False) -> str:
    """A name that nothing gives a meaning; empty if all have one, if not `strict` that of any function."""
    every = {} if strict else for_all(done.chain, done.first[0], done.habits, done.rules)
    for top in tops(done.chain):
        found = marks(top, done.habits)
        if not {found.base + found.label, found.base} & (done.rules.keys() | every.keys()):
            return found.base
    rules = {**every, **done.rules}
    unknown = (
        _open_slope(done, rules)
        or named_here(done.chain, done.habits, done.rules)
        or _unknown_function(done)
        or _one_of_all(done)
        or next(_independent(done.chain, done.habits, rules), "")
    )
    if unknown:
        return unknown
    left = closure(names_of(done.chain.members[0], done.habits), rules, done.habits)
    right = {n for m in done.chain.members[1:] for n in names_of(m, done.habits)}
    right -= {"delta"} if all(map(kronecker, _deltas(done.chain))) else set()
    return next((n for n in sorted(right) if n not in left and not _known(n, done)), "")


OPEN_SLOPES = ("delta", "bar ", "d ")


def _open_slope(done: Trial, rules: Rules) -> str:
    """The slope that a claim names and nothing else does: db = r says what db is, whatever r is."""
    left = plain(done.chain.members[0])
    found = marks(left, done.habits) if left.kind == "name" else None
    said = found is None or {found.base + found.label, found.base} & rules.keys()
    return found.base if found and not said and found.base.startswith(OPEN_SLOPES) else ""


def _one_of_all(done: Trial) -> str:
    """One of those over which a sum runs, maybe: z_y, beside the sum of all z_j; z_{true}, in dL/dz_{true}."""
    nodes = [n for body in bodies(done.chain, done.rules) for n in body.walk()]
    families = summed(nodes)
    ours = (n for n in nodes if n.kind == "name" and n.text in families and one_of_all(n))
    by = (plain(by) for node in nodes if node.kind in SLOPES for by in node.args[1:])
    words = [n for n in by if n.text in families and n.subs and n.subs[-1].kind == "word"]
    words = [n for n in words if "@" not in n.subs[-1].text]  # which is a step
    open_ones = [*words, *(n for n in ours if n.subs[0].text not in done.habits.letters | done.habits.classes)]
    return next((f"{n.text}_{n.subs[0].text}" for n in open_ones), "")


def _deltas(chain: Chain) -> list[Node]:
    return [n for m in chain.members for n in m.walk() if n.kind == "name" and n.text == "delta"]


def _independent(chain: Chain, habits: Habits, rules: Rules) -> Iterator[str]:
    """Names by which something is differentiated whose definition does not use them: a note may rename an argument."""
    for node in (n for m in chain.members for n in m.walk() if n.kind in SLOPES):
        above = closure(names_of(node.args[0], habits), rules, habits)
        bodies_above = [node.args[0], *(rule.body for name in above for rule in rules.get(name, ()))]
        above -= {SIGMA} if _only_called(bodies_above) else set()
        for below in node.args[1:]:
            yield from sorted(names_of(below, habits) - above)


SIGMA = "sigma"  # the logistic function, and a deviation


def _only_called(nodes: Iterable[Node]) -> bool:
    """Whether sigma is a function there, and no quantity."""
    every = [n for node in nodes for n in node.walk()]
    heads = sum(n.kind == "apply" and n.args[0].text == SIGMA for n in every)
    return heads == sum(n.kind == "name" and n.text == SIGMA for n in every)


def _unknown_function(done: Trial) -> str:
    """A function that the definitions call and nothing defines: its slope is known by its prime only."""
    names = closure({n for m in done.chain.members for n in names_of(m, done.habits)}, done.rules, done.habits)
    related = {name: done.rules[name][:1] for name in sorted(names & done.rules.keys())}
    parts = bodies(done.chain, related)
    whole = frozenset(base for base, rules in done.rules.items() if not rules[0].params)
    known = {"sigma", *done.rules, *(n for m in done.chain.members for n in primed(m))}
    of = {plain(below) for m in done.chain.members for n in m.walk() if n.kind in SLOPES for below in n.args[1:]}
    calls = [n for part in parts for n in part.walk() if n.kind == "apply"]
    certain = {n.args[0].text for n in calls if len(n.args) > 2 or of.issuperset(map(plain, n.args[1:]))} - BUILT
    found = (n for part in parts for n in sorted(called(part, whole)) if n in FUNCTIONAL or n in certain or _word(n))
    return next((n for n in found if n not in known), "")


def _word(name: str) -> bool:
    """A function that is called by a word, as dropout(x), is no factor."""
    return len(name) > 1 and name.isalpha() and name not in GREEK and name not in BUILT


def _known(name: str, done: Trial) -> bool:
    """Whether a name on the right is defined by what the left side uses, or means the same everywhere."""
    if name == "e" and any(n.text == "e" and not n.sups for m in done.chain.members[1:] for n in m.walk()):
        return name in done.rules  # an error, and no base of a power
    if name in FIXED or name in BUILT or name in done.habits.letters | done.habits.classes:
        return name != "delta"
    return name in done.rules


def networked(done: Trial) -> bool:
    """Whether all names are parts of a layered network of which the note says enough."""
    if not done.habits.layered or "~" in done.chain.signs:
        return False
    try:
        names = {n for m in done.chain.members for n in names_of(m, done.habits)}
    except NotUnderstood:
        return False
    roles = {n: done.habits.roles.get(n) for n in names}
    others = [n for n, role in roles.items() if role is None and not _network_name(n, done)]
    return not others and "target" not in roles.values()  # what a target does depends on the cost, of which many exist


def _network_name(name: str, done: Trial) -> bool:
    return name in FIXED or name in done.habits.functions or name in done.habits.letters or name in ("l", "L", "ell")
