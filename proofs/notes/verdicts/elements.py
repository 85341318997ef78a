"""Definitions without an index, hat y = sigma(w x), of what a claim has for each element: they are said of each.

A cost that is defined so is that of one element, and the claim is of the sum.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from proofs.notes.definitions import readable
from proofs.notes.evaluation.world import Rule, Rules
from proofs.notes.reading.names import WEIGHTS, Habits, Marks, marks
from proofs.notes.reading.tree import Chain, Node, plain
from proofs.notes.verdicts.costs import is_cost
from proofs.notes.verdicts.names import closure, names_of, tops

WHOLE = frozenset(("sum", "prod", "norm", "transpose", "matrix", "vector", "table", "derivative", "nabla", "indexed"))
OF_ALL = frozenset(("softmax", "Softmax", "max", "min", "mean", "diag", "tr", "det", "recurrence"))


@dataclass
class Elements:
    """A claim's one index, and the names that have it."""

    habits: Habits
    rules: Rules
    mark: Marks
    ours: set[str] = field(default_factory=set)
    lifted: dict[str, tuple[Rule, ...]] = field(default_factory=dict)

    def key(self, name: Node) -> str:
        found = self.marks(name)
        return found.base + found.label if found else ""

    def marks(self, name: Node) -> Marks | None:
        return next((marks(n, self.habits) for n in readable([name], self.habits)), None)

    def lift(self, names: set[str]) -> None:
        """Definitions of names that have the index elsewhere, as those of each element; what they define has it too."""
        bare = [key for key in sorted(names) if key in self.rules and not _marked(self.rules[key][0])]
        axes = {key for key, count in self.habits.axes.items() if count == 1}
        known = axes if self.mark.sample is None else self.habits.sampled
        self.ours |= (known & names) - self.rules.keys()
        for _ in bare:
            self.ours.update(key for key in bare if key not in self.ours and self.lacking(self.rules[key][0].body))
        self.lifted = {key: (self.of_each(self.rules[key][0]),) for key in bare if key in self.ours}

    def lacking(self, body: Node) -> bool:
        """Whether a name that has the index stands there without one."""
        return self.indexed(body) != body

    def of_each(self, rule: Rule) -> Rule:
        letter = plain(self.mark.sample or self.mark.places[0]).text
        own = {"sample": letter} if self.mark.sample is not None else {"places": (letter,)}
        return replace(rule, body=self.indexed(rule.body), **own)

    def indexed(self, node: Node) -> Node:
        """An expression with the index at the names that have it."""
        node = node.over(self.indexed)
        found = self.marks(node) if node.kind == "name" else None
        if found is None or found.places or found.sample is not None or found.base + found.label not in self.ours:
            return node
        if self.mark.sample is None:
            return replace(node, subs=(*node.subs, self.mark.places[0]))
        return replace(node, sups=(Node("group", (self.mark.sample,), text="("), *node.sups))


def of_elements(chain: Chain, habits: Habits, rules: Rules) -> Iterator[tuple[Chain, Rules, str]]:
    """The claim and the definitions of each element, and how a verdict says it; none where they may be of arrays."""
    found = _elements(chain, habits, rules)
    names = closure({n for m in chain.members for n in names_of(m, habits)}, rules, habits)
    if found is None:
        return
    found.lift(names)
    if any(_of_whole(rules[key][0].body, found.ours) for key in found.lifted):
        return
    letter = plain(found.mark.sample or found.mark.places[0])
    bare = {found.key(n) for m in chain.members for n in _names(m) if not _has(found, n)} & found.ours
    costs = {key for key in bare if is_cost(key) or key[0].isupper()} & {found.key(top) for top in tops(chain)}
    if not found.lifted or found.ours & {*WEIGHTS} or not bare - costs <= found.lifted.keys():
        return
    total = {key: (_summed(found.lifted[key][0], letter),) for key in costs & found.lifted.keys()}
    said = f"what is defined without {letter.text} is so for each"
    sums = "".join(f", {key.replace('_', ' ')} their sum" for key in sorted(total))
    found.ours -= costs
    there = replace(chain, members=tuple(map(found.indexed, chain.members)))
    yield there, {**rules, **found.lifted, **total}, said + sums


def _elements(chain: Chain, habits: Habits, rules: Rules) -> Elements | None:
    """The one index of a claim, and the names that have it."""
    found = Elements(habits, rules, Marks(""))
    named = [(n, mark) for m in chain.members for n in _names(m) for mark in [found.marks(n)] if mark]
    single = [(n, mark) for n, mark in named if mark.places or mark.sample is not None]
    kinds = {(mark.places, mark.sample) for _, mark in single}
    places, sample = kinds.pop() if len(kinds) == 1 else ((), None)
    letters = [plain(mark) for mark in (*places, *([sample] if sample is not None else []))]
    if len(letters) != 1 or letters[0].kind != "name" or any(mark.layer is not None for _, mark in named):
        return None
    found.mark = Marks("", places=places, sample=sample)
    found.ours = {mark.base + mark.label for _, mark in single}
    return found


def _names(node: Node) -> Iterator[Node]:
    """The names of an expression, not the letters that mark them."""
    if node.kind == "name":
        yield node
    parts = node.args[2:] if node.kind in ("sum", "prod") else node.args
    for part in parts:
        yield from _names(part)


def _has(found: Elements, name: Node) -> bool:
    mark = found.marks(name)
    return mark is None or bool(mark.places) or mark.sample is not None


def _marked(rule: Rule) -> bool:
    return bool(rule.places or rule.sample or rule.uses or rule.params or rule.layer is not None)


def _of_whole(body: Node, ours: set[str]) -> bool:
    """Whether an expression is of all elements together, or may be: a capital that has no index in the claim."""
    nodes = list(body.walk())
    capitals = any(n.kind == "name" and len(n.text) == 1 and n.text.isupper() and n.text not in ours for n in nodes)
    return capitals or any(n.kind in WHOLE or n.text in OF_ALL for n in nodes)


def _summed(rule: Rule, letter: Node) -> Rule:
    return replace(rule, body=Node("sum", (letter, Node("none"), rule.body)), places=(), sample="")
