"""Costs that are written for one output, L = -y log a - (1 - y) log(1 - a), in a note whose weights are arrays.

Where there may be several outputs, the cost is the sum over these; where there is one, the weights of the last layer
are a vector. A claim that holds for numbers, and for arrays in neither way, holds for numbers alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from proofs.notes.arrays.typings import capital
from proofs.notes.context import Note
from proofs.notes.evaluation.world import Rule, Rules
from proofs.notes.reading.names import Habits, marks
from proofs.notes.reading.tree import Chain, Node
from proofs.notes.verdicts.costs import is_cost
from proofs.notes.verdicts.meanings import top_keys
from proofs.notes.verdicts.readings import Features, Reading
from proofs.notes.verdicts.trial import Outcome

Pairs = tuple[tuple[Reading, Outcome], ...]
OfArrays = Callable[[Features, Chain, Habits, Rules], Pairs]
WHOLE = frozenset(("sum", "prod", "norm", "transpose", "matrix", "vector", "table", "indexed", "recurrence"))
OF_ALL = frozenset(("softmax", "Softmax", "max", "min", "mean", "diag", "tr", "det"))
NUMBERS_ONLY = "it holds for numbers, and for arrays neither with one output nor with several"
ONE_OUTPUT = "there is one output"


def of_outputs(note: Note, chain: Chain, habits: Habits, rules: Rules, arrays: OfArrays) -> Pairs:
    """The reading and the outcome for arrays, if it holds for several outputs, or for one; else why it does not."""
    top = next(_costs(chain, habits, rules), None)
    if top is None:
        return ()
    features = note.features(chain, habits)
    several = arrays(features, chain, habits, {**rules, top: (_total(rules[top][0]),)})
    if any(outcome.holds for _, outcome in several):
        return _said(several, f"{top} is summed over the outputs")
    for key in _weights(chain, habits):
        single = arrays(features, chain, replace(habits, declared={**habits.declared, key: 1}), rules)
        if any(outcome.holds for _, outcome in single):
            return _said(single, ONE_OUTPUT)
    failing = bool(several) and all(outcome.kind in ("fails", "mismatch") for _, outcome in several)
    wrong = failing and any(_weights(chain, habits))
    return ((several[0][0], replace(several[0][1], found="stuck", said=NUMBERS_ONLY, sides=None)),) if wrong else ()


def _costs(chain: Chain, habits: Habits, rules: Rules) -> Iterator[str]:
    keys = (key for key in top_keys(chain, habits) if is_cost(key))
    yield from (key for key in keys if any(map(_of_one_output, rules.get(key, ())[:1])))


def _of_one_output(rule: Rule) -> bool:
    nodes = list(rule.body.walk())
    whole = any(n.kind in WHOLE or n.text in OF_ALL for n in nodes)
    grows = any(n.kind == "pow" or (n.kind == "apply" and n.args[0].text == "log") for n in nodes)
    return grows and not whole and not (rule.places or rule.sample or rule.uses or rule.layer is not None)


def _total(rule: Rule) -> Rule:
    whole = Node("group", (_by_entries(rule.body),), "(")
    return replace(rule, body=Node("sum", (Node("none"), Node("none"), whole)))


def _by_entries(node: Node) -> Node:
    """Y log A goes entry by entry, also where both are capitals."""
    logs = node.kind in ("mul", "times") and any(map(_logarithm, node.args))
    return replace(node, kind="hadamard" if logs else node.kind, args=tuple(map(_by_entries, node.args)))


def _logarithm(node: Node) -> bool:
    return node.kind == "apply" and node.args[0].text == "log"


def _weights(chain: Chain, habits: Habits) -> Iterator[str]:
    """The capitals of a claim."""
    names = (n for m in chain.members for n in m.walk() if n.kind == "name" and capital(n.text))
    found = (marks(name, habits) for name in names)
    yield from dict.fromkeys(mark.base + mark.label for mark in found if not mark.places)


def _said(pairs: Pairs, said: str) -> Pairs:
    reading, outcome = next(pair for pair in pairs if pair[1].holds)
    return ((reading, replace(outcome, assumed=(*outcome.assumed, said))),)
