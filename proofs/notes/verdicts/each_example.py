"""Names of one example, delta^{x,l} and a^{x,l-1}: sums of them over all examples, said of each, and claims of one."""

from __future__ import annotations

from dataclasses import replace

from proofs.notes.reading.names import COUNTS, Habits, marks
from proofs.notes.reading.tree import Chain, Node, plain

EACH = "the cost is summed over the examples, or their mean"
OF_ONE = "all quantities are those of one example"


def of_each(chain: Chain) -> Chain | None:
    """The chain with the one sum over examples of its right side as its body for each; None without such a sum."""
    head, *others = chain.members
    sums = [n for m in others for n in m.walk() if n.kind == "sum"]
    letters = [n.text for n in sums[0].args[0].walk() if n.kind == "name"][:1] if len(sums) == 1 else []
    if not letters or not _of_examples(sums[0].args[2], letters[0]):
        return None
    members = tuple(_each(m, sums[0], letters[0]) for m in others)
    counted = {n.text for m in others for n in m.walk() if n.kind == "name"} & {*COUNTS, "B"}
    return replace(chain, members=(head, *members), pins=(*chain.pins, *((name, 1.0) for name in sorted(counted))))


def _of_examples(body: Node, letter: str) -> bool:
    """Whether a letter stands above names alone, beside their layers, and is no index below one."""
    names = [n for n in body.walk() if n.kind == "name"]
    above = [sup for n in names for sup in n.sups if plain(sup) == Node("name", text=letter)]
    below = any(sub.text == letter for n in names for part in n.subs for sub in part.walk())
    return bool(above) and not below and sum(n.text == letter for n in names) == len(above)


def of_one(chain: Chain, habits: Habits) -> Chain | None:
    """The chain without the letter of an example that stands above all that depends on one, and is summed over nowhere.

    None where it has no such letter.
    """
    names = [n for m in chain.members for n in m.walk() if n.kind == "name"]
    bare = [plain(by) for m in chain.members for n in m.walk() if n.kind == "nabla" for by in n.args[1:]]
    parts = [marks(n, habits) for n in names if habits.roles.get(n.text) in OF_EXAMPLES and n not in bare]
    letters = {found.sample.text for found in parts if found.sample is not None and found.sample.kind == "name"}
    summed = any(n.kind == "sum" for m in chain.members for n in m.walk())
    if summed or len(letters) != 1 or any(found.sample is None for found in parts):
        return None
    return replace(chain, members=tuple(_without(m, min(letters)) for m in chain.members))


OF_EXAMPLES = ("pre", "act", "delta", "target")


def _each(node: Node, total: Node, letter: str) -> Node:
    if node == total:
        return Node("group", (_each(total.args[2], total, letter),), text="(", span=node.span)
    return _unmarked(node.inside(lambda part: _each(part, total, letter)), letter)


def _without(node: Node, letter: str) -> Node:
    node = _unmarked(node.inside(lambda part: _without(part, letter)), letter)
    return replace(node, subs=tuple(sub for sub in node.subs if sub.text != letter))  # C_x


def _unmarked(node: Node, letter: str) -> Node:
    return replace(node, sups=tuple(sup for sup in node.sups if plain(sup) != Node("name", text=letter)))
