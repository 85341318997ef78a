"""Names in a claim to which nothing gives a meaning, and what rests on none of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from proofs.notes.context import kronecker
from proofs.notes.evaluation.functions import FUNCTIONAL
from proofs.notes.evaluation.world import Rules
from proofs.notes.reading.chances import one_of_all, summed
from proofs.notes.reading.names import COUNTS, Habits, marks
from proofs.notes.reading.tree import SLOPES, Chain, Node, NotUnderstood, plain
from proofs.notes.reading.vocabulary import NAMES as GREEK
from proofs.notes.verdicts.forall import for_all
from proofs.notes.verdicts.names import BUILT, bodies, closure, named_here, names_of, tops
from proofs.notes.verdicts.trial import SEEDS, value_of
from proofs.notes.verdicts.trials import Trial
from proofs.notes.verdicts.universal import called, primed
from proofs.notes.verdicts.updates import RATES

FIXED = frozenset((*COUNTS, *RATES, "lambda", "e", "pi", "ones", "delta"))


def loose(done: Trial, strict: bool = False) -> str:
    """A name that nothing gives a meaning; empty if all have one, if not `strict` that of any function."""
    every = {} if strict else for_all(done.chain, done.first[0], done.habits, done.rules)
    for top in tops(done.chain):
        found = marks(top, done.habits)
        if not {found.base + found.label, found.base} & (done.rules.keys() | every.keys()):
            return found.base
    rules = {**every, **done.rules}
    unknown = (
        _open_slope(done, rules)
        or named_here(done.chain, done.habits, done.rules)
        or _unknown_function(done)
        or _one_of_all(done)
        or next(_independent(done.chain, done.habits, rules), "")
    )
    if unknown:
        return unknown
    left = closure(names_of(done.chain.members[0], done.habits), rules, done.habits)
    right = {n for m in done.chain.members[1:] for n in names_of(m, done.habits)}
    right -= {"delta"} if all(map(kronecker, _deltas(done.chain))) else set()
    return next((n for n in sorted(right) if n not in left and not _known(n, done)), "")


OPEN_SLOPES = ("delta", "bar ", "d ")


def _open_slope(done: Trial, rules: Rules) -> str:
    """The slope that a claim names and nothing else does: db = r says what db is, whatever r is."""
    left = plain(done.chain.members[0])
    found = marks(left, done.habits) if left.kind == "name" else None
    said = found is None or {found.base + found.label, found.base} & rules.keys()
    return found.base if found and not said and found.base.startswith(OPEN_SLOPES) else ""


def _one_of_all(done: Trial) -> str:
    """One of those over which a sum runs, maybe: z_y, beside the sum of all z_j; z_{true}, in dL/dz_{true}."""
    nodes = [n for body in bodies(done.chain, done.rules) for n in body.walk()]
    families = summed(nodes)
    ours = (n for n in nodes if n.kind == "name" and n.text in families and one_of_all(n))
    by = (plain(by) for node in nodes if node.kind in SLOPES for by in node.args[1:])
    words = [n for n in by if n.text in families and n.subs and n.subs[-1].kind == "word"]
    words = [n for n in words if "@" not in n.subs[-1].text]  # which is a step
    open_ones = [*words, *(n for n in ours if n.subs[0].text not in done.habits.letters | done.habits.classes)]
    return next((f"{n.text}_{n.subs[0].text}" for n in open_ones), "")


def _deltas(chain: Chain) -> list[Node]:
    return [n for m in chain.members for n in m.walk() if n.kind == "name" and n.text == "delta"]


def _independent(chain: Chain, habits: Habits, rules: Rules) -> Iterator[str]:
    """Names by which something is differentiated whose definition does not use them: a note may rename an argument."""
    for node in (n for m in chain.members for n in m.walk() if n.kind in SLOPES):
        above = closure(names_of(node.args[0], habits), rules, habits)
        bodies_above = [node.args[0], *(rule.body for name in above for rule in rules.get(name, ()))]
        above -= {SIGMA} if _only_called(bodies_above) else set()
        for below in node.args[1:]:
            yield from sorted(names_of(below, habits) - above)


SIGMA = "sigma"  # the logistic function, and a deviation


def _only_called(nodes: Iterable[Node]) -> bool:
    """Whether sigma is a function there, and no quantity."""
    every = [n for node in nodes for n in node.walk()]
    heads = sum(n.kind == "apply" and n.args[0].text == SIGMA for n in every)
    return heads == sum(n.kind == "name" and n.text == SIGMA for n in every)


def _unknown_function(done: Trial) -> str:
    """A function that the definitions call and nothing defines: its slope is known by its prime only."""
    names = closure({n for m in done.chain.members for n in names_of(m, done.habits)}, done.rules, done.habits)
    related = {name: done.rules[name][:1] for name in sorted(names & done.rules.keys())}
    parts = bodies(done.chain, related)
    whole = frozenset(base for base, rules in done.rules.items() if not rules[0].params)
    known = {"sigma", *done.rules, *(n for m in done.chain.members for n in primed(m))}
    of = {plain(below) for m in done.chain.members for n in m.walk() if n.kind in SLOPES for below in n.args[1:]}
    calls = [n for part in parts for n in part.walk() if n.kind == "apply"]
    certain = {n.args[0].text for n in calls if len(n.args) > 2 or of.issuperset(map(plain, n.args[1:]))} - BUILT
    found = (n for part in parts for n in sorted(called(part, whole)) if n in FUNCTIONAL or n in certain or _word(n))
    return next((n for n in found if n not in known), "")


def _word(name: str) -> bool:
    """A function that is called by a word, as dropout(x), is no factor."""
    return len(name) > 1 and name.isalpha() and name not in GREEK and name not in BUILT


def _known(name: str, done: Trial) -> bool:
    """Whether a name on the right is defined by what the left side uses, or means the same everywhere."""
    if name == "e" and any(n.text == "e" and not n.sups for m in done.chain.members[1:] for n in m.walk()):
        return name in done.rules  # an error, and no base of a power
    if name in FIXED or name in BUILT or name in done.habits.letters | done.habits.classes:
        return name != "delta"
    return name in done.rules


def networked(done: Trial) -> bool:
    """Whether all names are parts of a layered network of which the note says enough."""
    if not done.habits.layered or "~" in done.chain.signs:
        return False
    try:
        names = {n for m in done.chain.members for n in names_of(m, done.habits)}
    except NotUnderstood:
        return False
    roles = {n: done.habits.roles.get(n) for n in names}
    others = [n for n, role in roles.items() if role is None and not _network_name(n, done)]
    return not others and "target" not in roles.values()  # what a target does depends on the cost, of which many exist


def _network_name(name: str, done: Trial) -> bool:
    return name in FIXED or name in done.habits.functions or name in done.habits.letters or name in ("l", "L", "ell")


def constant(done: Trial) -> bool:
    """Whether the left side is the same number at all points, by the definitions of the note."""
    others = set(_independent(done.chain, done.habits, done.rules))
    if any(not _numbered_beside(name, done) for name in others):
        return False  # the slope 0 of what is by others says nothing
    if done.held and done.chain.members[-1].kind == "num":
        return True  # of each index
    found = [value_of(done.chain.members[0], done.chain, done.habits, done.rules, seed) for seed in SEEDS]
    first = found[0]
    return first is not None and all(v is not None and np.array_equal(v.data, first.data) for v in found)


def _numbered_beside(name: str, done: Trial) -> bool:
    """a_3, of c = a_1 b_1 + a_2 b_2, where the note uses it elsewhere and nothing says what these are."""
    base, _, number = name.partition("_")
    tops_of = {marks(top, done.habits).base + marks(top, done.habits).label for top in tops(done.chain)}
    above = closure(set(tops_of), done.rules, done.habits) - tops_of
    beside = {other for other in above if other.partition("_")[0] == base and other.partition("_")[2].isdigit()}
    used = {n for rules in done.rules.values() for rule in rules for n in names_of(rule.body, done.habits)}
    return number.isdigit() and bool(beside) and name in used and not above & done.rules.keys()
