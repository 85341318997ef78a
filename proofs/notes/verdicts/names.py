"""The names of a claim, those by which the note defines them, and what is differentiated."""

from __future__ import annotations

from collections.abc import Iterator

from proofs.notes.evaluation.functions import BUILT_IN, FUNCTIONAL
from proofs.notes.evaluation.world import Rule, Rules
from proofs.notes.reading.names import Habits, marks
from proofs.notes.reading.tree import SLOPES, Chain, Node, plain

BUILT = frozenset((*BUILT_IN, "max", "min", "softmax", "diag", "tr", "det", "sign"))


def tops(chain: Chain) -> Iterator[Node]:
    """The names that are differentiated, and functions with primes."""
    for node in (n for m in chain.members for n in m.walk()):
        top = plain(node.args[0]) if node.kind in SLOPES else node
        top = top.args[0] if top.kind == "apply" else top
        sloped = node.kind in SLOPES or top.primes
        if top.kind == "name" and sloped and top.text not in BUILT | {"e"}:
            yield top


def bodies(chain: Chain, rules: Rules) -> list[Node]:
    """The members of a claim, and what the definitions of a note say."""
    return [*chain.members, *(rule.body for several in rules.values() for rule in several)]


def names_of(node: Node, habits: Habits) -> set[str]:
    """The names of an expression, with what belongs to them."""
    found: set[str] = set()
    if node.kind == "name":
        mark = marks(node, habits)
        found.add(mark.base + mark.label)
        parts: tuple[Node, ...] = (mark.power,) if mark.power is not None else ()
    else:
        parts = node.args
    return found.union(*(names_of(part, habits) for part in parts))


def closure(names: set[str], rules: Rules, habits: Habits) -> set[str]:
    """The names and those by which the note defines them, all the way."""
    found, open_names = set(names), list(names)
    while open_names:
        name = _defined(open_names.pop(), rules)
        found.add(name)
        for rule in rules.get(name, ()):
            new = (names_of(rule.body, habits) | {*rule.params, *rule.uses}) - found
            found |= new
            open_names += new
    return found


def _defined(name: str, rules: Rules) -> str:
    """The name under which the note defines it: h for h_theta, where that is a function."""
    base, _, label = name.partition("_")
    function = bool(label) and not label.isdigit() and any(rule.params for rule in rules.get(base, ()))
    return base if name not in rules and function else name


def named_here(chain: Chain, habits: Habits, rules: Rules) -> str:
    """A name that a derivative is given, or minus it: the formula says what it is, and could not fail."""
    head, *others = map(plain, chain.members)
    slopes = [plain(member.args[0]) if member.kind == "neg" else member for member in others]
    given = head.kind == "name" and len(slopes) == 1 and slopes[0].kind in SLOPES
    found = marks(head, habits) if given else None
    return "" if found is None or {found.base + found.label, found.base} & rules.keys() else found.base


def of_unknown(rule: Rule, rules: Rules) -> bool:
    """Whether it is defined by an activation that nothing defines: h(x) = sigma(w x)."""
    calls = (n.args[0].text for n in rule.body.walk() if n.kind == "apply")
    return any(name in FUNCTIONAL and name not in rules for name in calls)
