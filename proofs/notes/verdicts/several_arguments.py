"""Primes at functions of several arguments: L'(a, y) is the slope by one of these, and by no target.

What a note gives such a function is what it defines it by, or the outputs of its last layer; then it is any cost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, replace

from proofs.notes.evaluation.world import Rule, Rules
from proofs.notes.reading.names import COUNTS
from proofs.notes.reading.tree import Chain, Node, plain
from proofs.notes.verdicts.costs import is_cost
from proofs.notes.verdicts.readings import ROLES

Holds = Callable[[Chain, Rules], bool]


@dataclass(frozen=True)
class ByArgument:
    """A chain with the slope by an argument in the place of a prime, the names that are free in it, what is said."""

    chain: Chain
    free: frozenset[str]
    said: str


def by_argument(chain: Chain, rules: Rules, computed: set[str], holds: Holds) -> ByArgument:
    """The chain with a slope for a prime, if it has one at a function of several arguments, and says by which.

    `computed` are all names that the note defines.
    """
    return _found(chain, rules, computed, holds) or ByArgument(chain, frozenset(), "")


def _found(chain: Chain, rules: Rules, computed: set[str], holds: Holds) -> ByArgument | None:
    """The chain by the argument by which it holds, else by that which is meant; none where it holds by a target."""
    calls = {node: _rule(node, rules) for m in chain.members for node in m.walk() if _primed(node)}
    several = [(call, rule) for call, rule in calls.items() if rule is not None]
    if len(several) != 1:
        return None
    call, rule = several[0]
    args = list(map(plain, call.args[1:]))
    if [arg.text for arg in args] != [param.partition("_")[0] for param in rule.params] or _marked(args):
        return _of_any_cost(chain, call) if is_cost(rule.base) else None
    ways = {arg: _by(chain, call, arg) for arg in args}
    found = {arg for arg, way in ways.items() if holds(way.chain, without(way.free, rules))}
    meant = _meant(args, computed)
    best = next((arg for arg in meant if arg in found), None)
    return None if best is None and (found or len(meant) > 1) else ways[best or meant[0]]


def _primed(node: Node) -> bool:
    head = node.args[0] if node.kind == "apply" else Node("none")
    return head.kind == "name" and head.primes == 1 and all(plain(arg).kind == "name" for arg in node.args[1:])


def _rule(call: Node, rules: Rules) -> Rule | None:
    rule = next(iter(rules.get(call.args[0].text, ())), None)
    return rule if rule is not None and len(rule.params) > 1 and len(rule.params) >= len(call.args) - 1 else None


def _marked(args: Sequence[Node]) -> bool:
    return any(arg.subs or arg.sups for arg in args)


def without(names: Set[str], rules: Rules) -> dict[str, tuple[Rule, ...]]:
    """The definitions of other names."""
    return {base: several for base, several in rules.items() if base not in names}


def _meant(args: Sequence[Node], computed: set[str]) -> list[Node]:
    """The arguments by which a slope may be: what the note computes, else what is no target."""
    made = [arg for arg in args if arg.text in computed]
    outputs = [arg for arg in args if ROLES.get(arg.text) != "target"]
    return made if len(made) == 1 else outputs or list(args)


def _by(chain: Chain, call: Node, arg: Node) -> ByArgument:
    """E'_i(a, y) is by a_i; how its arguments are computed plays no part where it has no other names."""
    head = replace(call.args[0], primes=0, subs=())
    slope = Node("derivative", (replace(call, args=(head, *call.args[1:])), replace(arg, subs=call.args[0].subs)), "d")
    members = tuple(_put(member, call, slope) for member in chain.members)
    own = {n.text for n in call.walk()}
    names = {n.text for m in chain.members for n in _quantities(m)}
    free = frozenset(n.text for n in call.args[1:]) if names <= own else frozenset[str]()
    return ByArgument(replace(chain, members=members), free, f"{head.text}' is the derivative by {arg.text}")


def _quantities(node: Node) -> Iterator[Node]:
    """The names of an expression, but for how many there are of something."""
    if node.kind == "name" and node.text not in COUNTS:
        yield node
    for arg in node.args:
        yield from _quantities(arg)


def _of_any_cost(chain: Chain, call: Node) -> ByArgument | None:
    """The slope by the outputs of the last layer, C'(a^L)."""
    args = [arg for arg in map(plain, call.args[1:]) if ROLES.get(arg.text) != "target"]
    if len(args) != 1 or not args[0].sups:
        return None
    cost = replace(call.args[0], primes=0)
    members = tuple(_put(m, call, Node("derivative", (cost, args[0]), "d")) for m in chain.members)
    said = f"{cost.text}' is the derivative by {args[0].text}, {cost.text} is any cost"
    return ByArgument(replace(chain, members=members), frozenset((cost.text,)), said)


def _put(node: Node, old: Node, new: Node) -> Node:
    return replace(new, span=node.span) if node == old else node.over(lambda part: _put(part, old, new))
