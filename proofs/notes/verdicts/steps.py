"""Steps of algebra in a chain: two members of the same names and the same slopes, of which one is made of the other.

The slopes are taken for quantities of their own, since a step that only rewrites holds whatever they are.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator
from dataclasses import replace

from proofs.notes.context import Note
from proofs.notes.definitions import definition
from proofs.notes.evaluation.point import CALLED, Point
from proofs.notes.evaluation.sums import letters_of
from proofs.notes.evaluation.world import TARGETS, Rule, Rules
from proofs.notes.numbers.digits import is_exact
from proofs.notes.reading.names import Habits, marks, said
from proofs.notes.reading.statements import statements
from proofs.notes.reading.tree import SLOPES, Chain, Node, NotUnderstood, plain
from proofs.notes.verdicts.claim import Claim
from proofs.notes.verdicts.loose import loose
from proofs.notes.verdicts.meanings import summed_letter
from proofs.notes.verdicts.names import names_of
from proofs.notes.verdicts.readings import ROLES, Reading
from proofs.notes.verdicts.trial import VANISHES, Outcome, tried
from proofs.notes.verdicts.trials import Trial

# What may stand for more than is written, or has no value where numbers stand for arrays.
OTHER = frozenset(
    ("nabla", "cases", "indicator", "gap", "word", "limit", "at", "change", "argmin", "half derivative", "operator")
) | {"matrix", "vector", "prod", "prime", "indexed", "norm", "table"}
KNOWN = frozenset(("I", "ones", "1", "delta", "U", "V", "Q", "P", "R", "rho", "pi", "E"))
READINGS = (Reading(), Reading(shared=True), Reading(elementwise=True))


def wrong_step(note: Note, at: tuple[int, int], chain: Chain) -> Outcome | None:
    """The first step that fails for numbers, by the definitions of the note and without them."""
    if chain.condition is not None or chain.pins:
        return None
    try:
        return next((found for step in _steps(chain) for found in [changed(note, at, step)] if found), None)
    except NotUnderstood:
        return None


def _steps(chain: Chain) -> Iterator[Chain]:
    for sign, (left, right) in zip(chain.signs, itertools.pairwise(chain.members), strict=True):
        nodes = [n for m in (left, right) for n in m.walk()]
        readable = sign == "=" and not any(n.kind in OTHER or _rounded(n) for n in nodes if n.kind != "sum")
        if readable and _over_all(nodes) and _written_out(left) and _written_out(right):
            yield Chain(tuple(map(_with_slopes_named, (left, right))), ("=",))


def ends(claim: Claim) -> Iterator[Chain]:
    """The first slope and a later member alone, of a chain with names that nothing defines between; not where it
    writes out what is differentiated, which may be something else than the note defines."""
    chain = claim.chain
    members = list(itertools.dropwhile(_alone, chain.members))
    between = (n.args[0] for m in members[1:] for n in m.walk() if n.kind in SLOPES and n.args)
    as_it_stands = not (claim.conventions or claim.otherwise or claim.step or chain.pins)
    as_it_stands = as_it_stands and bool(members)
    whole = as_it_stands and claim.trial is not None and _open(claim.trial) and _defined(members[0], claim.trial)
    plainly = set(chain.signs) == {"="} and all(plain(of).kind == "name" for of in between)
    if whole and plainly and len(chain.members) > 2:
        later = [m for m in members[:0:-1] if plain(m).kind != "num"]
        yield from (replace(chain, members=(members[0], m), signs=("=",)) for m in later[:MOST_ENDS])


MOST_ENDS = 3


def _defined(left: Node, done: Trial) -> bool:
    """Whether the note says what a slope is of: a cost that is custom may have a penalty."""
    return left.kind in SLOPES and bool(names_of(left.args[0], done.habits) & done.rules.keys())


def _open(done: Trial) -> bool:
    """Whether a claim has a name of which nothing is known, or no value."""
    return done.first[1].kind in ("stuck", "unbound") or bool(loose(done))


def _alone(member: Node) -> bool:
    """Whether a member is a name, which may be of something else: delta = dC/dz."""
    return plain(member).kind == "name"


def lost_sum(chain: Chain, habits: Habits) -> str:
    """Why a chain is wrong that sums over a letter, and then has that letter free, which the left side has not."""
    try:
        letter = next(_lost(chain, Point(Reading(), habits, {})), "")
    except NotUnderstood:
        return ""
    return f"the sum over {letter} is lost: {letter} is bound in one member and free in the next" if letter else ""


def _lost(chain: Chain, point: Point) -> Iterator[str]:
    own, first = set(letters_of(point, chain.members[0])), int(not _written_slope(chain.members[0]))
    for before, after in itertools.pairwise(chain.members[first:]) if set(chain.signs) == {"="} else ():
        chosen = any(n.subs and n.text in (*TARGETS, "delta") for n in before.walk())  # y_i may be 1 for one i
        chosen = chosen or any(n.kind in ("indicator", "cases") for n in before.walk())
        free = set(letters_of(point, after)) - own - set(letters_of(point, before))
        yield from (letter for letter in _bound(before) if letter in free and not chosen)


def _written_slope(member: Node) -> bool:
    """Whether it differentiates an expression."""
    member = plain(member)
    return member.kind in SLOPES and plain(member.args[0]).kind not in ("name", "apply")


def _bound(member: Node) -> Iterator[str]:
    """The letters over which there are sums in a member."""
    yield from filter(None, (summed_letter(n) for n in member.walk() if n.kind == "sum"))


def _rounded(node: Node) -> bool:
    """Whether a number may be a rounding, by which a step is right that does not hold to the last digit."""
    return node.kind == "num" and not is_exact(node.text)


def _over_all(nodes: list[Node]) -> bool:
    """Whether each letter of a sum runs over all its values: from 0 or 1, to one end."""
    sums = [n.args for n in nodes if n.kind == "sum"]
    firsts = {
        plain(lower.args[1]).text if lower.text == "=" else lower.text for lower, *_ in sums if lower.kind == "compare"
    }
    ends = {(lower.args[0] if lower.kind == "compare" else lower, upper) for lower, upper, _ in sums}
    return firsts <= {"0", "1"} and len({letter for letter, _ in ends}) == len(ends)


def _written_out(member: Node) -> bool:
    """Whether a member is a sum or a product, no name and no slope alone."""
    return plain(member).kind in ("add", "mul", "times", "frac", "neg", "sum", "hadamard")


def _with_slopes_named(node: Node) -> Node:
    """Each derivative of a name by a name as a name with the indices of both."""
    if node.kind != "derivative":
        return node.inside(_with_slopes_named)
    tops = [plain(arg) for arg in node.args]
    if any(top.kind != "name" for top in tops):
        raise NotUnderstood("a derivative of an expression")
    text = "/".join(top.text + "".join(map(said, top.sups)) for top in tops)
    return Node("name", text=f"slope {text}", subs=tuple(sub for top in tops for sub in top.subs), span=node.span)


def changed(note: Note, at: tuple[int, int], step: Chain) -> Outcome | None:
    """How a step fails for numbers, by the definitions of the note and without them."""
    left, right = step.members
    habits, defined = _with_axes(note.of(step), step), note.rules(at)
    if _content(left, habits) != _content(right, habits) or _sums(left) > _sums(right) or _facts(step, defined.keys()):
        return None
    usual = {**_mean(habits), **defined}
    found = [tried(step, reading, habits, some) for some in ({}, defined, usual) for reading in READINGS]
    wrong = all(outcome.kind == "fails" and not outcome.why for outcome in found)
    return found[0] if wrong and not _holds_for_some(step, habits, usual) and not _of_labels(step, habits) else None


def _of_labels(step: Chain, habits: Habits) -> bool:
    """Whether it holds where a target that is squared is 0 or 1, or 1 or -1: y^2 is then y or 1."""
    squared = [name for name in sorted(_squared(step)) if not habits.axes.get(name)]
    pairs = [(name, some) for name in squared for some in LABELS]
    return any(all(_pinned(step, habits, (name, value)) for value in some) for name, some in pairs)


LABELS = ((0.0, 1.0), (1.0, -1.0))


def _pinned(step: Chain, habits: Habits, pin: tuple[str, float]) -> bool:
    outcome = tried(replace(step, pins=(pin,)), Reading(), habits, {})
    return outcome.holds or outcome.said == VANISHES


def _holds_for_some(step: Chain, habits: Habits, rules: Rules) -> bool:
    """Whether it holds where something adds up to 1, or is 1."""
    names = sorted({marks(n, habits).base for m in step.members for n in m.walk() if n.kind == "name"})
    weights = Rule("", statements(r"\frac{v_i}{\sum_k v_k}")[0].members[0], ("i",))
    shared = {name: (replace(weights, base=name),) for name in names if habits.axes.get(name) == 1}
    with_v = replace(habits, axes={**habits.axes, "v": 1}, letters=habits.letters | {"i", "k"})
    choices = [shared, *({name: rule} for name, rule in shared.items())]
    shared_out = [tried(step, Reading(), with_v, {**rules, **some}) for some in choices if some]
    ones = [name for name in names if ROLES.get(name) != "input"]  # an input of 1 would not be written out
    held = [tried(replace(step, pins=((name, 1.0),)), Reading(), habits, rules) for name in ones]
    return any(outcome.holds or outcome.said == VANISHES for outcome in (*shared_out, *held))


def _mean(habits: Habits) -> dict[str, tuple[Rule, ...]]:
    """That mu is the mean of all x, however many these are."""
    rule = definition(statements(r"\mu = \frac{\sum_i x_i}{\sum_i (x_i - x_i + 1)}")[0], habits)
    return {"mu": (rule,)} if rule is not None else {}


def _content(member: Node, habits: Habits) -> set[object]:
    """The names with their primes, and the calls of functions that are known by their names alone."""
    names = [(n, marks(n, habits)) for n in member.walk() if n.kind == "name"]
    point = Point(Reading(), habits, {})
    applied = [n for n in member.walk() if n.kind == "apply" and n.args[0].text not in CALLED]
    calls = {n for n in applied if not point.multiplies(n)}
    return calls | {(found.base, found.label, found.layer, n.primes) for n, found in names}


def _sums(member: Node) -> int:
    """A step that loses a sum may say that something adds up to 1."""
    return sum(n.kind == "sum" for n in member.walk())


def _facts(step: Chain, defined: Collection[str]) -> bool:
    """Whether a text may say more of a name: that y is 0 or 1, that mu is the mean, that U is orthogonal."""
    names = {n.text for m in step.members for n in m.walk() if n.kind == "name"}
    turned = any(n.kind == "transpose" for m in step.members for n in m.walk())
    indexed = any(n.text in TARGETS and n.subs for m in step.members for n in m.walk())
    others = "mu" in names.difference(defined) and "x" not in names
    return bool(names & (KNOWN.difference(defined))) or others or (bool(_squared(step)) and indexed and not turned)


def _squared(step: Chain) -> set[str]:
    """The targets that stand several times in a product, or have a power."""
    names = {n.text for m in step.members for n in m.walk() if n.kind == "name"} & TARGETS
    return {name for name in names if any(_times(name, n) > 1 for m in step.members for n in m.walk())}


def _times(name: str, node: Node) -> int:
    """How often a name stands in a product, or with a power."""
    own = node.kind == "name" and node.text == name and node.sups
    inside = sum(n.kind == "name" and n.text == name for n in node.walk())
    return 2 if own or (node.kind == "pow" and inside) else inside if node.kind in ("mul", "times") else 0


def _with_axes(habits: Habits, step: Chain) -> Habits:
    """With as many axes for a slope as it has letters."""
    names = [n for m in step.members for n in m.walk() if n.kind == "name" and n.text.startswith("slope ")]
    axes = {n.text: len(marks(n, habits).places) for n in names}
    return replace(habits, axes={**habits.axes, **axes})
