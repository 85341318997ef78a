"""Functions of which only the slopes of entries are written, dy_j/dz_j: y_j may be a function of z_j alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from proofs.notes.evaluation.world import Rule
from proofs.notes.reading.dots import COLUMN, ROW
from proofs.notes.reading.names import Habits, Marks, marks
from proofs.notes.reading.tree import Chain, Node, NotUnderstood, plain

Unknown = Mapping[str, tuple[Rule, ...]]
Axes = tuple[tuple[int, int], ...]
MIXING = frozenset(("softmax", "Softmax", "hat x", "mu"))  # with these entries depend on all others
TIMES = frozenset("tT")  # a step depends on the one before it


def aligned(chain: Chain, habits: Habits, unknown: Unknown) -> dict[str, tuple[Rule, ...]]:
    """The functions of which nothing is known but the slopes of their entries, each by entries with its own index.

    Raises NotUnderstood where no two letters say so, or where two slopes say otherwise of the same names.
    """
    letters = dict(_letters(chain, habits))
    found: dict[str, tuple[Rule, ...]] = {top: (_alike(rules[0], letters),) for top, rules in unknown.items()}
    if not any(axes for rules in found.values() for axes in rules[0].along):
        raise NotUnderstood("no index that a slope has above and below")
    return found


def mixed(chains: Iterable[Chain]) -> bool:
    """Whether a note has entries that depend on all others: what is normalised, by a mean or a sum of powers of e."""
    nodes = (n for chain in chains for m in chain.members for n in m.walk())
    return any(n.text in MIXING or (n.kind == "sum" and _powers(n.args[2])) for n in nodes)


def _powers(body: Node) -> bool:
    return any(n.text in ("e", "exp") for n in body.walk())


def entry_by_entry(chain: Chain) -> bool:
    """Whether a claim is of slopes of entries, several of them, and of none that a step of a recurrence has."""
    slopes = [n for m in chain.members for n in m.walk() if n.kind == "derivative"]
    own = {sub.text for n in slopes for arg in n.args for sub in plain(arg).subs}
    return len(slopes) > 2 and not own & TIMES


def _alike(rule: Rule, letters: Mapping[tuple[str, str], Axes]) -> Rule:
    return replace(rule, along=tuple(letters.get((rule.base, use), ()) for use in rule.uses))


def _letters(chain: Chain, habits: Habits) -> Iterator[tuple[tuple[str, str], Axes]]:
    """For each pair of names in a slope, the axes that have the same letter; all slopes of a pair say the same."""
    found: dict[tuple[str, str], Axes] = {}
    for node in (n for m in chain.members for n in m.walk() if n.kind == "derivative"):
        for pair, axes in _shared(node, habits):
            if found.setdefault(pair, axes) != axes:
                raise NotUnderstood(f"slopes of {pair[0]} by {pair[1]} with other indices")
    yield from found.items()


def _shared(node: Node, habits: Habits) -> Iterator[tuple[tuple[str, str], Axes]]:
    names = [plain(arg) for arg in node.args]
    if any(name.kind != "name" for name in names):
        return
    top, *below = (marks(name, habits) for name in names)
    for by in below:
        yield (top.base + top.label, by.base + by.label), _equal(top, by)


def _equal(top: Marks, by: Marks) -> Axes:
    mine, its = ([place.text for place in found.places] for found in (top, by))
    return tuple((n, its.index(letter)) for n, letter in enumerate(mine) if letter in its)


def left_free(rule: Rule, habits: Habits) -> set[str]:
    """The indices that a definition uses and neither has nor sums over: L = -log p_k, of the class k."""
    try:
        return set(_indices(rule.body, habits)) - {*rule.places, *rule.params, rule.sample}
    except NotUnderstood:
        return set()


def _indices(node: Node, habits: Habits) -> Iterator[str]:
    bound = {n.text for n in node.args[0].walk()} if node.kind in ("sum", "prod") else {ROW, COLUMN}
    own = marks(node, habits) if node.kind == "name" else Marks("")
    yield from (place.text for place in own.places if place.kind == "name" and place.text in habits.letters)
    for part in (*node.args, *([own.power] if own.power is not None else [])):
        yield from (letter for letter in _indices(part, habits) if letter not in bound)
