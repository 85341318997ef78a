"""What names stand for where a note uses them as everybody does and defines them nowhere; the verdict says it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from proofs.notes.definitions import definition
from proofs.notes.evaluation.world import Rule
from proofs.notes.reading.names import COUNTS, Habits
from proofs.notes.reading.statements import statements
from proofs.notes.reading.tree import Chain, Node, plain


@dataclass(frozen=True)
class Usual:
    """Definitions for notes that have all of the `named` and define none of them."""

    said: str
    named: frozenset[str]
    latex: tuple[str, ...]


USUAL = (
    Usual(
        "batch normalisation, y = gamma hat x + beta",
        frozenset(("hat x", "mu", "sigma", "gamma")),
        (
            r"y_i = \gamma \hat{x}_i + \beta",
            r"\hat{x}_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}}",
            r"\mu = \frac{1}{m} \sum_{i=1}^m x_i",
            r"\sigma^2 = \frac{1}{m} \sum_{i=1}^m (x_i - \mu)^2",
        ),
    ),
)
OF_ALL = frozenset(("f", "L", "calL", "J", "C", "sigma^2", *COUNTS))  # what depends on all that, and what counts


@cache
def _chains(latex: tuple[str, ...], count: str) -> tuple[Chain, ...]:
    """The rows have m examples; a note may have another letter."""
    return tuple(chain for text in latex for chain in statements(re.sub(r"\bm\b", count, text)))


def usual(names: set[str], seen: frozenset[str], habits: Habits) -> Iterator[tuple[str, dict[str, tuple[Rule, ...]]]]:
    """The usual definitions for a claim that has no other names, and how a verdict says them; `seen` has the note."""
    count = min(names & set(COUNTS), default="m")
    for row in USUAL:
        chains = _chains(row.latex, count) if row.named <= seen else ()
        own = {n.text for chain in chains for m in chain.members for n in m.walk() if n.kind == "name"}
        if names <= own | OF_ALL | habits.letters and names & own - {"x", "e"}:
            rules = [rule for chain in chains if (rule := definition(chain, habits)) is not None]
            yield row.said, {rule.base: (rule,) for rule in rules}


def same_as(usual: Rule, own: tuple[Rule, ...]) -> bool:
    """Whether one of a note's definitions of a quantity is the usual one: it may have others beside it."""
    return any(rule.places == usual.places and _bare(rule.body) == _bare(usual.body) for rule in own)


def _bare(node: Node) -> Node:
    """Without the brackets and braces that only group."""
    node = plain(node)
    return replace(node, args=tuple(map(_bare, node.args)))
