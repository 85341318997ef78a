"""A claim about a recurrence, tried with its steps written out; it may only hold, and at each step, or at the last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from proofs.notes.arrays.typings import SOFTMAX, capital, layouts, marked, resting, typings
from proofs.notes.context import Note
from proofs.notes.definitions import beside
from proofs.notes.evaluation.functions import FUNCTIONAL
from proofs.notes.evaluation.world import TARGETS, Rule, Rules
from proofs.notes.reading.names import Habits, marks
from proofs.notes.reading.tree import Chain, Node, plain
from proofs.notes.verdicts.gates import with_inputs
from proofs.notes.verdicts.local import DIRECTLY, Local
from proofs.notes.verdicts.meanings import any_cost, with_slopes
from proofs.notes.verdicts.names import tops
from proofs.notes.verdicts.namesakes import with_namesakes
from proofs.notes.verdicts.readings import Reading
from proofs.notes.verdicts.trial import Outcome, tried
from proofs.notes.verdicts.unrolling import AT, STEPS, claims, of_steps, steps_in, unknown

EACH = "the recurrence is written out for three steps"
LAST = "at the last step, or along the path through this step alone"
OF_LAST = "the cost is a function of what the last step gives"
GIVEN = "what is before step t is given, and the cost is a function of what the step gives"
DIAGONAL = "a vector beside a matrix stands for its diagonal matrix"
MOST_TYPED = 2
SEEDS = (1, 3, 5)  # of both signs, for sums of many positive numbers are where tanh is flat


@dataclass(frozen=True)
class Way:
    """One way to mean a claim: it at each of its steps, by these definitions, with these conventions."""

    there: Sequence[Chain]
    rules: Rules
    said: tuple[str, ...]


def by_steps(note: Note, at_formula: tuple[int, int], chain: Chain) -> tuple[tuple[Reading, Outcome], ...]:
    """The reading and the outcome, if it holds in one of these ways."""
    step = note.step
    if step is None:
        return ()
    chain, sloped = _sloped(step, chain)
    habits = _of_steps_alone(step, step.of(chain))
    others = step.later(at_formula) & _before(step, at_formula[0])  # of another cell, further on
    defined = [several[0] for base, several in step.rules(at_formula).items() if base not in others]
    for way in _ways(chain, habits, [*defined, *step.beside]):
        for reading in readings_of(way, habits):
            outcomes = _outcomes(way, reading, habits)
            if outcomes:
                assumed = (*outcomes[0].assumed, *way.said, *sloped)
                return ((reading, replace(outcomes[0], assumed=tuple(dict.fromkeys(assumed)))),)
    return ()


def _of_steps_alone(step: Note, habits: Habits) -> Habits:
    """The habits with no axis for h_i, of which h_t says that i counts steps."""
    single = {n.text for n in step.names if [plain(sub).text for sub in n.subs] == ["t"]}
    kept = {base: count for base, count in habits.axes.items() if base not in single or count > 1}
    return replace(habits, axes=kept)


def _before(step: Note, at: int) -> set[str]:
    """The names that formulas before this one say something of."""
    chains = [chain for found in step.formulas[:at] for chain in found or () if chain.signs]
    return {rule.base for chain in chains for rule in beside(chain, step.habits)}


def _sloped(step: Note, chain: Chain) -> tuple[Chain, tuple[str, ...]]:
    """The claim with dX as a slope of the cost; the cell C of a recurrence is none."""
    cost = any_cost(step.of(chain).roles, step.names)
    spelled = with_slopes(chain, cost)
    return spelled, ((f"dX is the derivative of {cost} by X",) if spelled != chain else ())


def _ways(chain: Chain, habits: Habits, rules: Sequence[Rule]) -> Iterator[Way]:
    spelled, same = with_namesakes(chain, habits, rules)
    spelled, rules, gates = with_inputs(spelled, rules)
    there = claims(spelled)
    stepped = of_steps(rules)
    same += gates
    for last in (False, True) if there else ():
        found: dict[str, tuple[Rule, ...]] = {}
        for one in there.values():
            found |= unknown(one, habits, {**stepped, **found}, last)
        every = {**stepped, **found}
        more = (*same, *([OF_LAST] if last else []))
        yield from _of_slopes(list(there.values()), habits, every, (*more, EACH))
        alone = [there[STEPS]] if STEPS in there and not _of_all(there[STEPS], habits, every) else []
        yield from _of_slopes(alone, habits, every, (*more, LAST))
        if not last:
            yield Way([by_diagonals(one) for one in there.values()], every, (*more, EACH, DIAGONAL))
        if last:
            own = {key: some for key, some in every.items() if AT.findall(key) in ([], [str(STEPS)])}
            yield from _of_slopes(alone, habits, own, (*same, GIVEN))
        if not any(rule.uses and "@" not in key for key, (rule, *_) in found.items()):
            return


def _of_all(chain: Chain, habits: Habits, rules: Rules) -> bool:
    """Whether what is differentiated is known to be made of all steps, so that no step stands for itself."""
    found = (marks(top, habits) for top in tops(chain))
    several = [rules.get(mark.base + mark.label, ()) for mark in found if not AT.search(mark.label)]
    return any(some and not some[0].uses for some in several)


def by_diagonals(chain: Chain) -> Chain:
    """The claim with the vectors of its products as diagonal matrices."""
    first, *others = chain.members
    return replace(chain, members=(first, *map(_by_diagonal, others)))


def _by_diagonal(node: Node) -> Node:
    kind = "by diagonal" if node.kind in ("mul", "times") else node.kind
    return replace(node, kind=kind, args=tuple(map(_by_diagonal, node.args)))


def _of_slopes(there: list[Chain], habits: Habits, rules: Rules, said: tuple[str, ...]) -> Iterator[Way]:
    """With the slopes as those of all that follows, and with those in products as of one step."""
    if there:
        yield Way(there, rules, said)
    for left in (False, True):
        local = Local(habits, rules)
        spelled = [local.chain(one, left) for one in there]
        if spelled != there:
            yield Way(spelled, {**rules, **local.copies}, (*said, DIRECTLY))


def readings_of(way: Way, habits: Habits) -> Iterator[Reading]:
    """Those of arrays that are of the same shape at each step, and of numbers."""
    chain = way.there[0]
    nodes = [n for body in resting(chain, habits, way.rules) for n in body.walk()]
    states = dict.fromkeys(n for n in nodes if n.kind == "name" and steps_in(n))
    left = Node("vector", (chain.members[0], *states))  # all steps have a say in what the shapes are
    several = typings(replace(chain, members=(left, *chain.members[1:])), habits, way.rules)[:MOST_TYPED]
    found = [one for typed in several for one in layouts(typed, chain) if not one.symmetric]
    matrices = any(n.kind == "name" and capital(n.text) for m in chain.members for n in m.walk())
    found += [] if matrices or marked(nodes, habits) else [Reading(), Reading(elementwise=True)]
    open_ones = {n.args[0].text for n in nodes if n.kind == "apply"} & FUNCTIONAL - way.rules.keys()
    names = {n.text for n in nodes if n.kind == "name"}
    yield from found
    yield from (replace(one, shared=True) for one in found if names & SOFTMAX and names & TARGETS)
    yield from (replace(one, activation="logistic") for one in found if open_ones)


def _outcomes(way: Way, reading: Reading, habits: Habits) -> list[Outcome]:
    """The outcomes at all steps, if the claim holds at each."""
    found: list[Outcome] = []
    for one in way.there:
        for seeds in (SEEDS[:1], SEEDS):
            outcome = tried(one, reading, habits, way.rules, seeds)
            if not outcome.holds:
                return []
        found.append(outcome)
    return found
