"""The outcome of a claim for all shapes that its definitions allow."""

from __future__ import annotations

from dataclasses import replace

from proofs.notes.arrays.typings import SOFTMAX, layouts, resting, typings
from proofs.notes.evaluation.functions import FUNCTIONAL
from proofs.notes.evaluation.world import TARGETS, Rules
from proofs.notes.reading.names import Habits
from proofs.notes.reading.tree import Chain
from proofs.notes.verdicts.costs import normalised
from proofs.notes.verdicts.readings import Features, Reading
from proofs.notes.verdicts.trial import NO_VALUE, Outcome, tried

Pairs = tuple[tuple[Reading, Outcome], ...]


def of_activations(features: Features, chain: Chain, habits: Habits, rules: Rules) -> Pairs:
    """The outcomes for any activation, and then for the logistic function, where nothing defines it."""
    found = of_arrays(chain, habits, rules)
    if not found or _held(found):
        return found
    defined = any(rules[name][0].params for name in FUNCTIONAL & rules.keys())  # h = sigma(x) is no function
    logistic = features.slopes and not defined
    for activation in ("any", "logistic")[: (1 + logistic) * features.scoped]:
        again = of_arrays(chain, habits, rules, activation, scoped=True)
        if _held(again):
            return (*found, again[-1])
    valued = tuple(pair for pair in found if pair[1].said != NO_VALUE)  # log(1 - sigma(z)) has none for any sigma
    return (*valued, *of_arrays(chain, habits, rules, "logistic")) if logistic else found


def _held(found: Pairs) -> bool:
    return bool(found) and found[-1][1].holds


def of_arrays(chain: Chain, habits: Habits, rules: Rules, activation: str = "any", scoped: bool = False) -> Pairs:
    """The outcomes for the shapes that the definitions allow and the left side fits, up to the first that holds."""
    found: list[tuple[Reading, Outcome]] = []
    for typed in typings(chain, habits, rules):
        left = Chain(chain.members[:1], ())
        fits = tried(left, typed.reading, habits, rules).found != "mismatch"
        readings = _of_targets(list(layouts(typed, chain)) if fits else [], chain, habits, rules)
        for reading in (replace(one, activation=activation, scoped=scoped) for one in readings):
            found.append((reading, _two_axes(tried(chain, reading, habits, rules), chain)))
            if found[-1][1].holds:
                return tuple(found)
    if not found:
        return ()
    reading = found[0][0]
    equal = replace(reading, sizes=tuple((key, (3,) * len(shape)) for key, shape in reading.sizes))
    sloppy = [(replace(reading, beside=beside), OUTER) for beside in ("outer", "mixed")]
    return (*found, *(_no_reason(chain, habits, rules, *other) for other in ((equal, ONE_SIZE), *sloppy)))


def _of_targets(readings: list[Reading], chain: Chain, habits: Habits, rules: Rules) -> list[Reading]:
    """The readings, and those in which the targets of a softmax sum to 1."""
    nodes = [n for body in resting(chain, habits, rules) for n in body.walk()]
    names = {n.text for n in nodes}
    if not names & TARGETS or not (names & SOFTMAX or any(map(normalised, nodes))):
        return readings
    several = any(len(shape) == 2 for one in readings[:1] for name, shape in one.sizes if name in TARGETS)
    plainly = [reading for reading in readings if not reading.symmetric]
    ways = (False, True)[: 1 + several]
    return readings + [replace(reading, shared=True, down=down) for down in ways for reading in plainly]


def _no_reason(chain: Chain, habits: Habits, rules: Rules, reading: Reading, why: str) -> tuple[Reading, Outcome]:
    """What holds only in such a way is neither right nor wrong."""
    outcome = _two_axes(tried(chain, reading, habits, rules), chain)
    return reading, replace(outcome, found="stuck", said=why) if outcome.holds else outcome


def _two_axes(outcome: Outcome, chain: Chain) -> Outcome:
    """What has more axes than a matrix is not tried, nor what has ones and identities of several sizes, or is 0."""
    fixed = any(n.kind == "name" and n.text in ("ones", "I") for m in chain.members for n in m.walk())
    fixed = fixed or any(m.kind == "num" and m.text == "0" for m in chain.members)
    several = "an array of" in outcome.said or (fixed and outcome.found == "mismatch")
    return replace(outcome, found="stuck", sides=None) if several else outcome


OUTER = "a claim that holds only where vectors side by side are their outer product"
ONE_SIZE = "a claim that holds only where all extents are equal"
