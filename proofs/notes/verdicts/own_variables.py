"""y' of what the note defines by an expression: the slope by the one name that this has, or by x."""

from __future__ import annotations

from dataclasses import replace

from proofs.notes.context import Note
from proofs.notes.evaluation.world import Rules
from proofs.notes.reading.names import Habits
from proofs.notes.reading.tree import Chain, Node, plain
from proofs.notes.verdicts.names import BUILT, closure, names_of

ALONE = "x"
CONSTANTS = frozenset(("e", "pi", "infty"))
OTHER_NAME = "a prime that may only tell a name from another"


def by_own_variable(chain: Chain, habits: Habits, rules: Rules) -> Chain:
    """The chain with primes at names that the note defines as slopes; as it is where nothing says by what."""
    if habits.layered:
        return chain
    calls = {id(n.args[0]) for m in chain.members for n in m.walk() if n.kind == "apply"}

    def changed(node: Node) -> Node:
        by = _variable(node, habits, rules) if id(node) not in calls else None
        if by is None:
            return node.over(changed)
        of, times = (replace(node, primes=0), node.primes) if node.kind == "name" else (plain(node.args[0]), 1)
        return Node("derivative", (of, *(by,) * times), "d", span=node.span)

    return replace(chain, members=tuple(map(changed, chain.members)))


def _variable(node: Node, habits: Habits, rules: Rules) -> Node | None:
    """What a primed name is differentiated by: its own, if it has one alone."""
    if node.kind != "prime" and not (node.kind == "name" and 0 < node.primes < 3 and not node.subs and not node.sups):
        return None
    names = names_of(node if node.kind == "name" else plain(node.args[0]), habits)
    whole = [rules[name][0] for name in names if name in rules]
    if not whole or any(rule.params or rule.places or rule.uses or rule.layer is not None for rule in whole):
        return None
    reached = closure(names, rules, habits)
    free = reached - rules.keys() - BUILT - CONSTANTS
    by = ALONE if ALONE in reached else free.pop() if len(free) == 1 else ""
    return Node("name", text=by) if by.isalpha() else None


def may_be_a_name(note: Note, chain: Chain) -> str:
    """Why a prime is perhaps no slope: nothing else in the note is differentiated by one name alone."""
    others = (n for other in note.chains if other != chain for m in other.members for n in m.walk())
    differentiated = any(_differentiates(n) for n in others)
    nodes = [n for m in chain.members for n in m.walk()]
    calls = {id(n.args[0]) for n in nodes if n.kind == "apply"}
    quantities = {defined.rule.base for defined in note.defined if not defined.rule.params}
    primed = any(n.kind == "name" and n.primes and n.text in quantities and id(n) not in calls for n in nodes)
    return OTHER_NAME if primed and not differentiated else ""


def _differentiates(node: Node) -> bool:
    called = node.kind == "apply" and node.args[0].primes > 0  # f'(x); y'' is no name either
    return called or node.kind == "prime" or node.primes > 1 or (node.kind == "derivative" and node.text == "d")
