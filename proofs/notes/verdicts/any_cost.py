"""Slopes of a cost that nothing defines, by what the note makes of what: dL/dw = (dL/dz) x, by z = w x.

Whatever L is of z, such a claim holds or fails. Each of its terms has a slope of that cost as a factor, so that another
way from w to the cost, or a penalty in it, mends nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from proofs.notes.evaluation.functions import FUNCTIONAL
from proofs.notes.evaluation.world import Rule, Rules
from proofs.notes.reading.names import marks
from proofs.notes.reading.tree import SLOPES, Node, number, plain
from proofs.notes.verdicts.choices import several
from proofs.notes.verdicts.loose import loose
from proofs.notes.verdicts.meanings import SMALL
from proofs.notes.verdicts.names import BUILT, closure, names_of
from proofs.notes.verdicts.readings import EXAMPLES
from proofs.notes.verdicts.trial import Outcome, tried
from proofs.notes.verdicts.trials import Trial
from proofs.notes.verdicts.universal import primed
from proofs.notes.verdicts.unknown import unknown_tops

STEPS = frozenset("tT")  # of recurrences, which have ways to the cost through later steps
OF_A_TERM = {"neg": 0, "frac": 0, "sum": 2, "transpose": 0, "apply": 0}  # the part that must have the slope


def of_any_cost(done: Trial) -> Outcome | None:
    """How a claim fails whatever the cost is; None where it may hold, or rests on what the note leaves open."""
    left, *right = done.chain.members
    cost = _cost(plain(left), done)
    if cost is None or set(done.chain.signs) != {"="} or not all(_along(member, cost) for member in right):
        return None
    by = plain(left).args[1]
    functions = unknown_tops(done.chain, done.first[0], done.habits, done.rules)
    known: Rules = {**done.rules, **{base: rules for base, rules in functions.items() if base == cost}}
    whole = Trial(done.chain, done.habits, known, free=done.free, later=done.later)
    if not _through(by, cost, whole) or _of_a_function(whole, cost, by):
        return None
    whole = replace(whole, rules={**{name: (Rule(name, Node("gap")),) for name in _called(known.values())}, **known})
    known_all = not (loose(whole) or any(several(whole)))
    return done.first[1] if known_all and not _stepped(done) and _certain(done) and not _scaled(done) else None


def _called(rules: Iterable[tuple[Rule, ...]]) -> set[str]:
    """What the definitions call."""
    nodes = (n for several in rules for rule in several[:1] for n in rule.body.walk())
    return {n.args[0].text for n in nodes if n.kind == "apply"} & FUNCTIONAL


def _cost(left: Node, done: Trial) -> str | None:
    """The cost of which the left side is the slope by a name, if nothing defines it."""
    of = plain(left.args[0]) if left.kind in SLOPES and len(left.args) == 2 else left
    named = of is not left and of.kind == "name" and plain(left.args[1]).kind == "name"
    cost = done.habits.roles.get(of.text) == "cost" or of.text in SMALL
    return of.text if named and cost and of.text not in done.rules else None


def _through(by: Node, cost: str, done: Trial) -> bool:
    """Whether the cost has what the left side is by through other names alone, as the note defines these."""
    found = marks(plain(by), done.habits)
    uses = {name for rule in done.rules.get(cost, ()) for name in rule.uses}
    keys = {found.base, found.base + found.label}
    return not keys & uses and bool(keys & closure(uses, done.rules, done.habits))


def _along(node: Node, cost: str) -> bool:
    """Whether each term has a slope of the cost as a factor."""
    node = plain(node)
    if node.kind == "add":
        return all(_along(part, cost) for part in node.args)
    if node.kind in ("mul", "times", "hadamard"):
        return any(_along(part, cost) for part in node.args)
    if node.kind == "sum" and not _bound(node):
        return False  # over what is not written
    if node.kind in OF_A_TERM:
        return _along(node.args[OF_A_TERM[node.kind]], cost)
    return node.kind in SLOPES and plain(node.args[0]) == Node("name", text=cost)


def _bound(node: Node) -> bool:
    """Whether what is summed has the letter of the sum."""
    lower, _, body = node.args
    return bool({n.text for n in lower.walk()} & {sub.text for n in body.walk() for sub in n.subs})


def _stepped(done: Trial) -> bool:
    """Whether it is of steps, or of what the note says further on only."""
    names = {n for m in done.chain.members for n in names_of(m, done.habits)}
    letters = {n.text for m in done.chain.members for name in m.walk() for sub in name.subs for n in sub.walk()}
    return bool(letters & STEPS or closure(names, done.rules, done.habits) & done.later)


def _certain(done: Trial) -> bool:
    """Whether it fails in all ways to read it without a network, and for numbers or arrays it has values in two."""
    outcomes = [outcome for _, outcome in (*done.free, *done.typed)]
    failed = [outcome for outcome in outcomes if outcome.kind == "fails"]
    first = done.first[1]
    return first.kind == "fails" and len(failed) > 1 and all(o.kind in ("fails", "mismatch") for o in outcomes)


def _of_a_function(done: Trial, cost: str, by: Node) -> bool:
    """Whether a function that nothing defines is between, and the claim says by its form which one it is: tanh."""
    between = _between(done, cost, by)
    heads = {n.args[0].text for body in between for n in body.walk() if n.kind == "apply"} - BUILT - done.rules.keys()
    return not heads <= {n for m in done.chain.members[1:] for n in primed(m)}


def _between(done: Trial, cost: str, by: Node) -> list[Node]:
    """The definitions by which the cost is a function of this."""
    found = marks(plain(by), done.habits)
    keys = {found.base, found.base + found.label}
    above = {base: some for base, some in done.rules.items() if base not in keys}
    near = closure({name for rule in done.rules[cost] for name in rule.uses}, above, done.habits) & above.keys()
    bodies = [rule.body for name in near for rule in above[name]]
    return [body for body in bodies if keys & closure(names_of(body, done.habits), above, done.habits)]


def _scaled(done: Trial) -> bool:
    """Whether a factor makes it hold that tells a mean from a sum, or half a square from a square."""
    left, *right = done.chain.members
    sizes = [number(n) for n in (2, EXAMPLES, done.first[0].axis)]
    factors = [*sizes, *(Node("frac", (number(1), size)) for size in sizes)]
    chains = [replace(done.chain, members=(Node("times", (factor, left)), *right)) for factor in factors]
    readings = {reading for reading, _ in done.free}
    return any(tried(c, reading, done.habits, done.rules).holds for c in chains for reading in readings)
