"""c_t in a claim of a note that defines C_t, and \\hat c_t where it defines \\tilde C_t: slips of the pen, said so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from proofs.notes.evaluation.world import Rule
from proofs.notes.reading.names import Habits
from proofs.notes.reading.tree import Chain, Node

ACCENTS = ("hat ", "tilde ", "bar ")


def with_namesakes(chain: Chain, habits: Habits, rules: Sequence[Rule]) -> tuple[Chain, tuple[str, ...]]:
    """The claim by the names of the definitions, and how a verdict says it."""
    bodies = [n for rule in rules for n in _of_steps(rule.body)]
    known = {n.text for n in bodies} | {rule.base.partition("_")[0] for rule in rules if "_t" in rule.base}
    own = {n.text for m in chain.members for n in _of_steps(m)} - known
    meant = {name: others.pop() for name in own for others in [_like(name, known)] if len(others) == 1}
    members = tuple(_renamed(m, meant) for m in chain.members)
    said = tuple(f"{name} is {other}" for name, other in sorted(meant.items()))
    return (replace(chain, members=members), said) if meant else (chain, ())


def _of_steps(node: Node) -> Iterator[Node]:
    """The names that have a step below them."""
    return (n for n in node.walk() if n.kind == "name" and any(p.text == "t" for sub in n.subs for p in sub.walk()))


def _like(name: str, known: set[str]) -> set[str]:
    return {other for other in known if other != name and bare(other) == bare(name)}


def bare(name: str) -> tuple[bool, str]:
    """Whether it has an accent, and the letter."""
    accented = next((accent for accent in ACCENTS if name.startswith(accent)), "")
    return bool(accented), name.removeprefix(accented).lower()


def _renamed(node: Node, meant: dict[str, str]) -> Node:
    node = node.over(lambda part: _renamed(part, meant))
    return replace(node, text=meant[node.text]) if node.kind == "name" and node.text in meant else node
