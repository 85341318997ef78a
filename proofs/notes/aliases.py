"""Names that stand for what another name is: \\hat y = a and p = s, where the note says what a and s are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from proofs.notes.definitions import beside, definition
from proofs.notes.evaluation.world import Rule
from proofs.notes.reading.names import Habits
from proofs.notes.reading.tree import Chain, Node, plain
from proofs.notes.verdicts.readings import ROLES

OTHER_TARGETS = ("true", "target", "actual")  # of which output says a note that calls its own y
At = tuple[int, int]  # a formula and its chain
GIVEN = ("target", "input", "cost", "weight", "bias", "delta")  # roles of what no unit gives


def renamed(places: Sequence[tuple[Chain, At]], rules: Sequence[Rule], habits: Habits) -> Iterator[tuple[Rule, At]]:
    """What the chains say of other names for what the rules define, if nothing else says what these are."""
    known = {rule.base for rule in rules}
    ends = [(rule, at) for chain, at in places for rule in at_the_end(chain, habits) if rule.base not in known]
    yield from ends
    rules = [*rules, *(rule for rule, _ in ends)]
    yield from ((rule, at) for chain, at in places for rule in aliases(chain, rules, habits))


def aliases(chain: Chain, rules: Iterable[Rule], habits: Habits) -> Iterator[Rule]:
    """What a chain that starts with two names says of the first, and of the second, where nothing else defines them."""
    names = tuple(map(plain, chain.members[:2]))
    if chain.signs[:1] not in (("=",), (":=",)) or any(n.kind != "name" for n in names) or chain.condition is not None:
        return
    known = {rule.base for rule in rules}
    longer = definition(Chain(chain.members[1:], chain.signs[1:]), habits)
    own = [longer] if longer is not None and longer.base not in known else []
    first = next(beside(Chain(names, chain.signs[:1]), habits), None)
    second = next(beside(Chain(names[::-1], chain.signs[:1]), habits), None)
    made = known | {rule.base for rule in own}
    if first and second and first.base not in known and second.base in made and _output(names, rules):
        yield from (*own, first)
    elif first and first.base in known and len(chain.members) > 2:  # p_o = y_o = a
        yield from own


def at_the_end(chain: Chain, habits: Habits) -> Iterator[Rule]:
    """What \\hat y = e^z / s = p says of p, too."""
    own = definition(chain, habits) if len(chain.members) > 2 and set(chain.signs) == {"="} else None
    for name in map(plain, chain.members[2:] if own is not None else ()):
        rule = definition(replace(chain, members=(name, *chain.members[1:])), habits) if name.kind == "name" else None
        if rule is not None and own is not None and replace(rule, base=own.base) == own:
            yield rule


def _output(names: tuple[Node, ...], rules: Iterable[Rule]) -> bool:
    """Whether what is given another name may be an output: a y is only if a cost has another target beside."""
    head, of = (ROLES.get(name.text) for name in names)
    if of in GIVEN or head in GIVEN[1:]:
        return False
    nodes = (n for rule in rules if ROLES.get(rule.base) == "cost" for n in rule.body.walk())
    return head != "target" or any(_another(node, names[0]) for node in nodes)


def _another(node: Node, head: Node) -> bool:
    """Whether a name is a target, and not `head`: t, y_true."""
    words = any(sub.text in OTHER_TARGETS for sub in node.subs)
    return node.kind == "name" and (words or (ROLES.get(node.text) == "target" and node.text != head.text))
