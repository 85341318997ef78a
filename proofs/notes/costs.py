"""What a note says of its cost: squares or logarithms, with 1/2 or without, summed over examples or their mean."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from proofs.notes.readings import ROLES, Reading
from proofs.notes.tree import Node, plain
from proofs.notes.world import Rule

COUNTED = frozenset(("m", "n", "N", "M"))
NAMED = frozenset(("mse", "rss", "sse", "bce", "cost", "loss", "error", "j"))
LOGS = ("logistic", "softmax", "cross")


@dataclass(frozen=True)
class Cost:
    """The family of a cost, and whether it is the mean over examples."""

    kind: str
    mean: bool


def cost_of(rule: Rule) -> Cost | None:
    """The cost that a definition gives; None where it gives none, or one of another family."""
    if ROLES.get(rule.base) != "cost" and rule.base.lower().partition("_")[0] not in NAMED:
        return None
    nodes = list(rule.body.walk())
    below = [part for n in nodes if n.kind in ("frac", "div") for part in n.args[1].walk()]
    mean = any(n.kind == "name" and n.text in COUNTED for n in below)
    if any(n.kind == "apply" and n.args[0].text == "log" for n in nodes):
        return Cost("logs", mean)
    halved = any(n.kind == "num" and n.text == "2" for n in below)
    return Cost("half squares" if halved else "squares", mean) if any(map(_square, nodes)) else None


def _square(node: Node) -> bool:
    power = node.args[1] if node.kind == "pow" else None
    return power is not None and plain(power).kind == "num" and plain(power).text == "2"


def agrees(reading: Reading, said: Iterable[Cost]) -> bool:
    """Whether the cost that a reading guesses is one that the note says, where it says any."""
    said = list(said)
    return reading.cost == "any" or not said or any(_agrees(reading, cost) for cost in said)


def output_of(rules: Iterable[Rule]) -> str:
    """What the note says its outputs are: softmax, or another function; empty where it says neither."""
    bodies = [plain(rule.body) for rule in rules if ROLES.get(rule.base) == "act"]
    if any(n.text in ("softmax", "Softmax") for body in bodies for n in body.walk()):
        return "softmax"
    return "function" if any(body.kind == "apply" for body in bodies) else ""


def gives(reading: Reading, output: str) -> bool:
    """Whether the outputs that a reading guesses may be those of the note."""
    guessed = reading.cost == "any" or not output
    return guessed or (reading.activation != "linear" and (output != "softmax" or reading.cost == "softmax"))


def _agrees(reading: Reading, cost: Cost) -> bool:
    kind = "logs" if reading.cost in LOGS else reading.cost
    several = "batch" in reading.shape.name or " of " in reading.shape.name
    return kind == cost.kind and (not several or reading.mean == cost.mean)
