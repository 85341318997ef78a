"""A slope of a mean: 1/m times that of a sum over m examples, which is as much the gradient as that of one."""

from __future__ import annotations

from proofs.notes.reading.names import COUNTS
from proofs.notes.reading.tree import SLOPES, Node, plain

SIZES = frozenset((*COUNTS, "B", "b", "S", "calB", "batch size", "batch_size"))


def is_share(factor: Node) -> bool:
    """Whether a factor is one over how many examples there are."""
    quotient = plain(factor)
    if quotient.kind not in ("frac", "div") or plain(quotient.args[0]).text != "1":
        return False
    below = plain(quotient.args[1])
    return plain(below.args[0] if below.kind == "abs" else below).text in SIZES


def without_share(factors: list[Node]) -> list[Node]:
    """The factors but for one that says how many examples a sum of slopes is over."""
    return [factor for factor in factors if not is_share(factor)] if any(map(_summed, factors)) else factors


def _summed(factor: Node) -> bool:
    """Whether a factor is a slope, or a sum of slopes, over examples."""
    kinds = {node.kind for node in factor.walk()}
    return plain(factor).kind in ("sum", *SLOPES) and "sum" in kinds and not kinds.isdisjoint(SLOPES)
