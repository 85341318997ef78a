"""Names that nothing defines and that stand for any function: a claim with their slopes must hold for all.

Such are sigma in a note that says a = sigma(z), where a claim has sigma'(z), and z where a claim has the slope of z
by what it differentiates by.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from proofs.notes.evaluation.functions import FUNCTIONAL
from proofs.notes.evaluation.world import Rule, Rules
from proofs.notes.reading.names import Habits, marks
from proofs.notes.reading.tree import Chain, Node, NotUnderstood, plain
from proofs.notes.verdicts.names import closure, names_of, tops
from proofs.notes.verdicts.readings import Reading
from proofs.notes.verdicts.trial import NO_VALUE, tried
from proofs.notes.verdicts.unknown import unknown_tops

ACTIVATIONS = ("logistic", "relu", "tanh")


def for_all(chain: Chain, reading: Reading, habits: Habits, rules: Rules) -> dict[str, tuple[Rule, ...]]:
    """What the definitions of the left side use and nothing defines, if the right side has its slope."""
    left, *right = chain.members
    unknown = _unknown(chain, reading, habits, rules)
    below = closure(names_of(left, habits), {**rules, **unknown}, habits) - _differentiated(left, habits)
    found = {name: some for name, some in unknown.items() if name in below and name in set(_slopes(right, habits))}
    primed = {marks(top, habits).base for top in tops(Chain(tuple(right), ())) if top.primes}
    open_ones = (primed & below & FUNCTIONAL) - rules.keys()
    if open_ones and _fails_for_all(chain, reading, habits, rules):
        found |= {name: (Rule(name, Node("gap")),) for name in open_ones}
    return found


def _unknown(chain: Chain, reading: Reading, habits: Habits, rules: Rules) -> dict[str, tuple[Rule, ...]]:
    try:
        return unknown_tops(chain, reading, habits, rules)
    except NotUnderstood:
        return {}


def _differentiated(left: Node, habits: Habits) -> set[str]:
    """What the left side differentiates."""
    return {marks(top, habits).base + marks(top, habits).label for top in tops(Chain((left,), ()))}


def _slopes(members: list[Node], habits: Habits) -> Iterator[str]:
    """The names of which a derivative stands in these."""
    for node in (n for m in members for n in m.walk() if n.kind == "derivative"):
        top = plain(node.args[0])
        top = top.args[0] if top.kind == "apply" else top
        if top.kind == "name":
            yield marks(top, habits).base + marks(top, habits).label


def _fails_for_all(chain: Chain, reading: Reading, habits: Habits, rules: Rules) -> bool:
    readings = (replace(reading, activation=name) for name in ACTIVATIONS)
    outcomes = [tried(chain, one, habits, rules) for one in readings]
    failed = [outcome.kind == "fails" for outcome in outcomes]  # of a logarithm, not each function has a value
    return sum(failed) > 1 and all(ok or o.why == NO_VALUE for ok, o in zip(failed, outcomes, strict=True))
