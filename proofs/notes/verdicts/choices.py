"""What a claim is under each choice that a note leaves open: which definition of a name, which number a name has."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

from proofs.notes.evaluation.functions import FUNCTIONAL
from proofs.notes.evaluation.world import Rule
from proofs.notes.reading.names import marks
from proofs.notes.reading.tree import Chain, plain
from proofs.notes.verdicts.decision import others_fixed
from proofs.notes.verdicts.loose import FIXED
from proofs.notes.verdicts.names import BUILT, closure, names_of, tops
from proofs.notes.verdicts.trial import VANISHES, tried
from proofs.notes.verdicts.trials import Trial

MOST_CHOICES = 8


def fails_by_all(done: Trial) -> bool:
    """Whether a claim fails by each definition of the names that the note defines in several ways: of those by which
    it defines what the left side differentiates, not of this itself, which may be of another part of the note."""
    choices = [[(name, rule) for rule in done.rules[name]] for name in several(done)]
    own = {marks(top, done.habits).base for top in tops(Chain(done.chain.members[:1], ()))}
    if not choices or sum(map(len, choices)) > MOST_CHOICES or own & {some[0][0] for some in choices}:
        return False
    kinds = [kind for choice in itertools.product(*choices) for kind in [_kind(done, choice)] if kind != VANISHES]
    return set(kinds) == {"fails"}


def several(done: Trial) -> Iterator[str]:
    """The names on which the claim rests and that the note defines in several ways."""
    names = {n for m in done.chain.members for n in names_of(m, done.habits)}
    for name in sorted(closure(names, done.rules, done.habits)):
        rules = [rule for rule in done.rules.get(name, ()) if not _open(rule, done)]
        if any(rule.layer == rules[0].layer and not _alike(rule, rules[0], done) for rule in rules):
            yield name


def _open(rule: Rule, done: Trial) -> bool:
    """y = f(u), where nothing says what f is: it says no other than y = u^2."""
    call = plain(rule.body)
    return call.kind == "apply" and call.args[0].text in FUNCTIONAL - BUILT - done.rules.keys()


def _alike(rule: Rule, other: Rule, done: Trial) -> bool:
    """Whether two definitions say the same: a density, and its logarithm written out."""
    if rule.body == other.body:
        return True
    if (rule.places, rule.sample, len(rule.params)) != (other.places, other.sample, len(other.params)):
        return False
    others = {base: some for base, some in done.rules.items() if base != rule.base}
    return tried(Chain((rule.body, other.body), ("=",)), done.first[0], done.habits, others).holds


def _kind(done: Trial, choice: tuple[tuple[str, Rule], ...]) -> str:
    """The outcome by these definitions: it holds if it does under one reading."""
    rules = {**done.rules, **{name: (rule,) for name, rule in choice}}
    readings = dict.fromkeys(reading for reading, _ in done.free)
    outcomes = [tried(done.chain, reading, done.habits, rules) for reading in readings]
    outcomes.append(others_fixed(done.chain, done.habits, rules))
    held = any(outcome.holds for outcome in outcomes)
    return "holds" if held else VANISHES if outcomes[0].why == VANISHES else outcomes[0].kind


def holds_for_special_numbers(done: Trial) -> bool:
    """Whether a claim holds where one of its names is 1, or 0."""
    left, right = (names_of(m, done.habits) for m in (done.chain.members[0], done.chain.members[-1]))
    drawn = closure(left | right, done.rules, done.habits) - set(done.rules) - FIXED - BUILT
    pinned = (replace(done.chain, pins=((name, number),)) for name in sorted(drawn) for number in (1.0, 0.0))
    return any(tried(chain, done.first[0], done.habits, done.rules).holds for chain in pinned)
