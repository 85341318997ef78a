"""Which definitions a claim may mean, by the arguments of its functions: f(x, y) is not the f of f(x) = sin x.

By f(x, y) = x^2 y the note says that x and y are free in f: a partial derivative by one holds the other, whatever y is
elsewhere in the note.
"""

from __future__ import annotations

from collections.abc import Iterator

from proofs.notes.evaluation.world import Rule, Rules
from proofs.notes.reading.names import Habits, marks
from proofs.notes.reading.tree import SLOPES, Chain, Node, plain
from proofs.notes.verdicts.names import BUILT, names_of


def by_arguments(chain: Chain, habits: Habits, rules: Rules) -> Rules:
    """The definitions without those of functions of more or fewer arguments, and of what is free in a function."""
    counts: dict[str, set[int]] = {}
    for key, call in _calls(chain, habits, rules):
        counts.setdefault(key, set()).add(len(call.args) - 1)
    fitting = {base: tuple(_of(rules[base], counts[base])) if base in counts else rules[base] for base in rules}
    kept = {base: several for base, several in fitting.items() if several}
    free = _free(chain, habits, kept)
    return {base: several for base, several in kept.items() if base not in free}


def _of(several: tuple[Rule, ...], counts: set[int]) -> Iterator[Rule]:
    return (rule for rule in several if not rule.params or {len(rule.params)} == counts)


def _calls(chain: Chain, habits: Habits, rules: Rules) -> Iterator[tuple[str, Node]]:
    """The calls of functions that a note may define, in a claim and in what it names, each with what it is called."""
    names = {name for member in chain.members for name in names_of(member, habits)}
    whole = [rules[name][0].body for name in names if name in rules and not rules[name][0].params]
    for node in (n for m in (*chain.members, *whole) for n in m.walk() if n.kind == "apply"):
        head = node.args[0]
        if (
            head.kind == "name" and not head.primes and head.text not in BUILT
        ):  # f'(m) is by m, of a function of m and b
            yield _key(head, habits), node


def _key(name: Node, habits: Habits) -> str:
    found = marks(name, habits)
    return found.base + found.label


def _free(chain: Chain, habits: Habits, rules: Rules) -> set[str]:
    """The arguments of the one function that a claim differentiates, if it does so by these alone."""
    slopes = [n for m in chain.members for n in m.walk() if n.kind in SLOPES]
    heads = [top.args[0] if top.kind == "apply" else top for top in (plain(n.args[0]) for n in slopes)]
    if not slopes or any(n.text == "d" for n in slopes) or {n.kind for n in heads} != {"name"} or len({*heads}) > 1:
        return set()
    rule = next(iter(rules.get(_key(heads[0], habits), ())), None)
    params = set(rule.params) if rule else set()
    below = {_key(plain(by), habits) for n in slopes for by in n.args[1:] if plain(by).kind == "name"}
    return params if len(params) > 1 and below <= params else set()
