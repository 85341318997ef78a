"""The factors of the chain rule as notes write them: dA/dB with all else that A is made of held fixed.

By dL/dx = dL/da da/dx + dL/db db/dx a note means the whole slopes of L, and of a and b what x does to them directly,
also where a is made of b. What is held fixed is told from what moves by a mark: A is computed again from the marked B
alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from proofs.notes.evaluation.slopes import HELD
from proofs.notes.evaluation.world import Rule, Rules
from proofs.notes.reading.names import Habits, Marks, marks
from proofs.notes.reading.tree import Chain, Node, plain
from proofs.notes.verdicts.unrolling import AT

DIRECTLY = "in a product, the slope of what is made of others is taken with these fixed"


@dataclass
class Local:
    """Copies of definitions with one name marked, which moves what is computed at the same step."""

    habits: Habits
    rules: Rules
    copies: dict[str, tuple[Rule, ...]] = field(default_factory=dict)

    def chain(self, chain: Chain, left: bool = False) -> Chain:
        """The chain with direct slopes in its products, on its left side too if that is said."""
        first, *others = chain.members
        return replace(chain, members=(self.node(first) if left else first, *map(self.node, others)))

    def node(self, node: Node) -> Node:
        """An expression with its direct slopes."""
        if node.kind != "derivative" or len(node.args) != 2:
            return node.inside(self.node)
        above, below = map(plain, node.args)
        if not above.kind == below.kind == "name" or not self.goes(self._key(above), self._key(below)):
            return node
        return node.with_args(self._moved(above, self._key(below)), self._moved(below, self._key(below)))

    def goes(self, above: str, below: str) -> bool:
        """Whether the definition of one has the other, or a name inside that goes to it."""
        return self._goes(above, below, frozenset())

    def _goes(self, above: str, below: str, seen: frozenset[str]) -> bool:
        names = {self._key(n) for n in _names(self._body(above))} if above not in seen else set()
        through = {name for name in names - {above, below} if same_step(name, above)}
        return below in names or any(self._goes(name, below, seen | {above}) for name in through)

    def _body(self, key: str) -> Node:
        several = self.rules.get(key, ())
        return several[0].body if several and not several[0].uses else Node("none")

    def _key(self, name: Node) -> str:
        found = self._marks(name)
        return found.base + found.label

    def _marks(self, name: Node) -> Marks:
        return marks(name, self.habits)

    def _moved(self, name: Node, below: str) -> Node:
        """The copy of a name that moves with the marked one, with its definition; of that one, the name itself."""
        copy = replace(name, subs=(*name.subs, Node("word", text=f"{HELD} {below}")))
        key, base = self._key(copy), self._key(name)
        if key not in self.copies:
            self.copies[key] = ()
            rule = self.rules[base][0] if base != below else Rule(key, self._whole(name))
            body = self._within(rule.body, base, below) if base != below else rule.body
            self.copies[key] = (replace(rule, base=key, body=body),)
        return copy

    def _whole(self, name: Node) -> Node:
        """A name without its indices and its power."""
        found = self._marks(name)
        kept = tuple(sub for sub in name.subs if not any(sub is place for place in found.places))
        return replace(name, subs=kept, sups=tuple(sup for sup in name.sups if sup is not found.power))

    def _within(self, node: Node, above: str, below: str) -> Node:
        node = node.over(lambda part: self._within(part, above, below))
        key = self._key(node) if node.kind == "name" else ""
        through = key and key != above and same_step(key, above) and self.goes(key, below)
        return self._moved(node, below) if key and (key == below or through) else node


def same_step(one: str, other: str) -> bool:
    """Whether two names are of one step of a recurrence that is written out."""
    steps = [AT.findall(key) for key in (one, other)]
    return steps[0] == steps[1] != []


def _names(node: Node) -> list[Node]:
    """The names of an expression and of its powers."""
    found = [node] if node.kind == "name" else []
    return found + [name for part in (*node.args, *node.sups) for name in _names(part)]


def direct(chain: Chain, habits: Habits, rules: Rules) -> tuple[Chain, Rules] | None:
    """The claim with direct slopes in its products, and the definitions that these need; None if it has none."""
    local = Local(habits, rules)
    spelled = local.chain(chain)
    return (spelled, {**rules, **local.copies}) if spelled != chain else None
