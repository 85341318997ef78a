"""What a note says of its cost: squares or logarithms, with 1/2 or without, summed over examples or their mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from proofs.notes.evaluation.world import Rule, Rules
from proofs.notes.reading.names import COUNTS
from proofs.notes.reading.tree import Node, plain
from proofs.notes.verdicts.readings import ROLES, Reading

NAMED = frozenset(("mse", "rss", "sse", "ssr", "mae", "bce", "ce", "nll", "cost", "loss", "error", "objective", "j"))
LOGS = ("logistic", "softmax", "cross")


@dataclass(frozen=True)
class Cost:
    """The family of a cost, and whether it is the mean over examples."""

    kind: str
    mean: bool
    letter: str = ""  # what counts the examples


def is_cost(key: str) -> bool:
    """Whether a name is one that notes give to costs: L, Loss, MSE, J_reg."""
    stem = key.partition("_")[0]
    return ROLES.get(stem) == "cost" or stem.lower() in NAMED


def cost_of(rule: Rule) -> Cost | None:
    """The cost that a definition gives; None where it gives none, or one of another family."""
    if not is_cost(rule.base):
        return None
    nodes = list(rule.body.walk())
    below = [part for n in nodes if n.kind in ("frac", "div") for part in n.args[1].walk()]
    mean = any(n.kind == "name" and n.text in COUNTS for n in below)
    if any(n.kind == "apply" and n.args[0].text == "log" for n in nodes):
        return Cost("logs", mean, _letter(nodes))
    halved = any(n.kind == "num" and n.text == "2" for n in below)
    return Cost("half squares" if halved else "squares", mean, _letter(nodes)) if any(map(_square, nodes)) else None


def _letter(nodes: list[Node]) -> str:
    """The letter that the outer sum binds."""
    below = next((n.args[0] for n in nodes if n.kind == "sum"), Node("none"))
    return next((n.text for n in below.walk() if n.kind == "name"), "")


def _square(node: Node) -> bool:
    power = node.args[1] if node.kind == "pow" else None
    return power is not None and plain(power).kind == "num" and plain(power).text == "2"


def stated(top: str, rules: Rules, roles: Mapping[str, str]) -> Rules:
    """The costs that the note defines, for the parts of a network that they are; `top` before all others.

    The cost of an example, and a function of outputs and targets, keep their own names beside.
    """
    named = [base for base in (top, *rules) if roles.get(base) in ("cost", "mean cost") and base in rules]
    found: dict[str, tuple[Rule, ...]] = {}
    for base in dict.fromkeys(named):
        rule = rules[base][0]
        alone = rule.sample or rule.places
        found.setdefault("<costs>" if alone else f"<{roles[base]}>", (rule,))
        if rule.params and base != named[0]:
            found[base] = (rule,)
    return found


def possible(
    readings: Iterable[Reading], rules: list[Rule], letters: frozenset[str], names: frozenset[str]
) -> Iterator[Reading]:
    """The readings whose cost and outputs may be those that the note defines; `names` has those of the claim."""
    normalised = output_of(rule for rule in rules if rule.base in names) == "softmax"
    costs = [cost for rule in rules if (cost := cost_of(rule))]
    output = output_of(rules)
    agreeing = (r for r in readings if agrees(r, costs, letters) and gives(r, output))
    return (r for r in agreeing if not (normalised and r.activation == "logistic"))


def agrees(reading: Reading, said: Iterable[Cost], letters: frozenset[str]) -> bool:
    """Whether the cost that a reading guesses is one that the note says, where it says any.

    A slope by what one example has, of a mean over all, has the 1/n: `letters` are those of the claim's left side.
    """
    said = list(said)
    return reading.cost in ("any", "stated") or not said or any(_agrees(reading, cost, letters) for cost in said)


def spoken(reading: Reading, words: frozenset[str]) -> bool:
    """Whether the text may mean the cost that a reading guesses: it may name squares alone, or logarithms alone."""
    if reading.cost in ("any", "stated") or not words or "up" in words:
        return True
    return bool(words & {"logs", "classes"}) if reading.cost in LOGS else "squares" in words


OF_ANOTHER = "it holds by a cost of another kind than the text speaks of"


def output_of(rules: Iterable[Rule]) -> str:
    """What the note says its outputs are: softmax, or another function; empty where it says neither."""
    bodies = [plain(rule.body) for rule in rules if ROLES.get(rule.base) == "act"]
    if any(n.text in ("softmax", "Softmax") or normalised(n) for body in bodies for n in body.walk()):
        return "softmax"
    return "function" if any(body.kind == "apply" for body in bodies) else ""


def normalised(node: Node) -> bool:
    """e^z_i over the sum of all e^z_j."""
    below = plain(node.args[1]) if node.kind in ("frac", "div") else node
    return below is not node and below.kind == "sum" and any(n.text in ("e", "exp") for n in below.walk())


def gives(reading: Reading, output: str) -> bool:
    """Whether the outputs that a reading guesses may be those of the note; where it says its cost, these are too."""
    if reading.cost == "any" or not output:
        return True
    if reading.activation == "softmax":
        return output == "softmax"
    return reading.activation != "linear" and (output != "softmax" or reading.cost == "softmax")


def _agrees(reading: Reading, cost: Cost, letters: frozenset[str]) -> bool:
    kind = "logs" if reading.cost in LOGS else reading.cost
    several = "batch" in reading.shape.name or " of " in reading.shape.name
    several = several or (cost.mean and cost.letter in letters)
    return kind == cost.kind and (not several or reading.mean == cost.mean)
