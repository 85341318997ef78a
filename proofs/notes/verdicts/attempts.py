"""A claim as it stands, with its labels of classes, and without what says how that by which it is a slope is made."""

from __future__ import annotations

from dataclasses import replace

from proofs.notes.context import Note
from proofs.notes.evaluation.world import Rules
from proofs.notes.reading.classes import indicated, uses
from proofs.notes.reading.names import Habits, marks
from proofs.notes.reading.tree import SLOPES, Chain, Node, plain
from proofs.notes.verdicts.along_slopes import whatever_cost
from proofs.notes.verdicts.decision import trial
from proofs.notes.verdicts.loose import loose
from proofs.notes.verdicts.meant import OTHER_SIGN
from proofs.notes.verdicts.names import closure, names_of
from proofs.notes.verdicts.oriented import as_written
from proofs.notes.verdicts.trials import Trial
from proofs.notes.verdicts.word_vectors import by_words

At = tuple[int, int]
TOLD = ("holds", "fails")


def attempted(note: Note, at: At, chain: Chain) -> Trial:
    """The trial of a claim by what the note says of labels, else as it stands; of slopes by what is computed, else
    by it as such."""
    classed = note.classed
    how = _labels(classed, at, chain) if classed else set()
    if classed is None or not how or "otherwise" in how:
        return _cut(note, at, chain)
    plainly = None if _told(classed, at, chain) else _cut(note, at, chain)
    if plainly and (plainly.held or plainly.fitting):
        return plainly
    found = _cut(classed, at, chain)
    return found if plainly is None or found.held or found.first[1].kind in TOLD else plainly


def _told(note: Note, at: At, chain: Chain) -> bool:
    """Whether labels are indices beyond doubt: compared with one, or below what is defined for each of them."""
    rules, labels, several = note.rules(at), note.habits.classes, _bodies(note, at, chain)
    names = (n for body in several for n in body.walk() if n.kind == "name" and n.text in rules)
    below = {sub.text for n in names if any(rule.places for rule in rules[n.text]) for sub in n.subs}
    return bool(below & labels) or any(indicated(body, labels) for body in several)


def _labels(note: Note, at: At, chain: Chain) -> set[str]:
    """How a claim and what it rests on use the labels of the note."""
    return {how for body in _bodies(note, at, chain) for _, how in uses(body, note.habits.classes)}


def _bodies(note: Note, at: At, chain: Chain) -> list[Node]:
    rules = note.rules(at)
    names = closure({n for m in chain.members for n in names_of(m, note.habits)}, rules, note.habits)
    condition = [chain.condition] if chain.condition else []
    return [*chain.members, *condition, *(rule.body for name in sorted(names) for rule in rules.get(name, ())[:1])]


def _cut(note: Note, at: At, chain: Chain) -> Trial:
    """The trial; where no definition gives it a value, that of any value of what it is a slope by."""
    done = trial(note, at, chain)
    if done.fitting and not (done.held or as_written(done)):
        return whatever_cost(note, at, done) or done
    if done.held or done.fitting or done.against:
        return done
    if done.first[1].kind in TOLD:
        return _apart(note, at, chain, done) or whatever_cost(note, at, done) or done
    said, opposite = by_words(done), by_words(replace(done, chain=done.chain.opposite))
    if said or opposite:
        against = replace(opposite[1], found="fails", said=OTHER_SIGN, sides=None) if opposite else None
        return replace(done, free=(*done.free, *([said] if said else [])), typed=(), against=against)
    below = _given(done.chain, done.habits, done.rules)
    other = trial(note, at, chain, below) if below else done
    fails = bool(other.typed) and all(outcome.kind == "fails" for _, outcome in other.typed)
    return other if other.held or fails or other.first[1].kind in TOLD else done


def _apart(note: Note, at: At, chain: Chain, done: Trial) -> Trial | None:
    """What fails and has a function that nothing defines below what it is by alone: it fails whatever that is."""
    below = _given(done.chain, done.habits, done.rules) if loose(done) else frozenset()
    other = trial(note, at, chain, below) if below else done
    outcomes = [outcome.kind for _, outcome in (*other.free, *other.typed)]
    fails = other.first[1].kind == "fails" and set(outcomes) <= {"fails", "mismatch"}
    return other if other is not done and fails and not (other.fitting or loose(other)) else None


def _given(chain: Chain, habits: Habits, rules: Rules) -> frozenset[str]:
    """What is differentiated by and is defined, if nothing else in the claim rests on what it is computed from."""
    slopes = [n for m in chain.members for n in m.walk() if n.kind in SLOPES]
    names = [plain(by) for n in slopes for by in n.args[1:] if plain(by).kind == "name"]
    below = {mark.base + mark.label for mark in (marks(name, habits) for name in names)} & rules.keys()
    kept = {base: several for base, several in rules.items() if base not in below}
    made = {name for base in below for rule in rules[base] for name in names_of(rule.body, habits)}
    rest = closure({n for m in chain.members for n in names_of(m, habits)}, kept, habits)
    return frozenset(below) if not (closure(made, rules, habits) - below) & rest else frozenset()
