"""Claims that are made of slopes of a cost alone, which fail whatever the cost is, though the note defines one.

dW = dz x^T is one of them, where other formulas of the note hold with dX as the slope of the cost by X.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from proofs.notes.context import Note
from proofs.notes.reading.tree import Chain, Node, plain
from proofs.notes.verdicts.all_shapes import of_activations
from proofs.notes.verdicts.any_cost import of_any_cost
from proofs.notes.verdicts.costs import is_cost
from proofs.notes.verdicts.decision import trial
from proofs.notes.verdicts.meanings import any_cost, top_keys, with_slopes
from proofs.notes.verdicts.readings import STEP_MARK
from proofs.notes.verdicts.trial import Outcome
from proofs.notes.verdicts.trials import Trial
from proofs.notes.verdicts.turned import turned
from proofs.notes.verdicts.updates import RATES

ENOUGH = 2  # formulas that hold with dX as a slope say that it is one
MOST = 8
BRACKETS = ("(", "[")


def whatever_cost(note: Note, at: tuple[int, int], done: Trial) -> Trial | None:
    """The trial of a claim for any cost, where it fails or holds for arrays; None where something is left open."""
    cost = next(filter(is_cost, top_keys(done.chain, done.habits)), any_cost(done.habits.roles, note.names))
    spelled, apart = with_slopes(done.chain, cost), numbered(note)
    called = spelled != done.chain
    if not called and cost not in done.rules and apart is None:
        return None  # which is tried so as it stands
    if called and (_with_a_rate(spelled) or not _called(note)):
        return None
    chain = by_numbers(spelled) if apart else spelled
    other = trial(apart or note, at, chain, frozenset((cost,)))
    if apart and other.held and other.held[0].sizes:
        reading, outcome = other.held
        return replace(other, free=((reading, _meant(outcome, cost, called)),))
    failed = other.against or (None if other.fitting else _failed(apart or note, other))
    return (
        None if failed is None else replace(done, shapes={}, against=_meant(replace(failed, sides=None), cost, called))
    )


def _meant(outcome: Outcome, cost: str, called: bool) -> Outcome:
    said = f"dX is the derivative of {cost} by X" if called else f"{cost} is any cost"
    return replace(outcome, assumed=(*outcome.assumed, said))


def _failed(note: Note, done: Trial) -> Outcome | None:
    return _turned(note, done) if done.held else of_any_cost(done)


def _turned(note: Note, done: Trial) -> Outcome | None:
    """How a claim fails for arrays that holds for numbers, if one product put right makes it hold for these."""
    kinds = {outcome.kind for _, outcome in done.typed}
    if not kinds or not kinds <= {"fails", "mismatch"}:
        return None
    features = note.features(done.chain, done.habits)
    pairs = (of_activations(features, chain, done.habits, done.rules) for chain in turned(done.chain))
    held = any(outcome.holds for found in pairs for _, outcome in found)
    return replace(done.typed[0][1], found="fails") if held else None


@lru_cache(maxsize=8)
def numbered(note: Note) -> Note | None:
    """The note with z^{[1]} and z^{[2]} as two quantities, if it has such marks."""
    formulas = [[by_numbers(chain) for chain in chains or ()] for chains in note.formulas]
    same = all(list(old or ()) == new for old, new in zip(note.formulas, formulas, strict=True))
    return None if same or note.times else note.like(formulas)


def by_numbers(chain: Chain) -> Chain:
    """The chain with numbers of layers in brackets above its names as words below these."""
    return replace(chain, members=tuple(map(_numbered, chain.members)))


def _numbered(node: Node) -> Node:
    node = node.over(_numbered)
    layers = [sup for sup in node.sups if sup.kind == "group" and sup.text in BRACKETS and plain(sup).kind == "num"]
    if node.kind != "name" or len(layers) != 1:
        return node
    mark = Node("word", text=f"{STEP_MARK}{plain(layers[0]).text}")
    return replace(node, subs=(mark, *node.subs), sups=tuple(sup for sup in node.sups if sup is not layers[0]))


def _with_a_rate(chain: Chain) -> bool:
    """Whether it has a rate: dW may be a step."""
    names = (n for m in chain.members for n in m.walk() if n.kind == "name" and not (n.subs or n.sups))
    return any(n.text in RATES - {"a", "n"} for n in names)


@lru_cache(maxsize=1)
def _called(note: Note) -> bool:
    """Whether the note calls slopes dX: formulas that say what one is hold so."""
    several = ((at, nth, chain) for at, chains in enumerate(note.formulas) for nth, chain in enumerate(chains or ()))
    heads = [one for one in several if plain(one[2].members[0]).text.startswith("d ") and one[2].signs][:MOST]
    held = (bool(found.held or found.fitting) for at, nth, chain in heads for found in [trial(note, (at, nth), chain)])
    found = 0
    for one in held:
        found += one
        if found == ENOUGH:
            return True
    return False
